"""The run folder: nothing is lost, and nothing that is not ours is touched."""

import os
from pathlib import Path
from typing import Any

import msgspec
import pytest

from fakes import BACKEND, header, history_of, violation
from mpconform import events, store
from mpconform.backend import Backend
from mpconform.errors import BadRecord, UsageError
from mpconform.store import First, StoredViolation, Witnessed
from mpconform.values import Actor, History, Scenario, Step

NAME = "queue-fifo--made.up-fork"


def scenario(*numbers: int) -> Scenario:
    steps = tuple(Step(target="q", method="put", arguments=(number,)) for number in numbers)
    return Scenario(family="queue", theme="t", actors={"main": Actor(steps=steps)})


def witnessed(*numbers: int, **rest: Any) -> Witnessed:
    return Witnessed(
        history=history_of(scenario(*numbers), **rest),
        violation=violation(),
        tapes={"main": b"raw", "c/0": b"other"},
    )


def stored(**changes: Any) -> StoredViolation:
    found = violation()
    return msgspec.structs.replace(
        StoredViolation(
            id=NAME, requirement="QUEUE-FIFO", family="queue", backend=BACKEND, kind=found.kind,
            summary=found.summary, story=found.story, observed=found.observed, witness=found.witness,
            folder=f"violations/{NAME}", seen=3, reproduced=(7, 20), actors=1, steps=1,
            replay="mpconform replay x", violation=found, first=First(violation=found),
        ),
        **changes,
    )  # fmt: skip


def a_run(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    writer = events.EventWriter(folder / "events.ndjson")
    writer.write(header())
    writer.close()


def test_a_violation_is_stored_with_what_proves_it_and_read_back(tmp_path: Path) -> None:
    """Shrunk and first run stand side by side, each with scenario, history and tapes."""
    store.write_violation(tmp_path, stored(), final=witnessed(1), first=witnessed(1, 2))
    folder = tmp_path / "violations" / NAME

    assert store.read_violation(folder) == stored()
    assert store.read_scenario(folder) == scenario(1)
    assert store.read_scenario(folder / "first") == scenario(1, 2)
    assert msgspec.json.decode((folder / "history.json").read_bytes(), type=History) == history_of(
        scenario(1)
    )
    assert sorted(p.name for p in (folder / "tapes").iterdir()) == ["c-0.tape", "main.tape"]
    assert (folder / "first" / "tapes" / "main.tape").read_bytes() == b"raw"
    assert store.stored_violations(tmp_path) == (stored(),)


def test_storing_again_replaces_all_of_the_earlier_run(tmp_path: Path) -> None:
    """No tape and no stacks of a larger scenario survive beside those of a smaller one."""
    hung = witnessed(1, 2, ended="hung", stacks="Thread 1")
    store.write_violation(tmp_path, stored(), final=hung, first=hung)
    folder = tmp_path / "violations" / NAME

    assert (folder / "stacks.txt").read_text() == "Thread 1"

    smaller = Witnessed(history=history_of(scenario(1)), violation=violation(), tapes={"main": b"raw"})
    store.write_violation(tmp_path, stored(), final=smaller, first=hung)

    assert not (folder / "stacks.txt").exists()
    assert (folder / "first" / "stacks.txt").exists()
    assert [p.name for p in (folder / "tapes").iterdir()] == ["main.tape"]


def test_a_stored_violation_gives_its_event() -> None:
    """The record and the folder tell the same."""
    event = stored().event

    assert event.backend == "made.up:fork"
    assert (event.id, event.seen, event.reproduced) == (NAME, 3, (7, 20))


def test_a_name_never_leads_out_of_the_folder() -> None:
    """Whatever a backend or an actor is called, its files stay where they belong."""
    evil = Backend(module="../../x y", method="")

    assert "/" not in store.violation_id("QUEUE-FIFO", evil)
    assert store.slug("../..") == "x"
    assert store.violation_id("QUEUE-FIFO", BACKEND, "hang in: get") == f"{NAME}--hang-in-get"


def test_a_folder_that_is_new_or_empty_is_made_ready(tmp_path: Path) -> None:
    """Nothing is in the way, so nothing is asked."""
    empty = tmp_path / "empty"
    empty.mkdir()
    store.prepare(tmp_path / "a" / "b")
    store.prepare(empty)

    assert (tmp_path / "a" / "b").is_dir()
    assert not list(empty.iterdir())


def test_an_earlier_run_is_refused(tmp_path: Path) -> None:
    """The sentence names the folder and both ways out."""
    a_run(tmp_path)

    with pytest.raises(UsageError, match=r"holds an earlier run; .*--out, or give --overwrite"):
        store.prepare(tmp_path)


def test_overwriting_removes_our_own_files_and_no_others(tmp_path: Path) -> None:
    """What the user keeps beside a run stays."""
    a_run(tmp_path)
    store.write_violation(tmp_path, stored(), final=witnessed(1), first=witnessed(1))
    (tmp_path / "index.html").write_text("<html>")
    (tmp_path / "notes.txt").write_text("mine")

    store.prepare(tmp_path, overwrite=True)

    assert [p.name for p in tmp_path.iterdir()] == ["notes.txt"]


def test_a_link_is_removed_not_followed(tmp_path: Path) -> None:
    """A violations folder that is a link costs the link, not what it leads to."""
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "precious").touch()
    run = tmp_path / "run"
    a_run(run)
    (run / "violations").symlink_to(elsewhere)

    store.prepare(run, overwrite=True)

    assert (elsewhere / "precious").exists()
    assert not (run / "violations").is_symlink()


