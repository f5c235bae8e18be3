"""The scenarios beside a baseline: what is kept is what is found again, or one sentence says why not."""

import contextlib
import hashlib
import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from fakes import BACKEND, OFFER, FakeRunner, cell
from mpconform.errors import UsageError
from mpconform.values import Actor, Scenario, Step
from mpconform_conformance.gate import witnesses
from mpconform_conformance.gate.baseline import Baseline, Entry, Rate
from mpconform_conformance.gate.gate import part_left
from mpconform_conformance.gate.witnesses import Target, keep, needed, read, remembered, replay_all

SCENARIO = Scenario(
    family="queue", theme="t", actors={"main": Actor(steps=(Step(target="q", method="put", arguments=(1,)),))}
)


def kept(folder: Path) -> tuple[Baseline, Entry]:
    """A baseline of one entry, whose witness is kept."""
    empty = Baseline(path=str(folder / "b.toml"), edition="2026.1", backend="x", entries=())
    witness = keep(empty.witnesses, "QUEUE-FIFO", "overtaken", SCENARIO)
    entry = Entry(requirement="QUEUE-FIFO", signature="overtaken", reason="r", witness=witness)
    return msgspec.structs.replace(empty, entries=(entry,)), entry


def file_of(baseline: Baseline) -> Path:
    return next(baseline.witnesses.glob("*.json"))


def test_what_is_kept_is_found_again(tmp_path: Path) -> None:
    """By its digest, and once, however often it is kept."""
    baseline, entry = kept(tmp_path)

    assert remembered(baseline, 1, entry) == SCENARIO
    assert keep(baseline.witnesses, "QUEUE-FIFO", "overtaken", SCENARIO) == entry.witness
    assert len(list(baseline.witnesses.iterdir())) == 1


def test_a_missing_witness_is_told(tmp_path: Path) -> None:
    """With the entry, the file, and what to do."""
    baseline, entry = kept(tmp_path)
    file_of(baseline).unlink()

    with pytest.raises(
        UsageError, match=r"b\.toml, entry 1 \(QUEUE-FIFO\): cannot read its witness .*; restore"
    ):
        remembered(baseline, 1, entry)


def test_a_witness_can_be_read_by_itself(tmp_path: Path) -> None:
    """What it shows, and how; anything else is refused by its name."""
    path = file_of(kept(tmp_path)[0])

    assert read(path) == ("QUEUE-FIFO", SCENARIO)
    path.write_bytes(b"{}")
    with pytest.raises(UsageError, match=r"\.json: Object missing required field"):
        read(path)
    path.unlink()
    with pytest.raises(UsageError, match=r"cannot read .*\.json: no such file"):
        read(path)


def test_witnesses_leave_most_of_the_time_for_what_nobody_knows() -> None:
    """However late the last of them ends."""
    assert part_left(0.0, 75.0) == 1.0
    assert part_left(15.0, 75.0) == pytest.approx(0.8)
    assert part_left(30.0, 75.0) == part_left(900.0, 75.0) == pytest.approx(0.6)


def test_what_the_witnesses_took_is_missing_for_exploring_and_not_for_shrinking() -> None:
    """Every campaign has as much less time, and is due the earlier."""
    planned = cell(budget_s=10.0, ends_s=40.0, grace_s=8.0)
    left = planned.shortened(0.5)

    assert (left.budget_s, left.ends_s, left.grace_s) == (5.0, 20.0, 8.0)
    assert cell(budget_s=10.0).shortened(0.5).ends_s is None


def test_a_changed_witness_is_told(tmp_path: Path) -> None:
    """Its name is the digest of its content."""
    baseline, entry = kept(tmp_path)
    path = file_of(baseline)
    path.write_bytes(path.read_bytes().replace(b"put", b"get"))

    with pytest.raises(UsageError, match="was changed since it was listed"):
        remembered(baseline, 1, entry)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"format": 99}, "is of format 99, this version reads 1 and 2"),
        ({"requirement": "QUEUE-CAPACITY"}, "its witness shows QUEUE-CAPACITY 'overtaken'"),
        ({"scenario": 3}, "Expected `object`"),
        ({"more": 3}, "unknown field `more`"),
    ],
)
def test_a_witness_that_is_another_is_told(tmp_path: Path, change: dict[str, object], told: str) -> None:
    """Also if its digest is right."""
    baseline, entry = kept(tmp_path)
    content = json.loads(file_of(baseline).read_bytes()) | change
    data = json.dumps(content).encode()
    digest = hashlib.sha256(data).hexdigest()
    (baseline.witnesses / f"{digest}.json").write_bytes(data)
    entry = msgspec.structs.replace(entry, witness=f"sha256:{digest}")

    with pytest.raises(UsageError) as caught:
        remembered(baseline, 1, entry)

    assert told in str(caught.value)


@pytest.mark.parametrize("name", ["sha256:12", "md5:" + "0" * 64, "../../etc/passwd", "sha256:" + "G" * 64])
def test_a_name_that_is_no_digest_is_refused(tmp_path: Path, name: str) -> None:
    """No path is made of it."""
    baseline, entry = kept(tmp_path)

    with pytest.raises(UsageError, match="not sha256: and 64 hexadecimal digits"):
        remembered(baseline, 1, msgspec.structs.replace(entry, witness=name))


@pytest.mark.parametrize(
    ("rate", "runs"),
    [
        (Rate(20, 20), 3),
        (Rate(10, 20), 5),
        (Rate(1, 20), 62),
        (Rate(1, 1000), 200),
        (None, 200),
        (Rate(0, 5), 200),
    ],
)
def test_how_many_runs_say_that_something_is_mended(rate: Rate | None, runs: int) -> None:
    """(1 - p) ** m < 0.05, p a little below what was seen; never less than three."""
    assert needed(rate) == runs
    if rate and 3 < runs < 200:
        p = rate.failed / (rate.times + 1)
        assert (1 - p) ** runs < 0.05 <= (1 - p) ** (runs - 1)


def test_without_witnesses_nothing_is_run() -> None:
    """Not even an agent is started."""
    assert replay_all((), workers=2, budget_s=1) == ()


@pytest.mark.parametrize(
    ("entry", "runs", "told"),
    [
        ({"expect": "flaky"}, 20, "no rate is listed"),
        ({"expect": "flaky", "rate": Rate(0, 20)}, 20, "no rate is listed"),
        ({"expect": "flaky", "rate": Rate(5, 20)}, 12, ""),
        ({"expect": "fail", "rate": Rate(20, 20)}, 3, ""),
        ({"expect": "fail"}, 200, ""),
    ],
)
def test_what_is_flaky_at_no_known_rate_is_never_stale(
    entry: dict[str, Any], runs: int, told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its witness may have passed by luck, however often it did."""
    monkeypatch.setattr(witnesses, "Runner", lambda *_, **__: contextlib.nullcontext(FakeRunner()))
    target = Target(
        place=1,
        entry=Entry(requirement="QUEUE-FIFO", signature="overtaken", reason="rare", **entry),
        backend=BACKEND,
        offer=OFFER,
        scenario=SCENARIO,
    )

    (replay,) = replay_all((target,), workers=2, budget_s=60)

    assert (replay.failed, replay.times) == (0, runs)
    assert told in replay.reason
    assert (replay.times >= replay.needed) == (not told)
