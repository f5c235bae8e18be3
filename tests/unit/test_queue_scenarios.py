"""The scenarios of queues: each can end whatever the scheduling, and shrinks to the smallest sensible one."""

import itertools
from collections import Counter

import pytest
from hypothesis import find, given, settings
from hypothesis import strategies as st

from mpconform.checkers.queue_book import key_of_argument
from mpconform.values import Actor, Json, Scenario, Step
from mpconform_scenarios.queue import FAMILY

#: All but those that happen in programs, of which test_asking_scenarios.py knows.
PLAYED = [theme for theme in FAMILY.themes if theme.name != "programs"]
THEMES = {theme.name: theme for theme in PLAYED}

QUICK = settings(max_examples=60, deadline=None, database=None)

PUTS, GETS = ("put", "put_nowait"), ("get", "get_nowait")

#: More than this is never left unread before a join: a pipe holds 64 KiB, and less of small messages.
MOST_UNREAD = 1 << 13

OF_A_QUEUE = {*PUTS, *GETS, "qsize", "empty", "full", "close", "join_thread", "cancel_join_thread"}
VERBS = {"drain", "rendezvous", "await_done", "await_invoked", "hold", "linger"}


def any_scenario(*names: str) -> st.SearchStrategy[Scenario]:
    """Those of some themes, or of all in which processes use queues together."""
    return st.one_of([THEMES[name].scenarios() for name in names or [n for n in THEMES if n != "needs"]])


def steps(scenario: Scenario, *methods: str) -> list[tuple[str, int, Step]]:
    return [
        (name, at, step)
        for name, actor in scenario.actors.items()
        for at, step in enumerate(actor.steps)
        if step.method in methods
    ]


def waits_for_ever(step: Step) -> bool:
    block = step.keywords.get("block", True)
    following = step.arguments[1:] if step.method == "put" else step.arguments
    if following:
        block = following[0]
    patient = step.timeout_s is None and (len(following) < 2 or following[1] is None)
    return bool(block) and patient and not step.method.endswith("_nowait")


def size_of(argument: Json) -> int:
    return argument["$item"][2] if isinstance(argument, dict) and "$item" in argument else 0


def before_close(scenario: Scenario, found: list[tuple[str, int, Step]]) -> list[tuple[str, int, Step]]:
    """Those of *found* that are not meant to be refused, because their process closed the queue."""
    closes = {(name, step.target): at for name, at, step in steps(scenario, "close")}
    return [(n, at, s) for n, at, s in found if at < closes.get((n, s.target), at + 1)]


@QUICK
@given(any_scenario())
def test_every_name_is_known_and_every_step_is_in_the_language(scenario: Scenario) -> None:
    """Targets are objects or actors, methods are those of queues and processes, or verbs."""
    for name, actor in scenario.actors.items():
        for step in actor.steps:
            if not step.target:
                assert step.method in VERBS
            elif step.target in scenario.actors:
                assert name == "main"
                assert step.method in {"start", "join", *(["kill"] if scenario.theme == "killed" else [])}
            else:
                assert step.target in scenario.objects
                assert step.method in OF_A_QUEUE | {"task_done", "join"}
    for _, _, step in steps(scenario, "drain"):
        assert step.arguments[0]["$object"] in scenario.objects
    assert scenario.family == "queue"
    assert scenario.theme in THEMES


@QUICK
@given(any_scenario())
def test_main_starts_and_then_joins_every_actor_once(scenario: Scenario) -> None:
    """Nobody is forgotten, and nobody is joined before it was started."""
    main = scenario.actors["main"].steps
    others = set(scenario.actors) - {"main"}
    starts = {step.target: at for at, step in enumerate(main) if step.method == "start"}
    joins = {
        step.target: at for at, step in enumerate(main) if step.method == "join" and step.target in others
    }
    looked = 2 if scenario.theme == "killed" else 0  # A join with a timeout, and a kill.

    assert set(starts) == set(joins) == others
    assert sum(step.target in others for step in main) == 2 * len(others) + looked
    assert all(starts[name] < joins[name] for name in others)


