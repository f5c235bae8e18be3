"""Who executes the tasks: once each, in worker processes, initialised, and replaced in time."""

from collections import Counter

from mpconform.checkers.pool_model import Job, Pool, executions_of, pools_of, ran
from mpconform.checkers.pool_tasks import same
from mpconform.checkers.telling import Teller, counted, often, value
from mpconform.values import Execution, Finding, History, Json, Operation, Violation

__all__ = ("all_workers", "elsewhere", "initializer", "max_tasks", "once", "pool_size")


def once(history: History) -> Finding:
    """Each task is executed exactly once.

    At most as many executions of a task number as times it was submitted, whatever became of
    the submission; at least as many as results say so: of calls in which no element raises
    (an element after one that raises need not be executed) and which returned, whose iterator
    came to its end, or whose closed pool was joined.  A task that nobody submitted is executed
    never, if every submission is understood.  Exact for what is known, O(n).
    """
    teller = Teller(history)
    pools = pools_of(history)
    jobs = [job for pool in pools for job in pool.jobs]
    vague = any(job.elements is None for job in jobs)
    most: Counter[int] = Counter()
    least: dict[int, list[Operation]] = {}
    for job in jobs:
        shown = _shown(job)
        for element in (e for e in job.elements or () if e.number is not None):
            most[element.number or 0] += 1
            if shown is not None and element.recorded:
                least.setdefault(element.number or 0, []).append(shown)
    records: dict[int, list[Execution]] = {}
    for execution in history.executions:
        if execution.task >= 0:
            records.setdefault(execution.task, []).append(execution)
    violations = []
    for number in sorted({*records, *least}):
        seen, shown_by = records.get(number, []), least.get(number, [])
        if len(seen) > most[number] and not (vague and most[number] == 0) and pools:
            facts = tuple(ran(teller, e) for e in seen[:4])
            violations.append(
                Violation(
                    kind="executed-again" if most[number] else "executed-unasked",
                    summary=f"Task {number} was {_submitted(most[number])}, and executed {often(len(seen))}.",
                    story=". ".join(f"{fact[:1].upper()}{fact[1:]}" for fact in facts) + ".",
                    observed=facts,
                )
            )
        elif len(seen) < len(shown_by):
            violations.append(
                Violation(
                    kind="never-executed",
                    summary=f"Task {number} was {often(len(seen))} executed, and has "
                    f"{counted(len(shown_by), 'result')}.",
                    story=f"{teller.tell(shown_by[-1])}. By then task {number} should have been executed.",
                    witness=tuple(shown_by[:4]),
                    observed=tuple(ran(teller, e) for e in seen[:2]),
                )
            )
    judged = len({*records, *least}) if pools else 0
    return Finding(judged=judged, violations=tuple(violations))


def _submitted(count: int) -> str:
    return f"submitted {often(count)}" if count else "never submitted"


def _shown(job: Job) -> Operation | None:
    """Return the operation by whose return every task of *job* must have been executed, or None."""
    if not job.understood or job.failing:
        return None
    whole = next((op for op in job.deliveries() if op.ok), None)
    ends = next((op for op in job.nexts() if op.raised("StopIteration")), None)
    if whole is None and ends is not None and not job.pool.terminated_before(ends):
        clean = all(op.ok or op.raised("StopIteration", "TimeoutError") for op in job.nexts() if not op.open)
        whole = ends if clean else None
    join = job.pool.completed()
    if whole is None and join is not None and job.op.ok and job.pool.open_for(job.op):
        whole = join
    return whole


def _agents(history: History) -> dict[int, str]:
    """Return the processes that are no workers: pid to name of the actor."""
    found = {census.agent_pid: "main" for census in history.census.values()}
    for name, record in history.actors.items():
        found.update(dict.fromkeys(record.pids, name))
    return found


def elsewhere(history: History) -> Finding:
    """Tasks run in worker processes, and in no process of the program that uses the pool.

    Judges each execution, and each recorded result of a ``pid`` task: it is the process of an
    execution of that task.  Exact, O(n).
    """
    teller = Teller(history)
    agents = _agents(history)
    pools = pools_of(history)
    if not agents or not pools:
        return Finding()
    violations = []
    for execution in history.executions:
        if execution.pid in agents:
            fact = ran(teller, execution)
            violations.append(
                Violation(
                    kind="executed-in-the-program",
                    summary=f"{fact[:1].upper()}{fact[1:]}, which is {agents[execution.pid]} itself.",
                    story=f"{fact[:1].upper()}{fact[1:]}. That is the process of {agents[execution.pid]}; "
                    "a pool runs tasks in processes of its own.",
                    observed=(fact,),
                )
            )
    where: dict[int, set[int]] = {}
    for execution in history.executions:
        where.setdefault(execution.task, set()).add(execution.pid)
    told = [found for pool in pools for job in pool.jobs for found in _pids_told(job)]
    for op, number, pid in told:
        if number in where and pid not in where[number]:
            violations.append(
                Violation(
                    kind="another-process-told",
                    summary=f"Task {number} returned process {pid}, and ran in {sorted(where[number])}.",
                    story=f"{teller.tell(op)}. Task {number} says that it ran in process {pid}.",
                    witness=(op,),
                )
            )
    return Finding(judged=len(history.executions) + len(told), violations=tuple(violations))


