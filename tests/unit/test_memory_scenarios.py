"""The scenarios of shared memory: valid by construction, and small when shrunk."""

from array import array

import pytest
from hypothesis import HealthCheck, Phase, find, given, settings
from hypothesis import strategies as st

from mpconform.checkers.memory_regions import mentioned
from mpconform.values import Actor, Scenario, Step
from mpconform_scenarios.family import Theme
from mpconform_scenarios.memory import FAMILY
from mpconform_scenarios.memory_parts import ends

#: All but those that happen in programs, of which test_asking_scenarios.py knows.
PLAYED = [theme for theme in FAMILY.themes if theme.name not in {"programs", "managed"}]
THEMES = {theme.name: theme for theme in PLAYED}
ANY = settings(
    max_examples=60, database=None, deadline=None, phases=[Phase.generate],
    suppress_health_check=[HealthCheck.too_slow],
)  # fmt: skip
#: Main may be all that there is.
ALONE = {"needs", "reused"}
SMALLEST = settings(max_examples=300, database=None, deadline=None)

all_themes = pytest.mark.parametrize("theme", PLAYED, ids=lambda theme: theme.name)


def smallest(name: str) -> Scenario:
    return find(THEMES[name].scenarios(), lambda scenario: True, settings=SMALLEST)


def told(actor: Actor) -> list[str]:
    return [f"{step.target}.{step.method}".replace("..", ".") for step in actor.steps]


def names_of(step: Step) -> set[str]:
    named = {name for name, _ in mentioned([list(step.arguments), step.keywords])}
    return (named | {step.target}) - {"", "@"}


@all_themes
def test_names_resolve(theme: Theme) -> None:
    """Every name is an object, a child, or something that the actor bound before."""

    @ANY
    @given(theme.scenarios())
    def check(scenario: Scenario) -> None:
        for name, actor in scenario.actors.items():
            known = set(scenario.objects) | (set(scenario.actors) if name == "main" else set())
            for step in actor.steps:
                if step.method == "collect":
                    assert set(step.arguments) <= known
                assert names_of(step) <= known, step
                known |= {step.bind}

    check()


@all_themes
def test_main_starts_and_joins_every_child_once(theme: Theme) -> None:
    """A child is started, and joined after that; nobody else does either."""

    @ANY
    @given(theme.scenarios())
    def check(scenario: Scenario) -> None:
        order = [(step.target, step.method) for step in scenario.actors["main"].steps]
        children = set(scenario.actors) - {"main"}
        assert children or theme.name in ALONE
        for child in children:
            looks = child == "t0"  # A join with a timeout comes first.
            assert order.count((child, "start")) == order.count((child, "join")) - looks == 1
            assert order.index((child, "start")) < order.index((child, "join"))
            assert not any(step.method in {"start", "join"} for step in scenario.actors[child].steps)

    check()


@all_themes
def test_all_who_are_named_come_to_a_rendezvous(theme: Theme) -> None:
    """A rendezvous names each actor that has it, and no other; main is not joining meanwhile."""

    @ANY
    @given(theme.scenarios())
    def check(scenario: Scenario) -> None:
        meetings: dict[int, dict[str, list[str]]] = {}
        for name, actor in scenario.actors.items():
            for step in actor.steps:
                if step.method == "rendezvous":
                    meetings.setdefault(step.arguments[0], {})[name] = step.arguments[1]
        for point in meetings.values():
            assert all(sorted(named) == sorted(point) for named in point.values())
        main = [step.method for step in scenario.actors["main"].steps]
        if "rendezvous" in main:
            assert main.index("start") < main.index("rendezvous") < main.index("join")

    check()


@all_themes
def test_scenarios_are_of_a_reasonable_size(theme: Theme) -> None:
    """Few actors, and few steps; increments, which must meet, are hundreds at most."""

    @ANY
    @given(theme.scenarios())
    def check(scenario: Scenario) -> None:
        assert 2 - (theme.name in ALONE) <= len(scenario.actors) <= 5
        steps = [step for actor in scenario.actors.values() for step in actor.steps]
        times = {"increment": 1, "increment_index": 2}
        assert (
            sum(step.arguments[times[step.method]] if step.method in times else 1 for step in steps) <= 1600
        )
        assert len(steps) <= 100
        assert sum(step.arguments[0] for step in steps if step.method == "hold") <= 0.06

    check()


@ANY
@given(st.sampled_from(["blocks", "names", "lists"]).flatmap(lambda name: THEMES[name].scenarios()))
def test_main_makes_a_block_before_it_starts_a_child(scenario: Scenario) -> None:
    """A resource tracker that all processes share runs before there is a second process."""
    first = next(i for i, step in enumerate(scenario.actors["main"].steps) if step.method == "start")
    before = [step for step in scenario.actors["main"].steps[:first] if step.keywords.get("create")]

    assert scenario.objects or any(step.bind == "kept" for step in before)


