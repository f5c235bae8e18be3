"""Every generated scenario of the connection family can be run to its end, and is as small as can be."""

import functools
from collections import defaultdict

import pytest
from hypothesis import HealthCheck, find, given, settings
from hypothesis import strategies as st

from mpconform.checkers.pipe_model import references
from mpconform.values import Json, Scenario, Step
from mpconform_scenarios.connection import FAMILY

THEMES = {theme.name: theme for theme in FAMILY.themes}
ANY = st.sampled_from(sorted(THEMES)).flatmap(lambda name: THEMES[name].scenarios())
FEW = settings(max_examples=60, deadline=None, database=None, suppress_health_check=list(HealthCheck))


def steps_of(scenario: Scenario) -> list[tuple[str, int, Step]]:
    return [
        (name, index, step)
        for name, actor in scenario.actors.items()
        for index, step in enumerate(actor.steps)
    ]


def named(step: Step) -> set[str]:
    """What the arguments of a step refer to."""
    given_ = [*step.arguments, *step.keywords.values()]
    attributes = {a["$attribute"][0] for a in given_ if isinstance(a, dict) and "$attribute" in a}
    return set(references(given_)) | attributes


@FEW
@given(ANY)
def test_every_name_means_something(scenario: Scenario) -> None:
    """Targets and references are objects, actors of main's, or bound by an earlier step."""
    objects = {end for spec in scenario.objects.values() for end in spec.unpack}
    for name, actor in scenario.actors.items():
        known = objects | {"@", ""} | (set(scenario.actors) if name == "main" else set())
        for step in actor.steps:
            made = {a["$buffer"][0] for a in step.arguments if isinstance(a, dict) and "$buffer" in a}

            assert step.target in known
            assert named(step) <= known
            known |= made | ({step.bind} if step.bind else set())


@FEW
@given(ANY)
def test_no_listener_and_no_connection_travels_to_a_child(scenario: Scenario) -> None:
    """What has to be pickled for spawn are the ends of a pipe at most."""
    assert all(spec.factory == "Pipe" for spec in scenario.objects.values())
    assert "connection.Listener" not in {step.method for step in scenario.actors["main"].steps}


@FEW
@given(ANY)
def test_main_starts_and_joins_every_actor(scenario: Scenario) -> None:
    """Each once, in the end, and everybody is started before main connects: no fork has a copy of an end."""
    main = [(step.target, step.method) for step in scenario.actors["main"].steps]
    for name in scenario.actors.keys() - {"main"}:
        assert main.count((name, "start")) == 1
        assert main.index((name, "start")) < main.index((name, "join"))
    assert all(method == "start" for _, method in main[: len(scenario.actors) - 1])
    assert len(steps_of(scenario)) <= 110
    assert 2 <= len(scenario.actors) <= 6


@FEW
@given(ANY)
def test_all_who_meet_come(scenario: Scenario) -> None:
    """Every actor that a rendezvous names takes it."""
    points = defaultdict(list)
    for name, _, step in steps_of(scenario):
        if step.method == "rendezvous":
            points[step.arguments[0], tuple(step.arguments[1])].append(name)
    for (_, called), came in points.items():
        assert sorted(called) == sorted(came)


@FEW
@given(ANY)
def test_an_address_is_told_by_whom_it_is_awaited_from(scenario: Scenario) -> None:
    """And before that actor accepts anybody."""
    told = {(step.arguments[0], name) for name, _, step in steps_of(scenario) if step.method == "tell"}
    awaited = {tuple(step.arguments) for _, _, step in steps_of(scenario) if step.method == "await_told"}

    assert awaited <= told
    for actor in scenario.actors.values():
        methods = [step.method for step in actor.steps]
        if "accept" in methods:
            assert "tell" in methods[: methods.index("accept")]


BALANCED = (
    "talk",
    "crowd",
    "backlog",
    "ends",
    "carried",
    "handed",
    "framing",
    "lies",
    "intruders",
    "impostors",
    "announced",
)


@FEW
@given(st.sampled_from(BALANCED).flatmap(lambda name: THEMES[name].scenarios()))
def test_as_many_connect_as_are_accepted(scenario: Scenario) -> None:
    """Nobody waits for somebody who never comes."""
    methods = [step.method for _, _, step in steps_of(scenario)]

    assert methods.count("accept") == methods.count("connection.Client") + methods.count("wire")


@FEW
@given(ANY)
def test_a_port_that_was_given_back_is_not_connected_to(scenario: Scenario) -> None:
    """It may be a stranger's by then, who would leave the client waiting."""
    for name, actor in scenario.actors.items():
        listeners = [step for step in actor.steps if step.method == "connection.Listener"]
        tcp = any(
            step.keywords.get("family") == "AF_INET"
            or any(isinstance(a, dict) and "$tuple" in a for a in step.arguments)
            for step in listeners
        )
        closes = [
            (name, i) for i, step in enumerate(actor.steps) if (step.target, step.method) == ("l", "close")
        ]
        if tcp and scenario.theme in {"closing", "refusals"} and closes:
            clients = [
                (other, i)
                for other, i, step in steps_of(scenario)
                if step.method == "connection.Client" and step.arguments[0] == {"$object": "door"}
            ]
            assert len(clients) == 1


