"""A campaign against a runner that costs nothing: what is run, judged, counted and kept."""

import gc
import tracemalloc
from collections.abc import Callable, Iterable
from typing import Any

import msgspec
import pytest

from fakes import (
    OFFER,
    FakeRunner,
    FakeTimer,
    cell,
    failing_if,
    family,
    finding,
    history_of,
    numbers_of,
    requirement,
    theme,
)
from mpconform.errors import HarnessFault, UsageError
from mpconform.values import Actor, Finding, History, Operation, Requirement, Scenario
from mpconform_conformance.campaign import Campaign, Met
from mpconform_conformance.directed import Directed
from mpconform_conformance.explore import batch
from mpconform_conformance.strategies import dress_of, undressed
from mpconform_conformance.tally import Overlap, Tally
from mpconform_scenarios.family import Family

Checker = Callable[[History], Finding]


def passing(_: History) -> Finding:
    return finding()


def campaign(
    *asked: tuple[Requirement, Checker],
    of: Family | None = None,
    offer: Any = OFFER,
    lanes: int = 1,
    **rest: Any,
) -> Campaign:
    return Campaign(
        cell(offer=offer, lanes=lanes),
        family=of or family(),
        requirements=asked or ((requirement(), passing),),
        seed=1,
        **rest,
    )


def explored(made: Campaign, runner: FakeRunner | None = None, *, questions: int = 100) -> FakeRunner:
    """Explore for as long as a timer takes to be asked so often: about two questions a scenario."""
    runner = runner or FakeRunner()
    made.explore([runner], FakeTimer(questions), first_round=FakeTimer())
    return runner


def statuses(made: Campaign) -> dict[str, str]:
    return {result.requirement: result.status for result in made.results(lambda met: f"folder of {met.kind}")}


def test_a_backend_that_keeps_a_requirement_conforms_with_its_evidence() -> None:
    """Histories, situations judged, operations and measures are summed over the campaign."""
    made = campaign()
    runner = explored(made)
    result = made.results(lambda _: "")[0]
    operations = sum(len(numbers_of(scenario)) for scenario in runner.ran)

    assert result.status == "conforms"
    assert result.evidence == {
        "histories": len(runner.ran),
        "judged": len(runner.ran),
        "operations": operations,
        "items": 2 * len(runner.ran),
    }


def test_a_requirement_that_nothing_judged_is_unknown() -> None:
    """No evidence is never a pass."""
    made = campaign((requirement(), lambda _: Finding()))
    explored(made)
    result = made.results(lambda _: "")[0]

    assert result.status == "unknown"
    assert result.reason == "no scenario of this run gave evidence"


@pytest.mark.parametrize(
    ("since", "until", "why"),
    [
        ("3.99", "", "promised from Python 3.99 on; this is {}"),
        ("", "3.0", "promised up to Python 3.0; this is {}"),
        ("3.0", "3.1", "promised from Python 3.0 on up to Python 3.1; this is {}"),
        ("3.0", "3.99", ""),
    ],
)
def test_what_this_python_does_not_promise_is_not_judged(since: str, until: str, why: str) -> None:
    """It is unsupported, and why is said."""
    asked = msgspec.structs.replace(requirement(), since=since, until=until)
    made = campaign((asked, passing))
    explored(made)
    (result,) = made.results(lambda _: "")

    assert result.status == ("unsupported" if why else "conforms")
    assert result.reason == why.format(made.cell.offer.python)


def test_a_requirement_whose_needs_are_lacking_is_unsupported_and_never_judged() -> None:
    """What the backend does not offer is named, and its checker is not asked."""

    def never(_: History) -> Finding:
        raise AssertionError("judged")

    made = campaign((requirement(needs=("Pool", "Queue")), never), (requirement("QUEUE-LOSS"), passing))
    explored(made)
    unsupported, conforms = made.results(lambda _: "")

    assert (unsupported.status, unsupported.reason) == ("unsupported", "made.up offers no Pool")
    assert conforms.status == "conforms"
    assert not made.fault_events()


