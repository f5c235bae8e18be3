"""Histories of one barrier, as a right or a broken implementation makes them, in any interleaving."""

from dataclasses import dataclass, field
from random import Random

from msgspec.structs import replace

from condition_search import TICK_NS
from mpconform.values import ActorRecord, Census, History, ObjectSpec, Operation, ProcessRecord
from tape import error, history, op

__all__ = ("BUGS", "played")

#: What a broken barrier does: it lets one too few pass; an abort, or a reset, does not tell those who wait;
#: a timeout ends too early, or breaks it for nobody else; a reset leaves it broken; numbers are given twice;
#: a reset tells those who are going, too, though one of them makes it who has gone.
BUGS = ("less", "mute abort", "mute reset", "early", "alone", "stays", "twice", "catches")
_BROKEN = error("BrokenBarrierError", bases=("RuntimeError", "Exception"))


@dataclass
class _Player:
    """One actor: what is left of its program, where it stands in its operation, and what that will give."""

    name: str
    program: list[tuple]
    last: int = -1
    stage: str = "idle"
    invoked: int = 0
    fate: object = None
    generation: int = 0
    done: list[Operation] = field(default_factory=list)


class _Machine:
    """The barrier: those who wait, those who go, and whether it is broken."""

    def __init__(self, rng: Random, bug: str, parties: int) -> None:
        self.rng, self.bug, self.parties = rng, bug, parties
        self.now = 0
        self.players: list[_Player] = []
        self.waiting: list[_Player] = []
        self.going: list[_Player] = []
        self.generations = 0
        self.broken = False

    def can(self, one: _Player) -> bool:
        """Whether *one* can do something now, or later by itself."""
        if one.stage == "idle":
            return bool(one.program)
        if one.stage == "wait":
            return self.broken or not self.going
        if one.stage == "asleep":
            return one.fate is not None or one.program[0][1] is not None
        return True

    def move(self, one: _Player) -> None:
        """Let *one* do the next thing."""
        if one.stage == "idle":
            one.stage, one.invoked = one.program[0][0], self._stamp(one)
        elif one.stage == "return":
            self._return(one)
        elif one.stage == "asleep":
            self._wake(one)
        else:
            getattr(self, f"_{one.stage}")(one)

    def _wait(self, one: _Player) -> None:
        one.stage = "asleep"
        if self.broken:
            one.fate = _BROKEN
            self.going.append(one)
            return
        self.waiting.append(one)
        if len(self.waiting) >= self.parties - (self.bug == "less"):
            self.generations += 1
            for number, other in enumerate(self.waiting):
                other.generation = self.generations
                other.fate = min(number, 0) if self.bug == "twice" else number
            self.going += self.waiting
            self.waiting = []

    def _wake(self, one: _Player) -> None:
        limit = one.program[0][1]
        over = limit is not None and self.now >= one.invoked + limit * (self.bug != "early")
        if one.fate is None and over:
            self.broken = self.bug != "alone"
            self._tell(self.waiting if self.broken else [one])
        if one.fate is not None:
            self.going.remove(one)
            one.stage = "return"

    def _abort(self, one: _Player) -> None:
        self.broken = True
        if self.bug != "mute abort":
            self._tell(self.waiting)
        self._perhaps()
        one.stage = "return"

    def _reset(self, one: _Player) -> None:
        if self.bug != "stays":
            self.broken = False
        if self.bug != "mute reset":
            self._tell(self.waiting)
        self._perhaps(spared=0 if self.bug == "catches" else one.generation)
        one.stage = "return"

    def _n_waiting(self, one: _Player) -> None:
        one.fate, one.stage = len(self.waiting), "return"

    def _tell(self, those: list[_Player]) -> None:
        for one in [*those]:
            one.fate = _BROKEN
            self.waiting.remove(one)
            self.going.append(one)

    def _perhaps(self, spared: int = 0) -> None:
        """Of those who have passed, and have not gone, some may be told that it broke meanwhile.

        But none of the generation *spared*.
        """
        for one in self.going:
            if self.rng.random() < 0.5 and not (spared and one.generation == spared):
                one.fate = _BROKEN

    def _stamp(self, one: _Player) -> int:
        if self.now <= one.last:
            self.now = one.last + 1
        one.last = self.now
        return self.now

    def _return(self, one: _Player) -> None:
        method, argument = one.program.pop(0)
        one.done.append(_told(one, method, argument, self._stamp(one) * TICK_NS))
        one.stage, one.fate = "idle", None

    def rest(self) -> list[Operation]:
        """The operations that never returned."""
        return [_told(one, *one.program[0], None) for one in self.players if one.stage != "idle"]


def _told(one: _Player, method: str, argument: int | None, end: int | None) -> Operation:
    limit_s = None if argument is None else argument * TICK_NS / 1e9
    raised = _BROKEN if one.fate is _BROKEN and end is not None else None
    at = (one.invoked * TICK_NS, end)
    name = ".n_waiting" if method == "n_waiting" else method
    return op(one.name, "b", name, at=at, to=None if raised else one.fate, raised=raised, timeout_s=limit_s)


def _program(rng: Random, *, resets: bool) -> list[tuple]:
    """Return what one does; *resets*: right after what waits without a timeout, it resets the barrier."""
    found: list[tuple] = []
    for _ in range(rng.randint(1, 3)):
        dice = rng.random()
        if dice < 0.7:
            found.append(("wait", rng.randint(3, 25) if rng.random() < 0.4 else None))
        else:
            found.append((rng.choice(("abort", "reset", "n_waiting")), None))
        if resets and found[-1] == ("wait", None):
            found.append(("reset", None))
    return found


def played(seed: int, bug: str = "") -> History:
    """Return what a barrier of two or three parties does with random programs; with a *bug*, a broken one."""
    rng = Random(seed)
    machine = _Machine(rng, bug, rng.randint(2, 3))
    machine.players = [
        _Player(name=f"p{n}", program=_program(rng, resets=bug == "catches"))
        for n in range(rng.randint(2, 4))
    ]
    while moves := [one for one in machine.players if machine.can(one)]:
        machine.move(rng.choice(moves))
        machine.now += rng.random() < 0.7
    rest = machine.rest()
    found = [one for player in machine.players for one in player.done]
    told = history(
        *found,
        *rest,
        family="condition",
        objects={"b": ObjectSpec(factory="Barrier", arguments=(machine.parties,))},
        ended="hung" if rest else "normally",
    )
    pids = {one.name: at for at, one in enumerate(machine.players, start=100)}
    alive = tuple(ProcessRecord(pid=pid, parent_pid=1, state="S") for pid in pids.values())
    return replace(
        told,
        actors={name: ActorRecord(pids=(pids.get(name, 99),)) for name in told.scenario.actors},
        census={"hung": Census(at_ns=1, agent_pid=99, processes=alive)} if rest else {},
    )
