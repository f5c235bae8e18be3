"""Slices, united actors, lower numbers: what is kept belongs to the witness, and is a scenario."""

import msgspec
import pytest

from mpconform.values import Actor, ObjectSpec, Operation, Scenario, Step
from mpconform_conformance.explore import batch
from mpconform_conformance.families import family
from mpconform_conformance.lower import lowered
from mpconform_conformance.model import Ending, ending_of
from mpconform_conformance.slices import slices
from mpconform_conformance.unite import united
from mpconform_scenarios.build import call, item, join_all, make, ref, start_all, verb


def scenario(objects: dict[str, ObjectSpec], **actors: tuple[Step, ...]) -> Scenario:
    """Main takes its steps between the starts and the joins of the others."""
    main = (*start_all(a for a in actors if a != "main"), *actors.pop("main", ()), *join_all(actors))
    return Scenario(
        family="f",
        theme="t",
        objects=objects,
        actors={"main": Actor(steps=main)} | {name: Actor(steps=steps) for name, steps in actors.items()},
    )


def shown(whole: Scenario, *places: tuple[str, int]) -> list[Operation]:
    """The operations of a witness, one for each of *places*."""
    found = []
    for actor, at in places:
        step = whole.actors[actor].steps[at]
        found.append(
            Operation(
                actor=actor, step=at, target=step.target, method=step.method, outcome="open", invoked_ns=at
            )
        )
    return found


def methods(left: Scenario, actor: str) -> list[str]:
    return [step.method for step in left.actors[actor].steps]


MEETING = verb("rendezvous", 0, ["p0", "c0", "c1"])
FLOW = scenario(
    {"q": ObjectSpec(factory="Queue"), "r": ObjectSpec(factory="Queue")},
    p0=(MEETING, *(call("q", "put", item("p0", n)) for n in range(4)), call("r", "put", 1)),
    c0=(MEETING, call("q", "get"), call("q", "get"), call("q", "qsize")),
    c1=(MEETING, call("q", "get"), call("q", "get"), call("r", "get")),
)


def test_the_smallest_slice_is_the_witness_with_what_it_takes_to_end() -> None:
    """A get needs an item that somebody puts, and its actors are started and joined."""
    smallest, *others = slices(FLOW, shown(FLOW, ("c1", 2)))

    assert methods(smallest, "main") == ["start", "start", "join", "join"]
    assert methods(smallest, "c1") == ["get"]
    assert methods(smallest, "p0") == ["put"]
    assert set(smallest.objects) == {"q"}
    assert [left.step_count for left in others] == sorted(left.step_count for left in others)


def test_a_larger_slice_keeps_the_meetings_of_those_who_are_left() -> None:
    """Whoever is not in it is not waited for."""
    meeting = [left for left in slices(FLOW, shown(FLOW, ("c1", 2))) if "rendezvous" in methods(left, "c1")]

    assert meeting
    assert meeting[0].actors["c1"].steps[0].arguments == (0, ["p0", "c1"])


def test_a_task_that_waits_for_main_keeps_what_it_waits_for() -> None:
    """And a pool keeps its end."""
    held = call("pool", "apply_async", {"$function": "run_task"}, [{"$task": [0, "wait_point", 3]}], bind="r")
    others = [call("pool", "map", {"$function": "square"}, [1]) for _ in range(9)]
    whole = scenario(
        {},
        main=(
            make("pool", "Pool", 1), held, call("r", "ready"), verb("rendezvous", 3, ["main"]),
            *others, call("pool", "close"), call("pool", "join"),
        ),
    )  # fmt: skip

    smallest = next(slices(whole, shown(whole, ("main", 2))))

    assert methods(smallest, "main") == ["Pool", "apply_async", "ready", "rendezvous", "close", "join"]


def test_who_is_let_in_keeps_who_comes_and_how_that_one_finds_it() -> None:
    """The first for the first, with the item that is received, the address, and who tells it."""
    p0 = (
        make("l", "connection.Listener"),
        verb("tell", "door", 1),
        *(call("l", "accept", bind=f"c{n}") for n in range(4)),
        *(call(f"c{n}", "recv") for n in range(4)),
    )
    p1 = (
        verb("await_told", "door", "p0", bind="door"),
        *(make(f"d{n}", "connection.Client", ref("door")) for n in range(4)),
        *(call(f"d{n}", "send", item("p1", n)) for n in range(4)),
    )
    whole = scenario({}, p0=p0, p1=p1)

    smallest, *_ = slices(whole, shown(whole, ("p0", 6)))

    assert methods(smallest, "p0") == ["connection.Listener", "tell", "accept", "recv"]
    assert methods(smallest, "p1") == ["await_told", "connection.Client", "send"]


def test_whoever_uses_a_server_keeps_how_it_is_started_found_and_reached() -> None:
    """And nothing else that main does with it, or the client with its manager."""
    main = (
        make("m", "custom.Manager"),
        call("m", "start"),
        make("t", "Tally"),
        *(call("t", "add", n) for n in range(6)),
        verb("publish", "address", {"$attribute": ["m", "address"]}),
        verb("publish", "other", 1),
    )
    p0 = (
        make("c", "custom.Manager", {"$published": "address"}),
        call("c", "connect"),
        call("c", "Tally", bind="f"),
        call("c", "Tally", bind="g"),
        *(call("f", "read") for _ in range(5)),
        call("c", "shutdown"),
    )
    whole = scenario({}, main=main, p0=p0)

    smallest, *_ = slices(whole, shown(whole, ("p0", 6)))

    assert methods(smallest, "main") == ["start", "custom.Manager", "start", "publish", "join"]
    assert methods(smallest, "p0") == ["custom.Manager", "connect", "Tally", "read"]


