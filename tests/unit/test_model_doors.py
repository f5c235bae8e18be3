"""Listeners and connections on the model: of one actor, it knows what ends; of several, nothing."""

import msgspec
import pytest

from mpconform.values import Actor, Json, Scenario, Step
from mpconform_conformance.model import Ending, ending_of
from mpconform_scenarios.build import call, join_all, make, ref, start_all, verb

ADDRESS: Json = {"$attribute": ["l", "address"]}
LISTEN = (
    make("l", "connection.Listener"),
    verb("tell", "door", ADDRESS),
    verb("await_told", "door", "main", bind="door"),
)
ACCEPT = Step(target="l", method="accept", bind="c")
CLIENT = make("d", "connection.Client", ref("door"))
WIRE = verb("wire", ref("door"), bind="w")
SEND, RECV = call("c", "send", 1), call("d", "recv")
CLOSE = call("d", "close")
BYTE = call("w", "sendall", {"$hex": "00"})
SHUT = call("w", "shutdown", 1)
KEY: Json = {"$hex": "00"}
LARGE = call("c", "send_bytes", {"$bytes": [1, 1 << 20]})


def listen(**keywords: Json) -> tuple[Step, ...]:
    return (make("l", "connection.Listener", **keywords), *LISTEN[1:])


def client(name: str) -> Step:
    return make(name, "connection.Client", ref("door"))


def accept(name: str) -> Step:
    return Step(target="l", method="accept", bind=name)


def wait(*names: str, timeout: Json = None) -> Step:
    return make("", "connection.wait", [ref(name) for name in names], timeout)


@pytest.mark.parametrize(
    ("steps", "ending"),
    [
        pytest.param((*LISTEN, CLIENT, ACCEPT, SEND, RECV), Ending.SURE, id="one message"),
        pytest.param((*LISTEN, CLIENT, ACCEPT, RECV, SEND), Ending.STUCK, id="received too early"),
        pytest.param((*LISTEN, CLIENT, ACCEPT, SEND, RECV, RECV), Ending.STUCK, id="received twice"),
        pytest.param((*LISTEN, CLIENT, ACCEPT, call("d", "send", 1), RECV), Ending.STUCK, id="own message"),
        pytest.param((*LISTEN, CLIENT, ACCEPT, SEND, call("c", "close"), RECV, RECV), Ending.SURE, id="end"),
        pytest.param((*LISTEN, CLIENT, ACCEPT, CLOSE, RECV), Ending.SURE, id="own end closed"),
        pytest.param((*LISTEN, CLIENT, ACCEPT, CLOSE, LARGE), Ending.SURE, id="other end closed"),
        pytest.param((*LISTEN, CLIENT, ACCEPT, LARGE, RECV), Ending.STUCK, id="large"),
        pytest.param((*LISTEN, ACCEPT, CLIENT), Ending.STUCK, id="nobody to accept"),
        pytest.param((*LISTEN, CLIENT, ACCEPT, accept("e")), Ending.STUCK, id="nobody else to accept"),
        pytest.param((*LISTEN, call("l", "close"), ACCEPT), Ending.SURE, id="accept of a closed one"),
        pytest.param((*LISTEN, CLIENT, call("l", "close"), RECV), Ending.SURE, id="never accepted"),
        pytest.param((*LISTEN, CLIENT, Step(target="l", method="accept"), RECV), Ending.SURE, id="let go of"),
        pytest.param((*LISTEN, client("d"), client("e")), Ending.STUCK, id="more than the backlog"),
        pytest.param((*listen(backlog=2), client("d"), client("e")), Ending.SURE, id="a longer backlog"),
        pytest.param((*LISTEN, client("d"), ACCEPT, client("e")), Ending.SURE, id="room again"),
        pytest.param((*LISTEN, client(""), ACCEPT, call("c", "recv")), Ending.SURE, id="client let go of"),
        pytest.param((*LISTEN, CLIENT, ACCEPT, call("d", "poll")), Ending.SURE, id="polled at once"),
        pytest.param((*LISTEN, CLIENT, ACCEPT, call("d", "poll", None)), Ending.STUCK, id="polled for ever"),
        pytest.param((*LISTEN, CLIENT, ACCEPT, SEND, call("d", "poll", None)), Ending.SURE, id="polled"),
        pytest.param((*LISTEN, CLIENT, ACCEPT, wait("d", "c")), Ending.STUCK, id="none is ready"),
        pytest.param((*LISTEN, CLIENT, ACCEPT, wait("d", "c", timeout=-1)), Ending.SURE, id="no time"),
        pytest.param((*LISTEN, CLIENT, ACCEPT, SEND, wait("d", "c")), Ending.SURE, id="one is ready"),
        pytest.param((*LISTEN, CLIENT, call("d", "fileno"), call("l", ".address")), Ending.SURE, id="idle"),
        pytest.param((LISTEN[0], LISTEN[2]), Ending.STUCK, id="never told"),
        pytest.param((*LISTEN, verb("await_told", "door", "main")), Ending.SURE, id="told again"),
        pytest.param((*LISTEN, verb("await_told", "other", "main")), Ending.STUCK, id="something else told"),
        pytest.param((*LISTEN, WIRE, ACCEPT, BYTE, SHUT, call("c", "recv")), Ending.SURE, id="broken"),
        pytest.param((*LISTEN, WIRE, ACCEPT, call("c", "recv")), Ending.STUCK, id="no byte came"),
    ],
)  # fmt: skip
def test_what_one_does_alone_ends_if_it_comes_in_the_right_order(
    steps: tuple[Step, ...], ending: Ending
) -> None:
    """Whatever it waits for must be there."""
    assert ending_of(Scenario(family="f", theme="t", actors={"main": Actor(steps=steps)})) is ending


