"""The answers of locks and semaphores: True and False mean what they say, and all answers fit together."""

from collections.abc import Iterable, Sequence

from mpconform.checkers.lock_book import LOCKS, SEMAPHORES, Book, books
from mpconform.checkers.lock_model import Bounds, Move, Search, overdrawn, refused_though_free
from mpconform.checkers.lock_moves import Moves, moves_of, strictly
from mpconform.checkers.telling import Teller, value
from mpconform.values import Finding, History, Operation, Violation

__all__ = (
    "above_initial",
    "all_together",
    "answer",
    "lock_honest",
    "semaphore_answer",
    "semaphore_honest",
)

_EVERY = LOCKS + SEMAPHORES


def answer(history: History) -> Finding:
    """Check that acquire returns True or False, without a timeout only True; release returns None.

    Judges each acquire and release of a Lock or RLock that returned.  Exact.  O(n).
    """
    return _answer(history, LOCKS)


def semaphore_answer(history: History) -> Finding:
    """Check the same of a Semaphore and a BoundedSemaphore.  Exact.  O(n)."""
    return _answer(history, SEMAPHORES)


def _answer(history: History, factories: Sequence[str]) -> Finding:
    teller = Teller(history)
    judged = 0
    violations: list[Violation] = []
    for book in books(history, *factories, clear=False):
        waits = {id(call.op) for call in book.calls if call.mode == "ever"}
        for op in (*(call.op for call in book.calls if call.op.method == "acquire"), *book.releases):
            if not op.ok or op.method not in {"acquire", "release"}:
                continue
            judged += 1
            allowed = (None,) if op.method == "release" else (True,) if id(op) in waits else (True, False)
            if any(op.result is one for one in allowed):
                continue
            gave_up = op.result is False and id(op) in waits
            named = " or ".join(map(str, allowed))
            violations.append(
                Violation(
                    kind="blocking-acquire-gave-up" if gave_up else f"{op.method}-answered-otherwise",
                    summary=f"{teller.call(op)} returned {value(op.result)}, not {named}.",
                    story=f"{teller.tell(op)}. "
                    + ("It may wait for ever, and so ends only when it has the lock." if gave_up else ""),
                    witness=(op,),
                )
            )
    return Finding(judged=judged, violations=tuple(violations))


def lock_honest(history: History) -> Finding:
    """Check that acquire says False only if the lock was taken at some instant of the call.

    Judges each acquire of a Lock or RLock that returned False: some order of all that was taken and
    given back, and of these answers, must explain them.  Exact (see `impossible`); only sound, and counted as
    ``judged_soundly``, where so many calls overlapped that the search cannot decide.
    """
    return _honest(history, LOCKS)


def semaphore_honest(history: History) -> Finding:
    """Check that acquire of a semaphore says False only if its value was 0 at some instant of the call.

    As `lock_honest`.
    """
    return _honest(history, SEMAPHORES)


def _honest(history: History, factories: Sequence[str]) -> Finding:
    judged = soundly = 0
    violations: list[Violation] = []
    for book, moves in _sound(history, factories):
        if not moves.refused:
            continue
        search, every = Search(), (*moves.changed, *moves.refused)
        bad = search.unexplained(every, book.first)
        if search.undecided:
            bad = refused_though_free(every, book.first)
            soundly += len(moves.refused)
        judged += len(moves.refused)
        if bad:
            violations.append(_refused(history, book, moves))
    measures = {"judged_soundly": soundly} if soundly else {}
    return Finding(judged=judged, violations=tuple(violations), measures=measures)


def _sound(history: History, factories: Sequence[str]) -> Iterable[tuple[Book, Moves]]:
    """Yield the books in which no more was taken than there was: of the others, nothing can be explained."""
    for book in books(history, *factories):
        moves = moves_of(book, history)
        if moves.sure and overdrawn(moves.changed, book.first) is None:
            yield book, moves


def _alone(book: Book, moves: Moves, asked: Sequence[Move]) -> tuple[Move, ...]:
    """Return the first of *asked* that nothing explains on its own; else all of them."""
    for one in asked:
        if Search().unexplained((*moves.changed, one), book.first):
            return (one,)
    return tuple(asked[:4])


