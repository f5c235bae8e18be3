"""Samples: of every requirement there is a small scenario that is known to give evidence for it."""

from mpconform_conformance import directed
from mpconform_conformance.catalogue import requirements
from mpconform_conformance.families import family
from mpconform_conformance.samples import samples


def test_what_is_simplest_or_directed_is_a_sample() -> None:
    """The smallest comes first; whether it may have several rounds, its theme says."""
    for requirement in requirements():
        themes = {theme.name: theme for theme in family(requirement.family).themes}
        gives = (one for one in directed.scenarios(requirement.family) if requirement.id in one.gives)
        named = {directed.simplest(requirement.family).get(requirement.id)}
        found = samples(requirement)
        steps = [sample.scenario.step_count for sample in found]

        assert steps == sorted(steps)
        assert {sample.scenario.theme for sample in found} == themes.keys() & (
            named | {one.scenario.theme for one in gives}
        )
        assert all(sample.bursts is themes[sample.scenario.theme].bursts for sample in found)
    assert any(sample.bursts for requirement in requirements() for sample in samples(requirement))
