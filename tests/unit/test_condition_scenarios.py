"""The scenarios of conditions, events and barriers: each ends, and is small when shrunk."""

import pytest
from hypothesis import HealthCheck, Phase, find, given, settings
from hypothesis import strategies as st

from mpconform.values import Actor, Json, Scenario, Step
from mpconform_scenarios.condition import FAMILY
from mpconform_scenarios.family import Theme

#: What programs ask stands in test_asking_scenarios.py.
PLAYED = [theme for theme in FAMILY.themes if theme.name != "programs"]
THEMES = {theme.name: theme for theme in PLAYED}
ANY = settings(
    max_examples=40, database=None, deadline=None, phases=[Phase.generate],
    suppress_health_check=[HealthCheck.too_slow],
)  # fmt: skip
METHODS = {
    "Condition": {
        *("acquire", "release", "__enter__", "__exit__", "wait", "wait_for", "notify", "notify_all"),
    },
    "Lock": {"acquire", "release"},
    "RLock": {"acquire", "release"},
    "Event": {"set", "clear", "is_set", "wait"},
    "Barrier": {"wait", "reset", "abort", ".parties", ".n_waiting", ".broken"},
    "Value": set(),
}
VERBS = {"rendezvous", "await_invoked", "hold", "increment"}

all_themes = pytest.mark.parametrize("theme", PLAYED, ids=lambda theme: theme.name)


def steps(scenario: Scenario, *methods: str) -> list[tuple[str, int, Step]]:
    return [
        (name, at, step)
        for name, actor in scenario.actors.items()
        for at, step in enumerate(actor.steps)
        if step.method in methods
    ]


def limit(step: Step) -> Json:
    place = 1 if step.method == "wait_for" else 0
    return step.timeout_s if step.timeout_s is not None else next(iter(step.arguments[place:]), None)


@all_themes
def test_every_step_is_in_the_language(theme: Theme) -> None:
    """Targets are objects or actors, and each is asked only what it has; main starts and joins everybody."""

    @ANY
    @given(theme.scenarios())
    def check(scenario: Scenario) -> None:
        assert (scenario.family, scenario.theme) == ("condition", theme.name)
        assert len(scenario.actors) <= 8
        assert scenario.step_count <= 220
        for name, actor in scenario.actors.items():
            for step in actor.steps:
                if not step.target:
                    assert step.method in VERBS
                elif step.target in scenario.actors:
                    assert name == "main"
                    assert step.method in {"start", "join", "kill"}
                else:
                    assert step.method in METHODS[scenario.objects[step.target].factory]
        for method in ("start", "join"):
            named = {step.target for _, _, step in steps(scenario, method)}
            assert named == set(scenario.actors) - {"main"}

    check()


@all_themes
def test_who_meets_meets_all(theme: Theme) -> None:
    """A rendezvous is in the steps of each whom it names, as often; what is awaited is a wait."""

    @ANY
    @given(theme.scenarios())
    def check(scenario: Scenario) -> None:
        for name, _, step in steps(scenario, "rendezvous"):
            point, names = step.arguments
            assert name in names
            found = [one for one, _, other in steps(scenario, "rendezvous") if other.arguments[0] == point]
            assert sorted(found) == sorted(names)
        for _, _, step in steps(scenario, "await_invoked"):
            name, at = step.arguments
            assert scenario.actors[name].steps[at].method == "wait"

    check()


@all_themes
def test_who_acquires_releases_as_often(theme: Theme) -> None:
    """Under every name of the lock; and in between, nobody meets others but who is at a level of an RLock."""

    @ANY
    @given(theme.scenarios())
    def check(scenario: Scenario) -> None:
        for actor in scenario.actors.values():
            held = 0
            for step in actor.steps:
                if scenario.theme == "names" and step.arguments == (False,):
                    continue  # A try while another has it, which is in vain.
                held += {"acquire": 1, "__enter__": 1, "release": -1, "__exit__": -1}.get(step.method, 0)
                held_by_design = scenario.theme in {"levels", "names", "unowned"}
                assert held_by_design or not held or step.method != "rendezvous"
            assert held == 0

    check()


@ANY
@given(st.one_of([THEMES[name].scenarios() for name in ("wakeups", "few", "relay", "levels")]))
def test_who_waits_for_ever_is_notified(scenario: Scenario) -> None:
    """The notifies of main are for as many as wait, one turn after the other."""
    waits = [step for _, _, step in steps(scenario, "wait") if limit(step) is None]
    notified = sum((step.arguments or (1,))[0] for _, _, step in steps(scenario, "notify"))

    assert notified >= len(waits) or steps(scenario, "notify_all")


