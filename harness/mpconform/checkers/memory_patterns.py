"""Patterns: under an array's lock, a reader sees what one writer wrote, as a whole."""

from mpconform.checkers.memory_accesses import accesses_of
from mpconform.checkers.memory_cells import cells_of, possible
from mpconform.checkers.memory_reading import read
from mpconform.checkers.memory_regions import Reading, Region, Use
from mpconform.checkers.memory_registers import Mark, frozen, mistake_in
from mpconform.checkers.memory_tearing import TORN, Sight, locked_slices, slices
from mpconform.checkers.memory_types import encoded, is_known, same
from mpconform.checkers.surprises import Surprises
from mpconform.checkers.telling import Teller, value
from mpconform.values import Finding, History, Json, Operation, Violation

__all__ = ("torn",)


def torn(history: History) -> Finding:
    """Under the lock, an array shows what was written to it as a whole: slices, and patterns of all of it.

    Judges each ``scan`` of an array whose writes are all ``fill``, under the lock that the
    scan takes, too.  It must show one number, and one that a fill could have left there:
    one that did not begin after the scan had returned, and that no other had replaced.  Where all fills are
    of different numbers the array is a register, and the scans are judged together, exactly; otherwise
    each by itself, which is sound: of 3,105 illegal random histories 23 were missed.

    Judges each read of a slice, too, of an array every access to which is made under its own lock, if
    assignments to several elements met it, or each other: it must not show parts of two of them.  Sound, see
    ``memory_tearing``.  Without a lock a slice may be torn: that is noted.
    """
    reading = read(history)
    surprises = Surprises(history)
    for together_ns in slices(reading):
        surprises.chance(TORN)
        if together_ns is not None:
            surprises.note(TORN, together_ns)
    judged = 0
    violations: list[Violation] = []
    for sight in locked_slices(reading):
        judged += 1
        violations += [_mixed(history, sight)] if sight.torn else []
    for region in reading.of("array"):
        if not _uniform(reading, region):
            continue
        known = len(violations)
        for use in _scans(region):
            judged += 1
            violation = _judge(history, region, use)
            violations += [violation] if violation is not None else []
        if len(violations) == known:
            violations += _together(history, region)
    return surprises.finding(judged, violations)


def _mixed(history: History, sight: Sight) -> Violation:
    """Tell of a slice that shows parts of two writes, under the lock."""
    teller = Teller(history)
    writes = [op for op in (sight.older or sight.region.born, sight.newer) if op is not None]
    told = " ".join(f"{teller.tell(op)}." for op in writes)
    return Violation(
        kind="torn-slice",
        summary=f"{teller.call(sight.read)} shows parts of two assignments to {sight.region.name}, each of "
        "which is one access under its lock.",
        story=f"{told} {teller.tell(sight.read)}. Each wrote where the other one is still to be seen; no "
        "order of accesses under the lock leads to that.",
        witness=(*writes, sight.read),
    )


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


def _scans(region: Region) -> list[Use]:
    return [use for use in region.uses if use.op.method == "scan" and use.op.ok and region.length]


def _together(history: History, region: Region) -> list[Violation]:
    """Return that no order of the fills explains all scans, each of which shows one number; exact."""
    first = region.initial[0] if region.initial else None
    if first is None or not is_known(first):
        return []
    marks = [Mark(op=None, content=frozen(encoded(first)), writes=True)]
    for access in accesses_of(region):
        number = access.content[0] if access.writes and access.content else None
        if number is None or not is_known(number):
            return []
        marks.append(Mark(op=access.op, content=frozen(encoded(number)), writes=True))
    if len({mark.content for mark in marks}) < len(marks):
        return []
    marks += [Mark(op=use.op, content=frozen(use.op.result[0]), writes=False) for use in _scans(region)]
    mistake = mistake_in(marks)
    if mistake is None:
        return []
    teller = Teller(history)
    shown = sorted({id(m.op): m.op for m in mistake[1] if m.op}.values(), key=lambda op: op.invoked_ns)
    return [
        Violation(
            kind="patterns-out-of-order",
            summary=f"Under the lock, the scans of {region.name} show patterns that no order of its fills "
            "explains.",
            story=" ".join(f"{teller.tell(op)}." for op in shown)
            + " Each is one pattern, and one that was there; but not in this order.",
            witness=tuple(shown),
        )
    ]


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
