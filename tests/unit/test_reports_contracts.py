"""The contracts in the reports: the strongest that was kept beside the documented one, on what evidence."""

import re
from pathlib import Path

import pytest

import report_record as made
from mpconform.events import ContractEvent, ContractRow
from mpconform_reports import contracts, html, record, terminal

FORK, SWAPS, BILLIARD = made.BACKENDS


@pytest.fixture
def run(tmp_path: Path) -> record.Record:
    """The run made by hand, read back."""
    return record.read(made.make(tmp_path))


def test_a_cell_tells_the_strongest_contract_and_the_documented_one(run: record.Record) -> None:
    """Kept and more, broken, kept as documented, without evidence, and not met at all."""
    cells = {
        (row.kind, cell.event.backend): cell
        for row in contracts.rows(run.contracts, made.BACKENDS)
        for cell in row.cells
        if cell.event
    }

    assert [row.kind for row in contracts.rows(run.contracts, made.BACKENDS)] == ["Queue", "SimpleQueue"]
    found = {key: (cell.told, cell.documented, cell.status.name) for key, cell in cells.items()}
    assert found == {
        ("Queue", FORK): ("per-producer FIFO", "held", "conforms"),
        ("Queue", SWAPS): ("exactly-once", "broken", "violates"),
        ("SimpleQueue", FORK): ("strict FIFO", "held", "conforms"),
        ("SimpleQueue", BILLIARD): ("no evidence", "no evidence", "unknown"),
    }
    assert cells["Queue", FORK].basis == "120 histories, 9,123 operations"
    assert cells["SimpleQueue", BILLIARD].basis == ""


def test_each_contract_is_told_with_what_it_rests_on() -> None:
    """Held, broken in which ways, undecided, or never judged; none of them, if none was kept."""
    row = ContractRow(contract="fair", histories=9, operations=40, judged=1)
    broken = ContractRow(contract="fair", histories=9, judged=12, broken=2, kinds={"overtaken-twice": 2})
    event = ContractEvent(kind="Lock", family="lock", backend=FORK, documented="exclusive", rows=(broken,))

    assert contracts.told(row) == "held; 1 situation judged"
    assert contracts.told(broken) == "broken in 2 of 9 histories (overtaken twice in 2)"
    assert contracts.told(ContractRow(contract="fair", undecided=3)) == "no evidence; 3 undecided"
    assert contracts.ContractCell(event=event).told == "none of them"


def test_the_page_has_a_row_for_each_kind_of_object(run: record.Record) -> None:
    """The documented contract is marked in the chain; the details count situations and histories."""
    page = html.render(run)
    section = page[page.index('<section id="contracts"') : page.index('<section id="observations"')]
    text = " ".join(re.sub(r"<[^>]+>", " ", section).split())

    assert '<b title="documented">per-producer FIFO</b>' in section
    assert "strict FIFO ⇒ per-producer FIFO ⇒ exactly-once" in text
    assert "documented (per-producer FIFO): held 120 histories, 9,123 operations" in text
    assert "broken in 3 of 120 histories (overtaken in 3)" in text
    assert section.count("no evidence") > 2


def test_a_run_without_such_objects_says_nothing(tmp_path: Path) -> None:
    """No empty table."""
    told = [event for event in made.events() if event["event"] != "contract"]
    made.make(tmp_path)
    run = record.read(made.write_events(tmp_path, told))

    assert 'id="contracts"' not in html.render(run)
    assert contracts.rows(run.contracts, made.BACKENDS) == ()


def test_the_terminal_has_a_line_for_each_kind_of_object(run: record.Record) -> None:
    """Short: the sign of the documented contract, and the strongest that was kept."""
    lines = terminal.plain(terminal.contracts(run.contracts, made.BACKENDS)).splitlines()

    assert [re.split(r"\s{2,}", line.strip()) for line in lines] == [
        ["Queue", "✓ per-producer FIFO", "✗ exactly-once", "no evidence"],
        ["SimpleQueue", "✓ strict FIFO", "no evidence", "? no evidence"],
    ]


def test_a_cell_says_what_an_exact_search_could_not_do(tmp_path: Path) -> None:
    """Beside its number: what was judged by sound rules alone, and what was not decided."""
    told = made.events()
    for event in told:
        if event["event"] == "result" and event["requirement"] == "QUEUE-ONCE" and event["backend"] == FORK:
            event["evidence"] |= {"judged_soundly": 12, "undecided": 3}
    made.make(tmp_path)

    page = html.render(record.read(made.write_events(tmp_path, told)))

    assert page.count("; 12 by rules that may miss something; 3 undecided") == 1
