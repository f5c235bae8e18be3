"""Queues that a process is done with: close, join_thread, cancel_join_thread."""

from hypothesis import strategies as st

from mpconform.values import Scenario, Step
from mpconform_scenarios.build import call, item, join_all, ref, start_all, verb
from mpconform_scenarios.queue_parts import (
    Way,
    blocking_get,
    factories,
    meet,
    queue,
    scenario,
    sizes,
    try_get,
    try_gets,
    try_put,
    try_puts,
)

__all__ = ("cancel", "closing")

_FLUSHED = 2  # The point at which all items of the closer are flushed.


@st.composite
def closing(draw: st.DrawFn) -> Scenario:
    """Draw a process that closes a queue, and then uses it once more, which must fail.

    c0 needs nothing but the items, which it finds without waiting once ``join_thread`` of the
    closer has returned.  The closer is p0 or, after it has started c0, main.
    """
    closer = draw(st.sampled_from(("p0", "main")))
    count = draw(st.integers(1, 8))
    join_first = draw(st.sampled_from(("before the puts", "after the puts")))
    puts_late = [Way("put_nowait"), *draw(st.lists(try_puts(), max_size=2))]
    gets_late = [Way("get_nowait"), *draw(st.lists(try_gets(), max_size=2))]
    unlimited = draw(st.booleans())
    way = draw(try_gets())
    size = draw(sizes(large=False))
    too_soon = [call("q", "join_thread")]
    closes: list[Step] = [
        *(too_soon if join_first == "before the puts" else []),
        *(call("q", "put", item(closer, n, size)) for n in range(count)),
        *(too_soon if join_first == "after the puts" else []),
        call("q", "close"),
        *(try_put("q", item(closer, count + n, size), late) for n, late in enumerate(puts_late)),
        *(try_get("q", late) for late in gets_late),
        call("q", "join_thread"),
        meet(_FLUSHED, closer, "c0"),
    ]
    if unlimited:
        closes += [call("q", "put", item(closer, count + len(puts_late), size)), blocking_get("q")]
    steps: dict[str, list[Step]] = {"main": []}
    if closer == "main":
        steps["main"] = [*start_all(("c0",)), *closes, *join_all(("c0",))]
    else:
        names = (closer, "c0")
        # Main has put nothing, so that nothing is to be flushed.
        unused = (call("q", "close"), call("q", "join_thread"))
        steps["main"] = [*start_all(names), *join_all(names), verb("drain", ref("q")), *unused]
        steps[closer] = closes
    steps["c0"] = [meet(_FLUSHED, closer, "c0"), *[try_get("q", way)] * count]
    return scenario("closing", {"q": queue(draw(factories()))}, steps)


@st.composite
def cancel(draw: st.DrawFn) -> Scenario:
    """Draw a process that puts more than a pipe holds, which nobody reads, and may end all the same."""
    first = draw(st.booleans())
    count = draw(st.integers(1, 3))
    size = draw(st.sampled_from((1 << 17, 1 << 20)))
    puts = [call("q", "put", item("p0", n, size)) for n in range(count)]
    cancelling = [call("q", "cancel_join_thread")]
    return scenario(
        "cancel",
        {"q": queue()},
        {
            "main": [*start_all(("p0",)), *join_all(("p0",))],
            "p0": [*puts, *cancelling] if not first else [*cancelling, *puts],
        },
    )
