"""The scenarios of locks: valid by construction, and small when shrunk."""

from functools import cache
from itertools import groupby

import pytest
from hypothesis import HealthCheck, Phase, find, given, settings

from mpconform.mentions import mentioned
from mpconform.values import Actor, Scenario, Step
from mpconform_scenarios.family import Theme
from mpconform_scenarios.lock import FAMILY

#: What programs ask stands in test_asking_scenarios.py.
PLAYED = [theme for theme in FAMILY.themes if theme.name != "programs"]
THEMES = {theme.name: theme for theme in PLAYED}
TAKING, GIVING = {"acquire", "__enter__"}, {"release", "__exit__"}
ANY = settings(
    max_examples=60, database=None, deadline=None, phases=[Phase.generate],
    suppress_health_check=[HealthCheck.too_slow],
)  # fmt: skip
SMALLEST = settings(max_examples=30, database=None, deadline=None)

all_themes = pytest.mark.parametrize("theme", PLAYED, ids=lambda theme: theme.name)


@cache
def smallest(name: str) -> Scenario:
    return find(THEMES[name].scenarios(), lambda scenario: True, settings=SMALLEST)


def told(actor: Actor) -> list[str]:
    return [f"{step.target}.{step.method}" for step in actor.steps if step.method != "rendezvous"]


def names_of(step: Step) -> set[str]:
    return (mentioned(step) | {step.target}) - {"", "@"}


def waits_for_ever(step: Step) -> bool:
    """Whether the step ends only when somebody gives back: a timeout longer than all else counts, too."""
    if step.method == "__enter__":
        return True
    given = dict(zip(("block", "timeout"), step.arguments, strict=False)) | step.keywords
    timeout = given.get("timeout") if step.timeout_s is None else step.timeout_s
    return bool(given.get("block", True)) and (timeout is None or timeout > 1)


@all_themes
def test_names_resolve(theme: Theme) -> None:
    """Every name is an object, or, for main, a child."""

    @ANY
    @given(theme.scenarios())
    def check(scenario: Scenario) -> None:
        for name, actor in scenario.actors.items():
            known = set(scenario.objects) | (set(scenario.actors) if name == "main" else set())
            for step in actor.steps:
                assert names_of(step) <= known, step

    check()


@all_themes
def test_main_starts_and_joins_every_child_once(theme: Theme) -> None:
    """A child is started, and joined after that; nobody else does either."""

    @ANY
    @given(theme.scenarios())
    def check(scenario: Scenario) -> None:
        order = [(step.target, step.method) for step in scenario.actors["main"].steps]
        children = set(scenario.actors) - {"main"}
        assert children
        for child in children:
            assert order.count((child, "start")) == order.count((child, "join")) == 1
            assert order.index((child, "start")) < order.index((child, "join"))
            assert not any(step.method in {"start", "join"} for step in scenario.actors[child].steps)

    check()


@all_themes
def test_all_who_are_named_come_to_a_rendezvous(theme: Theme) -> None:
    """A rendezvous names each actor that has it, once, and no other; all come to points in one order."""

    @ANY
    @given(theme.scenarios())
    def check(scenario: Scenario) -> None:
        meetings: dict[int, dict[str, list[str]]] = {}
        for name, actor in scenario.actors.items():
            points = [step.arguments[0] for step in actor.steps if step.method == "rendezvous"]
            assert points == sorted(set(points))
            assert all(0 <= point <= 62 for point in points)
            for step in actor.steps:
                if step.method == "rendezvous":
                    meetings.setdefault(step.arguments[0], {})[name] = step.arguments[1]
        for point in meetings.values():
            assert all(sorted(named) == sorted(point) for named in point.values())

    check()


@pytest.mark.filterwarnings("ignore:Generating overly large repr")
@all_themes
def test_scenarios_are_of_a_reasonable_size(theme: Theme) -> None:
    """Few actors, few steps, where what is repeated counts once, and no long holds."""

    @ANY
    @given(theme.scenarios())
    def check(scenario: Scenario) -> None:
        assert 2 <= len(scenario.actors) <= 5
        assert sum(len(list(groupby(actor.steps))) for actor in scenario.actors.values()) <= 140
        assert scenario.step_count <= 470
        steps = [step for actor in scenario.actors.values() for step in actor.steps]
        assert sum(step.arguments[0] for step in steps if step.method == "hold") <= 0.03
        assert sum(step.arguments[1] for step in steps if step.method == "increment") <= 310

    check()


