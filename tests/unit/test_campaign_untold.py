"""Untold: who knows where a listener is, need not be told."""

import msgspec

from mpconform.values import Actor, Json, Scenario, Step
from mpconform_conformance.untold import untold
from mpconform_scenarios.build import call, make, ref, verb

ASKED: Json = {"$attribute": ["l", "address"]}
PATH: Json = {"$socket": "door"}
PORT: Json = {"$tuple": ["127.0.0.1", 0]}
WAIT = verb("await_told", "door", "main", bind="door")
CLIENT = make("d", "connection.Client", ref("door"))


def scenario(place: Json, *main: Step, p0: tuple[Step, ...] = ()) -> Scenario:
    """Main makes a listener at *place*, tells where it is, and takes its other steps."""
    listens = (make("l", "connection.Listener", place), verb("tell", "door", ASKED))
    actors = {"main": Actor(steps=(call("p0", "start"), *listens, *main)), "p0": Actor(steps=p0)}
    return Scenario(family="f", theme="t", actors=actors)


def test_who_made_it_asks_it() -> None:
    """Neither the telling nor the wait for it is left, wherever the listener is."""
    for place in (PATH, PORT):
        (left,) = untold(scenario(place, WAIT, CLIENT))

        listens, connects = make("l", "connection.Listener", place), make("d", "connection.Client", ASKED)
        assert left.actors["main"].steps == (call("p0", "start"), listens, connects)


def test_others_wait_until_it_is_there_and_go_to_its_path() -> None:
    """Which the scenario gives; main may be among those who were told."""
    whole = scenario(PATH, WAIT, make("e", "connection.Client", ref("door")), p0=(WAIT, CLIENT))
    (left,) = untold(whole)

    assert left.actors["p0"].steps == (
        verb("await_invoked", "main", 2), make("d", "connection.Client", PATH)
    )  # fmt: skip
    assert left.actors["main"].steps[2:] == (make("e", "connection.Client", ASKED),)


def test_a_port_that_nobody_knows_has_to_be_told() -> None:
    """To others; and so has what is no listener's address, and what nobody waits for is no telling."""
    assert not list(untold(scenario(PORT, p0=(WAIT, CLIENT))))
    assert not list(untold(scenario(PATH, p0=(CLIENT,))))
    other = scenario(PATH, p0=(WAIT, CLIENT))
    for changed in (verb("tell", "door", 1), verb("tell", "door", {"$attribute": ["m", "address"]})):
        steps = (*other.actors["main"].steps[:2], changed)
        actors = {**other.actors, "main": Actor(steps=steps)}
        assert not list(untold(msgspec.structs.replace(other, actors=actors)))


def test_nobody_asks_a_listener_that_is_not_there_yet() -> None:
    """A wait that comes before the telling, or that is bound to nothing, stays."""
    early = scenario(PORT)
    steps = (WAIT, *early.actors["main"].steps, CLIENT)
    assert not list(untold(msgspec.structs.replace(early, actors={"main": Actor(steps=steps)})))
    unbound = verb("await_told", "door", "main")
    assert not list(untold(scenario(PATH, p0=(unbound,))))
