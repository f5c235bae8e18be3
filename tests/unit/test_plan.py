"""Plans: what is decided before anything runs."""

from pathlib import Path

import pytest

from fakes import BACKEND, OFFER
from mpconform.errors import UsageError
from mpconform_conformance import plan
from mpconform_conformance.plan import Options, Plan, lanes_for, make_plan


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


def planned(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, shard: tuple[int, int] | None) -> Plan:
    """The plan of a run on a backend that costs no process."""
    monkeypatch.setattr(plan, "offers", lambda options, workdir: ((BACKEND, OFFER),))
    return make_plan(Options(shard=shard, seed=1), out="out", workdir=tmp_path)


@pytest.mark.parametrize("of", [1, 2, 3, 4])
def test_shards_are_together_the_whole(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, of: int) -> None:
    """Every campaign once, with the time that it has in the whole, from the same seed."""
    whole = planned(monkeypatch, tmp_path, None)

    parts = [planned(monkeypatch, tmp_path, (number, of)) for number in range(1, of + 1)]

    found = sorted((cell.name, cell.budget_s) for part in parts for cell in part.cells)
    assert found == sorted((cell.name, cell.budget_s) for cell in whole.cells)
    assert {part.header.seed for part in parts} == {1}
    assert [part.header.shard for part in parts] == [(number, of) for number in range(1, of + 1)]


def test_more_shards_than_campaigns_are_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A shard without work would be an empty run."""
    with pytest.raises(UsageError, match=r"--shard 90/99: there are only \d+ campaigns to divide"):
        planned(monkeypatch, tmp_path, (90, 99))
