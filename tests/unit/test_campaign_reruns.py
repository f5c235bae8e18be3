"""Slow runs serve every violation that their scenario shows, each of them once."""

import contextlib
from collections.abc import Iterator

import msgspec
import pytest

from fakes import FakeRun, FakeRunner
from mpconform.errors import HarnessFault
from mpconform.values import Actor, Scenario, Step
from mpconform_conformance.reruns import Reruns


class Timed(FakeRunner):
    """Every run takes as long as it is told, and ends as it is told."""

    def __init__(self, seconds: float, ended: str = "normally") -> None:
        super().__init__()
        self._seconds, self._ended = seconds, ended

    def collect(self) -> FakeRun:
        history = msgspec.structs.replace(super().collect().history, ended=self._ended)
        return FakeRun(history, seconds=self._seconds)


def scenario(method: str, deadline_s: float = 60.0) -> Scenario:
    actor = Actor(steps=(Step(target="q", method=method),))
    return Scenario(family="queue", theme="t", actors={"main": actor}, deadline_s=deadline_s)


def test_what_one_violation_was_given_the_next_need_not_run() -> None:
    """Different runs, in the order in which they were made; and new ones when there are no more."""
    runner = Timed(5.0)
    reruns = Reruns([runner])
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
    reruns = Reruns([runner])
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
    reruns = Reruns([runner])
    reruns.run(scenario("put"))
    reruns.begin()
    reruns.run(scenario("put"))

    assert len(runner.ran) == runs


@pytest.mark.parametrize(("deadline_s", "runs"), [(5.1, 1), (5.0, 2)])
def test_a_run_serves_whoever_would_have_waited_for_it(deadline_s: float, runs: int) -> None:
    """With a deadline before its end, it would have been cut off."""
    runner = Timed(5.0)
    reruns = Reruns([runner])
    reruns.run(scenario("put", 60.0))
    reruns.begin()
    reruns.run(scenario("put", deadline_s))

    assert len(runner.ran) == runs


class Patient(Timed):
    """Waits with the second scenario, without using its core, until each of *others* has begun something."""

    def __init__(self, seconds: float, *others: FakeRunner, ended: str = "normally") -> None:
        super().__init__(seconds, ended)
        self._others = others

    def ended(self, wait_s: float) -> bool:
        return not self.ran or all("submit" in other.calls for other in self._others)


def test_what_was_slow_is_run_ahead_while_it_waits() -> None:
    """Whoever asks for one run more, is given the one that was made meanwhile."""
    beside = Timed(1.0)
    first = Patient(1.0, beside)
    reruns = Reruns([first, beside])
    reruns.run(scenario("get"))
    runs = [reruns.run(scenario("put")) for _ in range(2)]

    assert runs[0] is not runs[1]
    assert [one.actors["main"].steps[0].method for one in first.ran] == ["get", "put"]
    assert [one.actors["main"].steps[0].method for one in beside.ran] == ["put"]


def test_what_is_quick_is_not_run_ahead() -> None:
    """It would be over before anybody could ask for it."""
    beside = Timed(0.1)
    reruns = Reruns([Timed(0.1), beside])
    for _ in range(3):
        reruns.run(scenario("put"))

    assert beside.ran == []


def test_all_of_several_scenarios_are_run_so_often() -> None:
    """Some beside others that wait; each of them has its runs, and what spoils one spoils no other."""
    beside = Timed(1.0)
    patient = Patient(1.0, beside)
    reruns = Reruns([patient, beside])
    runs = reruns.all_of([scenario("put"), scenario("get")], 3)

    assert [[run.history.scenario.actors["main"].steps[0].method for run in of] for of in runs] == [
        ["put"] * 3,
        ["get"] * 3,
    ]
    assert len(beside.ran) + len(patient.ran) == 6
    assert beside.ran


@pytest.mark.parametrize("where", ["submit", "collect"])
def test_a_defect_of_ours_costs_a_scenario_its_runs_and_no_other(where: str) -> None:
    """Whether it shows as the scenario begins, or as it ends."""
    reruns = Reruns([Spoilt(where)])
    bad, good = reruns.all_of([scenario("put"), scenario("get")], 3)

    assert bad == []
    assert len(good) == 3


class Spoilt(FakeRunner):
    """Fails at every put."""

    def __init__(self, where: str) -> None:
        super().__init__()
        self._where = where

    def _check(self, one: Scenario, where: str) -> None:
        if where == self._where and one.actors["main"].steps[0].method == "put":
            raise HarnessFault("no agent")

    def submit(self, scenario: Scenario) -> None:
        self._check(scenario, "submit")
        super().submit(scenario)

    def collect(self) -> FakeRun:
        run = super().collect()
        self._check(run.history.scenario, "collect")
        return run


class Slept(Timed):
    """Does not end the second scenario until it is collected."""

    def ended(self, wait_s: float) -> bool:
        return len(self.ran) != 1


@pytest.mark.parametrize("where", ["submit", "collect"])
def test_a_defect_of_ours_leaves_nothing_under_way(where: str) -> None:
    """What ran beside it is waited for, so that the next scenario can begin."""
    beside = Spoilt(where)
    first = Patient(1.0, beside) if where == "collect" else Slept(1.0)
    reruns = Reruns([first, beside])
    reruns.run(scenario("get"))
    with pytest.raises(HarnessFault):
        reruns.run(scenario("put"))
    reruns.run(scenario("get"))

    assert [one.actors["main"].steps[0].method for one in first.ran] == ["get", "put", "get"]


def test_the_runs_of_a_hang_serve_only_who_asked_for_them() -> None:
    """How long they took depends on who was waiting."""
    runner = Timed(5.0, "hung")
    reruns = Reruns([runner])
    reruns.all_of([scenario("put")], 2)
    reruns.run(scenario("put"))

    assert len(runner.ran) == 3


def test_all_runners_hurry_together() -> None:
    """And none of them any more, when it is over."""
    hurrying: list[tuple[int, float]] = []

    class Hurried(FakeRunner):
        @contextlib.contextmanager
        def hurried(self, *, quiet_s: float = 0.0) -> Iterator[None]:
            hurrying.append((id(self), quiet_s))
            yield
            hurrying.remove((id(self), quiet_s))

    runners = [Hurried(), Hurried()]
    with Reruns(runners).hurried(quiet_s=1.5):
        assert hurrying == [(id(runner), 1.5) for runner in runners]
    assert hurrying == []
