"""When a result is there: ready, successful, wait, and get with a timeout."""

import math

from mpconform.checkers.pool_model import Job, jobs_of, timeout_of
from mpconform.checkers.pool_results import fits, raises_one_of
from mpconform.checkers.pool_tasks import Element
from mpconform.checkers.telling import Teller, duration
from mpconform.values import Finding, History, Operation, Violation

__all__ = ("Bounds", "ready", "result_timeout", "successful", "too_early", "wait")

#: Half of what the coarsest clock that a wait is measured with may be off.
_GRANULARITY_NS = 2_000_000


class Bounds:
    """How early, at best, each task of a history can have ended.

    A task that waits for a point ends after main began the rendezvous of that point; a task
    whose executions are recorded ends after the first of them returned.
    """

    def __init__(self, history: History) -> None:
        """Collect the points that main reached, and the ends of all executions.  O(n)."""
        self._points: dict[int, int] = {}
        for op in history.by("main"):
            if not op.target and op.method == "rendezvous" and op.arguments:
                self._points.setdefault(op.arguments[0], op.invoked_ns)
        self._starts: dict[int, int] = {}
        self._ends: dict[int, int] = {}
        for execution in sorted(history.executions, key=lambda e: e.invoked_ns):
            self._starts.setdefault(execution.task, execution.invoked_ns)
            if execution.returned_ns is not None:
                known = self._ends.get(execution.task, execution.returned_ns)
                self._ends[execution.task] = min(known, execution.returned_ns)

    def of(self, element: Element) -> float:
        """Return the instant (ns) at which *element* can have ended, at the earliest."""
        # The record of a task that raises need not have an end.
        stamps = self._ends if element.error is None else self._starts
        begun = stamps.get(element.number or 0, math.inf) if element.recorded else -math.inf
        point = -math.inf if element.point is None else self._points.get(element.point, math.inf)
        return max(begun, point)

    def of_job(self, job: Job) -> float:
        """Return the same for the whole of *job*: when all have ended, or one that raises has.

        Whether a job is over when its first task raises, the documentation does not say.
        """
        if not job.understood:
            return -math.inf
        everything = max(map(self.of, job.elements or ()), default=-math.inf)
        return min((everything, *map(self.of, job.failing)))

    def unfinished(self, job: Job, op: Operation) -> bool:
        """Return whether *job* surely was not over yet when *op* returned."""
        return op.returned_ns is not None and op.returned_ns < self.of_job(job)


def too_early(op: Operation) -> bool:
    """Return whether *op*, which gave up waiting, did so before its timeout, 2 ms granted."""
    limit = timeout_of(op)
    if limit is None or limit <= 0 or op.returned_ns is None:
        return False
    return op.returned_ns - op.invoked_ns < round(limit * 1e9) - _GRANULARITY_NS


def _proof(bounds: Bounds, job: Job, op: Operation) -> Operation | None:
    """Return an operation that shows that *job* was over before *op* began, or None.

    A get that delivered, a successful that answered, or the join of a closed pool; none that
    can be known to have been wrong itself.
    """
    for seen in job.uses:
        told = (seen.method == "successful" and seen.ok) or seen in job.deliveries()
        wrong = bounds.unfinished(job, seen) or job.pool.terminated_before(seen)
        if told and not wrong and seen.precedes(op):
            return seen
    join = job.pool.completed()
    return join if join is not None and join.precedes(op) and job.op.precedes(join) else None


def _violation(teller: Teller, kind: str, op: Operation, other: Operation, why: str) -> Violation:
    """Return the violation that *op* shows together with *other*."""
    story = f"{teller.tell(other)}. {teller.tell(op)}. {why[:1].upper()}{why[1:]}"
    witness = tuple(sorted((other, op), key=lambda o: o.invoked_ns))
    return Violation(kind=kind, summary=f"{teller.call(op)}: {why}", story=story, witness=witness)


def _results(history: History) -> list[Job]:
    """Return the jobs that gave an AsyncResult."""
    return [job for job in jobs_of(history) if job.asynchronous and job.op.ok]


def ready(history: History) -> Finding:
    """Ready is true when the call has completed, and false before.

    True is wrong while a task of the call surely runs or waits (its recorded execution had not
    returned, or the point that it waits for was not reached); False is wrong once a get
    delivered, successful answered, or a closed pool was joined; and after True nothing may find
    the result not there.  Answers in between are not judged.  Exact for one call whose task was
    recorded, with `successful`, `wait` and `result_timeout`; sound otherwise.  O(n**2).
    """
    teller, bounds = Teller(history), Bounds(history)
    judged, violations = 0, []
    for job in _results(history):
        for op in (u for u in job.uses if u.method == "ready" and u.ok):
            proof = _proof(bounds, job, op)
            later = _found_nothing(job, op) if op.result is True else None
            if bounds.unfinished(job, op):
                judged += 1
                if op.result is not False:
                    why = "it was asked before the last task of the call can have ended."
                    violations.append(_violation(teller, "ready-too-early", op, job.op, why))
            elif proof is not None and not job.pool.terminated_before(op):
                judged += 1
                if op.result is not True:
                    why = "the call had completed before it was asked."
                    violations.append(_violation(teller, "not-ready-after-completion", op, proof, why))
            elif later is not None and _proof(bounds, job, later) is None:
                judged += 1
                why = "it was ready, and yet there was no result later."
                violations.append(_violation(teller, "ready-without-result", op, later, why))
    return Finding(judged=judged, violations=tuple(violations))


