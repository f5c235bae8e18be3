"""Pool scenarios: submissions, their results, and the life of a pool."""

from hypothesis import strategies as st

from mpconform.values import Json, Scenario, Step
from mpconform_scenarios import pool_asking as asking
from mpconform_scenarios import pool_endings as endings
from mpconform_scenarios import pool_faults as faults
from mpconform_scenarios import pool_threads as threads
from mpconform_scenarios import pool_waiting as waiting
from mpconform_scenarios.build import call, make
from mpconform_scenarios.family import Family, Theme
from mpconform_scenarios.litmus import of_pool
from mpconform_scenarios.pool_parts import (
    chunk_sizes,
    close_and_join,
    collect,
    function,
    initialised_pool,
    iterables,
    plain_pool,
    run,
    scenario,
    task,
    tasks,
)

__all__ = ("FAMILY", "applications", "boundaries", "errors", "iterators", "lifetimes", "maps")

_WORKERS = st.integers(1, 4)


@st.composite
def maps(draw: st.DrawFn) -> Scenario:
    """Map over the same elements several times, with different chunk sizes.

    Smallest: one worker, one task, chunk sizes None and 1.
    """
    workers = draw(_WORKERS)
    # The large ones have more chunks of one than can be counted in a byte.
    count = draw(st.one_of(st.integers(1, 6), st.integers(1, 200), st.sampled_from((300, 700))))
    behaviour = draw(st.sampled_from((("square",), ("echo", 16), ("echo", 4096), ("hold", 0.001))))
    elements = tasks(0, min(count, 40) if behaviour[0] == "hold" else count, *behaviour)
    sizes = draw(st.lists(st.just(1) | chunk_sizes(count), min_size=1, max_size=3, unique=True))
    steps = [call("pool", "map", run, draw(iterables(elements)))]
    steps += [call("pool", "map", run, draw(iterables(elements)), chunksize=size) for size in sizes]
    if draw(st.booleans()):
        steps.append(call("pool", "map", function("square"), []))
    if draw(st.booleans()):
        steps.append(call("pool", "map", run, tasks(1000, count, "pid")))
    return scenario("map", (*plain_pool(workers), *steps, *close_and_join()))


@st.composite
def boundaries(draw: st.DrawFn) -> Scenario:
    """Chop the same few elements in every way that there is, from one by one to all and more in one.

    Smallest: one worker, one element, chunk sizes 1 and 2, by map and by imap.
    """
    workers = draw(_WORKERS)
    count = draw(st.integers(1, 6))
    whole, lazy = draw(st.sampled_from(("map", "starmap"))), draw(st.sampled_from(("imap", "imap_unordered")))
    elements: Json = (
        [[task(n, "square")] for n in range(count)] if whole == "starmap" else tasks(0, count, "square")
    )
    steps: list[Step] = []
    for size in range(1, count + 2):
        name = f"chunks-of-{size}"
        steps += [
            call("pool", whole, run, elements, size),
            call("pool", lazy, run, tasks(100, count, "square"), size, bind=name),
            *collect(name, count + 1),
        ]
    return scenario("boundaries", (*plain_pool(workers), *steps, *close_and_join()))


@st.composite
def applications(draw: st.DrawFn) -> Scenario:
    """Call functions of one and of two arguments: apply and starmap.

    Smallest: one worker; apply of one task; starmap of one pair, of one task alone, and of the
    latter again with chunk size 1.
    """
    workers = draw(_WORKERS)
    pairs = draw(st.lists(st.one_of(st.integers(0, 9), st.just("b"), st.none()), min_size=1, max_size=8))
    alone = [[task(100 + i, "square")] for i in range(draw(st.integers(1, 12)))]
    once = draw(st.integers(1, 3))
    size = draw(chunk_sizes(len(pairs)))
    steps = [call("pool", "apply", run, [task(200 + i, "square")]) for i in range(once)]
    steps.append(
        call(
            "pool",
            "starmap",
            function("run_pair"),
            draw(iterables([{"$tuple": [task(i, "square"), b]} for i, b in enumerate(pairs)])),
            chunksize=size,
        )
    )
    steps += [
        call("pool", "starmap", run, alone),
        call("pool", "starmap", run, alone, chunksize=draw(chunk_sizes(len(alone)))),
        call("pool", "apply", function("square"), {"$tuple": [once]}),
        call("pool", "apply", function("run_pair"), [task(300, "square")], {"$dict": {"b": once}}),
        call("pool", "apply", run, kwds={"$dict": {"task": task(301, "square")}}),
    ]
    return scenario("apply", (*plain_pool(workers), *steps, *close_and_join()))


@st.composite
def iterators(draw: st.DrawFn) -> Scenario:
    """Take the results of imap and imap_unordered one by one, to the end and past it.

    Smallest: one worker; imap and imap_unordered of one task, each with and without chunk size.
    """
    workers = draw(_WORKERS)
    count = draw(st.one_of(st.integers(1, 8), st.integers(1, 40)))
    behaviour = draw(st.sampled_from((("square",), ("echo", 64), ("hold", 0.001), ("pid",))))
    sizes = [draw(st.integers(2, count + 2)), draw(st.integers(2, count + 2))]
    first = 0
    steps = []
    for method, size in zip(("imap", "imap_unordered"), sizes, strict=True):
        elements = tasks(first, count, *behaviour)
        first += count
        one, chopped = f"{method}-by-one", f"{method}-in-chunks"
        steps += [
            call("pool", method, run, draw(iterables(elements)), bind=one),
            call("pool", method, run, elements, chunksize=size, bind=chopped),
            *collect(one, count + 1),
            *collect(chopped, count + 1),
        ]
    return scenario("imap", (*plain_pool(workers), *steps, *close_and_join()))


