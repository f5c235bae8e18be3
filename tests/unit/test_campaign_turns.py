"""Turns and the past: what all do again is cut out of all of them, and what came too late to matter."""

import itertools

import msgspec

from mpconform.values import Actor, History, ObjectSpec, Operation, Scenario, Step
from mpconform_conformance.cuts import cuts
from mpconform_conformance.model import Ending, ending_of
from mpconform_conformance.slices import past
from mpconform_conformance.turns import turns
from mpconform_conformance.without import without_steps
from mpconform_scenarios.build import call, item, join_all, start_all, verb


def relay(turns_: int) -> Scenario:
    """One who waits so often, and is woken as often."""
    main = [
        step
        for n in range(turns_)
        for step in (
            verb("await_invoked", "w0", 3 * n + 1),
            *(call("c", method) for method in ("acquire", "notify", "release")),
        )
    ]
    waits = [call("c", method) for method in ("acquire", "wait", "release")] * turns_
    return Scenario(
        family="f",
        theme="t",
        objects={"c": ObjectSpec(factory="Condition")},
        actors={
            "main": Actor(steps=(*start_all(["w0"]), *main, *join_all(["w0"]))),
            "w0": Actor(steps=tuple(waits)),
        },
    )


def test_a_turn_is_cut_out_of_all_who_take_it() -> None:
    """All but one first, then half, then the last; what is left ends as before."""
    left = [without_steps(relay(4), gone) for gone in turns(relay(4))]

    assert left == [relay(1), relay(2), relay(3)]
    assert {ending_of(one) for one in left} == {Ending.SURE}
    assert next(cuts(relay(4))) == relay(1)


def test_what_is_done_once_is_no_turn() -> None:
    """Neither is it halved."""
    assert list(turns(relay(1))) == []


def test_what_is_done_between_two_meetings_goes_with_the_second() -> None:
    """By all who come to it; what main starts and joins stays."""

    def meet(point: int) -> Step:
        return verb("rendezvous", point, ["main", "p0"])

    whole = Scenario(
        family="f",
        theme="t",
        objects={"q": ObjectSpec(factory="Queue")},
        actors={
            "main": Actor(steps=(*start_all(["p0"]), meet(0), call("q", "get"), meet(1), *join_all(["p0"]))),
            "p0": Actor(steps=(call("q", "put", item("p0", 0)), meet(0), meet(1), call("q", "qsize"))),
        },
    )

    later, earlier = (without_steps(whole, gone) for gone in turns(whole))

    assert [step.method for step in later.actors["main"].steps] == ["start", "rendezvous", "join"]
    assert [step.method for step in later.actors["p0"].steps] == ["put", "rendezvous", "qsize"]
    assert [step.method for step in earlier.actors["main"].steps] == ["start", "get", "rendezvous", "join"]
    assert [step.method for step in earlier.actors["p0"].steps] == ["rendezvous", "qsize"]


def test_what_only_lets_others_come_first_is_cut_at_once() -> None:
    """All holds, and all waits for others."""
    whole = relay(2)
    held = msgspec.structs.replace(
        whole.actors["w0"], steps=(verb("hold", 0.1), *whole.actors["w0"].steps, verb("hold", 0.2))
    )
    whole = msgspec.structs.replace(whole, actors={**whole.actors, "w0": held})
    counted = [
        [step.method for actor in left.actors.values() for step in actor.steps].count for left in cuts(whole)
    ]

    assert any(count("hold") == 0 and count("await_invoked") == 2 and count("wait") == 2 for count in counted)
    assert any(count("hold") == 2 and count("await_invoked") == 0 and count("wait") == 2 for count in counted)


def run_of(scenario: Scenario, *taken: tuple[str, int], ended: str = "normally") -> History:
    """A run in which actors took these steps, one after the other; the last one hangs if the run does."""
    operations = []
    for begun, (actor, at) in zip(itertools.count(0, 10), taken, strict=False):
        step = scenario.actors[actor].steps[at]
        blocked = ended == "hung" and (actor, at) == taken[-1]
        operations.append(
            Operation(
                actor=actor,
                step=at,
                target=step.target,
                method=step.method,
                outcome="open" if blocked else "ok",
                invoked_ns=begun,
                returned_ns=None if blocked else begun + 5,
            )
        )
    return History(scenario=scenario, backend="x", operations=tuple(operations), ended=ended)


def test_what_came_after_the_witness_is_not_in_its_past() -> None:
    """Nor what was given in that time; starts and joins stay."""
    whole = Scenario(
        family="f",
        theme="t",
        objects={"q": ObjectSpec(factory="Queue")},
        actors={
            "main": Actor(steps=(*start_all(["p0"]), *[call("q", "get")] * 3, *join_all(["p0"]))),
            "p0": Actor(steps=tuple(call("q", "put", item("p0", n)) for n in range(3))),
        },
    )
    taken = [("main", 0), ("p0", 0), ("main", 1), ("p0", 1), ("main", 2), ("p0", 2), ("main", 3), ("main", 4)]
    history = run_of(whole, *taken)

    left = past(history, [history.operations[2]])
    assert left is not None
    assert [step.method for step in left.actors["main"].steps] == ["start", "get", "join"]
    assert [step.method for step in left.actors["p0"].steps] == ["put"]

    assert past(history, history.operations) is None
    assert past(history, []) is None


def test_what_never_came_in_a_hang_is_not_in_its_past() -> None:
    """A meeting that somebody has come to stays for all of those who did not."""
    meeting = verb("rendezvous", 0, ["p0", "p1"])
    whole = Scenario(
        family="f",
        theme="t",
        objects={"q": ObjectSpec(factory="Queue")},
        actors={
            "main": Actor(steps=(*start_all(["p0", "p1"]), *join_all(["p0", "p1"]))),
            "p0": Actor(steps=(call("q", "qsize"), call("q", "get"), meeting, call("q", "empty"))),
            "p1": Actor(steps=(meeting, call("q", "full"), call("q", "qsize"))),
        },
    )

    blocked = run_of(whole, ("main", 0), ("main", 1), ("p0", 0), ("p0", 1), ended="hung")
    left = past(blocked, blocked.operations[-1:])
    assert left is not None
    assert {name: len(actor.steps) for name, actor in left.actors.items()} == {"main": 4, "p0": 2, "p1": 0}

    met = run_of(whole, ("p0", 0), ("p1", 1), ("p0", 1), ended="hung")
    left = past(met, met.operations[-1:])
    assert left is not None
    assert [step.method for step in left.actors["p0"].steps] == ["qsize", "get", "rendezvous"]
    assert [step.method for step in left.actors["p1"].steps] == ["rendezvous", "full"]
