"""The parts that pool scenarios are put together from: tasks, submissions, and their collection."""

from collections.abc import Sequence

from hypothesis import strategies as st

from mpconform.values import Actor, Json, Scenario, Step
from mpconform_scenarios.build import call, make, verb

__all__ = (
    "chunk_sizes",
    "close_and_join",
    "collect",
    "function",
    "initialised_pool",
    "iterables",
    "plain_pool",
    "reach",
    "run",
    "scenario",
    "task",
    "tasks",
)

#: The function that records what it does; nearly every submission is of it.
run: Json = {"$function": "run_task"}


def function(name: str) -> Json:
    """Return the argument that stands for the task function *name*."""
    return {"$function": name}


def task(n: int, *behaviour: Json) -> Json:
    """Return the argument that stands for task *n*."""
    return {"$task": [n, *behaviour]}


def tasks(first: int, count: int, *behaviour: Json) -> Json:
    """Return the argument that stands for *count* tasks from number *first*."""
    return {"$tasks": [first, count, *behaviour]}


def iterables(elements: Json) -> st.SearchStrategy[Json]:
    """Return *elements* as a list, or as a one-shot iterator."""
    return st.booleans().map(lambda once: {"$iterator": elements} if once else elements)


def chunk_sizes(count: int) -> st.SearchStrategy[int]:
    """Return a chunk size from 1 to one more than there are elements."""
    return st.integers(1, count + 1)


def plain_pool(workers: int) -> tuple[Step, ...]:
    """Return the step that makes a pool of so many workers."""
    return (make("pool", "Pool", workers),)


def initialised_pool(workers: int, *more: Json, **keywords: Json) -> tuple[Step, ...]:
    """Return the step that makes a pool whose workers record that they were initialised, with 7 and *more*.

    So each of them is known by its process id, whether or not a task reaches it.
    """
    return (make("pool", "Pool", workers, function("initialise"), [7, *more], **keywords),)


def collect(name: str, times: int) -> tuple[Step, ...]:
    """Return the steps that take *times* results of the iterator *name*, one by one."""
    return tuple(call(name, "__next__") for _ in range(times))


def reach(point: int) -> Step:
    """Return the step by which main lets the tasks go on that wait for *point*."""
    return verb("rendezvous", point, ["main"])


def close_and_join() -> tuple[Step, ...]:
    """Return the steps that end a pool in good order."""
    return call("pool", "close"), call("pool", "join")


def scenario(theme: str, steps: Sequence[Step]) -> Scenario:
    """Return the scenario of *theme* in which main takes *steps*."""
    return Scenario(family="pool", theme=theme, actors={"main": Actor(steps=tuple(steps))})
