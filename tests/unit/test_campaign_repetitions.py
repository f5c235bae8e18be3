"""Turns, the past, fewer parties, main in the place of another: cuts that go far, and leave a scenario."""

import itertools

import msgspec

from mpconform.values import Actor, Fault, History, ObjectSpec, Operation, Scenario, Step, Violation
from mpconform_conformance.cuts import cuts
from mpconform_conformance.fewer import fewer
from mpconform_conformance.model import Ending, ending_of
from mpconform_conformance.repetitions import repetitions
from mpconform_conformance.slices import asked, hastened, past
from mpconform_conformance.unite import stood_in
from mpconform_conformance.without import without_steps
from mpconform_scenarios.build import call, item, join_all, make, start_all, verb
from mpconform_scenarios.context_build import program


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
    left = [without_steps(relay(4), gone) for gone in repetitions(relay(4))]

    assert left == [relay(1), relay(2), relay(3)]
    assert {ending_of(one) for one in left} == {Ending.SURE}
    assert next(cuts(relay(4))) == relay(1)


def test_what_is_done_once_is_no_turn() -> None:
    """Neither is it halved."""
    assert list(repetitions(relay(1))) == []


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

    later, earlier = (without_steps(whole, gone) for gone in repetitions(whole))

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


def shown(*operations: Operation, observed: tuple[str, ...] = ()) -> Violation:
    return Violation(kind="k", summary="s", witness=operations, observed=observed)


def test_of_programs_those_are_kept_that_are_shown() -> None:
    """With the questions whose answers are shown; with the first, if none is."""
    asked_ = [program("x", "", [f'ask("{label}", f)' for label in ("one", "two", "three")]) for _ in range(3)]
    whole = Scenario(family="f", theme="t", actors={"main": Actor(steps=tuple(asked_))})
    history = run_of(whole, ("main", 0), ("main", 1), ("main", 2))
    line = '{"question": "two", "got": 7}'

    left = asked(history, shown(history.operations[1], observed=(line,)))
    assert left is not None
    assert left.actors["main"].steps == (program("x", "", ['ask("two", f)']),)

    left = asked(history, shown(history.operations[1], observed=("words on stderr",)))
    assert left is not None
    assert left.actors["main"].steps == (program("x", "", ['ask("one", f)']),)

    alone = Scenario(family="f", theme="t", actors={"main": Actor(steps=left.actors["main"].steps)})
    assert asked(run_of(alone, ("main", 0)), shown(history.operations[0])) is None
    assert asked(run_of(relay(1), ("w0", 0)), shown(observed=(line,))) is None


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

    left = past(history, shown(history.operations[2]))
    assert left is not None
    assert [step.method for step in left.actors["main"].steps] == ["start", "get", "join"]
    assert [step.method for step in left.actors["p0"].steps] == ["put"]

    assert past(history, shown(*history.operations)) is None
    assert past(history, Violation(kind="k", summary="s", observed=("a process",))) is None


def test_who_waited_out_a_timeout_waits_for_a_shorter_one() -> None:
    """Only those who did, and only if it took long."""
    waits = tuple(call("e", "wait", timeout_s=s) for s in (2.0, 2.0, 0.05, None))
    whole = Scenario(
        family="f",
        theme="t",
        objects={"e": ObjectSpec(factory="Event")},
        actors={"main": Actor(steps=waits)},
    )
    took_s = (2.01, 0.5, 0.06, 3.0)
    operations = tuple(
        Operation(
            actor="main",
            step=at,
            target="e",
            method="wait",
            timeout_s=step.timeout_s,
            outcome="ok",
            invoked_ns=at * 10**10,
            returned_ns=at * 10**10 + int(s * 1e9),
        )
        for at, (step, s) in enumerate(zip(waits, took_s, strict=True))
    )
    history = History(scenario=whole, backend="x", operations=operations)

    left = hastened(history, shown(operations[0]))

    assert left is not None
    assert [step.timeout_s for step in left.actors["main"].steps] == [0.1, 2.0, 0.05, None]
    assert hastened(msgspec.structs.replace(history, operations=operations[1:]), shown(operations[1])) is None


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
    left = past(blocked, shown(*blocked.operations[-1:]))
    assert left is not None
    assert {name: len(actor.steps) for name, actor in left.actors.items()} == {"main": 4, "p0": 2, "p1": 0}

    met = run_of(whole, ("p0", 0), ("p1", 1), ("p0", 1), ended="hung")
    left = past(met, shown(*met.operations[-1:]))
    assert left is not None
    assert [step.method for step in left.actors["p0"].steps] == ["qsize", "get", "rendezvous"]
    assert [step.method for step in left.actors["p1"].steps] == ["rendezvous", "full"]


