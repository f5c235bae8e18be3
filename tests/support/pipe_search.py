"""Explain the receives of one direction by exhaustive search, to compare the matching with."""

from itertools import product
from random import Random

from mpconform.values import History, ObjectSpec, Operation
from tape import error, history, op

__all__ = ("explainable", "random_history")

_PIPE = {"pipe": ObjectSpec(factory="Pipe", arguments=(False,), unpack=("a", "b"))}


def random_history(chance: Random) -> History:
    """One writer and one reader on a one-way pipe, few values, any intervals, some calls that raise."""
    operations = []
    for actor, target, method, count in (("p0", "b", "send", 4), ("p1", "a", "recv", 4)):
        now = chance.randrange(6)
        for _ in range(chance.randrange(count + 1)):
            end = now + chance.randrange(4)
            kind = chance.random()
            value = chance.randrange(2)
            arguments = (value,) if method == "send" else ()
            if kind < 0.75:
                to = None if method == "send" else value
                operations.append(op(actor, target, method, *arguments, at=(now, end), to=to))
            else:
                name = "EOFError" if method == "recv" and kind < 0.85 else "ValueError"
                operations.append(op(actor, target, method, *arguments, at=(now, end), raised=error(name)))
            now = end + 1 + chance.randrange(3)
    return history(*operations, family="pipe", objects=_PIPE)


def explainable(sends: list[Operation], reads: list[Operation]) -> int:
    """How many of *reads*, from the first, some choice of effects of the calls that raised explains."""
    choices = product(*((True,) if send.ok else (True, False) for send in sends))
    return max(
        _explained([s for s, there in zip(sends, effects, strict=True) if there], reads)
        for effects in choices
    )


def _explained(queue: list[Operation], reads: list[Operation]) -> int:
    if not reads:
        return 0
    read, rest = reads[0], reads[1:]
    arrived = bool(queue) and queue[0].invoked_ns <= read.returned_ns
    if read.raised("EOFError"):
        return 1 + _explained(queue, rest)
    if not read.ok:
        taken = 1 + _explained(queue[1:], rest) if arrived else 0
        return max(1 + _explained(queue, rest), taken)
    if arrived and queue[0].arguments[0] == read.result:
        return 1 + _explained(queue[1:], rest)
    return 0
