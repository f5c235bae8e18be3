"""The crew of a campaign: who runs its scenarios."""

import pytest

from fakes import cell
from mpconform_conformance.crew import crew


@pytest.mark.parametrize("lanes", [1, 2])
def test_there_is_a_runner_for_each_lane_and_there_are_some_to_spare(lanes: int) -> None:
    """None of them has an agent before it is needed."""
    with crew(cell(lanes=lanes)) as runners:
        assert len({id(runner) for runner in runners}) == lanes + 5
        assert not any(runner.agents for runner in runners)
