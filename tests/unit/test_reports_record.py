"""Tests of the run record: strict where a record is wrong, patient where a run was cut short."""

import json
from pathlib import Path

import pytest

import report_record as made
from mpconform.errors import BadRecord
from mpconform_reports.record import read

#: What an event may leave out.
DEFAULTS: dict[str, set[str]] = {
    "header": set(),
    "campaign": {"themes", "measures", "hung", "crashed", "agents"},
    "contract": set(),
    "violation": set(),
    "result": {"evidence", "notes", "reason", "witness"},
    "fault": {"family", "backend"},
    "footer": set(),
}


def rewritten(out: Path, line: int, **changes: object) -> Path:
    """Change keys of the event on *line* (from 1); a key whose value is ... is dropped."""
    path = out / "events.ndjson"
    lines = path.read_text().splitlines()
    event = json.loads(lines[line - 1]) | changes
    lines[line - 1] = json.dumps({k: v for k, v in event.items() if v is not ...})
    path.write_text("\n".join(lines) + "\n")
    return out


def test_a_whole_record_is_read_with_everything_in_it(tmp_path: Path) -> None:
    """Header, campaigns, results, violations with their folders, faults and footer arrive."""
    record = read(made.make(tmp_path))

    assert record.header.seed == 123
    assert [c.family for c in record.campaigns] == [
        f for f in ("queue", "condition", "shm") for _ in range(3)
    ]
    assert len(record.results) == len(made.REQUIREMENTS) * len(made.BACKENDS)
    assert [v.event.requirement for v in record.violations] == ["QUEUE-FIFO", "CONDITION-PROGRESS"]
    assert [f.backend for f in record.faults] == [made.FORK, ""]
    assert (record.ended, record.torn) == ("completed", False)


def test_a_violation_brings_what_its_folder_holds(tmp_path: Path) -> None:
    """Scenario, history, witness, first witness, stacks and files are those of the folder."""
    order, hang = read(made.make(tmp_path)).violations

    assert order.scenario == made.order_history().scenario
    assert order.history == made.order_history()
    assert [op.actor for op in order.witness] == ["c0", "c1"]
    assert order.first_summary == "c3 got p1's item 17 before c0 got p1's item 4."
    assert hang.first_summary == ""
    assert "in notify_all" in hang.stacks
    assert f"{order.event.folder}/first/tapes/main.tape" in order.files


def test_a_violation_without_its_folder_is_still_told(tmp_path: Path) -> None:
    """What the folder lacks is empty; the event alone is enough."""
    told = [e for e in made.events() if e["event"] != "fault"]
    order, hang = read(made.write_events(tmp_path, told)).violations

    assert (order.scenario, order.history, order.files, order.witness) == (None, None, (), ())
    assert hang.observed == (f"no progress for 3 s {made.HOSTILE}",)


def test_stacks_come_from_the_history_if_they_have_no_file(tmp_path: Path) -> None:
    """A hung history carries its stacks itself."""
    made.make(tmp_path)
    (tmp_path / "violations/condition-progress--billiard-spawn/stacks.txt").unlink()

    assert read(tmp_path).violations[1].stacks == made.hang_history().stacks


def test_a_torn_last_line_is_a_run_that_was_cut_short(tmp_path: Path) -> None:
    """Without footer, and in the middle of a line: what was written before counts."""
    record = read(made.make(tmp_path, cut_short=True))

    assert (record.ended, record.torn, record.footer) == ("cut short", True, None)
    assert record.violations


@pytest.mark.parametrize("keep", [1, 2, 12])
def test_a_record_without_footer_was_cut_short(tmp_path: Path, keep: int) -> None:
    """Even a header alone is a record."""
    record = read(made.write_events(tmp_path, made.events()[:keep]))

    assert (record.ended, record.torn) == ("cut short", False)


def test_a_last_line_without_its_end_is_left_out(tmp_path: Path) -> None:
    """Only a line's end says that the line is whole."""
    path = made.make(tmp_path) / "events.ndjson"
    path.write_bytes(path.read_bytes().rstrip(b"\n"))

    assert (read(tmp_path).ended, read(tmp_path).torn) == ("cut short", True)


@pytest.mark.parametrize("key", ["seed", "backends", "machine", "requirements"])
def test_a_missing_key_is_named_with_file_and_line(tmp_path: Path, key: str) -> None:
    """Reading is strict: what lacks a key is no record of this format."""
    rewritten(made.make(tmp_path), 1, **{key: ...})

    with pytest.raises(BadRecord, match=rf"events\.ndjson, line 1: .*`{key}`"):
        read(tmp_path)