@pytest.mark.parametrize("overwrite", [False, True])
def test_a_folder_that_is_not_ours_is_never_touched(tmp_path: Path, *, overwrite: bool) -> None:
    """An events.ndjson that some other program wrote makes no run of ours."""
    (tmp_path / "events.ndjson").write_text('{"event":"birthday"}\n')

    with pytest.raises(UsageError, match="holds no run of mpconform"):
        store.prepare(tmp_path, overwrite=overwrite)
    assert (tmp_path / "events.ndjson").exists()


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    """A file in the way is told in one sentence."""
    (tmp_path / "file").touch()

    with pytest.raises(UsageError, match=r"cannot write .*file/out: not a directory; choose another"):
        store.prepare(tmp_path / "file" / "out")


def test_an_earlier_run_is_moved_aside_under_its_own_time(tmp_path: Path) -> None:
    """Two runs of the same second do not meet either."""
    folder = tmp_path / "mpconform-report"
    a_run(folder)
    first = store.move_aside(folder)
    a_run(folder)
    second = store.move_aside(folder)

    assert first.name == "mpconform-report-2026-11-22T18-00-00"
    assert second.name == "mpconform-report-2026-11-22T18-00-00.2"
    assert store.holds_a_run(first)
    assert not folder.exists()


def test_a_full_disk_leaves_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file is replaced whole or not at all, and no draft stays."""
    path = tmp_path / "results.json"
    path.write_bytes(b"old")

    def full(path: Path, data: bytes) -> int:
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr(Path, "write_bytes", full)

    with pytest.raises(UsageError, match="no space left on device"):
        store.write_whole(path, b"new")
    assert [p.name for p in tmp_path.iterdir()] == ["results.json"]
    assert path.read_bytes() == b"old"


@pytest.mark.parametrize("content", [b"{", b'{"format": 1}'])
def test_a_damaged_violation_is_named(tmp_path: Path, content: bytes) -> None:
    """A replay of something that is no violation says which file is wrong."""
    (tmp_path / "violation.json").write_bytes(content)

    with pytest.raises(BadRecord, match=r"violation\.json"):
        store.read_violation(tmp_path)


def test_a_missing_violation_is_named(tmp_path: Path) -> None:
    """A replay of a folder that is not there says which file it looked for."""
    with pytest.raises(BadRecord, match=r"cannot read .*violation\.json: no such file"):
        store.read_violation(tmp_path / "nowhere")
