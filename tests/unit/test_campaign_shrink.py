"""Shrinking what does not always fail: outcomes are memoised, and nothing found is lost."""

import collections
import dataclasses
import itertools
import random
from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from fakes import FakeTimer, history_of, numbers_of, theme, violation
from mpconform.store import Witnessed
from mpconform.values import Actor, ObjectSpec, Operation, Preemption, Scenario
from mpconform_conformance import explore
from mpconform_conformance import shrink as shrink_module
from mpconform_conformance.explore import Batch
from mpconform_conformance.model import Ending, ending_of
from mpconform_conformance.samples import Sample, drawn
from mpconform_conformance.shrink import Aids, InVainError, quiet_s, shrink
from mpconform_conformance.strategies import undressed
from mpconform_conformance.without import without_actor
from mpconform_scenarios.build import call, item, join_all, ref, start_all, verb

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

    found = shrink(
        first, source(), trial=trial, searching=FakeTimer(), repeating=FakeTimer(), aids=Aids(hint=hint)
    )

    assert found.witnessed.history.scenario == hint
    assert set(trial.counts) == {explore.key_of(hint)}


@pytest.mark.parametrize("questions", [0, 1, 2, 5, 10, 40])
def test_when_the_time_is_used_up_the_smallest_so_far_is_the_result(questions: int) -> None:
    """However early the time ends, the result fails, and next to nothing is run afterwards."""
    trial = Trial(1.0)

    found = shrink(
        first_of(breaks), source(), trial=trial, searching=FakeTimer(questions), repeating=FakeTimer(0)
    )

    assert breaks(found.witnessed.history.scenario)
    assert sum(trial.counts.values()) <= questions


def hung(scenario: Scenario) -> Witnessed:
    return Witnessed(history=history_of(scenario, ended="hung"), violation=violation(), tapes={})


def test_a_hang_is_not_repeated_to_know_its_rate() -> None:
    """A hang costs seconds a time: one that comes again at once is run once, to know that."""
    scenario = first_of(breaks).history.scenario
    order: list[bytes] = []

    def trial(candidate: Scenario) -> Witnessed | None:
        order.append(explore.key_of(candidate))
        return hung(candidate) if candidate == scenario else None

    shrink(hung(scenario), source(), trial=trial, searching=FakeTimer(), repeating=FakeTimer(0))

    assert order.count(explore.key_of(scenario)) == 1
    assert max(map(order.count, order)) <= 3


def puts_and_gets(count: int) -> Scenario:
    """A scenario in which p0 puts as many items as c0 gets."""
    puts = tuple(call("q", "put", item("p0", n)) for n in range(count))
    return Scenario(
        family="queue",
        theme="numbers",
        objects={"q": ObjectSpec(factory="Queue")},
        actors={
            "main": Actor(steps=(*start_all(("p0", "c0")), *join_all(("p0", "c0")))),
            "p0": Actor(steps=puts),
            "c0": Actor(steps=(call("q", "get"),) * count),
        },
    )


def has(method: str) -> Callable[[Scenario], bool]:
    """Whether any actor takes a step of *method*."""
    return lambda scenario: any(
        step.method == method for actor in scenario.actors.values() for step in actor.steps
    )


def hangs_in_get(scenario: Scenario) -> Witnessed | None:
    return hung(scenario) if has("get")(scenario) else None


def test_no_cut_of_a_hang_is_believed_unless_it_would_surely_end() -> None:
    """A get without a put hangs on any backend: it proves nothing, however often it is seen."""
    first = puts_and_gets(5)
    found = shrink(hung(first), source(), trial=hangs_in_get, searching=FakeTimer(), repeating=FakeTimer(0))

    left = found.witnessed.history.scenario
    methods = [step.method for actor in left.actors.values() for step in actor.steps]
    assert ending_of(left) is Ending.SURE
    assert left.step_count <= 4
    assert methods.count("get") == methods.count("put") == 1


