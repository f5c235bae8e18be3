"""Lives: what a history proves about each child's start, running and end.

Everything is proved from three sides: what main asked of the Process object, what the child
itself recorded, and what the operating system showed.  Whatever they leave open is not
judged.  An actor counts only if it is the one thing that its name can mean; a child that
was, or may have been, started more than once is not *clear*, and few rules look at it.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mpconform.checkers.once import once
from mpconform.checkers.process_endings import Ending, ending_of
from mpconform.values import (
    Actor,
    ActorRecord,
    Census,
    History,
    Json,
    Operation,
    ProcessRecord,
    Scenario,
)

__all__ = (
    "MAIN",
    "Evidence",
    "Life",
    "bound_by",
    "lives",
    "main_pid",
    "reads_of",
    "record_of",
    "step_bind",
    "waits_for",
)

MAIN = "main"

#: Calls that change what a Process object is; through a second name for it they would go unseen.
_CHANGING = frozenset({"start", "close", "terminate", "kill", ".name=", ".daemon=", ".authkey="})


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """That a process had ended by *at_ns*: operations *witness* said so, or a census showed *seen*."""

    at_ns: int
    witness: tuple[Operation, ...] = ()
    seen: str = ""

    @property
    def op(self) -> Operation | None:
        """The last of the operations, if it was they."""
        return self.witness[-1] if self.witness else None

    @property
    def observed(self) -> tuple[str, ...]:
        """What the census showed, if it was one."""
        return (self.seen,) if self.seen else ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Life:
    """One child, from the making of its Process object to its end.

    *calls* are main's operations on the Process object, *deeds* the child's own operations.
    *lone*: at most one start can have taken effect; *clear*: and it surely did, and ran one process.
    *started* and *closed* are the calls that did it; from *unknown_ns* on, a start or close
    that failed leaves unknown what the object is.  *alive_until_ns* is the last instant at
    which the process surely ran: infinite for a child that lingers and that nobody signalled.
    *ends* are the proofs that it has ended, the earliest first; *dead_ns* is the instant
    by which the operating system showed it dead.
    """

    name: str
    actor: Actor
    record: ActorRecord
    calls: tuple[Operation, ...]
    deeds: tuple[Operation, ...]
    lone: bool
    clear: bool
    started: Operation | None
    closed: Operation | None
    unknown_ns: float
    alive_until_ns: float
    ends: tuple[Evidence, ...]
    dead_ns: float
    ending: Ending | None

    @property
    def pid(self) -> int | None:
        """Its process id, as the child says itself; None if it never ran, or is not clear."""
        return self.record.pids[0] if self.clear and self.record.pids else None

    def phase(self, op: Operation) -> str:
        """Return what the Process object was when main invoked *op*: new, started, closed or unknown."""
        if op.invoked_ns > self.unknown_ns:
            return "unknown"
        if self.closed is not None and self.closed.precedes(op):
            return "closed"
        return "started" if self.started is not None and self.started.precedes(op) else "new"

    def asked(self, *methods: str) -> tuple[Operation, ...]:
        """Main's calls of *methods* on the Process object, in order."""
        return tuple(op for op in self.calls if op.method in methods)

    def begun(self, op: Operation) -> bool:
        """Whether *op* was invoked while the started process surely ran."""
        return self.clear and self.phase(op) == "started" and self.alive_until_ns > op.invoked_ns

    def running(self, op: Operation) -> bool:
        """Whether the started process surely ran from before *op* until after it."""
        return op.returned_ns is not None and self.begun(op) and self.alive_until_ns > op.returned_ns

    def ended(self, op: Operation) -> Evidence | None:
        """Return the earliest proof, from before *op*, that the process has ended; or None.

        A proof that the child itself belies, by what it did later, is none.
        """
        if not self.clear:
            return None
        first = next((evidence for evidence in self.ends if evidence.at_ns >= self.alive_until_ns), None)
        return first if first is not None and first.at_ns < op.invoked_ns else None


