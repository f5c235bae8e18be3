"""Shared memory blocks: the same bytes by name, their size, closing, outliving, unlinking."""

from collections.abc import Iterator
from typing import Final

from mpconform.checkers.memory_blocks import Blocks
from mpconform.checkers.memory_cells import Judgement, judgements
from mpconform.checkers.memory_contents import violation_of
from mpconform.checkers.memory_reading import read
from mpconform.checkers.memory_regions import Making, Reading, Region, Use
from mpconform.checkers.telling import Teller, sized
from mpconform.values import Finding, History, Json, Operation, Violation

__all__ = ("attached", "closed", "kept_after_unlink", "outlived", "read_only", "sizes")

_KINDS: Final = ("segment", "list")
_LEAVING: Final = frozenset({"join", "await_exit"})


def attached(history: History) -> Finding:
    """Whoever attaches to a block by its name, in any process, finds it and its bytes.

    Judges each attachment throughout which the block certainly stood, and each read of bytes
    that somebody had stored, if neither overlaps a write or follows an unlink.  Sound.
    """
    reading = read(history)
    judged, violations = 0, []
    for making in _attachments(reading):
        if making.maker == "SharedMemory":
            judged += 1
            violations += _not_found(history, "attachment-failed", (), making.op)
    for region in reading.of("segment"):
        for judgement in _before_unlink(region):
            judged += 1
            if not judgement.explained:
                violations.append(violation_of(history, "bytes-differ", region, judgement))
    return Finding(judged=judged, violations=tuple(violations))


def sizes(history: History) -> Finding:
    """Blocks are at least as large as was asked for, whoever attaches, whatever size they give.

    Judges each ``size`` and ``buf`` and each length of a ``buf``.  Exact.
    """
    teller = Teller(history)
    judged = 0
    violations = []
    for region in read(history).of("segment"):
        for use in region.uses:
            size = _size_shown(use)
            if size is None or region.length is None or use.over:
                continue
            judged += 1
            if not isinstance(size, int) or size < region.length:
                violation = Violation(
                    kind="block-too-small",
                    summary=f"{region.name} was to have {sized(region.length)}, but {teller.call(use.op)} "
                    f"shows {size}.",
                    story=f"{_born(teller, region)}{teller.tell(use.op)}. A block has at least the size that "
                    "was asked for when it was made; a size given when attaching is ignored.",
                    witness=tuple(op for op in (region.born, use.op) if op is not None),
                )
                violations.append(violation)
    return Finding(judged=judged, violations=tuple(violations))


def read_only(history: History) -> Finding:
    """Neither the name nor the size of a block can be set: AttributeError.

    Judges each such attempt.  Exact.
    """
    teller = Teller(history)
    judged = 0
    violations = []
    for use in read(history).uses:
        if use.op.method in {".name=", ".size="} and use.region and use.role == "whole" and not use.op.open:
            judged += 1
            if not use.op.raised("AttributeError"):
                violation = Violation(
                    kind="attribute-set",
                    summary=f"{teller.call(use.op)} {teller.outcome(use.op)}, though it is read-only.",
                    story=f"{teller.tell(use.op)}. Name and size of a block are read-only.",
                    witness=(use.op,),
                )
                violations.append(violation)
    return Finding(judged=judged, violations=tuple(violations))


def closed(history: History) -> Finding:
    """When one process closes its object of a block, or ends, the block stays for all others.

    Judges each use of a block by another object of it, and each attachment, that begins after
    some object of it was closed or its process had ended, as long as nobody unlinks it.
    Sound.
    """
    reading = read(history)
    judged, violations = 0, []
    for region in reading.of(*_KINDS):
        departures = _departures(history, region)
        wrong = {id(j.read.op): j for j in judgements(region)}
        for use in _while_standing(reading, region):
            left = next((d for d, who in departures if d.precedes(use.op) and not _same(who, use)), None)
            if left is None or use.op.open or use.over:
                continue
            judged += 1
            judgement = wrong.get(id(use.op))
            if _refused(use):
                violations += _not_found(history, "close-ended-the-block", (left,), use.op)
            elif judgement is not None and judgement.explained is False and _meanwhile(judgement, left):
                violations.append(violation_of(history, "close-changed-the-block", region, judgement))
        for making in _attachments(reading, region):
            left = next((d for d, _ in departures if d.precedes(making.op)), None)
            if left is not None:
                judged += 1
                violations += _not_found(history, "close-ended-the-block", (left,), making.op)
    return Finding(judged=judged, violations=tuple(violations))


def outlived(history: History) -> Finding:
    """Blocks stand, with their bytes, after the process that made them has ended.

    Judges each attachment to, and each read of, a block whose maker was a child that somebody
    had joined or seen dead, as long as nobody unlinks it.  Sound.
    """
    reading = read(history)
    judged, violations = 0, []
    for region in reading.of(*_KINDS):
        ends = [op for op in history.operations if region.born and _sees_end(op, region.born.actor)]
        for making in _attachments(reading, region):
            end = next((op for op in ends if op.precedes(making.op)), None)
            if end is not None:
                judged += 1
                violations += _not_found(history, "block-died-with-its-maker", (end,), making.op)
        for judgement in _before_unlink(region):
            if any(end.precedes(judgement.read.op) for end in ends):
                judged += 1
                if not judgement.explained:
                    violations.append(violation_of(history, "bytes-died-with-their-maker", region, judgement))
    return Finding(judged=judged, violations=tuple(violations))


