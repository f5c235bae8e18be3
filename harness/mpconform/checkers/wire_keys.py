"""The wire: bytes that prove nothing let nobody in, at a listener or in its place."""

from mpconform.checkers.pipe_diagnosis import stuck
from mpconform.checkers.surprises import Surprises
from mpconform.checkers.telling import Teller
from mpconform.meetings import Meeting, key_of, meetings
from mpconform.values import Finding, History, Operation, Violation

__all__ = ("impostor_refused", "intruder_refused")

_RIGHTLY = ("AuthenticationError", "EOFError", "OSError")


def intruder_refused(history: History) -> Finding:
    """Check that a listener with a key accepts no plain socket that does not prove that it knows the key.

    Accept raises AuthenticationError, or EOFError or OSError if the other side breaks off or announces too
    much; it does not wait for ever once that side has ended.  O(n) for each listener.
    """
    teller, judged, violations = Teller(history), 0, []
    for meeting in meetings(history):
        if meeting.connect.target or meeting.door.plain or meeting.door.key is None:
            continue
        judged, found = _judge(history, meeting, meeting.accept, _RIGHTLY, teller, judged)
        violations += found
    return Finding(judged=judged, violations=tuple(violations))


def impostor_refused(history: History) -> Finding:
    """Check that a client with a key gets no connection to a plain socket that does not know the key.

    It raises as accept does; an AssertionError, with which versions before 3.12 answer what is no challenge,
    is counted as a note.  O(n) for each listener.
    """
    teller, judged, violations = Teller(history), 0, []
    surprises = Surprises(history)
    for meeting in meetings(history):
        if not meeting.door.plain or not meeting.connect.target or key_of(meeting.connect) is None:
            continue
        if meeting.connect.raised("AssertionError"):
            surprises.took("assertion-for-authentication", meeting.connect)
        rightly = (*_RIGHTLY, "AssertionError")
        judged, found = _judge(history, meeting, meeting.connect, rightly, teller, judged)
        violations += found
    return surprises.finding(judged, violations)


def _judge(  # the same question of two sides
    history: History, meeting: Meeting, op: Operation, rightly: tuple[str, ...], teller: Teller, judged: int
) -> tuple[int, list[Violation]]:
    """Return how much is judged now, and a violation if *op*, one of the sides, did not raise *rightly*."""
    ended = _ended(history, meeting)
    if op.open and not (stuck(history, op) and ended):
        return judged, []
    if op.raised(*rightly):
        return judged + 1, []
    how = "blocks" if op.open else "let-in" if op.ok else f"raised-{op.result['type']}"
    plain = meeting.client if op is meeting.accept else meeting.server
    actor = meeting.connect.actor if op is meeting.accept else meeting.accept.actor
    said = tuple(o for o in history.by(actor) if o.target == plain and o.method == "sendall")
    shown = (meeting.connect, *said, *(() if op is meeting.connect else (op,)))
    return judged + 1, [
        Violation(
            kind=how,
            summary=f"{teller.call(op)} {teller.outcome(op)} with a plain socket that does not know the key.",
            story=" ".join(f"{teller.tell(one)}." for one in shown),
            witness=shown,
        )
    ]


def _ended(history: History, meeting: Meeting) -> bool:
    """Whether the plain socket of *meeting* has said all that it says."""
    plain = {(meeting.connect.actor, meeting.client), (meeting.accept.actor, meeting.server)}
    return any(
        (op.actor, op.target) in plain and op.method in {"shutdown", "close"} and op.ok
        for op in history.operations
    )
