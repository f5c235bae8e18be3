"""Counters: increments under a lock are atomic, none is lost, none counts twice."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from mpconform.checkers.memory_accesses import Access, accesses_of, index_of
from mpconform.checkers.memory_reading import read
from mpconform.checkers.memory_regions import Reading, Region, Use
from mpconform.checkers.memory_types import INTEGERS, extremes
from mpconform.checkers.telling import Teller, counted
from mpconform.linear import counter as linear
from mpconform.linear.columns import NOTHING, OPEN, columns_of
from mpconform.values import Finding, History, Json, Operation, Violation

__all__ = ("Count", "Counter", "Mistake", "array_counters", "mistake_in", "value_counters")


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """One completed read of a counter: *seen* is how far above its first value it stood."""

    op: Operation
    seen: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Counter:
    """One element that nothing but increments under one lock changes."""

    name: str
    increments: tuple[Operation, ...]
    counts: tuple[Count, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mistake:
    """A count that no order of the increments explains, and, if one is, the increment lost."""

    kind: str
    count: Count
    increment: Operation | None = None


def value_counters(history: History) -> Finding:
    """Increments of a Value under its lock are atomic: n of them add n, and every read agrees.

    Judges each Value that nothing but increments under one and the same lock changes, by
    `mistake_in`: exact for values made by Value (for raw ones, reads that overlap an
    increment are left out).  Counts reads.  O(n log n).
    """
    return _judge(history, "value")


def array_counters(history: History) -> Finding:
    """Increments of an element of an Array under the array's lock are atomic.

    The same for each element on its own, as for a Value.  O(n log n) for each element.
    """
    return _judge(history, "array")


def mistake_in(increments: Sequence[Operation], counts: Sequence[Count]) -> Mistake | None:
    """Return a mistake if no linearisation explains the counts; exact, by ``mpconform.linear.counter``.

    An increment that did not return, or raised, may take effect later or never.  O(n log n).
    """
    total = len(increments)
    for count in counts:
        if count.seen < 0 or count.seen > total or count.seen != int(count.seen):
            return Mistake(kind="impossible-count", count=count)
    rows = [(0, 0, 0, NOTHING, NOTHING, one.invoked_ns, _end(one)) for one in increments]
    rows += [(0, 1, 0, NOTHING, int(one.seen), one.op.invoked_ns, _end(one.op)) for one in counts]
    found = linear.judge(columns_of("counter", linear.CODES, rows))
    if found.legal:
        return None
    read = counts[found.witness[-1] - total]
    if found.kind == "read-too-early":
        return Mistake(kind="count-ahead-of-increments", count=read)
    first = found.witness[0]
    return Mistake(kind="lost-update", count=read, increment=increments[first] if first < total else None)


def _end(op: Operation) -> int:
    return int(OPEN) if not op.ok or op.returned_ns is None else op.returned_ns


# From a history


def _judge(history: History, kind: str) -> Finding:
    judged = concurrent = 0
    violations = []
    reading = read(history)
    for region in reading.of(kind):
        for counter in _counters(reading, region):
            judged += len(counter.counts)
            concurrent += len({op.actor for op in counter.increments}) > 1
            mistake = mistake_in(counter.increments, counter.counts)
            if mistake is not None:
                violations.append(_violation(history, counter, mistake))
    return Finding(
        judged=judged, violations=tuple(violations), measures={"counters-of-several-actors": concurrent}
    )  # fmt: skip


def _counters(reading: Reading, region: Region) -> Iterator[Counter]:
    if region.clouded or region.initial is None:
        return
    accesses = accesses_of(region)
    uses: dict[int, list[Use]] = {}
    for use in region.uses:
        if use.op.method == "increment":
            uses.setdefault(0, []).append(use)
        elif use.op.method == "increment_index":
            index = index_of(use.arguments[1] if len(use.arguments) > 1 else None, region.length or 0)
            uses.setdefault(-1 if index is None else index, []).append(use)
    if -1 in uses:
        return
    for index, adding in sorted(uses.items()):
        guards = {use.lock for use in adding}
        changes = {id(a.op) for a in accesses if a.writes and index in a.indices}
        if len(guards) != 1 or not guards <= reading.locks.keys() or changes != {id(u.op) for u in adding}:
            continue
        counter = _counter(region, index, tuple(use.op for use in adding), accesses)
        if counter is not None:
            yield counter


def _counter(
    region: Region, index: int, increments: tuple[Operation, ...], accesses: tuple[Access, ...]
) -> Counter | None:
    first = region.initial[index] if region.initial else None
    if isinstance(first, bool) or not isinstance(first, (int, float)):
        return None
    # Beyond its range an integer wraps round, and a float no longer counts by ones.
    limit = float(extremes(region.typecode)[1]) if region.typecode in INTEGERS else float(1 << 23)
    if first != int(first) or abs(first) + len(increments) > limit:
        return None
    counts = []
    for access in accesses:
        number = _number(access, index)
        if number is None or not access.op.ok:
            continue
        if region.atomic or not any(_overlap(access.op, one) for one in increments):
            counts.append(Count(op=access.op, seen=number - first))
    name = region.name if region.kind == "value" else f"{region.name}[{index}]"
    return Counter(name=name, increments=increments, counts=tuple(counts))


def _number(access: Access, index: int) -> float | None:
    """Return the number that a read shows at *index*, None if it shows none."""
    if access.writes or access.form != "elements" or index not in access.indices:
        return None
    results = access.results()
    at = access.indices.index(index)
    number: Json = results[at] if at < len(results) else None
    return number if type(number) in {int, float} else None


def _overlap(one: Operation, other: Operation) -> bool:
    return not one.precedes(other) and not other.precedes(one)


def _violation(history: History, counter: Counter, mistake: Mistake) -> Violation:
    teller = Teller(history)
    op = mistake.count.op
    over = [one for one in counter.increments if one.ok and one.precedes(op)]
    begun = [one for one in counter.increments if op.returned_ns is None or one.invoked_ns <= op.returned_ns]
    seen = int(mistake.count.seen) if mistake.count.seen == int(mistake.count.seen) else mistake.count.seen
    last = mistake.increment or max(over, key=lambda one: one.returned_ns or 0, default=None)
    witness: list[Operation] = []
    if last is not None and mistake.kind != "count-ahead-of-increments":
        witness.append(last)
    witness.append(op)
    told = f"{teller.tell(last)}. " if last is not None and last in witness else ""
    return Violation(
        kind=mistake.kind,
        summary=f"{teller.call(op)} shows {seen} increment{'' if seen == 1 else 's'} of {counter.name}; "
        f"{len(over)} were over before it began, and {len(begun)} had begun before it returned.",
        story=f"{told}{teller.tell(op)}. No order in which the "
        f"{counted(len(counter.increments), 'increment')} of "
        f"{counter.name} take effect one by one, each between its begin and its end, explains the reads.",
        witness=tuple(witness),
    )
