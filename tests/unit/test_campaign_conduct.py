"""Conducting a campaign: what is stored when, what is shrunk, what is told however it ends."""

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest

from fakes import (
    FakeRun,
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
    violation,
)
from mpconform import histories, store
from mpconform.clock import now_ns
from mpconform.errors import HarnessFault, UsageError
from mpconform.events import CampaignEvent, FaultEvent, ResultEvent, ViolationEvent
from mpconform.store import Witnessed
from mpconform.values import Actor, Finding, History, Scenario, Step
from mpconform_conformance import campaign, conduct
from mpconform_conformance.campaign import Met
from mpconform_conformance.conduct import Conduct, Outcome
from mpconform_conformance.confirm import confirmed
from mpconform_conformance.explore import Batch
from mpconform_conformance.reruns import Reruns
from mpconform_conformance.shrink import Shrunk

Checker = Callable[[History], Finding]

NAME = "queue-fifo--made.up-fork"


@pytest.fixture
def checkers(monkeypatch: pytest.MonkeyPatch) -> dict[str, Checker]:
    """The checkers of made-up requirements, which the test fills in."""
    made: dict[str, Checker] = {}
    monkeypatch.setattr(conduct, "checker_of", lambda requirement: made[requirement.id])
    monkeypatch.setattr(conduct, "family", lambda _: family())
    # No test depends on how fast this machine is: 0.3 s are some sixty scenarios.
    for part in conduct, campaign:
        monkeypatch.setattr(part, "Deadline", lambda seconds: FakeTimer(seconds * 400))
    return made


@contextlib.contextmanager
def runners_of(*runners: FakeRunner) -> Iterator[tuple[FakeRunner, ...]]:
    yield runners


def conducted(out: Path, *ids: str, runner: FakeRunner | None = None, budget_s: float = 0.3) -> Outcome:
    made = Conduct(
        cell(budget_s=budget_s, shrink_s=5.0),
        tuple(requirement(name) for name in ids),
        seed=1,
        out=out,
        shown="my report",
    )
    return made.run(runners_of(runner or FakeRunner()))


def of(outcome: Outcome, kind: type) -> list:
    return [event for event in outcome.events if isinstance(event, kind)]


def long(scenario: Scenario) -> bool:
    return len(numbers_of(scenario)) >= 2


def test_a_violation_is_shrunk_stored_and_told(tmp_path: Path, checkers: dict[str, Checker]) -> None:
    """Event, folder and result agree; the first witness stands beside the smallest."""
    checkers["QUEUE-FIFO"] = failing_if(long)

    outcome = conducted(tmp_path, "QUEUE-FIFO")
    (event,) = of(outcome, ViolationEvent)
    (result,) = of(outcome, ResultEvent)
    folder = tmp_path / event.folder

    assert (event.id, event.steps, event.actors, event.reproduced) == (NAME, 2, 1, (20, 20))
    assert event.seen > 1
    assert event.replay == f"mpconform replay 'my report/violations/{NAME}'"
    assert (result.status, result.witness) == ("violates", f"violations/{NAME}")
    assert store.read_violation(folder).event == event
    assert numbers_of(store.read_scenario(folder)) == [0, 0]
    assert long(store.read_scenario(folder / "first"))
    assert (folder / "tapes" / "main.tape").read_bytes() == b"tape"


def test_a_violation_is_on_disk_before_anything_else_happens(
    tmp_path: Path, checkers: dict[str, Checker]
) -> None:
    """When the process is killed right after, the witness is not lost."""
    seen_on_disk: list[bool] = []

    def judge(history: History) -> Finding:
        if (tmp_path / "violations" / NAME / "violation.json").exists():
            seen_on_disk.append(True)
            return finding()
        return finding("overtaken") if long(history.scenario) else finding()

    checkers["QUEUE-FIFO"] = judge
    conducted(tmp_path, "QUEUE-FIFO")

    assert seen_on_disk


