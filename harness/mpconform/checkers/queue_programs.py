"""What programs tell of queues: items that fail to be pickled, threads, large items, forks in the middle."""

from mpconform.checkers.program_model import (
    Answer,
    Program,
    judge,
    judge_answers,
    programs,
    unless,
    violation,
)
from mpconform.values import Finding, History

__all__ = (
    "closes",
    "forks",
    "has_methods",
    "huge",
    "load_errors",
    "simple_unpicklable",
    "threads",
    "unbounded",
    "unpicklable",
    "unpicklable_slot",
    "unpicklable_told",
)


def unpicklable(history: History) -> Finding:
    """Check that an item that cannot be pickled is lost alone: those before and after it come.  O(n)."""

    def rule(_: Program, answer: Answer) -> str:
        got = answer.got if isinstance(answer.got, list) else [None]
        return unless(got[0] == [1, 2], "1, what cannot be pickled, and 2 were put; got, and more:", answer)

    return judge(history, "unpicklable-takes-others", rule, "lost")


def unpicklable_slot(history: History) -> Finding:
    """Check that an item that cannot be pickled frees its slot: the next can be put, and got.  O(n)."""

    def rule(_: Program, answer: Answer) -> str:
        got = answer.got if isinstance(answer.got, list) else []
        sentence = "What cannot be pickled was put into a queue of one; the next put, and get, at the end:"
        return unless(got[1:] == [None, 3], sentence, answer)

    return judge(history, "unpicklable-keeps-slot", rule, "lost")


def unpicklable_told(history: History) -> Finding:
    """Check that the traceback of what kept an item from being pickled stands on stderr.  O(n)."""
    judged, violations = 0, []
    for program in programs(history):
        for answer in program.about("lost"):
            judged += 1
            traced = any(line.startswith("Traceback") for line in program.errors)
            named = any(
                line.startswith(("AttributeError", "TypeError", "ValueError", "_pickle", "pickle"))
                for line in program.errors
            )
            if not (traced and named):
                told = "An item could not be pickled, and was lost; stderr does not tell why."
                violations.append(
                    violation(program, "lost-silently", told, answer.line, *program.errors[-4:])
                )
    return Finding(judged=judged, violations=tuple(violations))


def load_errors(history: History) -> Finding:
    """Check that what an item raises as it is unpickled is raised by get, and the queue goes on.

    Of a Queue of one, the slot is free; the next item comes.  Of a SimpleQueue too.  O(n).
    """

    def rule(_: Program, answer: Answer) -> str:
        got = answer.got if isinstance(answer.got, list) else [None] * 3
        right = "ValueError" in (got[0] or ()) and got[1:] == [None, 5]
        return unless(
            right, "An item raised ValueError as it was unpickled; get, the next put and get:", answer
        )

    return judge(history, "load-error", rule, "unloaded", "unloaded simple")


def simple_unpicklable(history: History) -> Finding:
    """Check that put of a SimpleQueue raises if the item cannot be pickled, and puts nothing.  O(n)."""

    def rule(_: Program, answer: Answer) -> str:
        got = answer.got if isinstance(answer.got, list) else [None] * 4
        right = "Exception" in (got[0] or ()) and got[1:] == [1, 2, True]
        return unless(right, "What cannot be pickled was put between 1 and 2; put, gets, empty:", answer)

    return judge(history, "simple-unpicklable", rule, "refused")


def threads(history: History) -> Finding:
    """Check that what threads of two processes put, threads get once, each producer's in order.  O(n)."""
    sentence = "Several threads put and got; all items once, in order, and then:"
    return judge_answers(history, "threads-mixed", sentence, [True, True, "Empty"], "threads")


def forks(history: History) -> Finding:
    """Check that a process that begins while its parent's items are under way puts, and ends, as any other.

    All of the parent's items come once, in order, the child's once, and its exit code is 0.  O(n).
    """
    sentence = "A child was started while items were under way; all in order, the child's, its code, then:"
    return judge_answers(history, "fork-in-the-middle", sentence, [True, 1, 0, "Empty"], "forked")


def huge(history: History) -> Finding:
    """Check that an item of many megabytes arrives with every byte.  O(n)."""
    wanted = True
    return judge_answers(history, "huge-item", "An item of many megabytes arrived whole:", wanted, "large")


def unbounded(history: History) -> Finding:
    """Check that a queue without maxsize, of 0, or of less, is never full.  O(n)."""
    sentence = "Items were put without waiting; what came of it, full, all there; without maxsize, 0, -1:"
    wanted = [["returned", False, True]] * 3
    return judge_answers(history, "unbounded-is-full", sentence, wanted, "unbounded")


def has_methods(history: History) -> Finding:
    """Check that Queue and JoinableQueue have every method that is documented.  O(n)."""
    return judge_answers(history, "queue-lacks-methods", "Methods that queues lack:", [], "methods")


def closes(history: History) -> Finding:
    """Check that close of SimpleQueues releases their descriptors.

    Judged if the queues had any.  O(n).
    """

    def rule(_: Program, answer: Answer) -> str | None:
        got = answer.got if isinstance(answer.got, list) else [True, None]
        if got[0] is not True:
            return None
        return unless(got[1] == 0, "SimpleQueues were closed; they had descriptors, and have left:", answer)

    return judge(history, "simple-close-leaks", rule, "closed")
