"""Recursive locks belong to who took them: for the owner they never wait, and nobody else gives them back."""

from collections.abc import Iterator

from mpconform.checkers.lock_book import GIVING, Book, books
from mpconform.checkers.lock_model import Move
from mpconform.checkers.lock_moves import Level, Moves, moves_of
from mpconform.checkers.queue_proof import blocked
from mpconform.checkers.telling import Teller, often
from mpconform.values import Finding, History, Operation, Violation

__all__ = ("inherited", "owned_by_another", "reentered", "unowned")


def reentered(history: History) -> Finding:
    """Check that the owner of an RLock takes it again at once, and gives back every level.

    Judges each acquire by an owner: it must return True, and in a run that hung must not wait for ever;
    and each release by an owner, which must not raise.  Exact.  O(n).
    """
    teller = Teller(history)
    judged = 0
    violations: list[Violation] = []
    for _, moves in _recursive(history):
        for level in moves.levels:
            op = level.op
            if not level.depth or op.method not in {"acquire", "__enter__", "release", "__exit__"}:
                continue
            hangs = blocked(history, op)
            judged += hangs or not op.open
            refused = level.call is not None and level.call.refused
            if not (hangs or refused or op.outcome == "raised"):
                continue
            taking = level.call is not None
            violations.append(
                Violation(
                    kind="owner-cannot-take-again" if taking else "owner-cannot-release",
                    summary=f"{teller.call(op)} {teller.outcome(op)} although {op.actor} owned the lock.",
                    story=f"{op.actor} had taken the lock {often(level.depth)} more than it had given it "
                    f"back. {teller.tell(op)}.",
                    witness=(*_takes_of(moves, level), op),
                )
            )
            break  # How deep it is in from here on, nobody knows.
    return Finding(judged=judged, violations=tuple(violations))


def _recursive(history: History) -> Iterator[tuple[Book, Moves]]:
    for book in books(history, "RLock"):
        yield book, moves_of(book, history)


def _takes_of(moves: Moves, level: Level) -> list[Operation]:
    own = [one.op for one in moves.levels if one.op.actor == level.op.actor and one.call is not None]
    return [op for op in own if op.precedes(level.op)][-level.depth :][:2]


def owned_by_another(history: History) -> Finding:
    """Check that releasing an RLock that another process owns raises AssertionError.

    Judges each release by a process that had not taken it while another surely held it.  Exact.
    """
    return _foreign(history, owned=True)


def unowned(history: History) -> Finding:
    """Check that releasing an RLock that nobody owns, or more often than acquired, raises AssertionError.

    Judges each release by a process that had not taken it while no other surely held it.  Exact.
    """
    return _foreign(history, owned=False)


def _foreign(history: History, *, owned: bool) -> Finding:
    teller = Teller(history)
    judged = 0
    violations: list[Violation] = []
    for _, moves in _recursive(history):
        if not moves.sure:
            continue
        for level in moves.levels:
            op = level.op
            if level.depth or op.method not in GIVING or op.open:
                continue
            owner = _owner(moves, op)
            if (owner is not None) != owned:
                continue
            judged += 1
            if op.raised("AssertionError"):
                continue
            what = f"{owner.op.actor} owned it" if owner else f"{op.actor} did not own it"
            told = f"{teller.tell(owner.op)}. " if owner else ""
            violations.append(
                Violation(
                    kind="released-by-another" if owner else "released-though-not-owned",
                    summary=f"{teller.call(op)} {teller.outcome(op)} although {what}.",
                    story=f"{told}{teller.tell(op)}. Only its owner can release it: an AssertionError.",
                    witness=(*([owner.op] if owner else []), op),
                )
            )
    return Finding(judged=judged, violations=tuple(violations))


def _owner(moves: Moves, op: Operation) -> Move | None:
    """Return the take by another actor that surely held the lock during all of *op*."""
    end_ns = op.returned_ns or op.invoked_ns
    for actor in dict.fromkeys(move.op.actor for move in moves.takes):
        if actor == op.actor:
            continue
        own = [m for m in moves.changed if m.op.actor == actor]
        before = [m for m in own if (m.end_ns or 1 << 63) < op.invoked_ns or m.begin_ns <= end_ns]
        if before and before[-1].kind == "take" and (before[-1].end_ns or 1 << 63) < op.invoked_ns:
            return before[-1]
    return None


def inherited(history: History) -> Finding:
    """Check that a process which is started while its parent owns an RLock does not own it, too.

    Judges the calls of a child that main started while it surely held the lock, and that end before main
    begins to release it: acquire must not get it, and release must raise AssertionError.  Exact.
    """
    teller = Teller(history)
    judged = 0
    violations: list[Violation] = []
    for _, moves in _recursive(history):
        for take, end_ns in _held_by_main(moves):
            started = [
                op.target for op in history.by("main")
                if op.method == "start" and take.precedes(op) and op.invoked_ns < end_ns and op.ok
            ]  # fmt: skip
            for level in moves.levels:
                op = level.op
                inside = op.actor in started and op.returned_ns is not None and op.returned_ns < end_ns
                if not inside or level.op.method not in {"acquire", "__enter__", *GIVING}:
                    continue
                judged += 1
                taken = level.call is not None and level.call.taken
                if taken or (level.call is None and op.ok):
                    violations.append(
                        Violation(
                            kind="ownership-inherited",
                            summary=f"{teller.call(op)} {teller.outcome(op)} although main, which started "
                            f"{op.actor}, owned the lock.",
                            story=f"{teller.tell(take)}, and then started {op.actor}. {teller.tell(op)}.",
                            witness=(take, op),
                        )
                    )
    return Finding(judged=judged, violations=tuple(violations))


def _held_by_main(moves: Moves) -> Iterator[tuple[Operation, int]]:
    """Yield each take of main, and when main began to give it back for good."""
    own = [move for move in moves.changed if move.op.actor == "main" and not move.optional]
    for index, move in enumerate(own):
        if move.kind == "take":
            following = own[index + 1 : index + 2]
            yield move.op, following[0].begin_ns if following else 1 << 62
