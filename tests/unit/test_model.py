"""The model: what surely ends, what may get stuck, and what it says it does not know."""

from collections.abc import Sequence

import msgspec
import pytest

from mpconform.values import Actor, Fault, Json, ObjectSpec, Scenario, Step
from mpconform_conformance.explore import batch
from mpconform_conformance.families import family
from mpconform_conformance.model import Ending, ending_of
from mpconform_scenarios.build import call, item, join_all, make, ref, start_all, verb

PUT, GET = call("q", "put", item("p0", 0)), call("q", "get")
SEND, RECV = call("b", "send", 1), call("a", "recv")
DONE, JOIN = call("q", "task_done"), call("q", "join")
TAKE, GIVE = call("l", "acquire"), call("l", "release")
LARGE = 1 << 20


def queue(factory: str = "Queue", maxsize: int = 0) -> dict[str, ObjectSpec]:
    return {"q": ObjectSpec(factory=factory, arguments=(maxsize,) if maxsize else ())}


def pipe(**keywords: bool) -> dict[str, ObjectSpec]:
    return {"ends": ObjectSpec(factory="Pipe", keywords=keywords, unpack=("a", "b"))}


def lock(factory: str = "Lock", *arguments: int) -> dict[str, ObjectSpec]:
    return {"l": ObjectSpec(factory=factory, arguments=arguments)}


def ending(objects: dict[str, ObjectSpec], main: Sequence[Step] = (), **actors: Sequence[Step]) -> Ending:
    """How a scenario ends in which main starts the actors, takes its steps, and joins them."""
    steps = (*start_all(actors), *main, *join_all(actors))
    return ending_of(
        Scenario(
            family="f",
            theme="t",
            objects=objects,
            actors={"main": Actor(steps=steps)} | {n: Actor(steps=tuple(s)) for n, s in actors.items()},
        )
    )


def meet(point: int, *names: str) -> Step:
    return verb("rendezvous", point, list(names))


def condition(lock: str = "") -> dict[str, ObjectSpec]:
    """A condition, on a lock of that kind if one is named."""
    below = {"l": ObjectSpec(factory=lock)} if lock else {}
    return {**below, "c": ObjectSpec(factory="Condition", arguments=(ref("l"),) if lock else ())}


def barrier(parties: int, **keywords: Json) -> dict[str, ObjectSpec]:
    return {"b": ObjectSpec(factory="Barrier", arguments=(parties,), keywords=keywords)}


TAKE_C, GIVE_C = call("c", "acquire"), call("c", "release")
WAIT, NOTIFY, ALL, PASS = call("c", "wait"), call("c", "notify"), call("c", "notify_all"), call("b", "wait")
BEGUN = verb("await_invoked", "p0", 1)


def holding(*steps: Step) -> list[Step]:
    return [TAKE_C, *steps, GIVE_C]


#: Two who wait; p0 does so when it has seen that p1 does.
BOTH_BEGUN = verb("await_invoked", "p0", 2)
WAITERS = {"p0": [verb("await_invoked", "p1", 1), *holding(WAIT)], "p1": holding(WAIT)}
COUNTED = {**condition(), "v": ObjectSpec(factory="Value", arguments=("i", 0))}
COUNT = holding(verb("increment", ref("v"), 1), NOTIFY)


def until(least: int) -> Step:
    return call("c", "wait_for", {"$predicate": ["v", least]})


SURE, STUCK, UNKNOWN = Ending.SURE, Ending.STUCK, Ending.UNKNOWN

