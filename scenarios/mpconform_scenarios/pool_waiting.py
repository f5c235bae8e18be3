"""Pool scenarios about results that are still to come: callbacks, ready, wait, timeouts."""

from hypothesis import strategies as st

from mpconform.values import Json, Scenario, Step
from mpconform_scenarios.build import call
from mpconform_scenarios.pool_parts import (
    chunk_sizes,
    close_and_join,
    collect,
    iterables,
    plain_pool,
    reach,
    run,
    scenario,
    task,
    tasks,
)

__all__ = ("arrivals", "callbacks", "timeouts")

_WORKERS = st.integers(1, 4)
#: Seconds after which a wait that must give up does.
_SHORT = st.sampled_from((0.01, 0.03, 0.06))
_FORMS = ("apply_async", "map_async", "starmap_async")


def _both(n: int) -> dict[str, Json]:
    """Return the two callbacks of submission *n*, each under a name of its own."""
    return {"callback": {"$callback": f"done-{n}"}, "error_callback": {"$callback": f"failed-{n}"}}


@st.composite
def callbacks(draw: st.DrawFn) -> Scenario:
    """Have many submissions under way at once, each with both callbacks; then get them all.

    Smallest: one worker; one task by apply_async, one that fails, one map_async and one
    starmap_async of a single task, one map_async of nothing, and one of a task that fails.
    """
    workers = draw(_WORKERS)
    extra = draw(st.lists(st.sampled_from(("apply", "fail", "map", "starmap", "broken")), max_size=8))
    # What goes wrong between two results, does so the sooner the more of them are under way.
    extra += ["apply"] * draw(st.sampled_from((0, 0, 10, 40)))
    count = draw(st.one_of(st.integers(1, 6), st.integers(1, 60)))
    twice = draw(st.booleans())
    close_first = draw(st.booleans())
    steps: list[Step] = []
    forms = ["apply", "fail", "map", "starmap", "empty", "broken", *extra]
    for n, form in enumerate(forms):
        first, name = 1000 * n, f"result-{n}"
        if form in {"apply", "fail"}:
            behaviour = "square" if form == "apply" else "fail"
            step = call("pool", "apply_async", run, [task(first, behaviour)], bind=name, **_both(n))
        elif form == "starmap":
            alone = [[task(first + i, "square")] for i in range(min(count, 10))]
            step = call("pool", "starmap_async", run, alone, bind=name, **_both(n))
        elif form == "broken":
            # One task of several fails: the first, the last, or one in the middle.
            alone = [task(first + i, "square") for i in range(min(count, 10))]
            broken = draw(st.integers(0, len(alone) - 1))
            alone[broken] = task(first + broken, "fail")
            step = call("pool", "map_async", run, alone, draw(chunk_sizes(len(alone))), bind=name, **_both(n))
        else:
            elements = tasks(first, count if form == "map" else 0, "square")
            size = draw(st.one_of(st.none(), chunk_sizes(count)))
            step = call("pool", "map_async", run, elements, size, bind=name, **_both(n))
        steps.append(step)
    gets = [call(f"result-{n}", "get") for n in range(len(forms)) for _ in range(1 + twice)]
    ending = (
        (call("pool", "close"), *gets, call("pool", "join")) if close_first else (*gets, *close_and_join())
    )
    return scenario("async", (*plain_pool(workers), *steps, *ending))


@st.composite
def timeouts(draw: st.DrawFn) -> Scenario:
    """Ask for what surely is not there yet, in every way; let it come; ask again.

    Smallest: one worker; one task that waits, by apply_async, asked four times before and four
    times after, then the same of one that fails; one task that waits by imap.
    """
    workers = draw(_WORKERS)
    count = draw(st.integers(1, 6))
    held = draw(st.integers(0, count - 1))
    short = draw(_SHORT)
    asks = draw(
        st.permutations(
            (
                call("result", "ready"),
                call("result", "successful"),
                call("result", "get", timeout_s=short),
                call("result", "wait", timeout_s=short),
            )
        )
    )
    by_map = draw(st.booleans())
    waiting = [task(i, *(("wait_point", 0) if i == held else ("square",))) for i in range(count)]
    if by_map:
        submit = call("pool", "map_async", run, draw(iterables(waiting)), 1, bind="result")
    else:
        submit = call("pool", "apply_async", run, [task(0, "wait_point", 0)], bind="result")
    # By now the other chunks of a map have come.
    still = [call("result", "ready"), call("result", "successful")] if by_map else []
    after = [
        call("result", "wait"),
        call("result", "ready"),
        call("result", "successful"),
        call("result", "get", timeout_s=30.0),
    ]
    failed = [
        call("pool", "apply_async", run, [task(100, "fail")], bind="failure"),
        call("failure", "wait"),
        call("failure", "successful"),
        call("failure", "ready"),
        call("failure", "get"),
    ]
    late = [task(200 + i, *(("wait_point", 1) if i == held else ("square",))) for i in range(count)]
    lazily = [
        call("pool", "imap", run, late, bind="results"),
        *collect("results", held),
        call("results", "next", timeout_s=short),
        reach(1),
        call("results", "next", timeout_s=30.0),
        *collect("results", count - held),
    ]
    steps = (submit, *asks, *still, reach(0), *after, *failed, *lazily)
    return scenario("waiting", (*plain_pool(workers), *steps, *close_and_join()))


@st.composite
def arrivals(draw: st.DrawFn) -> Scenario:
    """Let results of every asynchronous form become ready one by one, in an order of its own.

    Each waits for a point; all are asked whether they are ready after each.  There is a worker for each.
    Smallest: apply_async alone.
    """
    forms = draw(st.lists(st.sampled_from(_FORMS), min_size=1, max_size=4))
    order = draw(st.permutations(range(len(forms))))
    names = [f"result-{n}" for n in range(len(forms))]
    steps: list[Step] = [*plain_pool(len(forms))]
    for n, form in enumerate(forms):
        one = task(10 * n, "wait_point", n)
        elements: Json = [[one]] if form == "starmap_async" else [one]
        steps.append(call("pool", form, run, elements, bind=names[n], **_both(n)))
    for n in order:
        steps += [call(name, "ready") for name in names]
        steps += [reach(n), call(names[n], "wait"), call(names[n], "successful"), call(names[n], "get")]
    steps += [call(name, "ready") for name in names]
    return scenario("arrivals", (*steps, *close_and_join()))
