"""Queues brought into a known state: surely full, surely empty, surely waited for."""

from hypothesis import strategies as st

from mpconform.values import Scenario, Step
from mpconform_scenarios.build import call, item, join_all, ref, start_all, verb
from mpconform_scenarios.queue_parts import (
    Way,
    blocking_get,
    delays,
    factories,
    meet,
    named,
    queue,
    scenario,
    sizes,
    try_get,
    try_gets,
    try_put,
    try_puts,
)

__all__ = ("bounded", "emptiness", "rush", "wakeups")

_DRAIN = verb("drain", ref("q"))

#: Longer than anything here takes: a wait of this length ends because something comes.
_LONG_S = 3.0

_short = st.sampled_from((0.02, 0.03, 0.05))


@st.composite
def bounded(draw: st.DrawFn) -> Scenario:
    """Draw a queue that is filled to its bound, tried, and freed.

    p0 fills it; p1 then tries to put, which must fail, and puts with patience; once that has
    begun, c0 gets some items.  Then as many slots are free, and p1 fills them without waiting.
    """
    bound = draw(st.integers(1, 8))
    keyword = draw(st.booleans())
    tries = [Way("put_nowait"), Way("put", timeout_s=draw(_short)), *draw(st.lists(try_puts(), max_size=3))]
    freed = draw(st.integers(0, bound))
    size = draw(sizes(large=False))
    values = [item("p1", n, size) for n in range(len(tries) + 1 + freed)]
    patient = 1 + len(tries)
    steps: dict[str, list[Step]] = {
        "main": [*start_all(("p0", "p1", "c0")), *join_all(("p0", "p1", "c0")), _DRAIN],
        "p0": [*(call("q", "put", item("p0", n, size)) for n in range(bound)), meet(0, "p0", "p1")],
        "p1": [
            meet(0, "p0", "p1"),
            *(try_put("q", value, way) for value, way in zip(values, tries, strict=False)),
            call("q", "put", values[len(tries)]),
            meet(1, "p1", "c0"),
            *(call("q", "put_nowait", value) for value in values[len(tries) + 1 :]),
        ],
        "c0": [
            verb("await_invoked", "p1", patient),
            *[blocking_get("q")] * (1 + freed),
            meet(1, "p1", "c0"),
        ],
    }
    return scenario("bounded", {"q": queue(draw(factories()), bound, keyword=keyword)}, steps)


@st.composite
def wakeups(draw: st.DrawFn) -> Scenario:
    """Draw waits that end because something comes: an item for a get, a slot for a put.

    c0 waits for items that are put only when it waits, and has waited for some time; p0 then
    waits, with the queue full, for a slot that is freed only when it waits.
    """
    delay_s = draw(delays())
    bound = draw(st.integers(1, 3))
    patience_s = draw(st.sampled_from((None, _LONG_S)))
    extra = draw(st.integers(0, 3))
    size = draw(sizes(large=False))
    first = 2 + bound  # After two waiting gets, and the items that fill the queue.
    steps: dict[str, list[Step]] = {
        "main": [*start_all(("p0", "c0")), *join_all(("p0", "c0")), _DRAIN],
        "p0": [
            verb("await_invoked", "c0", 0),
            verb("hold", delay_s),
            call("late", "put", item("p0", 0, size)),
            verb("await_invoked", "c0", 1),
            call("late", "put", item("p0", 1, size)),
            call("late", "close"),
            call("late", "join_thread"),
            *(call("q", "put", item("p0", n, size)) for n in range(2, first)),
            *(
                call("q", "put", item("p0", n, size), timeout_s=patience_s if n > first else None)
                for n in range(first, first + 2 + extra)
            ),
        ],
        "c0": [
            call("late", "get"),
            call("late", "get", timeout_s=_LONG_S),
            *(
                step
                for at in range(2 + extra)
                for step in (verb("await_invoked", "p0", 7 + bound + at), blocking_get("q"))
            ),
        ],
    }
    return scenario("wakeups", {"late": queue(), "q": queue(draw(factories()), bound)}, steps)