def test_the_parties_of_a_barrier_go_with_its_number() -> None:
    """Or those who are left would wait for them."""
    actors = ["p0", "p1", "p2", "p3"]
    whole = Scenario(
        family="f",
        theme="t",
        objects={
            "b": ObjectSpec(factory="Barrier", arguments=(4,)),
            "s": ObjectSpec(factory="Semaphore", keywords={"value": 3}),
        },
        actors={
            "main": Actor(steps=(*start_all(actors), call("s", "acquire"), *join_all(actors))),
            **{name: Actor(steps=(call("b", "wait"),)) for name in actors},
        },
    )

    *barriers, one, two = fewer(whole)

    assert [left.objects["b"].arguments for left in barriers] == [(1,), (2,), (3,)]
    assert [list(left.actors) for left in barriers] == [["main", *actors[:n]] for n in (1, 2, 3)]
    assert {ending_of(left) for left in barriers} == {Ending.SURE}
    assert [left.objects["s"].keywords for left in (one, two)] == [{"value": 1}, {"value": 2}]
    assert list(fewer(relay(3))) == []


def talk(*main: Step) -> Scenario:
    """One who listens and one who connects; they meet, and one waits for a step of the other."""
    both = ["p0", "p1"]
    return Scenario(
        family="f",
        theme="t",
        objects={},
        actors={
            "main": Actor(steps=(*start_all(both), *main, *join_all(both), verb("census", "after"))),
            "p0": Actor(
                steps=(make("l", "connection.Listener"), verb("tell", "door", 1), verb("rendezvous", 0, both))
            ),
            "p1": Actor(
                steps=(
                    msgspec.structs.replace(verb("await_told", "door", "p0"), bind="door"),
                    verb("await_invoked", "p0", 1),
                    verb("rendezvous", 0, both),
                )
            ),
        },
    )


def test_main_stands_in_for_another_actor() -> None:
    """Whoever waited for that one, waits for main, at the place that the step has now."""
    for_p0, for_p1 = stood_in(talk())

    assert set(for_p0.actors) == {"main", "p1"}
    main = [step.method for step in for_p0.actors["main"].steps]
    assert main == ["start", "connection.Listener", "tell", "rendezvous", "join", "census"]
    assert for_p0.actors["p1"].steps[0].arguments == ("door", "main")
    assert for_p0.actors["p1"].steps[1].arguments == ("main", 2)
    assert for_p0.actors["p1"].steps[2].arguments == (0, ["main", "p1"])
    assert set(for_p1.actors) == {"main", "p0"}
    assert for_p1.actors["main"].steps[1].arguments == ("door", "p0")


