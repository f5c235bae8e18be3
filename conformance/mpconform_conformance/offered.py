"""Offered: what is asked of a backend that offers some of multiprocessing: those scenarios that use no more.

Where the scenarios of a theme use now one kind of object and now another, those of the others are not drawn.
"""

import dataclasses
import re
from collections.abc import Callable, Iterable, Mapping
from functools import cache, partial
from typing import NamedTuple

import msgspec
from hypothesis.errors import Unsatisfiable
from hypothesis.strategies import SearchStrategy

from mpconform.backend import Offer, missing
from mpconform.values import Scenario
from mpconform_conformance.directed import Directed
from mpconform_conformance.explore import batch
from mpconform_scenarios.family import Family, Theme

__all__ = ("Reach", "fitting", "lacking", "reach", "strange", "uses")

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
    without = missing(offer, theme.kinds)
    if found or not without:
        return found
    if len(without) == len(theme.kinds):
        return without  # Not tried: to draw in vain takes long.
    try:
        batch(fitting(theme, offer), seed=0, index=0, size=1)
    except Unsatisfiable:
        return without
    return ()


def strange(theme: Theme, offer: Offer, scenario: Scenario) -> tuple[str, ...]:
    """Return the kinds that *scenario*, of *theme*, uses and *offer* lacks, sorted."""
    without = missing(offer, theme.kinds)
    return tuple(sorted(uses(scenario).intersection(without))) if without else ()


class Reach(NamedTuple):
    """What the scenarios of a family can show of one backend.

    *directed* can be run, and *served* says whose theme's scenarios give evidence for a requirement; of what
    they would need besides, where none can be run, *beyond* tells.
    """

    directed: tuple[Directed, ...]
    served: Mapping[str, str]
    beyond: Mapping[str, tuple[str, ...]]


def reach(
    family: Family,
    offer: Offer,
    *,
    directed: Iterable[Directed],
    named: Mapping[str, str],
    lacks: Callable[[Theme], tuple[str, ...]],
) -> Reach:
    """Return what can be run of *directed* with *offer*, and of *named*, by requirement the themes that can.

    *lacks* says what is lacking for a theme.
    """
    themes = {theme.name: theme for theme in family.all_themes}
    wanted = {name: lacks(theme) for name, theme in themes.items()}
    served = {r: name for r, name in named.items() if name in themes and not wanted[name]}
    beyond = {r: wanted[name] for r, name in named.items() if wanted.get(name)}
    run: list[Directed] = []
    for one in (one for one in directed if one.scenario.theme in themes):
        name = one.scenario.theme
        wants = wanted[name] or strange(themes[name], offer, one.scenario)
        if not wants:
            run.append(one)
        elif not one.catches:
            beyond |= dict.fromkeys(one.gives, wants)
    served |= {r: one.scenario.theme for one in reversed(run) if not one.catches for r in one.gives}
    return Reach(tuple(run), served, {r: wants for r, wants in beyond.items() if r not in served})


def fitting(theme: Theme, offer: Offer) -> Theme:
    """Return *theme* with those of its scenarios that use no kind that *offer* lacks."""
    if not missing(offer, theme.kinds):
        return theme
    return dataclasses.replace(theme, scenarios=partial(_fitting, theme, offer))


def _fitting(theme: Theme, offer: Offer) -> SearchStrategy[Scenario]:
    return theme.scenarios().filter(lambda scenario: not strange(theme, offer, scenario))
