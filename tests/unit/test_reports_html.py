"""Tests of the HTML report: what stands on the page, that it is escaped, and that it needs nothing else."""

import dataclasses
import re
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from urllib.parse import unquote

import msgspec
import pytest

import report_record as made
from mpconform.errors import BadRecord
from mpconform.events import PowerRow
from mpconform_reports import html
from mpconform_reports.record import read
from mpconform_reports.wording import slug

VOID = {"meta", "link", "input", "br", "wbr"}
ADDRESSES = {"href", "src", "action", "srcset", "data", "poster", "xlink:href", "formaction"}


class Element:
    """An element of a parsed page."""

    def __init__(self, tag: str, attributes: dict[str, str]) -> None:
        self.tag = tag
        self.attributes = attributes
        self.children: list[Element] = []
        self.texts: list[str] = []

    @property
    def text(self) -> str:
        """All text inside, in order, with single spaces."""
        return " ".join("".join(self.texts).split())

    def all(self, tag: str = "", of: str = "", **attributes: str) -> list["Element"]:
        """All elements below with this tag, class and attributes, in order."""
        found = []
        for child in self.children:
            fits = (not tag or child.tag == tag) and (
                not of or of in child.attributes.get("class", "").split()
            )
            if fits and all(child.attributes.get(k) == v for k, v in attributes.items()):
                found.append(child)
            found += child.all(tag, of, **attributes)
        return found

    def one(self, tag: str = "", of: str = "", **attributes: str) -> "Element":
        """The only such element."""
        (found,) = self.all(tag, of, **attributes)
        return found


