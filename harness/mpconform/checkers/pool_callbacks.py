"""Callbacks of the async forms: each once, with the outcome, and only the one that is meant."""

from collections.abc import Callable
from dataclasses import dataclass, field

from mpconform.checkers.pool_model import Job, jobs_of
from mpconform.checkers.pool_results import fits, raises_one_of
from mpconform.checkers.telling import Teller, value
from mpconform.values import Finding, History, Json, Operation, Violation

__all__ = ("callback", "callback_either", "callback_empty", "error_callback")

_ROLES = ("callback", "error_callback")


@dataclass(slots=True, kw_only=True)
class _Name:
    """One recording callback: the jobs that must call it, those that must not, and its calls.

    *partner* gives, for the index of a call, that of the job in *due* that it is attributed to.
    """

    due: list[Job] = field(default_factory=list)
    banned: list[Job] = field(default_factory=list)
    calls: list[Operation] = field(default_factory=list)
    vague: bool = False
    partner: dict[int, int] = field(default_factory=dict)

    @property
    def extra(self) -> list[Operation]:
        """The calls that no job explains."""
        return [call for index, call in enumerate(self.calls) if index not in self.partner]

    @property
    def missed(self) -> list[Job]:
        """The jobs that should have called it, and to which no call is attributed."""
        served = set(self.partner.values())
        return [job for index, job in enumerate(self.due) if index not in served]


def _outcome(call: Operation) -> Json:
    """Return what a callback was given."""
    return call.arguments[0] if call.arguments else None


def _explains(job: Job, given: Json) -> bool:
    """Return whether *given* is the outcome of *job*: its result, or an exception of its tasks."""
    if job.failing:
        return isinstance(given, dict) and raises_one_of(job.failing, given.get("$exception"))
    return fits(job, given) is None


def _role(job: Job) -> str:
    """Return which of its callbacks *job* must call."""
    return "error_callback" if job.failing else "callback"


def _names(history: History) -> dict[str, _Name]:
    """Return the recording callbacks of *history*, with their calls attributed.

    A call is attributed to a job whose outcome it was given, as many as possible (augmenting
    paths), so that a name which several jobs share accuses none of them wrongly.
    """
    names: dict[str, _Name] = {}
    for job in jobs_of(history):
        for role in _ROLES:
            name = job.callback(role)
            if name is None or not job.asynchronous:
                continue
            entry = names.setdefault(name, _Name())
            entry.vague |= not job.understood or job.op.open
            if job.op.ok:
                (entry.due if role == _role(job) else entry.banned).append(job)
    for op in history.operations:
        if op.method == "called" and op.actor.endswith(".callbacks") and op.target in names:
            names[op.target].calls.append(op)
    sure = {name: entry for name, entry in names.items() if not entry.vague}
    for entry in sure.values():
        _attribute(entry)
    return sure


def _attribute(entry: _Name) -> None:
    """Attribute calls to jobs, a largest possible number of them."""
    owner: dict[int, int] = {}
    options = [[j for j, job in enumerate(entry.due) if _explains(job, _outcome(c))] for c in entry.calls]

    def place(call: int, tried: set[int]) -> bool:
        for job in options[call]:
            if job not in tried:
                tried.add(job)
                if job not in owner or place(owner[job], tried):
                    owner[job] = call
                    return True
        return False

    for call in range(len(entry.calls)):
        place(call, set())
    entry.partner = {call: job for job, call in owner.items()}


def _join_of(job: Job) -> Operation | None:
    """Return the join of the closed pool after which the callback of *job* must have been called."""
    join = job.pool.completed()
    return join if join is not None and job.op.precedes(join) else None


def callback(history: History) -> Finding:
    """Callbacks are called exactly once for each call that succeeds, with its result.

    Judges the successful calls whose callback was called, or must have been because their
    closed pool was joined.  Calls that went to the wrong one of the two are left to
    ``callback_either``, empty iterables to ``callback_empty``.  Exact, O(calls**2) on one name.
    """
    return _judge(history, "callback", lambda job: job.form == "apply" or bool(job.elements))


