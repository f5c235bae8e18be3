"""Pruning: what is cut takes with it what needs it, and what is left is a scenario."""

import msgspec
import pytest

from mpconform.values import Actor, Fault, ObjectSpec, Scenario, Step
from mpconform_conformance.cuts import cuts
from mpconform_conformance.explore import batch
from mpconform_conformance.prune import pruned
from mpconform_conformance.without import without_actor, without_party, without_point, without_steps
from mpconform_scenarios import queue
from mpconform_scenarios.build import call, item, make, ref, verb

OBJECTS = {
    "q": ObjectSpec(factory="Queue"),
    "ends": ObjectSpec(factory="Pipe", unpack=("a", "b")),
    "lock": ObjectSpec(factory="Lock"),
    "v": ObjectSpec(factory="Value", arguments=("i", 0), keywords={"lock": ref("lock")}),
}
WHOLE = Scenario(
    family="f",
    theme="t",
    objects=OBJECTS,
    actors={
        "main": Actor(
            steps=(
                call("p0", "start"),
                call("p1", "start"),
                verb("rendezvous", 0, ["main", "p0", "p1"]),
                verb("await_invoked", "p1", 3),
                call("q", "get"),
                call("@", "active_children", bind="all"),
                verb("await_done", ["p0", "p1"]),
                call("p0", "join"),
                call("p1", "join"),
            )
        ),
        "p0": Actor(steps=(verb("rendezvous", 0, ["main", "p0", "p1"]), call("q", "put", item("p0", 0)))),
        "p1": Actor(
            steps=(
                verb("rendezvous", 0, ["main", "p0", "p1"]),
                make("mine", "Queue"),
                call("mine", "put", 1),
                call("a", "send", 1),
                call("v", "get_lock"),
            )
        ),
    },
    faults=(Fault(actor="p0", signal="SIGKILL", after=1), Fault(actor="p1", signal="SIGKILL", after=2)),
)


def methods(scenario: Scenario, actor: str) -> list[str]:
    return [step.method for step in scenario.actors[actor].steps]


def test_an_actor_goes_with_all_that_is_done_to_it() -> None:
    """Its start and join, the waits for it, its faults, and the objects that only it used."""
    left = without_actor(WHOLE, "p1")

    assert methods(left, "main") == ["start", "rendezvous", "get", "active_children", "await_done", "join"]
    assert left.actors["main"].steps[1].arguments == (0, ["main", "p0"])
    assert left.actors["main"].steps[4].arguments == (["p0"],)
    assert set(left.objects) == {"q"}
    assert [fault.actor for fault in left.faults] == ["p0"]


def test_nobody_meets_alone() -> None:
    """Of a meeting of two, nothing is left when one has gone."""
    left = without_actor(without_actor(WHOLE, "p1"), "p0")

    assert methods(left, "main") == ["get", "active_children"]


def test_a_meeting_is_cut_out_of_everybody() -> None:
    """Or those who are left would wait for ever; later steps keep being awaited."""
    left = without_point(WHOLE, 0)

    assert all("rendezvous" not in methods(left, name) for name in left.actors)
    assert left.actors["main"].steps[2] == verb("await_invoked", "p1", 2)


def test_one_stays_away_from_a_meeting() -> None:
    """It does all the rest, and the others meet without it."""
    left = without_party(WHOLE, 0, "p1")

    assert methods(left, "p1") == ["Queue", "put", "send", "get_lock"]
    assert left.actors["p0"].steps[0] == verb("rendezvous", 0, ["main", "p0"])
    assert left.actors["main"].steps[2:4] == (
        verb("rendezvous", 0, ["main", "p0"]),
        verb("await_invoked", "p1", 2),
    )
    assert left in list(cuts(WHOLE))


def test_of_two_who_meet_nobody_stays_away() -> None:
    """Nothing would be left of their meeting: that is another cut."""
    both = without_actor(WHOLE, "p1")

    assert without_point(both, 0) in list(cuts(both))
    assert without_party(both, 0, "p0") not in list(cuts(both))


def test_tasks_do_not_wait_for_a_meeting_that_is_cut_out() -> None:
    """Wherever the task stands; those that wait for another meeting still do."""

    def waiting(point: int) -> list:
        return [{"$tasks": [0, 2, "wait_point", point]}, {"$iterator": [{"$task": [3, "wait_point", point]}]}]

    steps = (
        make("pool", "Pool", 1),
        call("pool", "map_async", {"$function": "run_task"}, *waiting(0)),
        call("pool", "apply_async", {"$function": "run_task"}, *waiting(1)),
        verb("rendezvous", 0, ["main"]),
        verb("rendezvous", 1, ["main"]),
    )
    whole = Scenario(family="pool", theme="t", objects={}, actors={"main": Actor(steps=steps)})

    left = without_point(whole, 0).actors["main"].steps

    assert left[1].arguments[1:] == ({"$tasks": [0, 2, "square"]}, {"$iterator": [{"$task": [3, "square"]}]})
    assert left[2:] == (steps[2], steps[4])


