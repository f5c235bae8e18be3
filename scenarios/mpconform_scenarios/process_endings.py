"""How processes end: by themselves in every way, or ended by others; and how they are reaped."""

from hypothesis import strategies as st

from mpconform.values import Actor, Scenario, Step
from mpconform_scenarios.build import call, join_all, start_all, verb

__all__ = ("crowds", "endings", "exits", "terminations", "zombies")

#: Exit codes, the plainest first: 0, small ones, and those that look like a signal's.
_CODES = st.sampled_from((3, 1, 0, 2, 9, 15, 42, 127, 128, 137, 143, 241, 247, 254, 255))
_TEXTS = st.sampled_from(("text", "", "0", "3", "-15", "two\nlines", "☃"))

#: SIGTERM, SIGKILL, SIGUSR1, SIGALRM, SIGQUIT: all end a process that did not ask otherwise.
_SIGNALS = st.sampled_from((15, 9, 10, 14, 3))

#: What keeps a child running until it is terminated or killed.
_LINGER = (verb("pid"), verb("linger"))


def _returning() -> st.SearchStrategy[tuple[Step, ...]]:
    return st.just((verb("pid"),))


def _raising() -> st.SearchStrategy[tuple[Step, ...]]:
    return st.sampled_from(((verb("raise", "on purpose"),), (verb("raise", "on purpose", "BaseException"),)))


def _leaving() -> st.SearchStrategy[tuple[Step, ...]]:
    return _CODES.map(lambda code: (verb("sys_exit", code),))


def _leaving_plainly() -> st.SearchStrategy[tuple[Step, ...]]:
    return st.sampled_from(((verb("sys_exit", None),), (verb("sys_exit"),)))


def _leaving_with_text() -> st.SearchStrategy[tuple[Step, ...]]:
    return _TEXTS.map(lambda text: (verb("sys_exit", text),))


def _dropping_dead() -> st.SearchStrategy[tuple[Step, ...]]:
    return _CODES.map(lambda code: (verb("exit", code),))


def _signalling() -> st.SearchStrategy[tuple[Step, ...]]:
    return _SIGNALS.map(lambda number: (verb("signal", number),))


def _by_itself() -> st.SearchStrategy[tuple[Step, ...]]:
    """Return every way in which a process ends by itself."""
    return st.one_of(
        _returning(),
        _raising(),
        _leaving(),
        _dropping_dead(),
        _signalling(),
        _leaving_plainly(),
        _leaving_with_text(),
    )


def _ends(draw: st.DrawFn, theme: str, ways: list[tuple[Step, ...]]) -> Scenario:
    """Return a scenario of children that end in *ways*, joined in any order, then asked for their codes.

    Main notices the end of all but one before it joins.
    """
    names = [f"c{index}" for index in range(len(ways))]
    together = draw(st.booleans())
    order = draw(st.permutations(names))
    unnoticed = draw(st.sampled_from(names))
    point = (verb("rendezvous", 0, ["main", *names]),) if together else ()
    children = {name: Actor(steps=(*point, *way)) for name, way in zip(names, ways, strict=True)}
    steps = [*start_all(names), *point]
    for name in order:
        # Whoever notices the end first must keep the exit code for those who ask later.
        steps += [verb("await_exit", [name]), call(name, "is_alive")] * (name != unnoticed)
        steps += [call(name, "join"), call(name, ".exitcode")]
    steps += [step for name in names for step in (call(name, ".exitcode"), call(name, "is_alive"))]
    return Scenario(family="process", theme=theme, actors={"main": Actor(steps=tuple(steps)), **children})


@st.composite
def exits(draw: st.DrawFn) -> Scenario:
    """Children return, raise, call ``sys.exit(n)`` and ``os._exit(n)``: one of each.

    Shrinks to the codes 3, and joins in the order of the starts.
    """
    ways = [draw(way) for way in (_returning(), _raising(), _leaving(), _dropping_dead())]
    return _ends(draw, "exits", ways)