@QUICK
@given(any_scenario())
def test_a_scenario_is_small(scenario: Scenario) -> None:
    """At most six processes besides main at work, some hundred steps, and waits of 50 ms that expire."""
    assert 2 <= len(scenario.actors) <= 9
    assert sum(len(actor.steps) for actor in scenario.actors.values()) <= 140


@QUICK
@given(any_scenario())
def test_no_item_is_put_twice(scenario: Scenario) -> None:
    """Each put has a value of its own, named after the process that puts it."""
    found = steps(scenario, *PUTS)
    keys = Counter(key_of_argument(step.arguments[0]) for _, _, step in found)

    assert set(keys.values()) <= {1}
    values = [(name, step.arguments[0]) for name, _, step in found]
    items = [(name, value["$item"]) for name, value in values if isinstance(value, dict) and "$item" in value]
    assert all(producer == name for name, (producer, *_) in items)


@QUICK
@given(any_scenario("flow", "mixed", "bounded", "wakeups", "joinable", "tasks", "simple"))
def test_a_get_that_waits_for_ever_always_finds_an_item(scenario: Scenario) -> None:
    """There are as many puts that wait for ever as gets of any kind, at least."""
    for name in scenario.objects:
        puts = [s for _, _, s in steps(scenario, *PUTS) if s.target == name]
        gets = [s for _, _, s in steps(scenario, *GETS) if s.target == name]
        sure = [s for s in puts if waits_for_ever(s) or scenario.theme == "wakeups"]

        assert len(gets) <= len(sure)


@QUICK
@given(any_scenario("mixed", "bounded", "wakeups", "tasks"))
def test_a_put_that_waits_for_ever_always_finds_a_slot(scenario: Scenario) -> None:
    """What is put at most, less what is got at least, fits into the queue."""
    bound = (scenario.objects["q"].arguments or (0,))[0] or scenario.objects["q"].keywords.get("maxsize", 0)
    puts = [s for _, _, s in steps(scenario, *PUTS) if s.target == "q"]
    gets = [s for _, _, s in steps(scenario, *GETS) if s.target == "q" and waits_for_ever(s)]
    sure = [s for s in puts if waits_for_ever(s)]
    if scenario.theme == "bounded":
        # The others are tried while it is full, or when as many slots are free.
        puts = sure

    assert not bound or len(puts) - len(gets) <= bound


@QUICK
@given(any_scenario())
def test_nobody_needs_a_reader_to_end(scenario: Scenario) -> None:
    """What may be unread when its process ends fits into a pipe, unless it cancels, or is killed."""
    if scenario.theme == "cancel" or scenario.objects.keys() == {"s"}:
        return
    killed = {fault.actor for fault in scenario.faults if fault.step is not None and fault.lethal}
    puts = [put for put in before_close(scenario, steps(scenario, *PUTS)) if put[0] not in killed]
    gets = [g for g in steps(scenario, *GETS) if waits_for_ever(g[2])]
    if len(gets) < len(puts):
        assert sum(100 + size_of(step.arguments[0]) for _, _, step in puts) <= MOST_UNREAD


@QUICK
@given(any_scenario())
def test_all_meet_where_one_does(scenario: Scenario) -> None:
    """A rendezvous is taken once by each that it names, in one order, and await_invoked names a step."""
    met: dict[int, list[str]] = {}
    for name, _, step in steps(scenario, "rendezvous"):
        point, names = step.arguments
        assert name in names
        met.setdefault(point, []).append(name)
        assert set(names) >= set(met[point])
    for point, names in met.items():
        expected = next(
            s.arguments[1] for _, _, s in steps(scenario, "rendezvous") if s.arguments[0] == point
        )
        assert sorted(names) == sorted(expected)
    for name in scenario.actors:
        points = [s.arguments[0] for n, _, s in steps(scenario, "rendezvous") if n == name]
        assert points == sorted(points)
    for _, _, step in steps(scenario, "await_invoked"):
        awaited, index = step.arguments
        assert scenario.actors[awaited].steps[index].target


