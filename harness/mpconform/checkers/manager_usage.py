"""Managers and proxies as programs use them, in ways that take several lines of Python."""

from collections.abc import Callable

from mpconform.checkers.program_model import Answer, Program, judge, judge_answers
from mpconform.values import Finding, History, Json

__all__ = (
    "barrier_timeouts",
    "breaking",
    "condition_locks",
    "entering",
    "in_place",
    "namespaces",
    "once",
    "pools",
    "serving",
    "values",
    "waiting",
)

#: What is wanted of a program that was given a number.
Wanted = Callable[[int], Json]


def once(history: History) -> Finding:
    """Check that a manager is started once, and that what cannot be called does not start one.  O(n)."""

    def rule(_: Program, answer: Answer) -> str:
        refused = answer.got if isinstance(answer.got, list) else []
        kinds = ("TypeError", *["ProcessError"] * 5)
        if len(refused) == len(kinds) and all(
            k in (found or ()) for k, found in zip(kinds, refused, strict=True)
        ):
            return ""
        what = "start with an initializer that is none; start and get_server while started; "
        return f"{what}start, get_server and with after shutdown: {answer.told}."

    return judge(history, "started-again", rule, "states")


def in_place(history: History) -> Finding:
    """Check that += and *= change the list that a proxy refers to, and leave the proxy a proxy.  O(n)."""

    def wanted(n: int) -> Json:
        return [True, [n, n + 1] * 2, [n, n + 1] * 2]

    return _numbered(history, "in-place", "A list proxy after += and *=:", wanted, "in place")


def entering(history: History) -> Finding:
    """Check that with acquires and releases what a proxy refers to.  O(n)."""
    asked = "Whether another thread could acquire a manager's lock within a with statement, and after it:"
    return judge_answers(history, "with", asked, [False, True], "entered")


def condition_locks(history: History) -> Finding:
    """Check that a lock that a manager's condition is given is the condition's, and that a wait releases it.

    With an RLock no wait is judged: the standard library's refuses, as if nobody had the lock.  O(n).
    """

    def rule(_: Program, answer: Answer) -> str:
        wanted = [False, True] * 2 + ([] if answer.fields["kind"] == "RLock" else [True, False, True])
        sentence = (
            "A condition was given a lock; whether another thread could acquire it while one had the lock, "
        )
        sentence += (
            "and after, the lock likewise, and how a wait was notified by who had the lock, then as before:"
        )
        return "" if not answer.raised and answer.got == wanted else f"{sentence} {answer.told}."

    return judge(history, "lock-of-condition", rule, "lock of")


def waiting(history: History) -> Finding:
    """Check that wait_for of a proxy returns the predicate's value, true or when its time is over.  O(n)."""

    def wanted(n: int) -> Json:
        return [n, 0, True, True]

    asked = "What wait_for of a manager's condition gives at once, in vain, and when it is notified:"
    return _numbered(history, "wait-for", asked, wanted, "waited for")


def breaking(history: History) -> Finding:
    """Check that abort breaks a manager's barrier for who waits, and reset mends it.  O(n)."""

    def rule(_: Program, answer: Answer) -> str:
        told = answer.got if isinstance(answer.got, list) else []
        if len(told) == 5 and "BrokenBarrierError" in (told[0] or ()) and told[1:3] == [True, False]:
            passed = [one for one in told[3:] if one is not None]
            if passed == [True]:
                return ""
        return f"What a manager's barrier did when it was aborted, reset, and met at: {answer.told}."

    return judge(history, "broken", rule, "broken")


def barrier_timeouts(history: History) -> Finding:
    """Check that a wait whose time is over breaks a manager's barrier, also if it had none.  O(n)."""

    def rule(_: Program, answer: Answer) -> str:
        told = answer.got if isinstance(answer.got, list) else []
        right = len(told) == 2 and "BrokenBarrierError" in (told[0] or ()) and told[1] is True
        asked = "What came of a wait of one at a manager's barrier for two, and whether that is broken:"
        return "" if right and not answer.raised else f"{asked} {answer.told}."

    return judge(history, "waits-without-time", rule, "waited alone")


def namespaces(history: History) -> Finding:
    """Check that a Namespace shows its attributes, but for private ones, and loses what is deleted.  O(n)."""

    def wanted(n: int) -> Json:
        return [f"Namespace(x={n}, y='hello')", False, "hello"]

    asked = "How a Namespace shows itself, whether it has what was deleted, and what is left:"
    return _numbered(history, "namespace", asked, wanted, "namespace")


def values(history: History) -> Finding:
    """Check that the string of a proxy is that of what it refers to.  O(n)."""

    def wanted(n: int) -> Json:
        return [f"Value('i', {n})", f"[{n}]", f"{{'a': {n}}}"]

    return _numbered(history, "shown", "A manager's Value, list and dict as strings:", wanted, "value shown")


def pools(history: History) -> Finding:
    """Check that with binds a manager's pool, which computes, and ends it.  O(n)."""

    def wanted(n: int) -> Json:
        return [[n, n], [n], True]

    asked = "What a manager's pool gave, and whether it refused work after its with statement:"
    return _numbered(history, "pool", asked, wanted, "pooled")


def serving(history: History) -> Finding:
    """Check that the server of get_server serves clients until it is interrupted, and then exits.  O(n)."""

    def wanted(n: int) -> Json:
        return [[n, n], 0]

    asked = "What a client of a server got, and with what serve_forever exited when it was interrupted:"
    return _numbered(history, "serves", asked, wanted, "served")


def _numbered(history: History, kind: str, asked: str, wanted: Wanted, question: str) -> Finding:
    """Return the finding that every answer to *question* is what is *wanted* of its number."""

    def rule(_: Program, answer: Answer) -> str:
        right = not answer.raised and answer.got == wanted(answer.fields["wanted"])
        return "" if right else f"{asked} {answer.told}."

    return judge(history, kind, rule, question)