def test_what_is_refused_by_itself_keeps_what_comes_before() -> None:
    """A queue is closed before its thread is joined."""
    use = (call("q", "put", 1), *[call("q", "empty")] * 4, call("q", "close"), call("q", "join_thread"))
    whole = scenario({"q": ObjectSpec(factory="Queue")}, p0=use, p1=use)

    smallest = next(slices(whole, shown(whole, ("p0", 6))))

    assert methods(smallest, "p0") == ["close", "join_thread"]


def test_a_join_of_tasks_keeps_all_of_its_tasks() -> None:
    """As many gets, and as many done, as were put."""
    whole = scenario(
        {"q": ObjectSpec(factory="JoinableQueue")},
        main=(*(call("q", "put", n) for n in range(2)), call("q", "join"), *[call("q", "empty")] * 12),
        w0=(call("q", "get"), call("q", "task_done")) * 2,
    )

    for left in slices(whole, shown(whole, ("main", 1), ("main", 3))):
        assert ending_of(left) is Ending.SURE


def test_without_steps_in_the_witness_there_is_no_slice() -> None:
    """Callbacks, and what was only counted from outside, name no step."""
    assert not list(slices(FLOW, []))
    called = Operation(
        actor="main.callbacks", step=0, target="done", method="called", outcome="ok", invoked_ns=1
    )
    assert not list(slices(FLOW, [called]))


@pytest.mark.dense
@pytest.mark.parametrize("name", ["queue", "pipe", "pool", "process", "memory"])
def test_every_slice_is_a_scenario(name: str) -> None:
    """It is smaller than the whole, and names no actor that it does not have."""
    for theme in family(name).themes:
        for whole in batch(theme, seed=2, index=2, size=2):
            for actor, spec in whole.actors.items():
                for at in range(0, len(spec.steps), 3):
                    for left in slices(whole, shown(whole, (actor, at))):
                        assert left.step_count < whole.step_count
                        assert _actors_named(left) <= set(left.actors)


def _actors_named(left: Scenario) -> set[str]:
    verbs = ("rendezvous", "await_done", "await_exit")
    steps = [step for actor in left.actors.values() for step in actor.steps if not step.target]
    return {name for step in steps if step.method in verbs for name in step.arguments[-1]}


def test_one_actor_takes_the_steps_of_two() -> None:
    """Main in the place of a start or a join, or an actor after its own; items stay apart."""
    whole = scenario(
        {"q": ObjectSpec(factory="Queue")},
        p0=(call("q", "put", item("p0", 0)),),
        p1=(call("q", "put", item("p1", 0)), call("q", "put", item("p1", 1))),
    )
    found = list(united(whole))

    assert {tuple(left.actors) for left in found} == {("main",), ("main", "p0"), ("main", "p1")}
    one_producer = next(left for left in found if len(left.actors.get("p0", Actor()).steps) == 3)
    items = [step.arguments[0]["$item"][:2] for step in one_producer.actors["p0"].steps]
    assert items == [["p0", 0], ["p0", 1], ["p0", 2]]
    assert methods(one_producer, "main") == ["start", "join"]
    for left in found:
        assert all(step.target in {"q", *left.actors} for a in left.actors.values() for step in a.steps)


@pytest.mark.parametrize(
    "steps",
    [
        (verb("rendezvous", 0, ["p0", "p1"]),),
        (verb("pid"),),
        (make("mine", "Queue"),),
        (verb("exit", 3),),
    ],
)
def test_who_is_somebody_is_not_united(steps: tuple[Step, ...]) -> None:
    """What depends on the process that does it stays in that process."""
    whole = scenario({}, p0=steps, p1=(verb("rendezvous", 0, ["p0", "p1"]),) if steps[0].arguments else ())

    assert all("p0" in left.actors for left in united(whole))


def test_numbers_get_lower_until_there_is_no_lower_one() -> None:
    """Payloads, tasks, repetitions, holds and lists; what is left is smaller each time."""
    whole = scenario(
        {"v": ObjectSpec(factory="Value", arguments=("i", 0)), "q": ObjectSpec(factory="Queue")},
        main=(
            call("q", "put", item("main", 0, 4096)),
            call("pool", "map", {"$function": "run_task"}, {"$iterator": {"$tasks": [0, 9, "square"]}}),
            verb("increment", ref("v"), 50),
            verb("hold", 0.5),
            call("pool", "starmap", {"$function": "run_pair"}, [[1], [2], [3]]),
        ),
    )
    left, count = whole, 0
    while some := list(lowered(left)):
        assert all(len(msgspec.json.encode(one)) <= len(msgspec.json.encode(left)) for one in some)
        left, count = some[0], count + 1

    steps = left.actors["main"].steps
    assert steps[0].arguments == (item("main", 0, 0),)
    assert steps[1].arguments[1] == {"$iterator": {"$tasks": [0, 1, "square"]}}
    assert steps[2].arguments[1] == 1
    assert steps[3].arguments == (0,)
    assert steps[4].arguments[1] == [[1]]
    assert count < 20
