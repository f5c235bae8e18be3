"""Names of shared memory blocks: given, unique, taken, missing, unlinked, left behind."""

from collections.abc import Callable, Iterator

from mpconform.checkers.memory_blocks import Blocks
from mpconform.checkers.memory_reading import read
from mpconform.checkers.memory_regions import Making, Reading, Region, Use
from mpconform.checkers.telling import Teller
from mpconform.values import Finding, History, Operation, Violation

__all__ = ("exists", "missing", "names", "residue", "unlinked", "zero_size")


def exists(history: History) -> Finding:
    """To create a block under a name that a block has raises FileExistsError.

    Judges each creation, of a positive size, throughout which the name certainly stood for a
    block.  Exact for those.
    """

    def rule(blocks: Blocks, making: Making) -> tuple[Operation, ...] | None:
        first = blocks.stands(making.key, making.op)
        return (first.op,) if making.fresh and not _empty(making) and first is not None else None

    return _makings(history, rule, "FileExistsError", "second-block-of-a-name")


def missing(history: History) -> Finding:
    """To attach to a name that no block has raises FileNotFoundError, and makes none.

    Judges each attachment throughout which the name certainly had never stood for a block,
    and each creation that follows one.  Exact for those.
    """

    def absent(blocks: Blocks, making: Making) -> tuple[Operation, ...] | None:
        free = _never(blocks, making)
        return () if free and not making.fresh else None

    def tried(blocks: Blocks, making: Making) -> tuple[Operation, ...] | None:
        free = _never(blocks, making)
        before = [m.op for m in blocks.makings(making.key) if not m.fresh and m.op.precedes(making.op)]
        return (before[-1],) if free and making.fresh and before else None

    refused = _makings(history, absent, "FileNotFoundError", "missing-block-attached")
    return _plus(refused, _left(history, tried, "attachment-made-a-block"))


def zero_size(history: History) -> Finding:
    """To create a block of no size, or of less, raises ValueError and leaves nothing.

    Judges each such creation, and each later creation under its name, if nobody tried to attach
    to that meanwhile.  Exact for those.
    """

    def empty(blocks: Blocks, making: Making) -> tuple[Operation, ...] | None:
        free = blocks.free(making.key, making.op, forgiving=frozenset({"ValueError"}))
        return () if _empty(making) and free else None

    def again(blocks: Blocks, making: Making) -> tuple[Operation, ...] | None:
        empties = [m.op for m in blocks.makings(making.key) if _empty(m)]
        before = [op for op in empties if op.raised("ValueError") and op.precedes(making.op)]
        if not before or not making.fresh or _empty(making) or not _never(blocks, making, "ValueError"):
            return None
        tried = any(not m.fresh and not making.op.precedes(m.op) for m in blocks.makings(making.key))
        return None if tried else (before[-1],)

    return _plus(
        _makings(history, empty, "ValueError", "empty-block-made"), _left(history, again, "empty-block-left")
    )


def unlinked(history: History) -> Finding:
    """After unlink a name stands for nothing: one cannot attach to it, and can create it anew.

    Judges each attachment and creation throughout which the name's blocks had certainly been
    unlinked.  Exact for those.
    """

    def last(blocks: Blocks, making: Making) -> tuple[Operation, ...]:
        return tuple(u.op for u in blocks.unlinks(making.key) if u.op.ok and u.op.precedes(making.op))[-1:]

    def gone(blocks: Blocks, making: Making) -> tuple[Operation, ...] | None:
        ops = last(blocks, making)
        return ops if ops and not making.fresh and blocks.free(making.key, making.op) else None

    def anew(blocks: Blocks, making: Making) -> tuple[Operation, ...] | None:
        ops = last(blocks, making)
        return ops if ops and making.fresh and blocks.free(making.key, making.op) else None

    refused = _makings(history, gone, "FileNotFoundError", "unlinked-block-attached")
    return _plus(refused, _left(history, anew, "unlinked-name-taken"))


def names(history: History) -> Finding:
    """Blocks are called as was asked; if nothing was, by a name that no other block has.

    Judges each ``name`` read of a block whose name is known, because it was given or was
    read before, and each pair of blocks that certainly exist at one time.  Exact for those.
    """
    reading = read(history)
    blocks = Blocks(reading)
    teller = Teller(history)
    judged = 0
    violations = []
    first: dict[str, Use] = {}
    for use in _name_reads(reading):
        region = use.region
        key = "" if region is None else region.key
        known = _known_name(reading, key)
        asked = key.startswith("str:") or key in reading.echoed
        if known is None or not (asked or key in first):
            first.setdefault(key, use)
            continue
        judged += 1
        if use.op.result != known:
            before = first.get(key)
            violation = Violation(
                kind="wrong-name",
                summary=f"{teller.call(use.op)} returned {use.op.result!r}; the block is called {known!r}.",
                story=f"{teller.tell(use.op)}. The block's name is {known!r}, as was given when it was made "
                "or as its maker showed it before; every object of the block shows the same.",
                witness=tuple(one.op for one in (before, use) if one is not None),
            )
            violations.append(violation)
    pairs, doubles = _doubles(history, blocks)
    return Finding(judged=judged + pairs, violations=(*violations, *doubles))


