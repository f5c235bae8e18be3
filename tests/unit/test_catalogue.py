"""The catalogue: strict to read, complete as packaged."""

import importlib
from pathlib import Path

import pytest

from mpconform.errors import HarnessFault
from mpconform_conformance import catalogue, families

GOOD = """
family = "queue"
title = "Queues"
[[requirement]]
id = "QUEUE-PROGRESS"
statement = "Nothing hangs."
level = "MUST"
source = "library/multiprocessing"
needs = ["Queue"]
kind = "stochastic"
checker = "progress.every_operation_ends"
why = "It matters."
"""


def read(folder: Path, text: str, name: str = "queue.toml") -> tuple[catalogue.Chapter, ...]:
    (folder / name).write_text(text, encoding="utf-8")
    return catalogue.read(folder)


def test_a_chapter_is_read(tmp_path: Path) -> None:
    """Every key of the file stands in the requirement, with its family."""
    (chapter,) = read(tmp_path, GOOD)
    (requirement,) = chapter.requirements

    assert (chapter.family, chapter.title) == ("queue", "Queues")
    assert (requirement.id, requirement.family, requirement.needs) == ("QUEUE-PROGRESS", "queue", ("Queue",))
    assert catalogue.checker_of(requirement).__name__ == "every_operation_ends"


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('why = "It', 'wherefore = "It', r"queue\.toml: QUEUE-PROGRESS: no such key: wherefore"),
        ('level = "MUST"\n', "", r"queue\.toml: QUEUE-PROGRESS: lacks level"),
        ('id = "QUEUE-PROGRESS"\n', "", r"queue\.toml: a requirement without an id: lacks id"),
        ('"MUST"', '"WILL"', r"queue\.toml: QUEUE-PROGRESS: level is 'WILL', not one of MUST, SHOULD"),
        ('"stochastic"', '"vague"', r"QUEUE-PROGRESS: kind is 'vague', not one of certain, stochastic"),
        ("QUEUE-PROGRESS", "Queue-Progress", r"Queue-Progress: an id is made of upper-case words"),
        ("QUEUE-PROGRESS", "QUEUE-", r"QUEUE-: an id is made of upper-case words"),
        ("progress.every", "progress.no", r"QUEUE-PROGRESS: no checker 'progress.no_operation_ends'"),
        ("progress.every", "nowhere.every", r"QUEUE-PROGRESS: no checker 'nowhere.every_operation_ends'"),
        ("progress.every_operation_ends", "progress", r"QUEUE-PROGRESS: no checker 'progress'"),
        ('["Queue"]', '"Queue"', r"QUEUE-PROGRESS: needs is 'Queue', not a list"),
        ('"Nothing hangs."', "7", r"QUEUE-PROGRESS: statement is 7, not a string"),
        ('family = "queue"', 'family = "heap"', r"queue\.toml: there is no family 'heap'"),
        ('family = "queue"', 'family = "pipe"', r"queue\.toml: holds family 'pipe'"),
        ('title = "Queues"\n', "", r"queue\.toml: lacks title"),
        ('why = "It', 'since = "new"\nwhy = "It', r"QUEUE-PROGRESS: since is 'new', not a version of Python"),
        ('why = "It', 'until = "4.0"\nwhy = "It', r"QUEUE-PROGRESS: until is '4.0', not a version of Python"),
        ("[[requirement]]", "[[requirement", r"queue\.toml: not TOML"),
        ('"stochastic"', '"untested"', r"QUEUE-PROGRESS: no such key: checker, needs"),
        ('why = "It', 'reason = "none"\nwhy = "It', r"QUEUE-PROGRESS: no such key: reason"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_its_place(tmp_path: Path, old: str, new: str, says: str) -> None:
    """One sentence names the file, the requirement, and what is wrong with it."""
    assert old in GOOD
    with pytest.raises(HarnessFault, match=says):
        read(tmp_path, GOOD.replace(old, new))


UNTESTED = """
[[requirement]]
id = "QUEUE-SOMETHING"
statement = "Something may happen."
level = "SHOULD"
source = "library/multiprocessing"
kind = "untested"
reason = "it is a permission"
"""


def test_what_is_documented_and_not_tested_stands_apart(tmp_path: Path) -> None:
    """With its reason, and without a checker."""
    (chapter,) = read(tmp_path, GOOD + UNTESTED)
    (one,) = chapter.untested

    assert [r.id for r in chapter.requirements] == ["QUEUE-PROGRESS"]
    assert (one.id, one.kind, one.reason, one.checker, one.needs) == (
        "QUEUE-SOMETHING", "untested", "it is a permission", "", (),
    )  # fmt: skip
    with pytest.raises(HarnessFault, match="QUEUE-SOMETHING: lacks reason"):
        read(tmp_path, GOOD + UNTESTED.replace('reason = "it is a permission"\n', ""))
    with pytest.raises(HarnessFault, match="QUEUE-PROGRESS: this id stands there twice"):
        read(tmp_path, GOOD + UNTESTED.replace("SOMETHING", "PROGRESS"))


def test_every_untested_requirement_has_a_reason_that_says_something() -> None:
    """And a sentence, and a source; none of them is run, and none is forgotten."""
    untested = catalogue.untested()

    assert untested
    assert not {one.id for one in untested} & {one.id for one in catalogue.requirements()}
    for one in untested:
        assert len(one.reason.split()) >= 4, one.id
        assert one.statement.endswith("."), one.id
        assert one.source.startswith("library/"), one.id


def test_an_id_stands_once(tmp_path: Path) -> None:
    """Twice in one file and once in each of two files are both refused."""
    again = GOOD + GOOD[GOOD.index("[[req") :]
    with pytest.raises(HarnessFault, match=r"queue\.toml: QUEUE-PROGRESS: this id stands there twice"):
        read(tmp_path, again)

    read(tmp_path, GOOD)
    with pytest.raises(HarnessFault, match=r"QUEUE-PROGRESS: this id stands in pipe\.toml already"):
        read(tmp_path, GOOD.replace('"queue"', '"pipe"'), "pipe.toml")


def test_the_packaged_catalogue_has_a_chapter_for_every_family() -> None:
    """What a campaign explores is what some requirement judges, and the other way round."""
    assert tuple(chapter.family for chapter in catalogue.chapters()) == families.NAMES
    for chapter in catalogue.chapters():
        assert chapter.requirements
        assert families.family(chapter.family).themes


def test_the_packaged_catalogue_has_at_least_sixty_requirements() -> None:
    """Each has a statement of one sentence, a source, and a checker that says what it does."""
    everything = catalogue.requirements()

    assert len(everything) >= 60
    for requirement in everything:
        assert catalogue.checker_of(requirement).__doc__, requirement.id
        assert requirement.statement.endswith("."), requirement.id
        assert requirement.source, requirement.id


def test_what_is_about_the_dead_sees_what_they_did() -> None:
    """Other checkers are not shown what a fault may have spoilt; those that judge its consequences are."""
    about_others = [r for r in catalogue.requirements() if r.checker.endswith(".others_survive")]

    assert len(about_others) >= 6
    for requirement in about_others:
        module, _, name = requirement.checker.rpartition(".")
        whole = getattr(importlib.import_module(f"mpconform.checkers.{module}"), name)
        assert catalogue.checker_of(requirement) is whole, requirement.id


def test_every_family_judges_progress_and_errors() -> None:
    """Hangs, crashes and surprising exceptions are violations everywhere."""
    for chapter in catalogue.chapters():
        ids = {requirement.id for requirement in chapter.requirements}
        assert any(name.endswith("-PROGRESS") for name in ids), chapter.family
        assert any(name.endswith("-ERRORS") for name in ids), chapter.family


def test_a_family_that_is_not_there_is_a_defect_of_ours() -> None:
    """Nobody asks for one but our own code."""
    with pytest.raises(HarnessFault, match="there is no family 'heap'"):
        families.family("heap")
