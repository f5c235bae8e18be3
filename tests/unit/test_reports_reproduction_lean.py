"""A script holds what its verdict looks at, and no more: counts of processes, methods of registered types."""

import ast
import math
import re

import msgspec
import pytest
from test_reports_reproduction import section, stored, unknown_names

from fakes import history_of
from mpconform.backend import Backend
from mpconform.values import Actor, History, ObjectSpec, Scenario
from mpconform_reports import reproduction
from mpconform_reports.reproduction import MOST_LINES, script
from mpconform_reports.reproduction_managers import custom_manager
from mpconform_scenarios.build import call, make, ref, verb
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


def misfits(text: str) -> list[str]:
    """Return the calls in the script *text* of its own functions that do not fit their parameters."""
    tree = ast.parse(text)
    own = {one.name: one.args for one in tree.body if isinstance(one, ast.FunctionDef)}
    found = []
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or any(isinstance(one, ast.Starred) for one in node.args):
            continue
        name, *given = [node.func, *node.args]
        if isinstance(name, ast.Name) and name.id == "see":  # Who, at which step, makes which call.
            name, *given = given[2:]
        if not isinstance(name, ast.Name) or name.id not in own or name.id == "see":
            continue
        takes = own[name.id]
        least = len(takes.args) - len(takes.defaults)
        most = math.inf if takes.vararg else len(takes.args)
        if not least <= len(given) + len(node.keywords) <= most:
            found.append(ast.unparse(node))
    return found


@pytest.mark.dense
@pytest.mark.parametrize("lines", [MOST_LINES, 1], ids=["as it is", "bare"])
def test_helpers_are_called_as_they_are_defined(lines: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """A call that does not fit, or a name without a meaning, would raise: the script would show nothing."""
    assert misfits("def f(a, b=1): pass\nf()\nf(1)\nf(1, 2, 3)\nsee('p', 1, f)") == [
        "f()", "f(1, 2, 3)", "see('p', 1, f)",
    ]  # fmt: skip
    monkeypatch.setattr(reproduction, "MOST_LINES", lines)
    texts = {one.mutant: script_of(one) for one in kept() if one.mutant}
    assert len(texts) > 400
    assert {mutant: found for mutant, text in texts.items() if (found := misfits(text))} == {}
    assert {mutant: found for mutant, text in texts.items() if (found := unknown_names(text))} == {}
    # These scenarios were not shrunk.
    assert sum(text.count("\n") > MOST_LINES for text in texts.values()) < 30 or lines == 1


def test_what_threads_write_at_once_is_written_by_as_many() -> None:
    """The litmus program with five processes and three threads in each."""
    writes = verb("emit", 0, 4, ref("lock"), 3)
    ran = Scenario(
        family="process", theme="hello", objects={"lock": ObjectSpec(factory="Lock")},
        actors={"main": Actor(steps=(writes, verb("output")))},
    )  # fmt: skip
    history = history_of(ran)
    record = stored("lines-mixed", witness=history.operations[-1:])

    text = script(record, history, "A rule.")

    assert 'emit_at_once("main", 0, 4, lock, 3)' in text
    assert "['main 0 ....', 'main 1 ....', 'main 2 ....']" in text
    assert misfits(text) == []
