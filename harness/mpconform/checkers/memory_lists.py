"""ShareableLists: a fixed number of values, in memory that several processes share."""

from typing import Final

from mpconform.checkers.memory_accesses import accesses_of, index_of, span_of
from mpconform.checkers.memory_blocks import Blocks
from mpconform.checkers.memory_cells import Judgement, cells_of, judgements, possible
from mpconform.checkers.memory_contents import finding_of, violation_of
from mpconform.checkers.memory_reading import read
from mpconform.checkers.memory_regions import Reading, Region, Use
from mpconform.checkers.memory_types import Content, Unknown, is_known, plain
from mpconform.checkers.telling import Teller
from mpconform.values import Finding, History, Json, Operation, Violation

__all__ = ("bounds", "fixed", "replaced", "round_trip", "search", "shared", "texts")

#: What a list can do and a ShareableList cannot.
_CHANGING: Final = frozenset(
    {"append", "insert", "extend", "remove", "pop", "clear", "sort", "reverse", "copy"}
    | {"__delitem__", "__iadd__", "__add__", "__mul__", "__imul__"}
)
#: A number's place takes this much text: the documentation shows seven characters.
_NUMBER_TAKES: Final = 7


def round_trip(history: History) -> Finding:
    """Values come out of a ShareableList as they went in, in value and in type.

    Judges each read of a value that the reader's own process stored, at creation or later.
    Text beyond ASCII is SHLIST-TEXT's; values that end in NUL are not judged.  Sound.
    """
    return finding_of(
        history, "list-value-differs", _is_list, lambda r, j: not _by_other(r, j) and not _text(r, j)
    )


def shared(history: History) -> Finding:
    """Values that one process stored in a ShareableList, those that have the list by name see.

    Judges each attachment by name to a list that certainly stands, and each read that only
    another process's write, or its making of the list, explains, if it overlaps no write.
    Sound.
    """
    found = finding_of(history, "list-not-shared", _is_list, lambda r, j: _by_other(r, j) and not _text(r, j))
    reading = read(history)
    teller = Teller(history)
    judged, violations = found.judged, list(found.violations)
    for making in Blocks(reading).attachments(reading):
        if making.maker != "ShareableList":
            continue
        judged += 1
        if making.op.outcome == "raised":
            violation = Violation(
                kind="list-not-found",
                summary=f"{teller.call(making.op)} {teller.outcome(making.op)}; it must be there.",
                story=f"{teller.tell(making.op)}. The list had been made before, and nobody had unlinked it.",
                witness=(making.op,),
            )
            violations.append(violation)
    return Finding(judged=judged, violations=tuple(violations))


def texts(history: History) -> Finding:
    """Texts beyond ASCII come out of a ShareableList as they went in.

    Judges each read of a place where somebody stored such a text.  Sound.
    """
    teller = Teller(history)
    found = finding_of(history, "text-differs", _is_list, _text)
    judged, violations = found.judged, list(found.violations)
    for region, use in _uses(read(history), "__getitem__", "__setitem__"):
        index = index_of(_first(use), region.length or 0)
        if index is None or not use.op.raised("UnicodeError"):
            continue
        judged += 1
        violation = Violation(
            kind="text-broken",
            summary=f"{teller.call(use.op)} {teller.outcome(use.op)}.",
            story=f"{_born(teller, region)}{teller.tell(use.op)}. What had been stored was text.",
            witness=tuple(op for op in (region.born, use.op) if op is not None),
        )
        violations.append(violation)
    return Finding(judged=judged, violations=tuple(violations))