def test_a_second_kind_has_a_folder_of_its_own(tmp_path: Path, checkers: dict[str, Checker]) -> None:
    """Two ways of breaking one requirement are two violations of one result."""

    def judge(history: History) -> Finding:
        return finding("long") if long(history.scenario) else finding("short")

    checkers["QUEUE-FIFO"] = judge
    outcome = conducted(tmp_path, "QUEUE-FIFO")

    assert [event.id for event in of(outcome, ViolationEvent)] == [NAME, f"{NAME}--long"]
    assert of(outcome, ResultEvent)[0].witness == f"violations/{NAME}"
    assert len(store.stored_violations(tmp_path)) == 2


def test_requirements_that_one_history_breaks_share_its_smallest_scenario(
    tmp_path: Path, checkers: dict[str, Checker]
) -> None:
    """What was shrunk for the first of them is tried for the others before anything else."""
    checkers["QUEUE-FIFO"] = failing_if(lambda s: sum(numbers_of(s)) > 50)
    checkers["QUEUE-LOSS"] = failing_if(lambda s: sum(numbers_of(s)) > 20)
    outcome = conducted(tmp_path, "QUEUE-FIFO", "QUEUE-LOSS")
    firsts = [store.read_scenario(tmp_path / e.folder / "first") for e in of(outcome, ViolationEvent)]
    shrunk = [store.read_scenario(tmp_path / e.folder) for e in of(outcome, ViolationEvent)]

    assert firsts[0] == firsts[1]
    assert shrunk[0] == shrunk[1]
    assert numbers_of(shrunk[0]) == [51]


def test_no_shrinking_leaves_the_first_witness(tmp_path: Path, checkers: dict[str, Checker]) -> None:
    """Where the defect never shows again, the report says 0 of 20, and shows what was recorded."""
    once = iter([finding("overtaken")])
    checkers["QUEUE-FIFO"] = lambda h: next(once, finding()) if long(h.scenario) else finding()
    (event,) = of(conducted(tmp_path, "QUEUE-FIFO"), ViolationEvent)

    assert event.reproduced == (0, 20)
    assert store.read_scenario(tmp_path / event.folder) == store.read_scenario(
        tmp_path / event.folder / "first"
    )


def test_what_is_new_is_replayed_three_times_however_little_time_there_is(
    tmp_path: Path, checkers: dict[str, Checker]
) -> None:
    """What is listed is met, and neither shrunk nor replayed: that is how a long baseline costs nothing."""
    checkers["QUEUE-FIFO"] = failing_if(long)
    checkers["QUEUE-LOSS"] = failing_if(long)
    runner = FakeRunner()
    made = Conduct(
        cell(budget_s=0.3, shrink_s=0.0),
        (requirement("QUEUE-FIFO"), requirement("QUEUE-LOSS")),
        seed=1,
        out=tmp_path,
        shown="my report",
        known={("QUEUE-LOSS", "made.up:fork", "overtaken")},
    )

    outcome = made.run(runners_of(runner))
    explored = of(outcome, CampaignEvent)[0].scenarios

    assert {event.requirement: event.reproduced for event in of(outcome, ViolationEvent)} == {
        "QUEUE-FIFO": (3, 3),
        "QUEUE-LOSS": (0, 0),
    }
    assert len(runner.ran) == explored + 3


def test_what_never_shows_again_says_so(tmp_path: Path, checkers: dict[str, Checker]) -> None:
    """Its witness stands, and it violates; none of three replays showed it."""
    once = iter([finding("overtaken")])
    checkers["QUEUE-FIFO"] = lambda h: next(once, finding()) if long(h.scenario) else finding()
    made = Conduct(
        cell(budget_s=0.3, shrink_s=0.0), (requirement("QUEUE-FIFO"),), seed=1, out=tmp_path, shown="r"
    )

    outcome = made.run(runners_of(FakeRunner()))

    assert of(outcome, ViolationEvent)[0].reproduced == (0, 3)
    assert of(outcome, ResultEvent)[0].status == "violates"


def test_an_interruption_keeps_what_is_known(tmp_path: Path, checkers: dict[str, Checker]) -> None:
    """Ctrl-C in the middle of a campaign ends it, not its evidence."""
    checkers["QUEUE-FIFO"] = failing_if(long)
    checkers["QUEUE-LOSS"] = lambda _: finding()

    def react(scenario: Scenario) -> History:
        if len(runner.ran) > 20:
            raise KeyboardInterrupt
        return history_of(scenario)

    runner = FakeRunner(react)
    outcome = conducted(tmp_path, "QUEUE-FIFO", "QUEUE-LOSS", runner=runner, budget_s=60)

    assert outcome.interrupted
    assert of(outcome, CampaignEvent)[0].scenarios == 20
    assert [result.status for result in of(outcome, ResultEvent)] == ["violates", "conforms"]
    assert of(outcome, ViolationEvent)[0].reproduced == (0, 0)
    assert store.stored_violations(tmp_path)


