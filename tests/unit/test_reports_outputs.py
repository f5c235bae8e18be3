"""What a run is for the machines of a CI: the formats are held, the counts agree, hostile text stays text."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import jsonschema
import pytest
import xmlschema

import report_record as made
from mpconform_reports import badge, ctrf, junit, markdown, sarif
from mpconform_reports.judgements import judgements, passed
from mpconform_reports.record import Record, read

SCHEMAS = Path(__file__).parents[1] / "support" / "schemas"


@pytest.fixture
def run(tmp_path: Path) -> Record:
    """A run without a gate, with two violations and two defects of ours."""
    return read(made.make(tmp_path))


@pytest.fixture
def gate(tmp_path: Path) -> Record:
    """A gate: one violation is new, one known, one entry is stale, one requirement inconclusive."""
    made.make(tmp_path, faults=False)
    return read(made.write_events(tmp_path, made.gated(made.events(faults=False), code=1)))


def held(schema: str, document: str) -> Any:
    """The document, which is what the schema says."""
    found = json.loads(document)
    rules = json.loads((SCHEMAS / schema).read_text("utf-8"))
    validator = jsonschema.Draft202012Validator
    validator.check_schema(rules)
    jsonschema.validate(found, rules, cls=validator, format_checker=validator.FORMAT_CHECKER)
    return found


def verdicts(record: Record) -> dict[tuple[str, str], str]:
    return {(j.name, j.backend): j.verdict for j in judgements(record)}


def test_without_a_gate_a_violation_fails_and_the_unknown_is_skipped(run: Record) -> None:
    """As the exit code of a run has it; a defect of ours is an error."""
    found = verdicts(run)

    assert found["QUEUE-FIFO", made.SWAPS] == "failed"
    assert found["CONDITION-WAKE", made.BILLIARD] == "skipped"
    assert found["SHM-ZERO", made.BILLIARD] == "skipped"
    assert found["QUEUE-ONCE", made.FORK] == "passed"
    assert sorted(found.values()).count("error") == len(run.faults) == 2
    assert not passed(run)


def test_a_gate_fails_for_what_is_new_only(gate: Record) -> None:
    """What is known is skipped with its reason; stale and inconclusive count by their policies."""
    found = verdicts(gate)

    assert found["QUEUE-FIFO", made.SWAPS] == "failed"
    assert found["CONDITION-PROGRESS", made.BILLIARD] == "skipped"
    assert found["CONDITION-WAKE", made.SWAPS] == "error"
    assert found["CONDITION-WAKE", made.BILLIARD] == "skipped"
    assert found["baseline entry 2: SHM-ZERO dirty", made.FORK] == "failed"


def test_a_policy_of_warning_fails_nothing(tmp_path: Path) -> None:
    """Neither the stale nor the inconclusive."""
    made.make(tmp_path, faults=False)
    told = made.gated(made.events(faults=False), code=1, inconclusive="warn", stale="warn")

    found = verdicts(read(made.write_events(tmp_path, told)))

    assert found["CONDITION-WAKE", made.SWAPS] == "skipped"
    assert found["baseline entry 2: SHM-ZERO dirty", made.FORK] == "skipped"


def test_a_run_that_was_cut_short_is_an_error_where_it_ended(tmp_path: Path) -> None:
    """What was not reached is not passed."""
    record = read(made.make(tmp_path, cut_short=True))

    assert "error" in verdicts(record).values()
    assert not passed(record)


@pytest.fixture(scope="module")
def junit_schema() -> xmlschema.XMLSchema:
    """What Jenkins' xUnit plugin accepts, and GitLab reads."""
    return xmlschema.XMLSchema(SCHEMAS / "junit.xsd")


@pytest.mark.parametrize("name", ["run", "gate"])
def test_junit_is_what_jenkins_and_gitlab_accept(
    name: str, request: pytest.FixtureRequest, junit_schema: xmlschema.XMLSchema
) -> None:
    """By the schema; the counts agree, and a failure has its story."""
    record = request.getfixturevalue(name)
    root = ET.fromstring(junit.render(record))
    junit_schema.validate(root)

    suites = root.findall("testsuite")
    found = [judgement.verdict for judgement in judgements(record)]
    for attribute, count in {
        "tests": len(found), "failures": found.count("failed"), "errors": found.count("error")
    }.items():  # fmt: skip
        assert int(root.attrib[attribute]) == count
        assert sum(int(suite.attrib[attribute]) for suite in suites) == count
    assert all(re.fullmatch(r"\d+\.\d{3}", suite.attrib["time"]) for suite in suites)
    failure = root.find(".//testcase[@name='QUEUE-FIFO']/failure")
    assert failure is not None
    assert "mpconform replay" in (failure.text or "")


@pytest.mark.parametrize(
    ("path", "spoil"),
    [
        (".//testsuite", lambda element: element.attrib.pop("errors")),
        (".//testsuite", lambda element: element.set("time", "1 s")),
        (".//testcase", lambda element: element.attrib.pop("name")),
        (".//testcase", lambda element: setattr(element, "tag", "case")),
        (".//skipped", lambda element: element.set("text", "why")),
    ],
)
def test_the_schema_refuses_what_is_not_junit(
    path: str, spoil: Callable[[ET.Element], object], gate: Record, junit_schema: xmlschema.XMLSchema
) -> None:
    """Names of elements and of attributes, what must be there, and numbers."""
    root = ET.fromstring(junit.render(gate))
    found = root.find(path)
    assert found is not None
    spoil(found)

    assert not junit_schema.is_valid(root)


