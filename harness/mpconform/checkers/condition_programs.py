"""What programs tell of conditions, events and barriers: threads of two processes that wait together."""

from mpconform.checkers.program_model import Answer, Program, judge, unless
from mpconform.values import Finding, History, Json

__all__ = ("barrier_threads", "condition_threads", "event_threads")


def condition_threads(history: History) -> Finding:
    """Check that notify_all wakes every thread that waits, in each of two processes, with True.  O(n)."""
    sentence = "Threads of two processes waited for a condition; what wait returned after one notify_all:"
    return _woken(history, "threads-not-notified", sentence, "notified")


def event_threads(history: History) -> Finding:
    """Check that set wakes every thread that waits, in each of two processes, with True.  O(n)."""
    sentence = "Threads of two processes waited for an event; what wait returned after it was set:"
    return _woken(history, "threads-not-told", sentence, "set")


def _woken(history: History, kind: str, sentence: str, question: str) -> Finding:
    def rule(_: Program, answer: Answer) -> str:
        return unless(answer.got == [[True] * _threads(answer)] * 2, sentence, answer)

    return judge(history, kind, rule, question)


def barrier_threads(history: History) -> Finding:
    """Check that threads of two processes pass a barrier, twice, each in a place of its own.  O(n)."""

    def rule(_: Program, answer: Answer) -> str:
        sentence = "Threads of two processes met twice at a barrier; the places, of each process:"
        return unless(_places(answer.got, _threads(answer)), sentence, answer)

    return judge(history, "threads-not-met", rule, "met")


def _threads(answer: Answer) -> int:
    return int(answer.fields["threads"])


def _places(got: Json, threads: int) -> bool:
    """Return whether of each meeting the places of both processes are those from 0 on, each once."""
    ours, theirs = got if isinstance(got, list) and len(got) == 2 else ([], [])
    wanted = list(range(2 * threads))
    return len(ours) == len(theirs) == 2 and all(
        sorted([*one, *other]) == wanted for one, other in zip(ours, theirs, strict=True)
    )