def _refused(history: History, book: Book, moves: Moves) -> Violation:
    teller = Teller(history)
    bad = _alone(book, moves, moves.refused)
    op = bad[0].op
    left = Bounds(moves.changed, book.first).highest(op.invoked_ns, op.returned_ns or op.invoked_ns)
    near = _neighbours(moves.changed, op)
    told = " ".join(f"{teller.tell(one)}." for one in near)
    return Violation(
        kind="refused-though-free",
        summary=f"{teller.call(op)} returned False although {book.name} was not taken.",
        story=f"{told} {' '.join(f'{teller.tell(one.op)}.' for one in bad)} With {book.first} to take at "
        f"first, {left} can have been left, and no order of these calls explains the answer.",
        witness=(*near, *(one.op for one in bad)),
    )


def _neighbours(moves: Sequence[Move], op: Operation) -> list[Operation]:
    """Return what was taken and given back last before *op*, and next after it."""
    before = [m.op for m in moves if (m.end_ns or 1 << 63) < op.invoked_ns]
    after = [m.op for m in moves if op.returned_ns is not None and m.begin_ns > op.returned_ns]
    beside = [m.op for m in moves if m.op not in before and m.op not in after]
    return [*before[-2:], *beside[:2], *after[:1]]


def above_initial(history: History) -> Finding:
    """Check that a Semaphore can be released above its initial value, and then admits so many more.

    Judges each acquire that was told anything when the value can have stood above the initial one; what
    was refused must not be explained by releases that counted for nothing.  Exact.
    """
    judged = 0
    violations: list[Violation] = []
    search = Search()
    for book, moves in _sound(history, ("Semaphore",)):
        every, before = (*moves.changed, *moves.refused), search.undecided
        bad = search.unexplained(every, book.first)
        lost = bad is not None and search.unexplained(every, book.first, cap=book.first) is None
        if search.undecided > before:
            continue
        judged += sum(_above(moves, move) for move in (*moves.takes, *moves.refused))
        if lost:
            found = _refused(history, book, moves)
            violations.append(
                Violation(
                    kind="release-above-initial-lost",
                    summary=f"{book.name}, a Semaphore of {book.first}, did not become more by releases "
                    "above its initial value.",
                    story=found.story,
                    witness=found.witness,
                )
            )
            judged += 1
    return Finding(judged=judged, violations=tuple(violations), measures=search.measures)


def _above(moves: Moves, move: Move) -> bool:
    """Whether more had been given back than anybody had begun to take, before *move*."""
    gives = sum((m.end_ns or 1 << 63) < move.begin_ns for m in moves.gives)
    return gives > sum(m.begin_ns < move.begin_ns for m in moves.changed if m.kind == "take")


def all_together(history: History) -> Finding:
    """Check that one order of all calls, which respects time, explains all answers together.

    Judges the calls on each lock or semaphore whose answers are right each kind by itself: what was taken
    and given back, was refused, was full, and counted.  If a release too many was accepted, which is another
    requirement's business, it counts.  Exact; what the search cannot decide is no evidence, and counted.
    """
    teller = Teller(history)
    search = Search()
    judged = 0
    violations: list[Violation] = []
    for book, moves in _sound(history, _EVERY):
        asked = [group for group in (moves.refused, moves.full, moves.values) if group]
        strict, before = strictly(book, moves, overlapping=True), search.undecided
        sound = search.unexplained(strict, book.first) is None
        every = (*(strict if sound else (*moves.changed, *moves.full)), *moves.refused, *moves.values)
        if len({move.op.actor for move in every}) < 2:
            continue
        bad = search.unexplained(every, book.first)
        alone = bad is not None and any(
            search.unexplained((*moves.changed, *one), book.first) for one in asked
        )
        if search.undecided > before:
            continue
        judged += len(every)
        if bad is not None and not alone:
            near = [m.op for m in sorted(every, key=lambda m: m.begin_ns) if m.overlaps(bad)][:6]
            violations.append(
                Violation(
                    kind="answers-contradict",
                    summary=f"No order of the calls on {book.name} explains all of its answers.",
                    story=" ".join(f"{teller.tell(op)}." for op in near),
                    witness=tuple(near),
                )
            )
    return Finding(judged=judged, violations=tuple(violations), measures=search.measures)
