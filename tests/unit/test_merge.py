"""Several runs become one, and what does not belong together stays apart."""

import json
from pathlib import Path

import pytest

import report_record as made
from mpconform.errors import UsageError
from mpconform.events import FORMAT
from mpconform_conformance.merge import merge
from mpconform_reports.record import read


def of(told: list[dict], *families: str) -> list[dict]:
    """Return the events of a shard that has only these families."""
    known = {name: family for name, _, family, _ in made.REQUIREMENTS}
    return [
        event
        for event in told
        if known.get(event.get("requirement", ""), event.get("family") or families[0]) in families
    ]


def shard(folder: Path, number: int, of_all: int, *families: str) -> Path:
    """Make a run folder that is one shard of the run made by hand."""
    made.make(folder, faults=False)
    told = of(made.events(faults=False), *families)
    told[0] |= {"format": FORMAT, "shard": [number, of_all]}
    return made.write_events(folder, told)


def test_the_shards_of_a_run_are_the_whole_run(tmp_path: Path) -> None:
    """The same results, campaigns and violations, with their folders; nothing twice."""
    whole = read(made.make(tmp_path / "whole", faults=False))
    parts = [
        shard(tmp_path / "1", 1, 2, "queue"), shard(tmp_path / "2", 2, 2, "condition", "shm")
    ]  # fmt: skip

    merge(parts, tmp_path / "all")

    merged = read(tmp_path / "all")
    assert merged.results == whole.results
    assert sorted(map(repr, merged.campaigns)) == sorted(map(repr, whole.campaigns))
    assert [v.event for v in merged.violations] == [v.event for v in whole.violations]
    assert [v.files for v in merged.violations] == [v.files for v in whole.violations]
    assert merged.header.shard is None
    assert merged.footer is not None
    assert merged.footer.exit_code == 1


def test_a_part_that_is_missing_shows(tmp_path: Path) -> None:
    """Two of three shards are no whole: no baseline can be made of them."""
    parts = [shard(tmp_path / "1", 1, 3, "queue"), shard(tmp_path / "2", 2, 3, "shm")]

    merge(parts, tmp_path / "all")

    merged = read(tmp_path / "all")
    assert merged.header.shard == (1, 3)
    absent = {key for key, result in merged.results.items() if result.reason.startswith("the shard that")}
    assert absent == {
        (name, spec)
        for name, _, family, _ in made.REQUIREMENTS
        if family == "condition"
        for spec in made.BACKENDS
    }
    assert all(merged.results[key].status == "unknown" for key in absent)


def test_a_gate_of_which_a_part_is_missing_is_inconclusive(tmp_path: Path) -> None:
    """It cannot hold by what it does not know; and the same part twice is no second one."""
    parts = []
    for number in (1, 2):
        made.make(tmp_path / str(number), faults=False, violations=False)
        told = of(made.gated(made.events(faults=False, violations=False), code=0), "queue")
        told = [event for event in told if event["event"] != "standing"]
        told[0] |= {"format": FORMAT, "shard": [1, 2]}
        parts.append(made.write_events(tmp_path / str(number), told))

    merged = merge(parts, tmp_path / "all")

    assert merged.footer is not None
    assert merged.footer.exit_code == 3
    assert {standing.standing for standing in merged.standings} == {"inconclusive"}
    assert merged.header.shard == (1, 2)


def other_python(folder: Path, version: str) -> Path:
    """The run made by hand, on another Python."""
    made.make(folder, faults=False)
    told = made.events(faults=False)
    for backend in told[0]["backends"]:
        backend["python"] = version
    return made.write_events(folder, told)


def test_two_interpreters_are_two_columns(tmp_path: Path) -> None:
    """Named after what tells them apart; every violation keeps its folder."""
    parts = [made.make(tmp_path / "1", faults=False), other_python(tmp_path / "2", "3.13.1")]

    merge(parts, tmp_path / "all")

    merged = read(tmp_path / "all")
    specs = [backend.spec for backend in merged.header.backends]
    assert specs == [f"{spec}@{python}" for python in ("3.11.7", "3.13.1") for spec in made.BACKENDS]
    assert len(merged.results) == 2 * len(made.REQUIREMENTS) * 3
    assert len(merged.violations) == 4
    assert all(violation.scenario for violation in merged.violations)
    assert all((tmp_path / "all" / v.event.folder).is_dir() for v in merged.violations)


