"""Listeners: who connects is met, many clients are kept apart, and some may wait before they are accepted."""

from mpconform.checkers.pipe_diagnosis import stuck
from mpconform.checkers.pipe_model import references
from mpconform.checkers.telling import Teller, value
from mpconform.meetings import (
    Door,
    accepts_of,
    connects_to,
    doors,
    key_of,
    meetings,
    step_of,
    surely_open,
    tries_at,
)
from mpconform.values import Finding, History, Json, Operation, Violation

__all__ = ("backlog_held", "clients_apart", "connects", "same_key")


def connects(history: History) -> Finding:
    """Check that a client without a key, at an open listener without one, gets a connection; so does accept.

    Judged are the connects that ended while the listener surely was open, and the accepts of which it
    is certain whom they met.  O(n) for each listener.
    """
    return _met(history, keyed=False)


def same_key(history: History) -> Finding:
    """Check that a client with the listener's own key gets a connection, and so does accept.

    As of a listener without a key.  O(n) for each listener.
    """
    return _met(history, keyed=True)


def _met(history: History, *, keyed: bool) -> Finding:
    teller, judged, violations = Teller(history), 0, []
    for door in doors(history):
        if door.plain or (door.key is not None) is not keyed:
            continue
        for op in tries_at(history, door):
            if _right(op, door) and surely_open(history, door, op):
                judged += 1
                if not op.ok:
                    violations.append(_unmet("connect-raised", op, (door.made, op), teller))
        for meeting in (m for m in meetings(history) if m.door == door):
            connect, accept = meeting.connect, meeting.accept
            if connect.ok and _right(connect, door) and surely_open(history, door, accept):
                judged += 1
                if not accept.ok:
                    violations.append(_unmet("accept-raised", accept, (connect, accept), teller))
    return Finding(judged=judged, violations=tuple(violations))


def _right(connect: Operation, door: Door) -> bool:
    """Whether *door* has to let *connect* in: it has the same key, or neither has one."""
    return key_of(connect) == door.key if connect.target else door.key is None


def _unmet(kind: str, op: Operation, witness: tuple[Operation, ...], teller: Teller) -> Violation:
    return Violation(
        kind=kind,
        summary=f"{teller.call(op)} raised {value(op.result)}, although the listener was open and the other "
        "side did its part.",
        story=" ".join(f"{teller.tell(one)}." for one in witness),
        witness=witness,
    )


#: One end of a connection: an actor, and the name that it has there.
_End = tuple[str, str]
#: An item is known by who made it, and its number.
_Item = tuple[str, int]


def clients_apart(history: History) -> Finding:
    """Check that each accepted connection is that of one client, and that each client has one of its own.

    An item tells through which end it was sent.  Judged are the items that were received from connections
    of a listener with two clients or more, and by these clients from there.  O(n).
    """
    teller, judged, violations = Teller(history), 0, []
    if any(any(references([*op.arguments])) for op in history.operations if op.method == "send"):
        return Finding()  # An end that travelled may speak for others.
    senders = _senders(history)
    for door in doors(history):
        heard = _heard(history, door, senders)
        if len(heard) < 2:
            continue
        owners = {name: _sender(senders, ops[0]) for name, ops in heard.items() if ops}
        single = {owner for owner in owners.values() if _connects_once(history, door, owner)}
        seen: dict[_End, Operation] = {}
        for name, ops in heard.items():
            judged += len(ops)
            strange = next((op for op in ops if _sender(senders, op) != owners[name]), None)
            if strange is not None:
                violations.append(_mixed("two-clients-in-one", (ops[0], strange), teller))
            elif ops and owners[name] in single:
                if owners[name] in seen:
                    violations.append(_mixed("one-client-in-two", (seen[owners[name]], ops[0]), teller))
                seen[owners[name]] = ops[0]
        for send, read in _answers(history, door, owners):
            judged += 1
            if owners.get(send.target) != (read.actor, read.target) in single:
                violations.append(_mixed("answer-to-another", (send, read), teller))
    return Finding(judged=judged, violations=tuple(violations))


