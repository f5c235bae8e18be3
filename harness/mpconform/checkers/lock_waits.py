"""Waiting for locks and semaphores: not too short, not for ever, and not at all where it is not to wait."""

from collections.abc import Iterator, Sequence

from mpconform.checkers.lock_book import LOCKS, SEMAPHORES, Book, Call, books
from mpconform.checkers.lock_model import Bounds, Move
from mpconform.checkers.lock_moves import Moves, moves_of
from mpconform.checkers.queue_proof import blocked
from mpconform.checkers.telling import Teller
from mpconform.values import Finding, History, Violation

__all__ = (
    "lock_nowait",
    "lock_patient",
    "lock_timeout",
    "lock_wakes",
    "negative_timeout",
    "semaphore_nowait",
    "semaphore_patient",
    "semaphore_timeout",
    "semaphore_wakes",
)

#: What a clock and a scheduler may be wrong by.
_GRAIN_NS = 2_000_000
#: A run hangs when nothing happened for seconds.  A longer wait may just not be over.
_SHORT_S = 0.5
#: Of a timeout so long, half is enough for any machine to come to what happened in the other half.
_LONG_S = 1.0


def lock_timeout(history: History) -> Finding:
    """Check that acquire of a lock with a timeout says False not before it has waited so long, and then.

    Judges each with a timeout beyond the grain that returned False, and each in which a live process
    of a run that hung waits for ever instead of half a second at most.  "Too early" has a grain of 2 ms;
    nothing is too late but a hang.  Exact within the grain.  O(n).
    """
    return _timeout(history, LOCKS)


def semaphore_timeout(history: History) -> Finding:
    """Check the same of semaphores, as `lock_timeout`."""
    return _timeout(history, SEMAPHORES)


def _timeout(history: History, factories: Sequence[str]) -> Finding:
    teller = Teller(history)
    judged = 0
    violations: list[Violation] = []
    for book in books(history, *factories, clear=False):
        for call in (one for one in book.calls if one.mode == "timed"):
            op, timeout_s = call.op, call.timeout_s or 0.0
            hangs = blocked(history, op) and timeout_s <= _SHORT_S
            least_ns = int(timeout_s * 1e9) - _GRAIN_NS
            answered = call.refused and least_ns > 0
            judged += hangs or answered
            early = answered and (op.returned_ns or 0) - op.invoked_ns < least_ns
            if not (hangs or early):
                continue
            what = "never returned" if hangs else f"said False after {op.elapsed_s * 1e3:.2f} ms"
            violations.append(
                Violation(
                    kind="timed-acquire-hangs" if hangs else "gave-up-too-early",
                    summary=f"{teller.call(op)}, with a timeout of {timeout_s * 1e3:g} ms, {what}.",
                    story=f"{teller.tell(op)}: its timeout was {timeout_s * 1e3:g} ms.",
                    witness=(op,),
                )
            )
    return Finding(judged=judged, violations=tuple(violations))


def negative_timeout(history: History) -> Finding:
    """Check that a negative timeout is as good as none at all: one look, and an answer.

    Judges each acquire of a lock or semaphore that may block for a negative time: it must neither raise
    nor, in a run that hung, wait for ever, nor find nothing where there was no instant at which it was
    taken.  Exact.  O(n).
    """
    teller = Teller(history)
    judged = 0
    violations: list[Violation] = []
    for book in books(history, *LOCKS, *SEMAPHORES, clear=False):
        for call in book.calls:
            if call.mode != "now" or not call.block or (call.timeout_s or 0) >= 0:
                continue
            op = call.op
            hangs = blocked(history, op)
            judged += hangs or not op.open
            if hangs or op.outcome == "raised":
                violations.append(
                    Violation(
                        kind="negative-timeout-waits" if hangs else "negative-timeout-raises",
                        summary=f"{teller.call(op)} {teller.outcome(op)}.",
                        story=f"{teller.tell(op)}. A negative timeout is equivalent to a timeout of zero.",
                        witness=(op,),
                    )
                )
    return Finding(judged=judged, violations=tuple(violations))


def lock_nowait(history: History) -> Finding:
    """Check that acquire of a lock does not wait if it is not to block, or only for a time of zero.

    Judges each with block=False, or a timeout of zero, that ended, and each in which a live process of a
    run that hung is for ever.  Sound.  O(n).
    """
    return _nowait(history, LOCKS)


def semaphore_nowait(history: History) -> Finding:
    """Check the same of semaphores, as `lock_nowait`."""
    return _nowait(history, SEMAPHORES)


def _nowait(history: History, factories: Sequence[str]) -> Finding:
    teller = Teller(history)
    judged = 0
    violations: list[Violation] = []
    for book in books(history, *factories, clear=False):
        for op in (call.op for call in book.calls if call.mode == "now" and not (call.timeout_s or 0) < 0):
            hangs = blocked(history, op)
            judged += hangs or not op.open
            if hangs:
                violations.append(
                    Violation(
                        kind="acquire-waits-though-told-not-to",
                        summary=f"{teller.call(op)} never returned, though it is not to wait.",
                        story=f"{teller.tell(op)}, and the run hung.",
                        witness=(op,),
                    )
                )
    return Finding(judged=judged, violations=tuple(violations))


