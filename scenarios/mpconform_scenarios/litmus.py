"""Litmus programs: the small programs that every tutorial of multiprocessing shows.

Each belongs to a family, is run before everything else on every backend, and has its place at the top of
the report. Nothing is drawn: they are always the same.
"""

from collections.abc import Mapping, Sequence

from hypothesis import strategies as st

from mpconform.values import Actor, Json, ObjectSpec, Scenario, Step
from mpconform_scenarios.build import call, item, join_all, make, ref, start_all, verb
from mpconform_scenarios.family import Theme

__all__ = ("of_manager", "of_memory", "of_pipe", "of_pool", "of_process", "of_queue")

_MANY = 10


def _program(family: str, name: str, title: str, needs: set[str], scenario: Scenario) -> tuple[Theme, ...]:
    """Return the theme that is one program, as a family takes it."""
    known = Scenario(family=family, theme=name, objects=scenario.objects, actors=scenario.actors)
    return (Theme(name=name, title=title, scenarios=lambda: st.just(known), needs=frozenset(needs)),)


def _of(
    objects: Mapping[str, ObjectSpec],
    children: Mapping[str, Sequence[Step]],
    *,
    before: Sequence[Step] = (),
    after: Sequence[Step] = (),
) -> Scenario:
    """Return the program whose main starts *children* and joins them again."""
    main = (*before, *start_all(children), *join_all(children), *after)
    actors = {"main": Actor(steps=main)}
    actors |= {name: Actor(steps=tuple(steps)) for name, steps in children.items()}
    return Scenario(family="", theme="", objects=dict(objects), actors=actors)


def of_process() -> tuple[Theme, ...]:
    """Five processes, and three threads in each, say hello, under one lock."""
    children = {f"p{n}": (verb("emit", 0, 3, ref("lock"), 3),) for n in range(5)}
    program = _of({"lock": ObjectSpec(factory="Lock")}, children, after=(verb("output"),))
    title = "print from processes and threads under a lock"
    return _program("process", "hello", title, {"Process", "Lock"}, program)


def of_pipe() -> tuple[Theme, ...]:
    """Send a ball to and fro over a duplex pipe, five times."""
    pipe = ObjectSpec(factory="Pipe", unpack=("a", "b"))
    rally = [step for n in range(5) for step in (call("a", "send", ["ping", n]), call("a", "recv"))]
    back = [step for n in range(5) for step in (call("b", "recv"), call("b", "send", ["pong", n]))]
    program = _of({"a": pipe}, {"p0": rally, "p1": back})
    return _program("pipe", "ping_pong", "ping-pong over a duplex pipe", {"Process", "Pipe"}, program)


def of_queue() -> tuple[Theme, ...]:
    """Ten producers and ten consumers on a queue of three."""
    each = 3
    children: dict[str, list[Step]] = {}
    for n in range(_MANY):
        children[f"p{n}"] = [call("q", "put", item(f"p{n}", at)) for at in range(each)]
        children[f"c{n}"] = [call("q", "get") for _ in range(each)]
    program = _of({"q": ObjectSpec(factory="Queue", arguments=(3,))}, children)
    title = "ten producers and ten consumers on Queue(3)"
    return _program("queue", "crowd", title, {"Process", "Queue"}, program)


def of_pool() -> tuple[Theme, ...]:
    """Map a square over ten numbers in a pool of five."""
    squares: Json = {"$tasks": [0, _MANY, "square"]}
    steps = (
        make("pool", "Pool", 5),
        call("pool", "map", {"$function": "run_task"}, squares),
        call("pool", "close"),
        call("pool", "join"),
    )
    program = Scenario(family="", theme="", actors={"main": Actor(steps=steps)})
    return _program("pool", "squares", "Pool(5).map of a square", {"Pool"}, program)


def of_memory() -> tuple[Theme, ...]:
    """Change a Value and an Array in a child."""
    objects = {
        "n": ObjectSpec(factory="Value", arguments=("d", 0.0)),
        "a": ObjectSpec(factory="Array", arguments=("i", list(range(_MANY)))),
    }
    child = [call("n", ".value=", 3.25), *(call("a", "__setitem__", at, -at) for at in range(1, _MANY))]
    whole: Json = {"$slice": [None, None]}
    program = _of(objects, {"p0": child}, after=(call("n", ".value"), call("a", "__getitem__", whole)))
    title = "a Value and an Array changed in a child"
    return _program("memory", "changed", title, {"Process", "Value", "Array"}, program)


def of_manager() -> tuple[Theme, ...]:
    """Change a manager's list, dictionary and Array in a child."""
    objects = {
        "m": ObjectSpec(factory="Manager", once=True),
        "l": ObjectSpec(factory="m.list", arguments=([3, 1, 2],)),
        "d": ObjectSpec(factory="m.dict"),
        "a": ObjectSpec(factory="m.Array", arguments=("i", [0, 0, 0])),
    }
    child = [
        call("d", "__setitem__", "1", 1),
        call("d", "__setitem__", "two", 2),
        call("l", "reverse"),
        call("l", "append", 4),
        *(call("a", "__setitem__", at, at + 1) for at in range(3)),
    ]
    after = (
        call("d", "copy"),
        call("l", "__getitem__", {"$slice": [None, None]}),
        *(call("a", "__getitem__", at) for at in range(3)),
    )
    title = "a manager's list, dict and Array changed in a child"
    return _program(
        "manager", "managed", title, {"Process", "Manager"}, _of(objects, {"p0": child}, after=after)
    )
