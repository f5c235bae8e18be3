"""Write the history of a manager by hand: what it made, who called what, and what main bound."""

from typing import Any

from mpconform.values import (
    Actor,
    ActorRecord,
    Census,
    History,
    Json,
    ObjectSpec,
    Operation,
    ProcessRecord,
    Step,
)
from tape import history, op

__all__ = ("MAIN", "census", "made", "played", "ref", "tape")

#: The process of main.
MAIN = 10

Line = Operation | tuple[Operation, str]


def ref(name: str) -> Json:
    """The argument or result that stands for the object called *name*."""
    return {"$object": name}


def made(**kinds: tuple[Any, ...]) -> dict[str, ObjectSpec]:
    """A manager and objects of it, each a kind and its arguments."""
    objects = {"m": ObjectSpec(factory="Manager", once=True)}
    for name, (kind, *arguments) in kinds.items():
        keywords = arguments.pop() if kind == "Namespace" else {}
        objects[name] = ObjectSpec(factory=f"m.{kind}", arguments=tuple(arguments), keywords=keywords)
    return objects


def played(objects: dict[str, ObjectSpec], *lines: Line, **rest: Any) -> History:
    """A history that begins with the making of *objects* before time 0."""
    making = [
        op(
            "main",
            name,
            spec.factory,
            *spec.arguments,
            at=(2 * at - 100, 2 * at - 99),
            to=ref(name),
            step=-1,
            **spec.keywords,
        )
        for at, (name, spec) in enumerate(objects.items())
    ]
    return tape(*making, *lines, objects=objects, **rest)


def tape(*lines: Line, faults: bool = False, **rest: Any) -> History:
    """A history in which names mean, for each actor, what its *lines* bound to them."""
    pairs = [line if isinstance(line, tuple) else (line, "") for line in lines]
    names = ["main", *sorted({o.actor for o, _ in pairs} - {"main"})]
    actors = {}
    for name in names:
        mine = sorted(
            (p for p in pairs if p[0].actor == name and p[0].step != -1), key=lambda p: p[0].invoked_ns
        )
        actors[name] = Actor(steps=tuple(Step(target=o.target, method=o.method, bind=b) for o, b in mine))
    found: History = history(*(o for o, _ in pairs), family="manager", actors=actors, **rest)
    records = {name: ActorRecord(pids=(MAIN + at,), finished=True) for at, name in enumerate(names)}
    return History(**{name: getattr(found, name) for name in found.__struct_fields__} | {"actors": records})


def census(at_ns: int, *processes: tuple[int, str]) -> Census:
    """A census of main and its children: process id and state."""
    everyone = ((MAIN, 1, "R"), *((pid, MAIN, state) for pid, state in processes))
    return Census(
        at_ns=at_ns,
        agent_pid=MAIN,
        processes=tuple(
            ProcessRecord(pid=pid, parent_pid=parent, state=state) for pid, parent, state in everyone
        ),
    )
