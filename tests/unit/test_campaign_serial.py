"""Serial: main does what several did, in an order that was recorded, and that can be taken by one alone."""

import msgspec

from fakes import FakeTimer, theme, violation
from mpconform.store import Witnessed
from mpconform.values import Actor, Fault, History, ObjectSpec, Operation, Scenario, Step
from mpconform_conformance.explore import Batch, key_of
from mpconform_conformance.serial import serial
from mpconform_conformance.shrink import InVainError, shrink
from mpconform_scenarios.build import call, item, join_all, make, ref, start_all, verb


def recorded(whole: Scenario, *times: tuple[str, int, int, int | None], ended: str = "normally") -> History:
    """A history of *whole*: of each step, actor and place, when it was invoked, and when it had returned."""
    operations = []
    for actor, at, invoked, returned in times:
        step = whole.actors[actor].steps[at]
        operations.append(
            Operation(
                actor=actor, step=at, target=step.target, method=step.method, arguments=step.arguments,
                outcome="open" if returned is None else "ok", invoked_ns=invoked, returned_ns=returned,
            )
        )  # fmt: skip
    return History(backend="b", scenario=whole, operations=tuple(operations), ended=ended)


def steps_of(left: Scenario) -> list[tuple[str, str, str]]:
    return [(step.target, step.method, step.bind) for step in left.actors["main"].steps]


QUEUE = {"q": ObjectSpec(factory="Queue")}
FLOW = Scenario(
    family="f",
    theme="t",
    objects=QUEUE,
    actors={
        "main": Actor(steps=(*start_all(["p0", "c0"]), call("q", "put", item("main", 0)), *join_all(["p0"]))),
        "p0": Actor(steps=(verb("rendezvous", 0, ["p0", "c0"]), call("q", "put", item("p0", 0)))),
        "c0": Actor(steps=(verb("rendezvous", 0, ["p0", "c0"]), call("q", "get"), call("q", "get"))),
    },
)
TIMES = (
    *(("main", 0, 1, 2), ("main", 1, 3, 4), ("p0", 0, 5, 11), ("c0", 0, 10, 11)),
    *(("c0", 1, 12, 23), ("p0", 1, 20, 30), ("main", 2, 24, 25), ("c0", 2, 24, 40), ("main", 3, 41, 42)),
)


def test_main_does_what_all_did_in_the_order_in_which_it_came_about() -> None:
    """Who waited, is done when it had ended; who made it end, before that; and nobody meets alone."""
    alone, *_ = serial(recorded(FLOW, *TIMES))

    assert list(alone.actors) == ["main"]
    assert [step.method for step in alone.actors["main"].steps] == ["put", "get", "put", "get"]
    puts = [step.arguments[0] for step in alone.actors["main"].steps if step.method == "put"]
    assert puts == [item("main", 1), item("main", 0)]


def test_main_does_what_one_other_did() -> None:
    """The others are started, meet main instead, and are joined."""
    _, for_p0, for_c0 = serial(recorded(FLOW, *TIMES))

    assert set(for_p0.actors) == {"main", "c0"}
    assert [step.method for step in for_p0.actors["main"].steps] == ["start", "rendezvous", "put", "put"]
    assert for_p0.actors["c0"].steps[0].arguments == (0, ["main", "c0"])
    assert set(for_c0.actors) == {"main", "p0"}


def test_what_never_returned_comes_last() -> None:
    """It waited for something that did not come; or, in another scenario, for what was not done."""
    times = [
        (who, at, begin, None if (who, at) == ("c0", 1) else end)
        for who, at, begin, end in TIMES
        if (who, at) not in {("p0", 1), ("c0", 2)}
    ]

    done, at_once, last, *_ = serial(recorded(FLOW, *times, ended="hung"))

    assert [step.method for step in done.actors["main"].steps] == ["put", "get"]
    assert [step.method for step in at_once.actors["main"].steps] == ["put", "get", "put", "get"]
    assert [step.method for step in last.actors["main"].steps] == ["put", "put", "get", "get"]


