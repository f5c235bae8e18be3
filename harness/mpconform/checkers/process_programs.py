"""What programs tell of processes: those that several threads of one process start and ask for."""

from mpconform.checkers.program_model import Answer, Program, joined, judge, unless
from mpconform.values import Finding, History

__all__ = ("threads",)


def threads(history: History) -> Finding:
    """Check what processes that several threads start run and are called, and who is told of them.  O(n)."""

    def started(_: Program, answer: Answer) -> str:
        sentence = "Threads started processes at the same time; whether each ended with its own number, and "
        return unless(answer.got == [True, True], f"{sentence}had a name of its own:", answer)

    def listed(_: Program, answer: Answer) -> str:
        names = list(answer.fields["names"])
        wanted = [[names, names, names, []], [0] * len(names)]
        sentence = "Main started some children, a thread the others; whom it, another thread and main were"
        return unless(
            answer.got == wanted, f"{sentence} told of, and main at the end, and the codes:", answer
        )

    return joined(
        judge(history, "started-by-two-threads", started, "started"),
        judge(history, "children-of-a-thread", listed, "listed"),
    )
