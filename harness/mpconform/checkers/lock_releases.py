"""Releases: whoever calls it gives back what is held; what is not held cannot be given back."""

from mpconform.checkers.lock_book import books
from mpconform.checkers.lock_model import Move, Search, overdrawn
from mpconform.checkers.lock_moves import Moves, moves_of, strictly
from mpconform.checkers.queue_proof import blocked
from mpconform.checkers.telling import Teller
from mpconform.values import Finding, History, Operation, Violation

__all__ = (
    "bounded_at_once",
    "bounded_full",
    "bounded_release",
    "lock_anyone",
    "lock_at_once",
    "lock_unlocked",
    "semaphore_release",
)

_NEVER = 1 << 63


def lock_anyone(history: History) -> Finding:
    """Check that a Lock that is held can be released by any process, not only by who took it.

    Judges each release by a process that had not taken it itself, if it was accepted or said that
    the lock was not held: then it must not have been, at some instant.  Exact.
    """
    return _release(history, "Lock", strangers=True)


def bounded_release(history: History) -> Finding:
    """Check that a BoundedSemaphore can be released by anyone as long as something is taken.

    Judges each release that was accepted, and each that was refused: then nothing must have been
    taken, at some instant.  Exact.
    """
    return _release(history, "BoundedSemaphore", strangers=False)


def _release(history: History, factory: str, *, strangers: bool) -> Finding:
    teller = Teller(history)
    search = Search()
    judged = 0
    violations: list[Violation] = []
    for book in books(history, factory):
        moves = moves_of(book, history)
        before = search.undecided
        wrong = [
            op
            for op in book.releases
            if op.outcome == "raised" and not op.raised("ValueError") and _surely_held(moves, op)
        ]
        refused = search.unexplained((*moves.changed, *moves.full), book.first)
        if overdrawn(moves.changed, book.first) is None and refused is not None:
            alone = [one for one in moves.full if search.unexplained((*moves.changed, one), book.first)]
            wrong += [one.op for one in (alone or moves.full)[:1]]
        if wrong or search.undecided == before:
            judged += sum(
                not op.open and (not strangers or _is_strange(moves, op.actor, op.invoked_ns))
                for op in book.releases
            )
        for op in wrong[:1]:
            held = _last_taken(moves, op.invoked_ns)
            violations.append(
                Violation(
                    kind="held-but-not-released",
                    summary=f"{teller.call(op)} raised {op.result['type']} although {book.name} was held.",
                    story=" ".join(f"{teller.tell(one)}." for one in (*(m.op for m in held), op)),
                    witness=(*(m.op for m in held), op),
                )
            )
    return Finding(judged=judged, violations=tuple(violations), measures=search.measures)


def _is_strange(moves: Moves, actor: str, at_ns: int) -> bool:
    """Whether *actor* had not taken what it now gives back."""
    balance = 0
    for move in moves.changed:
        if move.op.actor == actor and move.begin_ns < at_ns:
            balance += (move.kind == "take") - (move.kind == "give")
    return balance < 1


def _surely_held(moves: Moves, op: Operation) -> bool:
    """Whether more had been taken before *op* than anybody else had begun to give back by its end."""
    taken = sum((move.end_ns or _NEVER) < op.invoked_ns for move in moves.takes)
    end_ns = op.returned_ns or _NEVER
    others = (move for move in moves.changed if move.kind == "give" and move.op is not op)
    return taken > sum(move.begin_ns <= end_ns for move in others)


def _last_taken(moves: Moves, at_ns: int) -> list[Move]:
    return [move for move in moves.takes if (move.end_ns or 0) < at_ns][-1:]


def lock_unlocked(history: History) -> Finding:
    """Check that releasing a Lock that is not held raises ValueError.

    Judges each release that raised; one that was accepted must have found the lock held.  Releases that
    overlap are left to `lock_at_once`.  Exact.
    """
    return _full(history, "Lock")


def bounded_full(history: History) -> Finding:
    """Check that releasing a BoundedSemaphore above its initial value raises ValueError.

    As `lock_unlocked`.
    """
    return _full(history, "BoundedSemaphore")


def lock_at_once(history: History) -> Finding:
    """Check that of several releases of a Lock at once, one at most is accepted for each acquire.

    Judges each release that overlaps one by another process, if one of the two was refused, or if
    no order explains that all were accepted.  Exact.
    """
    return _at_once(history, "Lock")


