"""Plans: what is decided before anything runs."""

import pytest

from mpconform_conformance.plan import lanes_for


@pytest.mark.parametrize(
    ("cells", "workers", "cores", "lanes"),
    [
        pytest.param(15, 2, 2, 1, id="a-worker-for-each-core"),
        pytest.param(1, 2, 2, 2, id="one-cell-has-both-cores"),
        pytest.param(15, 1, 2, 2, id="one-worker-has-both-cores"),
        pytest.param(15, 4, 2, 1, id="more-workers-than-cores"),
        pytest.param(1, 1, 1, 1, id="one-core"),
        pytest.param(3, 8, 8, 2, id="cores-to-spare"),
        pytest.param(1, 8, 64, 2, id="never-more-than-two"),
        pytest.param(0, 2, 2, 2, id="nothing-to-run"),
    ],
)
def test_scenarios_run_side_by_side_where_cores_would_be_idle(
    cells: int, workers: int, cores: int, lanes: int
) -> None:
    """A core for each scenario under way, and no more than one process can judge."""
    assert lanes_for(cells, workers=workers, cores=cores) == lanes
