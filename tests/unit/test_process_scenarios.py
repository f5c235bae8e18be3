"""Every scenario of the process family is valid by construction, and shrinks to what its theme is about."""

from typing import Any

import pytest
from hypothesis import HealthCheck, find, given, settings
from hypothesis import strategies as st

from mpconform.values import Scenario
from mpconform_conformance.catalogue import chapter_of
from mpconform_scenarios.process import FAMILY

#: What programs ask stands in test_asking_scenarios.py.
PLAYED = [theme for theme in FAMILY.themes if theme.name != "programs"]
THEMES = {theme.name: theme for theme in PLAYED}
ALL = st.one_of([theme.scenarios() for theme in PLAYED])
QUICK = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))

#: What ends a child by itself; nothing may follow it.
LAST = {"exit", "sys_exit", "raise", "signal", "linger"}

#: Calls of main that need a process that was started.
STARTED = {"join", "terminate", "kill", ".sentinel"}


def children(scenario: Scenario) -> list[str]:
    return [name for name in scenario.actors if name != "main"]


def steps(scenario: Scenario, actor: str, target: str = "", *methods: str) -> list[int]:
    return [
        index
        for index, step in enumerate(scenario.actors[actor].steps)
        if step.target == target and (not methods or step.method in methods)
    ]


def references(value: Any) -> Any:
    if isinstance(value, dict):
        if "$object" in value:
            yield value["$object"]
        if "$attribute" in value:
            yield value["$attribute"][0]
        for content in value.values():
            yield from references(content)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from references(one)


def shape(scenario: Scenario) -> dict[str, list[str]]:
    return {
        name: [f"{s.target}.{s.method}".replace("..", ".").lstrip(".") for s in actor.steps]
        for name, actor in scenario.actors.items()
    }


@QUICK
@given(ALL)
def test_every_name_is_known_before_it_is_used(scenario: Scenario) -> None:
    """A target or argument is an object, an actor, or what the same actor bound before."""
    for name, actor in scenario.actors.items():
        known = {*scenario.objects, *(children(scenario) if name == "main" else ())}
        for step in actor.steps:
            assert step.target in {"", "@", *known}
            assert set(references(step.arguments)) <= known
            assert set(references(step.keywords)) <= known
            known |= {step.bind} - {""}


@QUICK
@given(ALL)
def test_every_child_is_started_once_and_joined_without_timeout(scenario: Scenario) -> None:
    """The first start is before all that needs it; others are there to be refused."""
    for name in children(scenario):
        start = steps(scenario, "main", name, "start")[0]
        joins = [i for i in steps(scenario, "main", name, "join") if i > start]
        assert any(scenario.actors["main"].steps[i].timeout_s is None for i in joins)
        early = [i for i in steps(scenario, "main", name, *STARTED) if i < start]
        assert scenario.theme == "misuse" or not early


@QUICK
@given(ALL)
def test_nothing_follows_an_end_and_whoever_lingers_is_ended_before_its_join(scenario: Scenario) -> None:
    """A child that lingers is terminated or killed between its start and its join, or struck by a fault."""
    for name in children(scenario):
        methods = [step.method for step in scenario.actors[name].steps]
        assert not LAST & set(methods[:-1])
        if methods[-1] == "linger" and name not in {fault.actor for fault in scenario.faults}:
            (shot, *_) = steps(scenario, "main", name, "terminate", "kill")
            joins = steps(scenario, "main", name, "join")
            # A fault may end a join.
            joins = [at for at in joins if at not in {f.step for f in scenario.faults if f.actor == "main"}]
            assert steps(scenario, "main", name, "start")[0] < shot < joins[0]


@QUICK
@given(ALL)
def test_whoever_meets_is_told_of_by_all_in_the_same_order(scenario: Scenario) -> None:
    """Each party of a rendezvous takes part, once for each point, after its start and before its join."""
    meetings = {
        name: [
            tuple(map(str, (s.arguments[0], *s.arguments[1])))
            for s in actor.steps
            if s.method == "rendezvous"
        ]
        for name, actor in scenario.actors.items()
    }
    for name, own in meetings.items():
        assert len(set(own)) == len(own)
        for point in own:
            assert name in point
            assert all(point in meetings[party] for party in point[1:])
    main = scenario.actors["main"].steps
    for index in steps(scenario, "main", "", "rendezvous"):
        for party in main[index].arguments[1][1:]:
            assert steps(scenario, "main", party, "start")[0] < index
            waits = [i for i in steps(scenario, "main", party, "join") if main[i].timeout_s is None]
            assert scenario.theme == "misuse" or index < waits[0]


@QUICK
@given(ALL)
def test_whatever_is_awaited_comes(scenario: Scenario) -> None:
    """A step that is awaited exists; only a child that was started, and ends, is awaited to exit."""
    main = scenario.actors["main"].steps
    for actor in scenario.actors.values():
        for step in actor.steps:
            if step.method == "await_invoked":
                name, index = step.arguments
                assert index < len(scenario.actors[name].steps)
    for index in steps(scenario, "main", "", "await_exit"):
        for name in main[index].arguments[0]:
            assert steps(scenario, "main", name, "start")[0] < index
            if scenario.actors[name].steps[-1].method == "linger":
                assert steps(scenario, "main", name, "terminate", "kill")[0] < index


