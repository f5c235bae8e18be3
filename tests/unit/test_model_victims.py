"""Victims on the model: who is killed in the middle of something leaves alone who uses nothing of theirs."""

import msgspec
import pytest

from mpconform.values import Actor, Fault, ObjectSpec, Scenario, Step
from mpconform_conformance.model import Ending, ending_of
from mpconform_scenarios.build import call, join_all, ref, start_all, verb

SURE, UNKNOWN, STUCK = Ending.SURE, Ending.UNKNOWN, Ending.STUCK
OBJECTS = {
    "q": ObjectSpec(factory="Lock"),
    "r": ObjectSpec(factory="Lock"),
    "c": ObjectSpec(factory="Condition", arguments=(ref("q"),)),
    "v": ObjectSpec(factory="Value", arguments=("i", 0)),
    "ends": ObjectSpec(factory="Pipe", unpack=("a", "b")),
}
TAKE, GIVE = call("q", "acquire"), call("q", "release")
OTHER = (call("r", "acquire"), call("r", "release"))


def scenario(
    v0: tuple[Step, ...], *main: Step, faults: tuple[Fault, ...] = (), **actors: tuple[Step, ...]
) -> Scenario:
    """Main starts v0 and the others, takes its steps, and joins all of them."""
    everybody = {"v0": v0, **actors}
    steps = (*start_all(everybody), *main, *join_all(everybody))
    return Scenario(
        family="f",
        theme="t",
        objects=OBJECTS,
        actors={"main": Actor(steps=steps)} | {name: Actor(steps=own) for name, own in everybody.items()},
        faults=faults,
    )  # fmt: skip


def killed(
    step: int | None = 0, *, after: int = 0, signal: str = "SIGKILL", actor: str = "v0"
) -> tuple[Fault]:
    return (Fault(actor=actor, signal=signal, step=step, after=after),)


KILL = call("v0", "kill")
WAIT, SEND = call("a", "recv"), call("b", "send", 1)
ADD = verb("increment", ref("v"), 1)
MEET = verb("rendezvous", 0, ["main", "v0"])
GET_LOCK = Step(target="v", method="get_lock", bind="l")


@pytest.mark.parametrize(
    ("whole", "ending"),
    [
        pytest.param(scenario((TAKE, TAKE), KILL), SURE, id="killed where it waits"),
        pytest.param(scenario((TAKE, TAKE)), STUCK, id="not killed"),
        pytest.param(scenario((TAKE,), KILL, *OTHER), SURE, id="main takes another lock"),
        pytest.param(scenario((TAKE,), KILL, TAKE), UNKNOWN, id="main takes the same lock"),
        pytest.param(scenario((TAKE,), KILL, p0=OTHER), SURE, id="another takes another lock"),
        pytest.param(scenario((TAKE,), KILL, p0=(TAKE, GIVE)), UNKNOWN, id="another takes the same lock"),
        pytest.param(scenario((WAIT,), KILL, call("b", "close")), SURE, id="its pipe is closed"),
        pytest.param(scenario((WAIT,), KILL, SEND), UNKNOWN, id="its pipe is used"),
        pytest.param(scenario((call("c", "acquire"),), KILL, TAKE), UNKNOWN, id="the lock of its condition"),
        pytest.param(scenario((TAKE,), KILL, call("c", "acquire")), UNKNOWN, id="a condition with its lock"),
        pytest.param(scenario((ADD,), KILL, *OTHER), SURE, id="a verb of its value"),
        pytest.param(
            scenario((ADD,), KILL, ADD), UNKNOWN,
            id="and of another's",
        ),
        pytest.param(scenario((verb("rendezvous", 0, ["v0"]),), KILL), SURE, id="one who has nothing"),
        pytest.param(
            scenario((TAKE, TAKE, MEET), MEET, KILL),
            UNKNOWN,
            id="it may never come",
        ),
        pytest.param(
            scenario((TAKE,), KILL, call("t0", "terminate"), t0=(TAKE, GIVE)), SURE, id="two of them",
        ),
        pytest.param(scenario((TAKE,), KILL, t0=(TAKE, GIVE)), UNKNOWN, id="one of two"),
        pytest.param(scenario((TAKE, TAKE), *OTHER, faults=killed()), SURE, id="struck at a step"),
        pytest.param(scenario((TAKE, MEET), MEET, KILL), SURE, id="it comes"),
        pytest.param(scenario((TAKE, TAKE), *OTHER, faults=killed(1)), SURE, id="struck at a later one"),
        pytest.param(scenario((TAKE,) * 3, *OTHER, faults=killed(2)), UNKNOWN, id="perhaps never struck"),
        pytest.param(scenario((TAKE, TAKE), *OTHER, faults=killed(signal="exit")), SURE, id="ended"),
        pytest.param(scenario((TAKE, TAKE), faults=killed(1, after=9)), UNKNOWN, id="perhaps too late"),
        pytest.param(scenario((TAKE, TAKE), faults=killed(None, after=9)), UNKNOWN, id="anywhere"),
        pytest.param(scenario((TAKE,), *OTHER, faults=killed(signal="SIGTERM")), UNKNOWN, id="asked to end"),
        pytest.param(scenario((TAKE,), *OTHER, faults=killed(actor="main")), UNKNOWN, id="main itself"),
        pytest.param(scenario((TAKE,), TAKE, faults=killed()), UNKNOWN, id="main takes what was struck"),
        pytest.param(
            scenario((GET_LOCK, call("l", "acquire")), KILL, *OTHER), SURE,
            id="a part of its value",
        ),
    ],
)  # fmt: skip
def test_who_depends_on_a_victim(whole: Scenario, ending: Ending) -> None:
    """It is never said that they surely get stuck: what a victim leaves, is not known."""
    assert ending_of(whole) is ending


