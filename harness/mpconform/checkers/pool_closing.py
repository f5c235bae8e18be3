"""How a pool ends: close, terminate, the with statement, join; and what they promise."""

from mpconform.checkers.pool_model import Pool, executions_of, pools_of, ran
from mpconform.checkers.telling import Teller, counted
from mpconform.values import Census, Execution, Finding, History, Operation, ProcessRecord, Violation

__all__ = ("close_completes", "closed", "context", "join_order", "join_reaps", "terminate")

#: What a scenario may call of the backend without making processes other than workers.
_HARMLESS = frozenset({"Pool", "pool.Pool", "active_children", "current_process", "cpu_count"})


def closed(history: History) -> Finding:
    """After close, terminate or the end of a with statement every submission raises ValueError.

    Judges each submission that began after one of them had returned, and that it was executed
    by nobody.  One that never returned is judged only if the run hung: it should have raised at
    once.  Exact, O(n).
    """
    teller = Teller(history)
    judged, violations = 0, []
    pools = pools_of(history)
    submitted = [e.number for pool in pools for job in pool.jobs for e in job.elements or ()]
    for job in (job for pool in pools for job in pool.jobs):
        ender = job.pool.ended_before(job.op)
        hung = job.op.open and history.ended == "hung"
        if ender is None or (job.op.open and not hung):
            continue
        judged += 1
        ghosts = [
            ran(teller, e)
            for e in history.executions
            if submitted.count(e.task) == 1 and e.task in {x.number for x in job.elements or ()}
        ]
        if job.op.raised("ValueError") and not ghosts:
            continue
        kind = "submission-accepted" if job.op.ok or hung else "submission-refused-otherwise"
        if job.op.raised("ValueError"):
            kind = "refused-and-executed"
        violations.append(
            Violation(
                kind=kind,
                summary=f"{teller.call(job.op)} was not refused by a ValueError, after {ender.method}.",
                story=f"{teller.tell(ender)}. Only then, {teller.tell(job.op)}. "
                + "".join(f"{fact[:1].upper()}{fact[1:]}. " for fact in ghosts[:1]),
                witness=(ender, job.op),
                observed=tuple(ghosts[:2]),
            )
        )
    return Finding(judged=judged, violations=tuple(violations))


def close_completes(history: History) -> Finding:
    """Tasks that were submitted before close complete, and join returns only then.

    For pools that were closed (never terminated) and joined: every task of a submission before
    close had ended when join returned, as far as executions are recorded and no task of
    the same map raised; and an AsyncResult asked after the join is ready.  Exact on these, O(n).
    """
    teller = Teller(history)
    judged, violations = 0, []
    starts: dict[int, int] = {}
    ends: dict[int, int] = {}
    for e in history.executions:
        starts[e.task] = min(starts.get(e.task, e.invoked_ns), e.invoked_ns)
        if e.returned_ns is not None:
            ends[e.task] = min(ends.get(e.task, e.returned_ns), e.returned_ns)
    for pool in pools_of(history):
        join = pool.completed()
        for job in pool.jobs if join is not None else ():
            if join is None or not job.op.ok or not job.understood or not pool.open_for(job.op):
                continue
            # Each element of these is a task of its own; map may give up when one raises.
            alone = job.chunksize == 1 and job.form not in {"map", "starmap"}
            sure = [e for e in job.elements or () if e.recorded and (not job.failing or alone)]
            late = [
                e for e in sure if _instant(ends, starts, e.number, failed=e.error is not None) > _end(join)
            ]
            unready = [
                u
                for u in job.uses
                if u.method == "ready" and u.ok and u.result is not True and join.precedes(u)
            ]
            judged += len(sure)
            if late or unready:
                what = (
                    f"task {late[0].number} had not ended"
                    if late
                    else "its result was still not ready after that"
                )
                violations.append(
                    Violation(
                        kind="join-left-tasks" if late else "not-ready-after-join",
                        summary=f"{teller.call(join)} returned, and {what}.",
                        story=f"{teller.tell(job.op)}. The pool was closed. {teller.tell(join)}; {what}.",
                        witness=(job.op, join, *unready[:1]),
                    )
                )
    return Finding(judged=judged, violations=tuple(violations))


def _instant(ends: dict[int, int], starts: dict[int, int], number: int | None, *, failed: bool) -> float:
    """Return when task *number* ended (if it *failed*, began: its record need have no end)."""
    return (starts if failed else ends).get(number or 0, float("inf"))


