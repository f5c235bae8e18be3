"""Threads in the place of processes: ``dummy`` and ``ThreadPool``."""

from mpconform.checkers.program_model import Answer, Program, judge, judge_answers
from mpconform.values import Finding, History

__all__ = ("names", "pool_is_threads", "pool_results", "talk", "threads")


def names(history: History) -> Finding:
    """Check that ``dummy`` has the names of the module that it replicates.  O(n)."""
    return judge_answers(history, "dummy-lacks-names", "What dummy lacks:", [], "names")


def threads(history: History) -> Finding:
    """Check that a dummy process runs its target once, in another thread of this process.  O(n)."""

    def rule(_: Program, answer: Answer) -> str:
        wanted = [[n, True, True] for n in range(answer.fields["wanted"])]
        right = not answer.raised and answer.got == wanted
        return "" if right else f"Dummy processes (number, this process, another thread) {answer.told}."

    return judge(history, "dummy-processes", rule, "threads")


def talk(history: History) -> Finding:
    """Check that what goes through a dummy pipe and queue arrives whole and in order.  O(n)."""

    def rule(_: Program, answer: Answer) -> str:
        wanted = list(range(answer.fields["wanted"]))
        return "" if answer.got == wanted else f"Numbers sent through a dummy pipe and queue: {answer.told}."

    return judge(history, "dummy-talk", rule, "talked")


def pool_is_threads(history: History) -> Finding:
    """Check that ``dummy.Pool()`` is a ``ThreadPool``.  O(n)."""
    return judge_answers(history, "dummy-pool", "dummy.Pool() is a ThreadPool:", [True], "pool")


def pool_results(history: History) -> Finding:
    """Check that a pool of threads has a Pool's methods and results, by no more threads than it has.

    Functions and results need not be picklable.  O(n).
    """

    def rule(_: Program, answer: Answer) -> str:
        count, most = answer.fields["count"], answer.fields["threads"]
        wanted = [[n * n for n in range(count)], [n**3 for n in range(count)], [n + 1 for n in range(count)]]
        if not isinstance(answer.got, list) or [*answer.got[:3], answer.got[3]] != [*wanted, count + 1]:
            return (
                f"A pool of {most} threads was given {count} tasks for each of its methods; it {answer.told}."
            )
        _, _, _, _, at_home, used, lacking = answer.got
        if not at_home or not 1 <= used <= most:
            return f"The tasks of a pool of {most} threads ran in {used} threads, in this process: {at_home}."
        return f"A pool of threads lacks {', '.join(lacking)}." if lacking else ""

    return judge(history, "thread-pool", rule, "pooled")