def test_main_stands_in_between_its_own_steps() -> None:
    """What comes before a meeting of the two, before it; the rest before any join; and nobody meets alone."""
    both = ["main", "p0"]
    whole = Scenario(
        family="f",
        theme="t",
        objects={"b": ObjectSpec(factory="Barrier", arguments=(2,)), "q": ObjectSpec(factory="Queue")},
        actors={
            "main": Actor(
                steps=(
                    *start_all(["p0", "p1"]),
                    call("q", "put", item("main", 0)),
                    verb("rendezvous", 0, both),
                    call("b", "reset"),
                    verb("rendezvous", 1, [*both, "p1"]),
                    *join_all(["p1", "p0"]),
                    verb("await_invoked", "p1", 0),
                )
            ),
            "p0": Actor(
                steps=(
                    call("b", "abort"),
                    verb("rendezvous", 0, both),
                    verb("rendezvous", 1, [*both, "p1"]),
                    call("q", "put", item("p0", 0)),
                )
            ),
            "p1": Actor(steps=(verb("rendezvous", 1, [*both, "p1"]), verb("await_invoked", "main", 4))),
        },
    )
    left = next(one for one in stood_in(whole) if "p0" not in one.actors)

    assert left.actors["main"].steps == (
        *start_all(["p1"]),
        call("q", "put", item("main", 0)),
        call("b", "abort"),
        call("b", "reset"),
        verb("rendezvous", 1, ["main", "p1"]),
        call("q", "put", item("main", 1)),
        *join_all(["p1"]),
        verb("await_invoked", "p1", 0),
    )
    assert left.actors["p1"].steps == (
        verb("rendezvous", 1, ["main", "p1"]),
        verb("await_invoked", "main", 3),
    )


def test_main_stands_in_for_nobody_it_cannot_take_turns_with() -> None:
    """They meet in another order; or one name would be two things; or somebody waits for what is no step."""
    both = ["main", "p0"]

    def left(own: tuple[Step, ...], others: tuple[Step, ...], *more: Step) -> list[Scenario]:
        actors = {
            "main": Actor(steps=(*start_all(["p0", "p1"]), *others, *join_all(["p0", "p1"]))),
            "p0": Actor(steps=own),
            "p1": Actor(steps=(verb("exit", 1), *more)),
        }
        return [*stood_in(Scenario(family="f", theme="t", objects={}, actors=actors))]

    first, second = verb("rendezvous", 0, both), verb("rendezvous", 1, both)
    made = make("x", "Queue")

    assert len(left((first, second), (first, second))) == 1
    assert left((first, second), (second, first)) == []
    assert left((first,), (first, second)) == []
    assert left((made,), (made,)) == []
    assert len(left((made,), (verb("pid"),), verb("await_invoked", "main", 2))) == 1
    assert left((made,), (verb("pid"),), verb("await_invoked", "main", 0)) == []  # the start of p0
    assert left((made,), (verb("pid"),), verb("await_invoked", "p0", 1)) == []  # its end


def test_main_stands_in_for_nobody_whose_end_is_waited_for() -> None:
    """Nor for one who ends in a way of its own."""
    ended = talk(verb("await_done", ["p0", "p1"]))
    assert list(stood_in(ended)) == []

    whole = talk()
    struck = Fault(actor="main", step=2, signal="SIGSTOP", length_s=0.1)
    assert list(stood_in(msgspec.structs.replace(talk(), faults=(struck,)))) == []

    leaves = Actor(steps=(*whole.actors["p0"].steps, verb("exit", 3)))
    left = list(stood_in(msgspec.structs.replace(whole, actors={**whole.actors, "p0": leaves})))
    assert [set(one.actors) for one in left] == [{"main", "p0"}]


def test_half_of_those_who_give_go_with_half_of_those_who_take() -> None:
    """Neither half could go alone: somebody would wait for ever."""
    objects = {"q": ObjectSpec(factory="Queue")}
    givers, takers = [f"p{n}" for n in range(4)], [f"c{n}" for n in range(4)]
    everybody = [*givers, *takers]
    whole = Scenario(
        family="f",
        theme="t",
        objects=objects,
        actors={
            "main": Actor(steps=(*start_all(everybody), *join_all(everybody))),
            **{name: Actor(steps=(call("q", "put", item(name, 0)),)) for name in givers},
            **{name: Actor(steps=(call("q", "get"),)) for name in takers},
        },
    )

    halves = [set(left.actors) for left in cuts(whole) if len(left.actors) == 5]

    assert halves[0] == {"main", "p0", "p1", "c0", "c1"}
    assert {"main", "p2", "p3", "c2", "c3"} in halves
    assert all(
        ending_of(left) is Ending.SURE
        for left in cuts(whole)
        if set(left.actors) in ({"main", "p0", "p1", "c0", "c1"}, {"main", "p2", "p3", "c2", "c3"})
    )