def main_pid(history: History) -> int | None:
    """Return the process id of the main process, or None if nothing tells it."""
    record = history.actors.get(MAIN)
    if record is not None and record.pids:
        return record.pids[0]
    return next((census.agent_pid for census in history.census.values()), None)


def record_of(census: Census, pid: int) -> ProcessRecord | None:
    """Return the process *pid* as *census* shows it, or None if it is not there."""
    return next((process for process in census.processes if process.pid == pid), None)


def step_bind(scenario: Scenario, op: Operation) -> str:
    """Return the name to which the step of *op* binds its result; empty if to none."""
    actor = scenario.actors.get(op.actor)
    if actor is None or not 0 <= op.step < len(actor.steps):
        return ""
    return actor.steps[op.step].bind


def bound_by(history: History, actor: str, factory: str) -> dict[str, Operation]:
    """Return, by name, the calls of the backend's *factory* whose results *actor* bound.

    Only names that can mean nothing else: bound once, and neither an object's nor an actor's.  O(n).
    """
    scenario = history.scenario
    owner = scenario.actors.get(actor)
    if owner is None:
        return {}
    bound = [step.bind for step in owner.steps if step.bind]
    found = {}
    for op in history.by(actor):
        name = step_bind(scenario, op)
        if op.target == "@" and op.method == factory and op.ok and bound.count(name) == 1:
            found[name] = op
    return {name: op for name, op in found.items() if name and name not in _given(scenario)}


def reads_of(history: History, actor: str, bound: str, *attributes: str) -> tuple[Operation, ...]:
    """Return *actor*'s reads of *attributes* of what it bound as *bound*, up to where it sets one.  O(n)."""
    found = []
    for op in history.on(bound):
        if op.actor == actor and op.method.endswith("=") and op.method[:-1] in attributes:
            break
        if op.actor == actor and op.method in attributes and op.ok:
            found.append(op)
    return tuple(found)


def waits_for(op: Operation) -> float | None:
    """Return the timeout with which *op* (a join, or a wait) was called, or None if it has none."""
    if op.timeout_s is not None:
        return op.timeout_s
    given = op.keywords.get("timeout", op.arguments[-1] if op.arguments else None)
    return float(given) if isinstance(given, int | float) and not isinstance(given, bool) else None


@once
def lives(history: History) -> tuple[Life, ...]:
    """Return the life of every actor but main, in the order of the scenario.  O(n) for each."""
    scenario = history.scenario
    taken = {step.bind for actor in scenario.actors.values() for step in actor.steps if step.bind}
    taken |= set(scenario.objects) | {name for spec in scenario.objects.values() for name in spec.unpack}
    hazy = _aliased(scenario)
    return tuple(
        _life(history, name, hazy=hazy) for name in scenario.actors if name != MAIN and name not in taken
    )


def _given(scenario: Scenario) -> set[str]:
    """Return the names that mean something before any step is taken."""
    unpacked = {name for spec in scenario.objects.values() for name in spec.unpack}
    return {*scenario.actors, *scenario.objects, *unpacked}


def _aliased(scenario: Scenario) -> bool:
    """Return whether some step may change a Process object by a name that a step bound."""
    steps = [step for actor in scenario.actors.values() for step in actor.steps]
    second = {s.bind for s in steps if s.bind and (s.target != "@" or s.method == "active_children")}
    return any(step.target in second and step.method in _CHANGING for step in steps)