def test_what_no_scenario_of_this_backend_can_show_is_unsupported() -> None:
    """Only if the theme that is known to show it cannot run, and no other has shown anything of it."""
    made = campaign(
        (requirement("SHOWN-ELSEWHERE"), passing),
        (requirement("BEYOND"), lambda _: Finding(judged=0)),
        (requirement("BROKEN"), failing_if(lambda _: True)),
        (requirement("NOT-MET"), lambda _: Finding(judged=0)),
        (requirement("GIVEN-UP"), lambda _: Finding(judged=0, measures={"undecided": 2})),
        of=family(theme("a"), theme("pools", needs=frozenset({"Pool", "Lock", "Queue"}))),
        named={
            "SHOWN-ELSEWHERE": "pools",
            "BEYOND": "pools",
            "BROKEN": "pools",
            "NOT-MET": "a",
            "GIVEN-UP": "pools",
        },
    )
    explored(made)
    found = {result.requirement: result for result in made.results(lambda _: "")}

    assert {name: result.status for name, result in found.items()} == {
        "SHOWN-ELSEWHERE": "conforms",
        "BEYOND": "unsupported",
        "BROKEN": "violates",
        "NOT-MET": "unknown",
        "GIVEN-UP": "unknown",
    }
    assert found["BEYOND"].reason == "scenarios that show it also need Lock, Pool: made.up lacks that"
    assert found["GIVEN-UP"].reason.startswith("the search for an order was given up")


def test_a_campaign_with_nothing_to_run_is_idle() -> None:
    """Neither unsupported requirements nor unsupported themes start an agent."""
    none = msgspec.structs.replace(OFFER, capabilities=frozenset())
    unsupported = campaign(offer=none)
    no_theme = campaign(
        (requirement(needs=()), passing), of=family(theme(needs=frozenset({"Pool"}))), offer=none
    )

    assert unsupported.idle
    assert no_theme.idle
    assert statuses(unsupported) == {"QUEUE-FIFO": "unsupported"}
    assert no_theme.results(lambda _: "")[0].reason == "no theme of this family can run on this backend"
    assert not campaign().idle


def test_the_simplest_scenario_of_every_theme_comes_first_whatever_the_time() -> None:
    """Even a campaign without any time has evidence from every theme that can run."""
    themes = [theme("a"), theme("b", needs=frozenset({"Pool"})), theme("c")]
    made = campaign(of=family(*themes))
    runner = explored(made, questions=1)

    assert [(scenario.theme, numbers_of(scenario)) for scenario in runner.ran] == [("a", [0]), ("c", [0])]


def test_what_serves_the_most_comes_first_in_a_first_round_that_is_cut() -> None:
    """Litmus programs before it, and last what serves nothing that is asked."""
    themes = [theme(name) for name in ("none", "one", "two")]
    made = campaign(
        *((requirement(name), passing) for name in ("A", "B", "C", "D")),
        of=Family(name="queue", title="Queues", themes=tuple(themes), litmus=(theme("tutorial"),)),
        named={"A": "one", "B": "two", "C": "two", "D": "tutorial", "GONE": "none"},
    )

    assert [scenario.theme for scenario in explored(made, questions=1).ran] == [
        "tutorial",
        "two",
        "one",
        "none",
    ]


def test_a_first_round_that_never_ends_is_cut() -> None:
    """Themes that hang do not make a short campaign a long one."""
    made = campaign(of=family(theme("a"), theme("b"), theme("c")))
    runner = FakeRunner()
    made.explore([runner], FakeTimer(1), first_round=FakeTimer(3))

    assert [scenario.theme for scenario in runner.ran] == ["a", "b"]


def test_themes_take_turns_by_weight() -> None:
    """A theme of weight 3 gives three scenarios to every one of a theme of weight 1."""
    made = campaign(of=family(theme("heavy", weight=3), theme("light")))
    runner = explored(made, questions=400)
    rest = [scenario.theme for scenario in runner.ran[20:]]

    assert sorted(rest[:8]) == ["heavy"] * 6 + ["light"] * 2
    assert rest.count("heavy") > 2 * rest.count("light")


