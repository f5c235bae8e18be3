"""Samples: of every requirement there is a small scenario that is known to give evidence for it."""

from mpconform_conformance import directed
from mpconform_conformance.catalogue import requirements
from mpconform_conformance.explore import Batch, batch
from mpconform_conformance.families import family
from mpconform_conformance.samples import drawn, samples


def test_what_is_simplest_or_directed_is_a_sample() -> None:
    """The smallest comes first, there is one; whether it may have several rounds, its theme says."""
    for requirement in requirements():
        themes = {theme.name: theme for theme in family(requirement.family).themes}
        gives = (one for one in directed.scenarios(requirement.family) if requirement.id in one.gives)
        known = (directed.simplest(requirement.family), directed.drawn(requirement.family))
        named = {names.get(requirement.id) for names in known}
        found = samples(requirement)
        steps = [sample.scenario.step_count for sample in found]

        assert steps
        assert steps == sorted(steps)
        assert {sample.scenario.theme for sample in found} == themes.keys() & (
            named | {one.scenario.theme for one in gives}
        )
        assert all(sample.bursts is themes[sample.scenario.theme].bursts for sample in found)
    assert any(sample.bursts for requirement in requirements() for sample in samples(requirement))


def test_the_smallest_of_what_a_theme_draws_are_samples() -> None:
    """The same ones each time, of all that its first batches have."""
    (theme,) = (theme for theme in family("queue").themes if theme.name == "rush")
    source = Batch(theme=theme, seed=5, index=9, size=12)
    found = [*drawn(source)]
    sizes = [one.scenario.step_count + 4 * len(one.scenario.actors) for one in found]
    (first, *_) = batch(theme, seed=5, index=3, size=12)

    assert found == [*drawn(source)]
    assert sizes == sorted(sizes)
    assert len({one.scenario.theme for one in found}) == 1
    assert len(found) == 16
    assert sizes[0] <= first.step_count + 4 * len(first.actors)
    assert all(one.bursts is theme.bursts for one in found)