ENDINGS = {
    "a program": (SURE, ending({}, [verb("program", {"name": "x"})])),
    "a get for a put": (SURE, ending(queue(), p0=[PUT], c0=[GET])),
    "a get more than there are puts": (STUCK, ending(queue(), p0=[PUT], c0=[GET, GET])),
    "two that get one item": (STUCK, ending(queue(), p0=[PUT], c0=[GET], c1=[GET])),
    "a get that another may have taken": (
        STUCK,
        ending(queue(), p0=[PUT], c0=[GET], c1=[call("q", "get_nowait")]),
    ),
    "a get that gives up": (SURE, ending(queue(), c0=[call("q", "get", timeout_s=0.01)])),
    "a get that waits out a long timeout": (STUCK, ending(queue(), c0=[call("q", "get", timeout_s=30)])),
    "a put into a full queue": (STUCK, ending(queue(maxsize=1), p0=[PUT, PUT])),
    "a put that waits for a slot": (SURE, ending(queue(maxsize=1), p0=[PUT, PUT], c0=[GET])),
    "a put that is refused": (
        SURE,
        ending(queue(maxsize=1), p0=[PUT, call("q", "put_nowait", item("p0", 1))]),
    ),
    "an end that waits for its large items": (
        STUCK,
        ending(queue(), p0=[call("q", "put", item("p0", 0, LARGE))]),
    ),
    "large items that somebody gets": (
        SURE,
        ending(queue(), p0=[call("q", "put", item("p0", 0, LARGE))], c0=[GET]),
    ),
    "large items given up": (
        SURE,
        ending(queue(), p0=[call("q", "put", item("p0", 0, LARGE)), call("q", "cancel_join_thread")]),
    ),
    "a large item into a simple queue that nobody reads": (
        STUCK,
        ending(queue("SimpleQueue"), [call("q", "put", item("main", 0, LARGE))]),
    ),
    "a get after the close": (SURE, ending(queue(), c0=[call("q", "close"), GET])),
    "tasks all done": (SURE, ending(queue("JoinableQueue"), [PUT, JOIN], w0=[GET, DONE])),
    "tasks not all done": (STUCK, ending(queue("JoinableQueue"), [PUT, PUT, JOIN], w0=[GET, DONE, GET])),
    "a task done before it was put": (STUCK, ending(queue("JoinableQueue"), [PUT, JOIN], w0=[DONE, GET])),
    "a message for a receiver": (SURE, ending(pipe(), p0=[SEND], p1=[RECV])),
    "a message the wrong way": (
        SURE,
        ending(pipe(duplex=False), p0=[call("a", "send", 1), call("b", "recv")]),
    ),
    "no message, and main holds the other end": (STUCK, ending(pipe(), p1=[RECV])),
    "no message, and all have closed the other end": (
        SURE,
        ending(pipe(duplex=False), [call("b", "close"), RECV]),
    ),
    "an end that a child may have inherited": (
        STUCK,
        ending(
            pipe(duplex=False), [call("b", "close"), RECV, meet(0, "main", "p0")], p0=[meet(0, "main", "p0")]
        ),
    ),
    "a large message that nobody reads": (
        STUCK,
        ending(pipe(), p0=[call("b", "send", item("p0", 0, LARGE))]),
    ),
    "two that receive from one end": (UNKNOWN, ending(pipe(), p0=[SEND, SEND], p1=[RECV], p2=[RECV])),
    "a poll that waits": (STUCK, ending(pipe(), p1=[call("a", "poll", None)])),
    "a message too long ends the end": (
        SURE,
        ending(
            pipe(),
            p0=[call("b", "send_bytes", {"$bytes": [1, 8]})],
            p1=[call("a", "recv_bytes", 7), RECV],
        ),
    ),
    "a large message too long that stays unread": (
        STUCK,
        ending(
            pipe(),
            p0=[call("b", "send_bytes", {"$bytes": [1, LARGE]})],
            p1=[call("a", "recv_bytes", 7)],
        ),
    ),
    "a wait for a sentinel": (
        SURE,
        ending({}, [call("@", "connection.wait", [{"$attribute": ["p0", "sentinel"]}])], p0=[verb("pid")]),
    ),
    "a wait for the sentinel of one that lingers": (
        STUCK,
        ending({}, [call("@", "connection.wait", [{"$attribute": ["p0", "sentinel"]}])], p0=[verb("linger")]),
    ),
    "one that lingers and is killed": (SURE, ending({}, [call("p0", "kill")], p0=[verb("linger")])),
    "one that is killed at work": (SURE, ending(queue(), [call("p0", "kill")], p0=[PUT])),
    "one that is killed at work for others": (UNKNOWN, ending(queue(), [call("p0", "kill"), GET], p0=[PUT])),
    "one that is killed where it waits": (SURE, ending(queue(), [call("p0", "kill")], p0=[GET])),
    "a meeting of all": (SURE, ending({}, [meet(0, "main", "p0")], p0=[meet(0, "main", "p0")])),
    "a meeting to which one does not come": (STUCK, ending({}, [meet(0, "main", "p0")], p0=[])),
    "meetings in different orders": (
        STUCK,
        ending(
            {}, p0=[meet(0, "p0", "p1"), meet(1, "p0", "p1")], p1=[meet(1, "p0", "p1"), meet(0, "p0", "p1")]
        ),
    ),
    "a wait for a step": (SURE, ending(queue(), p0=[verb("await_invoked", "c0", 0), PUT], c0=[GET])),
    "a wait for one who waits": (
        STUCK,
        ending({}, p0=[verb("await_done", ["p1"])], p1=[verb("await_done", ["p0"])]),
    ),
    "a lock for each in turn": (SURE, ending(lock(), p0=[TAKE, GIVE], p1=[TAKE, GIVE])),
    "a lock that is kept": (STUCK, ending(lock(), p0=[TAKE], p1=[TAKE, GIVE])),
    "a lock taken twice": (STUCK, ending(lock(), p0=[TAKE, TAKE, GIVE, GIVE])),
    "a recursive lock taken twice": (
        SURE,
        ending(lock("RLock"), p0=[TAKE, TAKE, GIVE, GIVE], p1=[TAKE, GIVE]),
    ),
    "a semaphore of two": (SURE, ending(lock("Semaphore", 2), p0=[TAKE], p1=[TAKE])),
    "two locks in different orders": (
        STUCK,
        ending(
            {**lock(), "m": ObjectSpec(factory="Lock")},
            p0=[TAKE, call("m", "acquire"), call("m", "release"), GIVE],
            p1=[call("m", "acquire"), TAKE, GIVE, call("m", "release")],
        ),
    ),
    "an event that is set": (
        SURE,
        ending({"e": ObjectSpec(factory="Event")}, p0=[call("e", "set")], p1=[call("e", "wait")]),
    ),
    "an event that may be cleared first": (
        STUCK,
        ending(
            {"e": ObjectSpec(factory="Event")},
            p0=[call("e", "set"), call("e", "clear")],
            p1=[call("e", "wait")],
        ),
    ),
    "a semaphore of as many as its keyword says": (
        SURE,
        ending(
            {"l": ObjectSpec(factory="Semaphore", keywords={"value": 2})},
            [TAKE, call("l", "get_value"), TAKE],
        ),
    ),
    "one who is woken when it surely waits": (
        SURE,
        ending(condition(), [BEGUN, *holding(NOTIFY)], p0=holding(WAIT)),
    ),
    "one who may not wait yet when it should be woken": (
        STUCK,
        ending(condition(), holding(NOTIFY), p0=holding(WAIT)),
    ),
    "one woken of two": (STUCK, ending(condition(), [BOTH_BEGUN, *holding(NOTIFY)], **WAITERS)),
    "both woken, one by one": (
        SURE,
        ending(condition(), [BOTH_BEGUN, *holding(NOTIFY), *holding(NOTIFY)], **WAITERS),
    ),
    "both woken by two of one": (
        SURE,
        ending(condition(), [BOTH_BEGUN, *holding(call("c", "notify", 2))], **WAITERS),
    ),
    "all woken": (SURE, ending(condition("Lock"), [BOTH_BEGUN, *holding(ALL)], **WAITERS)),
    "a notify that is refused": (STUCK, ending(condition(), [BEGUN, ALL], p0=holding(WAIT))),
    "a wait that is refused": (SURE, ending(condition(), p0=[WAIT])),
    "a notify that one whose time is over may take": (
        STUCK,
        ending(
            condition(),
            [BEGUN, verb("await_invoked", "p1", 1), *holding(NOTIFY)],
            p0=holding(WAIT),
            p1=holding(call("c", "wait", timeout_s=0.02)),
        ),
    ),
    "a wait that gives up": (SURE, ending(condition(), p0=holding(call("c", "wait", timeout_s=0.02)))),
    "one who is woken while the lock is kept": (
        STUCK,
        ending(condition(), [BEGUN, TAKE_C, NOTIFY], p0=holding(WAIT)),
    ),
    "a wait that releases all levels": (
        SURE,
        ending(condition("RLock"), [BEGUN, *holding(NOTIFY)], p0=[TAKE_C, *holding(WAIT), GIVE_C]),
    ),
    "a lock given back by another": (
        UNKNOWN,
        ending(condition("Lock"), [BEGUN, GIVE_C], p0=[TAKE_C, verb("await_done", ["p1"])], p1=[]),
    ),
    "a condition on a semaphore": (UNKNOWN, ending(condition("Semaphore"))),
    "a number that is counted up": (SURE, ending(COUNTED, p0=holding(until(2)), p1=[*COUNT, *COUNT])),
    "a number that is not counted so far": (STUCK, ending(COUNTED, p0=holding(until(2)), p1=COUNT)),
    "a number that is counted in silence": (
        STUCK,
        ending(COUNTED, p0=holding(until(1)), p1=[verb("increment", ref("v"), 1)]),
    ),
    "a number that others set": (
        UNKNOWN,
        ending(COUNTED, [Step(target="v", method=".value=", arguments=(1,))], p0=holding(until(1))),
    ),
    "all parties of a barrier": (SURE, ending(barrier(2), p0=[PASS, PASS], p1=[PASS, PASS])),
    "a party that comes no more": (STUCK, ending(barrier(2), p0=[PASS, PASS], p1=[PASS])),
    "more than there are parties": (STUCK, ending(barrier(2), p0=[PASS], p1=[PASS], p2=[PASS])),
    "a barrier that breaks": (SURE, ending(barrier(2), p0=[call("b", "wait", timeout_s=0.02)], p1=[PASS])),
    "a barrier that breaks by itself": (SURE, ending(barrier(2, timeout=0.02), p0=[PASS])),
    "a barrier that is aborted": (SURE, ending(barrier(3), [call("b", "abort")], p0=[PASS], p1=[PASS])),
    "a barrier reset when nobody may have come": (
        STUCK,
        ending(barrier(2), [call("b", "reset")], p0=[PASS]),
    ),
    "a broken barrier that is whole again": (
        STUCK,
        ending(barrier(2), [call("b", "abort"), call("b", "reset"), PASS]),
    ),
    "an action that fails": (
        SURE,
        ending(barrier(2, action={"$action": ["fail"]}), [PASS], p0=[PASS], p1=[PASS]),
    ),
    "a barrier of nobody knows how many": (UNKNOWN, ending(barrier(0))),
    "what nobody here knows": (UNKNOWN, ending({"m": ObjectSpec(factory="Manager")})),
}