@QUICK
@given(ALL)
def test_a_scenario_is_small_and_quick(scenario: Scenario) -> None:
    """At most eight processes and 120 steps, no timeout over 60 ms, and no core file."""
    taken = [step for actor in scenario.actors.values() for step in actor.steps]

    assert len(scenario.actors) <= 8
    assert len(taken) <= 120
    assert all(step.timeout_s is None or 0 <= step.timeout_s <= 0.06 for step in taken)
    assert all(step.arguments[0] <= 0.06 for step in taken if step.method == "hold")
    assert all(step.arguments[0] in {1, 3, 9, 10, 14, 15} for step in taken if step.method == "signal")
    assert scenario.family == FAMILY.name


ASKED = [
    "pid", "parent_pid", "@.current_process", "me.pid", "me.name", "me.is_alive", "me.daemon", "me.authkey",
    "echo",
]  # fmt: skip
SMALLEST = {
    "identity": {"c0": ASKED, "c1": [*ASKED, "@.Process", "kid.start"], "c2": ASKED},
    "parents": {"c0": ["pid", "parent_pid", "@.parent_process", "parent.pid", "parent.name",
    "parent.join", "parent.is_alive"]},
    "misuse": {"c0": ["@.current_process", "me.join", "pid"]},
    "life": {"c0": ["rendezvous", "rendezvous", "await_invoked", "hold", "@.active_children"]},
    "exits": {"c0": ["pid"], "c1": ["raise"], "c2": ["sys_exit"], "c3": ["exit"]},
    "endings": {"c0": ["sys_exit"], "c1": ["sys_exit"], "c2": ["sys_exit"], "c3": ["signal"]},
    "terminate": {
        "main": [
            "c0.start", "await_invoked", "c0.is_alive", "c0.terminate", "await_exit", "c0.join",
            "c0.exitcode",
            "c0.is_alive",
        ],
        "c0": ["pid", "linger"],
    },
    "crowd": {
        "main": [
            "c0.start", "await_invoked", "c0.kill", "await_exit", "c0.join", "c0.exitcode",
            "@.active_children",
        ],
        "c0": ["pid", "linger"],
    },
    "close": {"c0": ["rendezvous", "rendezvous"]},
    "sentinel": {
        "main": [
            "c0.start", "rendezvous", "c0.sentinel", "@.connection.wait", "rendezvous", "await_exit",
            "@.connection.wait", "c0.is_alive", "c0.join", "@.connection.wait",
        ],
        "c0": ["rendezvous", "rendezvous"],
    },
    "zombies": {
        "is_alive0": ["pid"], "join0": ["pid"], "active_children0": ["pid"], "start0": ["pid"],
        "other": ["pid"],
    },
    "interrupts": {"v0": ["linger"], "p0": ["pid"]},
    "needs": {
        "main": ["p0.start", "p0.join", "census", "n0.start", "n0.is_alive", "q0.start", "n0.join", "q0.join",
        "q0.exitcode", "q0.is_alive"],
        "p0": ["pid"], "n0": ["pid"], "q0": ["pid"],
    },
    "output": {
        "main": ["c0.start", "c1.start", "rendezvous", "c0.join", "c1.join", "output"],
        "c0": ["rendezvous", "echo", *["emit"] * 4], "c1": ["rendezvous", "echo", *["emit"] * 4],
    },
}  # fmt: skip


@pytest.mark.parametrize("name", THEMES)
def test_a_theme_shrinks_to_its_smallest_scenario(name: str) -> None:
    """The children, and what they do, are those that the theme is about; so is main, where it is short."""
    found = find(THEMES[name].scenarios(), lambda _: True)
    small, wanted = shape(found), SMALLEST[name]

    assert {key: small[key] for key in wanted} == wanted
    assert set(small) == {"main", *wanted}
    assert found.theme == name


def test_the_smallest_exits_are_the_plainest() -> None:
    """Codes of three, the text "text", SIGTERM."""
    exits = find(THEMES["exits"].scenarios(), lambda _: True).actors
    endings = find(THEMES["endings"].scenarios(), lambda _: True).actors

    assert [exits[name].steps[-1].arguments for name in ("c2", "c3")] == [(3,), (3,)]
    assert [endings[name].steps[-1].arguments for name in ("c0", "c1", "c2", "c3")] == [
        (None,),
        (),
        ("text",),
        (15,),
    ]


def test_every_requirement_that_a_theme_needs_can_be_asked_of_the_same_backends() -> None:
    """What the requirements need, some theme needs too, and nothing beyond."""
    needed = {need for requirement in chapter_of("process").requirements for need in requirement.needs}

    assert needed == {need for theme in FAMILY.themes for need in theme.needs}


def test_children_end_one_by_one_while_others_still_run() -> None:
    """Only then does it show if one's sentinel waits for another's end."""
    apart = find(
        THEMES["sentinel"].scenarios(),
        lambda s: len(s.actors) == 3 and s.actors["c0"].steps[1] != s.actors["c1"].steps[1],
    )
    main = apart.actors["main"].steps
    waits = [i for i, s in enumerate(main) if s.method == "connection.wait" and len(s.arguments[0]) == 1]

    released = main.index(apart.actors["c1"].steps[1])
    assert main.index(apart.actors["c0"].steps[1]) < waits[0] < released < waits[-1]


@pytest.mark.parametrize("theme", ["exits", "endings"])
def test_every_end_but_one_is_noticed_before_it_is_joined(theme: str) -> None:
    """The exit code of a process that was reaped before its join is asked for, too."""
    main = shape(find(THEMES[theme].scenarios(), lambda _: True))["main"]

    assert main[4:6] == ["c0.join", "c0.exitcode"]
    assert main[6:10] == ["await_exit", "c1.is_alive", "c1.join", "c1.exitcode"]
    assert main.count("await_exit") == 3
