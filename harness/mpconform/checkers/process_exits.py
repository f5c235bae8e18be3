"""Exits: the exit code tells how a process ended.

One rule, asked of each way to end.  It judges main's reads of ``exitcode`` of
processes whose ending is certain: what the child did last, with no signal on its way that
could have come first.  A number must be the right one whenever it is read; None is wrong only
after a proof that the process has ended.
"""

from mpconform.checkers.process_endings import Ending
from mpconform.checkers.process_lives import Life, lives
from mpconform.checkers.telling import Teller, value
from mpconform.values import Finding, History, Operation, Violation

__all__ = (
    "after_exception",
    "after_kill",
    "after_os_exit",
    "after_return",
    "after_signal",
    "after_sys_exit",
    "after_sys_exit_none",
    "after_sys_exit_text",
    "after_terminate",
)


def after_return(history: History) -> Finding:
    """Check that the exit code is 0 if the target returned.  O(n)."""
    return _exits(history, "return")


def after_exception(history: History) -> Finding:
    """Check that the exit code is 1 if the target raised an exception.  O(n)."""
    return _exits(history, "exception")


def after_sys_exit(history: History) -> Finding:
    """Check that the exit code is N if the target called ``sys.exit(N)``, N from 0 to 255.  O(n)."""
    return _exits(history, "sys-exit")


def after_sys_exit_none(history: History) -> Finding:
    """Check that the exit code is 0 if the target called ``sys.exit()`` or ``sys.exit(None)``.  O(n)."""
    return _exits(history, "sys-exit-none")


def after_sys_exit_text(history: History) -> Finding:
    """Check that the exit code is 1 if the target called ``sys.exit`` with a text.  O(n)."""
    return _exits(history, "sys-exit-text")


def after_os_exit(history: History) -> Finding:
    """Check that the exit code is N if the process called ``os._exit(N)``, N from 0 to 255.  O(n)."""
    return _exits(history, "os-exit")


def after_signal(history: History) -> Finding:
    """Check that the exit code is -N if signal N, which the process sent itself, ended it.  O(n)."""
    return _exits(history, "signal")


def after_terminate(history: History) -> Finding:
    """``terminate()`` ends a waiting process by SIGTERM, so that its exit code is -15.

    Judges processes that waited and got no other signal.  In a hung run, a process that
    only lingers and does not end although it was terminated breaks the rule.  O(n).
    """
    return _sent(history, "terminate")


def after_kill(history: History) -> Finding:
    """``kill()`` ends a waiting process by SIGKILL, so that its exit code is -9.

    Judges as for ``terminate()``.  O(n).
    """
    return _sent(history, "kill")


def _exits(history: History, how: str) -> Finding:
    teller = Teller(history)
    judged, violations = 0, []
    for life in lives(history):
        if not life.clear or life.ending is None or life.ending.how != how:
            continue
        for read in life.asked(".exitcode"):
            end = life.ended(read)
            if not read.ok or life.phase(read) != "started" or life.begun(read):
                continue
            if read.result is None and end is None:
                continue
            judged += 1
            if type(read.result) is not int or read.result != life.ending.code:
                violations.append(_wrong(teller, life, life.ending, read))
    return Finding(judged=judged, violations=tuple(violations))


def _wrong(teller: Teller, life: Life, ending: Ending, read: Operation) -> Violation:
    end = life.ended(read)
    missing = read.result is None
    how = f"{teller.call(ending.op)} was what ended {life.name}" if ending.op else f"{life.name} returned"
    proof = [op for op in (ending.op, end.op if end is not None else None) if op is not None]
    after = f" {teller.tell(proof[-1])}." if end is not None and end.op is not None else ""
    return Violation(
        kind=f"no-exitcode-after-{ending.how}" if missing else f"exitcode-after-{ending.how}",
        summary=f"{life.name}'s exit code is {value(read.result)}, not {ending.code}, after {ending.how}.",
        story=f"{how}, so its exit code must be {ending.code}.{after} {teller.tell(read)}.",
        witness=(*proof, read),
        observed=end.observed if end is not None else (),
    )


def _sent(history: History, method: str) -> Finding:
    found = _exits(history, method)
    teller = Teller(history)
    violations = []
    for wait in history.on("", "await_exit") if history.ended == "hung" else ():
        for life in lives(history):
            ending = life.ending
            if not wait.open or list(wait.arguments[0]) != [life.name] or not life.clear:
                continue
            if (
                ending is None
                or ending.op is None
                or ending.how != method
                or life.deeds[-1].method != "linger"
            ):
                continue
            if not ending.op.precedes(wait):
                continue
            violations.append(
                Violation(
                    kind=f"{method}-without-end",
                    summary=f"{life.name} went on for ever after {method}().",
                    story=f"{teller.tell(ending.op)}. {life.name} only lingered: nothing but the signal "
                    f"could end it. {teller.tell(wait)}.",
                    witness=(life.deeds[-1], ending.op, wait),
                )
            )
    return Finding(judged=found.judged + len(violations), violations=(*found.violations, *violations))