def _life(history: History, name: str, *, hazy: bool) -> Life:
    calls = tuple(op for op in history.on(name) if op.actor == MAIN)
    deeds = history.by(name)
    record = history.actors.get(name, ActorRecord())
    started, closed, unknown_ns = _states(calls)
    starts = [op for op in history.on(name, "start", "close") if op is not started]
    lone = not hazy and all(op.actor == MAIN for op in starts)
    lone = lone and all(op.outcome == "raised" for op in starts if op.method == "start")
    hits = tuple(
        op
        for op in history.operations
        if op.method in {"terminate", "kill"}
        and (op.target == name or op.target not in _given(history.scenario))
        and not (started is not None and op.precedes(started))
    )
    pid = record.pids[0] if len(record.pids) == 1 else None
    exits = [op for op in history.on("", "await_exit") if op.ok and op.arguments and name in op.arguments[0]]
    zombies = _zombies(history, pid)
    dead_ns = min([float(op.returned_ns or 0) for op in exits] + [e.at_ns for e in zombies], default=math.inf)
    words = [
        Evidence(at_ns=op.returned_ns or 0, witness=(op,))
        for op in calls
        if op.ok and started is not None and started.precedes(op) and _tells_end(op)
    ]
    ready = _ready(history, name)
    if ready is not None and exits:
        both = tuple(sorted((ready, exits[0]), key=lambda op: op.returned_ns or 0))
        words.append(Evidence(at_ns=both[-1].returned_ns or 0, witness=both))
    return Life(
        name=name,
        actor=history.scenario.actors[name],
        record=record,
        calls=calls,
        deeds=deeds,
        lone=lone,
        clear=lone and started is not None and len(record.pids) <= 1,
        started=started,
        closed=closed,
        unknown_ns=unknown_ns,
        alive_until_ns=_alive_until(deeds, hits),
        ends=tuple(sorted([*words, *zombies], key=lambda evidence: evidence.at_ns)),
        dead_ns=dead_ns,
        ending=ending_of(deeds, [op for op in hits if op.invoked_ns <= dead_ns], finished=record.finished),
    )


def _states(calls: Sequence[Operation]) -> tuple[Operation | None, Operation | None, float]:
    """Return the call that started the process, the one that closed the object, and the unknown."""
    started = closed = None
    for op in calls:
        if op.method == "start" and started is None and closed is None:
            if not op.ok:  # It may have made a process before it failed.
                return None, None, op.invoked_ns
            started = op
        elif op.method == "close" and closed is None:
            if op.open:
                return started, None, op.invoked_ns
            closed = op if op.ok else None
    return started, closed, math.inf


def _tells_end(op: Operation) -> bool:
    """Return whether the backend itself says by *op* that the process has ended."""
    if op.method == "join":
        return waits_for(op) is None
    return (op.method == "is_alive" and op.result is False) or (
        op.method == ".exitcode" and isinstance(op.result, int)
    )


def _alive_until(deeds: Sequence[Operation], hits: Sequence[Operation]) -> float:
    """Return the last instant at which the child surely ran; before all time if there is none."""
    if not deeds:
        return -math.inf
    last = deeds[-1]
    stamp = last.invoked_ns if last.returned_ns is None else last.returned_ns
    if last.method == "linger" and not last.target and last.open:
        # Only a signal ends it, and only terminate() and kill() send one.
        return max(stamp, min((op.invoked_ns for op in hits), default=math.inf))
    return stamp


def _zombies(history: History, pid: int | None) -> list[Evidence]:
    """Return the censuses that show *pid* as a zombie that its parent, main, can reap at once.

    A zombie with threads cannot be waited for until the last of them is gone; one of another
    parent is not main's to reap.
    """
    if pid is None:
        return []
    found = []
    for label, census in history.census.items():
        process = record_of(census, pid)
        if process and process.zombie and process.parent_pid == census.agent_pid and process.threads <= 1:
            seen = f"census {label!r} showed process {pid} as a zombie"
            found.append(Evidence(at_ns=census.at_ns, seen=seen))
    return found


def _ready(history: History, name: str) -> Operation | None:
    """Return main's first wait on the sentinel of *name* alone that found it ready, or None."""
    wanted: Mapping[str, Json] = {"$attribute": [name, "sentinel"]}
    for op in history.on("@", "connection.wait"):
        if op.actor == MAIN and op.ok and op.arguments and list(op.arguments[0]) == [wanted] and op.result:
            return op
    return None
