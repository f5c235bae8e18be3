"""Shrinking what does not always fail: outcomes are memoised, and nothing found is lost."""

import collections
import random
from collections.abc import Callable

import pytest

from fakes import FakeTimer, history_of, numbers_of, theme, violation
from mpconform.store import Witnessed
from mpconform.values import Scenario
from mpconform_conformance import explore
from mpconform_conformance.explore import Batch
from mpconform_conformance.shrink import shrink

#: The seed of a batch in which the defect below shows.
SEED = 4


def source() -> Batch:
    return Batch(theme=theme(), seed=SEED, index=4, size=32)


def breaks(scenario: Scenario) -> bool:
    """The defect: two numbers, both over 20.  The smallest scenario that shows it is [21, 21]."""
    return sum(number > 20 for number in numbers_of(scenario)) >= 2


def first_of(condition: Callable[[Scenario], bool]) -> Witnessed:
    batch = explore.batch(theme(), seed=SEED, index=4, size=32)
    return witness(next(scenario for scenario in batch if condition(scenario)))


def witness(scenario: Scenario) -> Witnessed:
    return Witnessed(history=history_of(scenario), violation=violation(), tapes={})


class Trial:
    """Runs of a defect that shows with a probability; counts them by scenario."""

    def __init__(self, rate: float, seed: int = 0, condition: Callable[[Scenario], bool] = breaks) -> None:
        self.counts: collections.Counter[bytes] = collections.Counter()
        self._rate = rate
        self._random = random.Random(seed)
        self._condition = condition

    def __call__(self, scenario: Scenario) -> Witnessed | None:
        self.counts[explore.key_of(scenario)] += 1
        failed = self._condition(scenario) and self._random.random() < self._rate
        return witness(scenario) if failed else None


def test_a_steady_failure_shrinks_to_the_minimum() -> None:
    """What always fails becomes the smallest scenario that fails."""
    trial = Trial(1.0)

    found = shrink(first_of(breaks), source(), trial=trial, searching=FakeTimer(), repeating=FakeTimer())

    assert numbers_of(found.witnessed.history.scenario) == [21, 21]
    assert (found.failed, found.repeated) == (20, 20)


def test_a_flaky_failure_reaches_the_minimum() -> None:
    """A defect that shows in 3 of 10 runs still shrinks to (nearly always) the smallest scenario."""
    sizes = []
    for seed in range(20):
        trial = Trial(0.3, seed)
        found = shrink(first_of(breaks), source(), trial=trial, searching=FakeTimer(), repeating=FakeTimer())
        sizes.append(numbers_of(found.witnessed.history.scenario))
        assert breaks(found.witnessed.history.scenario)

    assert sizes.count([21, 21]) >= 14
    assert sum(len(size) == 2 for size in sizes) >= 18


def test_a_scenario_is_tried_a_few_times_and_never_again() -> None:
    """What came of a scenario stays true: Hypothesis sees a function.  Each cutting tries anew."""
    trial = Trial(0.5, seed=3)

    found = shrink(first_of(breaks), source(), trial=trial, searching=FakeTimer(), repeating=FakeTimer(0))

    best = explore.key_of(found.witnessed.history.scenario)
    first = explore.key_of(first_of(breaks).history.scenario)
    assert max(count for key, count in trial.counts.items() if key not in {best, first}) <= 3 * 5


def test_the_first_witness_is_kept_if_nothing_ever_fails_again() -> None:
    """A history that was recorded is proof, whatever happens later."""
    first = first_of(breaks)

    found = shrink(first, source(), trial=Trial(0.0), searching=FakeTimer(), repeating=FakeTimer())

    assert found.witnessed == first
    assert (found.failed, found.repeated) == (0, 20)


def test_scenarios_of_the_batch_before_the_failure_are_not_run() -> None:
    """The batch comes out as it did, because nothing of it but the known failure can fail."""
    first = first_of(lambda s: breaks(s) and len(numbers_of(s)) > 3)
    batch = explore.batch(theme(), seed=SEED, index=4, size=32)
    before = batch[1 : batch.index(first.history.scenario)]
    trial = Trial(1.0, condition=lambda _: False)

    shrink(first, source(), trial=trial, searching=FakeTimer(), repeating=FakeTimer())

    assert before
    assert all(explore.key_of(scenario) not in trial.counts for scenario in before)


def test_the_simplest_scenario_of_the_theme_can_be_the_result() -> None:
    """Hypothesis holds it to be known from the batch, so it is tried apart."""
    trial = Trial(1.0, condition=lambda scenario: bool(numbers_of(scenario)))

    found = shrink(first_of(breaks), source(), trial=trial, searching=FakeTimer(), repeating=FakeTimer())

    assert numbers_of(found.witnessed.history.scenario) == [0]


def test_a_hint_that_fails_too_ends_the_search() -> None:
    """A scenario that was shrunk for one requirement serves another that it breaks as well."""
    hint = first_of(lambda s: breaks(s) and len(numbers_of(s)) == 3).history.scenario
    first = first_of(lambda s: breaks(s) and len(numbers_of(s)) > 3)
    trial = Trial(1.0)

    found = shrink(first, source(), trial=trial, searching=FakeTimer(), repeating=FakeTimer(), hint=hint)

    assert found.witnessed.history.scenario == hint
    assert len(trial.counts) == 2


@pytest.mark.parametrize("questions", [0, 1, 2, 5, 10, 40])
def test_when_the_time_is_used_up_the_smallest_so_far_is_the_result(questions: int) -> None:
    """However early the time ends, the result fails, and next to nothing is run afterwards."""
    trial = Trial(1.0)

    found = shrink(
        first_of(breaks), source(), trial=trial, searching=FakeTimer(questions), repeating=FakeTimer(0)
    )

    assert breaks(found.witnessed.history.scenario)
    assert sum(trial.counts.values()) <= questions


def test_a_hang_is_not_repeated_to_know_its_rate() -> None:
    """A hang costs seconds a time: the first thing run is a smaller scenario."""
    scenario = first_of(breaks).history.scenario
    hung = Witnessed(history=history_of(scenario, ended="hung"), violation=violation(), tapes={})
    order: list[bytes] = []

    def trial(candidate: Scenario) -> Witnessed | None:
        order.append(explore.key_of(candidate))
        return None

    shrink(hung, source(), trial=trial, searching=FakeTimer(), repeating=FakeTimer(0))

    assert order
    assert explore.key_of(scenario) not in order
    assert len(order) == len(set(order))