def test_what_lacks_evidence_is_sought_where_it_is_found() -> None:
    """Of two themes, the light one alone gives it: it has half of the turns, until there is enough."""

    def seldom(history: History) -> Finding:
        numbers = numbers_of(history.scenario)
        return finding() if history.scenario.theme == "light" and len(numbers) > 1 else Finding()

    made = campaign(
        (requirement("A"), passing), (requirement("B"), seldom),
        of=family(theme("heavy", weight=30), theme("light")),
    )  # fmt: skip
    runner = explored(made, questions=60)
    ran = [scenario.theme for scenario in runner.ran[2:]]

    assert ran[:16].count("light") >= 6
    assert set(statuses(made).values()) == {"conforms"}


def test_what_is_directed_comes_after_the_simplest_and_before_anything_drawn() -> None:
    """For what the simplest gave no evidence for, on themes that can run; as it is, whatever the time."""
    (drawn,) = batch(theme("a"), seed=9, index=0, size=1)
    scenarios = {
        name: msgspec.structs.replace(
            drawn, theme=name, actors={"main": Actor(steps=drawn.actors["main"].steps * number)}
        )
        for name, number in (("a", 7), ("gone", 8), ("b", 9))
    }

    def of_seven(history: History) -> Finding:
        return finding() if len(numbers_of(history.scenario)) == 7 else Finding()

    made = campaign(
        (requirement("A"), passing),
        (requirement("SEVEN"), of_seven),
        of=family(theme("a"), theme("b"), theme("gone", needs=frozenset({"Pool"}))),
        directed=[
            Directed(gives=("SEVEN",), scenario=scenarios["a"]),
            Directed(gives=("SEVEN",), scenario=scenarios["gone"]),
            Directed(gives=("A",), scenario=scenarios["b"]),
        ],
    )
    runner = explored(made, questions=1)

    assert [(scenario.theme, len(numbers_of(scenario))) for scenario in runner.ran] == [
        ("a", 1), ("b", 1), ("a", 7),
    ]  # fmt: skip
    assert runner.ran[2] == scenarios["a"]
    assert set(statuses(made).values()) == {"conforms"}


def test_what_was_directed_in_vain_is_run_again_until_it_gives_evidence() -> None:
    """Every other time, and so that what the theme draws has its chance, too; then no more."""
    (drawn,) = batch(theme("a"), seed=9, index=0, size=1)
    steps = drawn.actors["main"].steps * 7
    sought = msgspec.structs.replace(drawn, actors={"main": Actor(steps=steps)})
    seen = 0

    def at_the_third_time(history: History) -> Finding:
        nonlocal seen
        seen += history.scenario == sought
        return finding() if history.scenario == sought and seen >= 3 else Finding()

    made = campaign(
        (requirement("SEVEN"), at_the_third_time),
        of=family(theme("a")),
        directed=[Directed(gives=("SEVEN",), scenario=sought)],
    )
    ran = explored(made, questions=60).ran
    times = [number for number, scenario in enumerate(ran) if scenario == sought]

    # One more may have been chosen before the evidence was judged.
    assert times[:3] == [1, 2, 4]
    assert len(times) in (3, 4)
    assert len(ran) > 8
    assert set(statuses(made).values()) == {"conforms"}


@pytest.mark.parametrize(
    ("evident_at", "seconds", "last"), [(1, 0.1, 0), (4, 0.1, 3), (99, 1.0, 8), (99, 0.05, 20), (99, 0.0, 98)]
)
def test_what_lacks_evidence_at_the_end_is_run_a_few_times_more(
    evident_at: int, seconds: float, last: int
) -> None:
    """What gave none in the first round; until it does, or has been tried often enough, or for a second."""
    (drawn,) = batch(theme("a"), seed=9, index=0, size=1)
    sought = msgspec.structs.replace(drawn, actors={"main": Actor(steps=drawn.actors["main"].steps * 7)})
    seen = 0

    def in_time(history: History) -> Finding:
        nonlocal seen
        seen += history.scenario == sought
        return finding() if history.scenario == sought and seen >= evident_at else Finding()

    made = campaign(
        (requirement("A"), passing),
        (requirement("SEVEN"), in_time),
        of=family(theme("a"), theme("b")),
        named={"A": "a"},
        directed=[Directed(gives=("SEVEN",), scenario=sought)],
    )
    runner = FakeRunner(seconds=seconds)
    made.explore([runner], FakeTimer(1), first_round=FakeTimer(), last_round=FakeTimer)
    found = evident_at <= last + 1

    # One more has begun when the evidence is judged.
    assert len(runner.ran) - 3 == last + (found and last > 0)
    assert all(scenario == sought for scenario in runner.ran[2:])
    assert statuses(made)["SEVEN"] == ("conforms" if found else "unknown")


