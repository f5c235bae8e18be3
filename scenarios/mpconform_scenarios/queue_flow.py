"""Items that flow: producers and consumers at the same time, and what must hold all the same."""

from hypothesis import strategies as st

from mpconform.values import Json, Scenario, Step
from mpconform_scenarios.build import call, item, join_all, ref, start_all, verb
from mpconform_scenarios.queue_parts import (
    Way,
    blocking_get,
    blocking_gets,
    delays,
    factories,
    named,
    queue,
    scenario,
    shares,
    sizes,
    try_get,
    try_gets,
    try_put,
    try_puts,
)

__all__ = ("flow", "mixed", "simple")

_DRAIN = verb("drain", ref("q"))

#: Values that an implementation could take for its own signs: an end, a timeout, nothing there.
_PLAIN: tuple[Json, ...] = (None, False, 0, "", [], {"$tuple": []}, {"$tuple": [None, 1]}, {"$hex": ""})


@st.composite
def flow(draw: st.DrawFn) -> Scenario:
    """Draw producers and consumers of an unbounded queue that wait as long as it takes.

    There are as many gets as puts, less a few items that main drains at the end.
    """
    producers = named("p", draw(st.integers(1, 4)))
    consumers = named("c", draw(st.integers(1, 4)))
    counts = {name: draw(st.integers(2, 6)) for name in producers}
    early = draw(st.integers(0, 3))  # Put by main before it starts anybody: a fork must not copy them.
    late = draw(st.integers(0, 3))
    own_gets = draw(st.integers(0, 2))
    left = draw(st.integers(0, 2))
    # What nobody reads before the joins has to fit into the pipe, or a producer could not end.
    size = sizes(large=not left)
    waiting = draw(blocking_gets())
    plain = draw(st.lists(st.sampled_from(_PLAIN), max_size=3, unique_by=repr))
    puts = {
        name: [call("q", "put", item(name, n, draw(size))) for n in range(count)]
        for name, count in {**counts, "main": early + late}.items()
    }
    puts["p0"] += [call("q", "put", value) for value in plain]
    total = max(1, sum(map(len, puts.values())) - left)
    own_gets = min(own_gets, total - 1)
    consumers = consumers[: total - own_gets]
    steps: dict[str, list[Step]] = {
        "main": [
            *puts["main"][:early],
            *start_all((*producers, *consumers)),
            *puts["main"][early:],
            *[blocking_get("q", waiting)] * own_gets,
            *join_all((*producers, *consumers)),
            _DRAIN,
        ]
    }
    steps |= {name: puts[name] for name in producers}
    for name, share in shares(total - own_gets, consumers).items():
        steps[name] = [blocking_get("q", waiting)] * share
    return scenario("flow", {"q": queue(draw(factories()))}, steps)


@st.composite
def mixed(draw: st.DrawFn) -> Scenario:
    """Draw producers and consumers of which some calls wait, some not, and some for a moment.

    With S puts that wait for ever, T that may fail, and t gets that may fail, there are S - t
    gets that wait for ever: they always find an item.  With T + t at most the bound, a put that
    waits always finds a slot: at most S - 1 + T - (S - t) items could be before it.
    """
    bound = draw(st.integers(0, 8))
    producers = named("p", draw(st.integers(1, 3)))
    consumers = named("c", draw(st.integers(1, 3)))
    slack = min(bound or 6, 6)
    tried_puts = draw(st.lists(try_puts(), min_size=1, max_size=slack))
    tried_gets = draw(st.lists(try_gets(), max_size=slack - len(tried_puts)))
    sure = draw(st.integers(max(2, len(tried_gets)), 14))
    size = sizes(large=False)
    ways = _scattered(draw, [None] * sure, tried_puts)
    steps: dict[str, list[Step]] = {name: [] for name in (*producers, *consumers)}
    for at, put_way in enumerate(ways):
        name = producers[at % len(producers)]
        value = item(name, len(steps[name]), draw(size))
        steps[name].append(try_put("q", value, put_way) if put_way else call("q", "put", value))
    for at, get_way in enumerate(_scattered(draw, [None] * (sure - len(tried_gets)), tried_gets)):
        name = consumers[at % len(consumers)]
        steps[name].append(try_get("q", get_way) if get_way else blocking_get("q"))
    # A consumer without a share has nothing to do, and is left out.
    busy = tuple(name for name, taken in steps.items() if taken)
    steps["main"] = [*start_all(busy), *join_all(busy), _DRAIN]
    return scenario("mixed", {"q": queue(draw(factories()), bound)}, {n: steps[n] for n in ("main", *busy)})


def _scattered(draw: st.DrawFn, waiting: list[None], tried: list[Way]) -> list[Way | None]:
    """Return *waiting* with each of *tried* at a drawn place, the end first."""
    mixture: list[Way | None] = list(waiting)
    for way in tried:
        mixture.insert(len(mixture) - draw(st.integers(0, len(mixture))), way)
    return mixture


@st.composite
def simple(draw: st.DrawFn) -> Scenario:
    """Draw producers and consumers of a SimpleQueue, which is asked whether it is empty.

    A SimpleQueue has no timeouts, so there are exactly as many gets as puts.  p0 puts when c0 waits,
    and has waited for some time.
    """
    delay_s = draw(delays())
    producers = named("p", draw(st.integers(1, 4)))
    consumers = named("c", draw(st.integers(1, 4)))
    counts = {name: draw(st.integers(2, 6)) for name in producers}
    own_gets = draw(st.integers(0, 2))
    size = sizes(large=True)
    total = sum(counts.values())
    own_gets = min(own_gets, total - 1)
    consumers = consumers[: total - own_gets]
    steps: dict[str, list[Step]] = {
        "main": [
            call("s", "empty"),
            *start_all((*producers, *consumers)),
            *[call("s", "get")] * own_gets,
            *join_all((*producers, *consumers)),
            call("s", "empty"),
            call("s", "put", item("main", 0)),
            call("s", "empty"),
            call("s", "get"),
            call("s", "empty"),
        ]
    }
    for name, count in counts.items():
        steps[name] = [call("s", "put", item(name, n, draw(size))) for n in range(count)]
    steps["p0"][:0] = [verb("await_invoked", "c0", 0), verb("hold", delay_s)]
    for name, share in shares(total - own_gets, consumers).items():
        steps[name] = [call("s", "get")] * share
    return scenario("simple", {"s": queue("SimpleQueue")}, steps)