def test_what_was_judged_twice_is_judged_on_all_evidence(tmp_path: Path) -> None:
    """A violation outweighs, evidence adds up."""
    parts = [
        made.make(tmp_path / "1", faults=False), made.make(tmp_path / "2", faults=False, violations=False)
    ]  # fmt: skip

    merge(parts, tmp_path / "all")

    results = read(tmp_path / "all").results
    assert results["QUEUE-FIFO", made.SWAPS].status == "violates"
    assert results["QUEUE-FIFO", made.SWAPS].evidence["judged"] == 2 * 2301
    assert results["QUEUE-EMPTY-FRESH", made.FORK].notes == {"spurious-empty": 6, "late-qsize": 800}


def measured(folder: Path, *missing: int, backends: tuple[str, ...] = (made.FORK,)) -> Path:
    """Make a run in which one module was measured, of which these lines were not executed."""
    row = {"name": "queues", "file": "queues.py", "statements": 9, "missing": missing, "branches": 0}
    told = made.events(faults=False)
    told[0]["format"] = FORMAT
    told.insert(1, {"event": "coverage", "backends": backends, "modules": [row]})
    made.make(folder, faults=False)
    return made.write_events(folder, told)


def test_what_any_run_executed_was_executed(tmp_path: Path) -> None:
    """A line is missing in the whole if it is in each of its parts; results.json says so."""
    merged = merge([measured(tmp_path / "1", 3, 4), measured(tmp_path / "2", 4, 5)], tmp_path / "all")

    assert [(one.backends, one.modules[0].missing) for one in merged.coverage] == [((made.FORK,), (4,))]
    several = measured(tmp_path / "3", 4, 5, backends=(made.FORK, made.SWAPS))
    merged = merge([tmp_path / "1", several], tmp_path / "both")
    assert [one.modules[0].missing for one in merged.coverage] == [(3, 4), (4,)]
    told = json.loads((tmp_path / "all" / "results.json").read_text())
    assert told["coverage"][0]["modules"][0]["missing"] == [4]


def test_runs_of_different_editions_are_not_merged(tmp_path: Path) -> None:
    """Nor gates of different policies, nor runs whose requirements say different things."""
    plain = made.make(tmp_path / "plain", faults=False)
    gate = made.write_events(tmp_path / "gate", made.gated(made.events(faults=False), code=1))
    lax = made.write_events(tmp_path / "lax", made.gated(made.events(faults=False), code=1, stale="warn"))
    told = made.events(faults=False)
    told[0]["requirements"][0]["statement"] = "Another sentence."
    later = made.write_events(tmp_path / "later", told)

    with pytest.raises(UsageError, match=r"judged by no edition, .* by 2026\.1; merge only what is alike"):
        merge([plain, gate], tmp_path / "all")
    with pytest.raises(UsageError, match="are gates of different policies"):
        merge([gate, lax], tmp_path / "all")
    with pytest.raises(UsageError, match="say different things about QUEUE-FIFO"):
        merge([plain, later], tmp_path / "all")
    assert not (tmp_path / "all").exists()


def test_gates_are_one_gate(tmp_path: Path) -> None:
    """Their standings are together, and the exit code follows from all of them."""
    made.make(tmp_path / "1", faults=False)
    first = made.write_events(tmp_path / "1", made.gated(made.events(faults=False), code=1))
    second = made.write_events(tmp_path / "2", made.gated(made.events(faults=False), code=1))

    merged = merge([first, second], tmp_path / "all")

    assert len(merged.standings) == 4
    assert merged.header.gate is not None
    assert merged.header.gate.entries == 3
    assert merged.footer is not None
    assert merged.footer.exit_code == 1


def test_no_run_is_overwritten(tmp_path: Path) -> None:
    """Neither one that is merged nor another."""
    parts = [made.make(tmp_path / "1"), made.make(tmp_path / "2")]

    with pytest.raises(UsageError, match="holds one of the runs that are to be merged"):
        merge(parts, tmp_path / "1")
    with pytest.raises(UsageError, match="holds an earlier run"):
        merge(parts, made.make(tmp_path / "3"))
