"""Managers at an address: what it is, who may connect, and what clients see when the server dies."""

from mpconform.checkers.manager_ends import may_be_over, violation
from mpconform.checkers.manager_reading import FACTORIES, bound_to, read
from mpconform.checkers.telling import Teller
from mpconform.values import Finding, History, Json, Operation

__all__ = ("address", "connected", "death", "refused")

_LOST = ("EOFError", "OSError")


def _makings(history: History) -> dict[tuple[str, str], Operation]:
    """Return the making of each manager, by actor and name; a name that was given twice is left out."""
    found: dict[tuple[str, str], Operation] = {}
    names: list[tuple[str, str]] = []
    for op in history.operations:
        name = bound_to(history, op)
        if name:
            names.append((op.actor, name))
        if op.target == "@" and op.method in FACTORIES and op.ok and name:
            found[op.actor, name] = op
    return {key: op for key, op in found.items() if names.count(key) == 1}


def _given(op: Operation, index: int, key: str) -> Json:
    return op.arguments[index] if len(op.arguments) > index else op.keywords.get(key)


def address(history: History) -> Finding:
    """Check that the address of a server is the one that was asked for, or one that was picked.

    Judges `.address` of managers after start, and of servers.  Exact.
    """
    makings = _makings(history)
    servers = {
        (op.actor, bound_to(history, op)): makings[op.actor, op.target]
        for op in history.operations
        if op.method == "get_server" and op.ok and (op.actor, op.target) in makings
    }
    begun = {
        (op.actor, op.target): op
        for op in reversed(history.operations)
        if op.method in {"start", "__enter__"} and op.ok
    }
    teller = Teller(history)
    judged, broken = 0, []
    for op in history.operations:
        key = (op.actor, op.target)
        made = servers.get(key) or makings.get(key)
        if op.method != ".address" or made is None or op.open:
            continue
        started = made.method == "Manager" or key in servers or (key in begun and begun[key].precedes(op))
        if not started:
            continue
        judged += 1
        if not op.ok or not _agrees(_given(made, 0, "address"), op.result):
            broken.append(violation(teller, "other-address", op, "the address that it listens at", made))
    return Finding(judged=judged, violations=tuple(broken))


def _agrees(given: Json, shown: Json) -> bool:
    match given:
        case None:
            return shown is not None and shown != ""
        case {"$path": name}:
            return isinstance(shown, str) and f"{name}-" in shown
        case {"$tuple": [host, 0]}:
            port = (
                shown["$tuple"][1] if isinstance(shown, dict) and len(shown.get("$tuple", ())) == 2 else None
            )
            return port is not None and shown["$tuple"][0] == host and isinstance(port, int) and port > 0
        case _:
            return bool(shown == given)


def _connections(history: History) -> list[tuple[Operation, bool, Operation]]:
    """Return each connect that ended, whether its key is the server's, and what made the server's manager.

    Only where there is one server, and both were given a key; and only while the server surely lives.
    """
    makings = _makings(history)
    serving = [op for op in history.operations if op.method in {"start", "get_server"} and op.ok]
    servers = {(op.actor, op.target) for op in serving} & makings.keys()
    if len(servers) != 1:
        return []
    server = makings[next(iter(servers))]
    key = _given(server, 1, "authkey")
    found = []
    for op in history.operations:
        made = makings.get((op.actor, op.target))
        if op.method != "connect" or made is None or op.open or may_be_over(history, op):
            continue
        mine = _given(made, 1, "authkey")
        if _given(made, 0, "address") == {"$published": "address"} and mine is not None and key is not None:
            found.append((op, mine == key, server))
    return found


def connected(history: History) -> Finding:
    """connect() attaches a manager to a server that runs at its address, if the key is the same.

    Judges connections with the right key, of children and of strangers, to a server that lives.
    """
    teller = Teller(history)
    rights = [(op, server) for op, right, server in _connections(history) if right]
    broken = [violation(teller, "not-connected", op, "None", server) for op, server in rights if not op.ok]
    return Finding(judged=len(rights), violations=tuple(broken))


def refused(history: History) -> Finding:
    """Check that a client with another key than the server's is refused: AuthenticationError.

    Judges connections with a wrong key to a server that lives.
    """
    teller = Teller(history)
    wrongs = [(op, server) for op, right, server in _connections(history) if not right]
    broken = [
        violation(
            teller,
            "wrong-key-admitted" if op.ok else "wrong-key-other-error",
            op,
            "AuthenticationError",
            server,
        )
        for op, server in wrongs
        if not op.raised("AuthenticationError")
    ]
    return Finding(judged=len(wrongs), violations=tuple(broken))


def death(history: History) -> Finding:
    """When the server's process has ended, clients are told by EOFError or an OSError, whatever they ask.

    Judges calls that began after main had joined the actor that served, and calls that waited while it died.
    """
    served = {op.actor: op for op in history.on("server", "serve_forever")}
    if len(served) != 1:
        return Finding()
    (name,) = served
    killed = [op for op in history.on(name, "kill", "terminate") if op.ok]
    joined = [op for op in history.on(name, "join") if op.ok and killed and killed[0].precedes(op)]
    if not joined:
        return Finding()
    teller = Teller(history)
    referents = {id(use.op) for referent in read(history).referents for use in referent.uses}
    judged, broken = 0, []
    for op in history.operations:
        asks = id(op) in referents and op.method not in {"__repr__", "__str__", "__eq__"}
        makes = op.method in {"list", "dict", "Queue", "shared_dict"} and op in read(history).managed
        if not (asks or makes) or op.open:
            continue
        late = joined[0].precedes(op)
        # What overlapped its death may have been answered before.
        during = (
            op.outcome == "raised"
            and not op.precedes(killed[0])
            and asks
            and not op.raised("KeyError", "Empty")
        )
        if late or during:
            judged += 1
            if not op.raised(*_LOST):
                broken.append(
                    violation(teller, "death-unseen", op, "EOFError or an OSError", killed[0], joined[0])
                )
    return Finding(judged=judged, violations=tuple(broken))
