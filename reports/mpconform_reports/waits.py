"""Who waits for whom, in words: what a page and a terminal show of a run that hung."""

from dataclasses import dataclass
from itertools import pairwise

from mpconform import waiting
from mpconform.checkers.telling import duration
from mpconform.values import History
from mpconform.waiting import Wait
from mpconform_reports import pseudocode
from mpconform_reports.wording import listed

__all__ = ("Standstill", "WaitRow", "standstill")


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitRow:
    """One actor that was in the middle of a call: which, since when, and what would let it go on."""

    actor: str
    step: str
    call: str
    since: str
    awaits: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Standstill:
    """All of them, and the circle if there is one: ``"p0 waits for p1, and p1 for p0"``."""

    rows: tuple[WaitRow, ...] = ()
    circle: str = ""


def standstill(history: History | None) -> Standstill:
    """Return who waited for whom at the end of *history*; nothing if it did not hang."""
    if history is None or history.ended != "hung":
        return Standstill()
    found = waiting.waits(history)
    origin = min((op.invoked_ns for op in history.operations), default=0)
    rows = tuple(
        WaitRow(
            actor=wait.actor,
            step="" if wait.operation.step == -1 else str(wait.operation.step),
            call=pseudocode.operation_line(wait.operation),
            since=duration(wait.operation.invoked_ns - origin),
            awaits=_awaits(wait),
        )
        for wait in found
    )
    return Standstill(rows=rows, circle=_circle(waiting.circle(found)))


def _awaits(wait: Wait) -> str:
    if not wait.alive:
        return "nothing any more: its process has ended"
    if wait.need == "backend":
        return "the backend alone"
    if wait.need == "end":
        return f"the end of {listed(wait.on)}" if wait.on else "nobody: all of them have ended"
    if wait.need == "all":
        return f"{listed(wait.on)} to come" if wait.on else "nobody: all have come"
    if wait.need == "holder":
        return f"{listed(wait.on)} to give it back" if wait.on else "nobody but itself, who holds it"
    if not wait.on:
        return "nobody: no other actor has a step left that could end it"
    return f"{' or '.join(wait.on)}, with a step left that could end it"


def _circle(actors: tuple[str, ...]) -> str:
    if not actors:
        return ""
    first, *further = pairwise((*actors, actors[0]))
    told = [f"{first[0]} waits for {first[1]}", *(f"{one} for {other}" for one, other in further)]
    return listed(told, most=len(told))
