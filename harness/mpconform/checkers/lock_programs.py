"""What programs tell of locks and semaphores: threads that take them, and processes that begin meanwhile."""

from mpconform.checkers.program_model import Answer, Program, joined, judge, unless
from mpconform.values import Finding, History, Json

__all__ = ("forks", "owners", "threads")

_NONE = ["returned", "None"]


def _kind(answer: Answer) -> str:
    return str(answer.fields.get("kind"))


def threads(history: History) -> Finding:
    """Check that what a thread has is refused to another, and that counting under it loses nothing.  O(n)."""

    def refused(_: Program, answer: Answer) -> str:
        sentence = (
            f"A thread had the {_kind(answer)}; another tried at once and in time, it was released, and then"
        )
        right = answer.got == [[False, False], _NONE, True, _NONE]
        return unless(right, f"{sentence} the other tried, and released it; what came of each:", answer)

    def counted(_: Program, answer: Answer) -> str:
        sentence = (
            f"Threads of two processes counted under the {_kind(answer)}; whether each process lost nothing:"
        )
        return unless(answer.got == [True, True], sentence, answer)

    return joined(
        judge(history, "had-by-two-threads", refused, "others"),
        judge(history, "threads-lose-counts", counted, "counted"),
    )


def forks(history: History) -> Finding:
    """Check that what a thread has is not free in a process that begins meanwhile, nor lost to it.  O(n).

    Of an RLock, that process is not the owner either: its release raises AssertionError.
    """

    def rule(_: Program, answer: Answer) -> str:
        got = answer.got
        right = isinstance(got, list) and len(got) == 6 and _began_rightly(got, _kind(answer))
        sentence = (
            f"A process began while a thread of its parent had the {_kind(answer)}; its try and release,"
        )
        return unless(
            right,
            f"{sentence} the thread's release, its next try and release, its code, the parent's:",
            answer,
        )

    return judge(history, "begun-while-held", rule, "begun")


def _began_rightly(got: list[Json], kind: str) -> bool:
    first, *rest = got
    if rest != [_NONE, [True, _NONE], 0, True, _NONE] or not isinstance(first, list) or len(first) != 2:
        return False
    taken, told = first
    return taken is False and (kind != "RLock" or "AssertionError" in told)


def owners(history: History) -> Finding:
    """Check that another thread cannot release an RLock, and can release a Lock.  O(n).

    Then its holder's own release is accepted, or is one too many.
    """

    def rule(_: Program, answer: Answer) -> str:
        got = answer.got if isinstance(answer.got, list) else [[], [], None, None]
        first, second, *rest = got
        if _kind(answer) == "RLock":
            right = "AssertionError" in first and second == _NONE
        else:
            right = first == _NONE and "ValueError" in second
        sentence = (
            f"A thread had the {_kind(answer)}; another one released it, it did itself, and then the other"
        )
        return unless(
            right and rest == [True, _NONE], f"{sentence} tried, and released it; what came of each:", answer
        )

    return judge(history, "released-by-another-thread", rule, "another")
