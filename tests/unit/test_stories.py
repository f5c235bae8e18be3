"""Each requirement is shown able to fail: a history of a broken backend, its violation, and its story."""

import re

import pytest

from mpconform_conformance.catalogue import requirements
from stories import FOLDER, Kept, kept, reached_by, reviewed, story_of, violation_of
from violations import places

KEPT = kept()


@pytest.mark.parametrize("one", KEPT, ids=lambda one: one.mutant or f"{one.requirement}-{one.kind}")
def test_a_broken_backend_is_still_found_out_and_told_as_reviewed(one: Kept) -> None:
    """By its recorded history alone, in the same way, with a witness, in whole sentences."""
    violation = violation_of(one)

    assert violation.witness or violation.observed
    assert violation.summary.endswith((".", "…"))
    assert story_of(one, violation) == reviewed(one.family)[one.name]


def test_no_story_is_told_of_nothing() -> None:
    """Every text has its history; nobody's machine is in either."""
    names = {one.family: {o.name for o in KEPT if o.family == one.family} for one in KEPT}

    for family, known in names.items():
        assert set(reviewed(family)) == known
    for path in [*FOLDER.glob("*.jsonl"), *FOLDER.glob("*.txt")]:
        assert not re.search(r"/(root|home|tmp|work)/", path.read_text("utf-8")), path


@pytest.mark.dense
def test_every_violation_that_a_checker_makes_has_a_story() -> None:
    """Each place that makes one is reached."""
    reached = {place for place, _ in reached_by(KEPT)}

    assert not [place for place in places() if place not in reached]


def test_every_requirement_that_can_be_broken_has_a_story() -> None:
    """By a mutant, or by a tape of a unit test."""
    told = {one.requirement for one in KEPT}

    assert sorted({requirement.id for requirement in requirements()} - told) == []
