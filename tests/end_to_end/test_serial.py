"""What main does alone in the recorded order, ends on the standard library if the model says so."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from mpconform.backend import Backend
from mpconform.runner import Runner
from mpconform.values import Scenario
from mpconform_conformance.explore import batch
from mpconform_conformance.families import family
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