class Page(HTMLParser):
    """A page as a tree; a tag that closes what is not open fails the test."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.root = Element("", {})
        self.open = [self.root]
        self.feed(text)
        self.close()
        assert self.open == [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {k: v or "" for k, v in attrs})
        assert len(element.attributes) == len(attrs)
        self.open[-1].children.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop().tag == tag

    def handle_data(self, data: str) -> None:
        for element in self.open:
            element.texts.append(data)


def page_of(out: Path) -> Element:
    """The page that is written into a run folder, parsed."""
    return Page(html.write(out).read_text("utf-8")).root


@pytest.fixture
def page(tmp_path: Path) -> Element:
    """The page of the whole hand-made run."""
    return page_of(made.make(tmp_path))


def test_the_page_is_written_into_the_run_folder(tmp_path: Path) -> None:
    """It is called index.html, and writing it again changes nothing."""
    path = html.write(made.make(tmp_path))
    first = path.read_bytes()

    assert path == tmp_path / "index.html"
    assert html.write(tmp_path).read_bytes() == first


def test_the_page_says_first_what_was_found(page: Element) -> None:
    """Headline, title and verdict, then how the run was made."""
    assert page.one("h1").text == "2 of 8 requirements are violated by at least one of 3 backends."
    assert page.all("title")[0].text.startswith("2 of 8 requirements")
    facts = {d.one("dt").text: d.one("dd").text for d in page.one("dl", of="facts").all("div")}
    assert facts["Seed"] == "123"
    assert facts["Profile"] == "quick"
    assert facts["Budget"] == "100 s"
    assert facts["Started"] == "2026-11-22 18:00:00 UTC"
    assert facts["Ended"] == "completed, exit code 1, 98 s"
    assert facts["Machine"] == "Linux 6.1 x86_64, 2 cores, 23.4 GiB"
    assert facts["Command"].startswith("mpconform run --backend multiprocessing:fork")


def test_the_matrix_shows_every_requirement_on_every_backend(page: Element) -> None:
    """With symbol, word and evidence in each cell, so that colour is never alone."""
    table = page.one("table", id="requirements")
    heads = [th.text for th in table.one("thead").all("th")]
    rows = {tr.attributes["id"]: [td.text for td in tr.all("td")] for tr in table.all("tr", of="requirement")}

    assert [h.split(":")[0] for h in heads] == [
        "Requirement",
        "multiprocessing",
        "mutants.queue_swaps",
        "billiard",
    ]
    assert list(rows) == [name for name, *_ in made.REQUIREMENTS]
    assert rows["QUEUE-FIFO"] == ["✓ conforms2,301", "✗ violates2,301", "✓ conforms2,301"]
    assert rows["CONDITION-WAKE"] == ["✓ conforms2,301", "? unknown", "? unknown"]
    assert rows["SHM-ZERO"][2] == "∅ unsupported"
    assert [b.attributes["data-family"] for b in table.all("tbody")] == ["queue", "condition", "shm"]


def test_a_requirement_opens_to_its_source_and_reason(page: Element) -> None:
    """Statement, level, source, why, needs and checker stand in its details."""
    details = page.one("tr", id="QUEUE-EMPTY-FRESH").one("details")
    told = {d.one("dt").text: d.one("dd").text for d in details.all("div")}

    assert "After put() returned" in details.one("summary").text
    assert details.one("em", of="level").text == "SHOULD"
    assert told["Source"] == "library/multiprocessing: Pipes and Queues"
    assert told["Why"].startswith("A program that hands work over")
    assert told["Checker"] == "queue_order.per_producer_fifo"


def test_every_red_cell_leads_to_its_proof(page: Element) -> None:
    """The link of a violated cell is the id of an article that tells it."""
    links = [a.attributes["href"] for td in page.all("td", of="violates") for a in td.all("a")]
    articles = {a.attributes["id"] for a in page.all("article", of="violation")}

    assert len(links) == 2
    assert {link.removeprefix("#") for link in links} == articles


def test_every_link_within_the_page_has_its_place(page: Element) -> None:
    """No anchor leads nowhere, and no id is given twice."""
    ids = [e.attributes["id"] for e in page.all() if "id" in e.attributes]
    anchors = [a.attributes["href"][1:] for a in page.all("a") if a.attributes["href"].startswith("#")]

    assert len(ids) == len(set(ids))
    assert set(anchors) <= set(ids)


def test_what_is_proven_able_to_fail_bears_a_mark(tmp_path: Path) -> None:
    """With what was caught, and at what rate; what is not proven says so where it is opened."""
    folder = made.make(tmp_path)
    record = read(folder)
    first, second = record.header.requirements[:2]
    header = msgspec.structs.replace(
        record.header, power=(PowerRow(requirement=first.id, mutants=3, runs=30, caught=29),)
    )
    root = Page(html.render(dataclasses.replace(record, header=header))).root
    proven, unproven = (root.one("tr", id=slug(r.id)) for r in (first, second))

    assert proven.one("span", of="proven").attributes["title"] == (
        "Proven able to fail: caught 3 broken backends, in 29 of 30 recorded runs."
    )
    assert "proven able to fail: caught 3 broken backends" in proven.one("dl").text
    assert not unproven.all("span", of="proven")
    assert "no broken backend is recorded" in unproven.one("dl").text
    assert "The checks of 1 of" in root.one("table", of="matrix").one("caption").text


def test_every_link_to_a_file_leads_to_a_file(tmp_path: Path) -> None:
    """Relative, inside the run folder, and there."""
    (made.make(tmp_path) / "results.json").write_text("{}")
    links = [a.attributes["href"] for a in page_of(tmp_path).all("a")]
    files = [unquote(link) for link in links if not link.startswith("#")]

    assert len(files) == 4 + 8 + 11
    assert all(f.startswith("./") and (tmp_path / f).is_file() for f in files)


def test_the_order_violation_is_told_in_full(page: Element) -> None:
    """Sentence, story, odds, first sight, witness, timeline, scenario, replay."""
    article = page.one("article", id="queue-fifo--mutants.queue_swaps-fork")

    assert article.one("h3").text == "c0 got p0's item 1 before c1 got p0's item 0, which p0 had put first."
    assert "Items that one process puts are got in the order" in article.one("p", of="rule").text
    assert "c0 had received item 1" in article.one("p", of="story").text
    assert "Seen in 12 histories." in article.one("p", of="odds").text
    assert "failed again in 7 of 20 runs" in article.one("p", of="odds").text
    assert "c3 got p1's item 17" in article.one("p", of="first").text
    cells = [
        [td.text for td in tr.all("td")] for tr in article.one("table", of="witness").one("tbody").all("tr")
    ]
    assert cells == [
        ["c0", "0", "q.get()", "item p0#1", "60.001 ms", "60.024 ms", "23.0 µs"],
        ["c1", "2", "q.get(timeout=0.5)", "item p0#0", "60.033 ms", "60.041 ms", "8.0 µs"],
    ]
    assert len(article.all("rect", of="witness")) == 2
    replay = article.one("div", of="replay").one("code").text
    assert replay == "mpconform replay mpconform-report/violations/queue-fifo--mutants.queue_swaps-fork"


def test_a_script_is_linked_beside_the_replay(tmp_path: Path) -> None:
    """Where there is one: it works without mpconform."""
    folder = made.make(tmp_path)
    name = "violations/queue-fifo--mutants.queue_swaps-fork/repro.py"
    (folder / name).write_text("pass\n", encoding="utf-8")
    root = Page(html.write(folder).read_text("utf-8")).root
    one, other = (article.one("div", of="replay") for article in root.all("article", of="violation"))
    if other.all("a"):
        one, other = other, one

    assert one.one("a").attributes["href"] == f"./{name}"
    assert one.one("a").text == "repro.py"
    assert not other.all("a")


def test_the_scenario_is_pseudo_code_with_the_witness_marked(page: Element) -> None:
    """A block per actor; the steps of the witness carry their numbers."""
    listing = page.one("article", id="queue-fifo--mutants.queue_swaps-fork").one("div", of="listing")
    blocks = {s.attributes["aria-label"]: [c.text for c in s.all("code")] for s in listing.all("section")}

    assert blocks["p0"] == ["q.put(item p0#0)", "q.put(item p0#1 of 1024 bytes)"]
    assert blocks["objects"] == ["q = Queue()"]
    assert [
        (li.one("code").text, li.one("span", of="number").text) for li in listing.all("li", of="marked")
    ] == [
        ("q.get()", "1"),
        ("q.get(timeout=0.5)", "2"),
    ]


def test_a_hang_shows_its_stacks_and_what_never_returned(page: Element) -> None:
    """The stacks of the processes, and open bars."""
    article = page.one("article", id="condition-progress--billiard-spawn")

    assert "line 271 in notify" in article.one("details", of="stacks").one("pre").text
    assert len(article.all("rect", of="open")) == 2
    assert "never returned" in article.one("table", of="witness").text


def test_a_hang_shows_who_waits_for_whom(page: Element) -> None:
    """What each actor was at, and what would have let it go on; a run that ended shows nothing of it."""
    article = page.one("article", id="condition-progress--billiard-spawn")
    rows = [[cell.text for cell in row.all("td")] for row in article.one("table", of="waits").all("tr")[1:]]

    assert [row[1] for row in rows] == ["cond.notify_all()", "cond.wait()"]
    assert rows[0][3] == "nobody: no other actor has a step left that could end it"
    assert not page.one("article", id="queue-fifo--mutants.queue_swaps-fork").all("table", of="waits")


def test_observations_unknowns_and_gaps_have_sections(page: Element) -> None:
    """Graded, with their reasons."""
    observed = page.one("section", id="observations")

    assert [s.text for s in observed.all("span", of="grade")] == ["frequent", "rare"]
    assert "spurious empty" in observed.text
    assert "0.13 %" in observed.text
    assert "the campaign was ended by hangs" in page.one("section", id="unknown").text
    assert "offers no shared_memory.SharedMemory" in page.one("section", id="unsupported").text


def test_the_evidence_of_every_campaign_is_shown(page: Element) -> None:
    """Scenarios, histories, operations, hung, crashed, measures and themes."""
    rows = page.one("table", of="campaigns").one("tbody").all("tr")

    assert len(rows) == 9
    assert [td.text for td in rows[0].all("td")][1:7] == ["312", "312", "9,123", "0", "0", "2"]
    for words in (
        "mean overlap 230 %",
        "queue-full moments 12",
        "times zombies were looked for 4",
        "bounded try 112",
    ):
        assert words in rows[0].text
    assert [td.text for tr in rows for td in tr.all("td", of="grave")] == ["1"]


def test_defects_of_ours_stand_apart(page: Element, tmp_path: Path) -> None:
    """They have a section of another look, and a banner; a run without any has neither."""
    section = page.one("section", of="ours")

    assert "no space left on device" in section.text
    assert "2 defects of mpconform itself" in page.one("p", of="banner").text
    clean = page_of(made.make(tmp_path / "clean", faults=False, violations=False))
    assert clean.all(of="ours") == []
    assert clean.all("article", of="violation") == []


def test_a_run_that_was_cut_short_says_so_at_once(tmp_path: Path) -> None:
    """In a banner before anything else, and in the cells that it did not reach."""
    page = page_of(made.make(tmp_path, cut_short=True))

    assert page.one("p", of="warning").text.startswith("⚠ Cut short.")
    assert page.one("td", of="missing").text == "… not reached"


@pytest.mark.parametrize("ended", ["interrupted", "failed"])
def test_a_run_that_ended_badly_says_so(tmp_path: Path, ended: str) -> None:
    """Whatever the footer says."""
    told = made.events()
    told[-1] |= {"ended": ended}

    assert ended.capitalize() in page_of(made.write_events(tmp_path, told)).one("p", of="warning").text


def test_nothing_of_the_record_becomes_markup(tmp_path: Path) -> None:
    """One script, one style, no image, no handler: hostile text stays text."""
    text = html.write(made.make(tmp_path)).read_text("utf-8")
    page = Page(text).root

    assert len(page.all("script")) == 1
    assert len(page.all("style")) == 1
    assert page.all("img") == []
    assert not [e for e in page.all() for a in e.attributes if a.startswith("on")]
    assert text.count("&lt;script&gt;alert(") >= 8
    assert "<script>alert" not in text


def test_hostile_names_everywhere_stay_text(tmp_path: Path) -> None:
    """Even where names become ids, classes, links and attributes."""
    text = (made.make(tmp_path) / "events.ndjson").read_text()
    for name in (
        "QUEUE-FIFO",
        "billiard:spawn",
        "quick",
        "blocking",
        "spurious-empty",
        "CPython",
        "queue_full",
        '"queue"',
    ):
        hostile = made.HOSTILE.replace('"', "'")
        text = text.replace(name, f'"{hostile}"' if name.startswith('"') else f"{name}{hostile}")
    (tmp_path / "events.ndjson").write_text(text)
    page = page_of(tmp_path)

    assert len(page.all("script")) == 1
    assert page.all("img") == []


def test_the_page_needs_nothing_but_itself(tmp_path: Path) -> None:
    """No address of another host, no import, no font: and its policy would forbid them."""
    text = html.write(made.make(tmp_path)).read_text("utf-8")
    page = Page(text).root
    addresses = [v for e in page.all() for k, v in e.attributes.items() if k in ADDRESSES]
    style = page.one("style").text

    assert all(a.startswith(("#", "./", "data:,")) for a in addresses)
    assert not re.search(r"https?://|@import|@font-face|//cdn", text)
    assert "url(" not in style
    policy = page.one("meta", **{"http-equiv": "Content-Security-Policy"}).attributes["content"]
    assert policy.startswith("default-src 'none'")


def test_the_page_can_be_used_without_seeing_it(page: Element) -> None:
    """A language, a title, heads with scope, captions, and boxes that scroll by keyboard."""
    assert page.one("html").attributes["lang"] == "en"
    assert all(th.attributes.get("scope") for th in page.all("th"))
    assert page.one("table", id="requirements").one("caption").text
    boxes = page.all(of="scroll")
    assert all(b.attributes.get("tabindex") == "0" and b.attributes.get("role") == "region" for b in boxes)
    assert all("aria-label" in b.attributes or "aria-labelledby" in b.attributes for b in boxes)
    ids = {e.attributes["id"] for e in page.all() if "id" in e.attributes}
    assert {i for e in page.all() for i in e.attributes.get("aria-labelledby", "").split()} <= ids
    assert all(s.attributes.get("aria-hidden") == "true" for s in page.all("span", of="sign"))


def test_headings_skip_no_level(page: Element) -> None:
    """h1, then h2, then h3: an outline that can be walked."""
    levels = [int(e.tag[1]) for e in page.all() if re.fullmatch(r"h[1-6]", e.tag)]

    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(b <= a + 1 for a, b in pairwise(levels))


def test_a_large_run_is_shown_whole(tmp_path: Path) -> None:
    """Twelve backends and 120 requirements; the list of findings at the top stays short."""
    page = page_of(made.write_events(tmp_path, made.large_events()))

    assert len(page.all("tr", of="requirement")) == 120
    assert len(page.one("tr", id="FAMILY0-REQUIREMENT-0").all("td")) == 12
    assert len(page.all("article", of="violation")) == 36
    assert len(page.all("ol", of="findings")[0].all("li")) == 8
    assert "holds nothing" in page.all("article", of="violation")[0].text


def test_two_ways_of_breaking_one_requirement_are_both_told(tmp_path: Path) -> None:
    """The cell leads to the first, and says how many there are."""
    told = made.events(faults=False)
    index = next(i for i, e in enumerate(told) if e["event"] == "violation")
    other = {
        "id": "queue-fifo--mutants.queue_swaps-fork--other",
        "kind": "other",
        "folder": "violations/other",
    }
    told.insert(index + 2, told[index] | other)
    page = page_of(made.write_events(tmp_path, told))

    assert [a.attributes["id"] for a in page.all("article", of="violation")] == [
        "queue-fifo--mutants.queue_swaps-fork",
        "queue-fifo--mutants.queue_swaps-fork--other",
        "condition-progress--billiard-spawn",
    ]
    cell = page.one("tr", id="QUEUE-FIFO").one("td", of="violates")
    assert cell.one("a").attributes["href"] == "#queue-fifo--mutants.queue_swaps-fork"
    assert cell.one("small").attributes["title"].startswith("2 ways of breaking it; ")


def test_a_traceback_as_a_reason_is_folded(tmp_path: Path) -> None:
    """Its last line stands in the table, the rest opens."""
    told = made.events()
    for event in told:
        if event["event"] == "result" and event["status"] == "unknown":
            event["reason"] = "a defect of ours: Traceback (most recent call last):\n  x\nKeyError: 'q'\n"
    reason = page_of(made.write_events(tmp_path, told)).one("section", id="unknown").all("td", of="reason")[0]

    assert reason.one("summary").text == "KeyError: 'q'"
    assert "Traceback" in reason.one("pre").text


def test_a_single_backend_is_enough(tmp_path: Path) -> None:
    """And a run in which nothing was judged."""
    page = page_of(made.write_events(tmp_path, [made.header(("multiprocessing",), made.REQUIREMENTS[:1])]))

    assert page.one("h1").text.startswith("Nothing was judged")
    assert "No campaign was finished." in page.text


def test_a_page_without_a_record_is_refused(tmp_path: Path) -> None:
    """Nothing is written."""
    with pytest.raises(BadRecord):
        html.write(tmp_path)

    assert list(tmp_path.iterdir()) == []
