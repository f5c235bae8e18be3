"""Shared memory that programs use again and again."""

from mpconform.checkers.program_model import Answer, Program, judge
from mpconform.values import Finding, History

__all__ = ("reused",)


def reused(history: History) -> Finding:
    """Check that an array made where another has been holds zeros, and leaves others as they are.  O(n)."""

    def rule(_: Program, answer: Answer) -> str:
        count, times = answer.fields["count"], answer.fields["times"]
        if not answer.raised and answer.got == [[[count, 0.0]] * times, [1.0, 2.0]]:
            return ""
        made = f"{times} arrays of {count} numbers, each made when the one before was written to, and gone"
        return (
            f"Length and sum of {made}, and an array [1.0, 2.0] that was there all the time: {answer.told}."
        )

    return judge(history, "not-zeroed-again", rule, "reused")