@st.composite
def endings(draw: st.DrawFn) -> Scenario:
    """Children call ``sys.exit`` with None, without a word and with a text, and send themselves a signal.

    Shrinks to the text "text", SIGTERM, and joins in the order of the starts.
    """
    plain = [(verb("sys_exit", None),), (verb("sys_exit"),)]
    ways = [*plain, *(draw(way) for way in (_leaving_with_text(), _signalling()))]
    return _ends(draw, "endings", ways)


@st.composite
def terminations(draw: st.DrawFn) -> Scenario:
    """Children that linger are terminated; so may be one that hardly began, and one that has ended.

    Shrinks to one child that lingers, terminated once.
    """
    count, times = draw(st.integers(1, 3)), draw(st.integers(1, 2))
    early, late = draw(st.booleans()), draw(st.booleans())
    names = [f"c{index}" for index in range(count)]
    children = {name: Actor(steps=_LINGER) for name in names}
    steps = [*start_all(names), *(verb("await_invoked", name, 1) for name in names)]
    for name in names:
        steps += [call(name, "is_alive"), *[call(name, "terminate")] * times, verb("await_exit", [name])]
        steps += [call(name, "join"), call(name, ".exitcode"), call(name, "is_alive")]
    if early:
        children["early"] = Actor(steps=_LINGER)
        steps += [call("early", "start"), call("early", "terminate"), call("early", "join")]
        steps.append(call("early", ".pid"))
    if late:
        children["late"] = Actor(steps=draw(_by_itself()))
        steps += [call("late", "start"), verb("await_exit", ["late"]), call("late", "terminate")]
        steps += [call("late", "join"), call("late", ".exitcode")]
    return Scenario(
        family="process", theme="terminate", actors={"main": Actor(steps=tuple(steps)), **children}
    )


@st.composite
def crowds(draw: st.DrawFn) -> Scenario:
    """Up to six children end in every way, all at once: the first is killed, others are too, or terminated.

    Shrinks to one child that lingers and is killed.
    """
    ended = st.sampled_from(("kill", "terminate"))
    others = draw(st.lists(st.one_of(_by_itself(), ended), max_size=5))
    ways = dict(enumerate(["kill", *others]))
    names = [f"c{index}" for index in ways]
    victims = {f"c{index}": way for index, way in ways.items() if isinstance(way, str)}
    children = {
        f"c{index}": Actor(steps=_LINGER if isinstance(way, str) else way) for index, way in ways.items()
    }
    order = draw(st.permutations(names))
    steps = [*start_all(names), *(verb("await_invoked", name, 1) for name in victims)]
    steps += [call(name, way) for name, way in victims.items()]
    steps += [verb("await_exit", [name]) for name in victims]
    steps += [step for name in order for step in (call(name, "join"), call(name, ".exitcode"))]
    steps.append(call("@", "active_children"))
    return Scenario(family="process", theme="crowd", actors={"main": Actor(steps=tuple(steps)), **children})


@st.composite
def zombies(draw: st.DrawFn) -> Scenario:
    """Children end unnoticed; then one thing after another must reap them, and a census looks whether it did.

    In each round one or two children end, and main asks is_alive, joins, asks for the active
    children, or starts another.  Shrinks to one child for each round, in this order.
    """
    order = draw(st.permutations(("is_alive", "join", "active_children", "start")))
    crowd = draw(st.integers(1, 2))
    way = draw(_by_itself())
    steps: list[Step] = []
    children: dict[str, Actor] = {}
    for index, reaper in enumerate(order):
        dead = [f"{reaper}{n}" for n in range(crowd if reaper in {"start", "active_children"} else 1)]
        children |= {name: Actor(steps=way) for name in dead}
        steps += [*start_all(dead), verb("await_exit", dead), verb("census", f"dead-{index}")]
        if reaper == "active_children":
            steps.append(call("@", reaper))
        elif reaper == "start":
            children["other"] = Actor(steps=(verb("pid"),))
            steps.append(call("other", "start"))
        else:
            steps.append(call(dead[0], reaper))
        steps.append(verb("census", f"reaped-{index}"))
    steps += join_all(children)
    return Scenario(family="process", theme="zombies", actors={"main": Actor(steps=tuple(steps)), **children})