def successful(history: History) -> Finding:
    """Successful raises ValueError before completion, and then says whether nothing was raised.

    An answer must be right whenever it is given; ValueError is due while the call surely has
    not completed, and wrong once it surely has (see ``ready``).  Sound, O(n) for each call.
    """
    teller, bounds = Teller(history), Bounds(history)
    judged, violations = 0, []
    for job in _results(history):
        for op in (u for u in job.uses if u.method == "successful" and not u.open):
            proof = _proof(bounds, job, op)
            fault = None
            if bounds.unfinished(job, op):
                if not op.raised("ValueError"):
                    fault = (
                        "successful-too-early",
                        job.op,
                        "ValueError was due: the call had not completed.",
                    )
            elif op.ok and job.understood:
                if op.result is not (not job.failing):
                    fate = "a task of the call raised" if job.failing else "no task of the call raised"
                    fault = ("successful-wrong", job.op, f"{fate}.")
            elif op.raised("ValueError") and proof is not None and not job.pool.terminated_before(op):
                fault = (
                    "not-successful-after-completion",
                    proof,
                    "the call had completed before it was asked.",
                )
            elif proof is None:
                continue
            judged += 1
            if fault is not None:
                kind, other, why = fault
                violations.append(_violation(teller, kind, op, other, why))
    return Finding(judged=judged, violations=tuple(violations))


def wait(history: History) -> Finding:
    """Wait returns when the result is there, or when its timeout has passed; not before.

    A wait without timeout, or one that returned before its timeout, must have seen the end of
    the call: wrong if a task of it surely had not ended, or if a later ready, successful or get
    finds no result (unless a get before had delivered one).  It returns None.  Sound, O(n**2).
    """
    teller, bounds = Teller(history), Bounds(history)
    judged, violations = 0, []
    for job in _results(history):
        for op in (u for u in job.uses if u.method == "wait" and u.ok):
            if (timeout_of(op) is not None and not too_early(op)) or job.pool.terminated_before(op):
                judged += bounds.unfinished(job, op)  # It had to give up, and did, in its own time.
                continue
            judged += 1
            later = _found_nothing(job, op)
            if bounds.unfinished(job, op):
                waited = duration(round(op.elapsed_s * 1e9))
                why = f"it came back after {waited}, before the call can have ended."
                violations.append(_violation(teller, "wait-too-early", op, job.op, why))
            elif later is not None and _proof(bounds, job, later) is None:
                why = "it had come back before its timeout, and yet there was no result."
                violations.append(_violation(teller, "wait-without-result", op, later, why))
    return Finding(judged=judged, violations=tuple(violations))


def _found_nothing(job: Job, op: Operation) -> Operation | None:
    """Return an operation after *op* that found the result not there yet, or None."""
    for later in job.uses:
        nothing = (
            (later.method == "ready" and later.ok and later.result is False)
            or (later.method == "successful" and later.raised("ValueError"))
            or (later.method == "get" and later.raised("TimeoutError") and timeout_of(later) is not None)
        )
        if nothing and op.precedes(later):
            return later
    return None


def result_timeout(history: History) -> Finding:
    """Get with a timeout raises multiprocessing.TimeoutError when it has passed; the result still comes.

    Judges each get with a timeout that raised TimeoutError (not before the timeout, not once
    the call surely had completed, and of the package's own class: a ProcessError), each that
    returned although the call surely had not completed, and each later get after a timeout
    (it delivers what it always would have).  Sound, O(n**2) in the uses of one result.
    """
    teller, bounds = Teller(history), Bounds(history)
    judged, violations = 0, []
    for job in _results(history):
        expired: Operation | None = None
        for op in (u for u in job.uses if u.method == "get" and not u.open):
            timed_out = timeout_of(op) is not None and op.raised("TimeoutError")
            fault: tuple[str, Operation, str] | None
            if timed_out:
                fault = _timeout_fault(bounds, job, op)
                expired = expired or op
            elif timeout_of(op) is not None and bounds.unfinished(job, op):
                fault = ("get-without-timeout", job.op, "TimeoutError was due: the call had not completed.")
            elif expired is not None and job.understood and not job.pool.terminated_before(op):
                fault = _late_fault(job, op, expired)
            else:
                continue
            judged += 1
            if fault is not None:
                kind, other, why = fault
                violations.append(_violation(teller, kind, op, other, why))
    return Finding(judged=judged, violations=tuple(violations))


def _timeout_fault(bounds: Bounds, job: Job, op: Operation) -> tuple[str, Operation, str] | None:
    """Return what is wrong with a get that raised TimeoutError."""
    proof = _proof(bounds, job, op)
    if too_early(op):
        waited = duration(round(op.elapsed_s * 1e9))
        return "timeout-too-early", job.op, f"it gave up after {waited}, before its timeout."
    if proof is not None and not job.pool.terminated_before(op):
        return "timeout-after-completion", proof, "the result was there before it began."
    if "ProcessError" not in op.result["mro"]:
        return "timeout-of-another-class", job.op, "its TimeoutError is not multiprocessing.TimeoutError."
    return None


def _late_fault(job: Job, op: Operation, expired: Operation) -> tuple[str, Operation, str] | None:
    """Return what is wrong with a get that came after one that timed out."""
    if op.outcome == "raised":
        good = raises_one_of(job.failing, op.result)
    else:
        good = not job.failing and fits(job, op.result) is None
    return None if good else ("result-lost-after-timeout", expired, "the result did not survive the timeout.")
