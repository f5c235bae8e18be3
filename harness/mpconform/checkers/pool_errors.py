"""Which exceptions the operations of a pool may raise, and which one they must."""

from mpconform.checkers.pool_model import Job, Pool, pools_of, timeout_of
from mpconform.checkers.pool_results import raises_one_of
from mpconform.checkers.telling import Teller, value
from mpconform.values import Finding, History, Operation, Violation

__all__ = ("no_other_errors", "size_error")


def size_error(history: History) -> Finding:
    """Pools of no workers, or of fewer, cannot be made: ValueError.

    Judges each making of a pool with a number of processes below 1.  Exact.
    """
    teller = Teller(history)
    judged, violations = 0, []
    for pool in (*pools_of(history), *pools_of(history, failed=True)):
        if _small(pool) and not pool.op.open:
            judged += 1
            if not pool.op.raised("ValueError"):
                violations.append(
                    Violation(
                        kind="pool-of-none",
                        summary=f"{teller.call(pool.op)} did not raise ValueError.",
                        story=f"{teller.tell(pool.op)}. A pool has at least one worker.",
                        witness=(pool.op,),
                    )
                )
    return Finding(judged=judged, violations=tuple(violations))


def _small(pool: Pool) -> bool:
    """Return whether fewer than one worker is asked for."""
    given = pool.asked.get("processes")
    return isinstance(given, int) and not isinstance(given, bool) and given < 1


def no_other_errors(history: History) -> Finding:
    """No operation on a pool or its results raises what its situation does not explain.

    ========================  ====================================================================
    making a pool             nothing, if the number of workers is one or more
    submissions               what a task raises (blocking ones); ValueError once close or
                              terminate has begun
    get                       what a task raises; TimeoutError, with a timeout
    next                      what a task raises; StopIteration; TimeoutError, with a timeout;
                              AttributeError by name if the chunk size is not 1
    successful                ValueError
    join                      ValueError, unless a close or terminate had returned
    ``__enter__``             ValueError once close or terminate has begun
    ready, wait, close,       nothing
    terminate, ``__exit__``
    ========================  ====================================================================

    Submissions whose arguments are not understood are not judged, nor is their outcome.  After
    terminate what get and next raise is not judged.  Sound, O(n).
    """
    teller = Teller(history)
    judged = 0
    violations = []
    for pool in (*pools_of(history), *pools_of(history, failed=True)):
        looked_at: list[tuple[Operation, tuple[str, ...] | None]] = [(pool.op, _making(pool))]
        for op in pool.uses:
            looked_at += [(op, _on_pool(pool, op))] if not any(op is job.op for job in pool.jobs) else []
        for job in pool.jobs:
            looked_at.append((job.op, _submission(job)))
            looked_at += [(op, _on_result(job, op)) for op in job.uses]
        for op, allowed in looked_at:
            if allowed is None:
                continue
            judged += 1
            if op.outcome == "raised" and not op.raised(*allowed):
                violations.append(_unexplained(teller, pool, op))
    return Finding(judged=judged, violations=tuple(violations))


def _unexplained(teller: Teller, pool: Pool, op: Operation) -> Violation:
    """Return the violation that *op* raised what nothing explains."""
    name = op.result["type"]
    method = "Pool" if op is pool.op else op.method.strip("_")
    return Violation(
        kind=f"{method}-raised-{name}",
        summary=f"{teller.call(op)} raised {value(op.result)}.",
        story=f"{teller.tell(op)}. The documentation names no {name} for this situation.",
        witness=(op,) if op is pool.op else (pool.op, op),
    )


def _making(pool: Pool) -> tuple[str, ...] | None:
    """Return what the making of *pool* may raise; None if it is not judged."""
    if _small(pool):
        return ("ValueError",)
    return None if pool.workers is None else ()


def _on_pool(pool: Pool, op: Operation) -> tuple[str, ...] | None:
    """Return what an operation on *pool* that submits nothing may raise."""
    if op.method in {"close", "terminate", "__exit__"}:
        return ()
    if op.method == "join":
        return () if pool.ended_before(op) is not None else ("ValueError",)
    if op.method == "__enter__":
        return () if pool.runs_until(op) else ("ValueError",)
    return None


def _own(job: Job, op: Operation) -> tuple[str, ...]:
    """Return the exception of *op* if it is one that a task of *job* raises."""
    raised = op.outcome == "raised" and raises_one_of(job.failing, op.result)
    return (op.result["type"],) if raised else ()


def _submission(job: Job) -> tuple[str, ...] | None:
    """Return what the submission of *job* may raise; None if it is not judged."""
    if not job.understood:
        return None
    refused = () if job.pool.runs_until(job.op) else ("ValueError",)
    return (*refused, *(_own(job, job.op) if job.blocking else ()))


def _on_result(job: Job, op: Operation) -> tuple[str, ...] | None:
    """Return what an operation on the AsyncResult or iterator of *job* may raise."""
    late = ("TimeoutError",) if timeout_of(op) is not None else ()
    if op.method in {"get", "next", "__next__"} and (not job.understood or job.pool.terminated_before(op)):
        return None
    if op.method == "get" and job.asynchronous:
        return (*late, *_own(job, op))
    if op.method in {"next", "__next__"} and job.form.startswith("imap"):
        unnamed = ("AttributeError", "TypeError") if op.method == "next" and job.chunksize != 1 else ()
        return ("StopIteration", *late, *unnamed, *_own(job, op))
    if op.method in {"ready", "wait"} and job.asynchronous:
        return ()
    return ("ValueError",) if op.method == "successful" and job.asynchronous else None