def test_of_what_the_model_does_not_know_no_hang_is_believed() -> None:
    """The first witness stays, which its theme made valid; what ends by itself is cut all the same."""
    first = puts_and_gets(5)
    unknown = msgspec.structs.replace(first, objects={"q": ObjectSpec(factory="PriorityQueue")})

    found = shrink(hung(unknown), source(), trial=hangs_in_get, searching=FakeTimer(), repeating=FakeTimer(0))
    assert found.witnessed.history.scenario == unknown

    first_put = msgspec.structs.replace(history_of(unknown).operations[0], actor="p0", step=0)
    shown = msgspec.structs.replace(hung(unknown), violation=violation(witness=(first_put,)))
    found = shrink(shown, source(), trial=witness, searching=FakeTimer(), repeating=FakeTimer(0))
    assert found.witnessed.history.ended == "normally"
    assert found.witnessed.history.scenario.step_count < unknown.step_count


@pytest.mark.parametrize(
    ("more", "cut"),
    [
        ({}, True),
        ({"outcome": "open"}, False),
        ({"observed": ("a process was left",)}, False),
    ],
)
def test_a_hang_beside_the_proof_is_cut_whatever_the_model_knows(*, more: dict[str, Any], cut: bool) -> None:
    """What was proved by calls that ended is no less true where others wait for ever; all else may be."""
    unknown = msgspec.structs.replace(puts_and_gets(5), objects={"q": ObjectSpec(factory="PriorityQueue")})
    put = history_of(unknown).operations[0]
    put = msgspec.structs.replace(put, actor="p0", step=0, outcome=more.get("outcome", "ok"))
    shown = msgspec.structs.replace(violation(witness=(put,)), observed=more.get("observed", ()))

    def hangs_after_a_put(scenario: Scenario) -> Witnessed | None:
        fails = scenario.objects == unknown.objects and has("put")(scenario)
        return msgspec.structs.replace(hung(scenario), violation=shown) if fails else None

    found = shrink(
        msgspec.structs.replace(hung(unknown), violation=shown),
        source(),
        trial=hangs_after_a_put,
        searching=FakeTimer(),
        repeating=FakeTimer(0),
    )

    left = found.witnessed.history.scenario
    assert (left.step_count <= 4) is cut
    assert (left == unknown) is not cut


def test_what_hangs_and_shows_nothing_is_not_tried_again() -> None:
    """It costs seconds a time; what passes is tried a few times, as it may be a race."""
    counts: collections.Counter[bytes] = collections.Counter()

    def trial(candidate: Scenario) -> Witnessed | None:
        counts[explore.key_of(candidate)] += 1
        if breaks(candidate):
            return witness(candidate)
        if len(numbers_of(candidate)) == 1:
            raise InVainError
        return None

    found = shrink(first_of(breaks), source(), trial=trial, searching=FakeTimer(), repeating=FakeTimer(0))

    assert breaks(found.witnessed.history.scenario)
    assert max(count for key, count in counts.items() if key.count(b'"put"') == 1) <= 2


def test_a_hint_that_only_hangs_is_not_believed() -> None:
    """What was cut for another requirement may leave a get without its put."""
    first = puts_and_gets(3)
    hint = without_actor(first, "p0")

    found = shrink(
        hung(first),
        source(),
        trial=hangs_in_get,
        searching=FakeTimer(),
        repeating=FakeTimer(0),
        aids=Aids(hint=hint),
    )

    assert ending_of(found.witnessed.history.scenario) is Ending.SURE


def test_what_fails_without_its_dress_is_undressed_at_once() -> None:
    """Nothing is cheaper to run."""
    plan = Preemption(strategy="starvation", probability=0.001, pause_s=(0.001, 1.0))
    first = first_of(breaks)
    dressed = witness(msgspec.structs.replace(first.history.scenario, preemption=plan))
    order: list[Scenario] = []

    def trial(candidate: Scenario) -> Witnessed | None:
        order.append(candidate)
        return witness(candidate) if breaks(candidate) else None

    shrink(dressed, source(), trial=trial, searching=FakeTimer(), repeating=FakeTimer())

    assert all(candidate.preemption is None for candidate in order)


