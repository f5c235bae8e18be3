"""Values, and raw objects: initial contents, round trips, sharing, no aliases."""

from mpconform.checkers.memory_accesses import accesses_of
from mpconform.checkers.memory_cells import Judgement, judgements
from mpconform.checkers.memory_contents import finding_of, source_of
from mpconform.checkers.memory_reading import read
from mpconform.checkers.memory_regions import Region
from mpconform.checkers.memory_types import Content, Unknown, encoded, is_known, same
from mpconform.checkers.telling import Teller, value
from mpconform.values import Finding, History, Operation, Violation

__all__ = ("initial", "no_aliases", "raw_initial", "raw_shared", "round_trip", "shared")


def initial(history: History) -> Finding:
    """Values begin with what they were made with, in every process; with zero if that is nothing.

    Judges each read of a Value to which no write had begun.  Exact for those.
    """
    return finding_of(history, "value-initial-differs", _is_value, _untouched)


def round_trip(history: History) -> Finding:
    """Whatever a process stores in a Value it reads there, over the whole range of the type.

    Judges each read that only writes of the reader itself can explain; 1, 1.0 and b"1" are
    different, and a float is as precise as its type.  Exact for those.
    """
    return finding_of(history, "value-not-kept", _is_value, _own)


def shared(history: History) -> Finding:
    """Whatever a process stores in a Value, the others see that read it afterwards.

    Judges each read which a write of another process may explain.  Sound; VALUE-REGISTER
    judges the order of concurrent accesses.
    """
    return finding_of(history, "value-not-shared", _is_value, _foreign)


def raw_initial(history: History) -> Finding:
    """Raw objects begin with what they were made with, with zeros for a mere length.

    Judges each read to which no write had begun.  Exact for those.
    """
    return finding_of(history, "raw-initial-differs", _is_raw, _untouched)


def raw_shared(history: History) -> Finding:
    """Whatever was stored in a raw object before a read began, that read returns.

    Raw objects are not atomic: a read or write that overlaps a write is not judged.  Sound.
    """
    return finding_of(history, "raw-not-shared", _is_raw, _written)


def no_aliases(history: History) -> Finding:
    """Two shared objects that live at one time never share memory.

    Judges each read that a write to another object precedes or overlaps.  It breaks the rule
    if it returns what was written to the other object only; or what was never in its own, though
    its reader had read it rightly before and nothing but other objects was written since.  Sound.
    """
    regions = [r for r in read(history).regions if r.kind in {"value", "array"} and not r.clouded]
    writes = [(region, a.op) for region in regions for a in accesses_of(region) if a.writes]
    judged = 0
    violations = []
    for region in regions:
        others = [op for other, op in writes if other is not region]
        settled: dict[tuple[str, range], Judgement] = {}
        for judgement in judgements(region):
            op = judgement.read.op
            before = [other for other in others if other.invoked_ns <= (op.returned_ns or 0)]
            if judgement.explained:
                settled[op.actor, judgement.read.indices] = judgement
            if judgement.explained is None or not before:
                continue
            judged += 1
            if judgement.explained or _ever_held(region, judgement.found):
                continue
            earlier = settled.get((op.actor, judgement.read.indices))
            culprit = _copied(region, judgement, regions) or _changed(judgement, earlier, before)
            if culprit is not None:
                violations.append(_alias(history, region, judgement, culprit))
    return Finding(judged=judged, violations=tuple(violations))


def _ever_held(region: Region, found: object) -> bool:
    """Whether an object may show this for other reasons: it is old, or a copy's, or just zero."""
    held = any(_holds(content, found) for _, content in _all(region))
    return found in (0, None) or held or _holds(region.initial, found)


def _copied(region: Region, judgement: Judgement, regions: list[Region]) -> Operation | None:
    """Return the write to another object whose contents a read shows."""
    found, op = judgement.found, judgement.read.op
    return next(
        (
            write
            for other in regions
            if other is not region
            for write, content in _all(other)
            if write.invoked_ns <= (op.returned_ns or 0) and _holds(content, found)
        ),
        None,
    )


def _all(region: Region) -> list[tuple[Operation, tuple[Content | Unknown, ...]]]:
    return [(a.op, tuple(a.content or ())) for a in accesses_of(region) if a.writes]


def _holds(contents: object, found: object) -> bool:
    return isinstance(contents, tuple) and any(
        is_known(one) and same(encoded(one), found) for one in contents
    )


def _changed(judgement: Judgement, earlier: Judgement | None, others: list[Operation]) -> Operation | None:
    """Return a write to another object between two reads, of which only the second is wrong."""
    if earlier is None or len(judgement.candidates) != 1:
        return None
    if earlier.candidates != judgement.candidates or not earlier.read.op.precedes(judgement.read.op):
        return None
    return next((op for op in others if not op.precedes(earlier.read.op)), None)


def _alias(history: History, region: Region, judgement: Judgement, culprit: Operation) -> Violation:
    teller = Teller(history)
    op, mine = judgement.read.op, source_of(judgement.newest, region)
    expected = " or ".join(value(encoded(one)) for one in judgement.expected[:3])
    return Violation(
        kind="objects-share-memory",
        summary=f"{teller.call(op)} returned {value(judgement.found)} after a write to another object.",
        story=f"{teller.tell(culprit)}. {teller.tell(op)}, where only {expected} had been stored: "
        f"{region.name} and {culprit.target} are two objects, both alive.",
        witness=tuple(one for one in (mine, culprit, op) if one is not None),
    )


def _is_value(region: Region) -> bool:
    return region.maker == "Value"


def _is_raw(region: Region) -> bool:
    return region.maker in {"RawValue", "RawArray"}


def _untouched(_region: Region, judgement: Judgement) -> bool:
    return all(write.op is None for write in judgement.candidates)


def _written(region: Region, judgement: Judgement) -> bool:
    return not _untouched(region, judgement)


def _foreign(_region: Region, judgement: Judgement) -> bool:
    reader = judgement.read.op.actor
    return any(write.op is not None and write.op.actor != reader for write in judgement.candidates)


def _own(region: Region, judgement: Judgement) -> bool:
    return _written(region, judgement) and not _foreign(region, judgement)
