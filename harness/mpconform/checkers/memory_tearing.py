"""Torn slices: without a lock, a slice of an array may show one write in part; under its lock, it may not."""

from collections import defaultdict
from collections.abc import Iterator
from itertools import combinations, permutations
from typing import NamedTuple

from mpconform.checkers.memory_accesses import Access, accesses_of
from mpconform.checkers.memory_cells import Cell, Write, cells_of, covered, possible
from mpconform.checkers.memory_regions import Reading, Region
from mpconform.checkers.memory_types import encoded, is_known, same
from mpconform.values import Operation

__all__ = ("TORN", "Sight", "locked_slices", "slices")

#: What a torn slice is noted as.
TORN = "torn-unlocked-slice"


#: Verbs that access the elements one by one, under a lock that they may be given.
_VERBS = frozenset({"fill", "scan", "increment_index"})


class Sight(NamedTuple):
    """A read of a slice of *region*, and two writes of which it shows parts; *older* is None for the first.

    *together_ns* is for how long the read and the newer of the two surely were under way together.
    """

    region: Region
    read: Operation
    torn: bool = False
    older: Operation | None = None
    newer: Operation | None = None
    together_ns: int = 0


def slices(reading: Reading) -> Iterator[int | None]:
    """Yield for each unlocked read of a slice that met a write of several elements, whether it was torn.

    None if one instant explains what it showed, else for how many nanoseconds it and the write that it
    shows in part surely were under way together.  Two writes are shown in part if each reached an element
    at which the other is shown; or one, if it reached an element at which there still is what had been
    written before it began.  Needs to know which write each element shows: what was written twice shows
    none.  Sound: it never calls torn what one order of whole writes explains; of 2,078 torn reads of random
    histories 82 were missed.
    """
    for region in reading.of("array"):
        if region.atomic or region.clouded or region.initial is None:
            continue
        for read, writes in _wide(region):
            if any(_meet(one, read) for one in writes.values()):
                sight = _seen(region, read, writes)
                yield sight.together_ns if sight.torn else None


def locked_slices(reading: Reading) -> Iterator[Sight]:
    """Yield each read of a slice of an array whose every access is made under its own lock.

    Of several elements, to which writes of several elements at once came that met it, or each other.  Torn
    is said as of `slices`; as nothing else than whole accesses can happen, that is a mistake here.
    """
    for region in reading.of("array"):
        if not _whole(reading, region):
            continue
        for read, writes in _wide(region):
            come = [one for one in writes.values() if _shared(one, read) and not read.op.precedes(one.op)]
            if any(_meet(one, read) for one in come) or any(_meet(*both) for both in combinations(come, 2)):
                yield _seen(region, read, writes)


def _whole(reading: Reading, region: Region) -> bool:
    """Whether every access was made as a whole under the array's own lock, of which we see every use."""
    own = all(use.lock == region.lock for use in region.uses if use.op.method in _VERBS)
    # An assignment that raised, or in which somebody died, may have stopped half-way.
    done = all(access.op.ok for access in accesses_of(region) if access.writes)
    known = region.initial is not None and not region.clouded and region.lock in reading.locks
    return region.atomic and own and done and known


def _wide(region: Region) -> Iterator[tuple[Access, dict[int, Access]]]:
    """Yield the reads of several elements of *region*, with all that wrote to it."""
    accesses = accesses_of(region)
    writes = {id(access.op): access for access in accesses if access.writes}
    for read in accesses:
        if read.reads and read.op.ok and read.form == "elements" and len(read.indices) > 1:
            yield read, writes


def _meet(one: Access, other: Access) -> bool:
    """Return whether they were under way together, and share several elements."""
    return not (one.op.precedes(other.op) or other.op.precedes(one.op)) and _shared(one, other)


def _shared(one: Access, other: Access) -> bool:
    """Return whether they share several elements."""
    shared = 0
    for index in one.indices:
        shared += index in other.indices
        if shared > 1:
            return True
    return False


def _seen(region: Region, read: Access, writes: dict[int, Access]) -> Sight:
    """Return which writes *read* shows in part: those that it surely met for longest, or none."""
    shown: dict[int, list[int]] = defaultdict(list)
    known: dict[int, Write] = {}
    for cell, result in zip(covered(cells_of(region), read), read.results(), strict=False):
        write = _shown(cell, read, result)
        if write is not None:
            shown[id(write.op)].append(cell.start)
            known[id(write.op)] = write
    worst = Sight(region, read.op)
    for newer, older in permutations(shown, 2):
        access = writes.get(newer)
        if access is None or not any(index in access.indices for index in shown[older]):
            continue
        before = known[older].returned_ns < known[newer].invoked_ns
        other = writes.get(older)
        across = other is not None and any(index in other.indices for index in shown[newer])
        if before or across:
            end = min(read.op.returned_ns or 0, known[newer].returned_ns)
            together_ns = int(end - max(read.op.invoked_ns, known[newer].invoked_ns))
            if not worst.torn or together_ns > worst.together_ns:
                ops = {"older": known[older].op, "newer": access.op}
                worst = Sight(region, read.op, torn=True, together_ns=together_ns, **ops)
    return worst


def _shown(cell: Cell, read: Access, result: object) -> Write | None:
    """Return the one write to *cell* that *result* shows; None if it may be several, or none that we know."""
    candidates = possible(cell, read.op)
    if not all(write.known for write in candidates):
        return None
    fitting = [
        write
        for write in candidates
        if all(is_known(one) and same(encoded(one), result) for one in write.content)
    ]
    return fitting[0] if len(fitting) == 1 else None