def test_a_full_disk_is_refused_with_its_sentence(tmp_path: Path, checkers: dict[str, Checker]) -> None:
    """It is neither a violation nor a defect of ours."""
    checkers["QUEUE-FIFO"] = lambda _: finding()

    def react(_: Scenario) -> History:
        raise UsageError("cannot record: no space left on device")

    outcome = conducted(tmp_path, "QUEUE-FIFO", runner=FakeRunner(react))

    assert outcome.refused == "cannot record: no space left on device"
    assert of(outcome, ResultEvent)[0].status == "unknown"
    assert not of(outcome, FaultEvent)


def test_any_other_exception_is_a_defect_of_ours_and_hides_nothing(
    tmp_path: Path, checkers: dict[str, Checker]
) -> None:
    """What was found until then is told beside the traceback."""
    checkers["QUEUE-FIFO"] = failing_if(long)

    def react(scenario: Scenario) -> History:
        if len(runner.ran) > 20:
            raise RuntimeError("unforeseen")
        return history_of(scenario)

    runner = FakeRunner(react)
    outcome = conducted(tmp_path, "QUEUE-FIFO", runner=runner)

    assert "RuntimeError: unforeseen" in of(outcome, FaultEvent)[0].text
    assert of(outcome, ResultEvent)[0].status == "violates"


class Shrinking(FakeRunner):
    """Knows when exploring is over: it is then told of what is to be shrunk."""

    shrinking = False

    def remember(self, history: History) -> None:
        self.shrinking = True


def test_a_harness_that_fails_while_shrinking_costs_the_shrinking_only(
    tmp_path: Path, checkers: dict[str, Checker]
) -> None:
    """The violation stands, with its first witness, and the defect of ours is told."""
    checkers["QUEUE-FIFO"] = failing_if(long)

    class Failing(Shrinking):
        def submit(self, scenario: Scenario) -> None:
            if self.shrinking:
                raise HarnessFault("no agent")
            super().submit(scenario)

    outcome = conducted(tmp_path, "QUEUE-FIFO", runner=Failing())

    assert "no agent" in of(outcome, FaultEvent)[0].text
    assert of(outcome, ViolationEvent)[0].reproduced == (0, 0)


def test_a_violation_comes_with_a_script(tmp_path: Path, checkers: dict[str, Checker]) -> None:
    """It stands beside the smallest scenario, and knows how often that failed again."""
    checkers["QUEUE-FIFO"] = failing_if(long)

    outcome = conducted(tmp_path, "QUEUE-FIFO")
    text = (tmp_path / "violations" / NAME / "repro.py").read_text("utf-8")

    assert text.startswith('"""QUEUE-FIFO is broken by made.up:fork: ')
    assert "the replay failed in 20 of 20 runs" in " ".join(text.split())
    assert not of(outcome, FaultEvent)


