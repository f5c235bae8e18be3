"""A baseline is made and mended from a run, as a lockfile is; nothing that a person wrote is lost."""

import datetime as dt
from pathlib import Path
from typing import Any

import msgspec
import pytest

from fakes import BACKEND, header, history_of, violation
from mpconform import events, store
from mpconform.errors import UsageError
from mpconform.events import BackendRow, FooterEvent, GateRow, ResultEvent, StandingEvent
from mpconform.store import First, StoredViolation, Witnessed
from mpconform.values import Actor, Scenario, Step
from mpconform_conformance import catalogue
from mpconform_conformance.gate import baseline as baselines
from mpconform_conformance.gate import lockfile
from mpconform_conformance.gate.baseline import Rate

ALL = catalogue.requirements()
ROW = GateRow(
    baseline="b.toml", entries=0, edition="2026.1", level="must", inconclusive="fail", stale="fail",
    today="2026-11-26",
)  # fmt: skip


def scenario(number: int) -> Scenario:
    step = Step(target="q", method="put", arguments=(number,))
    return Scenario(family="queue", theme="t", actors={"main": Actor(steps=(step,))})


def backend(spec: str) -> BackendRow:
    return BackendRow(
        spec=spec, module="made.up", version="1", file="", python="3.12.1", implementation="CPython",
        executable="", methods=("fork", "spawn"), capabilities=(),
    )  # fmt: skip


class Run:
    """A run folder made by hand: violations as (requirement, method, kind, reproduced, how it ended)."""

    def __init__(self, folder: Path, *, methods: tuple[str, ...] = ("fork", "spawn")) -> None:
        self.folder = folder
        self.specs = [f"made.up:{method}" for method in methods]
        self.violations: list[StoredViolation] = []
        self.unknown: set[tuple[str, str]] = set()
        self.standings: list[StandingEvent] = []
        self.header = msgspec.structs.replace(header(*ALL), backends=tuple(map(backend, self.specs)))
        self.footer = FooterEvent(ended="completed", seconds=1, exit_code=1)

    def violates(
        self,
        name: str,
        method: str = "fork",
        kind: str = "overtaken",
        reproduced: tuple[int, int] = (20, 20),
        ended: str = "normally",
    ) -> None:
        found = violation(kind)
        one = msgspec.structs.replace(BACKEND, method=method)
        identifier = store.violation_id(name, one, kind)
        stored = StoredViolation(
            id=identifier, requirement=name, family="queue", backend=one, kind=kind, summary="", story="",
            observed=(), witness=(), folder=f"violations/{identifier}", seen=1, reproduced=reproduced,
            actors=1, steps=1, replay="", violation=found, first=First(violation=found),
        )  # fmt: skip
        history = history_of(scenario(len(self.violations)), ended=ended)
        run = Witnessed(history=history, violation=found)
        store.write_violation(self.folder, stored, final=run, first=run)
        self.violations.append(stored)

    def write(self) -> Path:
        (self.folder / store.EVENTS).unlink(missing_ok=True)
        self.folder.mkdir(exist_ok=True)
        writer = events.EventWriter(self.folder / store.EVENTS)
        red = {(v.requirement, v.backend.spec) for v in self.violations}
        results = [
            ResultEvent(
                requirement=requirement.id,
                backend=spec,
                status="violates" if (requirement.id, spec) in red
                else "unknown" if (requirement.id, spec) in self.unknown
                else "conforms",
            )
            for requirement in self.header.requirements
            for spec in self.specs
        ]  # fmt: skip
        for event in (
            self.header, *[v.event for v in self.violations], *results, *self.standings, self.footer
        ):  # fmt: skip
            writer.write(event)
        writer.close()
        return self.folder


@pytest.fixture
def run(tmp_path: Path) -> Run:
    return Run(tmp_path / "run")


