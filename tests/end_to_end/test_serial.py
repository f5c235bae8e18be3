"""What the model calls sure to end, ends on the standard library: main alone, and less of a program."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from mpconform.backend import Backend
from mpconform.runner import Runner
from mpconform.values import Actor, Scenario, Step
from mpconform_conformance.explore import batch
from mpconform_conformance.families import NAMES, family
from mpconform_conformance.model import Ending, ending_of
from mpconform_conformance.serial import serial

#: Scenarios of each theme.
SIZE = 3
FAMILIES = ("queue", "pipe", "lock", "condition", "connection")


@pytest.fixture(scope="module")
def runner(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runner]:
    folder: Path = tmp_path_factory.mktemp("serial")
    with Runner(Backend(module="multiprocessing", method="fork"), workdir=folder) as found:
        yield found


def sure(runner: Runner, scenario: Scenario) -> Iterator[Scenario]:
    """The serial scenarios of a run that surely end."""
    for left in serial(runner.run(scenario).history):
        if ending_of(left) is Ending.SURE:
            yield left


@pytest.mark.slow
@pytest.mark.parametrize("name", FAMILIES)
def test_what_surely_ends_alone_ends(runner: Runner, name: str) -> None:
    """Else a hang that is no defect could be taken for one."""
    ended = [
        (left, runner.run(left).ended)
        for theme in family(name).themes
        for scenario in batch(theme, seed=11, index=4, size=SIZE)
        for left in sure(runner, scenario)
    ]

    assert len(ended) >= 10
    assert [left for left, how in ended if how != "normally"] == []


def asked_alone(scenarios: Sequence[Scenario]) -> Iterator[tuple[str, Scenario]]:
    """Each question of their programs, by its name, in a program of its own."""
    for scenario in scenarios:
        for step in scenario.actors["main"].steps:
            program = step.arguments[0] if (step.target, step.method) == ("", "program") else {}
            for question in program.get("questions", ()):
                alone = Step(method="program", arguments=({**program, "questions": [question]},))
                whole = Scenario(family="f", theme=scenario.theme, actors={"main": Actor(steps=(alone,))})
                yield question.partition(",")[0], whole


@pytest.mark.slow
def test_a_program_ends_whichever_question_it_is_asked(runner: Runner) -> None:
    """None waits for what another one does."""
    found = {
        (name, theme.name, question): alone
        for name in NAMES
        for theme in family(name).all_themes
        for question, alone in asked_alone(batch(theme, seed=3, index=0, size=SIZE))
    }

    assert len(found) >= 140
    assert [alone for alone in found.values() if runner.run(alone).ended != "normally"] == []
