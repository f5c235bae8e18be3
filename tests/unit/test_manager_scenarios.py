"""Strategies of the manager family: valid by construction, and small when shrunk."""

import pytest
from hypothesis import HealthCheck, Phase, find, given, settings

from mpconform.mentions import mentioned
from mpconform.values import Scenario
from mpconform_scenarios.family import Theme
from mpconform_scenarios.manager import FAMILY
from mpconform_scenarios.manager_objects import queues

ANY = settings(
    max_examples=12, database=None, deadline=None, phases=[Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)  # fmt: skip

#: Of the smallest scenario of each theme: actors, and steps in all.
SMALLEST = {
    "alone": (1, 1),
    "dicts": (2, 5),
    "lists": (2, 6),
    "cells": (2, 16),
    "queues": (2, 12),
    "locks": (2, 8),
    "events": (2, 31),
    "proxies": (1, 34),
    "nested": (2, 14),
    "references": (1, 9),
    "types": (1, 28),
    "pools": (1, 11),
    "lives": (1, 13),
    "drops": (1, 13),
    "custom": (2, 39),
    "servers": (3, 26),
    "deaths": (2, 16),
    "programs": (2, 23),
    "sharing": (1, 2),
    "usage": (1, 2),
}

all_themes = pytest.mark.parametrize("theme", FAMILY.themes, ids=lambda theme: theme.name)


@all_themes
def test_the_smallest_scenario_is_the_one_that_is_stated(theme: Theme) -> None:
    """So many actors, and so many steps."""
    small = find(
        theme.scenarios(), lambda _: True, settings=settings(database=None, max_examples=150, deadline=None)
    )

    assert (len(small.actors), small.step_count) == SMALLEST[theme.name]


@all_themes
def test_names_resolve(theme: Theme) -> None:
    """Every name is an object, an actor, or something that the actor bound before."""

    @ANY
    @given(theme.scenarios())
    def check(scenario: Scenario) -> None:
        for name, actor in scenario.actors.items():
            known = set(scenario.objects) | (set(scenario.actors) if name == "main" else set())
            for step in actor.steps:
                used = (
                    mentioned(step) | {step.target} | set(step.arguments if step.method == "collect" else ())
                )
                assert used - {"", "@"} <= known, step
                known |= {step.bind}
        for at, spec in enumerate(scenario.objects.values()):
            assert mentioned(spec) - {"custom"} <= set(list(scenario.objects)[:at]), spec

    check()


@all_themes
def test_main_starts_and_ends_every_other_actor(theme: Theme) -> None:
    """It starts and joins processes, and launches and reaps programs."""

    @ANY
    @given(theme.scenarios())
    def check(scenario: Scenario) -> None:
        main = scenario.actors["main"].steps
        for name in set(scenario.actors) - {"main"}:
            mine = [step.method for step in main if step.target == name or step.arguments == (name,)]
            wanted = ["launch", "reap"] if "launch" in mine else ["start", "join"]
            assert [method for method in mine if method in wanted] == wanted

    check()


@all_themes
def test_who_meets_is_met(theme: Theme) -> None:
    """Everybody who is named at a rendezvous comes there, once."""

    @ANY
    @given(theme.scenarios())
    def check(scenario: Scenario) -> None:
        meetings = {
            (step.arguments[0], tuple(step.arguments[1]))
            for actor in scenario.actors.values()
            for step in actor.steps
            if step.method == "rendezvous"
        }
        for point, names in meetings:
            for name in names:
                steps = scenario.actors[name].steps
                assert sum(s.method == "rendezvous" and s.arguments[0] == point for s in steps) == 1

    check()


def test_only_themes_without_ends_of_processes_are_repeated() -> None:
    """Whose manager is shared by all rounds."""
    for theme in FAMILY.themes:
        small = find(theme.scenarios(), lambda _: True, settings=settings(database=None, deadline=None))
        shared = [spec for spec in small.objects.values() if spec.factory == "Manager"]
        assert all(spec.once for spec in shared)
        assert not theme.bursts or shared


def test_of_a_queue_without_room_everybody_takes_what_he_put_before_he_puts_more() -> None:
    """Else all might wait for room; where there is room for everything, a queue may hold several things."""

    @ANY
    @given(queues())
    def check(scenario: Scenario) -> None:
        spec = scenario.objects.get("r")
        for actor in scenario.actors.values():
            used = [step.method for step in actor.steps if step.target == "r"]
            assert used.count("put") == used.count("get")
            if spec and spec.arguments != (0,):
                assert used == ["put", "get"] * (len(used) // 2)

    check()
    few = settings(database=None, deadline=None)
    full = find(
        queues(), lambda s: [x.method for x in s.actors["p0"].steps][1:3] == ["put"] * 2, settings=few
    )
    assert full.objects["r"].arguments == (0,)


@pytest.mark.parametrize("used", ["q", "r", "j"])
def test_a_queue_may_be_the_only_one(used: str) -> None:
    """What breaks it is then shown by little."""
    small = find(
        queues(), lambda s: set(s.objects) == {"m", used}, settings=settings(database=None, deadline=None)
    )

    assert {step.target for actor in small.actors.values() for step in actor.steps} <= {used, "p0", ""}
