"""The page and the terminal of a gate: its verdict first, what fails before what is known."""

import re
from pathlib import Path

import pytest

import report_record as made
from mpconform_reports import gate, html, terminal
from mpconform_reports.record import Record, read


@pytest.fixture
def record(tmp_path: Path) -> Record:
    made.make(tmp_path, faults=False)
    return read(made.write_events(tmp_path, made.gated(made.events(faults=False), code=1)))


def test_the_page_begins_with_the_verdict(record: Record) -> None:
    """And lists above everything only what makes it fail; the table has the rest, hostile text as text."""
    page = html.render(record)

    assert "<h1>The gate fails (exit code 1): 1 new, 1 inconclusive, 1 stale, 1 known; 3 listed" in page
    heads = re.search(r'<ol class="findings" aria-label="What fails">(.*?)</ol>', page, re.DOTALL)
    assert heads is not None
    assert "QUEUE-FIFO" in heads[1]
    assert "CONDITION-PROGRESS" not in heads[1]
    table = page[
        page.index('<table class="gate">') : page.index("</table>", page.index('<table class="gate">'))
    ]
    assert re.findall(r'<th scope="row">(.*?)</th>', table) == ["new", "inconclusive", "stale", "known"]
    assert "<script>alert" not in page


def test_the_terminal_shows_what_fails_first_and_the_verdict_last(record: Record) -> None:
    """One line each."""
    lines = terminal.plain(terminal.standings(record)).splitlines()

    assert lines[0].split()[:3] == ["NEW", "QUEUE-FIFO", "mutants.queue_swaps:fork"]
    assert lines[-2].startswith("The gate fails (exit code 1)") or lines[-1].startswith("The gate fails")


@pytest.mark.parametrize(
    ("code", "told"),
    [
        (0, "The gate holds (exit code 0)"),
        (2, "The gate could not be held: the backend or its configuration (exit code 2)"),
        (3, "The gate is inconclusive (exit code 3)"),
        (4, "The gate holds, but its baseline is stale (exit code 4)"),
        (5, "The gate is inconclusive: nothing was judged (exit code 5)"),
        (70, "The gate could not be held: a defect of mpconform (exit code 70)"),
        (130, "The gate was interrupted (exit code 130)"),
    ],
)
def test_each_exit_code_has_its_sentence(tmp_path: Path, code: int, told: str) -> None:
    """Which says who has to do something."""
    events = made.gated(made.events(faults=False, violations=False), code=code)
    record = read(made.write_events(tmp_path, events))

    assert gate.verdict(record).startswith(told)


def test_a_gate_that_was_cut_short_says_so(tmp_path: Path) -> None:
    """Without a footer there is no verdict."""
    events = made.gated(made.events(faults=False, violations=False), code=0)[:-1]

    assert gate.verdict(read(made.write_events(tmp_path, events))) == "The gate did not come to its end."
