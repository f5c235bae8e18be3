"""What objects show of themselves."""

import signal

from mpconform.checkers.program_model import Answer, Program, judge
from mpconform.values import Finding, History

__all__ = ("objects", "processes", "states")


def processes(history: History) -> Finding:
    """Check that a process shows its class and name, and whether it is initial, started or stopped.

    And when it has stopped, its exit code, by the name of the signal if that ended it.  O(n).
    """

    def rule(_: Program, answer: Answer) -> str:
        if not isinstance(answer.got, list):
            return f"A process that was shown in each stage of its life {answer.told}."
        kind, *shown = map(str, answer.got)
        code, name = answer.fields["code"], str(answer.fields["name"])
        end = f"stopped exitcode={_code(code)}"
        for text, stage in zip(shown, ("initial", "started", end), strict=False):
            if not (kind in text and name in text and stage in text):
                return f"A {kind} called {name!r} that is {stage} shows itself as {text}."
        return ""

    return judge(history, "process-shown", rule, "stages")


def _code(code: int) -> str:
    return str(code) if code >= 0 else f"-{signal.Signals(-code).name}"


def objects(history: History) -> Finding:
    """Check that repr and str of every object are texts, in whatever state it is, and wherever.  O(n)."""

    def rule(_: Program, answer: Answer) -> str:
        failed = answer.got[0] if answer.question == "held" and isinstance(answer.got, list) else answer.got
        if not answer.raised and failed in ([], 0):
            return ""
        return f"Objects that cannot be shown (kind, why, text): {failed or answer.told}."

    return judge(history, "not-shown", rule, "held", "shown", "shown elsewhere")


def states(history: History) -> Finding:
    """Check that a lock that was shown in each state can still be acquired when it is free.  O(n)."""

    def rule(_: Program, answer: Answer) -> str | None:
        if not isinstance(answer.got, list):
            return None
        return "" if answer.got[1] is True else "A lock that was only looked at, and released, is not free."

    return judge(history, "shown-changes", rule, "held")