def residue(history: History) -> Finding:
    """When a block was unlinked, and all that used it is over, nothing of it is left.

    Judges each block whose name is known and whose last unlink returned, in the census after
    the scenario.  Exact for those.
    """
    reading = read(history)
    blocks = Blocks(reading)
    census = history.census.get("after")
    if census is None or history.ended != "normally":
        return Finding()
    left = {name.lstrip("/") for name in census.segments}
    teller = Teller(history)
    judged = 0
    violations = []
    for key in blocks.judged_keys():
        name = _known_name(reading, key)
        made = [m for m in blocks.makings(key) if m.fresh and m.op.outcome != "raised"]
        unlinks = [use.op for use in blocks.unlinks(key) if use.op.ok]
        if name is None or not made or not all(any(m.op.precedes(u) for u in unlinks) for m in made):
            continue
        judged += 1
        if name in left:
            violation = Violation(
                kind="block-left-behind",
                summary=f"Block {name} was unlinked, but still stands in the census after the scenario.",
                story=f"{teller.tell(made[-1].op)}. {teller.tell(unlinks[-1])}. After the scenario was over, "
                f"and its objects were dropped, {name} was still among the segments of the machine.",
                witness=(made[-1].op, unlinks[-1]),
                observed=(f"census after: segment {name}",),
            )
            violations.append(violation)
    return Finding(judged=judged, violations=tuple(violations))


def _never(blocks: Blocks, making: Making, *forgiving: str) -> bool:
    """Whether the name of a making certainly had stood for nothing until it was over."""
    later = all(making.op.precedes(use.op) for use in blocks.unlinks(making.key))
    return later and blocks.free(making.key, making.op, forgiving=frozenset(forgiving))


def _empty(making: Making) -> bool:
    return making.fresh and making.size is not None and making.size <= 0


_Rule = Callable[[Blocks, Making], "tuple[Operation, ...] | None"]


def _judged(history: History, rule: _Rule) -> Iterator[tuple[Making, tuple[Operation, ...]]]:
    """Yield each completed making that *rule* judges, with the operations that show why."""
    reading = read(history)
    blocks = Blocks(reading)
    for making in reading.blocks():
        if not making.op.open:
            reasons = rule(blocks, making)
            if reasons is not None:
                yield making, reasons


def _makings(history: History, rule: _Rule, error: str, kind: str) -> Finding:
    """Each making that *rule* judges must raise *error*."""
    teller = Teller(history)
    judged = 0
    violations = []
    for making, reasons in _judged(history, rule):
        judged += 1
        if not making.op.raised(error):
            told = "".join(f"{teller.tell(op)}. " for op in reasons)
            violation = Violation(
                kind=kind,
                summary=f"{teller.call(making.op)} {teller.outcome(making.op)}, not {error}.",
                story=f"{told}{teller.tell(making.op)}. It must raise {error}.",
                witness=(*reasons, making.op),
            )
            violations.append(violation)
    return Finding(judged=judged, violations=tuple(violations))


def _left(history: History, rule: _Rule, kind: str) -> Finding:
    """Each making that *rule* judges finds that the name is free."""
    teller = Teller(history)
    judged = 0
    violations = []
    for making, reasons in _judged(history, rule):
        judged += 1
        occupied = making.op.raised("FileExistsError") if making.fresh else making.op.ok
        if occupied:
            told = "".join(f"{teller.tell(op)}. " for op in reasons)
            violation = Violation(
                kind=kind,
                summary=f"{teller.call(making.op)} {teller.outcome(making.op)}; the name must be free.",
                story=f"{told}{teller.tell(making.op)}. No block of that name can exist.",
                witness=(*reasons, making.op),
            )
            violations.append(violation)
    return Finding(judged=judged, violations=tuple(violations))


def _plus(one: Finding, other: Finding) -> Finding:
    return Finding(judged=one.judged + other.judged, violations=one.violations + other.violations)


def _name_reads(reading: Reading) -> list[Use]:
    return [
        use for use in reading.uses
        if use.op.method == ".name" and use.op.ok and use.region is not None and use.region.key
    ]  # fmt: skip


def _known_name(reading: Reading, key: str) -> str | None:
    return key.removeprefix("str:") if key.startswith("str:") else reading.names.get(key)


def _doubles(history: History, blocks: Blocks) -> tuple[int, list[Violation]]:
    """Compare the names of blocks that certainly exist at one time."""
    teller = Teller(history)
    reading = read(history)
    born: list[tuple[Region, str]] = []
    pairs = 0
    violations = []
    for region in reading.of("segment", "list"):
        name = _known_name(reading, region.key)
        if name is None or region.born is None or not region.born.ok or not blocks.judgeable(region.key):
            continue
        for other, called in born:
            if other.born is None or other.key == region.key or not blocks.stands(other.key, region.born):
                continue
            pairs += 1
            if called == name:
                violation = Violation(
                    kind="name-of-two-blocks",
                    summary=f"Two blocks that exist at one time are both called {name!r}.",
                    story=f"{teller.tell(other.born)}. {teller.tell(region.born)}. Both are called {name!r}.",
                    witness=(other.born, region.born),
                )
                violations.append(violation)
        born.append((region, name))
    return pairs, violations
