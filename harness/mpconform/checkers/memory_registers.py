"""Registers: a Value that is read and written one access at a time is linearizable."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from mpconform.checkers.memory_accesses import accesses_of
from mpconform.checkers.memory_reading import read
from mpconform.checkers.memory_regions import Region
from mpconform.checkers.memory_types import Content, encoded, is_known
from mpconform.checkers.telling import Teller, value
from mpconform.linear import register
from mpconform.linear.columns import NOTHING, OPEN, columns_of
from mpconform.values import Finding, History, Operation, Violation

__all__ = ("Mark", "elements_out_of_order", "frozen", "mistake_in", "registers")

#: Of an array so many elements are looked at: those that are written to are few, or like each other.
_MOST = 64


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


def registers(history: History) -> Finding:
    """Values under their own lock are linearizable: their accesses have one order that suits time.

    Judges each Value with a lock whose written contents differ from each other and from the
    first; counts its reads.  Exact, by `mistake_in`; O(n log n).
    """
    judged = 0
    violations = []
    for region in read(history).of("value"):
        marks = _marks(region, 0)
        if marks is None:
            continue
        judged += sum(not mark.writes for mark in marks)
        mistake = mistake_in(marks)
        if mistake is not None:
            violations.append(_violation(history, region, region.name, *mistake))
    return Finding(judged=judged, violations=tuple(violations))


def elements_out_of_order(history: History) -> Iterator[Violation]:
    """Yield the elements of arrays under their own lock of which no order explains what they showed.

    Index by index as `registers`, those that were written to, with contents that differ.  Exact for each
    element.  O(elements x accesses).
    """
    for region in read(history).of("array"):
        written = {index for one in accesses_of(region) if one.writes for index in one.indices[:_MOST]}
        for index in sorted(written)[:_MOST] if region.atomic else ():
            marks = _marks(region, index)
            mistake = mistake_in(marks) if marks is not None else None
            if mistake is not None:
                yield _violation(history, region, f"{region.name}[{index}]", *mistake)


def _marks(region: Region, index: int) -> list[Mark] | None:
    """Return the accesses to one element, None if they are not those of a register with unique contents."""
    first = region.initial[index] if region.initial else None
    if region.clouded or not region.atomic or first is None or not is_known(first):
        return None
    marks = [Mark(op=None, content=first, writes=True)]
    for access in accesses_of(region):
        if index not in access.indices:
            continue
        at = access.indices.index(index)
        if access.reads:
            shown = access.results() if access.form == "elements" else ()
            if access.op.ok and at < len(shown):
                marks.append(Mark(op=access.op, content=frozen(shown[at]), writes=False))
            continue
        content = access.content[at] if access.content is not None else None
        if content is None or not is_known(content):
            return None
        marks.append(Mark(op=access.op, content=frozen(encoded(content)), writes=True))
    marks[0] = Mark(op=None, content=frozen(encoded(first)), writes=True)
    written = [mark.content for mark in marks if mark.writes]
    if len(written) < 2 or len(set(written)) != len(written):
        return None
    return marks


def frozen(recorded: object) -> Content:
    """Return what was recorded of a content as one that can be compared and hashed."""
    return recorded if isinstance(recorded, (int, float, str)) else repr(recorded)


#: What the kinds of the judge are called here; there are two ways of changing back.
_KINDS = {"invented": "never-written", "read-too-early": "read-before-written"}


def mistake_in(marks: Sequence[Mark]) -> tuple[str, tuple[Mark, ...]] | None:
    """Return the kind and the marks of a mistake if no linearisation explains the reads.

    Exact, by the zones of ``mpconform.linear.register``.  Needs unique contents, and the mark that made the
    register first; an open write may never have happened.  O(n log n).
    """
    numbers: dict[Content, int] = {}
    rows = []
    for mark in marks:
        number = numbers.setdefault(mark.content, len(numbers))
        if mark.op is not None:
            end = int(OPEN) if mark.returned_ns == math.inf else int(mark.returned_ns)
            written, read = (number, NOTHING) if mark.writes else (NOTHING, number)
            rows.append((0, int(not mark.writes), 0, written, read, mark.op.invoked_ns, end))
    found = register.judge(columns_of("register", register.CODES, rows), initial=numbers[marks[0].content])
    if found.legal is not False:
        return None
    of_rows = [mark for mark in marks if mark.op is not None]
    shown = [of_rows[row] for row in found.witness]
    first = next((at for at, mark in enumerate(shown) if mark.content == marks[0].content), None)
    if first is not None:
        shown.insert(first, marks[0])
    return _KINDS.get(found.kind) or _changed_back(shown), tuple(shown)


def _changed_back(shown: Sequence[Mark]) -> str:
    """Return whether both contents were surely there for a time, or one inside of the other's."""
    zones = [[mark for mark in shown if mark.content == one.content] for one in (shown[0], shown[-1])]
    held = all(min(m.returned_ns for m in zone) < max(m.invoked_ns for m in zone) for zone in zones)
    return "held-two-values" if held else "stale-value"


def _violation(history: History, region: Region, name: str, kind: str, marks: tuple[Mark, ...]) -> Violation:
    teller = Teller(history)
    ops = {id(mark.op): mark.op for mark in marks if mark.op is not None}
    shown = sorted(ops.values(), key=lambda op: op.invoked_ns)
    contents = list(dict.fromkeys(value(mark.content) for mark in marks))
    why = {
        "never-written": f"Nobody ever wrote {contents[0]}, and {name} was not made with it.",
        "read-before-written": f"The read was over before the write of {contents[0]} had begun.",
        "held-two-values": f"Both {' and '.join(contents)} were there before the last accesses to them: no "
        "order of all accesses, each between its begin and its end, explains that.",
        "stale-value": f"{contents[0]} was there both before and after: no order of all accesses, each "
        f"between its begin and its end, lets {contents[-1]} appear meanwhile.",
    }[kind]
    made = f"{name} was made before all of this. " if any(mark.op is None for mark in marks) else ""
    return Violation(
        kind=f"register-{kind}",
        summary=f"{name} showed {' and '.join(contents)}, which no order of its accesses explains.",
        story=made + " ".join(f"{teller.tell(op)}." for op in shown) + f" {why}",
        witness=tuple(shown) or tuple(op for op in (region.born,) if op is not None),
    )