def error_callback(history: History) -> Finding:
    """Error callbacks are called exactly once for each call that fails, with the exception instance.

    As ``callback``, for calls in which a task raises: the argument must be an exception of the
    task's own class and arguments, not a wrapper.  Exact, O(calls**2) on one name.
    """
    return _judge(history, "error_callback", lambda _: True)


def callback_empty(history: History) -> Finding:
    """Callbacks are called also when there was nothing to do: once, with an empty list.

    Judges ``map_async`` and ``starmap_async`` over nothing whose closed pool was joined, or
    whose callback was called.  Exact.
    """
    return _judge(history, "callback", lambda job: job.form != "apply" and not job.elements)


def _judge(history: History, role: str, wanted: Callable[[Job], bool]) -> Finding:
    """Judge the calls of callbacks in *role* for the *wanted* jobs."""
    teller = Teller(history)
    judged = 0
    violations: list[Violation] = []
    for name, entry in _names(history).items():
        mine = [job for job in entry.due if _role(job) == role and wanted(job)]
        if not mine:
            continue
        missed = [job for job in entry.missed if job in mine]
        due = [(job, join) for job in missed if (join := _join_of(job)) is not None]
        judged += len(mine) - len(missed) + len(due)
        strays = [c for c in entry.extra if not _is_misdirected(entry, c)]
        violations += [_stray(teller, name, entry, call, mine) for call in strays]
        # A call with another value stands for one that is missing.
        for job, join in due[len(strays) :]:
            violations.append(
                Violation(
                    kind=f"{role.replace('_', '-')}-missing",
                    summary=f"{name} was never called for {teller.call(job.op)}.",
                    story=f"{teller.tell(job.op)}. {teller.tell(join)}. By then every task of the closed "
                    f"pool had completed, and yet {name} was not called.",
                    witness=(job.op, join),
                )
            )
    return Finding(judged=judged, violations=tuple(violations))


def _is_misdirected(entry: _Name, call: Operation) -> bool:
    """Return whether *call* is explained by a job that should have called its other callback."""
    return any(_explains(job, _outcome(call)) for job in entry.banned) or (
        bool(entry.banned) and not entry.due
    )


def _stray(teller: Teller, name: str, entry: _Name, call: Operation, mine: list[Job]) -> Violation:
    """Return the violation of a call that nothing explains."""
    given = _outcome(call)
    for index, partner in entry.partner.items():
        if _explains(entry.due[partner], given):
            first = entry.calls[index]
            pair = tuple(sorted((first, call), key=lambda o: o.invoked_ns))
            return Violation(
                kind="callback-repeated",
                summary=f"{name} was called again with {value(given)}.",
                story=f"{teller.tell(pair[0])}; and again {teller.tell(pair[1])}. Only "
                "one call has this outcome.",
                witness=pair,
            )
    job = next((j for j in entry.missed if j in mine), mine[0])
    return Violation(
        kind="callback-with-another-value",
        summary=f"{name} was called with {value(given)}, which is the outcome of no call.",
        story=f"{teller.tell(job.op)}. {teller.tell(call)}. No call that names {name} has this outcome.",
        witness=(job.op, call),
    )


def callback_either(history: History) -> Finding:
    """Of callback and error callback only the one that fits the outcome is ever called.

    Judges the calls that name a callback for the outcome which they did not have.  A call of it
    is misdirected if no job explains it that should have made it.  Exact, O(calls**2).
    """
    teller = Teller(history)
    judged = 0
    violations = []
    for name, entry in _names(history).items():
        judged += sum(1 for job in entry.banned if _join_of(job) is not None or job.deliveries())
        for call in entry.extra:
            if _is_misdirected(entry, call):
                job = next((j for j in entry.banned if _explains(j, _outcome(call))), entry.banned[0])
                fate = "failed" if job.failing else "succeeded"
                other = "callback" if job.failing else "error callback"
                violations.append(
                    Violation(
                        kind="wrong-callback",
                        summary=f"{name} was called with {value(_outcome(call))} although the call {fate}.",
                        story=f"{teller.tell(job.op)}. This call {fate}, and {name} is its {other}. "
                        f"Yet {teller.tell(call)}.",
                        witness=(job.op, call),
                    )
                )
    return Finding(judged=max(judged, len(violations)), violations=tuple(violations))
