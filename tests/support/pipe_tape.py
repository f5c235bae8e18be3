"""Histories of one pipe with the ends a and b, written by hand."""

from collections.abc import Callable
from typing import Any

from mpconform.values import Actor, Finding, History, ObjectSpec, Operation
from tape import history, op

__all__ = ("DUPLEX", "ONE_WAY", "Checker", "alive", "shut", "tape_of")

Checker = Callable[[History], Finding]

#: Of the one-way pipe a receives and b sends.
ONE_WAY = {"pipe": ObjectSpec(factory="Pipe", arguments=(False,), unpack=("a", "b"))}
DUPLEX = {"pipe": ObjectSpec(factory="Pipe", unpack=("a", "b"))}


def tape_of(*operations: Operation, objects: dict[str, ObjectSpec] = ONE_WAY, **rest: Any) -> History:
    """A history of the family pipe, with the actors main, p0, p1 and p2."""
    rest.setdefault("actors", {name: Actor() for name in ("main", "p0", "p1", "p2")})
    return history(*operations, family="pipe", objects=objects, **rest)


def alive(at: int) -> Operation:
    """A step of main from 0 to *at*: till then it held all ends that it did not close."""
    return op("main", "p1", "join", 1, at=(0, at))


def shut(*actors: str, end: str = "b", at: int = 10) -> list[Operation]:
    """Each of *actors* is started by main at 1 (if it is not main) and closes *end* at *at*."""
    starts = [
        op("main", name, "start", at=(2 * n, 2 * n + 1)) for n, name in enumerate(actors) if name != "main"
    ]
    return [*starts, *(op(name, end, "close", at=(at, at + 1)) for name in actors)]