def lock_patient(history: History) -> Finding:
    """Check that acquire of a lock with a timeout gets the lock if it is given back in time.

    Judges each with a timeout of a second or more that had to wait, and for which there was one left from
    the first half of its time on, whoever else wanted one: it must get it.  A process that was held
    meanwhile, or stopped, is not judged.  Sound.  O(n) for each.
    """
    return _patient(history, LOCKS)


def semaphore_patient(history: History) -> Finding:
    """Check the same of semaphores, as `lock_patient`."""
    return _patient(history, SEMAPHORES)


def _patient(history: History, factories: Sequence[str]) -> Finding:
    teller = Teller(history)
    judged = 0
    violations: list[Violation] = []
    for book, moves in _sure(history, factories):
        bounds = Bounds(moves.changed, book.first)
        for call in book.calls:
            op = call.op
            if call.mode != "timed" or (call.timeout_s or 0) < _LONG_S or not (call.taken or call.refused):
                continue
            give = _freed(history, book, moves, call)
            judged += give is not None and bounds.at(op.invoked_ns) < 1
            if give is not None and call.refused:
                violations.append(
                    Violation(
                        kind="gave-up-though-given-back",
                        summary=f"{teller.call(op)} returned False although {book.name} was given back in "
                        "the first half of its time, and there was enough for everybody.",
                        story=f"{teller.tell(op)}. {teller.tell(give.op)}; after that, one was left for it.",
                        witness=(give.op, op),
                    )
                )
    return Finding(judged=judged, violations=tuple(violations))


def _sure(history: History, factories: Sequence[str]) -> Iterator[tuple[Book, Moves]]:
    for book in books(history, *factories):
        moves = moves_of(book, history)
        if moves.sure:
            yield book, moves


def _freed(history: History, book: Book, moves: Moves, call: Call) -> Move | None:
    """Return the release after which one was surely left for *call*, in the first half of its time.

    One is left even if all others that had begun to take any by its end got it.
    """
    op = call.op
    end_ns = op.returned_ns or 0
    half_ns = op.invoked_ns + int((call.timeout_s or 0) * 5e8)
    if any(hold.actor == op.actor and hold.began_ns <= end_ns for hold in history.holds):
        return None
    others = [move for move in moves.changed if move.op is not op and move.begin_ns <= end_ns]
    given = [move for move in others if move.kind == "give" and not move.optional]
    given = [move for move in given if (move.end_ns or 0) < min(half_ns, end_ns)]
    last = max(given, key=lambda move: move.end_ns or 0, default=None)
    if last is None or (last.end_ns or 0) <= op.invoked_ns:
        return None
    since = last.end_ns or 0
    used = any(move.kind == "use" and (move.end_ns or end_ns) >= since for move in others)
    taken = sum(move.kind == "take" for move in others)
    return None if used or book.first + len(given) - taken < 1 else last


def lock_wakes(history: History) -> Finding:
    """Check that whoever waits for a lock goes on when it is free: no wake-up is lost.

    Judges each acquire, and with statement, that had to wait for a release and got the lock; and in a run
    that hung, each in which a live process waits although the lock was given back and nobody took it.
    Sound.  O(n log n).
    """
    return _wakes(history, LOCKS)


def semaphore_wakes(history: History) -> Finding:
    """Check the same of semaphores, as `lock_wakes`."""
    return _wakes(history, SEMAPHORES)


def _wakes(history: History, factories: Sequence[str]) -> Finding:
    teller = Teller(history)
    judged = 0
    violations: list[Violation] = []
    for book, moves in _sure(history, factories):
        bounds = Bounds(moves.changed, book.first)
        judged += sum(bounds.at(move.begin_ns) < 1 for move in moves.takes)
        waiting = [call for call in book.calls if call.mode != "now" and blocked(history, call.op)]
        ids = {id(call.op) for call in waiting}
        taken = sum(m.kind == "take" and id(m.op) not in ids for m in moves.changed)
        given = [m for m in moves.gives if m.end_ns]
        if waiting and book.first + len(given) - taken > 0 and not any(u.open for u in book.uses):
            judged += 1
            last = [m.op for m in given[-1:]]
            violations.append(
                Violation(
                    kind="wakeup-lost",
                    summary=f"{teller.call(waiting[0].op)} waits for ever although {book.name} is free.",
                    story=" ".join(f"{teller.tell(op)}." for op in (*last, *(c.op for c in waiting)))
                    + f" Of {book.first} at first, {taken} were taken and {len(given)} given back.",
                    witness=(*last, *(call.op for call in waiting)),
                )
            )
    return Finding(judged=judged, violations=tuple(violations))