@st.composite
def errors(draw: st.DrawFn) -> Scenario:
    """Let tasks raise, and meet their exceptions wherever results are met.

    Smallest: a pool of none; one worker; a failing task through apply, map, starmap, get, imap
    and imap_unordered, with nothing around it.
    """
    workers = draw(_WORKERS)
    before, after = draw(st.integers(0, 4)), draw(st.integers(0, 4))
    how = draw(st.sampled_from(("fail", "value_error")))
    size = draw(chunk_sizes(before + after + 1))
    none = draw(st.sampled_from((0, -1)))

    def mixed(first: int) -> list[object]:
        """Return tasks of which one, neither always the first nor the last, fails."""
        fine = [task(first + i, "square") for i in range(before + after)]
        return [*fine[:before], task(first + 99, how), *fine[before:]]

    total = before + after + 1
    steps = [
        make("none", "Pool", none),
        *plain_pool(workers),
        call("pool", "apply", run, [task(0, how)]),
        call("pool", "map", run, mixed(100), chunksize=size),
        call("pool", "starmap", run, [[one] for one in mixed(200)]),
        call("pool", "map_async", run, mixed(300), chunksize=size, bind="result"),
        call("pool", "imap", run, mixed(400), bind="ordered"),
        call("pool", "imap_unordered", run, mixed(500), bind="unordered"),
        call("result", "get"),
        *collect("ordered", total + 1),
        *collect("unordered", total + 1),
        call("pool", "apply", run, [task(1, "square")]),
    ]
    return scenario("errors", (*steps, *close_and_join()))


@st.composite
def lifetimes(draw: st.DrawFn) -> Scenario:
    """Initialise workers, with one argument or several, and replace them after so many tasks.

    Smallest: one worker of one task each, initialised with one argument; two tasks.
    """
    workers = draw(_WORKERS)
    limit = draw(st.integers(1, 4))
    count = limit + draw(st.integers(1, 10))
    form = draw(st.sampled_from(("map", "imap", "apply")))
    chopped = draw(st.integers(0, 6))
    lasting = draw(st.integers(0, 3))
    steps = []
    if form == "map":
        steps.append(call("pool", "map", run, tasks(0, count, "initialised"), chunksize=1))
    elif form == "imap":
        steps.append(call("pool", "imap", run, tasks(0, count, "initialised"), bind="results"))
        steps += collect("results", count + 1)
    else:
        steps += [call("pool", "apply", run, [task(i, "initialised")]) for i in range(count)]
    if chopped:
        # Always with a chunk size: without one, CPython's map divides by the number of workers,
        # which is 0 at the rare moment when all have retired (ZeroDivisionError).
        steps.append(call("pool", "map", run, tasks(100, chopped, "pid"), chunksize=2))
    if lasting:
        # All workers have one of these at a time: were there more than there may be, that would show.
        steps.append(call("pool", "map", run, tasks(200, workers + lasting, "hold", 0.02), chunksize=1))
    more = draw(st.lists(st.one_of(st.integers(0, 9), st.sampled_from(("b", ""))), max_size=3))
    pool = initialised_pool(workers, *more, maxtasksperchild=limit)
    return scenario("lifetime", (*pool, *steps, *close_and_join()))


_NEEDS = frozenset({"Pool"})
_PROGRAMS = _NEEDS | {
    "module.get_context",
    "active_children",
    "current_process",
    "pool.Pool",
}
_LOADING = _NEEDS | {"module.get_context", "active_children"}
_THREADS = _NEEDS | {"module.get_context"}
#: Programs take as long as some dozens of other scenarios.
_SELDOM = 8

FAMILY = Family(
    name="pool",
    title="Process pools",
    litmus=of_pool(),
    themes=(
        Theme(name="map", scenarios=maps, needs=_NEEDS, weight=2),
        Theme(name="boundaries", scenarios=boundaries, needs=_NEEDS),
        Theme(name="apply", scenarios=applications, needs=_NEEDS),
        Theme(name="imap", scenarios=iterators, needs=_NEEDS, weight=2),
        Theme(name="errors", scenarios=errors, needs=_NEEDS),
        Theme(name="lifetime", scenarios=lifetimes, needs=_NEEDS, weight=2),
        Theme(name="async", scenarios=waiting.callbacks, needs=_NEEDS, weight=2),
        Theme(name="arrivals", scenarios=waiting.arrivals, needs=_NEEDS),
        Theme(name="waiting", scenarios=waiting.timeouts, needs=_NEEDS),
        Theme(name="close", scenarios=endings.closings, needs=_NEEDS, weight=2),
        Theme(name="terminate", scenarios=endings.terminations, needs=_NEEDS, weight=2),
        Theme(name="phases", scenarios=endings.phases, needs=_NEEDS),
        Theme(name="context", scenarios=endings.contexts, needs=_NEEDS),
        Theme(name="killed", scenarios=faults.killed, needs=_NEEDS),
        Theme(name="programs", scenarios=asking.asking, needs=_PROGRAMS, timed=True, every=_SELDOM),
        Theme(name="loading", scenarios=asking.loading, needs=_LOADING, timed=True, every=_SELDOM),
        Theme(name="threads", scenarios=threads.threads, needs=_THREADS, timed=True, every=_SELDOM),
    ),
)
