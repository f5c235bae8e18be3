"""The script of a program: it holds the program, and sees what the program was seen to say."""

import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from mpconform.backend import Backend
from mpconform.store import First, StoredViolation
from mpconform.values import Actor, History, Operation, Scenario, Violation
from mpconform_reports.reproduction import MOST_LINES, script
from mpconform_reports.reproduction_programs import alike
from mpconform_scenarios.context_build import GUARD, THROUGH_CONTEXT, program

SOURCE = THROUGH_CONTEXT + GUARD
RIGHT = '{"question": "method", "got": "fork"}'
WRONG = '{"question": "method", "got": "spawn"}'


def written(
    *output: str,
    run: str = "file",
    open_ended: bool = False,
    code: int = 0,
    more: Sequence[str] = (),
    summary: str = 'It said """no""".',
    kind: str = "some-kind",
    question: str = 'ask("method", ctx.get_start_method)',
) -> str:
    """The script of a violation that one program showed by *output*; it does *more* besides."""
    step = program("x", SOURCE, [question, *more], run=run)
    ended = {"method": "fork", "code": code, "output": [*output], "errors": [], "left": []}
    op = Operation(
        actor="main", step=0, target="", method="program", arguments=step.arguments, invoked_ns=1,
        outcome="open" if open_ended else "ok", result=None if open_ended else {"$program": ended},
        returned_ns=None if open_ended else 2,
    )  # fmt: skip
    violation = Violation(kind=kind, summary=summary, witness=(op,))
    scenario = Scenario(family="context", theme="t", actors={"main": Actor(steps=(step,))})
    stored = StoredViolation(
        id="x", requirement="CONTEXT-METHOD", family="context", kind=kind, summary=violation.summary,
        story="", folder="x", backend=Backend(module="multiprocessing", method="fork"), observed=(),
        witness=(op,), seen=1, reproduced=(3, 3), actors=1, steps=1, replay="", violation=violation,
        first=First(violation=violation),
    )  # fmt: skip
    return script(stored, History(scenario=scenario, backend="x", operations=(op,)), "It is so.")


def shown(folder: Path, text: str) -> subprocess.CompletedProcess[str]:
    path = folder / "repro.py"
    path.write_text(text, encoding="utf-8")
    return subprocess.run(
        [sys.executable, "-S", "-s", str(path), "1"], capture_output=True, text=True, check=False, timeout=120
    )


@pytest.mark.parametrize("run", ["file", "module", "command", "stdin"])
def test_a_script_sees_what_was_seen_and_nothing_else(tmp_path: Path, run: str) -> None:
    """Whichever way the program is run; the text of the program stands in it, and nothing of ours."""
    same, other = shown(tmp_path, written(RIGHT, run=run)), shown(tmp_path, written(WRONG, run=run))

    assert same.returncode == 1, same.stderr
    assert "FAILED 1 of 1" in same.stdout
    assert other.returncode == 0, other.stderr
    assert "not seen in 1 runs" in other.stdout
    assert "mpconform" not in written(RIGHT, run=run)
    assert "import multiprocessing as mp" in written(RIGHT, run=run)


def test_a_program_that_ends_shows_no_hang(tmp_path: Path) -> None:
    """What was seen was that it never ended."""
    assert "not seen" in shown(tmp_path, written(open_ended=True)).stdout


def test_an_exit_code_is_part_of_what_was_seen(tmp_path: Path) -> None:
    """Words alone are not enough."""
    assert "not seen" in shown(tmp_path, written(RIGHT, code=3)).stdout