def replaced(history: History) -> Finding:
    """Values are replaced as a whole, or ValueError says one is too long and the old one stays.

    Judges each read of a place where something was to be stored, and each refusal: values
    that are no text, and text no longer than what the place was made with, must be taken.
    Sound; how much longer text a place takes is not documented.
    """
    reading = read(history)
    judged, violations = 0, []
    for region in reading.of("list"):
        places: dict[int, list[Operation]] = {}
        for use in region.uses:
            for index in _replacing(region, use):
                places.setdefault(index, []).append(use.op)
        for judgement in judgements(region):
            stores = [op for index in judgement.read.indices for op in places.get(index, ())]
            if judgement.explained is None or not any(op.precedes(judgement.read.op) for op in stores):
                continue
            judged += 1
            if not judgement.explained and not _text(region, judgement):
                violations.append(violation_of(history, "value-not-replaced", region, judgement))
        for use in region.uses:
            for index in _replacing(region, use):
                verdict = _refusal(region, index, use)
                judged += verdict is not None
                violations += [_wrongly_refused(history, region, use)] if verdict is False else []
    return Finding(judged=judged, violations=tuple(violations))


def fixed(history: History) -> Finding:
    """ShareableLists never change their length, and have no slices.

    Judges each attempt to change the length, or to take a slice: it must raise.  Exact.
    """
    teller = Teller(history)
    judged = 0
    violations = []
    for region, use in _uses(read(history), "__getitem__", *_CHANGING):
        if use.op.method == "__getitem__" and span_of(_first(use), 1) is None:
            continue
        judged += 1
        if use.op.ok:
            violation = Violation(
                kind="list-changed-length" if use.op.method != "__getitem__" else "list-sliced",
                summary=f"{teller.call(use.op)} {teller.outcome(use.op)}, and raised nothing.",
                story=f"{_born(teller, region)}{teller.tell(use.op)}. The length is fixed, "
                "and slices make no new lists.",
                witness=tuple(op for op in (region.born, use.op) if op is not None),
            )
            violations.append(violation)
    return Finding(judged=judged, violations=tuple(violations))


def search(history: History) -> Finding:
    """``len``, ``count`` and ``index`` of a ShareableList answer as those of a list.

    Judges each ``len``, and each ``count`` and ``index`` when every value in the list is
    certain; ``index`` raises ValueError for what is not there.  Exact for those.
    """
    judged = 0
    violations = []
    for region, use in _uses(read(history), "__len__", "count", "index"):
        expected = _answer(region, use)
        if isinstance(expected, Unknown):
            continue
        judged += 1
        right = use.op.raised("ValueError") if expected is None else use.op.ok and use.op.result == expected
        if not right:
            violations.append(_wrong_answer(history, region, use.op, expected))
    return Finding(judged=judged, violations=tuple(violations))


def bounds(history: History) -> Finding:
    """ShareableLists raise IndexError for indices outside, on either side, and for none inside.

    Judges each read and write by a whole number.  Exact.
    """
    teller = Teller(history)
    judged = 0
    violations = []
    for region, use in _uses(read(history), "__getitem__", "__setitem__"):
        if type(_first(use)) is not int or region.length is None:
            continue
        inside = index_of(_first(use), region.length) is not None
        judged += 1
        if use.op.raised("IndexError") == inside:
            violation = Violation(
                kind="index-inside-refused" if inside else "index-outside-accepted",
                summary=f"{region.name} has {region.length} values, but {teller.call(use.op)} "
                f"{teller.outcome(use.op)}.",
                story=f"{_born(teller, region)}{teller.tell(use.op)}. Indices from {-region.length} to "
                f"{region.length - 1} are inside; for any other a list raises IndexError.",
                witness=tuple(op for op in (region.born, use.op) if op is not None),
            )
            violations.append(violation)
    return Finding(judged=judged, violations=tuple(violations))


def _uses(reading: Reading, *methods: str) -> list[tuple[Region, Use]]:
    """Return the completed uses of lists by these methods, while the list was not closed."""
    return [
        (region, use)
        for region in reading.of("list")
        for use in region.uses
        if use.role == "whole" and use.op.method in methods and not use.over and not use.op.open
    ]


def _is_list(region: Region) -> bool:
    return region.kind == "list"


