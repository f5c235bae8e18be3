"""Themes of managers themselves: how they begin and end, types of one's own, clients that come by address."""

import hypothesis.strategies as st

from mpconform.values import Json, Scenario, Step
from mpconform_scenarios.build import call, make, start_all, verb
from mpconform_scenarios.manager_parts import KEY, WRONG_KEY, actors_of, meeting

__all__ = ("custom", "deaths", "drops", "lives", "programs", "servers")

_NOBODY: Json = (None, None, None)


def _scenario(theme: str, before: list[Step], children: dict[str, list[Step]], after: list[Step]) -> Scenario:
    actors = actors_of(children, before=before, after=after)
    return Scenario(family="manager", theme=theme, actors=actors)


@st.composite
def lives(draw: st.DrawFn) -> Scenario:
    """Begin managers, started at once or later, and end them by shutdown or by a with statement.

    Smallest: Manager(), a list, and shutdown twice.
    """
    how = draw(st.sampled_from(("Manager", "start", "with")))
    return _life(draw, "lives", how, draw(st.sampled_from(("shutdown", "with"))))


@st.composite
def drops(draw: st.DrawFn) -> Scenario:
    """Begin managers, with an initializer or without, and drop them.

    Smallest: a manager that is started with an initializer, a list, and both dropped.
    """
    return _life(draw, "drops", draw(st.sampled_from(("start", "Manager", "with"))), "drop")


def _life(draw: st.DrawFn, theme: str, how: str, end: str) -> Scenario:
    """Return a scenario of *theme* in which a manager begins and ends so."""
    values: list[Json] = draw(st.lists(st.integers(0, 9), max_size=3))
    steps = [verb("census", "nothing")]
    if how == "Manager":
        steps += [make("m", "Manager"), call("m", "__enter__")]
    else:
        steps.append(make("m", "custom.Manager"))
        begun = (
            call("m", "start", {"$function": "initialise_server"}, {"$tuple": values})
            if how == "start"
            else call("m", "__enter__")
        )
        steps += [begun, call("m", "Ledger", bind="g"), call("g", "left"), call("g", "pid")]
    steps += [verb("census", "running"), call("m", ".address"), call("m", "list", [1, 2], bind="l")]
    steps += [call("l", "append", 3), call("l", "__len__")]
    if end == "drop":
        steps += [verb("collect", "l", *(() if how == "Manager" else ("g",)), "m")]
    else:
        steps += [call("m", "shutdown") if end == "shutdown" else call("m", "__exit__", *_NOBODY)]
    steps += [verb("census", "ended")]
    if end != "drop":
        steps += [call("m", "shutdown")] * draw(st.integers(1, 2))
        steps += [call("l", "append", 4), call("m", "list", [5], bind="late")]
    return _scenario(theme, steps, {}, [])


@st.composite
def custom(draw: st.DrawFn) -> Scenario:
    """Use types that were registered: what is exposed, what returns proxies, exceptions of several clients.

    Smallest: one client.
    """
    names = [f"p{index}" for index in range(draw(st.integers(1, 3)))]
    times = draw(st.integers(1, 6))
    kinds = draw(
        st.lists(st.sampled_from(("ValueError", "KeyError", "ZeroDivisionError")), min_size=3, max_size=3)
    )
    before = [
        make("m", "custom.Manager"),
        call("m", "start"),
        call("m", "Tally", 1, bind="t"),
        call("t", "add", 2),
        call("t", "read"),
        call("t", "_hidden"),
        call("t", "_callmethod", "_hidden"),
        call("m", "Meek", 1, bind="meek"),
        call("meek", "add"),
        call("meek", "read"),
        call("meek", "_callmethod", "read"),
        call("m", "Bold", 7, bind="bold"),
        call("bold", "_hidden"),
        call("bold", "add"),
        call("bold", "read"),
        call("m", "Hidden"),
        call("m", "Maker", bind="maker"),
        call("maker", "by_copy"),
        call("maker", "by_proxy", bind="inner"),
        call("inner", "add", 4),
        call("maker", "by_copy"),
        call("m", "Failing", bind="f"),
        call("f", "unpicklable"),
        call("f", "fail", kinds[0], 1, "two"),
        verb("publish", "address", {"$attribute": ["m", "address"]}),
    ]
    children = {}
    for index, name in enumerate(names):
        kind = kinds[index]
        steps = [make("c", "custom.Manager", {"$published": "address"}), call("c", "connect")]
        steps += [call("c", "Failing", bind="f"), call("c", "shared_dict", "d", bind="d")]
        steps += [call("c", "shared_list", "l", bind="l"), meeting(*names)]
        for n in range(times):
            steps += [call("f", "fail", kind, name, n)]
            if draw(st.booleans()):
                steps += [call("d", "__setitem__", "k", 100 * index + n), call("d", "get", "k")]
            else:
                steps += [call("l", "append", 100 * index + n), call("l", "__len__")]
        children[name] = steps
    after = [call("m", "shared_list", "l", bind="l"), call("l", "_getvalue"), call("m", "shutdown")]
    return _scenario("custom", before, children, after)