@pytest.mark.parametrize("name", ["contention", "waiting", "dying"])
def test_whoever_takes_and_lives_gives_back(name: str) -> None:
    """As often as it takes: so nobody waits for ever."""

    @ANY
    @given(THEMES[name].scenarios())
    def check(scenario: Scenario) -> None:
        for actor_name, actor in scenario.actors.items():
            if actor_name == "v0":
                continue
            for target in scenario.objects:
                if name == "dying" and target == "lk":
                    continue  # What became of it is not known: it is looked at, and not waited for.
                own = [step for step in actor.steps if step.target == target]
                takes = sum(waits_for_ever(step) for step in own if step.method in TAKING)
                assert sum(step.method in GIVING for step in own) >= takes

    check()


@ANY
@given(THEMES["dying"].scenarios())
def test_nobody_waits_for_a_lock_of_the_dead(scenario: Scenario) -> None:
    """The victim uses one lock only, and everybody else waits for the other one only."""
    assert {step.target for step in scenario.actors["v0"].steps if step.target} == {"lk"}
    for name, actor in scenario.actors.items():
        waiting = [step for step in actor.steps if step.method in TAKING and waits_for_ever(step)]
        assert name == "v0" or all(step.target == "r" for step in waiting)


@ANY
@given(THEMES["turns"].scenarios())
def test_who_takes_turns_waits_for_nothing(scenario: Scenario) -> None:
    """Replayed one after the other on a counter, or an owner and a depth, no wait is in vain."""
    kind = scenario.objects["lk"].factory
    left = next(iter([*scenario.objects["lk"].arguments, *scenario.objects["lk"].keywords.values()]), 1)
    most = None if kind == "Semaphore" else left
    owner, depth = "", 0
    queues = {name: list(actor.steps) for name, actor in scenario.actors.items()}
    queues["main"] = [step for step in queues["main"] if step.method not in {"start", "join"}]
    while any(queues.values()):
        # Of those who do not stand at a meeting there is one at most.
        moving = [name for name, steps in queues.items() if steps and steps[0].method != "rendezvous"]
        assert len(moving) <= 1
        if not moving:
            for steps in queues.values():
                steps.pop(0)
            continue
        (actor,) = moving
        step = queues[actor].pop(0)
        can = left > 0 or (kind == "RLock" and owner == actor)
        if step.method in TAKING:
            assert can or not waits_for_ever(step)
            if can and kind == "RLock":
                owner, depth, left = actor, depth + 1, 0
            elif can:
                left -= 1
        elif kind != "RLock":
            left += most is None or left < most
        elif owner == actor and depth:
            depth -= 1
            owner, left = (owner, 0) if depth else ("", 1)


@ANY
@given(THEMES["crowd"].scenarios())
def test_a_crowd_gives_back_as_many_as_it_can_have_got(scenario: Scenario) -> None:
    """One of them does, for all; of a recursive lock, each for itself."""
    spec = scenario.objects["lk"]
    first = next(iter([*spec.arguments, *spec.keywords.values()]), 1)
    crowd = [actor for name, actor in scenario.actors.items() if name != "main"]
    turns = sum(step.method == "acquire" for step in crowd[0].steps)
    back = [sum(step.method in GIVING for step in actor.steps) for actor in crowd]

    if spec.factory == "RLock":
        assert back == [turns] * len(crowd)
    else:
        assert back == [turns * min(first, len(crowd))] + [0] * (len(crowd) - 1)


def test_the_smallest_scenarios() -> None:
    """What the shrinker ends at, theme by theme."""
    assert told(smallest("turns").actors["main"]) == ["p0.start", "lk.acquire", "p0.join"]
    assert told(smallest("waiting").actors["w0"]) == ["lk.acquire", "lk.release"]
    assert told(smallest("contention").actors["p0"]) == ["lk.acquire", "lk.release"]
    assert told(smallest("crowd").actors["r0"]) == ["lk.acquire", "lk.release"]
    assert told(smallest("brink").actors["w0"]) == ["lk.acquire"]
    assert told(smallest("at_once").actors["r1"]) == ["lk.release"]
    assert told(smallest("limits").actors["p0"]) == []
    assert set(told(smallest("values").actors["w0"])) == {"none.acquire", "lk.release"}
    assert told(smallest("data").actors["p0"]) == [".increment"]
    assert told(smallest("lines").actors["p0"]) == [".emit"]
    assert told(smallest("dying").actors["v0"]) == [
        "lk.acquire", "lk.release", "lk.acquire", ".signal",
    ]  # fmt: skip