@pytest.mark.parametrize("name", ENDINGS)
def test_each_ending(name: str) -> None:
    """On both sides of what decides whether anybody waits for ever."""
    expected, found = ENDINGS[name]
    assert found is expected


def pools(*steps: Step, workers: int = 1) -> Ending:
    return ending({}, [make("pool", "Pool", workers), *steps])


def held(point: int = 0) -> Step:
    task = {"$task": [0, "wait_point", point]}
    return call("pool", "apply_async", {"$function": "run_task"}, [task], bind="held")


CLOSE = (call("pool", "close"), call("pool", "join"))
MAP = call("pool", "map", {"$function": "run_task"}, {"$tasks": [1, 3, "square"]})


def test_a_pool_whose_tasks_wait_for_main() -> None:
    """They end when main comes to their point, and keep a worker busy until then."""
    reach = meet(0, "main")
    late = call("held", "get", timeout_s=30)

    assert pools(held(), reach, late, *CLOSE) is SURE
    assert pools(held(), late, reach, *CLOSE) is STUCK
    assert pools(held(), *CLOSE) is STUCK
    assert pools(held(), call("held", "get", timeout_s=0.01), reach, *CLOSE) is SURE
    assert pools(held(), MAP, reach, *CLOSE) is STUCK
    assert pools(held(), MAP, reach, *CLOSE, workers=2) is SURE