def _client(names: list[str], *, key: Json = KEY) -> list[Step]:
    """Return the steps of a client of the published address."""
    return [
        make("c", "custom.Manager", {"$published": "address"}, key),
        call("c", "connect"),
        call("c", "shared_dict", "d", bind="d"),
        *([meeting(*names)] if names else []),
    ]


_REFUSED = [make("w", "custom.Manager", {"$published": "address"}, WRONG_KEY), call("w", "connect")]


@st.composite
def servers(draw: st.DrawFn) -> Scenario:
    """Serve at an address from an actor of its own; clients connect to it, one with a wrong key.

    Smallest: one client of a server at a path.
    """
    names = [f"p{index}" for index in range(draw(st.integers(1, 2)))]
    address: Json = draw(st.sampled_from(({"$path": "server"}, None, {"$tuple": ["127.0.0.1", 0]})))
    server = [
        make("s", "custom.Manager", address, KEY),
        call("s", ".address"),
        call("s", "get_server", bind="server"),
        call("server", ".address"),
        verb("publish", "address", {"$attribute": ["server", "address"]}),
        meeting("main", "s0", point=9),
        call("server", "serve_forever"),
    ]
    children = {}
    for index, name in enumerate(names):
        steps = _client(names)
        for n in range(draw(st.integers(1, 4))):
            key = draw(st.sampled_from(("a", "b")))
            steps += [call("d", "__setitem__", key, 100 * index + n), call("d", "get", key)]
        children[name] = steps
    children["p0"] += _REFUSED
    main = [
        call("s0", "start"),
        meeting("main", "s0", point=9),
        *start_all(names),
        *(call(name, "join") for name in names),
        *_client([]),
        call("d", "_getvalue"),
        call("s0", "terminate"),
        call("s0", "join"),
        call("d", "get", "a"),
    ]
    actors = actors_of({"s0": server, **children})
    actors["main"] = type(actors["main"])(steps=tuple(main))
    return Scenario(family="manager", theme="servers", actors=actors)


@st.composite
def deaths(draw: st.DrawFn) -> Scenario:
    """Kill the server while clients use it, or before: they are told so.

    Smallest: main, which finds the server dead.
    """
    waiting = draw(st.booleans())
    signal = draw(st.sampled_from(("kill", "terminate")))
    server = [
        make("s", "custom.Manager", {"$path": "server"}, KEY),
        call("s", "get_server", bind="server"),
        verb("publish", "address", {"$attribute": ["server", "address"]}),
        meeting("main", "s0", point=9),
        call("server", "serve_forever"),
    ]
    client = [*_client([]), call("c", "Queue", bind="q"), meeting("main", "p0", point=8), call("q", "get")]
    client += [call("d", "get", "a"), call("c", "list", [1], bind="late")]
    main = [
        call("s0", "start"),
        meeting("main", "s0", point=9),
        *_client([]),
        call("d", "__setitem__", "a", 1),
        *([call("p0", "start"), meeting("main", "p0", point=8)] if waiting else []),
        *([verb("await_invoked", "p0", len(client) - 3)] if waiting else []),
        call("s0", signal),
        call("s0", "join"),
        call("d", "get", "a"),
        call("d", "__setitem__", "a", 2),
        call("c", "list", [1], bind="late"),
        *([call("p0", "join")] if waiting else []),
    ]
    actors = actors_of({"s0": server, **({"p0": client} if waiting else {})})
    actors["main"] = type(actors["main"])(steps=tuple(main))
    return Scenario(family="manager", theme="deaths", actors=actors)


@st.composite
def programs(draw: st.DrawFn) -> Scenario:
    """Let a program that is nobody's child use the objects of a server by its address, with main.

    Smallest: one key that the program sets, and main reads.
    """
    address: Json = draw(st.sampled_from(({"$path": "server"}, {"$tuple": ["127.0.0.1", 0]})))
    times = draw(st.integers(1, 3))
    program = [make("me", "current_process"), call("me", ".authkey=", KEY), *_client([])]
    for n in range(times):
        program += [call("d", "__setitem__", "a", n), call("d", "__getitem__", "a")]
    program += [call("d", "__getitem__", "missing"), call("c", "shared_list", "l", bind="l")]
    program += [call("l", "append", 1), call("l", "_getvalue")]
    if draw(st.booleans()):
        program += _REFUSED
    main = [
        make("m", "custom.Manager", address, KEY),
        call("m", "start"),
        call("m", ".address"),
        verb("publish", "address", {"$attribute": ["m", "address"]}),
        call("m", "shared_dict", "d", bind="d"),
        verb("launch", "x0"),
        call("d", "__setitem__", "b", 1),
        call("d", "get", "a"),
        verb("reap", "x0"),
        call("d", "get", "a"),
        call("d", "__contains__", "b"),
        call("m", "shutdown"),
    ]
    actors = actors_of({"x0": program})
    actors["main"] = type(actors["main"])(steps=tuple(main))
    return Scenario(family="manager", theme="programs", actors=actors)
