"""The page that leads from each requirement to its source, its checker, its mutants and the evidence."""

from pathlib import Path
from typing import Any

import pytest
from test_reports_html import Element, Page

import report_record as made
from mpconform_reports import html
from mpconform_reports.html import TRACES, render_traces
from mpconform_reports.matrix import groups
from mpconform_reports.record import read
from mpconform_reports.traceability import chapters

UNTESTED = {
    "id": "QUEUE-ORDER", "statement": "Order may differ. " + made.HOSTILE, "level": "SHOULD",
    "source": "library/multiprocessing: Pipes and Queues", "needs": [], "family": "queue",
    "kind": "untested", "reason": "it is a permission " + made.HOSTILE,
}  # fmt: skip
MUTANTS = [
    {"requirement": "QUEUE-FIFO", "name": "queue_swaps", "defect": "two items change places."},
    {"requirement": "QUEUE-FIFO", "name": "queue_stacks", "defect": "the last comes first. " + made.HOSTILE},
]
POWER = [{"requirement": "QUEUE-FIFO", "mutants": 2, "runs": 20, "caught": 19}]


def events(**header: Any) -> list[dict[str, Any]]:
    first, *rest = made.events()
    return [first | {"untested": [UNTESTED], "mutants": MUTANTS, "power": POWER} | header, *rest]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The whole hand-made run, with mutants, and one requirement that is untested."""
    made.make(tmp_path)
    made.write_events(tmp_path, events())
    return tmp_path


@pytest.fixture
def page(folder: Path) -> Element:
    """The page, parsed."""
    html.write(folder)
    return Page((folder / TRACES).read_text("utf-8")).root


def rows(page: Element) -> dict[str, Element]:
    return {row.attributes["id"]: row for row in page.one("table", id="traces").all("tr", of="trace")}


def test_every_requirement_has_a_row_the_untested_last_in_its_family(page: Element) -> None:
    """With their number at the top."""
    names = [name for name, *_ in made.REQUIREMENTS]

    assert list(rows(page)) == [*names[:4], "QUEUE-ORDER", *names[4:]]
    assert "9 requirements of the documentation: 8 tested, 1 untested" in page.one("p", of="verdict").text
    assert "1 have backends that are broken on purpose" in page.one("p", of="verdict").text


def test_a_row_leads_from_the_sentence_to_the_evidence(page: Element) -> None:
    """Sentence, source, checker, mutants with how often they were caught, each backend's outcome."""
    row = rows(page)["QUEUE-FIFO"]
    source, checker, broken, evidence = row.all("td")

    assert "Items that one process puts are got in the order" in row.one("th").text
    assert row.one("th").one("a").attributes["href"] == "./index.html#QUEUE-FIFO"
    assert source.text == "library/multiprocessing: Pipes and Queues"
    assert checker.text == "queue_order.per_producer_fifo"
    assert [code.text for code in broken.all("code")] == ["queue_swaps", "queue_stacks"]
    assert "19 of 20" in broken.text
    assert [li.text.split()[1] for li in evidence.all("li")] == ["conforms", "violates", "conforms"]
    assert "2,301 judged" in evidence.text
    (link,) = evidence.all("a")
    assert link.attributes["href"] == "./index.html#queue-fifo--mutants.queue_swaps-fork"


def test_what_is_untested_says_why_and_shows_no_outcome(page: Element) -> None:
    """Nothing in its row can be taken for a pass."""
    row = rows(page)["QUEUE-ORDER"]

    assert "Untested:" in row.text
    assert "it is a permission" in row.text
    assert not row.all("span", of="chip")
    assert row.attributes["data-kind"] == "untested"
    assert row.attributes["data-outcomes"] == ""


def test_a_row_can_be_found_by_kind_outcome_and_words(page: Element) -> None:
    """The filter has what it needs; mutants and checkers are among the words."""
    row = rows(page)["QUEUE-FIFO"]

    assert row.attributes["data-kind"] == "stochastic"
    assert row.attributes["data-outcomes"].split() == ["conforms", "violates"]
    for word in ("queue-fifo", "puts are got", "pipes and queues", "per_producer_fifo", "queue_swaps"):
        assert word in row.attributes["data-text"]
    assert [s.attributes["name"] for s in page.one("form").all("select")] == ["family", "kind", "outcome"]


def test_the_page_needs_nothing_but_itself_and_is_escaped(folder: Path, page: Element) -> None:
    """One script and one style, both by their hashes; hostile words are words."""
    text = (folder / TRACES).read_text("utf-8")

    assert "<img" not in text
    assert [e.tag for e in page.all() if "src" in e.attributes] == []
    assert len(page.all("script")) == len(page.all("style")) == 1
    assert text == render_traces(read(folder))


def test_the_report_leads_to_it_and_lists_what_is_untested(folder: Path) -> None:
    """With a section of its own, and a number in the navigation."""
    root = Page(html.write(folder).read_text("utf-8")).root
    section = root.one("section", id="untested")

    assert "QUEUE-ORDER" in section.text
    assert "it is a permission" in section.text
    assert "1 requirement beside the 8 that are" in section.text
    assert f"./{TRACES}" in [a.attributes["href"] for a in root.one("nav").all("a")]
    assert "Untested 1" in root.one("nav").text


def test_a_record_of_before_has_no_mutants_and_nothing_untested(tmp_path: Path) -> None:
    """It is read as it always was."""
    record = read(made.make(tmp_path))
    found = chapters(record, groups(record))

    assert [len(chapter.traces) for chapter in found] == [4, 2, 2]
    assert not any(trace.mutants or trace.untested for chapter in found for trace in chapter.traces)
    assert 'id="untested"' not in html.write(tmp_path).read_text("utf-8")
