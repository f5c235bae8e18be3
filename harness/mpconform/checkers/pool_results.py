"""What the submissions that are collected as a whole return and raise: map, starmap, apply, get."""

from collections.abc import Iterable

from mpconform.checkers.pool_model import Job, jobs_of
from mpconform.checkers.pool_tasks import Element, same
from mpconform.checkers.telling import Teller, counted, value
from mpconform.values import Finding, History, Json, Operation, Violation

__all__ = (
    "apply_result",
    "async_result",
    "chunk_sizes_agree",
    "exceptions",
    "fits",
    "map_results",
    "raises_one_of",
    "starmap_results",
)


def map_results(history: History) -> Finding:
    """Map returns the results of all elements in the order of the iterable.

    Compares each returned list, element by element, with what the task functions are defined
    to return; values that depend on the process are compared by type.  Judges every completed
    ``map`` of which no element raises and whose pool was not closed meanwhile.  Exact, O(n).
    """
    return _judge(history, [j for j in jobs_of(history) if j.op.method == "map"])


def starmap_results(history: History) -> Finding:
    """Starmap unpacks each element into the arguments of a call, and returns like map.

    As ``map_results``, for ``starmap``.  Exact, O(n).
    """
    return _judge(history, [j for j in jobs_of(history) if j.op.method == "starmap"])


def apply_result(history: History) -> Finding:
    """Apply calls the function with the arguments and returns what it returned.

    As ``map_results``, for ``apply``.  Exact, O(n).
    """
    return _judge(history, [j for j in jobs_of(history) if j.op.method == "apply"])


def async_result(history: History) -> Finding:
    """Async forms deliver by ``get``, however often, what the blocking forms return.

    Judges every completed ``get``, save those that timed out and those of pools that may have
    been terminated by then.  Exact, O(n).
    """
    return _judge(history, [j for j in jobs_of(history) if j.asynchronous])


def exceptions(history: History) -> Finding:
    """Exceptions that tasks raise are raised again in the caller: same type, same arguments.

    Judges blocking calls, ``get`` and iterators of jobs in which an element raises.  Of several
    that raise, any may be the one that ``map`` shows: the documentation names none.  Exact on
    blocking calls and ``get``; of an iterator, its exceptions are judged, and that it did not
    come to its end without any.  O(n).
    """
    teller = Teller(history)
    judged, violations = 0, []
    for job in jobs_of(history):
        if not job.understood or not job.failing:
            continue
        raised = [
            op
            for op in job.nexts()
            if op.outcome == "raised" and not op.raised("StopIteration", "TimeoutError")
        ]
        ends = [op for op in job.nexts() if op.raised("StopIteration")]
        for op in (*job.deliveries(), *raised, *([] if raised else ends[:1])):
            if job.pool.terminated_before(op) or (op is job.op and not job.pool.runs_until(op)):
                continue
            if op.raised("AttributeError") and op.method == "next" and job.chunksize != 1:
                continue  # The documentation gives ``next`` to iterators of chunk size 1 only.
            judged += 1
            if op.outcome != "raised" or not raises_one_of(job.failing, op.result):
                violations.append(_not_raised(teller, job, op))
    return Finding(judged=judged, violations=tuple(violations))


def raises_one_of(elements: Iterable[Element], recorded: Json) -> bool:
    """Return whether the exception *recorded* is that of one of *elements*."""
    return any(e.raises(recorded) for e in elements)


def _not_raised(teller: Teller, job: Job, op: Operation) -> Violation:
    """Return the violation that *op* did not raise what a task of *job* raised."""
    name, arguments = job.failing[0].error or ("", ())
    due = f"{name}({', '.join(map(value, arguments))})"
    if op.raised("StopIteration") or op.outcome != "raised":
        kind, what = "exception-swallowed", f"{op.method} raised nothing, although a task raised {due}"
    else:
        kind, what = "exception-changed", f"{op.method} raised {value(op.result)}, a task had raised {due}"
    return Violation(
        kind=kind,
        summary=f"{teller.call(op)}: {what}.",
        story=f"{teller.tell(job.op)}. {_then(teller, job, op)}A task of it raises {due}, and "
        "no other exception than that of a task may come back.",
        witness=_witness(job, op),
    )


def _witness(job: Job, op: Operation) -> tuple[Operation, ...]:
    """Return the submission and the operation that delivered, once each."""
    return (op,) if op is job.op else (job.op, op)


def _then(teller: Teller, job: Job, op: Operation) -> str:
    """Return the sentence that tells *op*, unless it is the submission itself."""
    return "" if op is job.op else f"Then {teller.tell(op)}. "