@pytest.mark.parametrize(
    "steps",
    [
        pytest.param((*listen(authkey=KEY), CLIENT), id="a key"),
        pytest.param((*LISTEN, make("d", "connection.Client", ref("door"), authkey=KEY)), id="his"),
        pytest.param((*listen(backlog="many"), CLIENT), id="no number"),
        pytest.param((make("", "connection.Listener"),), id="no name"),
        pytest.param((*LISTEN, make("l", "connection.Listener")), id="another of that name"),
        pytest.param((*LISTEN, CLIENT, ACCEPT, client("d")), id="another client of that name"),
        pytest.param((*LISTEN, call("l", "close"), CLIENT), id="closed"),
        pytest.param((*LISTEN, make("d", "connection.Client", "nowhere")), id="elsewhere"),
        pytest.param((LISTEN[0], verb("tell", "door", 1)), id="another value told"),
        pytest.param((*LISTEN, CLIENT, ACCEPT, call("c", "send", ref("d"))), id="an end that travels"),
        pytest.param((*LISTEN, CLIENT, ACCEPT, Step(target="d", method="recv", bind="x")), id="and is kept"),
        pytest.param((*LISTEN, CLIENT, ACCEPT, call("c", "nosuch")), id="an unknown call"),
        pytest.param((*LISTEN, call("l", "nosuch")), id="an unknown call of a listener"),
        pytest.param((*LISTEN, WIRE, ACCEPT, BYTE, call("c", "recv")), id="a byte"),
        pytest.param((*LISTEN, WIRE, ACCEPT, SEND, call("w", "recv", 1)), id="a part"),
        pytest.param((*LISTEN, CLIENT, wait("nosuch")), id="a wait for something else"),
        pytest.param((*LISTEN, CLIENT, make("p", "Pool", 1)), id="workers have it"),
        pytest.param((verb("wire_listen", bind="l"), verb("tell", "door", ref("l"))), id="a plain listener"),
    ],
)  # fmt: skip
def test_what_it_is_not_sure_of(steps: tuple[Step, ...]) -> None:
    """It says so."""
    whole = Scenario(family="f", theme="t", actors={"main": Actor(steps=steps)})

    assert ending_of(whole) is Ending.UNKNOWN


@pytest.mark.parametrize(
    ("first", "last", "other", "ending"),
    [
        pytest.param((), (CLIENT, ACCEPT), (verb("hold", 0.0),), Ending.SURE, id="beside"),
        pytest.param((CLIENT,), (ACCEPT,), (verb("hold", 0.0),), Ending.UNKNOWN, id="inherited"),
        pytest.param((), (CLIENT, ACCEPT), (*LISTEN, CLIENT), Ending.UNKNOWN, id="two with connections"),
    ],
)
def test_another_process_beside_it(
    first: tuple[Step, ...], last: tuple[Step, ...], other: tuple[Step, ...], ending: Ending
) -> None:
    """It must have none, of its own or from main."""
    steps = (*LISTEN, *first, *start_all(["p0"]), *last, *join_all(["p0"]))
    actors = {"main": Actor(steps=steps), "p0": Actor(steps=other)}
    whole = Scenario(family="f", theme="t", actors=actors)

    assert ending_of(whole) is ending
    assert ending_of(msgspec.structs.replace(whole, rounds=2)) is ending


def test_a_listener_is_where_its_own_actor_is_told_that_it_is() -> None:
    """Without anybody to tell it."""
    steps = (LISTEN[0], make("d", "connection.Client", ADDRESS), ACCEPT, SEND, RECV)
    for taken, ending in ((steps, Ending.SURE), (steps[:3] + steps[4:], Ending.STUCK)):
        scenario = Scenario(family="f", theme="t", actors={"main": Actor(steps=taken)})
        assert ending_of(scenario) is ending