def test_a_pool_is_not_known_to_end_at_work() -> None:
    """CPython may wait for ever when a pool is terminated in the middle of something (gh-73945)."""
    terminate = call("pool", "terminate")

    assert pools(MAP, terminate, call("pool", "join")) is SURE
    assert pools(held(), terminate, call("pool", "join")) is UNKNOWN
    assert pools(held(), call("held", "wait", timeout_s=0.05), terminate, call("pool", "join")) is SURE


def test_a_pool_that_is_left_alone_is_terminated() -> None:
    """When main drops it: a race as any other, unless it has nothing to do."""
    later = call("pool", "apply_async", {"$function": "run_task"}, [{"$task": [0, "square"]}], bind="r")

    assert pools(MAP) is SURE
    assert pools(later) is UNKNOWN
    assert pools(later, call("r", "get")) is SURE
    assert pools(later, *CLOSE) is SURE


def test_results_one_by_one() -> None:
    """An iterator brings what comes before the first task that is held."""
    tasks = [{"$task": [0, "square"]}, {"$task": [1, "wait_point", 0]}]
    lazily = call("pool", "imap", {"$function": "run_task"}, tasks, bind="results")
    one = call("results", "__next__")

    assert pools(lazily, one, meet(0, "main"), one, one, *CLOSE, workers=2) is SURE
    assert pools(lazily, one, one, meet(0, "main"), *CLOSE, workers=2) is STUCK


