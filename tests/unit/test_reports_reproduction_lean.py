"""A script holds what its verdict looks at, and no more: counts of processes, methods of registered types."""

import re

import msgspec
import pytest
from test_reports_reproduction import section, stored

from mpconform.backend import Backend
from mpconform.values import Actor, History, Scenario
from mpconform_reports.reproduction import script
from mpconform_reports.reproduction_managers import custom_manager
from mpconform_scenarios.build import call, make
from stories import Kept, kept, violation_of


def script_of(one: Kept) -> str:
    violation = violation_of(one)
    backend = Backend(module=f"mutants.{one.mutant}", method="fork")
    record = stored(
        violation.kind, witness=violation.witness, observed=violation.observed, backend=backend,
        summary=violation.summary,
    )  # fmt: skip
    return script(record, msgspec.json.decode(one.history, type=History), "A rule.")


@pytest.mark.parametrize("mutant", ["process_leaves_zombies", "pool_terminates_politely"])
def test_only_counts_that_are_looked_at_are_taken(mutant: str) -> None:
    """Each takes a look at all processes, and a line."""
    (one,) = (one for one in kept() if one.mutant == mutant)

    text = script_of(one)

    asked = set(re.findall(r'\["census", "([^"]+)"\]', section(text, "wrong")))
    assert asked
    assert set(re.findall(r'note\("census", "([^"]+)"', text)) == asked


def test_all_counts_are_taken_where_all_are_compared() -> None:
    """The verdict has them by name."""
    (one,) = (one for one in kept() if one.mutant == "manager_outlives")

    text = script_of(one)

    assert 'counted = {one[1]: one[2] for one in notes if one[0] == "census"}' in text
    assert len(set(re.findall(r'note\("census", "([^"]+)"', text))) >= 2


def makes(*methods: str) -> Scenario:
    """Main makes an Entry, a Ledger and a Failing, and calls these methods of them."""
    made = [call("m", name) for name in ("Entry", "Ledger", "Failing")]
    steps = (make("m", "CustomManager"), *made, *(call("x", method) for method in methods))
    return Scenario(family="manager", theme="x", actors={"main": Actor(steps=steps)})


@pytest.mark.parametrize("methods", [(), ("count",), ("left", "label"), ("fail", "unpicklable", "pid")])
def test_a_registered_type_has_the_methods_that_are_called(methods: tuple[str, ...]) -> None:
    """It works as it is, and a type without any is none the less a type."""
    text = custom_manager(makes(*methods))

    defined = set(re.findall(r"    def (?!__)(\w+)", text))
    assert defined == set(methods)
    assert ("left = []" in text) is ("left" in methods)
    names: dict[str, object] = {}
    exec(text.partition("class Manager")[0], names)  # the script's own text
    assert {"Entry", "Ledger", "Failing"} <= names.keys()
