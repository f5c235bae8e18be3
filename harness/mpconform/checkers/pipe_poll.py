"""Pipes: poll tells whether something can be received."""

from mpconform.checkers.pipe_diagnosis import stuck
from mpconform.checkers.pipe_ready import Readiness, Situation, deadline_ns, overdue, timeout_of, too_early
from mpconform.checkers.telling import Teller
from mpconform.values import Finding, History, Json, Operation, Violation

__all__ = ("empty_is_false", "end_is_true", "ready_is_true", "waits_for_its_timeout")


def _polls(history: History, situation: Situation) -> list[tuple[Operation, Json, Readiness, Readiness]]:
    """Every poll with its timeout, and what is certain: from its beginning, and by its deadline."""
    found = []
    for op in history.operations:
        direction = situation.direction(op, op.target) if op.method == "poll" else None
        timeout = timeout_of(op, 0, 0.0)
        if direction is None or op.outcome == "raised" or not _is_timeout(timeout):
            continue
        by_ns = float("inf") if stuck(history, op) else deadline_ns(op, timeout)
        by = op.returned_ns if by_ns is None else by_ns
        found.append(
            (op, timeout, situation.readiness(op, direction), situation.readiness(op, direction, by))
        )
    return found


def _is_timeout(timeout: Json) -> bool:
    return timeout is None or (isinstance(timeout, int | float) and not isinstance(timeout, bool))


def ready_is_true(history: History) -> Finding:
    """Poll returns true if something to receive is there, or comes before its timeout is over.

    Judged are polls that met a message that surely was there; a send that returned up to 2 ms
    before the deadline is not held against it.  O(n) for each poll.
    """
    return _must_be_true(history, "data", "not-ready-but-sent", "although a message was there to be received")


def end_is_true(history: History) -> Finding:
    """Poll returns true at the end of a pipe: the other end is closed, so a receive would not block.

    Judged are polls that began, or waited, when surely no process held the other end.  O(n) for each poll.
    """
    return _must_be_true(
        history, "end", "not-ready-but-ended", "although every copy of the other end was closed"
    )


def _must_be_true(history: History, state: str, kind: str, because: str) -> Finding:
    situation, teller = Situation(history), Teller(history)
    judged, violations = 0, []
    for op, _, _, by_deadline in _polls(history, situation):
        if by_deadline.state != state or (op.open and not stuck(history, op)):
            continue
        judged += 1
        if op.open or not op.result:
            told = " ".join(f"{teller.tell(shown)}." for shown in by_deadline.shown)
            violations.append(
                Violation(
                    kind=kind,
                    summary=f"{op.actor}'s {op.target}.poll was not true {because}.",
                    story=f"{told} {teller.tell(op)}, {because}.",
                    witness=(*by_deadline.shown, op),
                )
            )
    return Finding(judged=judged, violations=tuple(violations))


def empty_is_false(history: History) -> Finding:
    """Poll does not return true if nothing is there to be received and the other end is open.

    Judged are polls during which surely no message was under way or left, while some actor surely
    held the other end.  O(n) for each poll.
    """
    situation, teller = Situation(history), Teller(history)
    judged, violations = 0, []
    for op, _, during, _ in _polls(history, situation):
        if during.state != "nothing" or not op.ok:
            continue
        judged += 1
        if op.result:
            told = " ".join(f"{teller.tell(shown)}." for shown in during.shown)
            violations.append(
                Violation(
                    kind="ready-but-nothing-sent",
                    summary=f"{op.actor}'s {op.target}.poll returned true when there was nothing to receive.",
                    story=f"{teller.tell(op)}. All messages whose send had begun by then had been received, "
                    f"and the other end was open: {told}",
                    witness=(op, *during.shown),
                )
            )
    return Finding(judged=judged, violations=tuple(violations))


def waits_for_its_timeout(history: History) -> Finding:
    """Poll with a timeout is false only when the timeout is over; without an end, never; and it ends.

    Judged are polls with a positive or an infinite timeout that returned false, and every poll of
    at most a second that a hung run was in.  "Too early" has a granularity of 2 ms.  O(n).
    """
    situation, teller = Situation(history), Teller(history)
    judged, violations = 0, []
    for op, timeout, _, _ in _polls(history, situation):
        late = overdue(history, op, timeout)
        waited = op.ok and not op.result and (timeout is None or timeout > 0)
        if not late and not waited:
            continue
        judged += 1
        early = waited and too_early(op, timeout)
        if early or late:
            limit = "no timeout" if timeout is None else f"a timeout of {timeout:g} s"
            violations.append(
                Violation(
                    kind="gave-up-early" if early else "waited-for-ever",
                    summary=f"{op.actor}'s {op.target}.poll with {limit} "
                    f"{'gave up too early' if early else 'never returned'}.",
                    story=f"{teller.tell(op)}; it had {limit}.",
                    witness=(op,),
                )
            )
    return Finding(judged=judged, violations=tuple(violations))