def test_a_new_baseline_lists_everything_that_was_violated(tmp_path: Path, run: Run) -> None:
    """One entry for each kind, said where it was seen, with witness and rate, and untriaged."""
    run.violates("QUEUE-FIFO", "fork")
    run.violates("QUEUE-FIFO", "spawn")
    run.violates("QUEUE-CAPACITY", "spawn", "overfull", (3, 20))
    run.violates("QUEUE-PROGRESS", "fork", "stuck", (5, 5), "hung")
    run.unknown.add(("SIMPLE-EMPTY", "made.up:fork"))

    lockfile.create(tmp_path / "b.toml", run.write())

    found = {entry.requirement: entry for entry in baselines.read(tmp_path / "b.toml").entries}
    assert [(e.expect, e.when, str(e.rate)) for e in found.values()] == [
        ("fail", "", "20/20"),
        ("flaky", "start_method == 'spawn'", "3/20"),
        ("hang", "start_method == 'fork'", "5/5"),
        ("unknown", "start_method == 'fork'", "None"),
    ]
    assert {entry.cause for entry in found.values()} == {"untriaged"}
    checked = lockfile.check(tmp_path / "b.toml", today=dt.date(2026, 11, 26))
    assert checked.lines[-1] == "4 entries, edition 2026.1, backend made.up"


def test_an_existing_baseline_is_not_overwritten(tmp_path: Path, run: Run) -> None:
    """Create creates."""
    (tmp_path / "b.toml").write_text("mine")

    with pytest.raises(UsageError, match="exists; mend it with mpconform baseline update"):
        lockfile.create(tmp_path / "b.toml", run.write())

    assert (tmp_path / "b.toml").read_text() == "mine"


def test_an_update_adds_and_keeps(tmp_path: Path, run: Run) -> None:
    """Reasons, causes and comments stay; rate and witness are those of the run; what was not met stays."""
    run.violates("QUEUE-FIFO", "fork")
    run.violates("QUEUE-CAPACITY", "fork", "overfull")
    path = tmp_path / "b.toml"
    lockfile.create(path, run.write())
    path.write_text(path.read_text().replace('reason = "found by', '# ours\nreason = "it races; found by', 1))
    later = Run(tmp_path / "later")
    later.violates("QUEUE-FIFO", "fork", reproduced=(4, 20))
    later.violates("QUEUE-NO-LOSS", "fork", "lost")

    change = lockfile.update(path, later.write())

    found = baselines.read(path)
    assert [entry.requirement for entry in found.entries] == ["QUEUE-FIFO", "QUEUE-CAPACITY", "QUEUE-NO-LOSS"]
    assert found.entries[0].reason.startswith("it races")
    assert found.entries[0].rate == Rate(4, 20)
    assert "# ours" in path.read_text()
    assert change.lines == (
        "updated QUEUE-FIFO overtaken when start_method == 'fork'",
        "added QUEUE-NO-LOSS lost when start_method == 'fork'",
    )
    assert len(list(found.witnesses.glob("*.json"))) == 3  # that of QUEUE-FIFO was replaced


def test_what_was_not_measured_again_keeps_its_rate(tmp_path: Path, run: Run) -> None:
    """A gate does not shrink what it knows: not run again is no rate."""
    run.violates("QUEUE-FIFO", "fork")
    path = tmp_path / "b.toml"
    lockfile.create(path, run.write())
    before = baselines.read(path)
    later = Run(tmp_path / "later")
    later.violates("QUEUE-FIFO", "fork", reproduced=(0, 0))

    lockfile.update(path, later.write())

    assert baselines.read(path) == before


def test_what_has_no_witness_yet_is_given_one_and_expected_as_before(tmp_path: Path, run: Run) -> None:
    """That it was met once tells nothing of how often it fails."""
    run.violates("QUEUE-FIFO", "fork")
    path = tmp_path / "b.toml"
    lockfile.create(path, run.write())
    before = baselines.read(path)
    rare = msgspec.structs.replace(before.entries[0], expect="flaky", witness="", rate=None)
    baselines.write(msgspec.structs.replace(before, entries=(rare,)))
    later = Run(tmp_path / "later")
    later.violates("QUEUE-FIFO", "fork", reproduced=(0, 0))

    lockfile.update(path, later.write())

    (found,) = baselines.read(path).entries
    assert found == msgspec.structs.replace(rare, witness=before.entries[0].witness)