def _end(op: Operation) -> float:
    """Return when *op* returned."""
    return float("inf") if op.returned_ns is None else op.returned_ns


def join_order(history: History) -> Finding:
    """Join before close or terminate raises ValueError.

    Judges each join before whose return nothing that closes or terminates the pool had begun.
    One that never returned is judged only if the run hung: it should have raised.  Exact, O(n).
    """
    teller = Teller(history)
    judged, violations = 0, []
    for pool in pools_of(history):
        for op in pool.on("join"):
            hung = op.open and history.ended == "hung" and not pool.enders
            if not hung and (op.open or not pool.runs_until(op)):
                continue
            judged += 1
            if not op.raised("ValueError"):
                violations.append(
                    Violation(
                        kind="join-before-close",
                        summary=f"{teller.call(op)} of a running pool did not raise ValueError.",
                        story=f"{teller.tell(pool.op)}. {teller.tell(op)}. Nothing had closed the pool.",
                        witness=(pool.op, op),
                    )
                )
    return Finding(judged=judged, violations=tuple(violations))


def _workers_at(census: Census, records: list[Execution]) -> list[ProcessRecord]:
    """Return the processes in *census* that worked before it was taken."""
    pids = {e.pid for e in records if e.invoked_ns < census.at_ns}
    return [p for p in census.processes if p.pid in pids]


def _only_pools(history: History) -> bool:
    """Return whether nothing in the scenario makes processes, save pools."""
    scenario = history.scenario
    made = {spec.factory for spec in scenario.objects.values()}
    made |= {op.method for op in history.operations if op.target == "@"}
    return set(scenario.actors) <= {"main"} and made <= _HARMLESS


def _new_zombies(history: History, census: Census) -> list[ProcessRecord]:
    """Return the zombies in *census* that can only be workers; see ``join_reaps``."""
    before = [c for c in history.census.values() if c.at_ns < min(p.op.invoked_ns for p in pools_of(history))]
    joined = all(
        (join := pool.joined()) is not None and _end(join) < census.at_ns
        for pool in (*pools_of(history), *pools_of(history, failed=True))
    )
    if not before or not joined or not _only_pools(history):
        return []
    old = {p.pid for p in max(before, key=lambda c: c.at_ns).processes}
    return [p for p in census.zombies if p.pid not in old and p.parent_pid == census.agent_pid]


def join_reaps(history: History) -> Finding:
    """When a closed or terminated pool was joined, none of its worker processes is left, not even dead.

    Looks in every census taken after such a join for processes that executed tasks or the
    initializer of this pool.  If pools alone make processes in the scenario and all have been
    joined, a child that is a zombie now and was not there before the first pool is theirs too.
    Sound: a worker that left no record and is alive is not recognised.  O(n).
    """
    teller = Teller(history)
    judged, violations = 0, []
    pools = pools_of(history)
    for pool, records in executions_of(history, pools).items():
        join = pool.joined()
        for label, census in sorted(history.census.items()) if join is not None else ():
            if join is None or census.at_ns <= _end(join):
                continue
            known = [e for e in records if e.pid != census.agent_pid]
            left = _workers_at(census, known)
            zombies = [p for p in _new_zombies(history, census) if p not in left]
            judged += len({e.pid for e in known}) or int(bool(zombies))
            if left or zombies:
                violations.append(_left_behind(teller, pool, join, label, [*left, *zombies]))
    return Finding(judged=judged, violations=tuple(violations))


def _left_behind(
    teller: Teller, pool: Pool, join: Operation, label: str, left: list[ProcessRecord]
) -> Violation:
    """Return the violation that workers were *left* in a census after *join*."""
    facts = tuple(f"process {p.pid}, child of {p.parent_pid}, in state {p.state}" for p in left[:4])
    dead = all(p.zombie for p in left)
    return Violation(
        kind="zombie-worker-left" if dead else "worker-left",
        summary=f"{pool.name} had been joined, and left {counted(len(left), 'worker')}.",
        story=f"{teller.tell(join)}. The census {label!r} after that shows " + "; ".join(facts) + ".",
        witness=(join,),
        observed=facts,
    )