@FEW
@given(THEMES["intruders"].scenarios())
def test_whoever_intrudes_says_that_it_has_ended(scenario: Scenario) -> None:
    """So that the listener need not wait for more."""
    methods = [step.method for step in scenario.actors["p1"].steps]

    assert methods.count("wire") == methods.count("shutdown") == methods.count("close")


@FEW
@given(THEMES["waits"].scenarios())
def test_a_wait_without_an_end_has_something_ready(scenario: Scenario) -> None:
    """Whatever may go on for long, is ended by what was there before."""
    main = scenario.actors["main"].steps
    first, second = (step for step in main if step.method == "connection.wait")
    sends = [
        step
        for step in scenario.actors["p0"].steps
        if step.method == "send" and step.arguments[0]["$item"][1] < 10
    ]
    timeout: Json = first.arguments[1] if len(first.arguments) > 1 else None
    if timeout is None or timeout > 1:
        assert sends or ("p1", "join") in [(s.target, s.method) for s in main[: main.index(first)]]
    assert second.arguments[1] == 20


SMALLEST = {
    "talk": {
        "p0": "connection.Listener tell accept recv send",
        "p1": "await_told connection.Client send recv",
    },
    "backlog": {
        "p0": (
            "connection.Listener tell rendezvous accept .last_accepted "
            "recv rendezvous accept .last_accepted close"
        ),
        "p1": "await_told connection.Client rendezvous send rendezvous wire getsockname close",
    },
    "closing": {
        "p0": (
            "connection.Listener .address .address tell accept recv "
            "close accept close rendezvous recv send rendezvous close"
        ),
        "p1": "await_told connection.Client send rendezvous connection.Client send recv rendezvous",
    },
    "ends": {
        "p0": "connection.Listener tell accept recv rendezvous recv",
        "p1": "await_told connection.Client send close rendezvous",
    },
    "challenges": {"p0": "connection.deliver_challenge", "p1": "connection.answer_challenge"},
    "handed": {
        "p0": (
            "connection.Listener tell accept rendezvous accept "
            "recv rendezvous send_bytes recv sendall recv_bytes"
        ),
        "p1": "await_told connection.Client rendezvous wire send rendezvous",
    },
    "framing": {
        "p0": "connection.Listener tell accept send_bytes recv_bytes",
        "p1": "await_told wire recv sendall",
    },
    "lies": {
        "p0": "connection.Listener tell accept recv_bytes rendezvous accept recv",
        "p1": "await_told wire sendall shutdown rendezvous close connection.Client send",
    },
    "announced": {
        "p0": "connection.Listener tell accept memory_limit memory_peak recv_bytes memory_peak",
        "p1": "await_told wire sendall close",
    },
    "intruders": {
        "p0": "connection.Listener tell accept recv_bytes rendezvous accept recv close close",
        "p1": "await_told wire shutdown rendezvous close connection.Client send",
    },
    "impostors": {
        "p0": "wire_listen getsockname tell accept __getitem__ shutdown rendezvous close close",
        "p1": "await_told connection.Client rendezvous",
    },
}


@functools.cache
def smallest(name: str) -> Scenario:
    return find(THEMES[name].scenarios(), lambda s: True, settings=settings(database=None))


@pytest.mark.parametrize("name", sorted(SMALLEST))
def test_the_smallest_scenario_is_as_stated(name: str) -> None:
    """Shrinking ends at the fewest steps that still show what the theme is about."""
    found = {
        actor: " ".join(s.method for s in smallest(name).actors[actor].steps) for actor in SMALLEST[name]
    }

    assert found == SMALLEST[name]


def test_the_smallest_crowd_is_two_clients_with_an_item_each() -> None:
    """The smallest carried connection carries one item each way; one visitor comes before the right one."""
    assert list(smallest("crowd").actors) == ["main", "p0", "p1", "p2"]
    assert [s.method for s in smallest("crowd").actors["p1"].steps].count("send") == 1
    assert [s.method for s in smallest("carried").actors["p2"].steps].count("send") == 1
    assert [s.method for s in smallest("visitors").actors["p0"].steps].count("accept") == 2
    assert [s.method for s in smallest("waits").actors["main"].steps].count("connection.wait") == 2
    assert [s.method for s in smallest("refusals").actors["p0"].steps].count("connection.Listener") == 3


@pytest.mark.parametrize("name", sorted(THEMES))
def test_a_theme_is_called_what_its_scenarios_say(name: str) -> None:
    """So that a report can name the strategy that made a scenario."""
    assert (smallest(name).family, smallest(name).theme) == ("connection", name)
