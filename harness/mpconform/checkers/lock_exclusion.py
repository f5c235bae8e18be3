"""Exclusion: a lock is held by one at a time, a semaphore by so many, each until it is given back."""

from collections.abc import Callable, Sequence

from mpconform.checkers.lock_book import Book, books
from mpconform.checkers.lock_fairness import passed
from mpconform.checkers.lock_model import Bounds, Move, overdrawn
from mpconform.checkers.lock_moves import Moves, moves_of
from mpconform.checkers.surprises import Surprises
from mpconform.checkers.telling import Teller
from mpconform.values import Finding, History, Operation, Violation

__all__ = (
    "bounded_admission",
    "contested",
    "holders_at",
    "levels",
    "lock",
    "recursive_lock",
    "semaphore_admission",
)

_Changed = Callable[[Moves], Sequence[Move]]


def lock(history: History) -> Finding:
    """Check that a Lock is held by one at a time, whichever process gives it back.

    Judges each acquire, ``with``, and verb under the lock that another actor's overlaps, or that was
    begun while another surely held it: there must be an instant for each at which the lock was free.
    Exact for what was taken and given back (an over-release that was accepted frees it once more, which is
    another requirement's business).  Notes as ``overtaken-twice`` who waited while another took the lock
    twice, with how long the wait lasted.  O(n log n).
    """
    return _judge(history, "Lock", lambda moves: moves.changed)


def recursive_lock(history: History) -> Finding:
    """Check that an RLock is held by one process at a time: what another holds, nobody gets.

    As `lock`, for the time from an owner's first acquire to its first release; see `levels` for the
    rest.  Exact.  O(n log n).
    """
    return _judge(history, "RLock", lambda moves: moves.early)


def levels(history: History) -> Finding:
    """Check that an RLock is free to others only when its owner has released it as often as acquired.

    As `recursive_lock`, but to the owner's last release; judges the attempts of others that overlap the
    time between an owner's first and last release of one hold.  Exact.  O(n log n).
    """
    judged = 0
    violations: list[Violation] = []
    for book in books(history, "RLock"):
        moves = moves_of(book, history)
        if not moves.sure:
            continue
        judged += _partly(moves)
        found = overdrawn(moves.changed, book.first)
        if found and not overdrawn(moves.early, book.first):
            judged += 1
            what = "its owner had not released it as often as acquired"
            violations.append(_violation(history, book, moves.changed, found, "level-forgotten", what))
    return Finding(judged=judged, violations=tuple(violations))


def semaphore_admission(history: History) -> Finding:
    """Check that a Semaphore admits no more than its initial value and its releases allow.

    Judges each acquire by `overdrawn`: exact for what was taken and given back.  O(n log n).
    """
    return _judge(history, "Semaphore", lambda moves: moves.changed)


def bounded_admission(history: History) -> Finding:
    """Check that a BoundedSemaphore admits no more than its initial value and its releases allow.

    As `semaphore_admission`.
    """
    return _judge(history, "BoundedSemaphore", lambda moves: moves.changed)


def _judge(history: History, factory: str, changed: _Changed) -> Finding:
    judged = 0
    surprises = Surprises(history)
    violations: list[Violation] = []
    for book in books(history, factory):
        found = moves_of(book, history)
        if not found.sure:
            continue
        moves = changed(found)
        judged += contested(moves, book.first) + _refused(found)
        for one in passed(found.takes):
            surprises.chance("overtaken-twice")
            if one.unfair:
                surprises.note("overtaken-twice", one.lasted_ns)
        bad = overdrawn(moves, book.first)
        if bad:
            judged += 1
            single = book.first == 1
            kind, what = ("held-twice", "it was held") if single else ("one-too-many", "all were taken")
            violations.append(_violation(history, book, moves, bad, kind, what))
    return surprises.finding(judged, violations)


def contested(moves: Sequence[Move], first: int) -> int:
    """Count the takes and uses that began when all was taken, or that another for the last one overlaps."""
    taking = [m for m in moves if m.kind in {"take", "use"} and m.end_ns is not None and not m.optional]
    bounds = Bounds(moves, first)
    count = 0
    latest: dict[str, int] = {}
    for move in taking:
        rival = any(end >= move.begin_ns for actor, end in latest.items() if actor != move.op.actor)
        left = bounds.at(move.begin_ns)
        count += left < 1 or (rival and left < 2)
        latest[move.op.actor] = move.end_ns or 0
    return count


def _refused(moves: Moves) -> int:
    """Count the attempts that were turned away: each could have been let in."""
    return len(moves.refused)


def _partly(moves: Moves) -> int:
    """Count the attempts of others between an owner's first and last release of one hold."""
    gaps: list[tuple[str, int, int]] = []
    first: dict[str, int] = {}
    for level in moves.levels:
        op = level.op
        if op.method in {"release", "__exit__"} and op.ok and level.depth:
            if level.depth > 1:
                first.setdefault(op.actor, op.invoked_ns)
            elif op.actor in first:
                gaps.append((op.actor, first.pop(op.actor), op.invoked_ns))
    tries = [
        level for level in moves.levels if not level.depth and level.op.method not in {"release", "__exit__"}
    ]
    return sum(
        any(actor != t.op.actor and t.op.invoked_ns <= end and begin <= (t.op.returned_ns or end)
            for actor, begin, end in gaps)
        for t in tries
    )  # fmt: skip


def holders_at(moves: Sequence[Move], at_ns: int) -> list[Operation]:
    """Return the takes that no release, begun by then, had given back; the latest last.

    A release gives back what the same actor took last, else what was taken first.
    """
    held: list[Move] = []
    edges = [(m.end_ns, 1, m) for m in moves if m.kind == "take" and m.end_ns and not m.optional]
    edges += [(m.begin_ns, 0, m) for m in moves if m.kind == "give"]
    for stamp, taking, move in sorted(edges, key=lambda edge: edge[:2]):
        if stamp > at_ns:
            break
        if taking:
            held.append(move)
        elif held:
            own = [one for one in held if one.op.actor == move.op.actor]
            held.remove((own or held)[-1 if own else 0])
    return [move.op for move in held]


def _violation(
    history: History, book: Book, moves: Sequence[Move], bad: Move, kind: str, what: str
) -> Violation:
    teller = Teller(history)
    at_ns = bad.end_ns or bad.begin_ns
    held = [op for op in holders_at(moves, at_ns) if op is not bad.op][-max(1, book.first) :]
    ends = [_given_back(moves, op, at_ns) for op in held]
    told = " ".join(
        f"{teller.tell(op)}"
        + (
            f", and {end.actor} began to give it back only at {teller.at(end.invoked_ns)}."
            if end
            else ", and it was not given back."
        )
        for op, end in zip(held, ends, strict=True)
    )
    holder = held[-1].actor if held else "somebody"
    return Violation(
        kind=kind,
        summary=f"{teller.call(bad.op)} succeeded although {what}"
        + (f" by {holder}." if kind == "held-twice" else "."),
        story=f"{told} Yet {teller.tell(bad.op)}: with {book.first} to take at first, there was none left "
        "at any instant of it.".strip(),
        witness=(*held, bad.op, *(end for end in ends[:1] if end is not None and end is not bad.op)),
    )


def _given_back(moves: Sequence[Move], take: Operation, after_ns: int) -> Operation | None:
    own = [m.op for m in moves if m.kind == "give" and m.begin_ns >= after_ns and m.op.actor == take.actor]
    return own[0] if own else None
