"""Histories of one condition, as a right or a broken implementation makes them, in any interleaving.

A small machine of its own: who has the lock, who waits, who was notified.  Each operation is invoked, takes
effect and returns at instants that a random scheduler chooses, so that intervals are as wide as they may be.
"""

from dataclasses import dataclass, field
from random import Random

import msgspec

from mpconform.values import Actor, ActorRecord, Census, History, ObjectSpec, Operation, ProcessRecord, Step
from tape import history, op

__all__ = ("TICK_NS", "condition_history", "played")

#: One instant of the machine, of which two are the grain of what is too early.
TICK_NS = 1_000_000


def condition_history(
    *operations: Operation,
    ended: str = "normally",
    lock: str = "RLock",
    given: bool = False,
    steps: dict[str, tuple[Step, ...]] | None = None,
) -> History:
    """A history of the condition ``c`` (and ``d``, on the same lock ``l``, if one is *given*)."""
    objects = {"c": ObjectSpec(factory="Condition")}
    if given:
        below = ({"$object": "l"},)
        objects = {
            "l": ObjectSpec(factory=lock),
            "c": ObjectSpec(factory="Condition", arguments=below),
            "d": ObjectSpec(factory="Condition", keywords={"lock": below[0]}),
        }
    names = sorted({"main", *(one.actor for one in operations), *(steps or {})})
    told = history(
        *operations,
        family="condition",
        objects=objects,
        actors={name: Actor(steps=(steps or {}).get(name, ())) for name in names},
        ended=ended,
    )
    pids = {name: at for at, name in enumerate(names, start=100)}
    alive = tuple(ProcessRecord(pid=pid, parent_pid=1, state="S") for pid in pids.values())
    return msgspec.structs.replace(
        told,
        actors={name: ActorRecord(pids=(pid,)) for name, pid in pids.items()},
        census={"hung": Census(at_ns=1, agent_pid=100, processes=alive)} if ended == "hung" else {},
    )


@dataclass
class _Player:
    """One actor of the machine: what is left of its program, and where it stands in its operation."""

    name: str
    program: list[tuple]
    last: int = -1
    step: int = 0
    stage: str = "idle"
    invoked: int = 0
    result: object = None
    notified: bool = False
    depth: int = 0
    done: list[Operation] = field(default_factory=list)


class _Machine:
    """The condition and its lock."""

    def __init__(self, rng: Random, bug: str) -> None:
        self.rng = rng
        self.bug = bug
        self.now = 0
        self.owner: str | None = None
        self.players: list[_Player] = []
        self.waiting: list[_Player] = []

    def moves(self) -> list[_Player]:
        """Those who can do something now, or later by themselves."""
        return [one for one in self.players if self._can(one)]

    def _can(self, one: _Player) -> bool:
        if one.stage == "idle":
            return bool(one.program)
        if one.stage in {"acquire", "back"}:
            return self.owner is None or (one.stage == "back" and self.bug == "unlocked")
        if one.stage == "asleep":
            return one.notified or one.program[0][1] is not None
        return True

    def move(self, one: _Player) -> None:
        """Let *one* do the next thing."""
        if one.stage == "idle":
            one.stage = one.program[0][0]
            one.invoked = self._stamp(one)
        elif one.stage == "acquire":
            self.owner = one.name
            one.stage, one.result = "return", True
        elif one.stage == "release":
            if self.owner == one.name:
                self.owner = None
            one.stage, one.result = "return", None
        elif one.stage == "notify":
            self._notify(one.program[0][1])
            one.stage, one.result = "return", None
        elif one.stage == "wait":
            self.owner = None
            one.notified = False
            self.waiting.append(one)
            one.stage = "asleep"
        elif one.stage == "asleep":
            self._wake(one)
        elif one.stage == "back":
            self.owner = one.name
            one.stage = "return"
        else:
            self._return(one)

    def _wake(self, one: _Player) -> None:
        limit = one.program[0][1]
        over = limit is not None and self.now >= one.invoked + limit - 2 * (self.bug == "early") * limit
        if one.notified or over:
            one.result = one.notified
            one.stage = "back"
            if one in self.waiting:
                self.waiting.remove(one)

    def _notify(self, count: int | None) -> None:
        count = len(self.waiting) if count is None else count
        count += {"more": 1, "less": -1}.get(self.bug, 0)
        self.rng.shuffle(self.waiting)
        for _ in range(min(max(count, 0), len(self.waiting))):
            self.waiting.pop().notified = True

    def _stamp(self, one: _Player) -> int:
        if self.now <= one.last:
            self.now = one.last + 1
        one.last = self.now
        return self.now

    def _return(self, one: _Player) -> None:
        method, argument, *_ = one.program.pop(0)
        at = (one.invoked * TICK_NS, self._stamp(one) * TICK_NS)
        one.done.append(_operation(one.name, method, argument, at, one.result))
        one.stage = "idle"

    def rest(self) -> list[Operation]:
        """The operations that never returned."""
        return [
            _operation(one.name, *one.program[0][:2], (one.invoked * TICK_NS, None), None)
            for one in self.players
            if one.stage != "idle"
        ]


def _operation(name: str, method: str, argument: object, at: tuple, result: object) -> Operation:
    if method == "wait":
        limit_s = None if argument is None else argument * TICK_NS / 1e9
        return op(name, "c", "wait", at=at, to=result, timeout_s=limit_s)
    if method == "notify" and argument is None:
        return op(name, "c", "notify_all", at=at, to=result)
    return op(name, "c", method, *(() if argument is None else (argument,)), at=at, to=result)


def _section(rng: Random, *, timed: bool) -> list[tuple]:
    inside = []
    for _ in range(rng.randint(0, 2)):
        if rng.random() < 0.55:
            inside.append(("wait", rng.randint(3, 25) if timed or rng.random() < 0.6 else None))
        else:
            inside.append(("notify", rng.choice((1, 1, 2, None))))
    return [("acquire", None), *inside, ("release", None)]


def played(seed: int, bug: str = "", *, timed: bool = False) -> History:
    """Return what a machine does with random programs; with a *bug*, a broken one.

    ``"more"``: notify wakes one more; ``"less"``: one less; ``"early"``: waits give up too early;
    ``"unlocked"``: waits come back without the lock.
    """
    rng = Random(seed)
    machine = _Machine(rng, bug)
    for n in range(rng.randint(2, 4)):
        program = [one for _ in range(rng.randint(1, 3)) for one in _section(rng, timed=timed)]
        machine.players.append(_Player(name=f"p{n}", program=program))
    while moves := machine.moves():
        machine.move(rng.choice(moves))
        machine.now += rng.random() < 0.7
    rest = machine.rest()
    found = [one for player in machine.players for one in player.done]
    return condition_history(*found, *rest, ended="hung" if rest else "normally")