@ANY
@given(THEMES["storm"].scenarios())
def test_nobody_in_a_storm_waits_for_ever(scenario: Scenario) -> None:
    """Nobody knows who notifies whom."""
    assert all(limit(step) is not None for _, _, step in steps(scenario, "wait"))


@ANY
@given(THEMES["predicates"].scenarios())
def test_what_is_waited_for_without_a_timeout_comes(scenario: Scenario) -> None:
    """As much is counted as anybody waits for, and everybody is notified each time."""
    counted = len(steps(scenario, "increment"))
    waiters = len(steps(scenario, "wait_for"))
    for _, _, step in steps(scenario, "wait_for"):
        least = step.arguments[0]["$predicate"][1]
        assert least >= 1
        assert least <= counted or limit(step) is not None
    assert all(step.arguments[0] == waiters for _, _, step in steps(scenario, "notify") if step.arguments)
    assert waiters == 1 or all(step.arguments for _, _, step in steps(scenario, "notify"))


@ANY
@given(st.one_of([THEMES[name].scenarios() for name in ("gates", "flags", "pulses")]))
def test_who_waits_for_an_event_for_ever_sees_it_set(scenario: Scenario) -> None:
    """The last change of main is a set, or those who come after a clear have a timeout."""
    changes = [step.method for name, _, step in steps(scenario, "set", "clear") if name == "main"]
    for name, actor in scenario.actors.items():
        for at, step in enumerate(actor.steps):
            if step.method == "wait" and limit(step) is None:
                last = changes and changes[-1] == "set"
                first_two = scenario.theme == "gates" and at < 3
                assert last or first_two, name


@ANY
@given(THEMES["generations"].scenarios())
def test_all_parties_come_equally_often(scenario: Scenario) -> None:
    """As many actors as parties; or each comes once, and their number is a multiple."""
    (parties,) = scenario.objects["b"].arguments
    often = {name: 0 for name in scenario.actors if name != "main"}
    for name, _, _ in steps(scenario, "wait"):
        often[name] += 1

    assert len(set(often.values())) == 1
    assert len(often) == parties or (len(often) % parties == 0 and set(often.values()) == {1})


def told(actor: Actor) -> list[str]:
    return [f"{step.target}.{step.method}".replace("..", ".").lstrip(".") for step in actor.steps]