def test_a_race_keeps_its_numbers() -> None:
    """With fewer increments it would show less often; what always fails is given less to do."""

    def increments(times: int) -> Scenario:
        step = verb("increment", ref("v"), times)
        objects = {"v": ObjectSpec(factory="Value", arguments=("i", 0))}
        return Scenario(
            family="memory", theme="numbers", objects=objects, actors={"main": Actor(steps=(step,))}
        )

    def times_of(rate: float) -> int:
        trial = Trial(rate, seed=1, condition=has("increment"))
        found = shrink(
            witness(increments(64)), source(), trial=trial, searching=FakeTimer(), repeating=FakeTimer(0)
        )
        return int(found.witnessed.history.scenario.actors["main"].steps[0].arguments[1])

    assert times_of(1.0) == 1
    assert times_of(0.5) == 64


def test_what_does_not_always_fail_after_all_is_not_asked_to() -> None:
    """Three failures in a row are soon had: where cuts fail only sometimes, the scenario is run again."""
    whole = counted(12)
    sizes = []
    for seed in range(20):
        trial = Trial(0.7, seed, condition=lambda scenario: methods_of(scenario).count("get") >= 2)
        found = shrink(witness(whole), source(), trial=trial, searching=FakeTimer(400), repeating=FakeTimer())
        sizes.append(found.witnessed.history.scenario.step_count)

    # Without the doubt, 14 of them.
    assert sizes.count(4) >= 18


def methods_of(scenario: Scenario) -> list[str]:
    return [step.method for actor in scenario.actors.values() for step in actor.steps]


def counted(often: int) -> Scenario:
    """Main gets and puts so often."""
    steps = tuple(
        call("q", method, *[1] * (method == "put")) for _ in range(often) for method in ("put", "get")
    )
    return Scenario(
        family="f", theme="t", objects={"q": ObjectSpec(factory="Queue")}, actors={"main": Actor(steps=steps)}
    )


def test_what_shows_once_in_many_operations_gets_more_rounds_as_it_gets_smaller() -> None:
    """So that it shows as often, in about the same time."""
    whole = msgspec.structs.replace(counted(16), rounds=4)
    seen: dict[int, int] = {}
    chances = random.Random(1)

    def trial(scenario: Scenario) -> Witnessed | None:
        seen[scenario.step_count] = max(scenario.rounds, seen.get(scenario.step_count, 0))
        shows = scenario.rounds * scenario.step_count * 0.004
        return witness(scenario) if scenario.step_count > 1 and chances.random() < shows else None

    bursting = msgspec.structs.replace(source(), theme=dataclasses.replace(theme(), bursts=True))
    found = shrink(witness(whole), bursting, trial=trial, searching=FakeTimer(2000), repeating=FakeTimer())

    assert found.witnessed.history.scenario.step_count == 2
    assert found.witnessed.history.scenario.rounds > 16
    assert all(rounds * steps <= 32 * 32 for steps, rounds in seen.items())


def test_what_fails_now_and_then_without_its_slow_dress_is_undressed_at_once() -> None:
    """In the time of one run in which processes are held up, there are many in which they are not."""
    starved = Preemption(strategy="starvation", seed=1, probability=0.001, pause_s=(0.001, 1.0))
    whole = msgspec.structs.replace(counted(8), preemption=starved)
    dressed = 0
    chances = random.Random(2)

    def trial(scenario: Scenario) -> Witnessed | None:
        nonlocal dressed
        dressed += scenario.preemption is not None
        return witness(scenario) if scenario.step_count > 1 and chances.random() < 0.5 else None

    found = shrink(witness(whole), source(), trial=trial, searching=FakeTimer(500), repeating=FakeTimer())

    assert dressed == 0
    assert found.witnessed.history.scenario.step_count == 2


