"""From the calls on a lock to the moves of its counter.

Of a recursive lock only those calls move the counter with which its owner really takes it, and really
gives it back: how deep its owner is in, follows from the owner's own calls alone.
"""

from dataclasses import dataclass

from mpconform.checkers.lock_book import Book, Call, died
from mpconform.checkers.lock_model import Kind, Move
from mpconform.checkers.once import once
from mpconform.values import History, Operation

__all__ = ("Level", "Moves", "moves_of", "strictly")


_BOTH: tuple[Kind, ...] = ("take", "give")


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """A call of one actor on a recursive lock, made when it had taken the lock *depth* times."""

    op: Operation
    depth: int
    call: Call | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Moves:
    """The moves of one counter: what *changed* it, and what only asked.

    *levels* are the calls on a recursive lock; *early* are its moves as if the first release of an owner
    gave it back.  *sure* is False if it is not certain how deep somebody was in.
    """

    changed: tuple[Move, ...]
    refused: tuple[Move, ...] = ()
    full: tuple[Move, ...] = ()
    values: tuple[Move, ...] = ()
    early: tuple[Move, ...] = ()
    levels: tuple[Level, ...] = ()
    sure: bool = True

    @property
    def gives(self) -> tuple[Move, ...]:
        """The releases that were accepted."""
        return tuple(move for move in self.changed if move.kind == "give" and not move.optional)

    @property
    def takes(self) -> tuple[Move, ...]:
        """What certainly took it."""
        return tuple(move for move in self.changed if move.kind == "take" and not move.optional)


@once
def moves_of(book: Book, history: History) -> Moves:
    """Return the moves of *book*'s counter in *history*.  O(n)."""
    return _recursive(book, history) if book.recursive else _counting(book, history)


def strictly(book: Book, moves: Moves, *, overlapping: bool) -> tuple[Move, ...]:
    """Return what changed the counter, with gives that its bound forbids, and the answers that it was full.

    Without *overlapping*, the bound is kept for releases only that no other release overlaps.
    """
    attempts = (*(m for m in moves.changed if m.kind == "give"), *moves.full)
    found = []
    for move in moves.changed:
        beside = any(one.op is not move.op and one.overlaps(move) for one in attempts)
        strict = book.most is not None and move.kind == "give"
        strict &= overlapping or not beside
        found.append(
            Move(
                op=move.op, kind=move.kind, begin_ns=move.begin_ns, end_ns=move.end_ns,
                optional=move.optional, strict=strict, value=book.first,
            )
        )  # fmt: skip
    return (*found, *moves.full)


def _counting(book: Book, history: History) -> Moves:
    changed: list[Move] = []
    refused = [Move.of(call.op, "refused") for call in book.calls if call.refused]
    full = []
    changed += [Move.of(call.op, "take") for call in book.calls if not call.refused]
    for op in book.releases:
        if op.raised("ValueError") and book.most is not None:
            full.append(Move.of(op, "full", value=book.most))
        else:
            changed.append(Move.of(op, "give"))
    changed += [Move.of(op, "use") for op in book.uses if op.ok]
    changed += _unfinished(book)
    changed += _left_behind(history, changed)
    values = [Move.of(op, "value", value=op.result) for op in book.values if op.ok and type(op.result) is int]
    return Moves(changed=_in_order(changed), refused=tuple(refused), full=tuple(full), values=tuple(values))


def _in_order(moves: list[Move]) -> tuple[Move, ...]:
    return tuple(sorted(moves, key=lambda move: move.begin_ns))


def _unfinished(book: Book) -> list[Move]:
    """Return what a use that never returned may have done: taken it, and perhaps given it back."""
    return [Move.of(op, kind) for op in book.uses if op.open for kind in _BOTH]


def _left_behind(history: History, changed: list[Move]) -> list[Move]:
    """Return what becomes of what the dead had taken: nothing; but a backend may give it back."""
    found = []
    for actor in sorted({move.op.actor for move in changed}):
        if died(history, actor):
            own = [move for move in changed if move.op.actor == actor]
            given = sum(move.kind == "give" and not move.optional for move in own)
            held = sum(move.kind == "take" for move in own) - given
            latest = history.by(actor)[-1]
            found += [
                Move(op=latest, kind="give", begin_ns=latest.invoked_ns, end_ns=None, optional=True)
                for _ in range(held)
            ]
    return found


@dataclass(slots=True)
class _Owner:
    """How deep one actor is in, and whether it has begun to come out."""

    depth: int = 0
    leaving: bool = False


def _recursive(book: Book, history: History) -> Moves:
    changed: list[Move] = []
    early: list[Move] = []
    refused: list[Move] = []
    levels: list[Level] = []
    sure = True
    owners: dict[str, _Owner] = {}
    known = {id(call.op): call for call in book.calls}
    every = (*(call.op for call in book.calls), *book.releases, *book.uses)
    for op in sorted(every, key=lambda one: one.invoked_ns):
        owner = owners.setdefault(op.actor, _Owner())
        call = known.get(id(op))
        levels.append(Level(op=op, depth=owner.depth, call=call))
        if call is not None:
            sure &= op.outcome != "raised"
            if call.refused and not owner.depth:
                refused.append(Move.of(op, "refused"))
            elif not call.refused:
                if not owner.depth:
                    both = Move.of(op, "take")
                    changed.append(both)
                    early.append(both)
                owner.depth += call.taken
                owner.leaving &= owner.depth > 1
        elif op.method in {"release", "__exit__"}:
            # Whether a release should have been accepted, is judged elsewhere.
            sure &= not (owner.depth and op.outcome == "raised")
            if owner.depth and not owner.leaving:
                early.append(Move.of(op, "give"))
                owner.leaving = True
            # Of what it does not own, only what was accepted can have been given back.
            accepted = not op.open and not op.raised("AssertionError")
            if owner.depth == 1 or (not owner.depth and accepted):
                give = Move.of(op, "give")
                changed.append(give)
                early += [] if owner.depth else [give]
            owner.depth -= bool(owner.depth) and op.ok
            owner.leaving &= owner.depth > 0
        elif not owner.depth:
            kind = Move.of(op, "use") if op.ok else None
            changed += [kind] if kind else [Move.of(op, "take"), Move.of(op, "give")]
            early += changed[-1:] if kind else changed[-2:]
    left = _left_behind(history, changed)
    return Moves(
        changed=_in_order([*changed, *left]), refused=tuple(refused), early=_in_order([*early, *left]),
        levels=tuple(levels), sure=sure,
    )  # fmt: skip