def test_who_may_be_killed_at_any_moment_is_not_known_to_end() -> None:
    """A process that dies with a lock keeps it."""
    one = Scenario(family="f", theme="t", actors={"main": Actor()})
    strike = Fault(actor="main", signal="SIGKILL", after=9)
    stop = Fault(actor="main", signal="SIGSTOP", after=9, length_s=0.1)

    assert ending_of(msgspec.structs.replace(one, faults=(strike,))) is UNKNOWN
    assert ending_of(msgspec.structs.replace(one, faults=(stop,))) is SURE


@pytest.mark.dense
@pytest.mark.parametrize("name", ["queue", "pipe", "pool", "process", "memory", "lock", "condition"])
def test_nothing_that_a_theme_draws_gets_stuck(name: str) -> None:
    """Scenarios are valid by construction, so the model may only be at a loss; and mostly it is not."""
    endings = [
        ending_of(scenario)
        for theme in family(name).themes
        for scenario in batch(theme, seed=7, index=3, size=12)
    ]

    assert Ending.STUCK not in endings
    assert endings.count(Ending.SURE) >= 0.65 * len(endings)


def test_what_is_drained_is_gone() -> None:
    """A drain takes what is there; who gets afterwards waits."""
    drain = verb("drain", ref("q"))

    assert ending(queue(), [PUT, drain]) is SURE
    assert ending(queue(), [PUT, drain, GET]) is STUCK


@pytest.mark.parametrize(
    ("main", "ending"), [((PUT,), Ending.SURE), ((), Ending.STUCK), ((PUT, call("p0", "join")), Ending.SURE)]
)
def test_main_waits_at_its_end_for_those_whom_nobody_joins(main: Sequence[Step], ending: Ending) -> None:
    """As a program does: who waits for ever keeps it from ending."""
    actors = {"main": Actor(steps=(call("p0", "start"), *main)), "p0": Actor(steps=(GET,))}
    scenario = Scenario(family="f", theme="t", objects=queue(), actors=actors)

    assert ending_of(scenario) is ending
