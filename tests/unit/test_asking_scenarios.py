"""Programs that the families besides that of contexts ask: each can be read, cut, and is asked as a whole."""

import ast
from typing import Any

import pytest
from hypothesis import HealthCheck, find, given, settings
from hypothesis import strategies as st

from mpconform.values import Scenario
from mpconform_conformance.catalogue import chapter_of
from mpconform_conformance.prune import cuts
from mpconform_scenarios import condition, lock, manager, memory, pipe, pool, process, queue
from mpconform_scenarios.family import Theme

QUICK = settings(max_examples=40, deadline=None, database=None, suppress_health_check=list(HealthCheck))


def theme(family: Any, name: str) -> Theme:
    (found,) = (one for one in family.FAMILY.themes if one.name == name)
    assert isinstance(found, Theme)
    return found


#: The theme of each family, and the programs of its smallest scenario, with the number of their questions.
THEMES = {
    "pool": (theme(pool, "programs"), [("pools", 7), ("pools", 6)]),
    "pool threads": (theme(pool, "threads"), [("submitting", 1), ("waiting", 1), ("callbacks", 2)]),
    "pool loading": (theme(pool, "loading"), [("strict", 1)]),
    "queue": (theme(queue, "programs"), [("unpicklable", 1), ("queues", 9)]),
    "memory": (theme(memory, "programs"), [("types", 4)]),
    "memory managed": (theme(memory, "managed"), [("blocks", 5)]),
    "manager": (theme(manager, "sharing"), [("managers", 6), ("managers", 1)]),
    "process": (theme(process, "programs"), [("threads", 2)]),
    "pipe": (theme(pipe, "programs"), [("pipes", 12)]),
    "lock": (theme(lock, "programs"), [("locks", 4)]),
    "condition": (theme(condition, "programs"), [("waiting", 3)]),
    "manager alone": (theme(manager, "usage"), [("usage", 15), ("served", 1)]),
}
#: What a program asks for itself, before it asks what needs it.
ASKED_FOR = {"pool.AsyncResult"}
ALL = st.one_of([one.scenarios() for one, _ in THEMES.values()])


def programs(scenario: Scenario) -> list[dict[str, Any]]:
    return [step.arguments[0] for step in scenario.actors["main"].steps if step.method == "program"]


def text(program: dict[str, Any]) -> str:
    lines = [line for question in program["questions"] for line in question.splitlines()]
    source = program["source"] + "".join(f"    {line}\n" for line in lines)
    return source.replace("$MODULE", "multiprocessing").replace("$METHOD", "fork")


@QUICK
@given(ALL)
def test_every_program_can_be_read_also_when_it_is_asked_less(scenario: Scenario) -> None:
    """By Python 3.9 too; it does not mention us, and main does nothing else."""
    assert list(scenario.actors) == ["main"]
    assert len(programs(scenario)) == scenario.step_count
    for each in (scenario, *cuts(scenario)):
        for program in programs(each):
            ast.parse(text(program), feature_version=(3, 9))
            assert "mpconform" not in text(program)


@pytest.mark.parametrize("family", THEMES)
def test_the_smallest_scenario_asks_every_question(family: str) -> None:
    """Each in a file of its own."""
    one, stated = THEMES[family]
    smallest = find(one.scenarios(), lambda _: True, settings=settings(database=None))

    assert [(p["name"], len(p["questions"])) for p in programs(smallest)] == stated
    assert {p["run"] for p in programs(smallest)} == {"file"}
    assert (smallest.family, smallest.theme) == (family.split(maxsplit=1)[0], one.name)


@pytest.mark.parametrize("family", ["pool", "queue", "memory", "manager", "lock", "condition", "process"])
def test_what_a_requirement_needs_some_theme_needs_too(family: str) -> None:
    """So that no program fails for want of what it did not ask for; and nobody is held up in one."""
    themes = [one for name, (one, _) in THEMES.items() if name.split()[0] == family]
    asked = [r for r in chapter_of(family).requirements if "module.get_context" in r.needs]

    assert all(one.timed for one in themes)
    assert asked
    for requirement in asked:
        assert any({*requirement.needs} - ASKED_FOR <= one.needs for one in themes), requirement.id
