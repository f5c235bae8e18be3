"""Who waits for whom, at the end of a history: pure functions of it.

A stack says where a process stands; this says what it takes for it to go on, as far as the scenario
tells: whose end a join awaits, who has not come to a rendezvous, who holds a lock, and who has steps
left with the object that a call is blocked on.
"""

from collections import deque
from collections.abc import Iterable
from typing import Literal

from mpconform.meetings import meetings
from mpconform.mentions import mentioned
from mpconform.values import History, Operation, Step, Value

__all__ = ("Need", "Wait", "circle", "waits")

#: What would end a wait: the *end* of processes; *all* of them coming to a point; the *holder* of a lock
#: giving it back; *any* actor that has a step left which could end it; or the *backend* alone.
Need = Literal["end", "all", "holder", "any", "backend"]

_TAKING = frozenset({"acquire", "__enter__"})
_GIVING = frozenset({"release", "__exit__"})
_SENDING = frozenset({"send", "send_bytes", "close"})
_RECEIVING = frozenset({"recv", "recv_bytes", "recv_bytes_into", "close"})
_CONNECTING = frozenset({"connection.Client", "wire"})
#: Calls that wait until an accept meets them, where there is a key.
_MET = frozenset({"connection.Client"})
#: What could end a call that waits, by its method; for a method that is not here, whatever uses the object.
_ENDED_BY = {
    "get": frozenset({"put", "put_nowait"}),
    "put": frozenset({"get", "get_nowait", "drain"}),
    "join": frozenset({"task_done"}),
    "recv": _SENDING,
    "recv_bytes": _SENDING,
    "recv_bytes_into": _SENDING,
    "poll": _SENDING,
    "send": _RECEIVING,
    "send_bytes": _RECEIVING,
    "acquire": _GIVING,
    "__enter__": _GIVING,
    "linger": frozenset({"terminate", "kill"}),
    "wait_for": frozenset({"notify", "notify_all"}),
}
#: The same of a wait, by what it waits for: at a barrier, it is the waits of the others.
_WAITS_ENDED_BY = {
    "Condition": frozenset({"notify", "notify_all"}),
    "Event": frozenset({"set"}),
    "Barrier": frozenset({"wait", "abort", "reset"}),
}
#: Calls that wait for threads and processes of the backend, which no actor can help.
_BACKENDS_OWN = frozenset({"join_thread", "start"})


class Wait(Value, frozen=True, kw_only=True):
    """What one actor was at when the run hung, and the actors *on* whom it depends; it is not one of them.

    *alive* is False of an actor whose process had ended in the middle of *operation*.
    """

    actor: str
    operation: Operation
    need: Need
    on: tuple[str, ...]
    alive: bool = True


def waits(history: History) -> tuple[Wait, ...]:
    """Return a wait for every actor whose last operation never returned, main first.

    O(operations x actors).
    """
    found = []
    for name in history.scenario.actor_names:
        pending = _pending(history, name)
        if pending is not None:
            need, on = _dependence(history, pending)
            on = tuple(other for other in dict.fromkeys(on) if other != name)
            found.append(
                Wait(actor=name, operation=pending, need=need, on=on, alive=_is_alive(history, name))
            )
    return tuple(found)


def circle(found: Iterable[Wait]) -> tuple[str, ...]:
    """Return the shortest circle of actors each of which depends on the next; empty if there is none."""
    edges = {wait.actor: wait.on for wait in found if wait.alive}
    circles = (path for start in edges if (path := _way_back(edges, start)))
    return min(circles, key=len, default=())


def _way_back(edges: dict[str, tuple[str, ...]], start: str) -> tuple[str, ...]:
    """Return the shortest way along *edges* from *start* to itself, without its last step."""
    ways: deque[tuple[str, ...]] = deque([(start,)])
    seen = {start}
    while ways:
        way = ways.popleft()
        for following in edges.get(way[-1], ()):
            if following == start:
                return way
            if following not in seen:
                seen.add(following)
                ways.append((*way, following))
    return ()


def _pending(history: History, name: str) -> Operation | None:
    """Return what an actor is at: the latest of its operations that never returned.

    A verb that makes calls of its own (``drain``) is open around them.
    """
    return next((op for op in reversed(history.by(name)) if op.open), None)


def _is_alive(history: History, name: str) -> bool:
    """Return whether the process of an actor ran at the end; if nobody counted, it is believed to."""
    census, record = history.census.get("hung"), history.actors.get(name)
    if census is None or record is None or not record.pids:
        return True
    states = {process.pid: process.state for process in census.processes}
    return any(states.get(pid, "Z") not in "ZX" for pid in record.pids)


def _dependence(history: History, op: Operation) -> tuple[Need, Iterable[str]]:
    """Return what would end *op*, and the actors who could bring that about."""
    actors = history.scenario.actors
    if op.method == "join" and op.target in actors:
        return "end", (op.target,)
    if not op.target and op.method in _MEETINGS:
        return _MEETINGS[op.method](history, op)
    if op.method == "accept" or op.method in _MET:
        return "any", (name for name in actors if _may_meet(history, name, op))
    if op.method in _TAKING and (holders := _holders(history, op.target)):
        return "holder", holders
    names = _names_of(history, op)
    if not names or op.method in _BACKENDS_OWN:
        return "backend", ()
    return "any", (name for name in history.scenario.actor_names if _may_end(history, name, op, names))