def test_every_event_must_have_all_its_keys(tmp_path: Path) -> None:
    """Each kind of event is refused without any one of its keys, except those with a default."""
    told = made.events()
    first = {e["event"]: i for i, e in reversed(list(enumerate(told)))}
    for kind, index in first.items():
        for key in told[index].keys() - DEFAULTS[kind]:
            broken = [{k: v for k, v in e.items() if i != index or k != key} for i, e in enumerate(told)]
            made.write_events(tmp_path, broken)
            with pytest.raises(BadRecord, match=rf"line {index + 1}: "):
                read(tmp_path)


@pytest.mark.parametrize(
    ("line", "text"),
    [(2, "{"), (2, "[]"), (3, '{"event": "weather"}'), (4, "\xff"), (5, '{"event": "header"}')],
)
def test_a_line_that_is_no_event_is_named(tmp_path: Path, line: int, text: str) -> None:
    """In the middle of a record nothing may be torn."""
    path = made.make(tmp_path) / "events.ndjson"
    lines = path.read_bytes().split(b"\n")
    lines[line - 1] = text.encode("latin-1")
    path.write_bytes(b"\n".join(lines))

    with pytest.raises(BadRecord, match=rf"events\.ndjson, line {line}: "):
        read(tmp_path)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"format": 3}, "format 3; this version reads formats 1 and 2"),
        (
            {"event": "footer", "ended": "completed", "exit_code": 0, "seconds": 1.0},
            "not the header of a run",
        ),
        ({"families": None}, "families"),
    ],
)
def test_a_wrong_header_is_refused(tmp_path: Path, changes: dict[str, object], message: str) -> None:
    """The first line says what the rest means."""
    rewritten(made.make(tmp_path), 1, **changes)

    with pytest.raises(BadRecord, match=message):
        read(tmp_path)


@pytest.mark.parametrize(
    ("kind", "changes", "message"),
    [
        ("result", {"backend": "nobody:fork"}, "backend nobody:fork is not in the header"),
        ("campaign", {"backend": "nobody:fork"}, "backend nobody:fork is not in the header"),
        ("result", {"requirement": "NOTHING"}, "requirement NOTHING is not in the header"),
        ("violation", {"requirement": "NOTHING"}, "requirement NOTHING is not in the header"),
        ("violation", {"folder": "../../etc"}, "'../../etc' is not inside the run folder"),
        ("violation", {"folder": "/etc"}, "'/etc' is not inside the run folder"),
        ("result", {"status": "fine"}, "fine"),
    ],
)
def test_an_event_must_agree_with_the_header(
    tmp_path: Path, kind: str, changes: dict[str, object], message: str
) -> None:
    """Unknown names, folders elsewhere and unknown outcomes are refused."""
    line = next(i for i, e in enumerate(made.events(), 1) if e["event"] == kind)
    rewritten(made.make(tmp_path), line, **changes)

    with pytest.raises(BadRecord, match=rf"events\.ndjson.*{message}"):
        read(tmp_path)


def test_nothing_follows_the_footer(tmp_path: Path) -> None:
    """Two runs in one file are no record."""
    told = made.events()
    made.write_events(tmp_path, [*told, told[1]])

    with pytest.raises(BadRecord, match="a footer, but the record goes on"):
        read(tmp_path)


def test_there_is_one_header(tmp_path: Path) -> None:
    """A second one contradicts the first."""
    told = made.events()
    made.write_events(tmp_path, [told[0], told[0], *told[1:]])

    with pytest.raises(BadRecord, match="line 2: a second header"):
        read(tmp_path)


@pytest.mark.parametrize("name", ["violation.json", "history.json", "scenario.json"])
def test_a_broken_file_of_a_violation_is_named(tmp_path: Path, name: str) -> None:
    """A file that is there must be what its format says."""
    made.make(tmp_path)
    (tmp_path / "violations/queue-fifo--mutants.queue_swaps-fork" / name).write_text("{}")

    with pytest.raises(BadRecord, match=rf"{name}: "):
        read(tmp_path)


def test_a_folder_without_events_is_no_run_folder(tmp_path: Path) -> None:
    """The message says what is expected there."""
    with pytest.raises(BadRecord, match=r"cannot read .*events\.ndjson"):
        read(tmp_path)


def test_of_two_results_the_later_counts(tmp_path: Path) -> None:
    """A judgement may be made again within a run."""
    told = made.events()
    told.insert(-1, made.result("QUEUE-ONCE", made.FORK, "unknown", reason="judged again"))
    record = read(made.write_events(tmp_path, told))

    assert record.results["QUEUE-ONCE", made.FORK].reason == "judged again"
