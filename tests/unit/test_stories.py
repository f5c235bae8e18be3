"""Each requirement is shown able to fail: a history of a broken backend, its violation, and its story."""

import re

import pytest

from mpconform_conformance.catalogue import requirements
from mpconform_conformance.power.mutants import mutants
from stories import FOLDER, Kept, kept, reviewed, story_of, violation_of

KEPT = kept()
#: Not so many requirements that have a mutant may lack a history.
LACKING = 12


@pytest.mark.parametrize("one", KEPT, ids=lambda one: one.mutant)
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


def test_nearly_every_requirement_with_a_mutant_has_a_story() -> None:
    """The rest shows too seldom for a short hunt."""
    shown = {one.requirement for one in KEPT}
    broken = {mutant.requirement for mutant in mutants()} & {r.id for r in requirements()}

    assert len(broken - shown) <= LACKING, sorted(broken - shown)