def _senders(history: History) -> dict[_Item, _End]:
    """Return through which end each item was sent, of those that were sent once."""
    found: dict[_Item, set[_End]] = {}
    for op in history.operations:
        if op.method == "send" and op.arguments and _is_item(op.arguments[0]):
            found.setdefault(_item(op.arguments[0]), set()).add((op.actor, op.target))
    return {one: ends.pop() for one, ends in found.items() if len(ends) == 1}


def _sender(senders: dict[_Item, _End], read: Operation) -> _End:
    return senders[_item(read.result)]


def _heard(history: History, door: Door, senders: dict[_Item, _End]) -> dict[str, list[Operation]]:
    """Return, by connection, what *door*'s actor received there, if it is known who sent it."""
    heard: dict[str, list[Operation]] = {}
    for accept in accepts_of(history, door):
        step = step_of(history, accept)
        if accept.ok and step and step.bind:
            reads = (op for op in history.on(step.bind, "recv") if op.actor == door.actor and op.ok)
            heard[step.bind] = [op for op in reads if _is_item(op.result) and _item(op.result) in senders]
    return heard


def _is_item(value: Json) -> bool:
    return isinstance(value, dict) and "$item" in value


def _item(value: Json) -> _Item:
    producer, n, *_ = value["$item"]
    return producer, n


def _connects_once(history: History, door: Door, end: _End) -> bool:
    """Whether *end* is one connection to *door*, and that of a client."""
    actor, name = end
    spec = history.scenario.actors.get(actor)
    made = [step for step in spec.steps if step.bind == name] if spec else []
    return (
        len(made) == 1
        and made[0].method.endswith("connection.Client")
        and made[0].arguments[0] in door.places
    )


def _answers(history: History, door: Door, owners: dict[str, _End]) -> list[tuple[Operation, Operation]]:
    """Return what *door*'s actor sent to a client, each with the receive of the same item."""
    sent: dict[_Item, list[Operation]] = {}
    for name in owners:
        for op in history.on(name, "send"):
            if op.actor == door.actor and _is_item(op.arguments[0]):
                sent.setdefault(_item(op.arguments[0]), []).append(op)
    found = []
    for read in history.operations:
        if (read.actor, read.target) in owners.values() and read.method == "recv" and read.ok:
            sends = sent.get(_item(read.result), []) if _is_item(read.result) else []
            if len(sends) == 1:
                found.append((sends[0], read))
    return found


def _mixed(kind: str, witness: tuple[Operation, ...], teller: Teller) -> Violation:
    return Violation(
        kind=kind,
        summary="Connections of two clients of one listener are mixed up.",
        story=" ".join(f"{teller.tell(op)}." for op in witness),
        witness=witness,
    )


def backlog_held(history: History) -> Finding:
    """Check that a client need not wait as long as fewer clients wait to be accepted than the backlog says.

    Judged are connects without a key that returned before they can have been accepted, and those in
    which a run hung.  O(n**2) for each listener.
    """
    teller, judged, violations = Teller(history), 0, []
    for door in doors(history):
        made = door.made
        backlog = made.arguments[2] if len(made.arguments) > 2 else made.keywords.get("backlog", 1)
        if door.plain or not isinstance(backlog, int):
            continue
        accepts, everybody = accepts_of(history, door), connects_to(history, door)
        for op in everybody:
            if key_of(op) is not None:
                continue
            earlier = [other for other in everybody if other is not op and not op.precedes(other)]
            begun = [accept for accept in accepts if not op.precedes(accept)]
            if op.ok and len(begun) <= sum(1 for other in earlier if other.precedes(op)):
                judged += 1
            taken = sum(1 for accept in accepts if accept.ok)
            if stuck(history, op) and len(earlier) - taken < backlog:
                judged += 1
                violations.append(
                    Violation(
                        kind="client-waits",
                        summary=f"{teller.call(op)} waits for ever, although at most {len(earlier) - taken} "
                        f"others wait to be accepted and the backlog is {backlog}.",
                        story=f"{teller.tell(made)}. {teller.tell(op)}.",
                        witness=(made, op),
                    )
                )
    return Finding(judged=judged, violations=tuple(violations))
