"""Patterns: under an array's lock, a reader sees what one writer wrote, as a whole."""

from mpconform.checkers.memory_accesses import accesses_of
from mpconform.checkers.memory_cells import cells_of, possible
from mpconform.checkers.memory_reading import read
from mpconform.checkers.memory_regions import Reading, Region, Use
from mpconform.checkers.memory_tearing import TORN, slices
from mpconform.checkers.memory_types import encoded, is_known, same
from mpconform.checkers.surprises import Surprises
from mpconform.checkers.telling import Teller, value
from mpconform.values import Finding, History, Json, Operation, Violation

__all__ = ("torn",)


def torn(history: History) -> Finding:
    """Under the lock, an array that is only ever filled as a whole shows one pattern at a time.

    Judges each ``scan`` of an array whose writes are all ``fill``, under the lock that the
    scan takes, too.  It must show one number, and one that a fill could have left there:
    one that did not begin after the scan had returned, and that no other had replaced.  Sound.
    Without a lock a slice may be torn: that is noted (see ``memory_tearing``).
    """
    reading = read(history)
    surprises = Surprises(history)
    for together_ns in slices(reading):
        surprises.chance(TORN)
        if together_ns is not None:
            surprises.note(TORN, together_ns)
    judged = 0
    violations = []
    for region in reading.of("array"):
        if not _uniform(reading, region):
            continue
        for use in region.uses:
            if use.op.method == "scan" and use.op.ok and region.length:
                judged += 1
                violation = _judge(history, region, use)
                violations += [violation] if violation is not None else []
    return surprises.finding(judged, violations)


def _uniform(reading: Reading, region: Region) -> bool:
    """Whether every access that counts is made whole, under one lock that we know."""
    guards = {use.lock for use in region.uses if use.op.method in {"fill", "scan"}}
    fills = {id(use.op) for use in region.uses if use.op.method == "fill"}
    writes = {id(access.op) for access in accesses_of(region) if access.writes}
    # A fill that raised may have stopped half-way.
    broken = any(use.op.method == "fill" and not use.op.ok for use in region.uses)
    return (
        not region.clouded
        and not broken
        and region.initial is not None
        and len(set(map(repr, region.initial))) == 1
        and len(guards) == 1
        and guards <= reading.locks.keys()
        and writes == fills
    )


def _judge(history: History, region: Region, use: Use) -> Violation | None:
    op = use.op
    shown: list[Json] = list(op.result) if isinstance(op.result, (list, tuple)) else []
    candidates = possible(cells_of(region)[0], op)
    if not all(write.known for write in candidates):
        return None
    contents = [one for write in candidates for one in write.content if is_known(one)]
    if len(shown) == 1 and any(same(encoded(one), shown[0]) for one in contents):
        return None
    sources = [write.op for write in candidates if write.op is not None]
    return _violation(history, region, op, shown, sources)


def _violation(
    history: History, region: Region, op: Operation, shown: list[Json], sources: list[Operation]
) -> Violation:
    teller = Teller(history)
    told = " ".join(f"{teller.tell(source)}." for source in sources[:3])
    seen = ", ".join(value(one) for one in shown[:5])
    if len(shown) > 1:
        kind, what = "torn-pattern", "elements of several patterns at once"
    else:
        kind, what = "wrong-pattern", "what no fill could have left there"
    return Violation(
        kind=kind,
        summary=f"Under the lock, {teller.call(op)} saw {seen or 'nothing'}: {what}.",
        story=f"{told} {teller.tell(op)}. {region.name} is only ever filled as a whole, under the lock "
        "that the scan held.".strip(),
        witness=(*sources[:3], op),
    )
