"""What a worker that is killed while it runs a task does to the other tasks, to its pool, and to others."""

from collections.abc import Iterator

from mpconform.checkers.faults import deadly_tasks, tasks_in
from mpconform.checkers.pool_model import Job, Pool, pools_of
from mpconform.checkers.pool_results import fits
from mpconform.checkers.surprises import Surprises
from mpconform.checkers.telling import Teller, value
from mpconform.values import Execution, Finding, History, Operation, Violation

__all__ = ("ends", "others_survive", "results")


def results(history: History) -> Finding:
    """Check that when a worker is killed in a task, every other task gives its own result or an exception.

    Judges whatever is delivered of jobs of a pool one of whose tasks killed its worker; of that task
    itself, nothing may be delivered but an exception.  Notes what it was.  O(operations).
    """
    teller = Teller(history)
    judged, violations, surprises = 0, [], Surprises(history)
    for pool, death in _stricken(history):
        for job in pool.jobs:
            lost = _deadly(job)
            for op in job.deliveries() if lost or job.understood else ():
                judged += 1
                if op.outcome == "raised":
                    whose = "the lost" if lost else "another"
                    surprises.took(f"{whose} task raised {op.result['type']}", op)
                    continue
                wrong = ("lost-task-returned", "although its worker had died in it") if lost else None
                wrong = wrong or fits(job, op.result)
                if wrong is not None:
                    violations.append(_violation(teller, death, op, f"kill-{wrong[0]}", _returned(op)))
            if lost:
                timeouts = [op for op in job.uses if op.method == "get" and op.raised("TimeoutError")]
                if timeouts and not job.deliveries():
                    surprises.took("the lost task never came", max(timeouts, key=lambda op: op.elapsed_s))
    return surprises.finding(judged, violations)


def others_survive(history: History) -> Finding:
    """Check that a worker that is killed in a task leaves the other pools as they were.

    Judges what was asked of other pools after the kill, while they were open: it works.  O(operations).
    """
    teller = Teller(history)
    judged, violations = 0, []
    stricken = dict(_stricken(history))
    for death in stricken.values():
        for pool in pools_of(history):
            for job in pool.jobs if pool not in stricken else ():
                op = job.op
                late = op.invoked_ns > death.invoked_ns and job.understood and not job.failing
                if not late or not job.blocking or not (op.open or pool.runs_until(op)):
                    continue
                if op.open:
                    if history.ended == "hung" and op.actor == "main":
                        judged += 1
                        violations.append(_violation(teller, death, op, "other-pool-blocked", "blocked"))
                    continue
                judged += 1
                if op.outcome == "raised":
                    what = f"raised {value(op.result)}"
                    violations.append(_violation(teller, death, op, "other-pool-failed", what))
                elif fits(job, op.result) is not None:
                    violations.append(_violation(teller, death, op, "other-pool-wrong", _returned(op)))
    return Finding(judged=judged, violations=tuple(violations))


def ends(history: History) -> Finding:
    """Check that a pool of which a worker was killed in a task is ended by terminate and join.

    Judges terminate and join after the kill: they return, and no process that had run a task of the pool
    lives in a census after the join.  O(operations + executions).
    """
    teller = Teller(history)
    judged, violations = 0, []
    for pool, death in _stricken(history):
        if not any(op.invoked_ns > death.invoked_ns for op in pool.on("terminate")):
            continue
        for op in pool.on("terminate", "join"):
            stuck = op.open and history.ended == "hung"
            judged += stuck or op.returned_ns is not None
            if stuck or op.outcome == "raised":
                what = f"raised {value(op.result)}" if op.outcome == "raised" else "blocked for ever"
                violations.append(_violation(teller, death, op, f"kill-{op.method}-fails", what))
        join = next((j for j in pool.on("join") if j.ok and j.invoked_ns > death.invoked_ns), None)
        if join is None:
            continue
        for label, pid in _left(history, pool, join):
            violations.append(
                Violation(
                    kind="worker-left",
                    summary=f"After terminate and join, worker {pid} of {pool.name} still lived.",
                    story=f"{_told(death)}. {teller.tell(join)}.",
                    witness=(join,),
                    observed=(f"census {label!r} showed worker {pid} alive",),
                )
            )
    return Finding(judged=judged, violations=tuple(violations))


def _stricken(history: History) -> Iterator[tuple[Pool, Execution]]:
    """Yield each pool with the first of its tasks that was begun and that killed its worker."""
    for pool in pools_of(history):
        numbers = {n for job in pool.jobs if _deadly(job) for n in _numbers(job)}
        deaths = [e for e in history.executions if e.task in numbers]
        if deaths:
            yield pool, min(deaths, key=lambda e: e.invoked_ns)


def _deadly(job: Job) -> bool:
    return deadly_tasks((job.op.arguments, tuple(job.op.keywords.values())))


def _numbers(job: Job) -> set[int]:
    """Return the numbers of the tasks in the arguments of *job*."""
    return set(tasks_in((job.op.arguments, tuple(job.op.keywords.values()))))


def _left(history: History, pool: Pool, join: Operation) -> Iterator[tuple[str, int]]:
    """Yield the census and the process id of each worker of *pool* that lived after *join*."""
    numbers = {n for job in pool.jobs for n in _numbers(job)}
    others = {n for one in pools_of(history) if one is not pool for job in one.jobs for n in _numbers(job)}
    workers = {e.pid for e in history.executions if e.task in numbers - others}
    for label, census in history.census.items():
        if census.at_ns > (join.returned_ns or 0):
            yield from ((label, p.pid) for p in census.processes if p.pid in workers and p.state not in "ZX")


def _returned(op: Operation) -> str:
    return f"returned {value(op.result)}"


def _told(death: Execution) -> str:
    return f"Task {death.task} killed its worker, process {death.pid}"


def _violation(teller: Teller, death: Execution, op: Operation, kind: str, what: str) -> Violation:
    return Violation(
        kind=kind,
        summary=f"After a worker was killed in a task, {teller.call(op)} {what}.",
        story=f"{_told(death)}. {teller.tell(op)}.",
        witness=(op,),
        observed=(_told(death),),
    )