def _pids_told(job: Job) -> list[tuple[Operation, int, int]]:
    """Return (operation, task, pid) for each ``pid`` task whose own result is known."""
    if not job.understood or job.failing:
        return []
    found = []
    for op in job.deliveries():
        results = [op.result] if job.form == "apply" else op.result
        if op.ok and isinstance(results, list) and len(results) == len(job.elements or ()):
            pairs = zip(job.elements or (), results, strict=False)
            found += [(op, e.number or 0, r) for e, r in pairs if e.behaviour == "pid" and isinstance(r, int)]
    return found


def pool_size(history: History) -> Finding:
    """Pools of n use n worker processes: no more at a time, and without replacement no more at all.

    A worker surely lives from its first record to its last; records that only touch do not
    overlap.  Those that begin once the pool is being closed or terminated count only at a
    time.  Judges pools with more executions than workers.  Sound, O(n log n).
    """
    teller = Teller(history)
    pools = pools_of(history)
    judged, violations = 0, []
    for pool, records in executions_of(history, pools).items():
        if pool.workers is None or len(records) <= pool.workers:
            continue
        judged += len(records)
        # A worker that ends because the pool does may still be replaced: it is not counted.
        ending = min((e.invoked_ns for e in pool.enders), default=float("inf"))
        running = [e for e in records if e.invoked_ns < ending]
        crowd = _crowd(records, at_once=True)
        when = "at one time"
        if pool.max_tasks is None and len(crowd) <= pool.workers:
            crowd, when = _crowd(running, at_once=False), "in all"
        if len(crowd) > pool.workers:
            facts = tuple(ran(teller, e) for e in crowd[:4])
            violations.append(
                Violation(
                    kind="too-many-workers",
                    summary=f"{len(crowd)} processes worked for a pool of {pool.workers} {when}.",
                    story=f"{teller.tell(pool.op)}. " + "; ".join(facts) + ".",
                    witness=(pool.op,),
                    observed=facts,
                )
            )
    return Finding(judged=judged, violations=tuple(violations))


def _crowd(records: list[Execution], *, at_once: bool) -> list[Execution]:
    """Return one record of each worker, of all or of the most that surely lived at one time."""
    first: dict[int, Execution] = {}
    last: dict[int, int] = {}
    for e in records:
        first.setdefault(e.pid, e)
        last[e.pid] = max(last.get(e.pid, 0), e.invoked_ns, e.returned_ns or 0)
    if not at_once:
        return list(first.values())
    best: list[Execution] = []
    living: list[Execution] = []
    for e in sorted(first.values(), key=lambda e: e.invoked_ns):
        living = [other for other in living if last[other.pid] > e.invoked_ns] + [e]
        best = max(best, living, key=len)
    return best


def all_workers(history: History) -> Finding:
    """Each of the n workers of a pool calls the initializer, also one that no task reaches.

    Judges pools with the recording initializer that were closed and joined, so that every
    worker had come to its end: at least n processes have recorded it.  Sound, O(n).
    """
    teller = Teller(history)
    pools = pools_of(history)
    judged, violations = 0, []
    for pool, records in executions_of(history, pools).items():
        join = pool.completed()
        if pool.workers is None or pool.initialised_with is None or join is None or len(pools) > 1:
            continue
        if any(e.pid in _agents(history) for e in history.executions):
            continue
        judged += 1
        pids = {e.pid for e in records if e.task == -1}
        if len(pids) < pool.workers:
            violations.append(
                Violation(
                    kind="too-few-workers",
                    summary=f"{counted(len(pids), 'process')} called the initializer of a pool of "
                    f"{pool.workers}.",
                    story=f"{teller.tell(pool.op)}. {teller.tell(join)}. By then each of the {pool.workers} "
                    f"workers had come to its end, and {len(pids)} had called the initializer.",
                    witness=(pool.op, join),
                )
            )
    return Finding(judged=judged, violations=tuple(violations))


