"""Keys: who has another one, or none, is not let in, by neither side; and the next one is."""

from collections.abc import Iterator

from mpconform.checkers.pipe_diagnosis import stuck
from mpconform.checkers.pipe_model import last_name, model_of
from mpconform.checkers.telling import Teller
from mpconform.meetings import Meeting, accepts_of, doors, key_of, meetings, surely_open, tries_at
from mpconform.values import Finding, History, Json, Operation, Violation

__all__ = ("challenged", "key_type", "keyless", "next_is_met", "other_key")


def _is_key(key: Json) -> bool:
    return isinstance(key, dict) and ("$hex" in key or "$bytes" in key)


def _sides(meeting: Meeting) -> tuple[Operation, Operation]:
    return meeting.accept, meeting.connect


def _keyed(history: History) -> Iterator[tuple[Meeting, Json, Json]]:
    """Yield the meetings between a listener and a client of the backend, with the keys of both."""
    for meeting in meetings(history):
        if not meeting.door.plain and meeting.connect.target:
            yield meeting, meeting.door.key, key_of(meeting.connect)


def other_key(history: History) -> Finding:
    """Check that, when the keys of listener and client differ, both sides raise AuthenticationError.

    Judged is each side that ended, and one that blocks in a hung run, if the other one ended.  O(n) for each
    listener.
    """
    teller, judged, violations = Teller(history), 0, []
    for meeting, theirs, ours in _keyed(history):
        if not _is_key(theirs) or not _is_key(ours) or theirs == ours:
            continue
        for op, other in (_sides(meeting), _sides(meeting)[::-1]):
            # A side whose other one was killed in the middle meets the end, and says so.
            if other.open or (op.open and not stuck(history, op)):
                continue
            judged += 1
            if not op.raised("AuthenticationError"):
                violations.append(_let_in(meeting, op, "whose key was another one", teller))
    return Finding(judged=judged, violations=tuple(violations))


def keyless(history: History) -> Finding:
    """Check that a side that asks for authentication does not get a connection to one that has no key.

    Judged is the side with the key: it raises something.  O(n) for each listener.
    """
    teller, judged, violations = Teller(history), 0, []
    for meeting, theirs, ours in _keyed(history):
        if _is_key(theirs) == _is_key(ours) or (theirs is not None and ours is not None):
            continue
        asking = meeting.accept if _is_key(theirs) else meeting.connect
        if asking.open:
            continue
        judged += 1
        if asking.ok:
            violations.append(_let_in(meeting, asking, "which had no key", teller))
    return Finding(judged=judged, violations=tuple(violations))


def _let_in(meeting: Meeting, op: Operation, whose: str, teller: Teller) -> Violation:
    how = "blocks" if op.open else "let-in" if op.ok else f"raised-{op.result['type']}"
    witness = (meeting.door.made, meeting.connect, meeting.accept)
    return Violation(
        kind=f"{last_name(op.method)}-{how}",
        summary=f"{teller.call(op)} {teller.outcome(op)} with the other side, {whose}.",
        story=" ".join(f"{teller.tell(one)}." for one in witness),
        witness=witness,
    )


def next_is_met(history: History) -> Finding:
    """Check that after a client that was not let in, or went in the middle, the next right one is accepted.

    Judged are clients of the backend with the listener's key, or with none where it has none, that came
    after an accept that raised, or after a plain socket.  It is a violation if either side raises while the
    listener was not closed, or if accept waits for ever.  O(n**2) for each listener.
    """
    teller, judged, violations = Teller(history), 0, []
    for door in doors(history):
        if door.plain:
            continue
        met = {id(m.connect): m for m in meetings(history) if m.door == door}
        failures = [op for op in accepts_of(history, door) if op.outcome == "raised"]
        failures += [op for op in tries_at(history, door) if not op.target and op.ok]
        for op in tries_at(history, door):
            before = [failure for failure in failures if failure.precedes(op)]
            if not op.target or key_of(op) != door.key or not before:
                continue
            accept = met[id(op)].accept if id(op) in met else None
            refused = op.outcome == "raised" and surely_open(history, door, op)
            denied = accept is not None and (
                (accept.outcome == "raised" and surely_open(history, door, accept)) or stuck(history, accept)
            )
            judged += refused or denied or (op.ok and accept is not None and accept.ok)
            if refused or denied:
                violations.append(_turned_away(before[-1], op, accept, teller))
    return Finding(judged=judged, violations=tuple(violations))


