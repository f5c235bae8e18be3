"""Write a history by hand, one operation a line, for the tests of the checkers."""

import itertools
from typing import Any

from _mpconform_agent.payload import seed_of
from mpconform.payload import digest_of
from mpconform.values import Actor, Census, Execution, History, Json, ObjectSpec, Operation, Scenario

__all__ = ("error", "history", "item", "op", "received")


def item(producer: str, n: int, size: int = 0) -> dict[str, Json]:
    """The argument that puts item *n* of *producer*."""
    return {"$item": [producer, n, size]}


def received(producer: str, n: int, size: int = 0) -> dict[str, Json]:
    """The result of getting item *n* of *producer*, whole."""
    return {"$item": [producer, n, *digest_of(seed_of(producer, n), size)]}


def error(name: str, *args: Json, bases: tuple[str, ...] = ("Exception",)) -> dict[str, Json]:
    """The result of an operation that raised exception *name*."""
    return {
        "type": name,
        "module": "tests",
        "mro": [name, *bases, "BaseException", "object"],
        "args": list(args),
    }


def op(
    actor: str,
    target: str,
    method: str,
    *arguments: Json,
    at: tuple[int, int | None],
    to: Json = None,
    raised: dict[str, Json] | None = None,
    timeout_s: float | None = None,
    step: int = 0,
    **keywords: Json,
) -> Operation:
    """One operation over the closed interval *at* (ns), that returned *to* or raised *raised*."""
    outcome = "open" if at[1] is None else "raised" if raised else "ok"
    return Operation(
        actor=actor, step=step, target=target, method=method, arguments=arguments, keywords=keywords,
        timeout_s=timeout_s, outcome=outcome, result=raised or to, invoked_ns=at[0], returned_ns=at[1],
    )  # fmt: skip


def history(
    *operations: Operation,
    family: str = "queue",
    objects: dict[str, ObjectSpec] | None = None,
    actors: dict[str, Actor] | None = None,
    executions: tuple[Execution, ...] = (),
    census: dict[str, Census] | None = None,
    **rest: Any,
) -> History:
    """A history of *operations*; actors that are not given are those that appear in it."""
    named = actors or {name: Actor() for name in ("main", *sorted({o.actor for o in operations} - {"main"}))}
    ordered = sorted(operations, key=lambda o: o.invoked_ns)
    counts: dict[str, itertools.count[int]] = {}
    numbered = []
    for operation in ordered:
        # Steps number themselves in order unless the test says otherwise.
        step = operation.step or next(counts.setdefault(operation.actor, itertools.count()))
        numbered.append(
            Operation(**{f: getattr(operation, f) for f in operation.__struct_fields__} | {"step": step})
        )
    scenario = Scenario(family=family, theme="by-hand", objects=objects or {}, actors=named)
    return History(
        scenario=scenario, backend="by-hand", operations=tuple(numbered), executions=executions,
        census=census or {}, **rest,
    )  # fmt: skip