@pytest.mark.parametrize("bursts", [True, False])
def test_what_seldom_fails_is_looked_for_in_a_sample(*, bursts: bool) -> None:
    """In many rounds, if it may have several; and it goes on from there."""
    sample = Sample(scenario=msgspec.structs.replace(counted(2), theme="sample"), bursts=bursts)
    chances = random.Random(1)

    def trial(scenario: Scenario) -> Witnessed | None:
        a_round = 0.02 if bursts else 0.2
        shows = a_round * scenario.rounds if scenario.theme == "sample" else 0.3
        return witness(scenario) if scenario.step_count > 1 and chances.random() < shows else None

    found = shrink(
        witness(counted(16)), source(), trial=trial, searching=FakeTimer(500), repeating=FakeTimer(),
        aids=Aids(samples=[sample], sampling_s=60.0),
    )  # fmt: skip

    scenario = found.witnessed.history.scenario
    assert (scenario.theme, scenario.step_count) == ("sample", 2)
    assert scenario.rounds == (32 if bursts else 1)


def test_of_what_always_fails_no_sample_is_run() -> None:
    """Cutting is quick then, and keeps what was seen."""
    sample = Sample(scenario=msgspec.structs.replace(counted(1), theme="sample"), bursts=True)

    def trial(scenario: Scenario) -> Witnessed | None:
        assert scenario.theme != "sample"
        return witness(scenario)

    found = shrink(
        witness(counted(4)), source(), trial=trial, searching=FakeTimer(2000), repeating=FakeTimer(),
        aids=Aids(samples=[sample], sampling_s=60.0),
    )  # fmt: skip

    assert found.witnessed.history.scenario.step_count <= 2


@pytest.mark.parametrize(
    ("size", "often", "limit_s"),
    [
        pytest.param(16, 60, 60.0, id="no smaller"),
        pytest.param(1, 1, 60.0, id="only once"),
        pytest.param(1, 60, 0.0, id="no time"),
    ],
)
def test_a_sample_has_to_be_smaller_and_to_fail_twice_in_time(size: int, often: int, limit_s: float) -> None:
    """Else the scenario that was drawn is cut, as ever."""
    sample = Sample(scenario=msgspec.structs.replace(counted(size), theme="sample"), bursts=True)
    left = often

    def trial(scenario: Scenario) -> Witnessed | None:
        nonlocal left
        left -= scenario.theme == "sample"
        return witness(scenario) if scenario.theme == "sample" and left >= 0 else None

    found = shrink(
        witness(counted(16)), source(), trial=trial, searching=FakeTimer(2000), repeating=FakeTimer(),
        aids=Aids(samples=[sample], sampling_s=limit_s),
    )  # fmt: skip

    assert found.witnessed.history.scenario.theme != "sample"


@pytest.mark.parametrize(
    ("size", "often", "limit_s", "taken"),
    [
        pytest.param(200, 2, 60.0, True, id="twice"),
        pytest.param(200, 1, 60.0, False, id="only once"),
        pytest.param(1, 60, 60.0, False, id="no smaller"),
        pytest.param(200, 60, 0.0, False, id="no time"),
    ],
)
def test_what_seldom_fails_is_looked_for_in_what_the_theme_draws(
    *, size: int, often: int, limit_s: float, taken: bool
) -> None:
    """By turns, in many rounds; one that fails has to fail again."""
    large = counted(size)
    known = Batch(theme=dataclasses.replace(theme(), bursts=True), seed=SEED, index=4, size=32)
    small = {explore.key_of(sample.scenario) for sample in drawn(known)}
    left, chances = often, random.Random(3)

    def trial(scenario: Scenario) -> Witnessed | None:
        nonlocal left
        bare = undressed(scenario)
        if explore.key_of(bare) in small and scenario.rounds > 1 and left:
            left -= 1
            return witness(scenario)
        return witness(scenario) if bare == large and chances.random() < 0.3 else None

    found = shrink(
        witness(large), known, trial=trial, searching=FakeTimer(2000), repeating=FakeTimer(),
        aids=Aids(sampling_s=limit_s),
    )  # fmt: skip

    assert (explore.key_of(undressed(found.witnessed.history.scenario)) in small) is taken


