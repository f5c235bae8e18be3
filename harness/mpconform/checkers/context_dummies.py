"""Threads in the place of processes: ``dummy`` and ``ThreadPool``."""

from mpconform.checkers.program_model import Answer, Program, judge, judge_answers
from mpconform.values import Finding, History

__all__ = ("life", "meetings", "names", "pool_is_threads", "pool_results", "talk", "threads", "values")


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


def life(history: History) -> Finding:
    """Check that a dummy process tells its name, exit code and life, and is a child while it lives.  O(n)."""
    asked = "Name, exit code, life and childhood of a dummy process before, during and after its life:"
    wanted = ["waiter", None, False, None, True, True, 0, False, False, None]
    return judge_answers(history, "dummy-life", asked, wanted, "lived")


def values(history: History) -> Finding:
    """Check that others see what a dummy process changes in values, arrays, a manager's objects.  O(n)."""

    def rule(_: Program, answer: Answer) -> str:
        n = answer.fields["wanted"]
        wanted = [n + 1, [n, n + 1], n + 1, n + 1, [n, n + 1], True, f"Namespace(x={n + 1})"]
        if answer.got == wanted:
            return ""
        return f"Dummy objects that held {n}, and that a dummy process added 1 to: {answer.told}."

    return judge(history, "dummy-values", rule, "shared")


def meetings(history: History) -> Finding:
    """Check that dummy listeners and clients meet, poll, and send both ways.  O(n)."""

    def rule(_: Program, answer: Answer) -> str:
        n = answer.fields["wanted"]
        wanted = [list(range(n)), list(range(1, n + 1)), [False, True] * n]
        if answer.got == wanted:
            return ""
        return f"What a dummy listener was sent by {n} clients, what it answered, their polls: {answer.told}."

    return judge(history, "dummy-meetings", rule, "met")
