"""Queues of tasks: a JoinableQueue, workers that mark tasks done, and those who wait for that."""

from hypothesis import strategies as st

from mpconform.values import Scenario, Step
from mpconform_scenarios.build import call, item, join_all, ref, start_all, verb
from mpconform_scenarios.queue_parts import blocking_get, meet, named, queue, scenario, shares, sizes

__all__ = ("joinable", "tasks")

_DRAIN = verb("drain", ref("q"))


@st.composite
def joinable(draw: st.DrawFn) -> Scenario:
    """Draw joins that begin while tasks are unfinished, and task_done called too often.

    Main puts the tasks; the workers get them, and mark none done before main, and the other
    joiners, have begun to join.  When all is done, w0 marks more done than there were.
    """
    workers = named("w", draw(st.integers(1, 3)))
    joiners = named("j", draw(st.integers(0, 2)))
    count = draw(st.integers(len(workers), 8))
    too_often = draw(st.integers(1, 2))
    hold_s = draw(st.sampled_from((0.005, 0.0)))
    size = draw(sizes(large=False))
    everybody = ("main", *workers, *joiners)
    puts = [call("q", "put", item("main", n, size)) for n in range(count)]
    begun = [verb("await_invoked", "main", len(everybody) - 1 + count + 1)]
    begun += [verb("await_invoked", name, 1) for name in joiners]
    steps: dict[str, list[Step]] = {
        "main": [
            *start_all((*workers, *joiners)),
            *puts,
            meet(0, "main", *joiners),
            call("q", "join"),
            meet(1, *everybody),
            meet(2, "main", "w0"),
            call("q", "join"),
            *join_all((*workers, *joiners)),
            _DRAIN,
        ]
    }
    for name, share in shares(count, workers).items():
        # The last task is done a moment after the last but one: a join must not end between them.
        pause = [verb("hold", hold_s)] if hold_s else []
        done = [call("q", "task_done")]
        steps[name] = [
            *[blocking_get("q")] * share,
            *begun,
            *done * (share - 1),
            *pause,
            *done,
            meet(1, *everybody),
        ]
    steps["w0"] += [*[call("q", "task_done")] * too_often, meet(2, "main", "w0")]
    steps |= {name: [meet(0, "main", *joiners), call("q", "join"), meet(1, *everybody)] for name in joiners}
    return scenario("joinable", {"q": queue("JoinableQueue")}, steps)


@st.composite
def tasks(draw: st.DrawFn) -> Scenario:
    """Draw producers that put tasks and join, while workers do them as fast as they can.

    Who joins does so after all of its puts or, so that many a join races the last task_done, after
    each of them: there are as many gets to come as tasks, so every join ends.  One in three has a single
    task at a time, which is marked done in the instant in which it is joined.
    """
    producers = named("p", draw(st.integers(1, 3)))
    workers = named("w", draw(st.integers(1, 3)))
    counts = {name: draw(st.integers(2, 6)) for name in producers}
    bound = draw(st.integers(0, 4))
    joins = draw(st.lists(st.sampled_from(producers), max_size=2, unique=True))
    each = draw(st.booleans())
    size = sizes(large=False)
    names = (*producers, *workers)
    steps: dict[str, list[Step]] = {
        "main": [
            *start_all(names),
            *(verb("await_done", [name]) for name in producers if name not in joins),
            call("q", "join"),
            *join_all(names),
            call("q", "join"),
            _DRAIN,
        ]
    }
    for name, count in counts.items():
        puts = [call("q", "put", item(name, n, draw(size))) for n in range(count)]
        joined = range(0 if each else count - 1, count) if name in joins else ()
        steps[name] = [
            step for n, put in enumerate(puts) for step in (put, *[call("q", "join")] * (n in joined))
        ]
    for name, share in shares(sum(counts.values()), workers).items():
        steps[name] = [blocking_get("q"), call("q", "task_done")] * share
    # Drawn last, so that it does not shrink to this.
    if draw(st.sampled_from((False, False, True))):
        return _met(draw(st.sampled_from((2, 16))), named("j", draw(st.sampled_from((0, 0, 1)))))
    return scenario("tasks", {"q": queue("JoinableQueue", bound)}, steps)


def _met(times: int, joiners: tuple[str, ...]) -> Scenario:
    """Return the scenario in which one task after the other is done and joined, by *joiners* too, at once."""
    everybody = ("p0", "w0", *joiners)
    steps: dict[str, list[Step]] = {"main": [*start_all(everybody), *join_all(everybody), _DRAIN]}
    steps |= {name: [] for name in everybody}
    for n in range(times):
        steps["p0"].append(call("q", "put", item("p0", n, 0)))
        steps["w0"].append(blocking_get("q"))
        for name in everybody:
            steps[name].append(meet(n, *everybody))
            steps[name].append(call("q", "task_done" if name == "w0" else "join"))
    return scenario("tasks", {"q": queue("JoinableQueue")}, steps)