def _turned_away(
    before: Operation, connect: Operation, accept: Operation | None, teller: Teller
) -> Violation:
    witness = (before, connect, *([accept] if accept is not None else []))
    return Violation(
        kind="next-turned-away",
        summary=f"After {teller.call(before)}, {teller.call(connect)} was not accepted.",
        story=" ".join(f"{teller.tell(op)}." for op in witness),
        witness=witness,
    )


def key_type(history: History) -> Finding:
    """Check that an ``authkey`` that is no byte string is refused with TypeError, by listener and client.

    A client that finds nobody may say that instead.  O(n).
    """
    teller, judged, violations = Teller(history), 0, []
    for op in history.operations:
        if op.target != "@" or last_name(op.method) not in {"Listener", "Client"} or op.open:
            continue
        key = key_of(op)
        if key is None or isinstance(key, dict) or op.raised("OSError"):
            continue
        judged += 1
        if not op.raised("TypeError"):
            violations.append(
                Violation(
                    kind=f"{last_name(op.method)}-takes-any-key",
                    summary=f"{teller.call(op)} did not raise TypeError for a key that is no byte string.",
                    story=f"{teller.tell(op)}.",
                    witness=(op,),
                )
            )
    return Finding(judged=judged, violations=tuple(violations))


_CHALLENGES = ("deliver_challenge", "answer_challenge")


def challenged(history: History) -> Finding:
    """Check that a challenge is passed with the same key, and with another one neither side returns.

    Both raise AuthenticationError.  Judged are ``deliver_challenge`` and ``answer_challenge`` at the two ends
    of one pipe, each used by one actor, in their order, as long as all went well.  O(n) for each pipe.
    """
    model, teller = model_of(history), Teller(history)
    judged, violations = 0, []
    for pipe in model.pipes:
        ours, theirs = (_challenges_at(history, end) for end in pipe.ends)
        if any(model.on(end, "send", "send_bytes", "recv", "recv_bytes", "close") for end in pipe.ends):
            continue
        if any(len({op.actor for op in side}) > 1 for side in (ours, theirs)):
            continue
        for one, other in zip(ours, theirs, strict=False):
            if {last_name(one.method), last_name(other.method)} != set(_CHALLENGES):
                break
            alike = one.arguments[1] == other.arguments[1]
            for op, peer in ((one, other), (other, one)):
                if peer.open or (op.open and not stuck(history, op)):
                    continue
                judged += 1
                if not (op.ok and op.result is None if alike else op.raised("AuthenticationError")):
                    violations.append(_wrongly(op, peer, teller, alike=alike))
            if not alike or not (one.ok and other.ok):
                break
    return Finding(judged=judged, violations=tuple(violations))


def _challenges_at(history: History, end: str) -> list[Operation]:
    return [
        op
        for op in history.operations
        if op.target == "@"
        and last_name(op.method) in _CHALLENGES
        and len(op.arguments) == 2
        and op.arguments[0] == {"$object": end}
    ]


def _wrongly(op: Operation, peer: Operation, teller: Teller, *, alike: bool) -> Violation:
    keys = "the same key" if alike else "another key"
    return Violation(
        kind=f"{last_name(op.method)}-{'failed' if alike else 'passed'}",
        summary=f"{teller.call(op)} {teller.outcome(op)}, although the other end had {keys}.",
        story=f"{teller.tell(op)}. {teller.tell(peer)}.",
        witness=(op, peer),
    )
