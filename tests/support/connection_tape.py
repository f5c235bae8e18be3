"""Histories of listeners and clients, written by hand: what is bound stands beside the operation."""

from collections.abc import Callable
from typing import Any

from mpconform.values import Actor, Finding, History, Json, Operation, Step
from tape import error, history, op

__all__ = (
    "AUTH",
    "CLOSED",
    "KEY",
    "NOBODY",
    "OTHER",
    "PATH",
    "TCP",
    "Checker",
    "accept",
    "alive",
    "awaited",
    "bound",
    "client",
    "door",
    "tape_of",
    "wire",
)

Checker = Callable[[History], Finding]

PATH: Json = {"$socket": "door"}
TCP: Json = {"$tuple": ["127.0.0.1", 0]}
KEY: Json = {"$hex": "6b6579"}
OTHER: Json = {"$hex": "6f74686572"}

AUTH = error("AuthenticationError", bases=("ProcessError", "Exception"))
CLOSED = error("OSError", "listener is closed")
NOBODY = error("FileNotFoundError", 2, bases=("OSError", "Exception"))

#: An operation, and the name that its step bound.
Bound = tuple[Operation, str]


def bound(operation: Operation, name: str) -> Bound:
    """What *operation* returned is known as *name*."""
    return operation, name


def door(
    at: int = 0, where: Json = PATH, *, actor: str = "p0", name: str = "l", **options: Json
) -> list[Bound]:
    """Two operations: *actor* makes a listener at *where*, and tells its address."""
    given = () if where is None else (where,)
    made = op(actor, "@", "connection.Listener", *given, at=(at, at + 1), to={"$object": name}, **options)
    told = op(actor, "", "tell", "door", {"$attribute": [name, "address"]}, at=(at + 2, at + 3))
    return [(made, name), (told, "")]


def awaited(at: int, actor: str = "p1") -> Bound:
    """*actor* waits for the address of the listener, which is a path if not told otherwise."""
    return op(actor, "", "await_told", "door", "p0", at=(at, at + 1), to={"$object": "door"}), "door"


def accept(
    at: int, until: int | None, name: str = "c", *, raised: dict[str, Json] | None = None, actor: str = "p0"
) -> Bound:
    """*actor* accepts somebody."""
    return op(actor, "l", "accept", at=(at, until), to={"$object": name}, raised=raised), name


def client(
    at: int,
    until: int | None,
    name: str = "d",
    *,
    key: Json = None,
    raised: dict[str, Json] | None = None,
    actor: str = "p1",
    place: Json = None,
) -> Bound:
    """*actor* connects, with *key*, to the address that was told or to *place*."""
    options = {} if key is None else {"authkey": key}
    where = place or {"$object": "door"}
    made = op(
        actor, "@", "connection.Client", where, at=(at, until), to={"$object": name}, raised=raised, **options
    )
    return made, name


def wire(at: int, until: int | None, name: str = "w", *, actor: str = "p1") -> Bound:
    """*actor* connects a plain socket."""
    return op(actor, "", "wire", {"$object": "door"}, at=(at, until), to={"$object": name}), name


def alive(actor: str, at: int) -> Operation:
    """*actor* takes a step at *at*: till then its process lived."""
    return op(actor, "", "hold", 0, at=(at, at + 1))


def tape_of(*parts: Bound | Operation | list[Bound], **rest: Any) -> History:
    """A history of the family connection, whose actors have just the steps that were taken."""
    flat = [one for part in parts for one in (part if isinstance(part, list) else [part])]
    pairs = [one if isinstance(one, tuple) else (one, "") for one in flat]
    pairs.sort(key=lambda pair: pair[0].invoked_ns)
    steps: dict[str, list[Step]] = {"main": []}
    for operation, name in pairs:
        steps.setdefault(operation.actor, []).append(
            Step(
                target=operation.target,
                method=operation.method,
                arguments=operation.arguments,
                keywords=operation.keywords,
                bind=name,
            )
        )
    rest.setdefault("actors", {name: Actor(steps=tuple(own)) for name, own in steps.items()})
    return history(*(operation for operation, _ in pairs), family="connection", **rest)