def used(
    *v0: Step, faults: tuple[Fault, ...], factory: str = "Queue", maxsize: tuple[int, ...] = ()
) -> Scenario:
    """Main joins v0, which uses a queue; then t0 looks at that, and is killed."""
    looks = (call("q", "put", 1), call("q", "get", timeout_s=0.02))
    ends = (*join_all(("v0",)), *start_all(("t0",)), call("t0", "kill"), *join_all(("t0",)))
    return Scenario(
        family="f",
        theme="t",
        objects={"q": ObjectSpec(factory=factory, arguments=maxsize)},
        actors={
            "main": Actor(steps=(*start_all(("v0",)), *ends)),
            "v0": Actor(steps=v0),
            "t0": Actor(steps=looks),
        },
        faults=faults,
    )


PUT, LARGE, LINGER = call("q", "put", 1), call("q", "put", {"$bytes": [1, 1 << 20]}), verb("linger")
ANYWHERE = killed(None, after=9)


@pytest.mark.parametrize(
    ("steps", "ending"),
    [
        pytest.param((TAKE, LINGER), SURE, id="takes it"),
        pytest.param((TAKE, TAKE, LINGER), UNKNOWN, id="takes it twice"),
        pytest.param((TAKE, GIVE, TAKE, LINGER), UNKNOWN, id="takes it again"),
        pytest.param((ADD, ADD, LINGER), SURE, id="adds to a value"),
        pytest.param((GET_LOCK, call("l", "acquire"), ADD, LINGER), UNKNOWN, id="adds under its lock"),
        pytest.param((call("c", "acquire"), LINGER), UNKNOWN, id="a condition"),
    ],
)
def test_a_lock_that_no_other_victim_has_touched(steps: tuple[Step, ...], ending: Ending) -> None:
    """Whoever takes it first has it; whether it comes back to whoever took it, is not known."""
    looks = (call("q", "acquire", timeout_s=0.02), call("v", ".value"))
    ends = (*join_all(("v0",)), *start_all(("t0",)), call("t0", "kill"), *join_all(("t0",)))
    whole = Scenario(
        family="f",
        theme="t",
        objects=OBJECTS,
        actors={
            "main": Actor(steps=(*start_all(("v0",)), *ends)),
            "v0": Actor(steps=steps),
            "t0": Actor(steps=looks),
        },
        faults=killed(len(steps) - 1),
    )

    assert ending_of(whole) is ending


@pytest.mark.parametrize(
    ("whole", "ending"),
    [
        pytest.param(used(PUT, PUT, faults=ANYWHERE), SURE, id="puts"),
        pytest.param(used(PUT, call("q", "get_nowait"), faults=ANYWHERE), SURE, id="looks"),
        pytest.param(used(call("q", "get", timeout_s=0.02), faults=ANYWHERE), SURE, id="gives up"),
        pytest.param(used(PUT, call("q", "get"), faults=ANYWHERE), UNKNOWN, id="waits"),
        pytest.param(used(PUT, faults=ANYWHERE, maxsize=(1,)), UNKNOWN, id="a queue that may be full"),
        pytest.param(used(PUT, faults=ANYWHERE, factory="SimpleQueue"), UNKNOWN, id="another queue"),
        pytest.param(used(PUT, LARGE, LINGER, faults=killed(2)), SURE, id="never waits for its end"),
        pytest.param(used(PUT, LARGE, faults=ANYWHERE), UNKNOWN, id="would wait at its end"),
    ],
)
def test_a_queue_that_no_other_victim_has_touched(whole: Scenario, ending: Ending) -> None:
    """Its calls that wait for nobody end, and so does the process, unless it has to wait for a reader."""
    assert ending_of(whole) is ending


CLOSES = (call("a", "close"), call("b", "close"))
READER = (call("b", "close"), WAIT, WAIT)


@pytest.mark.parametrize(
    ("main", "v0", "faults", "ending"),
    [
        pytest.param(CLOSES, (CLOSES[0], SEND, LINGER), killed(2), SURE, id="all close it"),
        pytest.param((), (CLOSES[0], SEND, LINGER), killed(2), UNKNOWN, id="main holds the end"),
        pytest.param(CLOSES, (CLOSES[0], SEND, LINGER), killed(1, after=9), UNKNOWN, id="perhaps not struck"),
        pytest.param((*CLOSES, KILL), (CLOSES[0], SEND, LINGER), (), UNKNOWN, id="killed by main"),
    ],
)
def test_the_ends_of_who_is_struck_are_closed(
    main: tuple[Step, ...], v0: tuple[Step, ...], faults: tuple[Fault, ...], ending: Ending
) -> None:
    """Whoever waits at the other goes on then, unless another process holds them."""
    assert ending_of(scenario(v0, *main, faults=faults, p0=READER)) is ending


def test_of_a_burst_with_victims_nothing_is_known() -> None:
    """A process is needed in each round."""
    whole = scenario((TAKE,), KILL, *OTHER)

    assert ending_of(msgspec.structs.replace(whole, rounds=2)) is UNKNOWN
