"""Pool scenarios about how pools end: close, terminate, the with statement."""

from hypothesis import strategies as st

from mpconform.values import Json, Scenario, Step
from mpconform_scenarios.build import call, verb
from mpconform_scenarios.pool_parts import (
    chunk_sizes,
    close_and_join,
    collect,
    initialised_pool,
    reach,
    run,
    scenario,
    task,
    tasks,
)

__all__ = ("closings", "contexts", "phases", "terminations")

_WORKERS = st.integers(1, 4)
_METHODS = (
    "apply_async",
    "map_async",
    "starmap_async",
    "imap",
    "imap_unordered",
    "apply",
    "map",
    "starmap",
)
_LATE = st.lists(st.sampled_from(_METHODS), min_size=1, max_size=4, unique=True)


def _submission(method: str, n: int) -> Step:
    """Return a submission by *method* of task *n* alone."""
    one = task(n, "square")
    elements: Json = [[one]] if method.startswith("starmap") else [one]
    return call("pool", method, run, elements)


def _too_late(methods: list[str]) -> tuple[Step, ...]:
    """Return submissions that must all be refused, none of which waits for long if it is not."""
    return tuple(
        _submission(method, 9000 + n) for n, method in enumerate(sorted(methods, key=_METHODS.index))
    )


@st.composite
def closings(draw: st.DrawFn) -> Scenario:
    """Submit, try to join, close, try to submit, join, and count what is left; then collect.

    Smallest: one worker; one task by map_async that waits until the pool is closed.
    """
    workers = draw(_WORKERS)
    limit = draw(st.one_of(st.none(), st.integers(1, 3)))
    # A replacement for every task or so: under spawn, each costs as much as a scenario.
    jobs = draw(st.lists(st.integers(0, 40 if limit is None else 4), max_size=4))
    late = draw(_LATE)
    lazy = draw(st.booleans())
    steps: list[Step] = [
        verb("census", "before-pool"),
        *initialised_pool(workers, **({} if limit is None else {"maxtasksperchild": limit})),
        call("pool", "map_async", run, [task(0, "wait_point", 0)], bind="held"),
    ]
    for n, count in enumerate(jobs, 1):
        size = draw(st.one_of(st.none(), chunk_sizes(count)))
        steps.append(call("pool", "map_async", run, tasks(100 * n, count, "square"), size, bind=f"job-{n}"))
    if lazy:
        steps.append(call("pool", "imap", run, tasks(5000, 3, "square"), bind="results"))
    steps += [call("pool", "join"), call("pool", "close"), reach(0), *_too_late(late)]
    steps += [call("pool", "join"), verb("census", "joined"), call("held", "ready"), call("held", "get")]
    steps += [call(f"job-{n}", "get") for n in range(1, len(jobs) + 1)]
    if lazy:
        steps += collect("results", 4)
    return scenario("close", steps)


def _work(kind: str, width: int) -> tuple[Step, ...]:
    """Return submissions that are outstanding, surely or probably, when the pool is terminated."""
    if kind == "none":
        return ()
    if kind == "held":
        # Nobody reaches the point before the end: were they completed, that would be after it.
        return (
            call("pool", "map_async", run, tasks(100, width, "wait_point", 0), 1),
            call("pool", "apply_async", run, [task(300, "square")], bind="behind"),
            call("behind", "wait", timeout_s=_TAKEN_S),
        )
    if kind == "idle":
        return (call("pool", "map", run, tasks(100, width, "square")),)
    raise ValueError(f"no pool is {kind!r}")


#: Submissions are given this long to be taken up before a pool is terminated.  If one is not, CPython's
#: thread that feeds tasks sends all workers home at once, and the one that maintains the pool may replace
#: them by workers whom nobody sends home: terminate then waits for ever.  To meet that takes a search
#: for races, not luck.
_TAKEN_S = 0.05
#: Not "busy", for the same reason: CPython's terminate kills workers that may hold the lock of the queue of
#: results, and then now and then waits for ever (python/cpython#73945).
_WORK = st.sampled_from(("held", "idle"))


@st.composite
def terminations(draw: st.DrawFn) -> Scenario:
    """Terminate a pool that is idle, or held up by its tasks; nothing of it must be left.

    Results that are outstanding are not asked for: terminate may lose them.  Smallest: one
    worker, one task held up and one behind it.
    """
    workers = draw(_WORKERS)
    kind = draw(_WORK)
    width = draw(st.integers(1, 10))
    late = draw(_LATE)
    again = draw(st.booleans())
    steps: list[Step] = [
        verb("census", "before-pool"),
        *initialised_pool(workers),
        call("pool", "map", run, tasks(0, workers, "square"), chunksize=1),
        *_work(kind, width),
        call("pool", "terminate"),
    ]
    steps += [call("pool", "terminate")] * again
    steps += [*_too_late(late), call("pool", "join"), reach(0), verb("census", "joined")]
    return scenario("terminate", steps)


#: What has become of a pool when it is terminated.
_PHASES = ("idle", "closed", "joined", "held and closed", "iterated", "terminated")


def _until(phase: str, width: int) -> tuple[Step, ...]:
    """Return the steps that bring a pool that has done some tasks into *phase*."""
    held = call("pool", "map_async", run, tasks(100, width, "wait_point", 0), 1)
    taken = call("pool", "apply_async", run, [task(300, "square")], bind="behind")
    waited = call("behind", "wait", timeout_s=_TAKEN_S)
    ways: dict[str, tuple[Step, ...]] = {
        "idle": (),
        "closed": (call("pool", "close"),),
        "joined": close_and_join(),
        "held and closed": (held, taken, waited, call("pool", "close")),
        "iterated": (
            call("pool", "imap", run, tasks(100, width, "square"), bind="results"),
            *collect("results", width),
        ),
        "terminated": (call("pool", "terminate"),),
    }
    return ways[phase]


@st.composite
def phases(draw: st.DrawFn) -> Scenario:
    """Terminate a pool in each phase of its life: idle, closed, joined, held up, iterated, terminated.

    Smallest: one worker, and an idle pool.
    """
    workers = draw(_WORKERS)
    phase = draw(st.sampled_from(_PHASES))
    width = draw(st.integers(1, 6))
    late = draw(_LATE)
    return scenario(
        "phases",
        [
            verb("census", "before-pool"),
            *initialised_pool(workers),
            call("pool", "map", run, tasks(0, workers, "square"), chunksize=1),
            *_until(phase, width),
            call("pool", "terminate"),
            *_too_late(late),
            call("pool", "join"),
            reach(0),
            verb("census", "joined"),
        ],
    )


@st.composite
def contexts(draw: st.DrawFn) -> Scenario:
    """Use a pool by a with statement, and try to use it afterwards.

    Smallest: one worker, one task before the end of the block, nothing outstanding.
    """
    workers = draw(_WORKERS)
    kind = draw(st.sampled_from(("none", "held", "idle")))
    width = draw(st.integers(1, 10))
    late = draw(_LATE)
    closed = draw(st.booleans())
    steps: list[Step] = [
        verb("census", "before-pool"),
        *initialised_pool(workers),
        call("pool", "__enter__"),
        call("pool", "map", run, tasks(0, workers, "square"), chunksize=1),
    ]
    steps += close_and_join() if closed else _work(kind, width)
    steps += [call("pool", "__exit__", None, None, None), *_too_late(late), call("pool", "join"), reach(0)]
    return scenario("context", [*steps, verb("census", "joined")])