def test_a_script_that_cannot_be_written_is_a_defect_of_ours_and_hides_nothing(
    tmp_path: Path, checkers: dict[str, Checker], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The violation stands as it would without, and the defect is told once."""

    def fail(*_: object) -> str:
        raise LookupError("no such word")

    monkeypatch.setattr(conduct, "best_script", fail)
    checkers["QUEUE-FIFO"] = failing_if(long)

    outcome = conducted(tmp_path, "QUEUE-FIFO")
    (fault,) = of(outcome, FaultEvent)

    assert "no such word" in fault.text
    assert of(outcome, ViolationEvent)[0].reproduced == (20, 20)
    assert of(outcome, ResultEvent)[0].status == "violates"
    assert not (tmp_path / "violations" / NAME / "repro.py").exists()


def test_an_unsupported_cell_starts_nothing(tmp_path: Path, checkers: dict[str, Checker]) -> None:
    """No agent is started for requirements that cannot be asked."""

    @contextlib.contextmanager
    def never() -> Iterator[FakeRunner]:
        raise AssertionError("started")
        yield

    checkers["QUEUE-FIFO"] = lambda _: finding()
    made = Conduct(cell(), (requirement(needs=("Pool",)),), seed=1, out=tmp_path, shown="x")
    outcome = made.run(never())

    assert [event.status for event in of(outcome, ResultEvent)] == ["unsupported"]


def test_kept_histories_are_read_back(tmp_path: Path, checkers: dict[str, Checker]) -> None:
    """With --keep-histories there is a record for every scenario that was run."""
    checkers["QUEUE-FIFO"] = lambda _: finding()
    runner = FakeRunner()
    made = Conduct(cell(budget_s=0.2), (requirement(),), seed=1, out=tmp_path, shown="x", keep_histories=True)
    made.run(runners_of(runner))
    file = tmp_path / "histories" / "queue-made.up-fork.columns"
    kept = [history.scenario for history in histories.read(file, histories.places(file))]

    assert kept == runner.ran


def test_no_candidate_uses_up_the_time_of_all_others(tmp_path: Path, checkers: dict[str, Checker]) -> None:
    """Each has a deadline of its own, which is not stored; what goes on until then shows nothing."""
    deadlines = set()

    class Slow(Shrinking):
        def collect(self) -> FakeRun:
            run = super().collect()
            if not self.shrinking:
                return run
            deadline_s = run.history.scenario.deadline_s
            deadlines.add(deadline_s)
            return FakeRun(msgspec.structs.replace(run.history, ended="hung"), seconds=deadline_s)

    checkers["QUEUE-FIFO"] = failing_if(long)
    conducted(tmp_path, "QUEUE-FIFO", runner=Slow())

    stored = store.read_violation(tmp_path / "violations" / NAME)
    assert deadlines
    assert max(deadlines) < 5.0
    assert stored.reproduced[0] == 0
    assert (
        store.read_scenario(tmp_path / "violations" / NAME).deadline_s
        == Scenario(family="f", theme="t", actors={}).deadline_s
    )


def asking(*questions: str) -> Scenario:
    """A program that asks *questions*."""
    told = {"name": "p", "run": "file", "source": "", "questions": tuple(f'ask("{q}", 1)' for q in questions)}
    return Scenario(
        family="queue",
        theme="numbers",
        actors={"main": Actor(steps=(Step(target="", method="program", arguments=(told,)),))},
    )


def questions_of(scenario: Scenario) -> list[str]:
    return [one.split('"')[1] for one in scenario.actors["main"].steps[0].arguments[0]["questions"]]


def met_in(scenario: Scenario, checker: Checker, *labels: str) -> tuple[Met, Shrunk]:
    """What *scenario* was found to break, by what it asked under *labels*."""
    history = history_of(scenario)
    shown = msgspec.structs.replace(
        violation(witness=history.operations),
        observed=tuple(f'{{"question": "{label}"}}' for label in labels),
    )
    witnessed = Witnessed(history=history, violation=shown, tapes={})
    met = Met(
        requirement=requirement(),
        checker=checker,
        witnessed=witnessed,
        smallest=witnessed,
        smallest_source=Batch(theme=theme(), seed=1, index=0, size=1),
    )
    return met, Shrunk(witnessed=witnessed, failed=0, repeated=0)


def test_what_a_program_shows_is_confirmed_by_its_question_alone() -> None:
    """It is shorter to run, and to read; two that share a question share its runs."""
    runner = FakeRunner()
    found = [met_in(asking("a", "b", "c"), failing_if(lambda _: True), "b") for _ in range(2)]
    done = confirmed(found, Reruns([runner]))

    assert [(one.failed, one.repeated) for _, one in done] == [(3, 3), (3, 3)]
    assert [questions_of(one.witnessed.history.scenario) for _, one in done] == [["b"], ["b"]]
    assert [questions_of(one) for one in runner.ran] == [["b"]] * 3


def test_what_its_question_alone_does_not_show_is_confirmed_as_it_was_found() -> None:
    """The question is not asked alone again; the witness is the one that was found."""
    runner = FakeRunner()
    met = met_in(asking("a", "b"), failing_if(lambda s: len(questions_of(s)) == 2), "b")
    ((_, shrunk),) = confirmed([met], Reruns([runner]))

    assert (shrunk.failed, shrunk.repeated) == (3, 3)
    assert shrunk.witnessed is met[1].witnessed
    assert [questions_of(one) for one in runner.ran] == [["b"], *[["a", "b"]] * 3]


def test_what_its_question_alone_shows_only_once_is_confirmed_as_it_was_found() -> None:
    """No cut makes a race of a certainty."""
    runner = FakeRunner()
    met = met_in(
        asking("a", "b"), failing_if(lambda s: len(questions_of(s)) == 2 or len(runner.ran) == 1), "b"
    )
    ((_, shrunk),) = confirmed([met], Reruns([runner]))

    assert (shrunk.failed, shrunk.repeated) == (3, 3)
    assert questions_of(shrunk.witnessed.history.scenario) == ["a", "b"]


@pytest.mark.parametrize(("late_s", "reproduced"), [(0.0, (20, 20)), (100.0, (3, 3))])
def test_a_campaign_that_is_late_shrinks_nothing(
    tmp_path: Path, checkers: dict[str, Checker], late_s: float, reproduced: tuple[int, int]
) -> None:
    """Those of one worker end in time together; what is new is replayed all the same."""
    checkers["QUEUE-FIFO"] = failing_if(long)
    made = Conduct(
        cell(budget_s=0.3, shrink_s=5.0, ends_s=0.3, grace_s=60.0),
        (requirement("QUEUE-FIFO"),),
        seed=1,
        out=tmp_path,
        shown="r",
    )
    outcome = made.run(runners_of(FakeRunner()), since_ns=now_ns() - int(late_s * 1e9))

    assert of(outcome, ViolationEvent)[0].reproduced == reproduced


@pytest.mark.parametrize(("late_s", "least", "most"), [(0.0, 3.9, 4.0), (32.0, 2.5, 3.0), (900.0, 1.9, 2.0)])
def test_a_campaign_that_is_late_explores_for_less_time_but_not_much_less(
    tmp_path: Path, checkers: dict[str, Checker], late_s: float, least: float, most: float
) -> None:
    """As long as there is time until it is due; half of its time in any case."""
    checkers["QUEUE-FIFO"] = lambda _: finding()
    asked_for: list[float] = []
    made = Conduct(
        cell(budget_s=4.0, ends_s=4.0, grace_s=62.0), (requirement(),), seed=1, out=tmp_path, shown="r"
    )

    def ended(seconds: float) -> FakeTimer:
        asked_for.append(seconds)
        return FakeTimer(100)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(conduct, "Deadline", ended)
        made.run(runners_of(FakeRunner()), since_ns=now_ns() - int(late_s * 1e9))

    assert least < asked_for[0] <= most


@pytest.mark.parametrize(("ended", "hurries"), [("normally", True), ("hung", False)])
def test_candidates_of_what_came_to_its_end_are_tried_in_a_hurry(
    tmp_path: Path, checkers: dict[str, Checker], ended: str, *, hurries: bool
) -> None:
    """Of those of a hang, the time until it is known to be one is part of the proof."""
    checkers["QUEUE-FIFO"] = failing_if(long)
    hurried: list[Scenario] = []
    quiet: list[float] = []

    class Hurried(FakeRunner):
        hurry = False

        @contextlib.contextmanager
        def hurried(self, *, quiet_s: float = 0.0) -> Iterator[None]:
            quiet.append(quiet_s)
            self.hurry = True
            yield
            self.hurry = False

        def submit(self, scenario: Scenario) -> None:
            hurried.extend([scenario] * self.hurry)
            super().submit(scenario)

    def react(scenario: Scenario) -> History:
        history = history_of(scenario)
        last = history.operations[-1]
        late = msgspec.structs.replace(last, returned_ns=last.invoked_ns + 2 * 10**9)
        return msgspec.structs.replace(history, ended=ended, operations=(*history.operations[:-1], late))

    conducted(tmp_path, "QUEUE-FIFO", runner=Hurried(react))

    assert bool(hurried) is hurries
    # Nothing is in a hurry that was at rest for as long when it failed.
    assert quiet == [2.0] * hurries