SMALLEST = {
    "wakeups": {
        "main": ["w0.start", "await_invoked", "c.acquire", "c.notify", "c.release", "w0.join"],
        "w0": ["c.acquire", "c.wait", "c.release"],
    },
    "few": {
        "main": [
            *("w0.start", "w1.start", "await_invoked", "await_invoked", "c.acquire", "c.notify", "c.release"),
            *("hold", "c.acquire", "c.notify_all", "c.release", "w0.join", "w1.join"),
        ],
        "w0": ["c.acquire", "c.wait", "c.release"],
        "w1": ["c.acquire", "c.wait", "c.release"],
    },
    "relay": {
        "main": [
            *("w0.start", "await_invoked", "c.acquire", "c.notify", "c.release"),
            *("await_invoked", "c.acquire", "c.notify", "c.release", "w0.join"),
        ],
        "w0": ["c.acquire", "c.wait", "c.release"] * 2,
    },
    "stored": {
        "main": ["w0.start", "c.acquire", "c.notify", "c.release", "rendezvous", "w0.join"],
        "w0": ["rendezvous", "c.acquire", "c.wait", "c.release"],
    },
    "names": {
        "main": ["w0.start", "x0.start", "w0.join", "x0.join"],
        "w0": ["c.acquire", "rendezvous", "rendezvous", "c.release", "rendezvous"],
        "x0": ["rendezvous", "l.acquire", "rendezvous", "rendezvous", "l.acquire", "l.release"],
    },
    "levels": {
        "main": [
            *("w0.start", "x0.start", "await_invoked", "c.acquire", "c.notify_all", "c.release"),
            *("w0.join", "x0.join"),
        ],
        "w0": [
            *("c.acquire", "c.acquire", "c.wait", "c.release", "rendezvous", "rendezvous"),
            *("c.release", "rendezvous"),
        ],
        "x0": ["rendezvous", "c.acquire", "c.release", "rendezvous", "rendezvous", "c.acquire", "c.release"],
    },
    "storm": {
        "main": ["a0.start", "a1.start", "a0.join", "a1.join"],
        "a0": ["c.acquire", "c.wait", "c.release"],
        "a1": ["c.acquire", "c.wait", "c.release"],
    },
    "predicates": {
        "main": ["w0.start", "n0.start", "w0.join", "n0.join"],
        "w0": ["c.acquire", "c.wait_for", "c.release"],
        "n0": ["hold", "c.acquire", "increment", "c.notify_all", "c.release"],
    },
    "unowned": {
        "main": ["w0.start", "x0.start", "w0.join", "x0.join"],
        "w0": ["rendezvous", "c.wait", "rendezvous"],
        "x0": ["rendezvous", "rendezvous"],
    },
    "gates": {
        "main": [
            *("w0.start", "await_invoked", "e.set", "rendezvous", "e.is_set", "rendezvous", "e.clear"),
            *("e.is_set", "rendezvous", "w0.join"),
        ],
        "w0": ["e.wait", "rendezvous", "e.wait", "rendezvous", "rendezvous", "e.wait"],
    },
    "flags": {"main": ["a0.start", "a0.join"], "a0": ["e.is_set"]},
    "pulses": {
        "main": ["w0.start", "await_invoked", "e.set", "e.clear", "e.set", "w0.join"],
        "w0": ["e.wait"],
    },
    "generations": {
        "main": ["p0.start", "p1.start", "p0.join", "p1.join", "b.parties", "b.n_waiting", "b.broken"],
        "p0": ["b.wait"],
        "p1": ["b.wait"],
    },
    "breaking": {
        "main": [
            *("p0.start", "p1.start", "await_invoked", "rendezvous", "b.broken", "rendezvous", "b.n_waiting"),
            *("b.reset", "b.broken", "rendezvous", "p0.join", "p1.join", "b.broken"),
        ],
        "p0": ["b.wait", "rendezvous", "rendezvous", "rendezvous", "b.wait"],
        "p1": ["rendezvous", "rendezvous", "rendezvous", "b.wait"],
    },
    "aborting": {
        "main": [
            *("p0.start", "p1.start", "await_invoked", "b.abort", "rendezvous", "b.broken", "rendezvous"),
            *("b.n_waiting", "b.reset", "b.broken", "rendezvous", "p0.join", "p1.join", "b.broken"),
        ],
        "p0": ["b.wait", "rendezvous", "b.wait", "rendezvous", "rendezvous", "b.wait"],
        "p1": ["rendezvous", "b.wait", "rendezvous", "rendezvous", "b.wait"],
    },
    "resetting": {
        "main": [
            *("p0.start", "await_invoked", "hold", "b.n_waiting", "b.reset", "b.n_waiting", "b.wait"),
            *("rendezvous", "b.n_waiting", "b.reset", "b.broken", "rendezvous", "p0.join"),
        ],
        "p0": ["b.wait", "rendezvous", "rendezvous"],
    },
    "failing": {
        "main": ["p0.start", "rendezvous", "b.broken", "p0.join"],
        "p0": ["b.wait", "rendezvous"],
    },
    "killed": {
        "main": [
            *("a0.start", "a1.start", "v0.start", "v0.join", "v0.kill", "v0.join", "t0.start", "t0.join"),
            *("t0.kill", "t0.join", "rendezvous", "a0.join", "a1.join"),
        ],
        "a0": [
            *("r.acquire", "r.wait", "r.release", "rendezvous", "r.acquire", "r.wait", "r.release"),
        ],
        "a1": [
            *("r.acquire", "r.notify_all", "r.release", "rendezvous"),
            *("r.acquire", "r.notify_all", "r.release"),
        ],
        "v0": ["q.acquire", "q.wait", "q.release"],
        "t0": ["q.acquire", "q.notify_all", "q.release"],
    },
}


@pytest.mark.parametrize("theme", THEMES)
def test_a_theme_shrinks_to_its_smallest_scenario(theme: str) -> None:
    """The shrinker ends at one actor of each kind, and no more than the theme is about."""
    small = find(
        THEMES[theme].scenarios(),
        lambda _: True,
        settings=settings(database=None, deadline=None, derandomize=True),
    )

    assert {name: told(actor) for name, actor in small.actors.items()} == SMALLEST[theme]


def test_the_family_has_a_theme_for_each_capability() -> None:
    """A backend without barriers is still asked about conditions and events."""
    assert len(THEMES) == len(PLAYED) == len(SMALLEST)
    needs = [theme.needs for theme in FAMILY.themes]
    assert any("Event" in one and "Barrier" not in one for one in needs)
    assert any("Condition" in one and "Barrier" not in one for one in needs)
