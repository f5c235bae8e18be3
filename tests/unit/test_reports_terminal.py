"""Tests of the terminal report: plain text that can be read at 80 columns."""

import io
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console, RenderableType

import report_record as made
from mpconform_reports import terminal
from mpconform_reports.record import Record, read


def shown(what: RenderableType, width: int = 80) -> list[str]:
    """The lines that a file of that width gets."""
    out = io.StringIO()
    Console(file=out, width=width, force_terminal=False, color_system=None).print(what)
    return [line.rstrip() for line in out.getvalue().splitlines()]


@pytest.fixture
def record(tmp_path: Path) -> Record:
    """The whole hand-made run."""
    return read(made.make(tmp_path))


def test_families_fold_to_a_line_and_what_is_wrong_is_listed(record: Record) -> None:
    """Counts per family; every violation and every unknown has its own line."""
    lines = shown(terminal.matrix(record))

    assert [line.split("  ")[0] for line in lines if line and not line.startswith(" ")][1:4] == [
        "Producer/consumer queues", "Conditions", "Shared memory",
    ]  # fmt: skip
    assert [line.split()[0] for line in lines if line.startswith("  ") and "-" in line] == [
        "QUEUE-FIFO", "CONDITION-WAKE", "CONDITION-PROGRESS",
    ]  # fmt: skip
    (fifo,) = (line for line in lines if "QUEUE-FIFO" in line)
    assert fifo.split() == ["QUEUE-FIFO", "✓", "2,301", "✗", "VIOLATES", "✓", "2,301"]
    assert lines[-1].split("   ") == ["✗ 2 violates", "? 2 unknown", "✓ 18 conforms", "∅ 2 unsupported"]


def test_what_was_not_reached_is_listed_too(tmp_path: Path) -> None:
    """A run that was cut short hides nothing behind a count."""
    lines = shown(terminal.matrix(read(made.make(tmp_path, cut_short=True))))

    assert any("SHM-UNLINK" in line and "… not reached" in line for line in lines)


@pytest.mark.parametrize("width", [60, 80, 120, 200])
def test_nothing_is_wider_than_the_terminal(record: Record, width: int) -> None:
    """Not the matrix, not a story."""
    lines = shown(terminal.matrix(record), width)
    for violation in record.violations:
        lines += shown(terminal.story(violation), width)

    assert max(map(len, lines)) <= width


@pytest.mark.parametrize("width", [60, 80])
def test_many_backends_become_letters(tmp_path: Path, width: int) -> None:
    """Where names do not fit, each backend is a letter, and the letters are explained."""
    lines = shown(terminal.matrix(read(made.write_events(tmp_path, made.large_events()))), width)

    assert lines[0].split() == ["Requirement", *"ABCDEFGHIJKL"]
    assert "L  torch.multiprocessing:forkserver" in lines
    assert max(map(len, lines)) <= width
    rows = [line.split() for line in lines if "-REQUIREMENT-" in line]
    assert all(len(row) == 13 for row in rows)


def test_many_backends_have_names_where_there_is_room(tmp_path: Path) -> None:
    """On a wide terminal nothing is abbreviated."""
    lines = shown(terminal.matrix(read(made.write_events(tmp_path, made.large_events()))), 260)

    assert lines[1].split().count(":fork") == 4


def test_a_story_goes_from_the_rule_to_the_replay(record: Record) -> None:
    """Requirement, sentence, summary, story, scenario, odds, witness, command: in that order."""
    text = "\n".join(shown(terminal.story(record.violations[0]), 120))
    parts = [
        "VIOLATES  QUEUE-FIFO   mutants.queue_swaps:fork",
        "Items that one process puts are got in the order in which it put them.",
        "c0 got p0's item 1 before c1 got p0's item 0",
        "p0 had put its item 0 at 60.01 ms",
        "smallest scenario: 4 actors, 11 steps   (failed again in 7 of 20 runs; seen in 12 histories)",
        "p0: q.put(item p0#0)",
        "first seen as: c3 got p1's item 17",
        "witness  c0#0  q.get() → item p0#1             60.001 ms .. 60.024 ms",
        "         c1#2  q.get(timeout=0.5) → item p0#0  60.033 ms .. 60.041 ms",
        "replay    mpconform replay mpconform-report/violations/queue-fifo--mutants.queue_swaps-fork",
    ]
    places = [text.index(part) for part in parts]

    assert places == sorted(places)


def test_a_story_says_where_the_script_is(tmp_path: Path) -> None:
    """Before the command that replays it, if there is one."""
    folder = made.make(tmp_path)
    name = "violations/queue-fifo--mutants.queue_swaps-fork/repro.py"
    assert name not in "\n".join(shown(terminal.story(read(folder).violations[0]), 120))

    (folder / name).write_text("pass\n", encoding="utf-8")
    lines = shown(terminal.story(read(folder).violations[0]), 120)

    assert lines[-2] == f"  script    {name}"
    assert lines[-1].startswith("  replay    ")


def test_a_wrapped_command_is_still_one_command(record: Record) -> None:
    """A shell reads the lines that it is broken into as the command."""
    lines = shown(terminal.story(record.violations[0]), 80)
    command = lines[lines.index("  replay:") + 1 :]

    joined = "\n".join(command).replace("\\\n", "")
    assert joined == record.violations[0].event.replay


def test_a_hang_names_what_never_returned_and_where_its_stacks_are(record: Record) -> None:
    """Open operations have no end; the stacks are in a file."""
    text = "\n".join(shown(terminal.story(record.violations[1]), 120))

    assert "main#6  cond.notify_all()  from 117.02 ms, never returned" in text
    assert "hung in  main#6  cond.notify_all()  waits for nobody" in text
    assert "stacks    violations/condition-progress--billiard-spawn/stacks.txt" in text


def test_a_story_without_a_folder_is_told(tmp_path: Path) -> None:
    """The event is enough."""
    record = read(made.write_events(tmp_path, made.events()))
    text = "\n".join(shown(terminal.story(record.violations[0])))

    assert "VIOLATES  QUEUE-FIFO" in text
    assert "witness" not in text


def test_markup_in_a_record_is_text(tmp_path: Path) -> None:
    """Square brackets are not colours."""
    told: list[dict[str, Any]] = made.events()
    for event in told:
        if event["event"] == "violation":
            event["summary"] = "[red]q[0][/red] [/]"
    record = read(made.write_events(tmp_path, told))

    assert any("[red]q[0][/red] [/]" in line for line in shown(terminal.story(record.violations[0])))


def test_the_summary_is_that_of_the_page(record: Record) -> None:
    """One sentence for one run, wherever it is shown."""
    assert terminal.summary(record).startswith("2 of 8 requirements are violated")
