"""Locks of shared objects: there if asked for, the one that was given, and really used."""

from collections import Counter
from dataclasses import dataclass

from mpconform.checkers.memory_reading import read
from mpconform.checkers.memory_regions import Reading, Region, Use
from mpconform.checkers.telling import Teller
from mpconform.values import Finding, History, Operation, Violation

__all__ = ("guarded", "keyword_only", "unguarded")

_TAKING = frozenset({"acquire", "__enter__"})
_GIVING = frozenset({"release", "__exit__"})
_OFFERED = frozenset({"get_lock", "get_obj"})
#: What takes the lock of the object for its own duration.
_TOUCHING = frozenset(
    {
        ".value",
        ".value=",
        ".raw",
        ".raw=",
        "__getitem__",
        "__setitem__",
        "increment",
        "increment_index",
        "fill",
    }
    | {"scan", "emit"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Hold:
    """One actor surely holds a lock, after *taken* returned and until *given* begins."""

    taken: Operation
    given: Operation

    def covers(self, op: Operation) -> bool:
        """Whether *op* lies inside, from begin to end."""
        return self.taken.precedes(op) and op.precedes(self.given)


def unguarded(history: History) -> Finding:
    """Objects made with lock=False are bare, and offer neither get_lock nor get_obj.

    Judges each ``get_lock`` and ``get_obj`` of a Value or Array with lock=False, and of raw
    objects: it must raise AttributeError.  Exact.
    """
    teller = Teller(history)
    judged = 0
    violations = []
    for region in read(history).of("value", "array"):
        for use in region.uses:
            if region.lock or use.role != "whole" or use.op.method not in _OFFERED or use.op.open:
                continue
            judged += 1
            if not use.op.raised("AttributeError"):
                violation = Violation(
                    kind="lock-without-lock",
                    summary=f"{region.name} was made without a lock, but {teller.call(use.op)} "
                    f"{teller.outcome(use.op)}.",
                    story=f"{region.name} was made by {region.maker} without a lock. {teller.tell(use.op)}; "
                    "the bare object has no such method, and raises AttributeError.",
                    witness=tuple(op for op in (region.born, use.op) if op is not None),
                )
                violations.append(violation)
    return Finding(judged=judged, violations=tuple(violations))


def guarded(history: History) -> Finding:
    """Objects made with a lock offer it, and every access to them takes that one lock.

    Judges each ``get_lock`` and ``get_obj``, which must not raise, and each access, and each
    attempt to take the lock, that another actor begins while the lock is surely held: it
    must not succeed before the holder begins to give the lock back.  The lock is the same
    whether reached by ``get_lock``, as the object itself, or as the lock that was given.  Sound.
    """
    reading = read(history)
    judged = 0
    violations = []
    for region in reading.of("value", "array"):
        for use in region.uses:
            offered = use.op.method in _OFFERED and use.role == "whole" and not use.op.open
            if offered and region.lock and use.lock:
                judged += 1
                violations += _refused(history, region, use.op)
    for lock, kind in reading.locks.items():
        uses = [use for use in reading.uses if use.lock == lock]
        if not any(use.region is not None for use in uses) or not _ordinary(uses):
            continue
        for hold in _holds(uses):
            inside = [u for u in uses if u.op.actor != hold.taken.actor and _contends(reading, u)]
            begun = [
                u for u in inside if hold.taken.precedes(u.op) and u.op.invoked_ns < hold.given.invoked_ns
            ]
            judged += len(begun)
            violations += [
                _intrusion(history, kind, hold, u.op) for u in begun if hold.covers(u.op) and _got(u.op)
            ]
    return Finding(judged=judged, violations=tuple(violations))


def keyword_only(history: History) -> Finding:
    """Locks of a Value or Array can only be given by keyword.

    Judges each call of Array with a third, or of Value with a typecode and two more,
    positional arguments: it must raise TypeError.  Exact.
    """
    teller = Teller(history)
    judged = 0
    violations = []
    for making in read(history).makings:
        if making.maker in {"Value", "Array"} and len(making.arguments) > 2 and not making.op.open:
            judged += 1
            if not making.op.raised("TypeError"):
                violation = Violation(
                    kind="positional-lock-accepted",
                    summary=f"{teller.call(making.op)} {teller.outcome(making.op)}, with a third argument.",
                    story=f"{teller.tell(making.op)}. The lock is keyword-only: a TypeError.",
                    witness=(making.op,),
                )
                violations.append(violation)
    return Finding(judged=judged, violations=tuple(violations))


def _refused(history: History, region: Region, op: Operation) -> list[Violation]:
    if op.ok:
        return []
    teller = Teller(history)
    violation = Violation(
        kind="no-lock-offered",
        summary=f"{region.name} was made with a lock, but {teller.call(op)} {teller.outcome(op)}.",
        story=f"{teller.tell(op)}. A {region.maker} with a lock offers get_lock and get_obj.",
        witness=tuple(one for one in (region.born, op) if one is not None),
    )
    return [violation]


def _ordinary(uses: list[Use]) -> bool:
    """Whether every actor gives back only what it took, so that we know who holds the lock."""
    depth: Counter[str] = Counter()
    for use in uses:
        if use.op.method in _TAKING and _got(use.op):
            depth[use.op.actor] += 1
        elif use.op.method in _GIVING and not use.op.raised():
            depth[use.op.actor] -= 1
            if depth[use.op.actor] < 0:
                return False
    return True


def _got(op: Operation) -> bool:
    """Whether the operation succeeded; an attempt to take a lock that answers False did not."""
    if op.method == "acquire":
        return op.ok and op.result is True
    return op.ok


def _holds(uses: list[Use]) -> list[_Hold]:
    """Return the outermost holds of each actor."""
    holds = []
    open_: dict[str, tuple[int, Operation]] = {}
    for use in uses:
        op = use.op
        depth, taken = open_.get(op.actor, (0, op))
        if op.method in _TAKING and _got(op):
            open_[op.actor] = (depth + 1, taken)
        elif op.method in _GIVING and depth:
            if depth == 1:
                holds.append(_Hold(taken=taken, given=op))
                del open_[op.actor]
            else:
                open_[op.actor] = (depth - 1, taken)
    return holds


def _contends(reading: Reading, use: Use) -> bool:
    if use.op.method in _TAKING:
        return True
    if use.op.method not in _TOUCHING:
        return False
    # An access takes the lock of the wrapper; through get_obj there is no lock to take.
    return use.role == "lock" or use.region is None or use.lock in reading.locks


def _intrusion(history: History, kind: str, hold: _Hold, op: Operation) -> Violation:
    teller = Teller(history)
    given = f"began to give it back only at {teller.at(hold.given.invoked_ns)}"
    return Violation(
        kind="lock-not-used" if op.method in _TOUCHING else "lock-not-shared",
        summary=f"{teller.call(op)} succeeded while {hold.taken.actor} held the object's lock.",
        story=f"{teller.tell(hold.taken)}. {hold.taken.actor} {given}. {teller.tell(op)}, although the "
        f"{kind} that synchronises the object was held by another process all that time.",
        witness=(hold.taken, op, hold.given),
    )
