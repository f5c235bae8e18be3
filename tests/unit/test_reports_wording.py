"""Tests of the matrix, the observations, and the sentences that sum up a run."""

from pathlib import Path
from typing import Any

import pytest

import report_record as made
from mpconform_reports import observations, wording
from mpconform_reports.matrix import cell, groups, totals
from mpconform_reports.record import Record, read


def record_of(tmp_path: Path, told: list[dict[str, Any]]) -> Record:
    """The record of a run with these events and no folders."""
    return read(made.write_events(tmp_path, told))


def test_the_matrix_has_every_requirement_on_every_backend(tmp_path: Path) -> None:
    """Grouped by family, in the order of the header."""
    matrix = groups(read(made.make(tmp_path)))

    assert [g.family for g in matrix] == ["queue", "condition", "shm"]
    assert [r.requirement.id for g in matrix for r in g.rows] == [name for name, *_ in made.REQUIREMENTS]
    assert all([c.backend for c in r.cells] == list(made.BACKENDS) for g in matrix for r in g.rows)
    assert totals(matrix) == {"conforms": 18, "violates": 2, "unknown": 2, "unsupported": 2}


def test_a_violation_counts_even_without_a_result(tmp_path: Path) -> None:
    """A run that was cut short has not praised what it saw broken."""
    told = [e for e in made.events() if e["event"] in {"header", "violation"}]
    record = record_of(tmp_path, told)

    assert cell(record, "QUEUE-FIFO", made.SWAPS).status.name == "violates"
    assert cell(record, "QUEUE-FIFO", made.FORK).status.name == "missing"


@pytest.mark.parametrize("status", ["conforms", "unknown"])
def test_a_violation_outweighs_a_result_that_praises(tmp_path: Path, status: str) -> None:
    """What a recorded history proves is red, whatever was concluded from others."""
    told = made.events()
    told.insert(-1, made.result("QUEUE-FIFO", made.SWAPS, status))
    record = record_of(tmp_path, told)

    assert cell(record, "QUEUE-FIFO", made.SWAPS).status.name == "violates"
    assert wording.headline(record).startswith("2 of 8 requirements are violated")


def test_a_family_without_a_title_is_shown_by_its_name(tmp_path: Path) -> None:
    """Nothing is left out because the header forgot it."""
    told = made.events()
    told[0] |= {"families": [{"name": "shm", "title": "Shared memory"}]}

    assert [g.title for g in groups(record_of(tmp_path, told))] == ["Shared memory", "queue", "condition"]


def with_statuses(*statuses: str, ended: str | None = "completed") -> list[dict[str, Any]]:
    """The events of a run of two requirements on two backends with these four results."""
    told = [made.header(made.BACKENDS[:2], made.REQUIREMENTS[:2])]
    pairs = [(name, spec) for name, *_ in made.REQUIREMENTS[:2] for spec in made.BACKENDS[:2]]
    told += [made.result(*pair, status) for pair, status in zip(pairs, statuses, strict=False)]
    if ended:
        told.append({"event": "footer", "ended": ended, "seconds": 98.2, "exit_code": 0})
    return told


@pytest.mark.parametrize(
    ("statuses", "headline"),
    [
        (["conforms"] * 4, "All 2 requirements hold"),
        (["conforms", "conforms", "conforms", "unsupported"], "Of 2 requirements, all that apply hold"),
        (["conforms", "unknown", "conforms", "conforms"],
         "No violation was found; 1 of 2 requirements could not be judged everywhere"),
        (["conforms", "conforms", "conforms"],
         "No violation was found; 1 of 2 requirements could not be judged everywhere"),
        (["unknown", "unsupported", "unknown", "unknown"],
         "Nothing was judged: not one of 2 requirements had any evidence"),
        ([], "Nothing was judged: not one of 2 requirements had any evidence"),
        (["violates", "conforms", "unknown", "unknown"], f"1 of 2 requirements is violated by {made.FORK}"),
        (["violates", "violates", "violates", "unknown"],
         "2 of 2 requirements are violated by at least one of 2 backends"),
    ],
)  # fmt: skip
def test_the_headline_never_praises_what_was_not_judged(
    tmp_path: Path, statuses: list[str], headline: str
) -> None:
    """Only a run in which everything conforms, or does not apply, is told as one that holds."""
    assert wording.headline(record_of(tmp_path, with_statuses(*statuses))) == headline


