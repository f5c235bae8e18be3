"""Every program of the context family is a program, and every question in it can be cut out."""

import ast
from typing import Any

import pytest
from hypothesis import HealthCheck, find, given, settings
from hypothesis import strategies as st

from mpconform.values import Scenario, Step
from mpconform_conformance.catalogue import chapter_of
from mpconform_conformance.prune import cuts
from mpconform_scenarios.context import FAMILY

THEMES = {theme.name: theme for theme in FAMILY.themes}
ALL = st.one_of([theme.scenarios() for theme in FAMILY.themes])
QUICK = settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))


def programs(scenario: Scenario) -> list[dict[str, Any]]:
    return [step.arguments[0] for step in scenario.actors["main"].steps if step.method == "program"]


def text(program: dict[str, Any]) -> str:
    lines = [line for question in program.get("questions", ()) for line in question.splitlines()]
    source = program["source"] + "".join(f"    {line}\n" for line in lines)
    return source.replace("$MODULE", "multiprocessing").replace("$METHOD", "fork")


def shape(scenario: Scenario) -> list[str]:
    return [f"{program['name']} {program['run']}" for program in programs(scenario)]


@QUICK
@given(ALL)
def test_every_program_can_be_read(scenario: Scenario) -> None:
    """By Python 3.9 too; it does not mention us, and its helpers can be read as well."""
    assert list(scenario.actors) == ["main"]
    for program in programs(scenario):
        ast.parse(text(program), feature_version=(3, 9))
        assert "mpconform" not in text(program)
        for source in program.get("files", {}).values():
            ast.parse(source, feature_version=(3, 9))


@QUICK
@given(ALL)
def test_what_is_left_after_a_cut_is_a_program(scenario: Scenario) -> None:
    """One question less, or half of them; never none."""
    for less in cuts(scenario):
        for program in programs(less):
            ast.parse(text(program))
            assert program.get("questions", ["none were there"])


@pytest.mark.parametrize(
    ("theme", "steps"),
    {
        "contexts": ["contexts file", "key file"],
        "module": ["contexts file", "key file"],
        "children": ["children file", "locks file"],
        "module children": ["children file"],
        "methods": ["methods file"] * 4,
        "inheritance": ["inheritance file"],
        "executables": ["executable file"] * 2,
        "preloads": ["preloads file"],
        "mains": ["main file", "main module", "main command", "main stdin"],
        "unguarded": ["unguarded file"],
        "nests": ["nest file"],
        "exits": ["exits file"] * 2,
        "finalizers": ["finalizers file"],
        "complaints": ["complaints file"],
        "logs": ["logs file"],
        "wrecks": ["wreck file"] * 2,
        "segments": ["segments file"] * 2,
        "dummy": ["dummy file"],
        "shown": ["shown file"],
    }.items(),
)
def test_the_smallest_scenario(theme: str, steps: list[str]) -> None:
    """It asks every question of its theme once."""
    smallest = find(THEMES[theme].scenarios(), lambda _: True)

    assert shape(smallest) == steps
    assert smallest.theme == theme


def test_a_program_is_cut_question_by_question() -> None:
    """First half of them, then each: the latest first."""
    step = Step(
        method="program", arguments=({"name": "x", "run": "file", "source": "", "questions": [*"abcd"]},)
    )
    scenario = find(ALL, lambda _: True)
    scenario = Scenario(
        family="context", theme="x", actors={"main": type(scenario.actors["main"])(steps=(step,))}
    )

    found = ["".join(program["questions"]) for less in cuts(scenario) for program in programs(less)]

    assert found == ["cd", "ab", "abc", "abd", "acd", "bcd"]


def test_every_theme_names_what_its_programs_cannot_do_without() -> None:
    """All of them get a context; whatever a requirement needs, some theme does not need more."""
    for theme in FAMILY.themes:
        assert "module.get_context" in theme.needs
        assert theme.timed
    for requirement in chapter_of("context").requirements:
        assert "module.get_context" in requirement.needs
