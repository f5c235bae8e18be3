"""The edges of the tapes of a run under way: whether anything was recorded since the last look."""

import os
from collections.abc import Mapping
from dataclasses import dataclass

from _mpconform_agent import tape as layout
from _mpconform_agent.verbs import DRAIN_S
from mpconform.tape import place_of
from mpconform.values import Json, Scenario, Step

__all__ = ("Edges", "longest_wait_s")

_CHUNK = 1 << 16

#: Verbs in which an actor polls the board, which is neither work nor progress.
_POLLING = frozenset({"rendezvous", "await_done", "await_invoked", "await_exit", "await_told"})


@dataclass
class _Edge:
    """The last record of one tape: where it begins or ends, its step, and its latest stamp."""

    place: int = layout.HEADER_SIZE
    step: int = -1
    open: bool = False
    latest_ns: int = 0


class Edges:
    """Follows the tapes of one run, reading each part of them once."""

    def __init__(self, scenario: Scenario, serial: int, descriptors: Mapping[str, int]) -> None:
        """Follow the tapes open as *descriptors*, by actor, of run *serial* of *scenario*."""
        self._scenario = scenario
        self._main_waits = bool(scenario.unjoined)
        self.serial = serial
        self._descriptors = descriptors
        self._edges = {name: _Edge() for name in descriptors}

    def look(self) -> tuple[tuple[int, bool], ...]:
        """Return something that differs from the last time if anything was recorded since."""
        return tuple(self._follow(name, edge) for name, edge in self._edges.items())

    def _follow(self, name: str, edge: _Edge) -> tuple[int, bool]:
        data = os.pread(self._descriptors[name], _CHUNK, edge.place)
        begin = at = 0
        edge.open = False
        for after, (step, _, _, invoked, returned, _, _, _) in layout.records(data, self.serial, 0):
            begin, at = at, after
            edge.step, edge.latest_ns, edge.open = step, returned or invoked, not returned
        # A record that is still open may yet become longer: it is looked at again.
        edge.place += begin if edge.open else at
        return edge.place, edge.open

    def polling(self) -> frozenset[int]:
        """Return the processes whose actors wait for others at the board."""
        found = set()
        for name, edge in self._edges.items():
            if self._polls(name, edge):
                header = os.pread(self._descriptors[name], layout.HEADER.size, 0)
                magic, serial, runs, _, _, *pids = layout.HEADER.unpack(header)
                if magic == layout.MAGIC and serial == self.serial:
                    found.update(pids[:runs])
        return frozenset(found)

    def _polls(self, name: str, edge: _Edge) -> bool:
        """Return whether the actor called *name* looks at the board again and again."""
        step = self._step(name, edge)
        if step is None:
            return False
        actors = self._scenario.actors
        if not edge.open:
            # Between two rounds it waits for main; and main, after its steps, for those whom nobody joins.
            waits = self._main_waits if name == "main" else self._scenario.rounds > 1
            return waits and step is actors[name].steps[-1]
        if self._scenario.rounds > 1 and step.target in actors and step.method == "join":
            return True
        return not step.target and step.method in _POLLING

    def patient_until_ns(self) -> int:
        """Return the instant until which an operation under way may rightly wait; 0 if none does."""
        found = 0
        for name, edge in self._edges.items():
            step = self._step(name, edge)
            if step is None:
                continue
            if step.method == "drain" and not step.target:
                # Between two of its gets, too: a queue without timeouts is looked at, not waited on.
                found = max(found, edge.latest_ns + int(DRAIN_S * 1e9))
            elif edge.open or step.method in _NESTING:
                wait_s = longest_wait_s(step)
                found = max(found, edge.latest_ns + int(wait_s * 1e9) if wait_s else 0)
        return found

    def _step(self, name: str, edge: _Edge) -> Step | None:
        """Return the step that the last record of a tape belongs to."""
        actor = self._scenario.actors.get(name)
        _, step = place_of(edge.step, rounds=self._scenario.rounds)
        if actor is None or not 0 <= step < len(actor.steps):
            return None
        return actor.steps[step]


def longest_wait_s(step: Step) -> float:
    """Return for how long *step* may wait before its timeout is over; 0 if it has no timeout."""
    if not step.target:
        return float(step.arguments[0]) if step.method == "hold" else 0.0
    place = _BLOCK.get(step.method)
    if place is not None and not step.keywords.get("block", step.arguments[place:][:1] != (False,)):
        return 0.0  # It is not to wait, whatever its timeout.
    given: list[Json] = [step.timeout_s, step.keywords.get("timeout")]
    if step.method in _TIMED:
        given += step.arguments
    return max((float(one) for one in given if type(one) in {int, float} and one > 0), default=0.0)


#: Methods that call something of the user's, which is recorded: after that, they are still under way.
_NESTING = frozenset({"wait", "wait_for"})

#: Where those methods are told whether they may block that can be told so.
_BLOCK = {"acquire": 0, "get": 0, "put": 1}

#: Methods of which an argument by position may be a timeout.
_TIMED = frozenset({"acquire", "connection.wait", "get", "join", "next", "poll", "put", "wait", "wait_for"})
