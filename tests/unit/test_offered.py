"""Backends that offer some of multiprocessing are asked about that, and about nothing else."""

import msgspec
import pytest

from fakes import OFFER
from mpconform.backend import Offer
from mpconform.values import Actor, ObjectSpec, Scenario, Step
from mpconform_conformance import offered
from mpconform_conformance.explore import batch
from mpconform_conformance.families import family
from mpconform_scenarios.context_build import alone, program
from mpconform_scenarios.family import Theme

pytestmark = pytest.mark.once

LOCKS = {theme.name: theme for theme in family("lock").themes}


def offer(*capabilities: str) -> Offer:
    return msgspec.structs.replace(OFFER, capabilities=frozenset(capabilities))


def test_what_a_scenario_uses_is_what_it_makes_and_asks_for() -> None:
    """Objects made before and by steps, processes of its own, and what programs have of a context."""
    made = Step(target="@", method="Event", bind="e")
    scenario = Scenario(
        family="queue",
        theme="t",
        objects={"q": ObjectSpec(factory="Queue"), "m": ObjectSpec(factory="Manager")},
        actors={"main": Actor(steps=(made, Step(target="e", method="set"))), "p": Actor()},
    )
    asking = program("x", "def f():\n    return ctx.Barrier(2)\n", ["ask('a', ctx.cpu_count)"])

    assert offered.uses(scenario) == {"Queue", "Manager", "Event", "Process"}
    assert offered.uses(alone("t", asking)) >= {"Barrier", "cpu_count"}


@pytest.mark.dense
@pytest.mark.parametrize("kind", ["Lock", "RLock", "Semaphore", "BoundedSemaphore"])
def test_scenarios_of_the_kinds_that_there_are_are_drawn(kind: str) -> None:
    """Of each theme of locks that has some, and of no other; what cannot be drawn at all, is lacking."""
    little = offer("Process", kind)
    able = {name: theme for name, theme in LOCKS.items() if not offered.lacking(theme, little)}

    assert len(able) >= 5
    for theme in able.values():
        drawn = batch(offered.fitting(theme, little), seed=3, index=2, size=8)
        assert drawn
        assert {name for scenario in drawn for name in offered.uses(scenario) & theme.kinds} == {kind}


def test_what_is_lacking_is_named() -> None:
    """What all scenarios need; or, if there is none without them, the kinds that are not there."""
    everything = offer("Process", "Lock", "RLock", "Semaphore", "BoundedSemaphore", "Semaphore.get_value")

    beyond = {"data", "programs"}
    assert all(not offered.lacking(theme, everything) for name, theme in LOCKS.items() if name not in beyond)
    assert offered.lacking(LOCKS["data"], everything) == ("RawArray", "RawValue")
    assert offered.lacking(LOCKS["programs"], everything) == (
        "Pipe",
        "Process.exitcode",
        "module.get_context",
    )
    assert offered.lacking(LOCKS["values"], offer("Process", "Lock")) == ("Semaphore", "Semaphore.get_value")
    assert offered.lacking(LOCKS["limits"], offer("Process", "Lock")) == (
        "BoundedSemaphore",
        "RLock",
        "Semaphore",
    )


def test_a_theme_is_left_as_it_is_where_nothing_is_lacking() -> None:
    """A seed names the same scenarios of it, whatever else a backend offers."""
    theme: Theme = LOCKS["turns"]

    assert offered.fitting(theme, offer("Process", *theme.kinds)) is theme
    assert (
        offered.strange(theme, offer("Process", *theme.kinds), batch(theme, seed=1, index=0, size=1)[0]) == ()
    )