def terminate(history: History) -> Finding:
    """Terminate stops the workers at once: it returns, they are gone after join, nothing is completed.

    Judges each terminate: it ends without an exception; a run that hangs in it, or in the join
    after it, breaks the rule; when it and a join have returned, no task begins or ends any more
    and no worker lives (in a census after it).  Sound, O(n).
    """
    return _stopped(history, "terminate")


def context(history: History) -> Finding:
    """With statements give the pool itself, and terminate it at their end.

    Judges each ``__enter__`` of a running pool (it returns the pool) and each ``__exit__``, as
    ``terminate``; after it every submission raises ValueError.  Sound, O(n).
    """
    teller = Teller(history)
    found = _stopped(history, "__exit__")
    judged, violations = found.judged, list(found.violations)
    for pool in pools_of(history):
        for op in pool.on("__enter__"):
            if op.open or not pool.runs_until(op):
                continue
            judged += 1
            if op.outcome == "raised" or not _is_it(pool, op):
                story = f"{teller.tell(pool.op)}. {teller.tell(op)}. It must return the pool itself."
                summary = f"{teller.call(op)} did not return the pool."
                violations.append(
                    Violation(kind="enter-not-itself", summary=summary, story=story, witness=(pool.op, op))
                )
        for job in pool.jobs:
            left = next((e for e in pool.on("__exit__") if e.ok and e.precedes(job.op)), None)
            if left is None or job.op.open:
                continue
            judged += 1
            if job.op.ok:
                story = f"{teller.tell(left)}. Only then, {teller.tell(job.op)}."
                summary = f"{teller.call(job.op)} was accepted after the with statement."
                violations.append(
                    Violation(
                        kind="accepted-after-with", summary=summary, story=story, witness=(left, job.op)
                    )
                )
    return Finding(judged=judged, violations=tuple(violations))


def _is_it(pool: Pool, op: Operation) -> bool:
    """Return whether *op* returned *pool*, under whatever name the actor knows it by."""
    return isinstance(op.result, dict) and op.result.get("$object") in pool.names


def _stopped(history: History, method: str) -> Finding:
    """Judge the operations *method* that terminate pools."""
    teller = Teller(history)
    judged, violations = 0, []
    pools = pools_of(history)
    for pool, records in executions_of(history, pools).items():
        for op in pool.on(method):
            joins = [j for j in pool.on("join") if op.precedes(j)]
            fault = _not_ended(history, op, joins)
            if fault is None and not op.ok:
                continue
            judged += 1
            join = next((j for j in joins if j.ok), None)
            facts = _alive_after(history, teller, records, join) if join is not None else ()
            if fault is not None:
                kind, proof = fault
                story = f"{teller.tell(op)}. " + (f"{teller.tell(proof)}." if proof is not op else "")
                witness = (op,) if proof is op else (op, proof)
                summary = f"{teller.call(op)} did not stop the pool."
                violations.append(Violation(kind=kind, summary=summary, story=story, witness=witness))
            elif facts and join is not None:
                story = f"{teller.tell(op)}. {teller.tell(join)}. After that, " + "; ".join(facts) + "."
                summary = f"Workers of {pool.name} were at work after {op.method} and join."
                violations.append(
                    Violation(
                        kind="worker-outlives-terminate",
                        summary=summary,
                        story=story,
                        witness=(op, join),
                        observed=facts,
                    )
                )
    return Finding(judged=judged, violations=tuple(violations))


def _not_ended(history: History, op: Operation, joins: list[Operation]) -> tuple[str, Operation] | None:
    """Return what shows that *op*, which terminates, or the join after it did not end well."""
    if op.outcome == "raised":
        return "terminate-raised", op
    if history.ended != "hung":
        return None
    if op.open:
        return "terminate-hung", op
    return next((("join-hung-after-terminate", j) for j in joins if j.open), None)


def _alive_after(
    history: History, teller: Teller, records: list[Execution], join: Operation
) -> tuple[str, ...]:
    """Return, in words, what workers did after *join* had returned, and which still lived."""
    end = _end(join)
    facts = [ran(teller, e) for e in records if e.invoked_ns > end or (e.returned_ns or 0) > end]
    for label, census in sorted(history.census.items()):
        if census.at_ns > end:
            alive = [p for p in _workers_at(census, records) if not p.zombie and p.pid != census.agent_pid]
            facts += [f"process {p.pid} is in state {p.state} in the census {label!r}" for p in alive]
    return tuple(facts[:4])
