"""Connections that are on their way through a pipe while a process is started."""

from mpconform.checkers.program_model import Answer, Program, judge
from mpconform.values import Finding, History

__all__ = ("arrives",)


def arrives(history: History) -> Finding:
    """Check that a connection arrives although a process was started, and in that process too.  O(n)."""

    def rule(_: Program, answer: Answer) -> str:
        n = answer.fields["wanted"]
        sent = f"What a process made of a connection that it sent to itself ({n} is right), and its parent:"
        return "" if not answer.raised and answer.got == [n, n] else f"{sent} {answer.told}."

    return judge(history, "lost-underway", rule, "underway")
