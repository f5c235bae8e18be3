"""Arrays: first contents, elements, slices, bounds, char arrays."""

from mpconform.checkers.memory_accesses import index_of, span_of
from mpconform.checkers.memory_cells import Judgement
from mpconform.checkers.memory_contents import finding_of
from mpconform.checkers.memory_reading import read
from mpconform.checkers.memory_regions import Region, Use
from mpconform.checkers.memory_registers import elements_out_of_order
from mpconform.checkers.telling import Teller, counted
from mpconform.values import Finding, History, Json, Operation, Violation

__all__ = ("bounds", "chars", "elements", "initial", "slices", "zeroed")

_INDEXING = frozenset({"__getitem__", "__setitem__"})


def initial(history: History) -> Finding:
    """Arrays made from a sequence begin with its elements, in every process.

    Judges each read of elements to which no write had begun.  Exact for those.
    """
    return finding_of(history, "array-initial-differs", _from_sequence, _untouched)


def zeroed(history: History) -> Finding:
    """Arrays made from a length begin with zeros, in every process.

    Judges each read of elements to which no write had begun.  Exact for those.
    """
    return finding_of(history, "array-not-zeroed", _from_length, _untouched)


def elements(history: History) -> Finding:
    """Elements of an Array hold what was last stored in them, whichever process reads it.

    Judges each read by an index, negative ones too, whose element was written to, by itself, which is sound;
    and then each element of an array under its own lock as a register, with all that read and wrote it, which
    is exact if its contents differ.
    """
    finding = finding_of(history, "element-differs", _is_array, _by_index)
    if finding.violations or not finding.judged:
        return finding
    return Finding(judged=finding.judged, violations=tuple(elements_out_of_order(history)))


def slices(history: History) -> Finding:
    """Slices of an Array read, and are assigned, as those of a list of the same length.

    Judges each read by a slice, and each by an index of what a slice assigned.  Sound.
    """
    return finding_of(history, "slice-differs", _is_array, _by_slice)


def chars(history: History) -> Finding:
    """Arrays of c_char show all bytes as ``raw``, and those up to the first NUL as ``value``.

    Judges each read by, or after a write by, one of these attributes.  Sound.
    """
    return finding_of(history, "chars-differ", _is_array, _by_attribute)


def bounds(history: History) -> Finding:
    """Arrays are exactly as long as they were made: ``len`` says so, indices outside raise IndexError.

    Judges each ``len``, and each access by a whole number.  Exact.
    """
    judged = 0
    violations = []
    for region in read(history).of("array"):
        for use in region.uses:
            if region.length is None or use.op.open or use.role != "whole":
                continue
            if use.op.method == "__len__":
                judged += 1
                if use.op.result != region.length:
                    violations.append(_misjudged(history, "array-length-differs", region, use.op))
            elif use.op.method in _INDEXING and type(_first(use)) is int:
                judged += 1
                violations.extend(_bound(history, region, use))
    return Finding(judged=judged, violations=tuple(violations))


def _bound(history: History, region: Region, use: Use) -> list[Violation]:
    inside = index_of(_first(use), region.length or 0) is not None
    if inside and use.op.raised("IndexError"):
        return [_misjudged(history, "index-inside-refused", region, use.op)]
    if not inside and not use.op.raised("IndexError"):
        return [_misjudged(history, "index-outside-accepted", region, use.op)]
    return []


def _misjudged(history: History, kind: str, region: Region, op: Operation) -> Violation:
    teller = Teller(history)
    made = "" if region.born is None else f" by {teller.call(region.born)}"
    return Violation(
        kind=kind,
        summary=f"{region.name} has {counted(region.length or 0, 'element')}, but {teller.call(op)} "
        f"{teller.outcome(op)}.",
        story=f"{region.name} was made{made}: indices from {-(region.length or 0)} to "
        f"{(region.length or 0) - 1} are inside, any other raises IndexError. {teller.tell(op)}.",
        witness=(op,) if region.born is None else (region.born, op),
    )


def _first(use: Use) -> Json:
    return use.arguments[0] if use.arguments else None


def _is_array(region: Region) -> bool:
    return region.maker == "Array"


def _from_length(region: Region) -> bool:
    return _is_array(region) and region.counted


def _from_sequence(region: Region) -> bool:
    return _is_array(region) and not region.counted


def _untouched(_region: Region, judgement: Judgement) -> bool:
    return all(write.op is None for write in judgement.candidates)


def _by_attribute(_region: Region, judgement: Judgement) -> bool:
    methods = {judgement.read.op.method, *(w.op.method for w in judgement.candidates if w.op is not None)}
    return not methods.isdisjoint({".value", ".raw", ".value=", ".raw="})


def _by_slice(region: Region, judgement: Judgement) -> bool:
    ops = [judgement.read.op, *(w.op for w in judgement.candidates if w.op is not None)]
    return not _by_attribute(region, judgement) and any(
        op.method in _INDEXING and bool(op.arguments) and span_of(op.arguments[0], 0) is not None
        for op in ops
    )


def _by_index(region: Region, judgement: Judgement) -> bool:
    return not (
        _untouched(region, judgement) or _by_attribute(region, judgement) or _by_slice(region, judgement)
    )