@QUICK
@given(any_scenario("bounded", "wakeups", "rush", "joinable"))
def test_what_is_awaited_is_a_call_that_waits(scenario: Scenario) -> None:
    """The index of await_invoked points to the put, get or join that is to be under way."""
    for _, _, step in steps(scenario, "await_invoked"):
        awaited, index = step.arguments
        target = scenario.actors[awaited].steps[index]

        assert target.method in {"put", "get", "join"}
        assert target.method == "join" or waits_for_ever(target) or target.timeout_s == 3.0


@QUICK
@given(THEMES["rush"].scenarios())
def test_nobody_of_a_crowd_waits_for_ever(scenario: Scenario) -> None:
    """The one get that does finds the first item: the others ask before it is put, or after it is got."""
    gets, puts = steps(scenario, *GETS), steps(scenario, *PUTS)
    crowd = [name for name in scenario.actors if name.startswith("r")]

    assert [(name, at) for name, at, step in gets if waits_for_ever(step)] == [("c0", 0)]
    assert not any(waits_for_ever(step) for name, _, step in puts if name in crowd)
    assert sum(name == "p0" for name, _, _ in puts) <= 1 + scenario.objects["q"].arguments[0]
    for name in crowd:
        points = [at for n, at, step in steps(scenario, "rendezvous") if n == name]
        assert all(at < points[0] or points[2] < at < points[3] for n, at, _ in gets if n == name)
        assert all(at > points[3] for n, at, _ in puts if n == name)


@QUICK
@given(THEMES["emptiness"].scenarios())
def test_who_is_refused_an_item_keeps_nobody_from_ending(scenario: Scenario) -> None:
    """What c0 was wrongly refused is drained before p1 needs the room."""
    told_of_main = told(scenario.actors["main"])

    assert told_of_main.index("drain") < told_of_main.index("p1.start")


@QUICK
@given(THEMES["closing"].scenarios())
def test_after_close_there_is_a_put_and_a_get(scenario: Scenario) -> None:
    """Both must be refused; and the join_thread before the close, too.

    Where a child closes, main, which has put nothing, closes and joins after it.
    """
    found = [*steps(scenario, *PUTS), *steps(scenario, *GETS)]
    early = before_close(scenario, found)
    joins = steps(scenario, "join_thread")
    closers = {name for name, _, _ in steps(scenario, "close")}

    assert len(found) - len(early) >= 2
    assert [len(before_close(scenario, joins)), len(joins)] == [1, 1 + len(closers)]


@QUICK
@given(THEMES["joinable"].scenarios())
def test_tasks_are_done_once_and_then_too_often(scenario: Scenario) -> None:
    """As many calls of task_done as puts, and then one or two by the worker that met main."""
    puts, done = steps(scenario, *PUTS), steps(scenario, "task_done")
    met = max(
        at for name, at, step in steps(scenario, "rendezvous") if name == "w0" and step.arguments[0] == 1
    )
    too_often = [at for name, at, _ in done if name == "w0" and at > met]

    assert len(done) - len(puts) == len(too_often) >= 1


@QUICK
@given(THEMES["tasks"].scenarios())
def test_a_producer_that_joins_does_so_last(scenario: Scenario) -> None:
    """After its last put, and perhaps after each: the workers have as many gets as there are puts."""
    for actor in (actor for name, actor in scenario.actors.items() if name.startswith("p")):
        methods = [step.method for step in actor.steps if step.target == "q"]
        joins, puts = methods.count("join"), methods.count("put")

        assert joins in {0, 1, puts}
        assert not joins or methods == ["put"] * (puts - joins) + ["put", "join"] * joins
    assert len(steps(scenario, *PUTS)) == len(steps(scenario, *GETS)) == len(steps(scenario, "task_done"))


