"""Every generated scenario of the pipe family can be run to its end, and is as small as can be."""

import functools
import itertools
from collections import defaultdict

import pytest
from hypothesis import HealthCheck, find, given, settings
from hypothesis import strategies as st

from mpconform.checkers.pipe_model import references
from mpconform.values import Json, Scenario, Step
from mpconform_scenarios.pipe import FAMILY

#: What programs ask stands in test_asking_scenarios.py.
PLAYED = [theme for theme in FAMILY.themes if theme.name != "programs"]
THEMES = {theme.name: theme for theme in PLAYED}
ANY = st.sampled_from(sorted(THEMES)).flatmap(lambda name: THEMES[name].scenarios())
FEW = settings(max_examples=150, deadline=None, database=None, suppress_health_check=list(HealthCheck))

#: The most that may wait unread: less than the smallest buffer of a system's pipe.
UNREAD = 4096


def steps_of(scenario: Scenario) -> list[tuple[str, int, Step]]:
    return [
        (name, index, step)
        for name, actor in scenario.actors.items()
        for index, step in enumerate(actor.steps)
    ]


def bytes_of(argument: Json) -> int:
    tag = next(iter(argument), "") if isinstance(argument, dict) else ""
    return {"$item": lambda a: a[2], "$bytes": lambda a: a[1]}.get(tag, lambda a: 0)(
        argument[tag] if tag else None
    )


@FEW
@given(ANY)
def test_every_name_means_something(scenario: Scenario) -> None:
    """Targets and references are objects, actors of main's, or bound by an earlier step."""
    objects = {end for spec in scenario.objects.values() for end in spec.unpack}
    for name, actor in scenario.actors.items():
        known = objects | {"@", ""} | (set(scenario.actors) if name == "main" else set())
        for step in actor.steps:
            made = {a["$buffer"][0] for a in step.arguments if isinstance(a, dict) and "$buffer" in a}

            assert step.target in known
            assert set(references([*step.arguments])) <= known
            known |= made | ({step.bind} if step.bind else set())


@FEW
@given(ANY)
def test_main_starts_and_joins_every_actor(scenario: Scenario) -> None:
    """Each once, the join after the start; and there are few operations."""
    main = [(step.target, step.method) for step in scenario.actors["main"].steps]
    for name in scenario.actors.keys() - {"main"}:
        assert main.count((name, "start")) == main.count((name, "join")) == 1
        assert main.index((name, "start")) < main.index((name, "join"))
    assert len(steps_of(scenario)) <= 70
    # A program is main's alone.
    assert 2 - (scenario.theme == "underway") <= len(scenario.actors) <= 5


@FEW
@given(ANY)
def test_all_who_meet_come(scenario: Scenario) -> None:
    """Every actor that a rendezvous names takes it, in the same order as the others."""
    points = defaultdict(list)
    for name, _, step in steps_of(scenario):
        if step.method == "rendezvous":
            points[step.arguments[0], tuple(step.arguments[1])].append(name)
    for (_, named), came in points.items():
        assert sorted(named) == sorted(came)
    for name, actor in scenario.actors.items():
        own = [step.arguments[0] for step in actor.steps if step.method == "rendezvous"]
        assert own == sorted(own), name


@FEW
@given(ANY)
def test_awaited_steps_exist(scenario: Scenario) -> None:
    """``await_invoked`` names a receive or a poll of another actor."""
    for name, _, step in steps_of(scenario):
        if step.method == "await_invoked":
            other, index = step.arguments

            assert other != name
            assert scenario.actors[other].steps[index].method in ("recv", "recv_bytes", "poll")


@FEW
@given(
    st.sampled_from(["stream", "exchange", "pieces", "polls", "carried"]).flatmap(
        lambda n: THEMES[n].scenarios()
    )
)
def test_every_receive_is_covered_by_a_send(scenario: Scenario) -> None:
    """In these themes each end receives as often as is sent to its other end."""
    for spec in scenario.objects.values():
        first, second = spec.unpack
        alias = {"given": next((r for _, _, s in steps_of(scenario) for r in references([*s.arguments])), "")}
        for reader, writer in ((first, second), (second, first)):
            targets = [(alias.get(s.target, s.target), s.method) for _, _, s in steps_of(scenario)]
            sent = sum(1 for t, m in targets if t == writer and m.startswith("send"))
            received = sum(1 for t, m in targets if t == reader and m.startswith("recv"))

            assert sent == received


@FEW
@given(st.sampled_from(["limits", "ending", "unread", "polls"]).flatmap(lambda n: THEMES[n].scenarios()))
def test_what_waits_unread_is_small(scenario: Scenario) -> None:
    """Where a sender does not wait for its reader, all that it sends fits any system's buffer."""
    for end in {end for spec in scenario.objects.values() for end in spec.unpack}:
        total = sum(
            bytes_of(step.arguments[0])
            for _, _, step in steps_of(scenario)
            if step.target == end and step.method.startswith("send") and len(step.arguments) == 1
        )

        assert total <= UNREAD