def test_the_last_round_ends_in_time() -> None:
    """However much is lacking."""
    made = campaign((requirement("A"), lambda _: Finding()), named={"A": "a"}, of=family(theme("a")))
    runner = FakeRunner()
    made.explore([runner], FakeTimer(1), first_round=FakeTimer(), last_round=lambda: FakeTimer(2))

    assert len(runner.ran) == 1 + 1


def test_what_catches_a_broken_backend_is_run_whatever_was_seen() -> None:
    """Once, and only if what it is about is asked, and offered."""
    (one, *_), (two, *_), (three, *_) = (
        [s for s in batch(theme("a"), seed=seed, index=2, size=8) if len(numbers_of(s)) > 3]
        for seed in (1, 2, 3)
    )
    made = campaign(
        (requirement("A"), passing),
        (requirement("POOL", needs=("Pool",)), passing),
        of=family(theme("a"), theme("b")),
        named={"A": "a", "POOL": "a"},
        directed=[
            Directed(gives=("A",), scenario=one),
            Directed(gives=("A",), scenario=two, catches=True),
            Directed(gives=("POOL",), scenario=three, catches=True),
        ],
    )
    runner = explored(made, questions=1)

    assert [numbers_of(scenario) for scenario in runner.ran] == [[0], [0], numbers_of(two)]


def test_scenarios_are_dressed_after_the_first_round() -> None:
    """The simplest of each theme as it is; then every one as some strategy has it."""
    runner = explored(campaign(of=family(theme("one"))), questions=200)
    first, *later = runner.ran

    assert first == undressed(first)
    assert len(later) > 9
    assert len({dress_of(scenario).strategy for scenario in later}) > 4
    assert any(scenario != undressed(scenario) for scenario in later)


def test_every_third_turn_goes_to_what_is_small_and_gives_evidence() -> None:
    """The simplest of the theme, and what is directed to something that is asked, by turns, and dressed."""
    (drawn,) = batch(theme("a"), seed=9, index=0, size=1)
    asked, unasked = (
        msgspec.structs.replace(drawn, actors={"main": Actor(steps=drawn.actors["main"].steps * number)})
        for number in (70, 80)
    )
    made = campaign(
        (requirement("A"), passing),
        (requirement("POOL", needs=("Pool",)), passing),
        of=family(theme("a")),
        directed=[Directed(gives=("A",), scenario=asked), Directed(gives=("POOL",), scenario=unasked)],
    )
    ran = explored(made, questions=200).ran
    later = ran[ran.index(drawn) + 1 :]
    if later[0] == asked:  # The evidence of the simplest was not judged yet.
        del later[0]
    again, others = later[2::3], [scenario for number, scenario in enumerate(later) if number % 3 != 2]

    assert [undressed(scenario) for scenario in again] == [(drawn, asked)[n % 2] for n in range(len(again))]
    assert len({dress_of(scenario).strategy for scenario in again}) > 4
    assert {70, 80}.isdisjoint(len(numbers_of(scenario)) for scenario in others)


def test_the_budget_is_explored_to_its_end_whatever_is_found() -> None:
    """Violations do not end a campaign, and do not make it longer."""
    clean, broken = campaign(), campaign((requirement(), failing_if(lambda _: True)))

    assert len(explored(broken).ran) == len(explored(clean).ran) > 20


def test_no_scenario_begins_that_would_end_too_late() -> None:
    """The mean cost so far tells whether another one fits."""

    class Clock(FakeTimer):
        """Time that passes by running."""

        def __init__(self) -> None:
            self.now = 10.0

        @property
        def left_s(self) -> float:
            return self.now

    clock = Clock()

    def react(scenario: Scenario) -> History:
        clock.now -= 3.0
        return history_of(scenario)

    runner = FakeRunner(react)
    campaign().explore([runner], clock, first_round=FakeTimer())

    assert len(runner.ran) == 3


