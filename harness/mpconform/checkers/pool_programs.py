"""What programs tell of pools: exceptions of their own, iterables that raise, contexts, pools left alone."""

from mpconform.checkers.program_model import Answer, Program, joined, judge, judge_answers, programs, unless
from mpconform.values import Finding, History

__all__ = (
    "causes",
    "collected",
    "context_keyword",
    "default_size",
    "exceptions_returned",
    "exceptions_whole",
    "iterables",
    "lazy",
    "load_errors",
    "nested",
    "pickled",
    "result_class",
    "threads",
    "unpicklable",
)


def exceptions_whole(history: History) -> Finding:
    """Check that an exception of a class of the user's comes back whole: class, arguments, attributes.

    By apply, map, starmap, get, both iterators and the error callback.  O(n).
    """

    def rule(_: Program, answer: Answer) -> str:
        code = answer.fields["code"]
        whole = [True, [code, "words"], [code, "words", "later"]]
        return unless(answer.got == [whole] * 7, "The user's exception, its class, arguments, more,", answer)

    return judge(history, "exception-not-whole", rule, "raised")


def exceptions_returned(history: History) -> Finding:
    """Check that an exception that a task returns is its result, and comes whole.

    By apply, map, starmap, get of all asynchronous forms, both iterators and the callback.  O(n).
    """
    wanted = [[["returned", True]] * 8, [True] * 3, [True], 0]
    sentence = "An exception that a task returned: how it came each way, and if whole, whether successful, "
    sentence += "callbacks and error callbacks:"
    return judge_answers(history, "exception-for-result", sentence, wanted, "returned")


def threads(history: History) -> Finding:
    """Check that threads that use one pool at the same time, and callbacks, get what they would alone.

    What callbacks submit comes in turn, as each waits for the one before.  O(n).
    """

    def submitted(_: Program, answer: Answer) -> str:
        sentence = "Threads submitted to one pool; what has no result when it is joined, what has another's, "
        return unless(answer.got == [[], [], True], f"{sentence}and whether callbacks got all:", answer)

    def waited(_: Program, answer: Answer) -> str:
        count = answer.fields["threads"] * answer.fields["each"]
        sentence = "Threads called one pool; how often all ways gave results, and whose were wrong:"
        return unless(answer.got == [count, []], sentence, answer)

    def chained(_: Program, answer: Answer) -> str:
        numbers = range(answer.fields["chain"])
        wanted = [[n] for n in numbers] if answer.fields["failing"] else [n * n for n in numbers]
        role = "error callback" if answer.fields["failing"] else "callback"
        return unless(answer.got == wanted, f"Each {role} submitted the next; they were given", answer)

    return joined(
        judge(history, "submitted-by-two-threads", submitted, "submitted"),
        judge(history, "asked-by-two-threads", waited, "waited"),
        judge(history, "submitted-by-callback", chained, "chained"),
    )


def causes(history: History) -> Finding:
    """Check that the cause of an exception from a task tells the traceback in the worker.

    The text of ``__cause__`` names the exception and the function that raised it.  O(n).
    """
    sentence = "The cause of a task's exception, whether it names the class and the function,"
    return judge_answers(history, "no-remote-traceback", sentence, [[True, True]] * 2, "cause")


def unpicklable(history: History) -> Finding:
    """Check that a task that takes or gives what cannot be pickled fails, and those beside it do not.

    A backend that can pickle a lambda may return it.  O(n).
    """

    def rule(_: Program, answer: Answer) -> str:
        n = answer.fields["n"]
        got = answer.got if isinstance(answer.got, list) else [None] * 4
        told = got[1] if isinstance(got[1], list) else ["nothing", ""]
        fails = "Exception" in told and "TimeoutError" not in told
        whole = told[0] == "returned" and "<lambda>" in str(told[1:])
        right = [got[0], *got[2:]] == [n * n, (n + 1) ** 2, 9] and (fails or whole)
        return unless(
            right, "A task took or gave what cannot be pickled; the one before, it, the others:", answer
        )

    return judge(history, "unpicklable-result", rule, "unpicklable")


def load_errors(history: History) -> Finding:
    """Check that a task whose exception cannot be unpickled fails, with whatever exception, and in time.

    Its worker had done a task before.  O(n).
    """

    def rule(_: Program, answer: Answer) -> str:
        got = answer.got if isinstance(answer.got, list) else [None] * 3
        told = got[1] if isinstance(got[1], list) else []
        right = got[0] == answer.fields["n"] ** 2 and "Exception" in told and "TimeoutError" not in told
        return unless(right, "An exception cannot be unpickled; a task before, its get, terminate:", answer)

    return judge(history, "load-error-lost", rule, "load")


