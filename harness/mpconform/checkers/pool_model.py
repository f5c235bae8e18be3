"""Who asked which pool for what: pools, their jobs, and the operations on each."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from mpconform.checkers.once import once
from mpconform.checkers.pool_tasks import Element, elements_of
from mpconform.checkers.telling import Teller
from mpconform.values import Execution, History, Json, Operation

__all__ = ("Job", "Pool", "executions_of", "jobs_of", "pools_of", "ran", "timeout_of")

_MAP = ("func", "iterable", "chunksize")
_CALLBACKS = ("callback", "error_callback")

#: The names of the arguments of each method that submits something.
_SUBMISSIONS: dict[str, tuple[str, ...]] = {
    "apply": ("func", "args", "kwds"),
    "apply_async": ("func", "args", "kwds", *_CALLBACKS),
    "map": _MAP,
    "map_async": (*_MAP, *_CALLBACKS),
    "starmap": _MAP,
    "starmap_async": (*_MAP, *_CALLBACKS),
    "imap": _MAP,
    "imap_unordered": _MAP,
}
_FACTORIES = frozenset({"Pool", "pool.Pool"})
_PARAMETERS = ("processes", "initializer", "initargs", "maxtasksperchild", "context")


@dataclass(slots=True, kw_only=True, eq=False)
class Job:
    """One submission to a pool: *op* asked for *elements* (None: not understood).

    *uses* are the later operations on what it returned, an AsyncResult or an iterator.
    """

    pool: "Pool"
    op: Operation
    asked: dict[str, Json]
    elements: tuple[Element, ...] | None
    uses: list[Operation] = field(default_factory=list)

    @property
    def form(self) -> str:
        """``apply``, ``map``, ``starmap``, ``imap`` or ``imap_unordered``."""
        return self.op.method.removesuffix("_async")

    @property
    def asynchronous(self) -> bool:
        """Whether it returns an AsyncResult."""
        return self.op.method.endswith("_async")

    @property
    def blocking(self) -> bool:
        """Whether it returns the results themselves."""
        return self.op.method in {"apply", "map", "starmap"}

    @property
    def chunksize(self) -> Json:
        """The chunk size, as given or by default; 1 for apply, where nothing is chopped."""
        if self.form == "apply":
            return 1
        return self.asked.get("chunksize", None if self.form in {"map", "starmap"} else 1)

    @property
    def understood(self) -> bool:
        """Whether every call and the chunk size are such that the outcome is known."""
        size = self.chunksize
        if size is None:
            return self.elements is not None and not self.form.startswith("imap")
        counts = isinstance(size, int) and not isinstance(size, bool) and size >= 1
        return counts and self.elements is not None

    @property
    def failing(self) -> tuple[Element, ...]:
        """Those calls that raise."""
        return tuple(e for e in self.elements or () if e.error is not None)

    def callback(self, role: str) -> str | None:
        """Return the name of its ``callback`` or ``error_callback``, if it has a recording one."""
        given = self.asked.get(role)
        return given.get("$callback") if isinstance(given, dict) else None

    def deliveries(self) -> tuple[Operation, ...]:
        """Return the completed operations that return, or raise, the outcome of the whole job."""
        if self.blocking:
            return () if self.op.open else (self.op,)
        if not self.asynchronous:
            return ()
        gets = (op for op in self.uses if op.method == "get" and not op.open)
        return tuple(op for op in gets if not (timeout_of(op) is not None and op.raised("TimeoutError")))

    def nexts(self) -> tuple[Operation, ...]:
        """Return the operations that ask its iterator for one more, in order."""
        if not self.form.startswith("imap"):
            return ()
        return tuple(op for op in self.uses if op.method in {"__next__", "next"})


@dataclass(slots=True, kw_only=True, eq=False)
class Pool:
    """One pool that was made by *op*, and the operations on it, in order.

    *names* are all that its actor bound it to, *name* the first of them.
    """

    name: str
    names: set[str] = field(default_factory=set)
    op: Operation
    asked: dict[str, Json]
    uses: list[Operation] = field(default_factory=list)
    jobs: list[Job] = field(default_factory=list)

    @property
    def workers(self) -> int | None:
        """The number of workers asked for; None if that is left to the backend."""
        given = self.asked.get("processes")
        return given if isinstance(given, int) and not isinstance(given, bool) and given >= 1 else None

    @property
    def max_tasks(self) -> int | None:
        """The number of tasks after which a worker is replaced; None for no limit."""
        given = self.asked.get("maxtasksperchild")
        return given if isinstance(given, int) and not isinstance(given, bool) and given >= 1 else None

    @property
    def initialised_with(self) -> tuple[Json, ...] | None:
        """The arguments of the recording initializer; None if it has none, or another one."""
        function = self.asked.get("initializer")
        if not isinstance(function, dict) or function.get("$function") != "initialise":
            return None
        given = self.asked.get("initargs", ())
        given = given.get("$tuple", ()) if isinstance(given, dict) else given
        return tuple(given)

    def on(self, *methods: str) -> tuple[Operation, ...]:
        """Return the operations on the pool itself, of *methods*."""
        return tuple(op for op in self.uses if op.method in methods)

    @property
    def enders(self) -> tuple[Operation, ...]:
        """The operations that close or terminate it."""
        return self.on("close", "terminate", "__exit__")

    def runs_until(self, op: Operation) -> bool:
        """Whether nothing that closes or terminates it had begun when *op* returned."""
        return all(
            op.returned_ns is not None and op.returned_ns < ender.invoked_ns
            for ender in self.enders
            if ender is not op
        )

    def terminated_before(self, op: Operation) -> bool:
        """Whether it may have been terminated before *op* returned."""
        return any(
            op.returned_ns is None or e.invoked_ns <= op.returned_ns for e in self.on("terminate", "__exit__")
        )

    def ended_before(self, op: Operation) -> Operation | None:
        """Return the first close or terminate that had returned when *op* began, or None."""
        return next((e for e in self.enders if e.ok and e.precedes(op)), None)

    def open_for(self, op: Operation) -> bool:
        """Whether *op* returned before anything began to close or terminate it."""
        return all(op.precedes(ender) for ender in self.enders if ender.outcome != "raised")

    def joined(self) -> Operation | None:
        """Return the first join that returned after a close or terminate had, or None."""
        return next((j for j in self.on("join") if j.ok and self.ended_before(j)), None)

    def completed(self) -> Operation | None:
        """Return the join by which every task must have completed: after close, with no terminate."""
        join = self.joined()
        closed = join is not None and any(c.ok and c.precedes(join) for c in self.on("close"))
        return join if join is not None and closed and not self.terminated_before(join) else None


def timeout_of(op: Operation) -> float | None:
    """Return the timeout that was given to *op*, in whatever way; None for none."""
    given = op.timeout_s
    if given is None:
        given = op.keywords.get("timeout")
    if given is None and op.arguments and op.method in {"get", "wait", "next"}:
        given = op.arguments[0]
    return float(given) if isinstance(given, (int, float)) and not isinstance(given, bool) else None


def _made(history: History, op: Operation) -> str | None:
    """Return the name that *op*, if it made something, gave to it; ``""`` for none."""
    actor = history.scenario.actors.get(op.actor)
    if op.step == -1:
        return op.target
    if actor is None or not 0 <= op.step < len(actor.steps):
        return None
    return actor.steps[op.step].bind


def _is_pool(history: History, op: Operation) -> bool:
    """Return whether *op* is the making of a Pool, as an object or in a step."""
    shared = op.step == -1 and op.target in history.scenario.objects
    return op.method in _FACTORIES and (shared or op.target == "@")


def _itself(op: Operation, bound: str, subject: "Pool | Job", known: dict[str, "Pool | Job"]) -> bool:
    """Return whether *op* returned the object that it was called on, so that *bound* is an alias."""
    if op.method not in {"__enter__", "__iter__"} or not isinstance(op.result, dict):
        return False
    name = op.result.get("$object")
    return name == bound or known.get(str(name)) is subject


@once
def pools_of(history: History, *, failed: bool = False) -> tuple[Pool, ...]:
    """Return the pools of *history* with their jobs, in the order in which they were made.

    Names are resolved as the agent does: what an actor bound hides an object of the scenario,
    and a name that is bound again means the later thing.  With *failed*, returns instead those
    whose making did not succeed.  O(n).
    """
    shared: dict[str, Pool | Job] = {}
    own: dict[str, dict[str, Pool | Job]] = {}
    found: list[Pool] = []
    for op in history.operations:
        known = own.setdefault(op.actor, {})
        bound = _made(history, op) or ""
        made: Pool | Job | None = None
        if _is_pool(history, op):
            made = Pool(name=bound or "pool", names={bound}, op=op, asked=_asked(_PARAMETERS, op))
            if op.ok != failed:
                found.append(made)
            if op.step == -1 and op.ok:
                shared[op.target] = made
                continue
        else:
            subject = known.get(op.target, shared.get(op.target))
            if subject is not None:
                subject.uses.append(op)
                made = subject if bound and _itself(op, bound, subject, {**shared, **known}) else None
            if isinstance(subject, Pool) and op.method in _SUBMISSIONS:
                made = _job(subject, op)
        if bound and op.ok:
            known.pop(bound, None)
            if made is not None:
                known[bound] = made
            if isinstance(made, Pool):
                made.names.add(bound)
    return tuple(found)


def _asked(parameters: tuple[str, ...], op: Operation) -> dict[str, Json]:
    """Return the arguments of *op* by name."""
    return dict(zip(parameters, op.arguments, strict=False)) | op.keywords


def _job(pool: Pool, op: Operation) -> Job:
    """Return the job that *op* submits to *pool*, and note it there."""
    asked = _asked(_SUBMISSIONS[op.method], op)
    form = op.method.removesuffix("_async")
    job = Job(pool=pool, op=op, asked=asked, elements=elements_of(op, asked, form))
    pool.jobs.append(job)
    return job


def jobs_of(history: History) -> Iterator[Job]:
    """Yield the jobs of all pools of *history*."""
    for pool in pools_of(history):
        yield from pool.jobs


def executions_of(history: History, pools: tuple[Pool, ...]) -> dict[Pool, list[Execution]]:
    """Return the executions that surely happened in workers of each of *pools*, by invocation.

    A task belongs to the pool to which, alone, its number was submitted; an initializer's
    record to the pool of the tasks in the same process, or to the only pool that there is.
    Records made in an actor's own process are left out: a worker is another process.
    """
    actors = {pid for record in history.actors.values() for pid in record.pids}
    owners: dict[int, set[int]] = {}
    for index, pool in enumerate(pools):
        for element in (e for job in pool.jobs for e in job.elements or () if e.number is not None):
            owners.setdefault(element.number or 0, set()).add(index)
    vague = any(job.elements is None for pool in pools for job in pool.jobs)
    by_pid: dict[int, set[int]] = {}
    for execution in history.executions:
        by_pid.setdefault(execution.pid, set()).update(owners.get(execution.task, ()))
    found: dict[Pool, list[Execution]] = {pool: [] for pool in pools}
    for execution in sorted(history.executions, key=lambda e: e.invoked_ns):
        mine = by_pid[execution.pid] if execution.task == -1 else owners.get(execution.task, set())
        if not mine and execution.task == -1 and len(pools) == 1:
            mine = {0}
        if len(mine) == 1 and execution.pid not in actors and not (vague and len(pools) > 1):
            found[pools[next(iter(mine))]].append(execution)
    return found


def ran(teller: Teller, execution: Execution) -> str:
    """Return an execution in words: ``"task 3 ran in process 41 from 1.0 ms to 1.2 ms"``."""
    what = "the initializer" if execution.task == -1 else f"task {execution.task}"
    until = (
        f"to {teller.at(execution.returned_ns)}" if execution.returned_ns is not None else "and did not end"
    )
    return f"{what} ran in process {execution.pid} from {teller.at(execution.invoked_ns)} {until}"