def test_a_history_is_judged_while_the_next_scenario_runs() -> None:
    """Judging and generating happen between submit and collect: the agent is never idle."""
    runner = FakeRunner()

    def judge(_: History) -> Finding:
        runner.calls.append("judge")
        return finding()

    explored(campaign((requirement(), judge)), runner)

    assert runner.calls[:5] == ["submit", "collect", "submit", "judge", "collect"]
    assert runner.calls[-1] == "judge"
    assert runner.calls.count("judge") == len(runner.ran)


def test_scenarios_run_side_by_side_on_several_runners() -> None:
    """All are at work while a history is judged; each of their histories is judged once."""
    calls: list[str] = []
    runners = [FakeRunner(calls=calls), FakeRunner(calls=calls)]
    judged: list[Scenario] = []

    def judge(history: History) -> Finding:
        calls.append("judge")
        judged.append(history.scenario)
        return finding()

    campaign((requirement(), judge), lanes=2).explore(runners, FakeTimer(100), first_round=FakeTimer())
    ran = [runner.ran for runner in runners]

    assert calls[:8] == ["submit", "submit", "collect", "submit", "judge", "collect", "submit", "judge"]
    assert len(judged) == len(ran[0]) + len(ran[1])
    assert abs(len(ran[0]) - len(ran[1])) <= 1


