"""What is asked of a backend whose processes are threads, and how scenarios are fitted to it."""

import multiprocessing.dummy
from typing import Any

import pytest

from _mpconform_agent.namespace import THREADS, Namespace, of_threads, offer
from fakes import FakeRunner, FakeTimer
from mpconform.backend import Backend, Offer
from mpconform.values import Actor, ObjectSpec, Scenario, Step
from mpconform_conformance import catalogue, directed, threads
from mpconform_conformance.campaign import Campaign, Cell
from mpconform_conformance.families import NAMES, family
from mpconform_conformance.strategies import Pace, undressed
from mpconform_scenarios.build import call, make, verb

YES, NO = True, False


def cell(name: str, *more: str) -> Cell:
    found = offer("multiprocessing.dummy", "")
    capabilities = frozenset(found.pop("capabilities")) | set(more)
    return Cell(
        family=name,
        backend=Backend(module="multiprocessing.dummy"),
        offer=Offer(**{**found, "methods": ()}, capabilities=capabilities),
        budget_s=1,
        shrink_s=1,
    )


def campaign(name: str, *more: str) -> Campaign:
    asked = [(r, catalogue.checker_of(r)) for r in catalogue.chapter_of(name).requirements]
    return Campaign(cell(name, *more), family=family(name), requirements=asked, seed=1)


def reasons(name: str) -> dict[str, str]:
    return {
        event.requirement: event.reason
        for event in campaign(name).results(lambda _: "")
        if event.status == "unsupported"
    }


def test_dummy_is_told_from_processes() -> None:
    """By its class of processes; whatever else it offers."""
    assert of_threads(Namespace("multiprocessing.dummy", ""))
    assert not of_threads(Namespace("multiprocessing", "spawn"))
    assert not of_threads(Namespace("json", ""))
    assert THREADS in offer("multiprocessing.dummy", "")["capabilities"]
    assert THREADS not in offer("multiprocessing", "fork")["capabilities"]


def test_the_table_names_what_there_is() -> None:
    """Families, their themes, requirements, and methods that dummy's objects do not have."""
    table = threads.table()
    ids = {r.id: r for r in catalogue.requirements()}
    asked = [name for reason in table.reason for name in reason.requirements]

    assert set(table.themes) <= set(NAMES)
    for name, themes in table.themes.items():
        assert set(themes) <= {theme.name for theme in family(name).all_themes}
    assert len(asked) == len(set(asked))
    assert {ids[name].family for name in asked} <= set(table.themes)
    for factory, methods in table.lacks.items():
        made: Any = getattr(multiprocessing.dummy, factory)(*(("i", 0) if factory == "Value" else ()))
        thing = made[0] if isinstance(made, tuple) else made
        lacking = {method.lstrip(".") for method in methods}
        assert not lacking & set(dir(thing)) - {"ident"}  # That of a thread is not a process id.


@pytest.mark.parametrize("name", NAMES)
def test_what_is_not_asked_says_why(name: str) -> None:
    """A family about processes is not asked at all; of others something is left to run and to judge."""
    found = reasons(name)
    about_processes = name not in threads.table().themes

    assert campaign(name).idle == about_processes
    assert (len(found) == len(catalogue.chapter_of(name).requirements)) == about_processes
    assert all(
        "processes of multiprocessing.dummy are threads: " in why or "offers no" in why
        for why in found.values()
    )


def fitted(*steps: Step, **objects: ObjectSpec) -> list[Step]:
    scenario = Scenario(family="lock", theme="x", objects=objects, actors={"main": Actor(steps=steps)})
    return list(threads.fitted(scenario).actors["main"].steps)


@pytest.mark.parametrize(
    ("step", "arguments"),
    [
        (call("l", "acquire"), (True,)),
        (call("l", "acquire", block=True), (True,)),
        (call("l", "acquire", YES), (True,)),
        (call("l", "acquire", block=False), (False,)),
        (call("l", "acquire", NO, 60.0), (False,)),
        (call("l", "acquire", YES, None), (True,)),
        (call("l", "acquire", YES, 0.5), (True, 0.5)),
        (call("l", "acquire", block=True, timeout=0.5), (True, 0.5)),
        (call("l", "acquire", timeout_s=0.5), (True, 0.5)),
        (call("l", "acquire", YES, -1), (False,)),
        (call("l", "acquire", timeout_s=0.0), (False,)),
    ],
)
def test_acquire_means_the_same_to_both(step: Step, arguments: tuple[Any, ...]) -> None:
    """Threading takes neither a block by name, nor a timeout that is over, nor one without blocking."""
    assert fitted(step, l=ObjectSpec(factory="RLock")) == [call("l", "acquire", *arguments)]


def test_steps_keep_their_numbers() -> None:
    """What an object lacks is not called; something that does nothing stands in its place."""
    steps = (
        make("made", "JoinableQueue", 3),
        call("made", "close"),
        call("q", "join_thread"),
        call("q", "get"),
        call("a", "fileno"),
        call("a", "close"),
        call("p", "apply_async", 1),
        make("pool", "Pool", 2, maxtasksperchild=1),
        verb("hold", 1),
        call("main", ".pid"),
        call("l", "_getvalue"),
        call("l", "append", 1),
    )
    found = fitted(
        *steps, q=ObjectSpec(factory="Queue"), p=ObjectSpec(factory="Pool"),
        pipe=ObjectSpec(factory="Pipe", unpack=("a", "b")), l=ObjectSpec(factory="m.list"),
    )  # fmt: skip

    assert [f"{step.target}.{step.method}" for step in found] == [
        "@.JoinableQueue", ".hold", ".hold", "q.get", ".hold", "a.close", "p.apply_async", "@.Pool", ".hold",
        ".hold", ".hold", "l.append",
    ]  # fmt: skip
    assert found[7].keywords == {}
    assert found[8] == steps[8]


def test_an_object_is_made_without_what_threads_do_not_take() -> None:
    """A worker that is a thread is not replaced by another."""
    scenario = Scenario(
        family="pool",
        theme="x",
        objects={"p": ObjectSpec(factory="Pool", keywords={"processes": 2, "maxtasksperchild": 1})},
        actors={"main": Actor(steps=())},
    )

    assert threads.fitted(scenario).objects["p"].keywords == {"processes": 2}


@pytest.mark.parametrize("name", sorted(threads.table().themes))
def test_all_that_is_run_is_fitted(name: str) -> None:
    """The simplest scenarios, what is directed, and what is drawn."""
    asked = [(r, catalogue.checker_of(r)) for r in catalogue.chapter_of(name).requirements]
    made = Campaign(
        cell(name), family=family(name), requirements=asked, seed=1,
        directed=directed.scenarios(name), named=directed.simplest(name),
    )  # fmt: skip
    runner = FakeRunner()
    made.explore([runner], FakeTimer(60), first_round=FakeTimer())

    assert len(runner.ran) > 20
    assert all(undressed(scenario) == threads.fitted(undressed(scenario)) for scenario in runner.ran)


def test_nobody_is_held_up() -> None:
    """Of threads, scenarios are run as they are, or many times in a row."""
    pace = Pace(threads=True)

    assert {pace.next(bursts=True) for _ in range(50)} == {"plain", "burst"}
    assert {pace.next(bursts=False) for _ in range(50)} == {"plain"}
