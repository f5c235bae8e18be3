"""Registers: a Value that is read and written one access at a time is linearizable."""

import bisect
import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass

from mpconform.checkers.memory_accesses import accesses_of
from mpconform.checkers.memory_reading import read
from mpconform.checkers.memory_regions import Region
from mpconform.checkers.memory_types import Content, encoded, is_known
from mpconform.checkers.telling import Teller, value
from mpconform.values import Finding, History, Operation, Violation

__all__ = ("Mark", "Zone", "mistake_in", "registers")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """One access to a register: a write of *content*, or a read that returned it.

    A write whose *op* is None is the one that made the register.
    """

    op: Operation | None
    content: Content
    writes: bool

    @property
    def invoked_ns(self) -> float:
        """When it began."""
        return -math.inf if self.op is None else self.op.invoked_ns

    @property
    def returned_ns(self) -> float:
        """When it was certainly over."""
        if self.op is None:
            return -math.inf
        return math.inf if not self.op.ok or self.op.returned_ns is None else self.op.returned_ns


@dataclass(frozen=True, slots=True, kw_only=True)
class Zone:
    """The accesses to one content: the first of them to return, and the last to begin."""

    first: Mark
    last: Mark

    @property
    def forward(self) -> bool:
        """Whether the register certainly held the content for a time."""
        return self.first.returned_ns < self.last.invoked_ns

    @property
    def marks(self) -> tuple[Mark, ...]:
        """Return the accesses that make the zone."""
        return (self.first,) if self.first is self.last else (self.first, self.last)


def registers(history: History) -> Finding:
    """Values under their own lock are linearizable: their accesses have one order that suits time.

    Judges each Value with a lock whose written contents differ from each other and from the
    first; counts its reads.  Exact, by `mistake_in`; O(n log n).
    """
    judged = 0
    violations = []
    for region in read(history).of("value"):
        marks = _marks(region)
        if marks is None:
            continue
        judged += sum(not mark.writes for mark in marks)
        mistake = mistake_in(marks)
        if mistake is not None:
            violations.append(_violation(history, region, *mistake))
    return Finding(judged=judged, violations=tuple(violations))


def _marks(region: Region) -> list[Mark] | None:
    """Return the accesses, or None if they are not those of a register with unique contents."""
    first = region.initial[0] if region.initial else None
    if region.clouded or not region.atomic or first is None or not is_known(first):
        return None
    marks = [Mark(op=None, content=first, writes=True)]
    for access in accesses_of(region):
        if access.reads:
            if access.op.ok:
                marks.append(Mark(op=access.op, content=_frozen(access.op.result), writes=False))
            continue
        content = access.content[0] if access.content is not None else None
        if content is None or not is_known(content):
            return None
        marks.append(Mark(op=access.op, content=_frozen(encoded(content)), writes=True))
    marks[0] = Mark(op=None, content=_frozen(encoded(first)), writes=True)
    written = [mark.content for mark in marks if mark.writes]
    if len(written) < 2 or len(set(written)) != len(written):
        return None
    return marks


def _frozen(recorded: object) -> Content:
    return recorded if isinstance(recorded, (int, float, str)) else repr(recorded)


def mistake_in(marks: Sequence[Mark]) -> tuple[str, tuple[Mark, ...]] | None:
    """Return the kind and the marks of a mistake if no linearisation explains the reads.

    Gibbons and Korach: the accesses to one content lie between the first return f and the
    last begin s of any of them.  If f < s the register held the content from f to s, and no
    two such zones overlap; otherwise all of them could have met at one instant from s to f,
    and that must not lie inside another content's zone.  Needs unique contents; an open write
    may never have happened.  O(n log n).
    """
    firsts: dict[Content, Mark] = {}
    lasts: dict[Content, Mark] = {}
    writes = {mark.content: mark for mark in marks if mark.writes}
    seen = {mark.content for mark in marks if not mark.writes}
    for mark in marks:
        if mark.content not in writes:
            return "never-written", (mark,)
        if mark.returned_ns < writes[mark.content].invoked_ns:
            return "read-before-written", (mark, writes[mark.content])
        if mark.content not in firsts or mark.returned_ns < firsts[mark.content].returned_ns:
            firsts[mark.content] = mark
        if mark.content not in lasts or mark.invoked_ns > lasts[mark.content].invoked_ns:
            lasts[mark.content] = mark
    zones = [
        Zone(first=firsts[content], last=lasts[content])
        for content, mark in writes.items()
        if content in seen or mark.returned_ns < math.inf
    ]
    return _clash(zones)


def _clash(zones: Sequence[Zone]) -> tuple[str, tuple[Mark, ...]] | None:
    held = sorted((zone for zone in zones if zone.forward), key=lambda zone: zone.first.returned_ns)
    for zone, after in itertools.pairwise(held):
        if after.first.returned_ns < zone.last.invoked_ns:
            return "held-two-values", zone.marks + after.marks
    starts = [zone.first.returned_ns for zone in held]
    for zone in zones:
        if zone.forward:
            continue
        at = bisect.bisect_left(starts, zone.last.invoked_ns) - 1
        if at >= 0 and held[at].last.invoked_ns > zone.first.returned_ns:
            return "stale-value", held[at].marks + zone.marks
    return None


def _violation(history: History, region: Region, kind: str, marks: tuple[Mark, ...]) -> Violation:
    teller = Teller(history)
    ops = {id(mark.op): mark.op for mark in marks if mark.op is not None}
    shown = sorted(ops.values(), key=lambda op: op.invoked_ns)
    contents = list(dict.fromkeys(value(mark.content) for mark in marks))
    why = {
        "never-written": f"Nobody ever wrote {contents[0]}, and {region.name} was not made with it.",
        "read-before-written": f"The read was over before the write of {contents[0]} had begun.",
        "held-two-values": f"Both {' and '.join(contents)} were there before the last accesses to them: no "
        "order of all accesses, each between its begin and its end, explains that.",
        "stale-value": f"{contents[0]} was there both before and after: no order of all accesses, each "
        f"between its begin and its end, lets {contents[-1]} appear meanwhile.",
    }[kind]
    made = f"{region.name} was made before all of this. " if any(mark.op is None for mark in marks) else ""
    return Violation(
        kind=f"register-{kind}",
        summary=f"{region.name} showed {' and '.join(contents)}, which no order of its accesses explains.",
        story=made + " ".join(f"{teller.tell(op)}." for op in shown) + f" {why}",
        witness=tuple(shown) or tuple(op for op in (region.born,) if op is not None),
    )