def test_while_a_scenario_waits_another_one_runs_beside_it() -> None:
    """First what takes long, which else comes last; and when nobody waits, one is at work at a time."""
    calls: list[str] = []
    spare = FakeRunner(calls=calls)

    class Patient(FakeRunner):
        """Waits, without using its core, until the spare one has begun."""

        def ended(self, wait_s: float) -> bool:
            return calls.count("submit") > 1

    patient = Patient(calls=calls)
    made = campaign(of=family(theme("a"), theme("b"), theme("seldom", every=3)))
    made.explore([patient, spare], FakeTimer(100), first_round=FakeTimer())

    assert [patient.ran[0].theme, spare.ran[0].theme] == ["a", "seldom"]
    assert calls[:4] == ["submit", "submit", "collect", "collect"]
    assert calls[4:] == ["submit", "collect"] * (len(calls[4:]) // 2)
    assert len(calls) > 40


def test_a_defect_of_ours_on_one_runner_stops_none() -> None:
    """The runner that it happened on goes on too: its next scenario has a fresh agent."""

    def react(scenario: Scenario) -> History:
        if scenario.theme == "bad":
            raise HarnessFault("the agent failed")
        return history_of(scenario)

    made = campaign(of=family(theme("bad"), theme("good")), lanes=2)
    runners = [FakeRunner(react), FakeRunner()]
    made.explore(runners, FakeTimer(200), first_round=FakeTimer())

    assert len(made.faults) == 1
    assert all(len(runner.ran) > 20 for runner in runners)


def test_every_requirement_judges_every_history() -> None:
    """One campaign serves all requirements of a family."""
    seen: dict[str, list[History]] = {"A": [], "B": []}

    def judge(name: str) -> Checker:
        return lambda history: seen[name].append(history) or finding()

    explored(campaign((requirement("A"), judge("A")), (requirement("B"), judge("B"))))

    assert seen["A"] == seen["B"] != []


def test_the_first_violation_of_every_kind_is_kept_and_announced_at_once() -> None:
    """Later ones of the same kind are counted only."""

    def judge(history: History) -> Finding:
        numbers = numbers_of(history.scenario)
        return (
            finding("long", "long") if len(numbers) > 4 else finding("short") if numbers != [0] else finding()
        )

    announced: list[Met] = []
    made = campaign((requirement(), judge), met=announced.append)
    runner = explored(made)
    ran = [numbers_of(scenario) for scenario in runner.ran]
    long = sum(len(numbers) > 4 for numbers in ran)

    assert announced == made.met
    assert sorted(met.kind for met in announced) == ["long", "short"]
    assert {met.kind: made.seen(met) for met in made.met} == {
        "long": long,
        "short": sum(numbers != [0] for numbers in ran) - long,
    }
    for met in announced:
        assert met.witnessed.tapes == {"main": b"tape"}
        assert met.witnessed.history.scenario in runner.ran


def test_a_violated_requirement_shows_the_folder_of_its_first_violation() -> None:
    """A red cell leads to its proof."""
    made = campaign((requirement(), failing_if(lambda _: True)), (requirement("QUEUE-LOSS"), passing))
    explored(made)
    violated, conforms = made.results(lambda met: f"violations/{met.kind}")

    assert (violated.status, violated.witness) == ("violates", "violations/overtaken")
    assert (conforms.status, conforms.witness) == ("conforms", None)


def test_a_checker_that_raises_is_a_defect_of_ours_and_no_violation() -> None:
    """Its requirement is unknown, with the traceback; the others are judged on."""

    def broken(_: History) -> Finding:
        raise ZeroDivisionError("by accident")

    made = campaign((requirement(), broken), (requirement("QUEUE-LOSS"), passing))
    runner = explored(made)
    unknown, conforms = made.results(lambda _: "")
    faults = made.fault_events()

    assert unknown.status == "unknown"
    assert "ZeroDivisionError: by accident" in unknown.reason
    assert conforms.evidence["histories"] == len(runner.ran)
    assert [(fault.family, fault.backend) for fault in faults] == [("queue", "made.up:fork")]
    assert "ZeroDivisionError" in faults[0].text


@pytest.mark.parametrize(("share", "hangs"), [(0.14, 3), (0.04, 4)])
def test_a_theme_that_hangs_is_dropped(share: float, hangs: int) -> None:
    """After three times, once hangs have cost a seventh of the time; the others go on, hangs are counted."""

    def react(scenario: Scenario) -> History:
        return history_of(scenario, ended="hung" if scenario.theme == "bad" else "normally")

    made = campaign(of=family(theme("bad"), theme("good")))
    runner = explored(made, FakeRunner(react, seconds=share * made.cell.budget_s))
    themes = [scenario.theme for scenario in runner.ran]

    assert themes.count("bad") == hangs
    assert themes.count("good") > 20
    assert made.event(seconds=1, agents=4).hung == hangs


def test_a_campaign_of_which_every_theme_hangs_ends() -> None:
    """There is nothing left to run, however much time there is."""
    made = campaign()
    hangs = FakeRunner(lambda scenario: history_of(scenario, ended="hung"), seconds=0.1 * made.cell.budget_s)
    explored(made, hangs, questions=10**6)

    assert len(hangs.ran) == 3


def test_a_defect_of_the_harness_is_kept_with_its_scenario_and_drops_the_theme() -> None:
    """The backend is not blamed, and the other themes are explored."""

    def react(scenario: Scenario) -> History:
        if scenario.theme == "bad":
            raise HarnessFault("the agent failed")
        return history_of(scenario)

    made = campaign(of=family(theme("bad"), theme("good")))
    runner = explored(made, FakeRunner(react))
    (fault,) = made.fault_events()

    assert "the agent failed" in fault.text
    assert '"theme":"bad"' in fault.text
    assert statuses(made) == {"QUEUE-FIFO": "conforms"}
    assert len(runner.ran) > 20


def test_a_campaign_in_which_everything_is_a_defect_of_ours_gives_up() -> None:
    """After the third defect nothing more is run."""

    def react(_: Scenario) -> History:
        raise HarnessFault("no agent")

    made = campaign(of=family(*(theme(f"t{n}") for n in range(9))))
    explored(made, FakeRunner(react))

    assert len(made.faults) == 3
    assert made.results(lambda _: "")[0].reason == "a defect of ours kept every scenario from running"


def test_what_the_user_must_put_right_ends_the_campaign() -> None:
    """A full disk is no defect of the backend, and none of ours."""

    def react(_: Scenario) -> History:
        raise UsageError("no space left on device")

    with pytest.raises(UsageError):
        explored(campaign(), FakeRunner(react))


def test_every_history_is_offered_for_keeping() -> None:
    """With --keep-histories nothing is left out."""
    kept: list[History] = []
    runner = explored(campaign(keep=kept.append))

    assert [history.scenario for history in kept] == runner.ran


def test_the_event_tells_how_much_was_done() -> None:
    """Scenarios by theme, operations, overlap, measures: what reports show of a campaign."""
    made = campaign(
        (requirement("A"), passing), (requirement("B"), passing), of=family(theme("a"), theme("b"))
    )
    runner = explored(made)
    event = made.event(seconds=1.23456, agents=2)

    assert event.scenarios == len(runner.ran) == sum(event.themes.values())
    assert set(event.themes) == {"a", "b"}
    assert event.operations == sum(len(numbers_of(scenario)) for scenario in runner.ran)
    assert event.measures == {"mean_overlap_percent": 100, "items": 2 * len(runner.ran)}
    assert (event.seconds, event.agents, event.hung, event.crashed) == (1.235, 2, 0, 0)


@pytest.mark.dense
def test_memory_does_not_grow_with_the_number_of_histories() -> None:
    """After a warm-up, three hundred further histories leave nothing behind."""
    made = campaign((requirement(), failing_if(lambda s: len(numbers_of(s)) > 2)))
    used: list[int] = []
    weight = 60_000

    def react(scenario: Scenario) -> History:
        if len(runner.ran) in range(60, 360, 25):
            gc.collect()
            used.append(tracemalloc.get_traced_memory()[0])
        return history_of(scenario, stacks="x" * weight)

    runner = FakeRunner(react)
    tracemalloc.start()
    try:
        explored(made, runner, questions=800)
    finally:
        tracemalloc.stop()
    # Whatever a look meets is half made in the thread that generates: the least is compared with the most.
    early, late = max(used[:4]), min(used[-4:])

    assert len(used) == 12
    # Two hundred histories would weigh ten times as much as the scenarios, which the fake runner keeps.
    assert late - early < 25 * weight


def open_at(*intervals: tuple[str, int, int | None]) -> History:
    operations = tuple(
        Operation(
            actor=actor, step=0, target="q", method="get", outcome="ok", invoked_ns=begin, returned_ns=end
        )
        for actor, begin, end in sorted(intervals, key=lambda interval: interval[1])
    )
    return History(
        scenario=Scenario(family="queue", theme="t", actors={}), backend="x", operations=operations
    )


@pytest.mark.parametrize(
    ("intervals", "percent"),
    [
        pytest.param([], 0, id="nothing"),
        pytest.param([("a", 0, 10), ("a", 20, 30)], 100, id="one-after-the-other"),
        pytest.param([("a", 0, 10), ("b", 0, 10)], 200, id="two-at-once"),
        pytest.param([("a", 0, 30), ("b", 10, 20)], 133, id="one-within-the-other"),
        pytest.param([("a", 0, 10), ("b", 5, 15), ("a", 100, 110)], 120, id="half-of-each"),
        pytest.param([("a", 0, None), ("b", 5, 15)], 100, id="what-never-returned-is-left-out"),
    ],
)
def test_overlap_is_the_mean_number_of_open_operations(
    intervals: Iterable[tuple[str, int, int | None]], percent: int
) -> None:
    """The lengths of all intervals, over the length of what they cover together."""
    overlap = Overlap()
    overlap.add(open_at(*intervals))

    assert overlap.percent == percent


def test_kinds_beyond_the_fifth_are_not_kept() -> None:
    """A checker that invents a slug for every history does not fill the disk."""
    numbers = iter(range(100))
    tally = Tally(requirement(), lambda _: finding(f"kind-{next(numbers)}"))
    new = [violation for _ in range(50) for violation in tally.judge(open_at())]

    assert len(new) == len(tally.seen) == 5
    assert tally.result("x", witness="w").status == "violates"


def test_a_violation_outweighs_a_checker_that_breaks_later() -> None:
    """What was proved stays proved."""
    answers = iter([finding("overtaken")])
    tally = Tally(requirement(), lambda _: next(answers))
    for _ in range(3):
        tally.judge(open_at())

    assert tally.result("x", witness="w").status == "violates"
    assert "StopIteration" in tally.fault
