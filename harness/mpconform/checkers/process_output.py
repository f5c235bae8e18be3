"""Output: what several processes write under one lock does not mix."""

from collections import Counter

from mpconform.checkers.telling import Teller, value
from mpconform.emitted import lines_of
from mpconform.values import Finding, History, Operation, Violation

__all__ = ("whole_lines",)

_LOCKS = frozenset({"Lock", "RLock"})


def whole_lines(history: History) -> Finding:
    """Lines that processes write in pieces, all under one lock, come out whole, each once.

    Judges an ``output`` before which every ``emit`` had ended well, of at least two
    actors, all under the same Lock or RLock, which nothing else released.  Exact for what
    was written: only a mixture that happens to give the same lines escapes.
    The measure ``overlapping`` counts the lines that two actors wanted to write at once.  O(n log n).
    """
    emits = [op for op in history.operations if op.method == "emit"]
    if len({op.actor for op in emits}) < 2 or not _guarded(history, emits):
        return Finding()
    teller = Teller(history)
    wanted = Counter(line for op in emits for line in lines_of(op))
    judged, violations = 0, []
    for output in history.on("", "output"):
        if not output.ok or not all(op.precedes(output) for op in emits):
            continue
        judged += wanted.total()
        found: Counter[str] = Counter(output.result)
        if found != wanted:
            violations.append(_mixed(teller, emits, output, wanted - found, found - wanted))
    return Finding(judged=judged, violations=tuple(violations), measures={"overlapping": _overlapping(emits)})


def _guarded(history: History, emits: list[Operation]) -> bool:
    """Return whether one lock, used for nothing else, guarded every emit, and all ended well."""
    locks = {op.target for op in emits}
    if len(locks) != 1 or not all(op.ok for op in emits):
        return False
    (lock,) = locks
    spec = history.scenario.objects.get(lock)
    return spec is not None and spec.factory in _LOCKS and not history.on(lock, "release", "__exit__")


def _overlapping(emits: list[Operation]) -> int:
    """Count the emits during which another actor had one under way."""
    count = 0
    latest: dict[str, int] = {}
    for op in sorted(emits, key=lambda one: one.invoked_ns):
        others = [end for actor, end in latest.items() if actor != op.actor]
        count += any(end >= op.invoked_ns for end in others)
        latest[op.actor] = op.returned_ns or 0
    return count


def _mixed(
    teller: Teller,
    emits: list[Operation],
    output: Operation,
    lost: Counter[str],
    strange: Counter[str],
) -> Violation:
    first = next((op for op in emits if lost.keys() & set(lines_of(op))), emits[0])
    other = next(
        (op for op in emits if op.actor != first.actor and not op.precedes(first) and not first.precedes(op)),
        None,
    )
    pair = (first,) if other is None else (first, other)
    line = min(strange, default="")
    told = f"shows the line {value(line)}, which nobody wrote" if strange else "does not show every line"
    return Violation(
        kind="lines-mixed" if strange else "lines-lost",
        summary=f"The output {told}, although every writer held the lock.",
        story=f"{' '.join(f'{teller.tell(op)}.' for op in pair)} The output, read at "
        f"{teller.at(output.invoked_ns)}, {told}.",
        witness=(*pair, output),
        observed=tuple(sorted(strange))[:4],
    )