@QUICK
@given(THEMES["tasks"].scenarios().filter(lambda scenario: steps(scenario, "rendezvous")))
def test_where_tasks_are_joined_in_the_instant_that_they_are_done_all_meet_first(scenario: Scenario) -> None:
    """And what is joined has been put, and got, by then."""
    for name, actor in scenario.actors.items():
        met = [(one.method, then.method) for one, then in itertools.pairwise(actor.steps)]
        after = [then for one, then in met if one == "rendezvous"]

        assert set(after) == ({"task_done"} if name == "w0" else {"join"} if name != "main" else set())
    puts = [at for _, at, _ in steps(scenario, "put")]
    meetings = [at for name, at, _ in steps(scenario, "rendezvous") if name == "p0"]
    assert meetings == [at + 1 for at in puts]


RUSHING = [
    *("await_invoked", "q.get_nowait", "q.qsize", "q.empty", "q.full"),
    *("rendezvous", "rendezvous", "rendezvous", "q.get_nowait", "rendezvous", "q.put_nowait"),
]

SMALLEST = {
    "flow": {
        "main": ["p0.start", "c0.start", "p0.join", "c0.join", "drain"],
        "p0": ["q.put", "q.put"],
        "c0": ["q.get", "q.get"],
    },
    "mixed": {
        "main": ["p0.start", "c0.start", "p0.join", "c0.join", "drain"],
        "p0": ["q.put", "q.put", "q.put_nowait"],
        "c0": ["q.get", "q.get"],
    },
    "needs": {
        "main": [
            "@.Queue",
            "census",
            "@.Queue",
            "@.Queue",
            "y.put",
            "y.get",
            "y.close",
            "y.join_thread",
            "x.put",
            "x.get",
            "x.close",
            "x.join_thread",
        ],
    },
    "bounded": {
        "main": ["p0.start", "p1.start", "c0.start", "p0.join", "p1.join", "c0.join", "drain"],
        "p0": ["q.put", "rendezvous"],
        "p1": ["rendezvous", "q.put_nowait", "q.put", "q.put", "rendezvous"],
        "c0": ["await_invoked", "q.get", "rendezvous"],
    },
    "wakeups": {
        "main": ["p0.start", "c0.start", "p0.join", "c0.join", "drain"],
        "p0": [
            "await_invoked",
            "hold",
            "late.put",
            "await_invoked",
            "late.put",
            "late.close",
            "late.join_thread",
            "q.put",
            "q.put",
            "q.put",
        ],
        "c0": ["late.get", "late.get", "await_invoked", "q.get", "await_invoked", "q.get"],
    },
    "emptiness": {
        "main": [
            *("p0.start", "c0.start", "p0.join", "c0.join", "drain"),
            *("q.qsize", "q.empty", "q.full"),
            *("p1.start", "p1.join"),
            *("q.qsize", "q.empty", "q.full", "q.get_nowait"),
            *("q.qsize", "q.empty", "q.full", "q.get_nowait", "drain"),
        ],
        "p0": ["rendezvous", "q.put", "q.close", "q.join_thread", "rendezvous"],
        "p1": ["q.put"],
        "c0": ["q.get_nowait", "q.get", "rendezvous", "rendezvous", "q.get_nowait"],
    },
    "rush": {
        "main": [
            *("p0.start", "c0.start", "r0.start", "r1.start"),
            *("p0.join", "c0.join", "r0.join", "r1.join", "drain"),
        ],
        "p0": ["rendezvous", "q.put", "rendezvous", "q.put", "q.close", "q.join_thread", "rendezvous"],
        "c0": ["q.get", "rendezvous"],
        **dict.fromkeys(("r0", "r1"), RUSHING),
    },
    "closing": {
        "main": ["p0.start", "c0.start", "p0.join", "c0.join", "drain", "q.close", "q.join_thread"],
        "p0": [
            "q.join_thread",
            "q.put",
            "q.close",
            "q.put_nowait",
            "q.get_nowait",
            "q.join_thread",
            "rendezvous",
        ],
        "c0": ["rendezvous", "q.get_nowait"],
    },
    "cancel": {"main": ["p0.start", "p0.join"], "p0": ["q.put", "q.cancel_join_thread"]},
    "killed": {
        "main": [
            *("p0.start", "c0.start", "v0.start", "v0.join", "t0.start", "t0.join", "t0.kill", "t0.join"),
            *("r.put", "p0.join", "c0.join", "drain"),
        ],
        "p0": ["r.put"],
        "c0": ["r.get", "r.get"],
        "v0": ["q.put", "hold"],
        "t0": ["q.put", "q.get"],
    },
    "joinable": {
        "main": [
            *("w0.start", "q.put", "rendezvous", "q.join", "rendezvous", "rendezvous", "q.join"),
            *("w0.join", "drain"),
        ],
        "w0": ["q.get", "await_invoked", "hold", "q.task_done", "rendezvous", "q.task_done", "rendezvous"],
    },
    "tasks": {
        "main": ["p0.start", "w0.start", "await_done", "q.join", "p0.join", "w0.join", "q.join", "drain"],
        "p0": ["q.put", "q.put"],
        "w0": ["q.get", "q.task_done", "q.get", "q.task_done"],
    },
    "simple": {
        "main": [
            *("s.empty", "p0.start", "c0.start", "p0.join", "c0.join"),
            *("s.empty", "s.put", "s.empty", "s.get", "s.empty"),
        ],
        "p0": ["await_invoked", "hold", "s.put", "s.put"],
        "c0": ["s.get", "s.get"],
    },
}