@ANY
@given(st.sampled_from(["blocks", "names", "lists"]).flatmap(lambda name: THEMES[name].scenarios()))
def test_every_block_is_unlinked_by_main(scenario: Scenario) -> None:
    """What the scenario makes, main unlinks after the last join."""
    main = scenario.actors["main"].steps
    last = max(i for i, step in enumerate(main) if step.method == "join")
    unlinked = {step.target for step in main[last:] if step.method == "unlink"}
    blocks = {step.target: step.bind for step in main if step.method == ".shm"}
    shown = {name for name, block in blocks.items() if block in unlinked} | unlinked

    assert set(scenario.objects) <= shown
    # The block that main made first, or the one that has its name now.
    named = {"anew", "auto", "twin", "left"} <= shown and shown & {"kept", "found"}
    assert named or scenario.theme != "names"


@ANY
@given(THEMES["blocks"].scenarios() | THEMES["names"].scenarios())
def test_views_are_dropped_before_their_block_is_closed(scenario: Scenario) -> None:
    """No bound view is left when its actor closes something."""
    for actor in scenario.actors.values():
        views: set[object] = set()
        for step in actor.steps:
            views |= {step.bind} if step.method == ".buf" else set()
            views -= set(step.arguments) if step.method == "collect" else set()
            assert step.method != "close" or not views


@ANY
@given(THEMES["locks"].scenarios())
def test_a_lock_is_given_back(scenario: Scenario) -> None:
    """Main releases what it acquired; the child waits for nothing but that."""
    main = [step.method for step in scenario.actors["main"].steps]

    assert main.count("acquire") == main.count("release") == 1
    assert main.index("acquire") < main.index("await_invoked") < main.index("release") < main.index("join")


@pytest.mark.parametrize(
    ("theme", "name", "size"),
    [("arrays", "z", 4096), ("raws", "r0", 4096), ("blocks", "seg", 1 << 16)],
)
def test_memory_of_more_than_a_page_is_used_to_its_end(theme: str, name: str, size: int) -> None:
    """What is large is read near its end, by an access that the checkers judge."""

    def large(scenario: Scenario) -> bool:
        spec = scenario.objects[name]
        if theme == "blocks":
            return int(spec.keywords["size"]) > size
        return len(spec.arguments) > 1 and type(spec.arguments[1]) is int and _bytes(*spec.arguments) > size

    found = find(THEMES[theme].scenarios(), large, settings=SMALLEST)

    reads = [s.arguments[0] for s in found.actors["main"].steps if s.method == "__getitem__"]
    spans = [one["$slice"] for one in reads if isinstance(one, dict)]
    length = found.objects[name].keywords.get("size") or found.objects[name].arguments[1]
    if theme == "blocks":
        assert any(stop - start == 30_000 for start, stop in spans)
    else:
        assert [span for span in spans if span[1] == length and length - 8 <= span[0]]


def test_the_smallest_scenarios_of_faults() -> None:
    """A holder of the lock is killed; a block cannot be made for want of a descriptor, nor a list of room."""
    killed, needs, full = smallest("killed"), smallest("needs"), smallest("full")

    assert told(killed.actors["v0"]) == ["v.get_lock", "l.acquire", ".pid", "l.release"]
    assert [(fault.signal, fault.step, fault.after) for fault in killed.faults] == [("SIGKILL", 2, 0)]
    assert [step.method for step in needs.actors["main"].steps if step.target == "@"] == [
        "shared_memory.SharedMemory"
    ] * 3
    assert [(fault.signal, fault.left) for fault in needs.faults] == [("EMFILE", 0)]
    assert [(fault.signal, fault.left) for fault in full.faults] == [("ENOSPC", 0)]
    assert full.actors["main"].steps[full.faults[0].step or 0].method == "join"
    assert [step.method for step in full.actors["p0"].steps if step.target == "@"] == [
        "shared_memory.ShareableList"
    ] * 2


def _bytes(typecode: str, count: int) -> int:
    return array(typecode).itemsize * count


def test_a_lock_that_was_given_is_tried_whatever_it_is_held_through() -> None:
    """The child tries the given lock while main holds the object by another name."""
    held_by_object = find(
        THEMES["locks"].scenarios(),
        lambda s: "lk" in s.objects and "v.acquire" in told(s.actors["main"]),
        settings=SMALLEST,
    )

    assert "lk.acquire" in told(held_by_object.actors["p0"])
    assert "lk.acquire" not in told(smallest("locks").actors["p0"])


def test_every_value_is_the_least_and_the_greatest_of_its_type() -> None:
    """Both are stored and read again, whatever else is drawn; no write is like another."""

    @ANY
    @given(THEMES["values"].scenarios())
    def check(scenario: Scenario) -> None:
        steps = [step for actor in scenario.actors.values() for step in actor.steps]
        for name, spec in scenario.objects.items():
            written = [s.arguments[0] for s in steps if s.target == name and s.method == ".value="]
            assert len(set(map(str, written))) == len(written)
            assert {*ends(spec.arguments[0])} <= {0, *map(_hashed, [*spec.arguments[1:], *written])}

    check()


