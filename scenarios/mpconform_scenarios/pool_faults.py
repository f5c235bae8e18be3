"""Faults: a worker is killed while it runs a task."""

from hypothesis import strategies as st

from mpconform.values import Scenario, Step
from mpconform_scenarios.build import call, make, verb
from mpconform_scenarios.pool_parts import plain_pool, run, scenario, task, tasks

__all__ = ("killed",)

#: How long a result is waited for that nothing should hold up, and one that perhaps never comes.
_COMING_S, _LOST_S = 5.0, 0.05


@st.composite
def killed(draw: st.DrawFn) -> Scenario:
    """Submit tasks around one that kills its worker, and tasks to another pool; terminate the first one.

    Smallest: one worker; one task after the one that kills, and one in the other pool.
    """
    workers = draw(st.integers(1, 3))
    before, after = draw(st.integers(0, 3)), draw(st.integers(1, 4))
    behaviour = draw(st.sampled_from((("square",), ("echo", 64))))
    how = draw(st.sampled_from(("SIGKILL", "SIGTERM", "exit")))
    numbers = [*range(before), *range(200, 200 + after)]
    submitted = [_submission(f"r{n}", task(n, *behaviour)) for n in numbers]
    submitted.insert(before, _submission("lost", task(100, "die", how)))
    steps = [
        *plain_pool(workers),
        make("other", "Pool", draw(st.integers(1, 2))),
        *submitted,
        call("lost", "get", timeout_s=_LOST_S),
        *[call(f"r{n}", "get", timeout_s=_COMING_S) for n in numbers],
        call("lost", "ready"),
        call("other", "map", run, tasks(300, draw(st.integers(1, 5)), "square")),
        call("pool", "terminate"),
        call("pool", "join"),
        verb("census", "joined"),
        call("other", "apply", run, [task(400, "square")]),
        call("other", "close"),
        call("other", "join"),
    ]
    return scenario("killed", steps)


def _submission(bind: str, one: object) -> Step:
    return call("pool", "apply_async", run, [one], bind=bind)