@QUICK
@given(any_scenario("killed"))
def test_who_is_killed_uses_one_queue_and_the_others_another(scenario: Scenario) -> None:
    """What is left of the victim's queue is looked at by one process only, which main ends."""
    users = {
        queue: {name for name, actor in scenario.actors.items() for s in actor.steps if s.target == queue}
        for queue in ("q", "r")
    }
    (fault,) = scenario.faults
    ended = [step for step in scenario.actors["main"].steps if step.target == "t0"]

    assert users == {"q": {"v0", "t0"}, "r": {"main", "p0", "c0"}}
    assert fault.actor == "v0"
    assert fault.lethal
    assert [step.method for step in ended] == ["start", "join", "kill", "join"]
    assert ended[1].timeout_s
    assert all(step.timeout_s for step in scenario.actors["t0"].steps)
    gets, puts = steps(scenario, "get"), steps(scenario, "put")
    assert sum(s.target == "r" for _, _, s in gets) == sum(s.target == "r" for _, _, s in puts)


@QUICK
@given(any_scenario("needs"))
def test_main_makes_a_queue_in_need_and_then_another_one(scenario: Scenario) -> None:
    """The same call as before and after; what was made is emptied and closed, and nobody waits for ever."""
    (fault,) = scenario.faults
    steps = scenario.actors["main"].steps
    makings = [step for step in steps if step.target == "@"]

    assert fault.shortage
    assert steps[fault.step or 0] == makings[1]
    assert [step.bind for step in makings] == ["warm", "x", "y"]
    assert len({(step.method, step.arguments) for step in makings}) == 1
    assert all(step.timeout_s for step in steps if step.method == "get")


def told(actor: Actor) -> list[str]:
    return [f"{step.target}.{step.method}".lstrip(".") for step in actor.steps]


@pytest.mark.parametrize("theme", THEMES)
def test_a_theme_shrinks_to_its_smallest_scenario(theme: str) -> None:
    """The shrinker ends at one actor of each kind and no more items than the theme is about."""
    small = find(THEMES[theme].scenarios(), lambda _: True, settings=settings(database=None))

    assert {name: told(actor) for name, actor in small.actors.items()} == SMALLEST[theme]
    assert all(size_of(s.arguments[0]) in {0, 1 << 17} for _, _, s in steps(small, *PUTS))


def test_the_family_has_a_theme_for_each_kind_of_queue() -> None:
    """Names are unique, and a backend without a SimpleQueue is still asked about the others."""
    assert len(THEMES) == len(PLAYED) == len(SMALLEST)
    assert {need for theme in PLAYED for need in theme.needs} == {
        "JoinableQueue",
        "Process",
        "Process.kill",
        "Queue",
        "SimpleQueue",
    }
