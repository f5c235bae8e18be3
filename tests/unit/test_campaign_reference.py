"""The reference: whether a scenario ends on the standard library, asked of it."""

import pytest

from mpconform.backend import Backend
from mpconform.values import Actor, ObjectSpec, Scenario
from mpconform_conformance.reference import Reference
from mpconform_scenarios.build import call, item

ENDS = (call("q", "put", item("main", 0)), call("q", "get"))


def scenario(*steps: object) -> Scenario:
    objects = {"q": ObjectSpec(factory="Queue")}
    return Scenario(family="f", theme="t", objects=objects, actors={"main": Actor(steps=steps)})  # type: ignore[arg-type]


def test_what_ends_ends_and_what_waits_for_nothing_does_not() -> None:
    """Of whatever backend, it is the standard library that is asked; after a hang, too."""
    with Reference(Backend(module="no.such.module", method="fork")) as reference:
        assert reference.ends(scenario(*ENDS), 3)
        assert not reference.ends(scenario(ENDS[1]))
        assert reference.ends(scenario(*ENDS), 1)


@pytest.mark.parametrize(
    "backend", [Backend(module="multiprocessing", method="fork"), Backend(module="threads")]
)
def test_the_standard_library_has_none_nor_have_threads(backend: Backend) -> None:
    """It would be asked about itself; and threads may do what processes cannot."""
    with Reference(backend) as reference:
        assert not reference.ends(scenario(*ENDS))