def test_nobody_needs_a_key_who_is_alone() -> None:
    """Two who show that they know it have to do so at one time."""
    key = {"$hex": "00"}
    steps = tuple(
        msgspec.structs.replace(step, keywords={"authkey": key, "backlog": 2})
        if step.method == "connection.Listener"
        else step
        for step in CROWD.actors["main"].steps
    )
    whole = msgspec.structs.replace(CROWD, actors={**CROWD.actors, "main": Actor(steps=steps)})

    keyless, keyed, *_ = serial(recorded(whole, *CROWDED))

    assert keyless.actors["main"].steps[0].keywords == {"backlog": 2}
    assert keyed.actors["main"].steps[0].keywords == {"authkey": key, "backlog": 2}
    assert keyed.actors["main"].steps[1:] == keyless.actors["main"].steps[1:]


CROWD = Scenario(
    family="f",
    theme="t",
    actors={
        "main": Actor(
            steps=(
                *start_all(["p1", "p2"]),
                make("l", "connection.Listener"),
                verb("tell", "door", {"$attribute": ["l", "address"]}),
                Step(target="l", method="accept", bind="c0"),
                Step(target="l", method="accept", bind="c1"),
                *join_all(["p1", "p2"]),
            )
        ),
        **{
            name: Actor(
                steps=(
                    verb("await_told", "door", "main", bind="door"),
                    make("d", "connection.Client", ref("door")),
                    call("d", "send", {"$attribute": ["d", "closed"]}, ref("d")),
                )
            )
            for name in ("p1", "p2")
        },
    },
)
CROWDED = (
    *(("main", 0, 1, 2), ("main", 1, 3, 4), ("main", 2, 5, 6), ("main", 3, 7, 8)),
    *(("p1", 0, 5, 9), ("p1", 1, 10, 30), ("p2", 0, 5, 9), ("p2", 1, 11, 31)),
    *(("main", 4, 12, 20), ("main", 5, 21, 29), ("p1", 2, 32, 33), ("p2", 2, 34, 35)),
    *(("main", 6, 36, 37), ("main", 7, 38, 39)),
)


def test_who_connects_does_so_just_before_it_is_met() -> None:
    """All at once, they could be more than may wait; and each has its own name, but for what was told."""
    alone, *_ = serial(recorded(CROWD, *CROWDED))

    assert steps_of(alone) == [
        ("@", "connection.Listener", "l"),
        ("", "tell", ""),
        ("", "await_told", "door"),
        ("", "await_told", ""),
        ("@", "connection.Client", "d"),
        ("l", "accept", "c0"),
        ("@", "connection.Client", "d1"),
        ("l", "accept", "c1"),
        ("d", "send", ""),
        ("d1", "send", ""),
    ]
    assert alone.actors["main"].steps[-1].arguments == ({"$attribute": ["d1", "closed"]}, ref("d1"))
    assert alone.actors["main"].steps[6].arguments == (ref("door"),)


def test_who_cannot_be_main_stays() -> None:
    """One that ends by itself, or that a fault strikes."""
    ending = Actor(steps=(verb("exit", 3),))
    whole = msgspec.structs.replace(FLOW, actors={**FLOW.actors, "c0": ending})

    (for_p0,) = serial(recorded(whole))

    assert set(for_p0.actors) == {"main", "c0"}
    struck = msgspec.structs.replace(FLOW, faults=(Fault(actor="p0", signal="SIGKILL", step=1),))
    assert list(serial(recorded(struck))) == []


def test_who_waits_for_a_step_that_main_does_not_take_is_left_alone() -> None:
    """There is no start of an actor that main has taken over."""
    waits = Actor(steps=(verb("await_invoked", "main", 0), call("q", "get")))
    actors = {"main": FLOW.actors["main"], "p0": Actor(steps=(call("q", "put", 1),)), "c0": waits}
    whole = msgspec.structs.replace(FLOW, actors=actors)

    assert all("c0" not in left.actors or "p0" in left.actors for left in serial(recorded(whole)))


def test_when_two_orders_get_stuck_others_are_not_tried_at_once() -> None:
    """Each costs as long as it takes to see that nothing goes on."""
    history = recorded(FLOW, *TIMES)
    first = Witnessed(history=history, violation=violation(), tapes={})
    orders = [key_of(one) for one in serial(history)]
    tried: list[bytes] = []

    def trial(scenario: Scenario) -> Witnessed | None:
        if scenario == FLOW:
            return first
        tried.append(key_of(scenario))
        raise InVainError

    source = Batch(theme=theme(), seed=0, index=0, size=1)
    shrink(first, source, trial=trial, searching=FakeTimer(), repeating=FakeTimer(0))

    assert len(orders) == 3
    at = tried.index(orders[0])
    assert tried[at + 1] == orders[1]
    assert tried[at + 2] != orders[2]