def test_junit_takes_text_that_xml_cannot_hold(tmp_path: Path) -> None:
    """A control character in a message becomes a sign for it."""
    told = made.events(faults=False, violations=False)
    told[-1:-1] = [{"event": "fault", "text": "bad \x00\x1b[31m \ud83d\ude00 text"}]
    record = read(made.write_events(tmp_path, told))

    assert "bad \ufffd\ufffd[31m" in junit.render(record)
    ET.fromstring(junit.render(record))


@pytest.mark.parametrize("name", ["run", "gate"])
def test_ctrf_is_what_its_schema_says(name: str, request: pytest.FixtureRequest) -> None:
    """And its counts are those of its tests."""
    record = request.getfixturevalue(name)

    found = held("ctrf.json", ctrf.render(record))["results"]

    statuses = [test["status"] for test in found["tests"]]
    assert {
        status: statuses.count(status) for status in ("passed", "failed", "skipped", "pending", "other")
    } == {status: found["summary"][status] for status in ("passed", "failed", "skipped", "pending", "other")}
    assert found["summary"]["tests"] == len(statuses)
    assert found["summary"]["stop"] - found["summary"]["start"] == 98200
    assert len({test["id"] for test in found["tests"]}) == len(statuses)
    assert ctrf.render(record) == ctrf.render(record)


@pytest.mark.parametrize("name", ["run", "gate"])
def test_sarif_is_what_its_schema_says(name: str, request: pytest.FixtureRequest) -> None:
    """One result for each violation, with the rule that it breaks; what is known is suppressed."""
    record = request.getfixturevalue(name)

    found = held("sarif.json", sarif.render(record))["runs"][0]

    assert len(found["results"]) == len(record.violations)
    for result in found["results"]:
        assert found["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"]
    suppressed = [r["ruleId"] for r in found["results"] if "suppressions" in r]
    assert suppressed == (["CONDITION-PROGRESS"] if name == "gate" else [])


def test_a_fingerprint_is_of_the_defect_and_not_of_the_run(gate: Record, run: Record) -> None:
    """The same requirement, backend and kind: the same alert."""
    prints = [
        [r["partialFingerprints"] for r in json.loads(sarif.render(record))["runs"][0]["results"]]
        for record in (gate, run)
    ]

    assert prints[0] == prints[1]


def test_the_summary_shows_what_fails_and_stays_small(gate: Record) -> None:
    """Under 200 KB, whatever is in it; known things are folded away."""
    text = markdown.render(gate)

    assert len(text.encode()) < 200_000
    assert "| QUEUE-FIFO | mutants.queue\\_swaps:fork | new: " in text
    assert text.index("### What fails") < text.index("Baseline</summary>")
    assert "The gate fails (exit code 1): 1 new, 1 inconclusive, 1 stale, 1 known" in text


def test_hostile_text_is_text_in_markdown(gate: Record) -> None:
    """No tag, no link, no column of its own."""
    text = markdown.render(gate)

    assert "<script>" not in text
    assert "<img" not in text
    assert markdown.cells("a|b\nc") == "| a\\|b c |"


def test_a_large_summary_is_cut_at_a_line(tmp_path: Path) -> None:
    """And says so."""
    told = made.large_events(backends=40, requirements=400)
    record = read(made.write_events(tmp_path, told))
    cut = markdown.render(record)

    assert len(cut.encode()) < 200_000


def test_annotations_are_eight_at_most_and_one_a_requirement(tmp_path: Path, gate: Record) -> None:
    """The last says how many more there are; nothing breaks out of its line."""
    lines = markdown.annotations(gate)
    assert 0 < len(lines) <= 8
    assert all(line.startswith("::error title=") and "\n" not in line for line in lines)

    told = made.events(faults=False, violations=False)
    for event in told:
        if event["event"] == "result":
            event["status"] = "violates"
    told[0]["requirements"] += [told[0]["requirements"][0] | {"id": f"MORE-{n}"} for n in range(30)]
    told[-1:-1] = [made.result(f"MORE-{n}", made.FORK, "violates") for n in range(30)]
    many = markdown.annotations(read(made.write_events(tmp_path / "many", told)))

    assert len(many) == 8
    assert many[-1] == "::error title=mpconform::and 31 more requirements fail; the report has each"


def test_badges_say_the_outcome(run: Record, gate: Record, tmp_path: Path) -> None:
    """As JSON that shields.io reads, and as a picture."""
    clean = tmp_path / "clean"
    made.make(clean, faults=False, violations=False)

    assert json.loads(badge.as_json(run)) == {
        "schemaVersion": 1, "label": "mpconform", "message": "2 failing", "color": "red"
    }  # fmt: skip
    assert badge.words(gate) == ("2 failing", "red")
    assert badge.words(read(clean)) == ("20 conform", "brightgreen")
    assert badge.words(read(made.make(tmp_path / "short", cut_short=True))) == ("cut short", "lightgrey")
    assert ET.fromstring(badge.as_svg(run)).attrib["aria-label"] == "mpconform: 2 failing"