def bounded_at_once(history: History) -> Finding:
    """Check that releases at once do not take a BoundedSemaphore above its initial value.

    As `lock_at_once`.
    """
    return _at_once(history, "BoundedSemaphore")


def _full(history: History, factory: str) -> Finding:
    teller = Teller(history)
    search = Search()
    judged = 0
    violations: list[Violation] = []
    for book in books(history, factory):
        moves = moves_of(book, history)
        before = search.undecided
        other = [
            op for op in book.releases
            if op.outcome == "raised" and not op.raised("ValueError") and _surely_free(moves, op)
        ]  # fmt: skip
        bad = None
        if (
            overdrawn(moves.changed, book.first) is None
            and search.unexplained((*moves.changed, *moves.full), book.first) is None
        ):
            bad = search.unexplained(strictly(book, moves, overlapping=False), book.first)
        judged += len(moves.full) if search.undecided == before else 0
        op = other[0] if other else _giving(moves, bad)[-1] if bad else None
        if op is not None:
            judged += 1
            gives = [m.op for m in moves.gives if m.op is not op and m.begin_ns <= op.invoked_ns][-2:]
            violations.append(
                Violation(
                    kind="released-though-not-held" if not other else "raised-another",
                    summary=f"{teller.call(op)} {teller.outcome(op)} although nothing was held.",
                    story=" ".join(f"{teller.tell(one)}." for one in (*gives, op))
                    + f" {book.name} was as free then as when it was made: a ValueError.",
                    witness=(*gives, op),
                )
            )
    return Finding(judged=judged, violations=tuple(violations), measures=search.measures)


def _giving(moves: Moves, bad: Move) -> list[Operation]:
    """Return the releases that can have been too many when nothing explained *bad* any more, it last."""
    if bad.kind == "give":
        return [bad.op]
    end_ns = bad.end_ns or _NEVER
    return [move.op for move in moves.changed if move.kind == "give" and move.begin_ns <= end_ns]


def _surely_free(moves: Moves, op: Operation) -> bool:
    """Whether all that anybody had begun to take by the end of *op* had been given back before it."""
    end_ns = op.returned_ns or _NEVER
    taken = sum(move.kind != "give" and move.begin_ns <= end_ns for move in moves.changed)
    return taken <= sum((move.end_ns or _NEVER) < op.invoked_ns for move in moves.gives)


def _at_once(history: History, factory: str) -> Finding:
    teller = Teller(history)
    search = Search()
    judged = 0
    violations: list[Violation] = []
    for book in books(history, factory):
        moves = moves_of(book, history)
        gives = [m for m in moves.changed if m.kind == "give" and not m.optional]
        before = search.undecided
        beside = sum(
            any(f.overlaps(g) and f.op.actor != g.op.actor for g in (*gives, *moves.full) if g is not f)
            for f in moves.full
        )
        if overdrawn(moves.changed, book.first) or search.unexplained(
            strictly(book, moves, overlapping=False), book.first
        ):
            judged += beside
            continue
        bad = search.unexplained(strictly(book, moves, overlapping=True), book.first)
        judged += beside if search.undecided == before else 0
        if bad is not None:
            judged += 1
            near = [m.op for m in gives if m.overlaps(bad)] or _giving(moves, bad)[-4:]
            violations.append(
                Violation(
                    kind="one-release-too-many",
                    summary=f"Of {book.name}, more releases at once were accepted than it had to be given.",
                    story=" ".join(f"{teller.tell(op)}." for op in near)
                    + f" {book.name} had {book.first} at first: one of these, at least, had to be refused.",
                    witness=tuple(near),
                )
            )
    return Finding(judged=judged, violations=tuple(violations), measures=search.measures)


def semaphore_release(history: History) -> Finding:
    """Check that release of a Semaphore neither fails nor waits, whoever calls it.

    Judges each that ended, and each in which a live process of a run that hung is for ever.  Exact.  O(n).
    """
    teller = Teller(history)
    judged = 0
    violations: list[Violation] = []
    for book in books(history, "Semaphore", clear=False):
        for op in (one for one in book.releases if one.method == "release"):
            hangs = blocked(history, op)
            judged += hangs or not op.open
            if hangs or op.outcome == "raised":
                violations.append(
                    Violation(
                        kind="release-hangs" if hangs else f"release-raised-{op.result['type']}",
                        summary=f"{teller.call(op)} {teller.outcome(op)}.",
                        story=f"{teller.tell(op)}. A semaphore can be released at any time, by anyone.",
                        witness=(op,),
                    )
                )
    return Finding(judged=judged, violations=tuple(violations))
