"""Slow runs serve every violation that their scenario shows, each of them once."""

import msgspec
import pytest

from fakes import FakeRun, FakeRunner
from mpconform.values import Actor, Scenario, Step
from mpconform_conformance.reruns import Reruns


class Timed(FakeRunner):
    """Every run takes as long as it is told, and ends as it is told."""

    def __init__(self, seconds: float, ended: str = "normally") -> None:
        super().__init__()
        self._seconds, self._ended = seconds, ended

    def run(self, scenario: Scenario) -> FakeRun:
        history = msgspec.structs.replace(super().run(scenario).history, ended=self._ended)
        return FakeRun(history, seconds=self._seconds)


def scenario(method: str, deadline_s: float = 60.0) -> Scenario:
    actor = Actor(steps=(Step(target="q", method=method),))
    return Scenario(family="queue", theme="t", actors={"main": actor}, deadline_s=deadline_s)


def test_what_one_violation_was_given_the_next_need_not_run() -> None:
    """Different runs, in the order in which they were made; and new ones when there are no more."""
    runner = Timed(5.0)
    reruns = Reruns(runner)
    first = [reruns.run(scenario("put")) for _ in range(3)]
    reruns.begin()
    second = [reruns.run(scenario("put")) for _ in range(4)]

    assert len({id(run) for run in first}) == 3
    assert [id(run) for run in second[:3]] == [id(run) for run in first]
    assert id(second[3]) not in {id(run) for run in first}
    assert len(runner.ran) == 4


def test_another_scenario_is_run() -> None:
    """Kept is what a scenario showed, and no other."""
    runner = Timed(5.0)
    reruns = Reruns(runner)
    reruns.run(scenario("put"))
    reruns.begin()
    reruns.run(scenario("get"))

    assert [one.actors["main"].steps[0].method for one in runner.ran] == ["put", "get"]


@pytest.mark.parametrize(
    ("seconds", "ended", "runs"),
    [(0.5, "normally", 1), (0.49, "normally", 2), (5.0, "hung", 2), (5.0, "crashed", 2)],
)
def test_kept_is_what_is_slow_and_ended_by_itself(seconds: float, ended: str, runs: int) -> None:
    """Half a second is the boundary."""
    runner = Timed(seconds, ended)
    reruns = Reruns(runner)
    reruns.run(scenario("put"))
    reruns.begin()
    reruns.run(scenario("put"))

    assert len(runner.ran) == runs


@pytest.mark.parametrize(("deadline_s", "runs"), [(5.1, 1), (5.0, 2)])
def test_a_run_serves_whoever_would_have_waited_for_it(deadline_s: float, runs: int) -> None:
    """With a deadline before its end, it would have been cut off."""
    runner = Timed(5.0)
    reruns = Reruns(runner)
    reruns.run(scenario("put", 60.0))
    reruns.begin()
    reruns.run(scenario("put", deadline_s))

    assert len(runner.ran) == runs