def kept_after_unlink(history: History) -> Finding:
    """Who is attached to a block when it is unlinked, goes on using it as before.

    The documentation leaves open what an access after unlink does; that it works is the
    practice of POSIX.  Judges each read and write by an index after an unlink; an unlink before the block was
    made was of another one that had its name.  Sound.
    """
    reading = read(history)
    judged, violations = 0, []
    for region in reading.of("segment"):
        born = region.born
        unlinks = [use.op for use in reading.unlinks(region.key) if not (born and use.op.precedes(born))]
        wrong = {id(j.read.op): j for j in judgements(region)}
        for use in region.uses:
            before = next((op for op in unlinks if op.ok and op.precedes(use.op)), None)
            if before is None or use.role != "view" or use.over or use.op.open:
                continue
            judgement = wrong.get(id(use.op))
            judged += 1
            if _refused(use):
                violations += _not_found(history, "unlink-ended-the-block", (before,), use.op)
            elif judgement is not None and judgement.explained is False:
                violations.append(violation_of(history, "unlink-changed-the-block", region, judgement))
    return Finding(judged=judged, violations=tuple(violations))


def _attachments(reading: Reading, region: Region | None = None) -> Iterator[Making]:
    return Blocks(reading).attachments(reading, region)


def _before_unlink(region: Region) -> Iterator[Judgement]:
    """Yield the judged reads that were over before anybody began to unlink the block."""
    unlinks = [use.op for use in region.uses if use.op.method == "unlink"]
    for judgement in judgements(region):
        if judgement.explained is not None and all(judgement.read.op.precedes(op) for op in unlinks):
            yield judgement


def _while_standing(reading: Reading, region: Region) -> Iterator[Use]:
    """Yield the uses of a block, other than closing it, that were over before any unlink began."""
    unlinks = [use.op for use in reading.unlinks(region.key)]
    for use in region.uses:
        if use.op.method in {"close", "release"} or region.clouded:
            continue
        if all(use.op.precedes(op) for op in unlinks):
            yield use


def _departures(history: History, region: Region) -> list[tuple[Operation, str]]:
    """Return when some object of the block certainly had been closed, and whose it was."""
    owners = {use.op.actor for use in region.uses} | ({region.born.actor} if region.born else set())
    closes = [(use.op, use.instance) for use in region.uses if use.op.method == "close" and use.op.ok]
    ends = [(op, f"{actor}/") for op in history.operations for actor in owners if _sees_end(op, actor)]
    return sorted(closes + ends, key=lambda pair: pair[0].invoked_ns)


def _sees_end(op: Operation, actor: str) -> bool:
    """Whether *op* shows that the process of *actor* has ended."""
    if not op.ok or op.method not in _LEAVING:
        return False
    if op.method == "join":
        return op.target == actor and op.timeout_s is None and not op.arguments and not op.keywords
    return not op.target and bool(op.arguments) and actor in op.arguments[0]


def _same(who: str, use: Use) -> bool:
    return use.instance.startswith(who) if who.endswith("/") else use.instance == who


def _meanwhile(judgement: Judgement, left: Operation) -> bool:
    """Whether the departure lies after the write that should be seen."""
    newest = judgement.newest.op
    return newest is None or newest.precedes(left)


def _refused(use: Use) -> bool:
    """Whether an access to bytes that certainly are there raised."""
    op, region = use.op, use.region
    if op.outcome != "raised" or region is None:
        return False
    if op.method in {".buf", ".name", ".size", ".shm", "__len__"}:
        return True
    where: Json = use.arguments[0] if use.arguments else None
    if op.method != "__getitem__" or type(where) is not int:
        return False
    return region.length is not None and 0 <= where < region.length


def _not_found(history: History, kind: str, reasons: tuple[Operation, ...], op: Operation) -> list[Violation]:
    if op.outcome != "raised":
        return []
    teller = Teller(history)
    told = "".join(f"{teller.tell(reason)}. " for reason in reasons)
    violation = Violation(
        kind=kind,
        summary=f"{teller.call(op)} {teller.outcome(op)}, though the block must still be there.",
        story=f"{told}{teller.tell(op)}. The block had been made before, and nobody had unlinked it."
        if kind != "unlink-ended-the-block"
        else f"{told}{teller.tell(op)}. The process was attached to the block all the time.",
        witness=(*reasons, op),
    )
    return [violation]


def _size_shown(use: Use) -> Json:
    op = use.op
    if not op.ok:
        return None
    if (op.method == ".size" and use.role == "whole") or (
        op.method in {"__len__", ".nbytes"} and use.role == "view"
    ):
        return op.result
    if op.method == ".buf" and isinstance(op.result, dict) and "$digest" in op.result:
        return op.result["$digest"][0]
    return None


def _born(teller: Teller, region: Region) -> str:
    return "" if region.born is None else f"{teller.tell(region.born)}. "