def test_a_run_without_requirements_judged_nothing(tmp_path: Path) -> None:
    """An empty run is never green."""
    told = made.header((), (), [])

    assert wording.headline(record_of(tmp_path, [told])) == "Nothing was judged"


def test_the_summary_names_who_violates_what(tmp_path: Path) -> None:
    """With the counts of all judgements, the evidence, our own defects, and the end of the run."""
    told = wording.summary(read(made.make(tmp_path)))

    assert told.startswith("2 of 8 requirements are violated by at least one of 3 backends. ")
    assert "Violated: QUEUE-FIFO by mutants.queue_swaps:fork; CONDITION-PROGRESS by billiard:spawn." in told
    assert (
        "Of 24 judgements on 3 backends, 18 conform, 2 violate, 2 are unknown and 2 are unsupported." in told
    )
    assert "Evidence: 2,808 scenarios with 82,107 operations." in told
    assert "2 defects of mpconform itself came to light." in told
    assert told.endswith("The run was completed in 98 s.")


def test_a_summary_of_many_violations_stays_short(tmp_path: Path) -> None:
    """Five are named, the others counted."""
    told = wording.verdict(record_of(tmp_path, made.large_events()))

    assert "; and 24 more." in told


@pytest.mark.parametrize(
    ("ended", "words"),
    [
        ("completed", "The run was completed in 98 s"),
        ("interrupted", "The run was interrupted after 98 s; what it had found by then is shown"),
        ("failed", "The run failed after 98 s, by a fault of mpconform or of this machine"),
        (
            None,
            "The record ends without a footer: the run was cut short, and what it had not written is missing",
        ),
    ],
)
def test_how_a_run_ended_is_said(tmp_path: Path, ended: str | None, words: str) -> None:
    """A missing footer is told as what it is."""
    assert wording.ended(record_of(tmp_path, with_statuses("conforms", ended=ended))) == words


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (wording.number(9123), "9,123"),
        (wording.number(23.4), "23.4"),
        (wording.number(23.0), "23"),
        (wording.brief(99_999), "99,999"),
        (wording.brief(100_000), "100k"),
        (wording.brief(4_560_000), "4.6M"),
        (wording.counted(1, "step"), "1 step"),
        (wording.counted(0, "step"), "0 steps"),
        (wording.listed([]), ""),
        (wording.listed(["a"]), "a"),
        (wording.listed(["a", "b", "c"]), "a, b and c"),
        (wording.listed(["a", "b", "c"], most=2), "a, b and 1 more"),
        (wording.seconds(0.42), "0.42 s"),
        (wording.seconds(5.0), "5 s"),
        (wording.seconds(119.4), "119 s"),
        (wording.seconds(725), "12 min 5 s"),
        (wording.seconds(1800), "30 min"),
        (wording.repeats((7, 20)), "failed again in 7 of 20 runs"),
        (wording.repeats((1, 1)), "failed again in 1 of 1 run"),
        (wording.repeats((0, 0)), "not run again"),
        (wording.slug("queue-fifo--a.b:fork <x>"), "queue-fifo--a.b-fork--x-"),
    ],
)
def test_words_for_numbers(call: str, told: str) -> None:
    """Counts, lengths of time, lists and ids."""
    assert call == told


def test_observations_are_graded_by_how_often_they_could_have_been(tmp_path: Path) -> None:
    """Rare, occasional, frequent; a count that exceeds what was judged has no share."""
    told = with_statuses("conforms", "conforms", "conforms", "unknown")
    for event in told:
        if event["event"] == "result" and event["backend"] == made.FORK:
            event["notes"] = {"rarely": 22, "sometimes": 24, "often": 231, "never": 0, "strange": 9999}
    found = observations.observations(record_of(tmp_path, told))

    grades = {o.note: o.sightings[0].grade for o in found}
    assert grades == {"often": "frequent", "rarely": "rare", "sometimes": "occasional", "strange": "counted"}
    assert [o.requirement for o in found][:1] == ["QUEUE-FIFO"]


def test_gaps_with_one_reason_stand_together(tmp_path: Path) -> None:
    """Two requirements that need the same thing are one line."""
    matrix = groups(read(made.make(tmp_path)))
    (gap,) = observations.gaps(matrix, "unsupported")

    assert gap.requirements == ("SHM-ZERO", "SHM-UNLINK")
    assert gap.backends == (made.BILLIARD,)
    assert len(observations.gaps(matrix, "unknown")) == 2
