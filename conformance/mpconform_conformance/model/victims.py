"""Victims: actors that end in the middle of something, and what nobody can rely on any more after that.

Whatever a victim uses may be left locked or broken.  That is the victims' own affair, as long as nobody else
waits for it: their calls may then take for ever, and everybody else goes on as if they were not there.  What
no other victim can have touched yet, is whole: a call of a queue that waits for nobody ends, and so does that
of a lock of which the victim has taken none.  And whoever is struck lets go of the ends of its pipes.
"""

from collections.abc import Callable, Iterator

from mpconform.mentions import mentioned
from mpconform.values import Fault, Scenario, Step
from mpconform_conformance.model.builder import IDLE, ROOM, SKIP, Builder, size_of, waits
from mpconform_conformance.model.machine import (
    GO,
    Changes,
    Choices,
    Instruction,
    NotModelledError,
    State,
)

__all__ = ("KILLS", "Victims")

KILLS = frozenset({"terminate", "kill"})
#: Faults that end a process on the spot.
_ENDING = frozenset({"SIGKILL", "exit"})
#: What a victim may do of which nothing is left.
_HARMLESS = IDLE | {"linger", "rendezvous"}
#: What waits for nobody, whatever became of the object; others may only close it.
_LIGHT = frozenset({"close", "get_lock", "fileno"})
_CLOSES = frozenset({"close"})
#: What is free, or waits for nobody, as long as nobody has used it.
_LOCKED = frozenset({"Lock", "RLock", "Value", "Array", "RawValue", "RawArray"})
_TAKES = frozenset({"acquire", "__enter__"})
#: Queues, and their calls that wait for nobody if they have no maximum.
_QUEUES = frozenset({"Queue", "JoinableQueue"})
_PUTS = frozenset({"put", "put_nowait"})
_LOOKS = frozenset({"get_nowait", "empty", "full", "qsize"})


class Victims:
    """Who of a scenario may end in the middle of something, and what they use."""

    def __init__(self, scenario: Scenario) -> None:
        """Look who is killed, and by what; raises NotModelledError if others depend on what they use."""
        self._faults = {fault.actor: fault for fault in scenario.faults if fault.lethal}
        if any(not _is_sudden(fault, scenario) for fault in scenario.faults if fault.lethal):
            raise NotModelledError
        names = {name for name in scenario.actors if name in self._faults or _is_killed(scenario, name)}
        self._names = frozenset(name for name in names if not _is_harmless(scenario, name))
        self._uses = {name: frozenset(_used_by(scenario, frozenset({name}))) for name in self._names}
        self._queues = {
            name
            for name, spec in scenario.objects.items()
            if spec.factory in _QUEUES and not (spec.arguments or spec.keywords)
        }
        others = {
            one
            for n, spec in scenario.objects.items()
            if spec.factory not in _LOCKED
            for one in (n, *spec.unpack)
        }
        self._simple = {name for name in self._names if others.isdisjoint(_named_by(scenario, name))}
        #: Those who have taken a lock; they may have to wait for themselves then.
        self._took: set[str] = set()
        self._puts = {
            name: [step for step in scenario.actors[name].steps if step.method in _PUTS]
            for name in self._names
        }
        if self._names and scenario.rounds > 1:
            raise NotModelledError  # Its process would be needed in the next round.
        #: The objects that victims use, by all their names; of a pipe, what becomes of it is known.
        self.doomed = frozenset(_used_by(scenario, self._names)) - {*self._known_pipes(scenario)}
        for name, actor in scenario.actors.items():
            if name not in self._names and any(self._relies(step) for step in actor.steps):
                raise NotModelledError

    def _known_pipes(self, scenario: Scenario) -> Iterator[str]:
        """Yield the names of pipes whose victims are struck: their ends are closed then, and that is all."""
        for whole, spec in scenario.objects.items():
            if spec.factory == "Pipe" and not any(
                _is_killed(scenario, name) and not self._uses[name].isdisjoint(spec.unpack)
                for name in self._names
            ):
                yield from (whole, *spec.unpack)

    @property
    def are_any(self) -> bool:
        """Whether there are any."""
        return bool(self._names)

    def cares(self, name: str, step: Step, bound: set[str]) -> bool:
        """Return whether *step* of actor *name* is about what victims use, or what that *bound*."""
        about = {step.target, *mentioned(step)} & (self.doomed | bound)
        if about and name in self._names and step.bind:
            bound.add(step.bind)
        return bool(about)

    def calls(self, builder: Builder, name: str, step: Step) -> Instruction:
        """Return what *step* of actor *name*, about what victims use, does."""
        if name not in self._names or step.method in _LIGHT:
            return SKIP
        if not self._is_free(name, step):
            return _PERHAPS_FOR_EVER
        mine = self._uses[name]
        others = [builder.index[one] for one in self._names - {name} if not mine.isdisjoint(self._uses[one])]
        return Instruction(choices=lambda _: GO, unsure=lambda s: any(s[other] >= 0 for other in others))

    def _is_free(self, name: str, step: Step) -> bool:
        """Return whether *step* of the victim *name* waits for nobody if its object is whole.

        Nor may its process then have to wait at its end, for what it put to be read.
        """
        if name in self._simple:
            first = name not in self._took
            self._took |= {name} if step.method in _TAKES else set()
            return first
        if step.target not in self._queues:
            return False
        if step.method in _PUTS:
            return self._strikes_surely(name) or self._fits(name)
        return step.method in _LOOKS or (step.method == "get" and not waits(step, block=0, timeout=1))

    def _fits(self, name: str) -> bool:
        """Return whether all that *name* puts fits into one pipe, so that nobody needs to read it."""
        return sum(size_of(one) for step in self._puts[name] for one in step.arguments) <= ROOM

    def _strikes_surely(self, name: str) -> bool:
        """Return whether a fault ends *name* in any case: at a step, and counting nothing in it."""
        fault = self._faults.get(name)
        return fault is not None and fault.step is not None and not fault.after

    def dying(
        self,
        name: str,
        code: list[Instruction],
        places: list[int],
        at: int,
        dropped: Callable[[State], Changes],
    ) -> list[Instruction]:
        """Return the *code* of actor *name*, which has number *at*, in which it may end.

        *places* are those of its steps; what it holds is *dropped* then.
        """
        fault = self._faults.get(name)
        if fault is None:
            return code

        def gone(state: State) -> Changes:
            return ((at, len(code)), *dropped(state))

        first = places[fault.step] if fault.step is not None and fault.step < len(places) else 0
        surely = self._strikes_surely(name)  # Then, or a while later.
        return [
            _dying(one, gone, surely=surely) if first <= place < len(code) - 1 else one
            for place, one in enumerate(code)
        ]

    def _relies(self, step: Step) -> bool:
        """Return whether *step* of somebody else does more with what victims use than to close it."""
        return not self.doomed.isdisjoint({step.target, *mentioned(step)}) and step.method not in _CLOSES