@st.composite
def emptiness(draw: st.DrawFn) -> Scenario:
    """Draw questions to a queue that is surely empty, and then surely not.

    c0 finds nothing, until p0 has put items and waited until they were flushed: then it finds
    them without waiting.  Main, which drains what c0 was refused, does the same with the items of
    p1, which has ended.
    """
    tries = [Way("get_nowait"), Way("get", timeout_s=draw(_short)), *draw(st.lists(try_gets(), max_size=3))]
    left = draw(st.integers(1, 4))
    bound = draw(st.sampled_from((0, left)))  # So that it is never full, or full in the end.
    flushed = draw(st.integers(1, bound or 8))
    ways = draw(st.lists(try_gets(), min_size=max(flushed, left), max_size=max(flushed, left)))
    size = draw(sizes(large=False))
    counts = [call("q", method) for method in ("qsize", "empty", "full")]
    steps: dict[str, list[Step]] = {
        "main": [
            *start_all(("p0", "c0")),
            *join_all(("p0", "c0")),
            _DRAIN,
            *counts,
            *start_all(("p1",)),
            *join_all(("p1",)),
            *counts,
            *(try_get("q", one) for one in ways[:left]),
            *counts,
            call("q", "get_nowait"),
            _DRAIN,
        ],
        "p0": [
            meet(0, "p0", "c0"),
            *(call("q", "put", item("p0", n, size)) for n in range(flushed)),
            call("q", "close"),
            call("q", "join_thread"),
            meet(1, "p0", "c0"),
        ],
        "p1": [call("q", "put", item("p1", n, size)) for n in range(left)],
        "c0": [
            *(try_get("q", one) for one in tries),
            meet(0, "p0", "c0"),
            meet(1, "p0", "c0"),
            *(try_get("q", one) for one in ways[:flushed]),
        ],
    }
    return scenario("emptiness", {"q": queue(draw(factories()), bound)}, steps)


@st.composite
def rush(draw: st.DrawFn) -> Scenario:
    """Draw processes that fall upon a queue all at once, each without waiting for ever.

    At first c0 waits in a get, and whoever asks in the meantime finds nothing.  Then there are a few
    items for many gets, and a few slots for many puts; nobody needs to get, or to put, any.
    """
    bound = draw(st.integers(1, 3))
    there = draw(st.integers(1, bound))
    crowd = named("r", draw(st.integers(2, 3)))
    size = draw(sizes(large=False))
    questions = [call("q", method) for method in ("qsize", "empty", "full")]
    everybody = ("p0", "c0", *crowd)
    steps: dict[str, list[Step]] = {
        "main": [*start_all(everybody), *join_all(everybody), _DRAIN],
        "p0": [
            meet(0, "p0", *crowd),
            call("q", "put", item("p0", 0, size)),
            meet(1, *everybody),
            *(call("q", "put", item("p0", n, size)) for n in range(1, 1 + there)),
            call("q", "close"),
            call("q", "join_thread"),
            meet(2, "p0", *crowd),
        ],
        "c0": [blocking_get("q"), meet(1, *everybody)],
    }
    for name in crowd:
        early, gets = draw(try_gets()), draw(st.lists(try_gets(), min_size=1, max_size=3))
        puts = draw(st.lists(try_puts(), min_size=1, max_size=3))
        steps[name] = [
            verb("await_invoked", "c0", 0),
            try_get("q", early),
            *questions,
            meet(0, "p0", *crowd),
            meet(1, *everybody),
            meet(2, "p0", *crowd),
            *(try_get("q", way) for way in gets),
            meet(3, *crowd),
            *(try_put("q", item(name, n, size), way) for n, way in enumerate(puts)),
        ]
    return scenario("rush", {"q": queue(draw(factories()), bound)}, steps)
