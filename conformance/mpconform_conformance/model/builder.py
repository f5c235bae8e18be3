"""What the code of a program is put together with: variables, and how calls say that they wait."""

from collections.abc import Iterator

import msgspec

from mpconform.values import Json, Scenario, Step
from mpconform_conformance.model.machine import GO, Instruction, NotModelledError

__all__ = ("IDLE", "ROOM", "SKIP", "Builder", "size_of", "uses", "waits")

#: Verbs that wait for nobody.  A program ends by itself, whichever of its questions it is asked.
IDLE = frozenset({"census", "pid", "parent_pid", "hold", "collect", "echo", "output", "program"})
#: So many bytes, at least, are in a pipe before who writes has to wait: half of what Linux gives.
ROOM = 32_768
#: Around a value that is sent.
_AROUND = 200
#: Seconds from which on a timeout is one that something comes before.
_LONG_S = 1.0

#: What waits for nobody, and of which nobody takes notice.
SKIP = Instruction(choices=lambda _: GO, eager=True)


class Builder:
    """The actors and variables of a program that is being made."""

    def __init__(self, scenario: Scenario) -> None:
        """Give the actors of *scenario* numbers, main first; every other one has yet to be started."""
        self.scenario = scenario
        self.index = {name: at for at, name in enumerate(scenario.actor_names)}
        self.start = [0 if name == "main" else -1 for name in self.index]
        #: The place from which on an actor has finished its steps; its process has ended after that.
        self.finished: dict[str, int] = {}
        #: The places of an actor's steps in its code.
        self.places: dict[str, list[int]] = {}
        self._arrivals: dict[tuple[Json, str], int] = {}
        self.bursts = scenario.rounds > 1

    def variable(self, first: int = 0) -> int:
        """Return a new variable."""
        self.start.append(first)
        return len(self.start) - 1

    def arrival(self, point: Json, name: str) -> int:
        """Return the variable that says whether actor *name* has come to *point*."""
        if (point, name) not in self._arrivals:
            self._arrivals[point, name] = self.variable()
        return self._arrivals[point, name]


def uses(scenario: Scenario, names: tuple[str, ...]) -> Iterator[tuple[str, int, Step]]:
    """Yield actor, place and step for each call of what goes by one of *names* in every actor."""
    for actor, spec in scenario.actors.items():
        for at, step in enumerate(spec.steps):
            if step.target in names:
                yield actor, at, step


def waits(step: Step, *, block: int | None, timeout: int, default: Json = None) -> bool:
    """Return whether *step* waits until it gets what it wants, and gives up after no moment.

    *block* and *timeout* are the positions of these arguments; *default* is the timeout if none is given.
    """
    blocking = True
    if block is not None:
        blocking = _argument(step, block, "block", default=True)
    limit = step.timeout_s
    if limit is None:
        limit = _argument(step, timeout, "timeout", default=default)
    if not isinstance(blocking, bool) or not (limit is None or isinstance(limit, int | float)):
        raise NotModelledError
    return blocking and (limit is None or limit >= _LONG_S)


def _argument(step: Step, position: int, name: str, *, default: Json) -> Json:
    if name in step.keywords:
        return step.keywords[name]
    return step.arguments[position] if position < len(step.arguments) else default


def size_of(value: Json) -> int:
    """Return at most how many bytes *value* takes on its way; raises NotModelledError."""
    if isinstance(value, dict):
        if "$item" in value:
            return int(value["$item"][2]) + _AROUND
        if "$bytes" in value:
            return int(value["$bytes"][1]) + _AROUND
        if not value.keys() <= {"$hex", "$tuple", "$float"}:
            raise NotModelledError  # Not everything is still the same where it arrives.
    return len(msgspec.json.encode(value)) * 4 + _AROUND