#: What becomes of a call of an object that may be broken.
_PERHAPS_FOR_EVER = Instruction(choices=lambda _: GO, unsure=lambda _: True)


def _dying(one: Instruction, gone: Callable[[State], Changes], *, surely: bool) -> Instruction:
    """Return *one*, before or in the middle of which its process may end, or does so *surely*."""

    def choices(state: State) -> Choices:
        return (*one.choices(state), gone(state))

    def unsure(state: State) -> bool:
        return not one.choices(state) or (one.unsure is not None and one.unsure(state))

    return Instruction(choices=choices, unsure=None if surely else unsure)


def _is_sudden(fault: Fault, scenario: Scenario) -> bool:
    return fault.signal in _ENDING and fault.actor in scenario.actors and fault.actor != "main"


def _is_killed(scenario: Scenario, name: str) -> bool:
    return any(
        step.target == name and step.method in KILLS
        for actor in scenario.actors.values()
        for step in actor.steps
    )


def _is_harmless(scenario: Scenario, name: str) -> bool:
    return all(not step.target and step.method in _HARMLESS for step in scenario.actors[name].steps)


def _named_by(scenario: Scenario, name: str) -> set[str]:
    """Return the names that the steps of the actor *name* are about."""
    return {one for step in scenario.actors[name].steps for one in {step.target, *mentioned(step)}}


def _used_by(scenario: Scenario, names: frozenset[str]) -> Iterator[str]:
    """Yield the names of the objects that the actors *names* use, and of those that these were made of."""
    used = {one for name in names for one in _named_by(scenario, name)}
    for name, spec in reversed(scenario.objects.items()):
        own = {name, *spec.unpack}
        if not used.isdisjoint(own):
            used |= own | mentioned(spec)
    for name, spec in scenario.objects.items():
        # What was made of something that may be broken, may be broken.
        if not used.isdisjoint(mentioned(spec)):
            used |= {name, *spec.unpack}
    for name, spec in scenario.objects.items():
        yield from ({name, *spec.unpack}) & used
