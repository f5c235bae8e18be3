"""Offered: what is asked of a backend that offers some of multiprocessing: those scenarios that use no more.

Where the scenarios of a theme use now one kind of object and now another, those of the others are not drawn.
"""

import dataclasses
import re
from functools import cache, partial

import msgspec
from hypothesis.errors import Unsatisfiable
from hypothesis.strategies import SearchStrategy

from mpconform.backend import Offer, missing
from mpconform.values import Scenario
from mpconform_conformance.explore import batch
from mpconform_scenarios.family import Theme

__all__ = ("fitting", "lacking", "strange", "uses")

_OF_CONTEXT = re.compile(rb"\bctx\.(\w+)")


def uses(scenario: Scenario) -> frozenset[str]:
    """Return what *scenario* uses of a backend, as far as its text shows: what it makes, and asks for."""
    names = {spec.factory for spec in scenario.objects.values()}
    for name, actor in scenario.actors.items():
        if name != "main":
            names.add("Process")
        names.update(step.method for step in actor.steps if step.target == "@")
    # Of programs, which are texts.
    names.update(found.decode() for found in _OF_CONTEXT.findall(msgspec.json.encode(scenario)))
    return frozenset(names)


@cache
def lacking(theme: Theme, offer: Offer) -> tuple[str, ...]:
    """Return what *offer* lacks for *theme*: what it needs, or kinds without which it has no scenario."""
    found = missing(offer, theme.needs)
    without = theme.kinds - offer.capabilities
    if not found and without:
        try:
            batch(fitting(theme, offer), seed=0, index=0, size=1)
        except Unsatisfiable:
            return tuple(sorted(without))
    return found


def strange(theme: Theme, offer: Offer, scenario: Scenario) -> tuple[str, ...]:
    """Return the kinds that *scenario*, of *theme*, uses and *offer* lacks, sorted."""
    return tuple(sorted((theme.kinds - offer.capabilities) & uses(scenario)))


def fitting(theme: Theme, offer: Offer) -> Theme:
    """Return *theme* with those of its scenarios that use no kind that *offer* lacks."""
    if not theme.kinds - offer.capabilities:
        return theme
    return dataclasses.replace(theme, scenarios=partial(_fitting, theme, offer))


def _fitting(theme: Theme, offer: Offer) -> SearchStrategy[Scenario]:
    return theme.scenarios().filter(lambda scenario: not strange(theme, offer, scenario))
