"""Histories in columns: what is written is read again, and what is damaged is told in one sentence."""

import random
from pathlib import Path

import msgspec
import pytest

import report_record as made
from fakes import history_of
from mpconform import histories, store
from mpconform.errors import BadRecord, UsageError
from mpconform.histories import MAGIC, Place, Writer, encoded, places, read
from mpconform.values import (
    Actor,
    ActorRecord,
    Census,
    Execution,
    History,
    Json,
    Operation,
    ProcessRecord,
    Scenario,
    Step,
)
from mpconform_conformance.rejudge import stored

RESULTS: tuple[Json, ...] = (
    *(None, True, False, 0, -1, 1, 2**62, -(2**63), 2**70, 1.5, "text", [], [1, [2]], {"a": None}),
    {"$item": ["p", 0, 0, 0]},
    {"$item": ["p", 2**32 - 1, 2**31 - 1, 2**32 - 1]},
    {"$item": ["p", 2**32, 0, 0]},
    {"$item": ["p", -1, 0, 0]},
    {"$item": ["p", 1, 2]},
    {"$item": ["p", 1, 2, 3], "more": 1},
    {"$digest": [1, 2]},
)
AFTER = Census(at_ns=1, agent_pid=2, processes=(ProcessRecord(pid=1, parent_pid=0, state="S"),))


def scenario(number: int) -> Scenario:
    steps = (
        Step(target="q", method="put", arguments=(number, {"$item": ["p", 1, 0]}), keywords={"block": True}),
        Step(target="q", method="get", timeout_s=0.5),
    )
    return Scenario(family="queue", theme="t", actors={"main": Actor(steps=steps), "c": Actor(steps=steps)})


def some_history(seed: int) -> History:
    """Anything: operations as their steps say and not, results of every kind, all that stands around them."""
    draw = random.Random(seed)
    told = scenario(seed // 3)
    ops = []
    for n in range(draw.randrange(6)):
        actor = draw.choice(("main", "c", "main.callbacks", "nobody"))
        number = draw.randrange(-1, 3)
        step = (
            told.actors["c"].steps[number] if actor in ("main", "c") and 0 <= number < 2 else Step(method="x")
        )
        if draw.random() < 0.4:
            step = draw.choice(
                (Step(target="other", method="put", arguments=([1], "a")), Step(method="join"))
            )
        ended = draw.choice(("ok", "raised", "open"))
        ops.append(
            Operation(
                actor=actor, step=number, target=step.target, method=step.method, arguments=step.arguments,
                keywords=step.keywords, timeout_s=step.timeout_s, outcome=ended,
                result=draw.choice(RESULTS), invoked_ns=n, returned_ns=None if ended == "open" else n + 2**60,
            )
        )  # fmt: skip
    return History(
        scenario=told, backend="b:fork", round=seed, operations=tuple(ops),
        actors={"main": ActorRecord(pids=(1, 2), finished=True)},
        executions=(Execution(task=1, pid=2, invoked_ns=3, returned_ns=None),),
        census={"after": AFTER},
        ended=draw.choice(("normally", "hung")), detail="why \u2026", stacks="Thread 1\n",
    )  # fmt: skip


def written(path: Path, count: int = 40) -> list[History]:
    writer, told = Writer(path), [some_history(seed) for seed in range(count)]
    for one in told:
        writer.append(one)
    return told


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    """All of it, of whatever kind; in any order, and only what is wanted."""
    path = tmp_path / "h.columns"
    told = written(path, 300)

    where = places(path)

    assert list(read(path, where)) == told
    assert list(read(path, [where[17], where[3], where[4]])) == [told[17], told[3], told[4]]
    assert len({one for one, _ in where}) == 100, "a scenario stands there once for all that follow"


def test_one_history_is_a_file_too(tmp_path: Path) -> None:
    """As that of a violation."""
    (tmp_path / "h.columns").write_bytes(encoded(some_history(5)))

    assert list(read(tmp_path / "h.columns", places(tmp_path / "h.columns"))) == [some_history(5)]


def test_a_file_that_was_cut_short_is_told(tmp_path: Path) -> None:
    """Wherever it was cut, but between two records: then all is whole that is there."""
    path = tmp_path / "h.columns"
    told = written(path, 4)
    whole = path.read_bytes()
    ends = {len(MAGIC), len(whole), *(at for pair in places(path) for at in pair)}
    for cut in sorted({*range(0, len(whole), 23), *ends, *(at + 1 for at in ends if at < len(whole))}):
        path.write_bytes(whole[:cut])
        if cut in ends:
            assert list(read(path, places(path))) == told[: len(places(path))]
            continue
        with pytest.raises(
            BadRecord, match=r"h\.columns: (cut short: the record at byte \d+|no histories in)"
        ):
            places(path)


def test_a_file_that_was_damaged_is_told(tmp_path: Path) -> None:
    """A changed byte in a record is seen by its checksum, or as no record; never taken for what it was."""
    path = tmp_path / "h.columns"
    written(path, 3)
    whole = path.read_bytes()
    for at in range(0, len(whole), 11):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 4]) + whole[at + 1 :])
        with pytest.raises(BadRecord) as caught:
            list(read(path, places(path)))
        assert str(caught.value).startswith(f"{path}: "), at
        assert "\n" not in str(caught.value), at


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "no histories in columns: it begins with b''"),
        (b"{}", "no histories in columns: it begins with b'{}'"),
        (b"MPCHIST\x07", "histories of format 7; this version reads 1"),
        (MAGIC + encoded(some_history(1))[-8:], "cut short: the record at byte 8"),
    ],
)
def test_what_is_no_such_file_is_told(tmp_path: Path, data: bytes, message: str) -> None:
    """With what it is instead."""
    (tmp_path / "h.columns").write_bytes(data)

    with pytest.raises(BadRecord) as caught:
        places(tmp_path / "h.columns")

    assert f"h.columns: {message}" in str(caught.value)