@pytest.mark.parametrize(("again", "taken"), [(0.0, True), (0.5, False)])
def test_in_place_of_what_never_failed_again_a_larger_one_may(*, again: float, taken: bool) -> None:
    """What is red once only, convinces nobody."""
    known = Batch(theme=dataclasses.replace(theme(), bursts=True), seed=SEED, index=4, size=32)
    small = {explore.key_of(sample.scenario): sample.scenario for sample in drawn(known)}
    least = min(scenario.step_count for scenario in small.values())
    first = counted(least)
    chances = random.Random(3)

    def trial(scenario: Scenario) -> Witnessed | None:
        bare = undressed(scenario)
        if bare == first:
            return witness(scenario) if chances.random() < again else None
        larger = explore.key_of(bare) in small and bare.step_count > least
        return witness(scenario) if larger else None

    found = shrink(
        witness(first),
        known,
        trial=trial,
        searching=FakeTimer(2000),
        repeating=FakeTimer(),
        aids=Aids(sampling_s=60.0),
    )

    assert (undressed(found.witnessed.history.scenario) != first) is taken
    assert (found.failed == found.repeated) is taken


def test_a_sample_that_hangs_is_not_believed_if_it_would_get_stuck() -> None:
    """On a right implementation, says the model."""
    waits = {"main": Actor(steps=(call("q", "get"),))}
    stuck = Sample(scenario=msgspec.structs.replace(puts_and_gets(1), actors=waits), bursts=False)
    assert ending_of(stuck.scenario) is Ending.STUCK

    found = shrink(
        hung(puts_and_gets(6)), source(), trial=hung, searching=FakeTimer(2000), repeating=FakeTimer(),
        aids=Aids(samples=[stuck], sampling_s=60.0),
    )  # fmt: skip

    assert found.witnessed.history.scenario != stuck.scenario
    assert ending_of(found.witnessed.history.scenario) is Ending.SURE


def test_a_sample_that_hangs_is_believed_where_the_model_is_at_a_loss() -> None:
    """It is drawn whole, so it has an end; no cut of it is believed, and rounds are of no use to it."""

    def unknown(count: int) -> Scenario:
        steps = (*[call("m", "set", n) for n in range(count)], call("m", "wait"))
        return Scenario(
            family="f", theme="t", objects={"m": ObjectSpec(factory="X")}, actors={"main": Actor(steps=steps)}
        )

    assert ending_of(unknown(2)) is Ending.UNKNOWN
    sample = Sample(scenario=unknown(2), bursts=True)

    found = shrink(
        hung(unknown(9)), source(), trial=hung, searching=FakeTimer(2000), repeating=FakeTimer(),
        aids=Aids(samples=[sample], sampling_s=60.0),
    )  # fmt: skip

    assert found.witnessed.history.scenario == sample.scenario


@pytest.mark.parametrize(("again", "sliced"), [(False, True), (True, False)])
def test_a_slice_of_what_shows_most_seldom_is_run_for_longer(*, again: bool, sliced: bool) -> None:
    """Once in 80 runs is enough for what did not show again; a cut of what does, has its few runs."""
    large = counted(15)
    op = history_of(large).operations[4]
    shown = msgspec.structs.replace(violation(), witness=(op,))
    first = Witnessed(history=history_of(large), violation=shown, tapes={})
    runs = collections.Counter[bytes]()

    def trial(scenario: Scenario) -> Witnessed | None:
        key = explore.key_of(scenario)
        runs[key] += 1
        if scenario.step_count == 30:
            return first if again else None
        return msgspec.structs.replace(first, history=history_of(scenario)) if runs[key] == 80 else None

    found = shrink(
        first,
        source(),
        trial=trial,
        searching=FakeTimer(5000),
        repeating=FakeTimer(),
        aids=Aids(sampling_s=60.0),
    )

    assert (found.witnessed.history.scenario.step_count < 30) is sliced