def iterables(history: History) -> Finding:
    """Check that what an iterable raises reaches the caller, and after what came before, of iterators.

    From map and starmap, from imap in order, from imap_unordered in any order.  O(n).
    """

    def rule(_: Program, answer: Answer) -> str:
        n = answer.fields["n"]
        error = [True, [n, "iterable"]]
        results = [*(k * k for k in range(n)), ["raised", *error]]
        wanted = [[error, error], results, sorted(results, key=repr), n * n]
        return unless(answer.got == wanted, "An iterable raised; map and starmap, imap, unordered:", answer)

    return judge(history, "iterable-raised", rule, "iterable")


def lazy(history: History) -> Finding:
    """Check that imap and imap_unordered give a first result while their iterable has more to give.

    The iterable goes on only when that result is there; in the thread that called, at once.  Notes how much
    of another iterable was taken before its second result was asked for.  O(n).
    """

    def rule(_: Program, answer: Answer) -> str:
        right = isinstance(answer.got, list) and answer.got[:3] == [4, 9, [True]]
        return unless(right, "imap over an iterable that waits for the first result", answer)

    found = judge(history, "imap-takes-all-first", rule, "lazy")
    ahead = [
        answer.got[3]
        for program in programs(history)
        for answer in program.about("lazy")
        if isinstance(answer.got, list) and len(answer.got) > 3 and isinstance(answer.got[3], int)
    ]
    greedy = sum(taken >= 40 for taken in ahead)
    notes = {"imap had taken all of its iterable before the second result was asked for": greedy}
    return Finding(
        judged=found.judged, violations=found.violations, notes={k: n for k, n in notes.items() if n}
    )


def nested(history: History) -> Finding:
    """Check that workers are daemonic, and that a pool that a task makes is refused with AssertionError.

    The pool goes on afterwards.  O(n).
    """

    def rule(_: Program, answer: Answer) -> str:
        n = answer.fields["n"]
        got = answer.got if isinstance(answer.got, list) else [None] * 3
        right = got[0] is True and "AssertionError" in (got[1] or ()) and got[2] == n * n
        return unless(right, "A task made a pool; daemonic, what came of it, what came of the next:", answer)

    return judge(history, "pool-of-pools", rule, "nested")


def context_keyword(history: History) -> Finding:
    """Check that workers of ``pool.Pool(context=...)`` are started by that context's method.

    Under fork they have main's variables; under fork and spawn main is their parent, as the kernel has it,
    and under forkserver it is not.  O(n).
    """
    known = {"fork": [True, 1], "spawn": [True, 0], "forkserver": [False, 0]}

    def rule(_: Program, answer: Answer) -> str:
        got = answer.got if isinstance(answer.got, dict) else {}
        right = bool(got) and all(found == known.get(method, found) for method, found in got.items())
        return unless(right, "Workers by context: children of main, with its variables:", answer)

    return judge(history, "context-ignored", rule, "context")


def default_size(history: History) -> Finding:
    """Check that a pool of no given size has as many workers as there are processors for the program.

    Not judged where there are more than eight.  O(n).
    """

    def rule(_: Program, answer: Answer) -> str | None:
        got = answer.got if isinstance(answer.got, list) else [0, -1]
        if got[1] is None:
            return None
        return unless(got[0] == got[1], "The processors, and the workers of Pool(),", answer)

    return judge(history, "default-size", rule, "size")


def collected(history: History) -> Finding:
    """Check that a running pool that is garbage-collected warns: ResourceWarning.  O(n)."""

    def rule(_: Program, answer: Answer) -> str:
        return unless(
            "ResourceWarning" in (answer.got or ()), "The warnings of a pool that was dropped", answer
        )

    return judge(history, "dropped-silently", rule, "dropped")


def pickled(history: History) -> Finding:
    """Check that pickling a pool, to give it away, is refused with NotImplementedError.  O(n)."""

    def rule(_: Program, answer: Answer) -> str:
        return unless("NotImplementedError" in (answer.got or ()), "A pool was pickled:", answer)

    return judge(history, "pool-pickled", rule, "pickled")


def result_class(history: History) -> Finding:
    """Check that the asynchronous forms return an instance of ``pool.AsyncResult``.  O(n)."""

    def rule(_: Program, answer: Answer) -> str:
        square = answer.fields["n"] ** 2
        wanted = [[True, square], [True, [square]], [True, [square]]]
        return unless(answer.got == wanted, "The class and the result of the asynchronous forms", answer)

    return judge(history, "other-result-class", rule, "class")
