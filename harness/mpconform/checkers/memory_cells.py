"""What a read of shared memory may return, cell by cell.

A region is cut into cells such that every access covers whole cells.  A write is a
*candidate* for a read of its cell if the two may have met: it did not begin after the read
had returned, and no other write certainly overwrote it before the read began.  A read is
explained if its cells' candidates can make what it returned.  This is sound for memory
that is weaker than linearizable too: only "happened before", by closed intervals, counts.
"""

import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import msgspec

from mpconform.checkers.memory_accesses import Access, accesses_of
from mpconform.checkers.memory_regions import Region
from mpconform.checkers.memory_types import Content, Unknown, encoded, is_known, same
from mpconform.checkers.once import once
from mpconform.values import Operation

__all__ = ("Cell", "Judgement", "Write", "cells_of", "judgements", "possible")

#: More combinations of candidates than this are not tried: the read is then not judged.
_COMBINATIONS = 64


class Write(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One write to one cell; *op* is None for the contents that the region began with."""

    op: Operation | None
    instance: str
    content: tuple[Content | Unknown, ...]
    invoked_ns: float
    returned_ns: float
    certain: bool

    @property
    def known(self) -> bool:
        """Whether it is known what was written."""
        return all(is_known(one) for one in self.content)


@dataclass(kw_only=True)
class Cell:
    """Some neighbouring elements that every access covers as a whole; *accesses* are the writing ones."""

    start: int
    stop: int
    region: Region
    accesses: Sequence[Access]

    @cached_property
    def writes(self) -> list[Write]:
        """The writes to this cell, in the order of the accesses; first what the region began with.

        Made when it is first asked for: of a large array, few cells are ever read.  O(accesses).
        """
        return [
            _initial(self.region, self.start, self.stop),
            *(_write(access, self) for access in self.accesses if self.start in access.indices),
        ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """One read: what it may have met, and whether that explains what it returned.

    *explained* is None if we cannot tell.  *expected* are the contents that it might have
    returned, of the first part that is wrong, or of all; *found* is what was there.
    """

    read: Access
    candidates: tuple[Write, ...]
    explained: bool | None
    expected: tuple[Content, ...] = ()
    found: object = None

    @property
    def newest(self) -> Write:
        """The candidate that was begun last."""
        return max(self.candidates, key=lambda write: write.invoked_ns)


@once
def cells_of(region: Region) -> dict[int, Cell]:
    """Return the cells of *region* by their first element.  O((accesses + cells) log)."""
    accesses = accesses_of(region)
    length = region.length or 0
    edges = {0, length}
    for access in accesses:
        edges.update(access.edges())
    if region.initial is not None:
        edges.update(range(length))
    writing = [access for access in accesses if access.writes]
    return {
        start: Cell(start=start, stop=stop, region=region, accesses=writing)
        for start, stop in itertools.pairwise(sorted(edges))
    }


def covered(cells: dict[int, Cell], access: Access) -> Iterator[Cell]:
    """Yield the cells that *access* covers, in the order of its elements."""
    index = access.indices
    if index.step != 1:
        yield from (cells[one] for one in index)
        return
    at = index.start
    while at < index.stop:
        yield cells[at]
        at = cells[at].stop


def _initial(region: Region, start: int, stop: int) -> Write:
    content: Sequence[Content | Unknown] = (Unknown(),)
    if region.initial is not None:
        content = region.initial[start:stop]
    return Write(
        op=None, instance="" if region.born is None else region.born.actor, content=tuple(content),
        invoked_ns=-math.inf, returned_ns=-math.inf, certain=True,
    )  # fmt: skip


def _write(access: Access, cell: Cell) -> Write:
    op = access.op
    content: tuple[Content | Unknown, ...] = (Unknown(),)
    if access.content is not None:
        index = access.indices
        if index.step == 1:
            content = tuple(access.content[cell.start - index.start : cell.stop - index.start])
        else:
            content = (access.content[index.index(cell.start)],)
    return Write(
        op=op, instance=access.instance, content=content, invoked_ns=op.invoked_ns,
        returned_ns=math.inf if op.returned_ns is None else op.returned_ns, certain=op.ok and access.whole,
    )  # fmt: skip


def possible(cell: Cell, op: Operation) -> tuple[Write, ...]:
    """Return the candidates of *cell* for a read by the completed operation *op*.  O(writes)."""
    begun = [w for w in cell.writes if op.returned_ns is None or w.invoked_ns <= op.returned_ns]
    over = (w.invoked_ns for w in begun if w.certain and w.returned_ns < op.invoked_ns)
    last = max(over, default=-math.inf)
    return tuple(w for w in begun if w.op is not op and w.returned_ns >= last)


@once
def judgements(region: Region) -> tuple[Judgement, ...]:
    """Judge every read of *region* that returned.

    In a region that is not atomic, a read is judged only if there is one candidate for each
    of its cells and it had returned before: the documentation lets the others be torn.
    O(reads x writes) for each cell.
    """
    if region.clouded:
        return ()
    cells = cells_of(region)
    return tuple(
        _judge(region, access, tuple(covered(cells, access)))
        for access in accesses_of(region)
        if access.reads and access.op.ok
    )


def _judge(region: Region, access: Access, cells: tuple[Cell, ...]) -> Judgement:
    op = access.op
    choices = [possible(cell, op) for cell in cells]
    candidates = tuple({id(w): w for ws in choices for w in ws}.values())
    settled = region.atomic or all(
        len(ws) == 1 and ws[0].certain and ws[0].returned_ns < op.invoked_ns for ws in choices
    )
    if not settled or not candidates:
        return Judgement(read=access, candidates=candidates, explained=None)
    if access.form == "elements":
        return _judge_elements(access, cells, choices, candidates)
    return _judge_whole(access, choices, candidates)


def _judge_elements(
    access: Access, cells: Sequence[Cell], choices: Sequence[tuple[Write, ...]], candidates: tuple[Write, ...]
) -> Judgement:
    """Judge a read that shows each element; in such regions a cell is one element."""
    results = access.results()
    if len(results) != len(cells):
        return Judgement(
            read=access, candidates=candidates, explained=False, expected=(f"{len(cells)} elements",),
            found=f"{len(results)} elements",
        )  # fmt: skip
    vague = False
    for result, writes in zip(results, choices, strict=False):
        if not all(write.known for write in writes):
            vague = True
            continue
        contents = tuple(content for write in writes for content in write.content if is_known(content))
        if not any(same(encoded(content), result) for content in contents):
            return Judgement(
                read=access, candidates=writes, explained=False, expected=contents, found=result
            )  # fmt: skip
    return Judgement(read=access, candidates=candidates, explained=None if vague else True)


def _judge_whole(
    access: Access, choices: Sequence[tuple[Write, ...]], candidates: tuple[Write, ...]
) -> Judgement:
    """Judge a read of which only a digest, or a sum of its elements, was recorded."""
    if not all(write.known for write in candidates) or math.prod(map(len, choices)) > _COMBINATIONS:
        return Judgement(read=access, candidates=candidates, explained=None)
    expected = []
    for combination in itertools.product(*choices):
        contents = [one for write in combination for one in write.content if is_known(one)]
        expected.append(access.shown(contents))
    found = access.op.result
    explained = any(same(encoded(content), found) for content in expected)
    return Judgement(
        read=access, candidates=candidates, explained=explained, expected=tuple(expected), found=found
    )  # fmt: skip
