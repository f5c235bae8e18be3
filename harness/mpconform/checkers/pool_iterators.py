"""What imap and imap_unordered yield, one by one."""

from mpconform.checkers.pool_model import Job, jobs_of, timeout_of
from mpconform.checkers.pool_tasks import Element
from mpconform.checkers.pool_waiting import Bounds, too_early
from mpconform.checkers.telling import Teller, counted, duration, value
from mpconform.values import Finding, History, Json, Operation, Violation

__all__ = ("imap_results", "imap_timeout", "imap_unordered_results")

#: A fault: its kind, the operation that shows it, and the rest of the sentence.
_Fault = tuple[str, Operation, str]


def imap_results(history: History) -> Finding:
    """Imap yields the result of each element in the order of the iterable, and then stops.

    Follows each iterator from its first next.  A next that timed out yields nothing and loses
    nothing.  With chunk size 1 an element that raises takes its own turn and those after it
    follow; with larger chunks the documentation does not say what follows an exception, so
    judging ends there.  Exact for iterators without failing elements, O(n).
    """
    return _judge(history, "imap")


def imap_unordered_results(history: History) -> Finding:
    """Imap_unordered yields the result of every element once; from one worker, in order.

    Compares what was yielded with the elements as multisets: a value that no element that is
    still due can have given is wrong, and so is an end while elements are due.  A pool of one
    worker is followed as ``imap`` is.  Exact for iterators without failing elements, O(n**2).
    """
    return _judge(history, "imap_unordered")


def _turns(job: Job) -> list[Operation]:
    """Return the nexts of *job* that say something, up to the first about which nothing is known."""
    turns = []
    for op in job.nexts():
        if op.open or job.pool.terminated_before(op):
            break
        silent = op.raised("TimeoutError") or (op.method == "next" and op.raised("AttributeError"))
        if not silent:
            turns.append(op)
    return turns


def _judge(history: History, form: str) -> Finding:
    """Follow the iterators of *form*; of each, the first fault counts."""
    teller = Teller(history)
    judged, violations = 0, []
    for job in jobs_of(history):
        if job.form != form or not job.op.ok or not job.understood:
            continue
        ordered = form == "imap" or job.pool.workers == 1
        count, fault = _in_order(job) if ordered else _as_multiset(job)
        judged += count
        if fault is not None:
            kind, op, what = fault
            violations.append(
                Violation(
                    kind=kind,
                    summary=f"{teller.call(op)}: {what}.",
                    story=f"{teller.tell(job.op)}. Of its iterator, {teller.tell(op)}. By then {what}.",
                    witness=(job.op, op),
                )
            )
    return Finding(judged=judged, violations=tuple(violations))


def _in_order(job: Job) -> tuple[int, _Fault | None]:
    """Return how many turns were judged, and the first that is not the next element's."""
    elements = job.elements or ()
    position = judged = 0
    for op in _turns(job):
        if op.outcome == "raised" and not op.raised("StopIteration"):
            if job.chunksize != 1 or position >= len(elements) or not elements[position].raises(op.result):
                # What follows is not documented, or it is another requirement that is broken.
                fault = _failed_too_early(job, op, position)
                return judged + 1, fault
            judged, position = judged + 1, position + 1
            continue
        judged += 1
        due = elements[position] if position < len(elements) else None
        if op.raised("StopIteration"):
            if due is not None:
                return judged, (
                    "ended-early",
                    op,
                    f"still due: {counted(len(elements) - position, 'element')}",
                )
            continue
        if due is None:
            return judged, (
                "yielded-too-much",
                op,
                f"all {counted(len(elements), 'element')} had been yielded",
            )
        if not due.gives(op.result):
            return judged, _misplaced(elements, position, op)
        position += 1
    return judged, None


def _failed_too_early(job: Job, op: Operation, position: int) -> _Fault | None:
    """Return the fault of an exception that overtook results, if it did.

    With chunk size 1 the exception of a later element is out of turn.  A larger chunk fails as
    a whole, and takes with it the elements before the one that raised; but whole chunks before
    it come first, so that only an exception of an element already passed is out of turn.
    """
    elements = job.elements or ()
    owners = [i for i, e in enumerate(elements) if e.raises(op.result)]
    if not owners or (job.chunksize != 1 and max(owners) >= position):
        return None
    return "imap-out-of-order", op, f"element {position} was next, and this is the exception of another"