def test_what_a_step_bound_goes_with_it() -> None:
    """What needs it cannot be done any more."""
    left = without_steps(WHOLE, frozenset({("p1", 1)}))

    assert methods(left, "p1") == ["rendezvous", "send", "get_lock"]
    assert left.actors["main"].steps[3] == verb("await_invoked", "p1", 1)


def test_an_object_stays_while_anything_needs_it() -> None:
    """A lock that a value is made with, and both ends of a pipe."""
    assert set(without_steps(WHOLE, frozenset({("p1", 2)})).objects) == {"q", "ends", "lock", "v"}
    assert set(without_steps(WHOLE, frozenset({("p1", 3)})).objects) == {"q", "lock", "v"}
    assert set(without_steps(WHOLE, frozenset({("p1", 4)})).objects) == {"q", "ends"}


def test_every_cut_leaves_less() -> None:
    """Starts are not cut by themselves: a join is, since who is not joined is waited for at the end."""
    for left in cuts(WHOLE):
        assert msgspec.json.encode(left) != msgspec.json.encode(WHOLE)
        assert len(msgspec.json.encode(left)) < len(msgspec.json.encode(WHOLE))
        for name in left.actors:
            if name != "main":
                begun = [s.method for s in left.actors["main"].steps if s.target == name]
                assert begun in (["start", "join"], ["start"])


@pytest.mark.parametrize("needed", [("put", "get"), ("send",), ()])
def test_all_is_cut_but_what_is_needed(needed: tuple[str, ...]) -> None:
    """Whatever makes it fail stays, with the actors that do it."""

    def fails(scenario: Scenario) -> bool:
        there = {step.method for actor in scenario.actors.values() for step in actor.steps if _uses(step)}
        return set(needed) <= there

    left = pruned(WHOLE, fails, lambda: False)
    steps = [step for actor in left.actors.values() for step in actor.steps]

    assert fails(left)
    assert {step.method for step in steps} <= {*needed, "start"}
    assert len(left.actors) == (1 if not needed else 2)


def _uses(step: Step) -> bool:
    return step.target in {"q", "a"}


def test_when_the_time_is_over_the_smallest_so_far_is_left() -> None:
    """Nothing is tried any more."""
    tried: list[Scenario] = []

    def fails(scenario: Scenario) -> bool:
        tried.append(scenario)
        return True

    left = pruned(WHOLE, fails, lambda: len(tried) >= 2)

    assert left == tried[-1]
    assert len(tried) == 2


def balance(scenario: Scenario) -> int:
    """How many more puts than gets there are."""
    methods = [step.method for actor in scenario.actors.values() for step in actor.steps]
    return methods.count("put") - methods.count("get")


@pytest.mark.parametrize("name", ["flow", "simple"])
def test_no_cut_leaves_anybody_waiting_for_what_nobody_gives(name: str) -> None:
    """What two actors exchange goes in pairs, and what an actor gives goes with what takes it."""
    theme = next(theme for theme in queue.FAMILY.themes if theme.name == name)
    for scenario in batch(theme, seed=3, index=2, size=12):
        assert balance(scenario) >= 0
        for left in cuts(scenario):
            assert balance(left) >= 0


#: p1 comes twice to p0, and sends an item each time.
MET = Scenario(
    family="f",
    theme="t",
    actors={
        "main": Actor(
            steps=(call("p0", "start"), call("p1", "start"), call("p0", "join"), call("p1", "join"))
        ),
        "p0": Actor(
            steps=(
                make("l", "connection.Listener"),
                verb("tell", "door", 1),
                *(call("l", "accept", bind=f"c{n}") for n in range(2)),
                *(call(f"c{n}", "recv") for n in range(2)),
                call("l", "close"),
            )
        ),
        "p1": Actor(
            steps=(
                verb("await_told", "door", "p0", bind="door"),
                *(make(f"d{n}", "connection.Client", ref("door")) for n in range(2)),
                *(call(f"d{n}", "send", item("p1", n)) for n in range(2)),
            )
        ),
    },
)


def test_no_cut_leaves_anybody_waiting_at_a_listener() -> None:
    """A connection goes at both ends, and a message with who receives it; whoever comes is still let in."""
    left = [[*methods(one, "p0"), "|", *methods(one, "p1")] for one in cuts(MET) if len(one.actors) == 3]

    for steps in left:
        assert steps.count("accept") <= steps.count("connection.Client")
        assert steps.count("recv") <= steps.count("send")
    once = ["connection.Listener", "tell", "accept", "recv", "close", "|"]
    assert [*once, "await_told", "connection.Client", "send"] in left
    alone = [methods(one, "p0") for one in cuts(MET) if set(one.actors) == {"main", "p0"}]
    assert ["connection.Listener", "tell", "close"] in alone