def _judge(history: History, jobs: list[Job]) -> Finding:
    """Compare what was delivered for *jobs* with what their elements return."""
    teller = Teller(history)
    judged, violations = 0, []
    for job in jobs:
        if not job.understood or job.failing:
            continue
        for op in job.deliveries():
            if job.pool.terminated_before(op) or (op is job.op and not job.pool.runs_until(op)):
                continue
            judged += 1
            fault = _raised(op) if op.outcome == "raised" else fits(job, op.result)
            if fault is not None:
                kind, what = fault
                violations.append(
                    Violation(
                        kind=kind,
                        summary=f"{teller.call(op)}: {what}.",
                        story=f"{teller.tell(job.op)}. {_then(teller, job, op)}In it, {what}.",
                        witness=_witness(job, op),
                    )
                )
    return Finding(judged=judged, violations=tuple(violations))


def _raised(op: Operation) -> tuple[str, str]:
    """Return the fault of a job that raised although no task of it does."""
    return "raised-unasked", f"{value(op.result)} was raised, and no task raises anything"


def fits(job: Job, result: Json) -> tuple[str, str] | None:
    """Return how *result* differs from what *job* must return, as (kind, words); None if it fits."""
    elements = job.elements or ()
    if job.form == "apply":
        if elements[0].gives(result):
            return None
        return "wrong-result", f"{value(result)} came back where {_due(elements[0])} was due"
    if not isinstance(result, list):
        return "no-list", f"{value(result)} came back where a list was due"
    more = result[-1].get("$more") if result and isinstance(result[-1], dict) else None
    shown = result[:-1] if more is not None else result
    length = len(shown) + (more or 0)
    if length != len(elements):
        return "wrong-length", f"{length} results came back for {counted(len(elements), 'element')}"
    for index, (element, got) in enumerate(zip(elements, shown, strict=False)):
        if element.gives(got):
            continue
        words = f"result {index} was {value(got)} where {_due(element)} was due"
        if any(other.gives(got) and not other.free for other in elements):
            return "results-out-of-order", f"{words}: it belongs to another element"
        return "wrong-result", words
    return None


def _due(element: Element) -> str:
    """Return the value of *element* in words."""
    return "a process id" if element.behaviour == "pid" else value(element.value)


def chunk_sizes_agree(history: History) -> Finding:
    """Chunk sizes change nothing in the results.

    Compares, pairwise with the first, what calls of one kind returned for the same function
    and the same elements under different chunk sizes; only calls whose tasks all return values
    that the scenario determines.  Iterators are compared when both were read to their end,
    unordered ones as multisets.  Exact, O(n).
    """
    teller = Teller(history)
    groups: dict[str, list[tuple[Job, Operation, Json]]] = {}
    for job in jobs_of(history):
        if (
            not job.understood
            or job.failing
            or any(e.free for e in job.elements or ())
            or job.form == "apply"
        ):
            continue
        outcome = _outcome(job)
        if outcome is not None:
            # A one-shot iterator and a list over the same elements are the same iterable.
            words = [(e.behaviour, e.argument) for e in job.elements or ()]
            key = f"{job.form} {job.asked.get('func')} {words}"
            groups.setdefault(key, []).append((job, *outcome))
    judged, violations = 0, []
    for group in groups.values():
        first, first_op, expected = group[0]
        for job, op, got in group[1:]:
            if job.chunksize == first.chunksize:
                continue
            judged += 1
            if not same(expected, got):
                sizes = f"chunk sizes {first.chunksize} and {job.chunksize}"
                violations.append(
                    Violation(
                        kind="chunk-size-changes-results",
                        summary=f"{job.op.method} of the same elements gave different results with {sizes}.",
                        story=f"{teller.tell(first_op)}. {teller.tell(op)}. Function and elements were "
                        f"the same; only the chunk sizes differed, {first.chunksize} and {job.chunksize}.",
                        witness=(first_op, op),
                    )
                )
    return Finding(judged=judged, violations=tuple(violations))


def _outcome(job: Job) -> tuple[Operation, Json] | None:
    """Return the operation that showed the whole outcome of *job*, and that outcome, comparable."""
    for op in job.deliveries():
        if job.pool.runs_until(op) or (op is not job.op and not job.pool.terminated_before(op)):
            return op, ["raised", op.result["type"]] if op.outcome == "raised" else ["ok", op.result]
    got: list[Json] = []
    for op in job.nexts():
        if op.open or job.pool.terminated_before(op):
            return None
        if op.raised("StopIteration"):
            ordered = sorted(got, key=repr) if job.form == "imap_unordered" else got
            return op, ["ok", ordered]
        if op.ok:
            got.append(op.result)
        elif not op.raised("TimeoutError") and not (op.method == "next" and op.raised("AttributeError")):
            return op, ["raised", op.result["type"]]
    return None