@pytest.mark.parametrize(
    ("times", "quiet"),
    [((), 0.0), (((0, 10**9),), 1.0), (((0, 4 * 10**9), (10**9, None), (2 * 10**9, 3 * 10**9)), 1.0)],
)
def test_a_run_was_at_rest_between_its_records(
    times: tuple[tuple[int, int | None], ...], quiet: float
) -> None:
    """Whoever began or ended something, broke it."""
    operations = tuple(
        Operation(
            actor="main", step=n, target="q", method="get", invoked_ns=begin, returned_ns=end, outcome="ok"
        )
        for n, (begin, end) in enumerate(times)
    )

    assert quiet_s(msgspec.structs.replace(history_of(counted(1)), operations=operations)) == quiet


@pytest.mark.parametrize("always", [True, False])
def test_what_always_hangs_is_cut_to_what_hangs_again(*, always: bool) -> None:
    """A hang that comes once in ten runs is no good in its place; of one that comes seldom, it is."""
    chances = random.Random(5)

    def trial(scenario: Scenario) -> Witnessed | None:
        puts = sum(step.method == "put" for actor in scenario.actors.values() for step in actor.steps)
        seldom = 0.1 if always else 0.4
        rate = 0.0 if not puts else 1.0 if always and puts >= 3 else seldom
        return hung(scenario) if chances.random() < rate else None

    found = shrink(
        hung(puts_and_gets(6)), source(), trial=trial, searching=FakeTimer(2000), repeating=FakeTimer()
    )

    puts = methods_of(found.witnessed.history.scenario).count("put")
    assert puts == 3 if always else puts < 3


@pytest.mark.parametrize(
    ("ends", "cut"), [((True, True), True), ((True, False), False), ((False, True), False)]
)
def test_a_cut_that_hangs_is_believed_where_it_ends_on_what_works(
    ends: tuple[bool, bool], *, cut: bool
) -> None:
    """If the model is at a loss.  It is asked once before the cut is run, and again if that hung."""
    unknown = msgspec.structs.replace(puts_and_gets(5), objects={"q": ObjectSpec(factory="PriorityQueue")})
    assert ending_of(unknown) is Ending.UNKNOWN
    asked = collections.Counter[int]()

    def where_all_works(scenario: Scenario, times: int) -> bool:
        asked[times] += 1
        return ends[times > 1]

    def hangs_after_a_put(scenario: Scenario) -> Witnessed | None:
        return hung(scenario) if scenario.objects == unknown.objects and has("put")(scenario) else None

    found = shrink(
        hung(unknown), source(), trial=hangs_after_a_put, searching=FakeTimer(), repeating=FakeTimer(0),
        aids=Aids(ends=where_all_works),
    )  # fmt: skip

    assert (found.witnessed.history.scenario.step_count <= 4) is cut
    assert (found.witnessed.history.scenario == unknown) is not cut
    assert (asked[3] > 0) is ends[0]


@pytest.mark.parametrize(("run_s", "cut_first"), [(0.1, True), (0.6, False)])
def test_what_hangs_is_cut_before_samples_are_tried(
    monkeypatch: pytest.MonkeyPatch, run_s: float, *, cut_first: bool
) -> None:
    """As long as a run that shows nothing is quick: a hang takes long to be seen, whatever it is of."""
    first = puts_and_gets(6)
    small = {explore.key_of(sample.scenario) for sample in drawn(source())}
    clock = itertools.count(0, int(run_s * 1e9))
    monkeypatch.setattr(shrink_module, "now_ns", lambda: next(clock))
    tried: list[Scenario] = []

    def trial(scenario: Scenario) -> Witnessed | None:
        tried.append(scenario)
        return hung(scenario) if scenario.step_count > 9 and len(tried) > 1 else None

    shrink(
        hung(first), source(), trial=trial, searching=FakeTimer(), repeating=FakeTimer(0),
        aids=Aids(sampling_s=0.2),
    )  # fmt: skip

    before = next(at for at, one in enumerate(tried) if explore.key_of(undressed(one)) in small)
    assert (before > 20) is cut_first
