"""Victims: actors that end in the middle of something, and what nobody can rely on any more after that.

Whatever a victim uses may be left locked or broken.  That is the victims' own affair, as long as nobody else
waits for it: their calls may then take for ever, and everybody else goes on as if they were not there.
"""

from collections.abc import Iterator

from mpconform.mentions import mentioned
from mpconform.values import Fault, Scenario, Step
from mpconform_conformance.model.builder import IDLE, SKIP
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


class Victims:
    """Who of a scenario may end in the middle of something, and what they use."""

    def __init__(self, scenario: Scenario) -> None:
        """Look who is killed, and by what; raises NotModelledError if others depend on what they use."""
        self._faults = {fault.actor: fault for fault in scenario.faults if fault.lethal}
        if any(not _is_sudden(fault, scenario) for fault in scenario.faults if fault.lethal):
            raise NotModelledError
        names = {name for name in scenario.actors if name in self._faults or _is_killed(scenario, name)}
        self._names = frozenset(name for name in names if not _is_harmless(scenario, name))
        if self._names and scenario.rounds > 1:
            raise NotModelledError  # Its process would be needed in the next round.
        #: The objects that victims use, by all their names.
        self.doomed = frozenset(_used_by(scenario, self._names))
        for name, actor in scenario.actors.items():
            if name not in self._names and any(self._relies(step) for step in actor.steps):
                raise NotModelledError

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

    def calls(self, name: str, step: Step) -> Instruction:
        """Return what *step* of actor *name*, about what victims use, does."""
        at_once = name not in self._names or step.method in _LIGHT
        return SKIP if at_once else _PERHAPS_FOR_EVER

    def dying(self, name: str, code: list[Instruction], places: list[int], at: int) -> list[Instruction]:
        """Return the *code* of actor *name*, which has number *at*, in which it may end.

        *places* are those of its steps.
        """
        fault = self._faults.get(name)
        if fault is None:
            return code
        gone: Changes = ((at, len(code)),)
        first = places[fault.step] if fault.step is not None and fault.step < len(places) else 0
        # At a step it strikes in any case, if it does not count what is done in it: then, or a while later.
        surely = fault.step is not None and not fault.after
        return [
            _dying(one, gone, surely=surely) if first <= place < len(code) - 1 else one
            for place, one in enumerate(code)
        ]

    def _relies(self, step: Step) -> bool:
        """Return whether *step* of somebody else does more with what victims use than to close it."""
        return not self.doomed.isdisjoint({step.target, *mentioned(step)}) and step.method not in _CLOSES


#: What becomes of a call of an object that may be broken.
_PERHAPS_FOR_EVER = Instruction(choices=lambda _: GO, unsure=lambda _: True)


def _dying(one: Instruction, gone: Changes, *, surely: bool) -> Instruction:
    """Return *one*, before or in the middle of which its process may end, or does so *surely*."""

    def choices(state: State) -> Choices:
        return (*one.choices(state), gone)

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


def _used_by(scenario: Scenario, names: frozenset[str]) -> Iterator[str]:
    """Yield the names of the objects that the actors *names* use, and of those that these were made of."""
    used = {
        one
        for name in names
        for step in scenario.actors[name].steps
        for one in {step.target, *mentioned(step)}
    }
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