def _misplaced(elements: tuple[Element, ...], position: int, op: Operation) -> _Fault:
    """Return the fault of a value that is not that of element *position*."""
    due = elements[position]
    owed = "an exception" if due.error is not None else value(due.value)
    what = f"element {position} ({owed}) was next, and {value(op.result)} came"
    if any(e.gives(op.result) and not e.free for e in elements[position + 1 :]):
        return "imap-skipped", op, f"{what}, which belongs to a later element"
    if any(e.gives(op.result) and not e.free for e in elements[:position]):
        return "imap-repeated", op, f"{what}, which belongs to an earlier element"
    return "imap-wrong", op, what


def _as_multiset(job: Job) -> tuple[int, _Fault | None]:
    """Return how many turns were judged, and the first that no element still due explains."""
    elements = job.elements or ()
    due = sorted(elements, key=lambda e: (e.free, e.behaviour != "pid"))
    judged = 0
    for op in _turns(job):
        failed = op.outcome == "raised" and not op.raised("StopIteration")
        if failed and job.chunksize != 1:
            break  # A chunk fails as a whole; what follows is not documented.
        judged += 1
        if op.raised("StopIteration"):
            if due:
                return judged, ("unordered-lost", op, f"still due: {counted(len(due), 'element')}")
            continue
        # A value goes to the most particular element that can have given it: those that could
        # have given more values stay due, so that no later value goes without one wrongly.
        owner = next((e for e in due if _explains(e, failed, op.result)), None)
        if owner is None:
            if failed and not any(_explains(e, failed, op.result) for e in elements):
                break  # An exception of no task at all: another requirement is broken.
            before = any(_explains(e, failed, op.result) for e in elements)
            kind = "unordered-repeated" if before else "unordered-wrong"
            return judged, (kind, op, f"no element that was still due gives {value(op.result)}")
        due.remove(owner)
    return judged, None


def _explains(element: Element, failed: bool, result: Json) -> bool:  # noqa: FBT001 - private, and two lines long
    """Return whether *element* gives, or if *failed* raises, *result*."""
    return element.raises(result) if failed else element.gives(result)


def imap_timeout(history: History) -> Finding:
    """With chunk size 1, next(timeout) raises multiprocessing.TimeoutError when it has passed.

    Judges each next with a timeout that raised TimeoutError (not before the timeout, of the
    package's own class, and not after the closed pool was joined), and each that yielded
    while the element whose turn it was surely had not ended (known for ``imap``, and for
    ``imap_unordered`` if none had).  Sound, O(n).
    """
    teller, bounds = Teller(history), Bounds(history)
    judged, violations = 0, []
    for job in jobs_of(history):
        if not job.op.ok or not job.form.startswith("imap") or job.chunksize != 1 or not job.understood:
            continue
        position: int | None = 0
        for op in job.nexts():
            if op.open or job.pool.terminated_before(op):
                break
            expired = op.raised("TimeoutError")
            if timeout_of(op) is not None:
                waiting = _unfinished(bounds, job, op, position)
                judged += expired or waiting
                fault = _expiry(job, op) if expired else _haste(op) if waiting else None
                if fault is not None:
                    kind, what = fault
                    story = f"{teller.tell(job.op)}. Of its iterator, {teller.tell(op)}: {what}."
                    summary = f"{teller.call(op)}: {what}."
                    violations.append(
                        Violation(kind=kind, summary=summary, story=story, witness=(job.op, op))
                    )
            if not expired:
                position = None if position is None else position + 1
    return Finding(judged=judged, violations=tuple(violations))


def _unfinished(bounds: Bounds, job: Job, op: Operation, position: int | None) -> bool:
    """Return whether what *op* waited for surely was not there when it returned."""
    elements = job.elements or ()
    if op.returned_ns is None or position is None or position >= len(elements):
        return False
    candidates = elements[position : position + 1] if job.form == "imap" else elements
    return all(op.returned_ns < bounds.of(e) for e in candidates)


def _haste(op: Operation) -> tuple[str, str]:
    """Return the fault of a next that did not wait for its element."""
    given = f"{value(op.result)} came" if op.result is not None else "it came back"
    return "next-too-early", f"{given} before the task can have ended, where TimeoutError was due"


def _expiry(job: Job, op: Operation) -> tuple[str, str] | None:
    """Return what is wrong with a next that raised TimeoutError, or None."""
    if too_early(op):
        return "next-timeout-too-early", f"it gave up after {duration(round(op.elapsed_s * 1e9))}, too early"
    join = job.pool.completed()
    if join is not None and join.precedes(op) and job.op.precedes(join):
        return "next-timeout-after-completion", "the closed pool had been joined, so every task had ended"
    if "ProcessError" not in op.result["mro"]:
        return "next-timeout-of-another-class", "its TimeoutError is not multiprocessing.TimeoutError"
    return None