def _by_other(region: Region, judgement: Judgement) -> bool:
    maker = "main" if region.born is None else region.born.actor
    reader = judgement.read.op.actor
    return any((maker if w.op is None else w.op.actor) != reader for w in judgement.candidates)


def _text(_region: Region, judgement: Judgement) -> bool:
    contents = [one for write in judgement.candidates for one in write.content]
    return any(isinstance(one, str) and not one.isascii() for one in contents)


def _first(use: Use) -> Json:
    return use.arguments[0] if use.arguments else None


def _born(teller: Teller, region: Region) -> str:
    return "" if region.born is None else f"{teller.tell(region.born)}. "


def _replacing(region: Region, use: Use) -> list[int]:
    """Return the place that a use is to store something in, if it is one."""
    if use.op.method != "__setitem__" or use.role != "whole" or len(use.arguments) < 2:
        return []
    index = index_of(use.arguments[0], region.length or 0)
    return [] if index is None else [index]


def _refusal(region: Region, index: int, use: Use) -> bool | None:
    """Return whether a replacement was treated rightly, None if nothing is said about it."""
    new, old = plain(use.arguments[1]), region.initial[index] if region.initial else None
    if (
        use.over
        or use.op.open
        or region.clouded
        or isinstance(new, (list, Unknown))
        or isinstance(old, Unknown)
    ):
        return None
    if not isinstance(new, (str, bytes)):
        return use.op.ok
    if _length(new) <= (_length(old) if isinstance(old, (str, bytes)) else _NUMBER_TAKES):
        return use.op.ok
    return use.op.ok or use.op.raised("ValueError")


def _length(content: str | bytes) -> int:
    return len(content.encode("utf-8", "surrogatepass")) if isinstance(content, str) else len(content)


def _wrongly_refused(history: History, region: Region, use: Use) -> Violation:
    teller = Teller(history)
    return Violation(
        kind="replacement-refused",
        summary=f"{teller.call(use.op)} {teller.outcome(use.op)}.",
        story=f"{_born(teller, region)}{teller.tell(use.op)}. A value that fits is taken, whatever its type; "
        "only text that is too long is refused, with ValueError.",
        witness=tuple(op for op in (region.born, use.op) if op is not None),
    )


def _answer(region: Region, use: Use) -> int | Unknown | None:
    """Return the right answer, None for a ValueError."""
    if use.op.method == "__len__":
        return Unknown() if region.length is None else region.length
    wanted = plain(_first(use))
    contents = _certain(region, use.op)
    if contents is None or isinstance(wanted, (list, Unknown)):
        return Unknown()
    if use.op.method == "count":
        return contents.count(wanted)
    return contents.index(wanted) if wanted in contents else None


def _certain(region: Region, op: Operation) -> list[Content] | None:
    """Return the values of the list while *op* ran, if each of them is certain."""
    if region.clouded or region.initial is None:
        return None
    contents: list[Content] = []
    for _, cell in sorted(cells_of(region).items()):
        writes = possible(cell, op)
        content = writes[0].content[0] if len(writes) == 1 else Unknown()
        if isinstance(content, str) and not content.isascii():
            return None  # SHLIST-TEXT: what is broken there must not be told twice.
        if not is_known(content) or not writes[0].certain or writes[0].returned_ns >= op.invoked_ns:
            return None
        contents.append(content)
    return contents


def _wrong_answer(history: History, region: Region, op: Operation, expected: int | None) -> Violation:
    teller = Teller(history)
    right = "raise ValueError" if expected is None else f"return {expected}"
    writes = [access.op for access in accesses_of(region) if access.writes and access.op.precedes(op)]
    told = " ".join(f"{teller.tell(write)}." for write in writes[-1:])
    return Violation(
        kind="wrong-answer",
        summary=f"{teller.call(op)} {teller.outcome(op)}; it must {right}.",
        story=f"{_born(teller, region)}{told} {teller.tell(op)}. With those values it must {right}.",
        witness=tuple(one for one in (region.born, *writes[-1:], op) if one is not None),
    )
