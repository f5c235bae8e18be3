"""Themes name what their scenarios use: a backend that lacks it is not asked, and so never blamed for it."""

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings

from _mpconform_agent.namespace import CANDIDATES
from mpconform.values import Scenario
from mpconform_conformance.families import NAMES, family
from mpconform_conformance.offered import uses
from mpconform_scenarios.family import Theme

pytestmark = pytest.mark.once

THEMES = {f"{name}-{theme.name}": theme for name in NAMES for theme in family(name).all_themes}


@pytest.mark.parametrize("theme", THEMES.values(), ids=THEMES)
def test_a_theme_needs_what_its_scenarios_use(theme: Theme) -> None:
    """Processes of its own, objects that are made before, by steps, and by programs."""
    used: set[str] = set()

    @seed(1)
    @settings(
        max_examples=20,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(theme.scenarios())
    def draws(scenario: Scenario) -> None:
        used.update(uses(scenario))

    draws()

    assert {name for name in used & set(CANDIDATES) if f"module.{name}" not in theme.needs} <= (
        theme.needs | theme.kinds
    )
