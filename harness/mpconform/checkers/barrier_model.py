"""Barriers as a history shows them: clusters of calls, generations, and whether the barrier was whole.

Between two clusters nobody was inside of a call, so that what the barrier was then is known from what the
clusters before had in them: whole, broken, or not certain.
"""

from dataclasses import dataclass, field

from mpconform.checkers.condition_model import GRAIN_NS, passed_on, timeout_ns
from mpconform.checkers.once import once
from mpconform.values import History, Json, ObjectSpec, Operation

__all__ = ("BROKEN", "Barrier", "Cluster", "barriers", "number_of")

BROKEN = "BrokenBarrierError"
_FOREVER = 1 << 62


@dataclass(slots=True, kw_only=True, eq=False)
class Cluster:
    """Calls of wait, reset and abort of which each overlaps another, in the order of invocation.

    *whole* is whether the barrier surely was whole before them, False if it surely was broken, None if that
    is not certain.  *reset* is the reset that made it whole, if one did.
    """

    calls: list[Operation]
    actions: list[Operation] = field(default_factory=list)
    whole: bool | None = True
    reset: Operation | None = None

    def on(self, *methods: str) -> list[Operation]:
        """Return the calls of *methods*."""
        return [op for op in self.calls if op.method in methods]

    @property
    def waits(self) -> list[Operation]:
        """Its waits."""
        return self.on("wait")

    @property
    def passed(self) -> list[Operation]:
        """The waits that returned."""
        return [op for op in self.waits if op.ok]

    @property
    def clean(self) -> bool:
        """Whether the barrier was whole before, and nothing but waits are in it."""
        return self.whole is True and len(self.waits) == len(self.calls)


@dataclass(slots=True, kw_only=True, eq=False)
class Barrier:
    """One barrier, as it was made, and what was done to it."""

    name: str
    parties: int
    action: str
    limit_ns: int | None
    operations: tuple[Operation, ...]
    clusters: list[Cluster] = field(default_factory=list)

    def on(self, *methods: str) -> list[Operation]:
        """Return the operations of *methods*, in the order of invocation."""
        return [op for op in self.operations if op.method in methods]

    def timeout_ns(self, wait: Operation) -> int | None:
        """Return the timeout of a wait: the given one, or else that of the barrier."""
        given = timeout_ns(wait)
        return self.limit_ns if given is None else given

    def deadline_ns(self, wait: Operation) -> int:
        """Return the instant before which *wait* has no right to give up, less the grain."""
        limit = self.timeout_ns(wait)
        return _FOREVER if limit is None else wait.invoked_ns + limit - GRAIN_NS

    def generations(self, cluster: Cluster) -> list[list[Operation]] | None:
        """Return the waits of each generation of a clean *cluster*, or None if that is not certain.

        It is if exactly as many actors as there are parties wait equally often, and all pass.
        """
        if not cluster.clean or len(cluster.passed) != len(cluster.waits):
            return None
        of_actor: dict[str, list[Operation]] = {}
        for op in cluster.waits:
            of_actor.setdefault(op.actor, []).append(op)
        lengths = {len(ops) for ops in of_actor.values()}
        if len(of_actor) != self.parties or len(lengths) != 1:
            return None
        return [list(generation) for generation in zip(*of_actor.values(), strict=True)]

    def shows_broken(self, op: Operation) -> bool:
        """Whether the barrier surely was broken when *op* ended: an abort, or a wait that was told so."""
        return op.ok if op.method == "abort" else op.raised(BROKEN, "ActionFailed")

    def surely_broken(self, op: Operation, *methods: str) -> Operation | None:
        """Return the latest call of *methods* that shows it to be broken during all of *op*, or None."""
        end = op.returned_ns if op.returned_ns is not None else _FOREVER
        resets = [one for one in self.on("reset") if one.outcome != "raised" and one.invoked_ns <= end]
        for one in reversed(self.on(*methods)):
            shows = self.shows_broken(one) and one.precedes(op)
            if shows and all(reset.precedes(one) for reset in resets):
                return one
        return None

    def surely_whole(self, op: Operation) -> bool:
        """Whether nothing but what a reset surely took back can have broken it before *op* ended."""
        end = op.returned_ns if op.returned_ns is not None else _FOREVER
        breakers = [
            one for one in self.on("abort", "wait") if one.invoked_ns <= end and self._may_break(one, end)
        ]
        if not breakers:
            return True
        alone = [
            cluster.calls[0]
            for cluster in self.clusters
            if len(cluster.calls) == 1 and cluster.calls[0].method == "reset" and cluster.calls[0].ok
        ]
        return any(
            reset.precedes(op) and all(breaker.precedes(reset) for breaker in breakers) for reset in alone
        )

    def _may_break(self, call: Operation, end_ns: int) -> bool:
        if call.method == "abort" or self.action == "fail":
            return True
        return call.outcome == "raised" or (call.open and self.deadline_ns(call) <= end_ns)


@once
def barriers(history: History) -> tuple[Barrier, ...]:
    """Return the barriers of *history* that are used by their methods only.  O(operations)."""
    found = []
    for name, spec in history.scenario.objects.items():
        if spec.factory != "Barrier" or passed_on(history, {name}):
            continue
        operations = tuple(op for op in history.on(name) if op.step >= 0)
        given = _given(spec)
        barrier = Barrier(
            name=name,
            parties=given["parties"],
            action=given["action"]["$action"][0] if given.get("action") else "",
            limit_ns=None if given.get("timeout") is None else int(given["timeout"] * 1e9),
            operations=operations,
        )
        _cluster(barrier)
        found.append(barrier)
    return tuple(found)


def number_of(wait: Operation) -> int:
    """Return the number that *wait* returned; -1 if that is no integer."""
    return wait.result if type(wait.result) is int else -1


def _given(spec: ObjectSpec) -> dict[str, Json]:
    names = ("parties", "action", "timeout")
    return {**dict(zip(names, spec.arguments, strict=False)), **spec.keywords}


def _cluster(barrier: Barrier) -> None:
    end = -1
    for op in barrier.on("wait", "reset", "abort"):
        if not barrier.clusters or op.invoked_ns > end:
            barrier.clusters.append(Cluster(calls=[]))
        barrier.clusters[-1].calls.append(op)
        end = max(end, _FOREVER if op.returned_ns is None else op.returned_ns)
    for action in barrier.on("action"):
        for cluster in reversed(barrier.clusters):
            if cluster.calls[0].invoked_ns <= action.invoked_ns:
                cluster.actions.append(action)
                break
    whole: bool | None = True
    reset: Operation | None = None
    for cluster in barrier.clusters:
        cluster.whole, cluster.reset = whole, reset
        whole, reset = _after(cluster, reset)


def _after(cluster: Cluster, reset: Operation | None) -> tuple[bool | None, Operation | None]:
    """Return whether the barrier was whole after *cluster*, and by which reset."""
    resets = cluster.on("reset")
    if any(op.open for op in cluster.calls):
        return None, None
    if len(resets) == len(cluster.calls):
        return (True, resets[-1]) if all(op.ok for op in resets) else (None, None)
    if resets:
        return None, None
    if cluster.on("abort") or any(op.outcome == "raised" for op in cluster.waits):
        return False, None
    # Whoever passed, passed a barrier that was whole.
    return (True, reset) if cluster.whole or cluster.passed else (cluster.whole, None)
