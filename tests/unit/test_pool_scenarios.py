"""Strategies of the pool family: every scenario ends on a correct implementation, and shrinks well."""

import pytest
from hypothesis import HealthCheck, find, given, settings
from hypothesis import strategies as st

from mpconform.checkers.faults import deadly_tasks
from mpconform.checkers.pool_model import pools_of
from mpconform.values import History, Operation, Scenario, Step
from mpconform_scenarios.family import Theme
from mpconform_scenarios.pool import FAMILY

THEMES = {theme.name: theme for theme in FAMILY.themes}
#: All but those that happen in programs, of which test_asking_scenarios.py knows.
PLAYED = [theme for theme in FAMILY.themes if not theme.timed]

#: The methods of the smallest scenario of each theme, in order.
SMALLEST = {
    "map": "Pool map map close join",
    "boundaries": "Pool map imap __next__ __next__ map imap __next__ __next__ close join",
    "apply": "Pool apply starmap starmap starmap apply apply apply close join",
    "imap": "Pool imap imap __next__ __next__ __next__ __next__ "
    "imap_unordered imap_unordered __next__ __next__ __next__ __next__ close join",
    "errors": "Pool Pool apply map starmap map_async imap imap_unordered get "
    "__next__ __next__ __next__ __next__ apply close join",
    "lifetime": "Pool map close join",
    "async": "Pool apply_async apply_async map_async starmap_async map_async map_async "
    "get get get get get get close join",
    "arrivals": "Pool apply_async ready rendezvous wait successful get ready close join",
    "waiting": "Pool apply_async ready successful get wait rendezvous wait ready successful get "
    "apply_async wait successful ready get imap next rendezvous next __next__ close join",
    "close": "census Pool map_async join close rendezvous apply_async join census ready get",
    "terminate": "census Pool map map_async apply_async wait terminate apply_async join rendezvous census",
    "phases": "census Pool map terminate apply_async join rendezvous census",
    "context": "census Pool __enter__ map __exit__ apply_async join rendezvous census",
    "killed": "Pool Pool apply_async apply_async get get ready map terminate join census apply close join",
}

BLOCKING = {"apply", "map", "starmap", "get", "__next__", "wait"}
SUBMITTING = {"apply_async", "map_async", "starmap_async", "imap", "imap_unordered"} | BLOCKING


def steps_of(scenario: Scenario) -> tuple[Step, ...]:
    """The steps of main, who is alone."""
    assert list(scenario.actors) == ["main"]
    return scenario.actors["main"].steps


def points(value: object) -> set[int]:
    """The points that the tasks in *value* wait for."""
    if isinstance(value, dict):
        for tag, words in value.items():
            if tag in {"$task", "$tasks"} and "wait_point" in words:
                return {words[words.index("wait_point") + 1]}
        return set().union(*map(points, value.values()))
    return set().union(*map(points, value)) if isinstance(value, (list, tuple)) else set()


@pytest.mark.parametrize("theme", PLAYED, ids=lambda t: t.name)
def test_the_smallest_scenario_is_the_one_that_is_stated(theme: Theme) -> None:
    """Shrinking ends at one worker and the shortest list of steps."""
    small = find(theme.scenarios(), lambda _: True, settings=settings(database=None, max_examples=2_000))

    steps = steps_of(small)
    makes = [step for step in steps if step.method == "Pool" and step.bind == "pool"]
    assert " ".join(step.method for step in steps) == SMALLEST[theme.name]
    assert [step.arguments[0] for step in makes] == [1]


def test_a_map_may_have_more_chunks_than_a_byte_can_count() -> None:
    """And the same elements are mapped in other chunks, to compare."""

    def large(scenario: Scenario) -> bool:
        maps = [step for step in steps_of(scenario) if step.method == "map"]
        counts = [step.arguments[1]["$tasks"][1] for step in maps if "$tasks" in step.arguments[1]]
        return bool(counts) and counts[0] > 256 and any(s.keywords.get("chunksize") == 1 for s in maps)

    found = find(THEMES["map"].scenarios(), large, settings=settings(database=None, max_examples=2_000))

    assert [step.keywords for step in steps_of(found) if step.method == "map"] == [{}, {"chunksize": 1}]


@pytest.mark.parametrize("theme", PLAYED, ids=lambda t: t.name)
@settings(max_examples=60, deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_every_scenario_can_end(theme: Theme, data: st.DataObject) -> None:
    """Names are bound before use, points reached before anything waits, pools ended and joined."""
    scenario = data.draw(theme.scenarios())

    known: set[str] = set()
    held: set[int] = set()
    own: dict[str, set[int]] = {}
    ended, joined, terminated = False, False, False
    for step in steps_of(scenario):
        assert step.target in {"", "@"} | known
        if step.method == "rendezvous":
            held.discard(step.arguments[0])
            continue
        late = ended and step.target == "pool" and step.method in SUBMITTING
        if step.method in BLOCKING and not late and step.timeout_s is None and step.target != "other":
            assert not held & own.get(step.target, held) or step.target == "results"
            assert not terminated
        if not late:
            held |= points(step.arguments)
            own[step.bind] = points(step.arguments)
        if step.method in {"close", "terminate", "__exit__"}:
            ended, terminated = True, terminated or step.method != "close"
        if step.method == "join" and ended:
            assert terminated or not held
            joined = True
        known |= {step.bind} - {""}
    assert (scenario.family, scenario.theme) == ("pool", theme.name)
    assert joined
    assert not held


@pytest.mark.parametrize("theme", PLAYED, ids=lambda t: t.name)
@settings(max_examples=30, deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_every_submission_is_understood(theme: Theme, data: st.DataObject) -> None:
    """The checkers know the outcome of every call that a strategy makes."""
    scenario = data.draw(theme.scenarios())
    operations = tuple(
        Operation(
            actor="main", step=index, target=step.target, method=step.method, arguments=step.arguments,
            keywords=step.keywords, timeout_s=step.timeout_s, outcome="ok",
            result={"$object": step.bind} if step.bind else None,
            invoked_ns=2 * index, returned_ns=2 * index + 1,
        )
        for index, step in enumerate(steps_of(scenario))
    )  # fmt: skip

    (pool,) = (p for p in pools_of(History(scenario=scenario, backend="", operations=operations))
               if p.name == "pool")  # fmt: skip

    assert pool.jobs
    assert all(job.understood or deadly_tasks(job.op.arguments) for job in pool.jobs)


def test_a_scenario_is_no_longer_than_a_reader_can_follow() -> None:
    """Every theme is named once, needs a Pool, and is tested here."""
    assert [theme.name for theme in PLAYED] == list(SMALLEST)
    assert all(theme.needs == {"Pool"} for theme in PLAYED)