@pytest.mark.parametrize(
    ("got", "failed"),
    [
        pytest.param([[[0, 1], [1, 0]], [[3, 2], [2, 3]]], False, id="all places"),
        pytest.param([[[2, 2], [0, 0]], [[1, 1], [3, 3]]], True, id="another wrong answer than was seen"),
        pytest.param([[[0, 1], [0, 0]], [[2, 3], [3, 2]]], True, id="the second meeting"),
    ],
)
def test_places_that_are_others_each_time_are_looked_at(tmp_path: Path, got: Any, *, failed: bool) -> None:
    """Whether they are wrong counts, not what they were when it was seen."""
    seen = '{"question": "met", "got": [[[0, 0], [0, 0]], [[3, 3], [2, 2]]]}'
    text = written(seen, kind="threads-not-met", question=f'tell("met", got={got})')

    assert shown(tmp_path, text).returncode == int(failed)
    assert "SEEN" not in text
    assert "SEEN" in written(
        '{"question": "met", "raised": ["X"]}', kind="threads-not-met", question="tell()"
    )


def test_numbers_that_differ_from_run_to_run_are_alike() -> None:
    """Process ids and keys count by where they come again; other numbers as they are."""
    known: dict[str, int] = {}
    first: Any = alike(['{"pid": 123, "starter": 0, "got": 123}', '{"pid": 124, "starter": 123}'], known)
    second = alike(['{"pid": 77, "starter": 0, "got": 123}', '{"pid": 88, "starter": 77}'], {})

    assert first == second
    assert first != alike(['{"pid": 77, "starter": 0, "got": 123}', '{"pid": 88, "starter": 88}'], {})
    assert re.search("#1", first[1])


@pytest.mark.parametrize("name", ["'/psm_{}'", "/tmp/pymp-{}/listener", "0x{}", "pid={}"])
def test_what_has_another_name_in_each_run_is_alike(name: str) -> None:
    """A block, a folder, an object, a process: whatever a text says of it, it is the same one."""
    first, second, other = (
        alike([f'"no {name.format(a)}"', f'"but {name.format(b)}"'], {})
        for a, b in ((12, 12), (345, 345), (12, 345))
    )

    assert first == second != other


def test_the_text_of_an_object_is_alike_wherever_it_is() -> None:
    """Addresses and process ids in it count as those that are given by themselves."""
    first = alike(['"<Process pid=123 parent=122>", "<X at 0x7f00>", "<X at 0x7f00>"'], {})
    second = alike(['"<Process pid=9 parent=8>", "<X at 0xabcd>", "<X at 0xabcd>"'], {})
    other = alike(['"<Process pid=9 parent=8>", "<X at 0xabcd>", "<X at 0xabce>"'], {})

    assert first == second != other


@pytest.mark.parametrize(("answer", "short"), [('"got": "fork"', True), ('"raised": ["ValueError"]', False)])
def test_a_long_script_asks_for_errors_only_if_one_was_seen(
    answer: str, *, short: bool, tmp_path: Path
) -> None:
    """It ends with whatever else is raised, and so differs from what was seen."""
    line = f'{{"question": "method", {answer}}}'
    filler = [f'print("{number}")' for number in range(60)]
    text = written(line, *map(str, range(60)), more=filler)

    assert ("except BaseException" not in text) is short
    assert ('"got": function()' in text) is short
    assert ("FAILED 1 of 1" in shown(tmp_path, text).stdout) is short
    assert "except BaseException" in written(line)


@pytest.mark.parametrize(("count", "bare"), [(10, False), (40, True)])
def test_a_very_long_program_loses_its_comments(count: int, *, bare: bool) -> None:
    """Only where that is what it takes."""
    text = written(RIGHT, more=[f"# Remark {number}\nprint({number})" for number in range(count)])

    assert ("# Remark 3" not in text) is bare
    assert "print(3)" in text
    assert text.count("\n") <= MOST_LINES


def test_what_is_broken_is_told_in_brief_where_a_script_is_long() -> None:
    """What was seen stands in it anyhow."""
    words = "It said " + "so " * 100
    brief, full = (written(RIGHT, more=["print(1)"] * count, summary=words) for count in (60, 1))

    assert "so so …" in brief
    assert "…" not in full