def initializer(history: History) -> Finding:
    """Every worker, a replacement too, calls the initializer with its arguments once, before any task.

    Judges each worker process with tasks, or with more than one call of the initializer, and
    each result of an ``initialised`` task.  Exact, O(n).
    """
    teller = Teller(history)
    pools = pools_of(history)
    judged, violations = 0, []
    for pool, records in executions_of(history, pools).items():
        if pool.initialised_with is None:
            continue
        workers: dict[int, list[Execution]] = {}
        for execution in records:
            workers.setdefault(execution.pid, []).append(execution)
        judged += len(workers)
        for mine in workers.values():
            fault = _initialised(mine)
            if fault is not None:
                kind, what = fault
                facts = tuple(ran(teller, e) for e in mine[:3])
                what_ran = "; ".join(facts)
                story = f"{teller.tell(pool.op)}. {what_ran[:1].upper()}{what_ran[1:]}."
                violations.append(
                    Violation(
                        kind=kind, summary=f"Process {mine[0].pid}: {what}.", story=story, observed=facts
                    )
                )
        for op, got in _left(pool):
            judged += 1
            due = _due(pool.initialised_with)
            if not same(due, got):
                violations.append(
                    Violation(
                        kind="initializer-arguments",
                        summary=f"A worker was initialised with {value(got)}.",
                        story=f"{teller.tell(pool.op)}. {teller.tell(op)}. A task found {value(got)} "
                        f"where the initializer was to leave {value(due)}.",
                        witness=(pool.op, op),
                    )
                )
    return Finding(judged=judged, violations=tuple(violations))


def _initialised(records: list[Execution]) -> tuple[str, str] | None:
    """Return what is wrong with the initialisation of the one worker that left *records*."""
    calls = [e for e in records if e.task == -1]
    tasks = [e for e in records if e.task >= 0]
    if len(calls) > 1:
        return "initialised-again", f"the initializer was called {counted(len(calls), 'time')}"
    if tasks and not calls:
        return "not-initialised", f"task {tasks[0].task} was executed and the initializer never called"
    if tasks and calls[0].invoked_ns > tasks[0].invoked_ns:
        return "initialised-late", f"task {tasks[0].task} was executed before the initializer was called"
    if tasks and calls[0].returned_ns is not None and calls[0].returned_ns > tasks[0].invoked_ns:
        return "initialised-late", f"task {tasks[0].task} was executed before the initializer had ended"
    return None


def _due(arguments: tuple[Json, ...]) -> Json:
    """Return what the initializer leaves of its *arguments*: the only one, or the list of them."""
    return arguments[0] if len(arguments) == 1 else list(arguments)


def _left(pool: Pool) -> list[tuple[Operation, Json]]:
    """Return what the ``initialised`` tasks of *pool* found, where the result is surely theirs."""
    arguments = pool.initialised_with
    if not arguments or not all(isinstance(one, (int, str)) for one in arguments):
        return []
    found: list[tuple[Operation, Json]] = []
    for job in pool.jobs:
        elements = job.elements or ()
        if not job.understood or job.failing or not all(e.behaviour == "initialised" for e in elements):
            continue
        for op in job.deliveries():
            results = [op.result] if job.form == "apply" else op.result
            if op.ok and isinstance(results, list) and len(results) == len(elements):
                found += [(op, r) for r in results]
        found += [(op, op.result) for op in job.nexts() if op.ok]
    return found


def max_tasks(history: History) -> Finding:
    """Workers execute no more tasks than maxtasksperchild, and are then replaced.

    A chunk is one task: with chunk size 1 every element counts, of any other submission at
    least one chunk for each worker that took part in it.  Judges the workers of pools that were
    given more elements than one worker may execute.  Exact for chunk size 1, O(n).
    """
    teller = Teller(history)
    pools = pools_of(history)
    judged, violations = 0, []
    for pool, records in executions_of(history, pools).items():
        limit = pool.max_tasks
        tasks = [e for e in records if e.task >= 0]
        if limit is None or len(tasks) <= limit:
            continue
        single, unknown = _chunked(pool)
        workers: dict[int, list[Execution]] = {}
        for execution in tasks:
            workers.setdefault(execution.pid, []).append(execution)
        judged += len(workers)
        for pid, mine in workers.items():
            chunks = {unknown[e.task] for e in mine if e.task in unknown}
            counted = sum(1 for e in mine if e.task in single) + len(chunks)
            if counted > limit:
                facts = tuple(ran(teller, e) for e in mine[limit - 1 : limit + 1])
                violations.append(
                    Violation(
                        kind="too-many-tasks",
                        summary=f"Process {pid} executed {counted} tasks where {limit} are the most.",
                        story=f"{teller.tell(pool.op)}. " + "; ".join(facts) + ".",
                        witness=(pool.op,),
                        observed=facts,
                    )
                )
    return Finding(judged=judged, violations=tuple(violations))


def _chunked(pool: Pool) -> tuple[set[int], dict[int, int]]:
    """Return the numbers of tasks that were submitted one by one, and the job of the others."""
    single: set[int] = set()
    unknown: dict[int, int] = {}
    for index, job in enumerate(pool.jobs):
        for number in (e.number for e in job.elements or () if e.number is not None):
            if job.chunksize == 1:
                single.add(number)
            else:
                unknown[number] = index
    return single - unknown.keys(), unknown