def gated(run: Run, entries: int, *standings: tuple[int, str, str]) -> Path:
    """Let *run* be a gate with that many entries, and (entry, method, standing)."""
    run.header = msgspec.structs.replace(run.header, gate=msgspec.structs.replace(ROW, entries=entries))
    run.standings = [
        StandingEvent(
            requirement="QUEUE-FIFO", backend=f"made.up:{method}", signature="overtaken",
            standing=standing, entry=place,  # type: ignore[arg-type]
        )
        for place, method, standing in standings
    ]  # fmt: skip
    return run.write()


def test_prune_takes_out_what_is_stale_everywhere(tmp_path: Path, run: Run) -> None:
    """With its witness; what is stale under one start method only is named, and stays."""
    for name in ("QUEUE-FIFO", "QUEUE-CAPACITY", "QUEUE-NO-LOSS"):
        run.violates(name, "fork")
    path = tmp_path / "b.toml"
    lockfile.create(path, run.write())
    gate = gated(
        Run(tmp_path / "gate"), 3,
        (1, "fork", "stale"), (1, "spawn", "stale"), (2, "fork", "stale"), (2, "spawn", "known"),
        (3, "fork", "unseen"),
    )  # fmt: skip

    change = lockfile.prune(path, gate)

    found = baselines.read(path)
    assert [entry.requirement for entry in found.entries] == ["QUEUE-CAPACITY", "QUEUE-NO-LOSS"]
    assert change.lines[0].startswith("removed QUEUE-FIFO overtaken")
    assert "QUEUE-CAPACITY" in change.lines[1]
    assert "stale on some backends only" in change.lines[1]
    assert len(list(found.witnesses.iterdir())) == 2


def test_prune_wants_the_gate_of_this_baseline(tmp_path: Path, run: Run) -> None:
    """Numbers of entries mean nothing in a file that was changed, and a run without a gate tells nothing."""
    run.violates("QUEUE-FIFO", "fork")
    path = tmp_path / "b.toml"
    lockfile.create(path, run.write())

    with pytest.raises(UsageError, match="holds a run, not a gate"):
        lockfile.prune(path, run.folder)
    with pytest.raises(UsageError, match="was changed since the gate"):
        lockfile.prune(path, gated(Run(tmp_path / "gate"), 2, (1, "fork", "stale")))


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"shard": (1, 2)}, "it is shard 1 of 2"),
        ({"requirements": ALL[1:]}, f"1 requirements were left out, among them {ALL[0].id}"),
        ({"ended": "interrupted"}, "it did not come to its end"),
        ({"several": True}, "the run is about made.up and other; a baseline is about one backend"),
    ],
)
def test_what_does_not_tell_about_everything_makes_no_baseline(
    tmp_path: Path, run: Run, change: dict[str, Any], told: str
) -> None:
    """Interrupted, sharded, filtered, about two backends: one sentence each, and no file."""
    if "ended" in change:
        run.footer = msgspec.structs.replace(run.footer, ended=change["ended"])
    elif "several" in change:
        run.specs.append("other:fork")
        run.header = msgspec.structs.replace(run.header, backends=tuple(map(backend, run.specs)))
    else:
        run.header = msgspec.structs.replace(run.header, **change)

    with pytest.raises(UsageError) as caught:
        lockfile.create(tmp_path / "b.toml", run.write())

    assert told in str(caught.value)
    assert not (tmp_path / "b.toml").exists()


def test_a_folder_without_a_run_is_told(tmp_path: Path) -> None:
    """With what would make one."""
    with pytest.raises(UsageError, match="holds no run; make one with mpconform run or mpconform gate"):
        lockfile.create(tmp_path / "b.toml", tmp_path)


def test_a_check_names_what_is_open(tmp_path: Path, run: Run) -> None:
    """No witness, expired, untriaged."""
    run.violates("QUEUE-FIFO", "fork")
    path = tmp_path / "b.toml"
    lockfile.create(path, run.write())
    text = "\n".join(line for line in path.read_text().splitlines() if not line.startswith("witness"))
    path.write_text(text + "\nexpires = 2026-11-25\n")

    lines = lockfile.check(path, today=dt.date(2026, 11, 26)).lines

    assert [line.partition(": ")[2][:10] for line in lines[:3]] == ["no witness", "expired on", "untriaged"]
