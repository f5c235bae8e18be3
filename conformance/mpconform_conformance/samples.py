"""Samples: small scenarios that give evidence for a requirement on any backend that keeps it.

What breaks it once in hundreds of operations can be shown by them as well, in many rounds.
"""

from collections.abc import Iterator

import msgspec

from mpconform.values import Requirement, Scenario
from mpconform_conformance import directed
from mpconform_conformance.explore import Batch, batch, key_of, length_of, size_of
from mpconform_conformance.families import family

__all__ = ("Sample", "drawn", "samples")

#: So many batches of a theme are looked through for small scenarios, ...
_BATCHES = 6
#: ... of which so many are tried.
_SMALLEST = 16


class Sample(msgspec.Struct, frozen=True, kw_only=True):
    """A *scenario*; *bursts* says whether it may be run in several rounds."""

    scenario: Scenario
    bursts: bool


def samples(requirement: Requirement) -> tuple[Sample, ...]:
    """Return samples for *requirement*, the smallest first."""
    return tuple(sorted(_samples(requirement), key=lambda sample: sample.scenario.step_count))


def _samples(requirement: Requirement) -> Iterator[Sample]:
    themes = {theme.name: theme for theme in family(requirement.family).themes}
    # A litmus program is written for something else, and not to be cut.
    names = (directed.simplest(requirement.family), directed.drawn(requirement.family))
    named = next((themes[name] for n in names if (name := n.get(requirement.id)) in themes), None)
    if named is not None:
        (scenario,) = batch(named, seed=0, index=0, size=1)
        yield Sample(scenario=scenario, bursts=named.bursts)
    for one in directed.scenarios(requirement.family):
        if requirement.id in one.gives and one.scenario.theme in themes:
            yield Sample(scenario=one.scenario, bursts=themes[one.scenario.theme].bursts)


def drawn(source: Batch) -> Iterator[Sample]:
    """Yield the smallest scenarios that the theme of *source* draws first, the smallest first of all.

    They give evidence for what a larger one of that theme was seen to break, or some of them do.
    """
    theme, seed = source.theme, source.seed
    found = {
        key_of(scenario): scenario
        for index in range(1, 1 + _BATCHES)
        for scenario in batch(theme, seed=seed, index=index, size=size_of(index))
    }
    for scenario in sorted(found.values(), key=length_of)[:_SMALLEST]:
        yield Sample(scenario=scenario, bursts=theme.bursts)