def _hashed(value: object) -> object:
    return str(value) if isinstance(value, dict) else value


def test_characters_have_a_nul_in_their_middle() -> None:
    """What tells a value that ends there from one that is stripped at its end."""

    def inner(scenario: Scenario) -> bool:
        words = [s.arguments[0]["$hex"] for s in scenario.actors["p0"].steps if s.method == ".value="]
        return any(b"\0" in bytes.fromhex(word).rstrip(b"\0") for word in words)

    assert find(THEMES["arrays"].scenarios(), inner, settings=SMALLEST)


def test_the_smallest_scenario_of_values() -> None:
    """An int without a first value; the child stores one value, main another."""
    small = smallest("values")

    assert set(small.objects) == {"v0"}
    assert small.objects["v0"].arguments == ("i",)
    assert not small.objects["v0"].keywords
    assert told(small.actors["p0"]) == ["v0.value", "v0.value=", "v0.value"]


def test_the_smallest_scenario_of_registers() -> None:
    """One process that writes once and reads once."""
    assert told(smallest("registers").actors["p0"]) == [".rendezvous", "v.value=", "v.value"]
    assert set(smallest("registers").actors) == {"main", "p0"}


def test_the_smallest_scenario_of_counters() -> None:
    """Two processes that increment once each, an array of one element, under its own lock."""
    small = smallest("counters")

    assert set(small.actors) == {"main", "p0", "p1"}
    assert small.objects["a"].arguments == ("i", 1)
    assert set(small.objects) == {"v", "a"}
    assert small.actors["p1"].steps[1].arguments == ({"$object": "v"}, 1)


def test_the_smallest_scenario_of_locks() -> None:
    """A Value with a lock of its own, held through get_lock, and read meanwhile."""
    small = smallest("locks")

    assert set(small.objects) == {"v", "bare"}
    assert small.objects["v"].factory == "Value"
    assert "held.acquire" in told(small.actors["main"])
    assert told(small.actors["p0"])[3] == "v.value"


def test_the_smallest_scenario_of_arrays() -> None:
    """Arrays of ints, one element from a sequence, two zeros, and one character."""
    small = smallest("arrays")

    assert small.objects["a"].arguments == ("i", [1])
    assert small.objects["z"].arguments == ("i", 2)
    assert small.objects["c"].arguments == ("c", 3)


def test_the_smallest_scenario_of_patterns() -> None:
    """Two processes that fill two elements and scan them once each."""
    small = smallest("patterns")

    assert small.objects == {"a": small.objects["a"]}
    assert small.objects["a"].arguments == ("i", 2)
    assert told(small.actors["p1"]) == [".rendezvous", ".fill", ".scan"]


def test_the_smallest_scenario_of_raws() -> None:
    """Two raw ints without first values."""
    small = smallest("raws")

    assert [spec.arguments for spec in small.objects.values()] == [("i",), ("i",)]


def test_the_smallest_scenario_of_blocks() -> None:
    """A block of three bytes, one for each process."""
    small = smallest("blocks")

    assert small.objects["seg"].keywords["size"] == 3
    assert small.actors["p0"].steps[0].bind == "mine"


def test_the_smallest_scenario_of_names() -> None:
    """Blocks of one byte."""
    small = smallest("names")

    sizes = {step.keywords["size"] for step in small.actors["main"].steps if "size" in step.keywords}
    assert sizes <= {1, 0, -1}


def test_many_blocks_may_have_no_names_and_all_are_told_apart_while_they_live() -> None:
    """Each is asked for its name before any is unlinked."""
    many = find(THEMES["names"].scenarios(), lambda s: s.step_count > 60, settings=settings(database=None))
    steps = many.actors["main"].steps
    nameless = [s.bind for s in steps if s.keywords.get("create") and "name" not in s.keywords]
    asked = [step.target for step in steps if step.method == ".name"]
    unlinked = next(at for at, step in enumerate(steps) if step.method == "unlink")

    assert len(nameless) == 14
    assert set(nameless) < set(asked)
    assert all(step.method != ".name" for step in steps[unlinked:])


def test_the_smallest_scenario_of_lists() -> None:
    """A list of None."""
    assert smallest("lists").objects["sl"].arguments == ([None],)


def test_the_smallest_scenario_of_reuse() -> None:
    """A program that makes a large array twice where one has been, and then a small one."""
    (step,) = smallest("reused").actors["main"].steps
    program = step.arguments[0]

    assert (step.method, program["run"]) == ("program", "file")
    assert program["questions"] == [
        f'ask("reused", lambda: reused({count}, 2), count={count}, times=2)' for count in (600_000, 1000)
    ]