@FEW
@given(st.sampled_from(["ending", "holders", "unread", "waits"]).flatmap(lambda n: THEMES[n].scenarios()))
def test_every_holder_of_a_writing_end_lets_go_of_it(scenario: Scenario) -> None:
    """Each actor that stays until the end is met closes its copy, and main does so after all starts."""
    main = scenario.actors["main"].steps
    last_start = max(index for index, step in enumerate(main) if step.method == "start")
    for spec in scenario.objects.values():
        writer = spec.unpack[1]
        closers = {
            name for name, _, step in steps_of(scenario) if (step.target, step.method) == (writer, "close")
        }
        exits = [step.arguments[0] for step in main if step.method == "await_exit"]
        gone = {name for names in exits for name in names}
        closing = next(
            index for index, step in enumerate(main) if (step.target, step.method) == (writer, "close")
        )

        assert closers | gone == set(scenario.actors)
        assert closing > last_start


@FEW
@given(ANY)
def test_only_timeouts_that_expire_cost_time(scenario: Scenario) -> None:
    """They are at most 60 ms; the longer ones are those that a message comes before."""
    timeouts = [s.arguments[0] for _, _, s in steps_of(scenario) if s.method == "poll" and s.arguments]
    timeouts += [
        s.arguments[1] for _, _, s in steps_of(scenario) if s.method == "connection.wait" and s.arguments[1:]
    ]

    assert all(t is None or t == 20 or t <= 0.06 for t in timeouts)


@FEW
@given(THEMES["polls"].scenarios())
def test_an_end_is_polled_after_each_receive(scenario: Scenario) -> None:
    """What was read ahead is then asked for, and what is not there, too."""
    reader = scenario.actors["p1"].steps

    assert all(
        after.method == "poll" for step, after in itertools.pairwise(reader) if step.method.startswith("recv")
    )


SMALLEST = {
    "stream": {"p0": "await_invoked hold send send send_bytes send", "p1": "recv recv recv_bytes recv"},
    "exchange": {"p0": "send recv send recv", "p1": "recv send recv send"},
    "pieces": {
        "p0": "send_bytes send_bytes send_bytes",
        "p1": "recv_bytes recv_bytes recv_bytes_into __getitem__ __getitem__",
    },
    "ending": {"p0": "send close rendezvous", "p1": "close rendezvous recv poll recv"},
    "holders": {"p0": "close", "p1": "close recv recv"},
    "unread": {"p0": "rendezvous close rendezvous", "p1": "close send rendezvous rendezvous recv"},
    "polls": {
        "p0": "rendezvous send rendezvous await_invoked send",
        "p1": "poll poll rendezvous rendezvous poll recv poll poll poll recv poll",
    },
    "carried": {"p0": "send recv", "p1": "recv send send"},
    "underway": {"main": "program"},
    "killed": {
        "p1": "close await_exit recv recv recv",
        "p2": "close close send await_exit send",
        "p3": "close close recv recv",
        "v0": "close send send",
    },
    "needs": {"p0": "Pipe Pipe Pipe __getitem__ __getitem__ send recv __getitem__ __getitem__ send recv"},
}


@functools.cache
def smallest(name: str) -> Scenario:
    return find(THEMES[name].scenarios(), lambda s: True, settings=settings(database=None))


@pytest.mark.parametrize("name", sorted(SMALLEST))
def test_the_smallest_scenario_is_as_stated(name: str) -> None:
    """Shrinking ends at the fewest steps that still show what the theme is about."""
    found = {
        actor: " ".join(s.method for s in smallest(name).actors[actor].steps) for actor in SMALLEST[name]
    }

    assert found == SMALLEST[name]
    assert len(smallest(name).objects) == {"carried": 2, "killed": 2, "needs": 0, "underway": 0}.get(name, 1)


def test_the_smallest_wait_is_for_one_pipe_and_one_process() -> None:
    """One pipe, one item; the themes of limits and refusals have all their calls in any case."""
    assert list(smallest("waits").actors) == ["main", "p0"]
    assert [spec.unpack for spec in smallest("waits").objects.values()] == [("a0", "b0")]


@pytest.mark.parametrize("name", sorted(THEMES))
def test_a_theme_is_called_what_its_scenarios_say(name: str) -> None:
    """So that a report can name the strategy that made a scenario."""
    assert (smallest(name).family, smallest(name).theme) == ("pipe", name)
    assert THEMES[name].needs >= {"Pipe"}
