"""Strategies: what a scenario wears, what that costs, and how it is taken off again."""

import collections
import dataclasses

import msgspec
import pytest

from fakes import theme
from mpconform.values import Actor, Fault, ObjectSpec, Preemption, Scenario, Step
from mpconform_conformance.strategies import (
    PLAIN,
    Dress,
    Pace,
    Swarm,
    dress_of,
    narrower,
    simpler,
    undressed,
    wear,
)

BARE = Scenario(family="queue", theme="numbers", actors={"main": Actor(), "p0": Actor()})
PLAN = Preemption(strategy="preemption", seed=1, probability=0.1)
BURST = Dress(rounds=8, preemption=PLAN)


def test_what_is_put_on_is_taken_off_again() -> None:
    """A dress changes nothing but what it is."""
    dressed = wear(BARE, BURST)

    assert dress_of(dressed) == BURST
    assert undressed(dressed) == BARE
    assert wear(BARE, PLAIN) == BARE


def test_what_may_end_a_process_belongs_to_the_scenario() -> None:
    """A stop is taken off, a kill is not; and nobody is stopped whom there is not."""
    kill = Fault(actor="p0", signal="SIGKILL", after=5)
    stops = tuple(Fault(actor=name, signal="SIGSTOP", after=7, length_s=0.1) for name in ("p0", "p9"))
    killing = msgspec.structs.replace(BARE, faults=(kill,))
    dressed = wear(killing, Dress(stops=stops))

    assert dressed.faults == (kill, stops[0])
    assert dress_of(dressed).strategy == "stops"
    assert undressed(dressed) == killing


def test_a_dress_is_called_by_its_strategy_and_its_rounds() -> None:
    """As the report shows it."""
    assert [one.strategy for one in (PLAIN, Dress(rounds=3), Dress(preemption=PLAN), BURST)] == [
        "plain",
        "burst, 3 rounds",
        "preemption",
        "preemption, 8 rounds",
    ]


def test_only_actors_that_there_are_can_be_held() -> None:
    """A smaller scenario may lack the one that was; workers are no actors, and may be there."""

    def held(*actors: str) -> Preemption | None:
        return wear(BARE, Dress(preemption=msgspec.structs.replace(PLAN, actors=actors))).preemption

    both, workers = held("p0", "p9"), held("worker")
    assert both
    assert both.actors == ("p0",)
    assert workers
    assert workers.actors == ("worker",)
    assert held("p9") is None


@pytest.mark.parametrize(
    ("dress", "expected"),
    [
        (PLAIN, []),
        (Dress(rounds=4), [PLAIN]),
        (Dress(preemption=PLAN), [PLAIN]),
        (BURST, [PLAIN, Dress(rounds=8), Dress(preemption=PLAN)]),
    ],
)
def test_the_simplest_dress_is_tried_first(dress: Dress, expected: list[Dress]) -> None:
    """And never the dress itself."""
    assert list(simpler(dress)) == expected


def test_who_was_held_most_is_tried_alone_first() -> None:
    """First each actor by itself, then each function."""
    held = collections.Counter({("p0", "queues.Queue.get"): 3, ("main", "queues.Queue.put"): 5})
    found = [one.preemption for one in narrower(wear(BARE, BURST), held)]

    assert [(plan.actors, plan.functions) for plan in found if plan] == [
        (("main",), ()),
        (("p0",), ()),
        ((), ("queues.Queue.put",)),
        ((), ("queues.Queue.get",)),
    ]
    assert not list(narrower(BARE, held))
    assert not list(narrower(wear(BARE, Dress(preemption=Preemption(strategy="together"))), held))


def test_a_burst_has_as_many_rounds_as_starting_its_processes_is_worth() -> None:
    """Much of them where a start is dear, one where rounds are; and never more than there is room for."""
    cheap, dear = Pace(), Pace()
    for pace, round_s in ((cheap, 0.002), (dear, 0.05)):
        pace.note(BARE, 0.012)
        pace.note(wear(BARE, Dress(rounds=6)), 0.012 + 5 * round_s)

    assert cheap.rounds(BARE, "burst") == 15
    assert dear.rounds(BARE, "burst") == 1
    crowded = msgspec.structs.replace(BARE, objects={f"q{n}": ObjectSpec(factory="Queue") for n in range(16)})
    assert cheap.rounds(crowded, "burst") == 4
    assert cheap.rounds(BARE, "starvation") == 1


def test_what_is_short_has_more_rounds() -> None:
    """Of two scenarios of one theme, a round of the one with a third of the steps costs a third."""
    step = Step(target="q", method="put")
    short, long = (
        msgspec.structs.replace(BARE, actors={"main": Actor(steps=(step,) * number)}) for number in (5, 15)
    )
    pace = Pace()
    pace.note(long, 0.1)
    pace.note(wear(long, Dress(rounds=6)), 0.1 + 5 * 0.03)

    assert pace.rounds(long, "burst") == 7
    assert pace.rounds(short, "burst") == 27


def test_before_anything_was_measured_a_burst_is_short() -> None:
    """Shorter where its processes are held."""
    assert Pace().rounds(BARE, "burst") > Pace().rounds(BARE, "preemption") > 1


def test_every_strategy_has_its_share_of_the_time() -> None:
    """However unequal what they cost: the dear ones come seldom."""
    pace, spent = Pace(), collections.Counter[str]()
    for _ in range(3000):
        name = pace.next(bursts=True)
        seconds = 0.5 if name == "starvation" else 0.01
        plan = None if name in {"plain", "burst", "stops"} else Preemption(strategy=name)
        stops = (Fault(actor="p0", signal="SIGSTOP", after=9),) if name == "stops" else ()
        rounds = 2 if name == "burst" else 1
        pace.note(wear(BARE, Dress(rounds=rounds, preemption=plan, stops=stops)), seconds)
        spent[name] += int(seconds * 1000)

    assert len(spent) == 9
    assert 0.04 < spent["starvation"] / spent.total() < 0.12
    assert 0.1 < spent["plain"] / spent.total() < 0.25


def test_a_theme_that_measures_time_wears_nothing() -> None:
    """Nobody is held up where it would be judged how long something took."""
    swarm = Swarm(dataclasses.replace(theme(), timed=True, bursts=True), Pace(), seed=1)

    assert {dress_of(swarm.dress(BARE)).strategy for _ in range(40)} == {"plain"}


def test_scenarios_of_one_theme_are_dressed_one_after_the_other() -> None:
    """The same seed gives the same dresses, as long as they cost the same."""

    def dresses(seed: int) -> list[Dress]:
        swarm = Swarm(theme(), Pace(), seed=seed)
        return [dress_of(swarm.dress(BARE)) for _ in range(40)]

    assert dresses(1) == dresses(1)
    assert dresses(1) != dresses(2)
    assert {one.rounds for one in dresses(1)} == {1}  # The theme does not repeat.
    assert "burst" not in {one.strategy for one in dresses(1)}
    assert len({one.strategy for one in dresses(1)}) == 8