def test_who_waits_for_an_address_goes_on_without_the_one_who_tells_it() -> None:
    """The wait goes with that actor, and so does what needs the address."""
    told = Scenario(
        family="f",
        theme="t",
        actors={
            "main": Actor(steps=(call("p0", "start"), call("p1", "start"))),
            "p0": Actor(steps=(verb("tell", "door", 1),)),
            "p1": Actor(
                steps=(
                    verb("await_told", "door", "p0", bind="door"),
                    make("d", "connection.Client", ref("door")),
                    call("d", "close"),
                    verb("hold", 0),
                )
            ),
        },
    )

    assert methods(without_actor(told, "p0"), "p1") == ["hold"]
    assert methods(without_actor(told, "p1"), "p0") == ["tell"]


def test_without_a_program_nobody_begins_it() -> None:
    """Nor waits for its end."""
    main = Actor(steps=(verb("launch", "x0"), verb("pid"), verb("reap", "x0")))
    program = Actor(steps=(verb("pid"),))

    left = without_actor(Scenario(family="f", theme="t", actors={"main": main, "x0": program}), "x0")

    assert [step.method for step in left.actors["main"].steps] == ["pid"]


def test_a_fault_at_a_step_moves_with_its_step_and_goes_with_it() -> None:
    """What strikes at another time stays as it is."""
    at_step = Fault(actor="p0", signal="SIGKILL", step=1, after=3)
    faulty = msgspec.structs.replace(WHOLE, faults=(at_step, *WHOLE.faults))
    moved = without_steps(faulty, frozenset({("p0", 0)}))
    gone = without_steps(faulty, frozenset({("p0", 1)}))

    assert moved.faults == (msgspec.structs.replace(at_step, step=0), *WHOLE.faults)
    assert gone.faults == WHOLE.faults


def test_joins_are_cut_all_at_once_and_each() -> None:
    """One that gives up stays with either: it tells something."""
    steps = (*WHOLE.actors["main"].steps, call("p1", "join", timeout_s=0.1))
    whole = msgspec.structs.replace(WHOLE, actors={**WHOLE.actors, "main": Actor(steps=steps)})

    without = [
        one for one in cuts(whole) if len(one.actors) == 3 and methods(one, "p1") == methods(whole, "p1")
    ]
    joins = [
        [(s.target, s.timeout_s) for s in one.actors["main"].steps if s.method == "join"] for one in without
    ]

    assert [("p1", 0.1)] in joins
    assert [("p0", None), ("p1", 0.1)] in joins
    assert [("p1", None), ("p1", 0.1)] in joins


def crowd(*main: Step, factory: str = "Condition", **waits: float) -> Scenario:
    """Two who wait, and what main does about it."""
    wait = (call("c", "acquire"), call("c", "wait", **waits), call("c", "release"))
    actors = {name: Actor(steps=wait) for name in ("w0", "w1")}
    steps = (call("w0", "start"), call("w1", "start"), *main)
    objects = {"c": ObjectSpec(factory=factory)}
    return Scenario(family="f", theme="t", objects=objects, actors={"main": Actor(steps=steps), **actors})


NOTIFY = (call("c", "acquire"), call("c", "notify"), call("c", "release"))
NOTIFY_ALL = (call("c", "acquire"), call("c", "notify_all"), call("c", "release"))


def giving_up(*main: Step, **waits: float) -> list[Scenario]:
    """Cuts after which both wait still, but not for ever."""
    found = []
    for one in cuts(crowd(*main, **waits)):
        waiting = [step for actor in one.actors.values() for step in actor.steps if step.method == "wait"]
        if len(waiting) == 2 and all(step.timeout_s for step in waiting):
            found.append(one)
    return found


def test_who_waits_for_ever_may_give_up_in_place_of_being_woken() -> None:
    """What ended the wait goes, with the lock that was taken for it alone; the last one first."""
    left = [methods(one, "main")[2:] for one in giving_up(*NOTIFY, *NOTIFY_ALL)]

    assert left == [[step.method for step in steps] for steps in (NOTIFY, NOTIFY_ALL)]


def test_a_lock_that_was_taken_for_more_stays() -> None:
    """One of two calls under it is left out."""
    left = [methods(one, "main")[2:] for one in giving_up(NOTIFY[0], NOTIFY[1], NOTIFY_ALL[1], NOTIFY[2])]

    assert left == [["acquire", "notify", "release"], ["acquire", "notify_all", "release"]]


def test_what_gives_up_already_keeps_its_time() -> None:
    """There would be no end of it."""
    left = giving_up(*NOTIFY, timeout_s=5.0)

    steps = (step for one in left for actor in one.actors.values() for step in actor.steps)
    assert {step.timeout_s for step in steps if step.method == "wait"} == {5.0}
