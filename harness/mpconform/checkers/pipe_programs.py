"""What programs tell of pipes: objects that change between sends, handled signals, many descriptors."""

from typing import Final

from mpconform.checkers.program_model import Answer, Program, joined, judge, unless
from mpconform.values import Finding, History, Json

__all__ = ("as_sent", "high_descriptors", "signals")

#: What a wait gives that went on until its answer came: its own result, then what was received.
_GIVEN: Final[dict[str, list[Json]]] = {
    "recv": ["answer"],
    "poll": [True, "answer"],
    "timed poll": [True, "answer"],
    "wait": [True, "answer"],
    "timed wait": [True, "answer"],
    "send": [None, 1 << 20],
}
_HIGH: Final[list[Json]] = [True, False, False, True, True, True, "answer", True, 0]


def as_sent(history: History) -> Finding:
    """Check that each of several sends of one object gives what the object was at that send.  O(n)."""

    def changed(_: Program, answer: Answer) -> str:
        count = int(str(answer.fields["count"]))
        wanted = [list(range(n + 1)) for n in range(count)]
        sentence = f"An object was sent {count} times, with one element more each time; what was received"
        return unless(answer.got == wanted, sentence, answer)

    def changed_bytes(_: Program, answer: Answer) -> str:
        count = int(str(answer.fields["count"]))
        wanted = [[1] * (n + 1) + [0] * (count - n - 1) for n in range(count)]
        sentence = f"A bytearray was sent {count} times, with one byte more set each time; what was received"
        return unless(answer.got == wanted, sentence, answer)

    return joined(
        judge(history, "not-as-sent", changed, "changed"),
        judge(history, "not-as-sent", changed_bytes, "changed bytes"),
    )


def signals(history: History) -> Finding:
    """Check that calls into which signals come, whose handler returns, go on to wait for their end.  O(n)."""

    def rule(_: Program, answer: Answer) -> str:
        way = str(answer.fields["way"])
        sentence = f"Signals were handled during a {way}, and then came what it was for; its result, and that"
        return unless(answer.got == _GIVEN[way], sentence, answer)

    return judge(history, "ended-by-a-signal", rule, "interrupted")


def high_descriptors(history: History) -> Finding:
    """Check that ends work if their descriptors are above those that select knows.

    Judges programs that could have so many.  O(n).
    """

    def rule(_: Program, answer: Answer) -> str | None:
        if answer.got is None and not answer.raised:
            return None
        sentence = (
            f"Descriptors below {answer.fields['least']} were taken; whether the pipe's was above, two polls,"
            " a wait for nothing, one for an answer, its poll, it, the wait for the end, and the exit code"
        )
        return unless(answer.got == _HIGH, sentence, answer)

    return judge(history, "high-descriptors", rule, "high")