def _rendezvous(history: History, op: Operation) -> tuple[Need, Iterable[str]]:
    point, names = op.arguments
    come = {
        other.actor
        for other in history.on("", "rendezvous")
        if other.arguments and other.arguments[0] == point
    }
    return "all", (name for name in names if name not in come)


def _await_done(history: History, op: Operation) -> tuple[Need, Iterable[str]]:
    return "end", (name for name in op.arguments[0] if not _is_finished(history, name))


def _await_exit(_: History, op: Operation) -> tuple[Need, Iterable[str]]:
    return "end", op.arguments[0]


def _await_invoked(_: History, op: Operation) -> tuple[Need, Iterable[str]]:
    return "all", (op.arguments[0],)


def _await_told(_: History, op: Operation) -> tuple[Need, Iterable[str]]:
    return "all", (op.arguments[1],)


_MEETINGS = {
    "rendezvous": _rendezvous,
    "await_done": _await_done,
    "await_exit": _await_exit,
    "await_invoked": _await_invoked,
    "await_told": _await_told,
}


def _is_finished(history: History, name: str) -> bool:
    record = history.actors.get(name)
    return record is not None and record.finished


def _holders(history: History, lock: str) -> tuple[str, ...]:
    """Return the actors that took *lock* more often than they began to give it back.

    A condition is its lock, whichever of their names it is taken by; and who waits on it has given it back.
    """
    names = _one_lock(history, lock)
    balance: dict[str, int] = {}
    for op in history.operations:
        if op.target not in names:
            continue
        taken = op.method in _TAKING and op.ok and op.result is not False
        change = 1 if taken else -1 if op.method in _GIVING else 0
        balance[op.actor] = balance.get(op.actor, 0) + change
        if op.open and op.method in {"wait", "wait_for"}:
            balance[op.actor] = 0
    return tuple(name for name, count in balance.items() if count > 0)


def _one_lock(history: History, name: str) -> set[str]:
    """Return the names of the lock called *name*: its own, and those of the conditions that share it."""
    objects = history.scenario.objects
    locks = {
        key: next(iter(mentioned(spec)), key) for key, spec in objects.items() if spec.factory == "Condition"
    }
    lock = locks.get(name, name)
    return {lock, *(key for key, other in locks.items() if other == lock)}


def _names_of(history: History, op: Operation) -> frozenset[str]:
    """Return the names of the objects that *op* works on, and of what was made together with them.

    The other end of a pipe is one of these.  Of what the backend alone serves (a pool's result, say)
    there are none.
    """
    if op.method == "linger":
        return frozenset({op.actor})  # A signal to the process ends it.
    own = mentioned(op) if op.target == "@" else {op.target}
    for meeting in meetings(history):
        # The two ends of a connection have a name each.
        sides = {meeting.server, meeting.client}
        if (op.actor, op.target) in {
            (meeting.accept.actor, meeting.server),
            (meeting.connect.actor, meeting.client),
        }:
            return frozenset(sides - {""})
    groups = (spec.unpack or (name,) for name, spec in history.scenario.objects.items())
    return frozenset(name for group in groups if not own.isdisjoint(group) for name in group)


def _may_end(history: History, name: str, op: Operation, names: frozenset[str]) -> bool:
    """Return whether actor *name* has a step left, or under way, on one of *names* that could end *op*."""
    left = _left(history, name)
    pending = _pending(history, name)
    if pending and (pending.target, pending.method) == (op.target, "wait"):
        left = left[1:]  # They wait together.
    spec = history.scenario.objects.get(op.target)
    ended_by = _WAITS_ENDED_BY.get(spec.factory) if spec and op.method == "wait" else None
    ended_by = ended_by or _ENDED_BY.get(op.method)
    return any(_ends(step, ended_by, names) for step in left)


def _left(history: History, name: str) -> tuple[Step, ...]:
    """Return the steps that actor *name* has left or is at; none if it has finished or its process ended."""
    actor = history.scenario.actors.get(name)
    if actor is None or _is_finished(history, name) or not _is_alive(history, name):
        return ()
    pending = _pending(history, name)
    latest = next(reversed(history.by(name)), None)
    begun = pending.step if pending else latest.step + 1 if latest else 0
    return tuple(actor.steps[max(begun, 0) :])


def _may_meet(history: History, name: str, op: Operation) -> bool:
    """Return whether *name* has a step left that accepts a client, or that connects to a listener."""
    wanted = _CONNECTING if op.method == "accept" else {"accept"}
    return any(step.method in wanted for step in _left(history, name))


def _ends(step: Step, ended_by: frozenset[str] | None, names: frozenset[str]) -> bool:
    """Return whether *step* uses one of *names*, and by one of the methods *ended_by*, if any are known."""
    uses = step.target in names or not names.isdisjoint(mentioned(step))
    return uses and (ended_by is None or step.method in ended_by)