def test_a_file_that_cannot_be_read_or_written_is_told(tmp_path: Path) -> None:
    """One sentence each."""
    with pytest.raises(BadRecord, match=r"cannot read .*none: no such file or directory"):
        places(tmp_path / "none")
    (tmp_path / "file").touch()
    with pytest.raises(UsageError, match=r"cannot write .*: (not a directory|file exists)"):
        Writer(tmp_path / "file" / "h.columns").append(some_history(1))


def a_run(folder: Path) -> Path:
    """A run folder with one violation, whose histories are those of an earlier version."""
    made.make(folder, faults=False)
    made.write_events(folder, [e for e in made.events(faults=False) if e.get("family", "queue") == "queue"])
    return folder


def test_a_run_is_read_in_columns_and_one_of_an_earlier_version_as_json(tmp_path: Path) -> None:
    """The same histories, wherever both stand the columns; those of violations are kept, too."""
    run = a_run(tmp_path / "run")
    before = list(stored(run))
    assert before, "an earlier version stored them as JSON"

    kept = store.histories_file(run, "queue", "mutants.queue_swaps:fork")
    kept.parent.mkdir()
    told = [history_of(scenario(n)) for n in range(3)]
    kept.with_suffix(".ndjson").write_bytes(b"".join(msgspec.json.encode(one) + b"\n" for one in told))
    assert list(stored(run)) == [*told, *before]

    written(kept, 5)
    assert list(stored(run)) == [*map(some_history, range(5)), *before]

    kept.with_suffix(".ndjson").write_bytes(b"{}\n")
    kept.unlink()
    with pytest.raises(BadRecord, match=r"\.ndjson, line 1: no history: Object missing required field"):
        list(stored(run))


def test_the_history_of_a_violation_stands_in_columns_too(tmp_path: Path) -> None:
    """It is what is judged again; the JSON beside it is for people."""
    run = a_run(tmp_path / "run")
    told = made.events(faults=False)
    folder = run / next(e["folder"] for e in told if e["event"] == "violation" and e["family"] == "queue")
    (folder / store.HISTORY).write_bytes(encoded(some_history(7)))

    assert some_history(7) in list(stored(run))
    (folder / store.HISTORY).write_bytes(encoded(some_history(7))[:-1])
    with pytest.raises(BadRecord, match="cut short"):
        list(stored(run))


def test_records_begin_where_numbers_can_be_read(tmp_path: Path) -> None:
    """At multiples of eight, whatever the text before is long."""
    path = tmp_path / "h.columns"
    written(path)

    every: list[Place] = list(places(path))

    assert all(at % 8 == 0 for pair in every for at in pair)
    assert histories.SUFFIX == ".columns"
