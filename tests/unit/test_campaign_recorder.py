"""The recorder: one whole record, whatever came in and whatever did not."""

from pathlib import Path

import pytest

from fakes import BACKEND, FakeRunner, cell, header, history_of, requirement, violation
from mpconform import events, store
from mpconform.events import Event, FaultEvent, ResultEvent
from mpconform.store import First, StoredViolation, Witnessed
from mpconform.values import Actor, Scenario
from mpconform_conformance import recorder
from mpconform_conformance.budget import PROFILES, Slot, duration, slots
from mpconform_conformance.plan import Plan
from mpconform_conformance.recorder import Recorder

SPEC = "made.up:fork"


def result(name: str = "QUEUE-FIFO", status: str = "conforms") -> ResultEvent:
    return ResultEvent(requirement=name, backend=SPEC, status=status, evidence={"judged": 3})


def begun(out: Path, listener: recorder.Listener | None = None) -> Recorder:
    plan = Plan(
        header=header(requirement(), requirement("QUEUE-LOSS")), cells=(cell(),), out="x", folder=str(out)
    )
    return Recorder(plan, out, listener)


def stored(out: Path) -> StoredViolation:
    """A violation whose folder is whole, though nobody told of it."""
    found = violation()
    kept = StoredViolation(
        id="queue-fifo--made.up-fork", requirement="QUEUE-FIFO", family="queue", backend=BACKEND,
        kind=found.kind, summary=found.summary, story=found.story, observed=found.observed,
        witness=found.witness, folder="violations/queue-fifo--made.up-fork", seen=1, reproduced=(0, 0),
        actors=1, steps=0, replay="mpconform replay x", violation=found, first=First(violation=found),
    )  # fmt: skip
    run = Witnessed(
        history=history_of(Scenario(family="queue", theme="t", actors={"main": Actor()})), violation=found
    )
    store.write_violation(out, kept, final=run, first=run)
    return kept


@pytest.mark.parametrize(
    ("statuses", "faulty", "refused", "interrupted", "code"),
    [
        (["conforms", "unknown", "unsupported"], False, False, False, 0),
        (["conforms", "violates"], False, False, False, 1),
        (["unknown", "unsupported"], False, False, False, 5),
        ([], False, False, False, 5),
        (["violates"], False, True, False, 2),
        (["violates"], True, True, False, 70),
        (["violates"], True, True, True, 130),
        (["conforms"], False, False, True, 130),
    ],
)
def test_the_exit_code_is_the_first_that_applies(
    statuses: list[str], *, faulty: bool, refused: bool, interrupted: bool, code: int
) -> None:
    """130 outweighs 70, which outweighs 2, 1 and 5; 0 needs something that conforms."""
    results = [result(f"R-{n}", status) for n, status in enumerate(statuses)]

    assert recorder.exit_code(results, faulty=faulty, refused=refused, interrupted=interrupted) == code


def test_a_record_is_whole_from_header_to_footer(tmp_path: Path) -> None:
    """Events stand in order, and results.json says the same."""
    made = begun(tmp_path)
    made.record(result())
    code = made.finish([("QUEUE-FIFO", SPEC)], ended="completed")
    record = events.read(tmp_path / "events.ndjson")

    assert code == 0
    assert record.results == (result(),)
    assert record.footer is not None
    assert (record.footer.ended, record.footer.exit_code) == ("completed", 0)
    assert (tmp_path / "results.json").exists()


def test_nothing_is_recorded_twice(tmp_path: Path) -> None:
    """The first result of a pair stands."""
    made = begun(tmp_path)
    made.record(result())
    made.record(result(status="unknown"))
    made.finish([], ended="completed")

    assert events.read(tmp_path / "events.ndjson").results == (result(),)


def test_results_that_never_came_are_a_defect_of_ours(tmp_path: Path) -> None:
    """A worker that died silently cannot make a run green."""
    made = begun(tmp_path)
    made.record(result())
    code = made.finish([("QUEUE-FIFO", SPEC), ("QUEUE-LOSS", SPEC)], ended="completed")
    record = events.read(tmp_path / "events.ndjson")

    assert code == 70
    assert record.faults[0].text == f"1 results never came, among them QUEUE-LOSS on {SPEC}"
    assert record.results[1].status == "unknown"
    assert record.footer is not None
    assert record.footer.ended == "failed"


def test_an_interrupted_run_says_so_and_blames_nobody(tmp_path: Path) -> None:
    """What was not judged any more is unknown because of the interruption."""
    made = begun(tmp_path)
    code = made.finish([("QUEUE-LOSS", SPEC)], ended="interrupted")
    record = events.read(tmp_path / "events.ndjson")

    assert code == 130
    assert not record.faults
    assert record.results[0].reason == "interrupted"


def test_a_refusal_is_the_reason_of_what_it_kept_from_being_judged(tmp_path: Path) -> None:
    """A full disk ends the run with exit code 2."""
    made = begun(tmp_path)
    made.refuse("no space left on device")
    made.refuse("no space left on device")
    code = made.finish([("QUEUE-LOSS", SPEC)], ended="completed")

    assert code == 2
    assert made.refusals == ["no space left on device"]
    assert made.results["QUEUE-LOSS", SPEC].reason == "no space left on device"


def test_what_an_interrupted_worker_left_is_recorded(tmp_path: Path) -> None:
    """Its events come into the record; its file goes."""
    made = begun(tmp_path)
    recorder.leave(tmp_path, "queue", SPEC, [result()])
    made.finish([("QUEUE-FIFO", SPEC)], ended="interrupted")

    assert made.results["QUEUE-FIFO", SPEC] == result()
    assert not list(tmp_path.glob(".interrupted*"))


def test_a_violation_that_was_stored_but_never_told_is_recorded(tmp_path: Path) -> None:
    """A worker that was killed after it met a violation has not met it in vain."""
    made = begun(tmp_path)
    kept = stored(tmp_path)
    made.finish([("QUEUE-FIFO", SPEC), ("QUEUE-LOSS", SPEC)], ended="interrupted")
    record = events.read(tmp_path / "events.ndjson")

    assert record.violations == (kept.event,)
    assert [(r.requirement, r.status) for r in record.results] == [
        ("QUEUE-FIFO", "violates"),
        ("QUEUE-LOSS", "unknown"),
    ]
    assert record.results[0].witness == kept.folder


def test_the_listener_hears_everything(tmp_path: Path) -> None:
    """A display needs nothing but what it is told."""
    heard: list[object] = []

    class Ear:
        def begun(self, family: str, backend: str) -> None:
            heard.append((family, backend))

        def recorded(self, event: Event) -> None:
            heard.append(event)

    made = begun(tmp_path, Ear())
    made.begun("queue", SPEC)
    made.record(result())
    made.record(FaultEvent(text="x"))
    made.finish([], ended="completed")

    assert heard == [("queue", SPEC), result(), FaultEvent(text="x")]


def slots_of(weights: list[float], *, workers: int, budget_s: float = 100.0) -> list[Slot]:
    return slots(weights, budget_s=budget_s, shrinking_s=20.0, workers=workers)


@pytest.mark.parametrize(
    ("weights", "workers", "total"),
    [([1.0] * 5, 1, 5), ([1.0] * 5, 2, 3), ([3.0, 1.0, 1.0], 2, 3), ([1.0], 8, 1)],
)
def test_slots_fill_the_budget_and_no_more(weights: list[float], workers: int, total: float) -> None:
    """The worker that is busy longest ends within the budget, start-up left aside."""
    found = slots_of(weights, workers=workers)
    unit = found[0].explores_s / weights[0]

    assert unit * total < 100.0
    assert unit * total > 85.0
    assert [round(slot.explores_s / unit, 6) for slot in found] == weights
    assert max(slot.ends_s for slot in found) < 100.0


def test_slots_are_never_empty() -> None:
    """A budget too small for its campaigns still gives each of them a moment."""
    found = slots_of([1.0] * 100, workers=1, budget_s=5.0)

    assert {slot.explores_s for slot in found} == {0.5}
    assert found[-1].ends_s >= 50.0
    assert slots_of([], workers=1) == []


def test_slots_follow_each_other_on_whichever_worker_is_free() -> None:
    """Each ends when those before it on its worker, and itself, have had their time."""
    long, first, second, third = slots_of([3.0, 1.0, 1.0, 1.0], workers=2)

    assert first.ends_s < second.ends_s < third.ends_s
    assert first.explores_s * 3 == pytest.approx(long.explores_s)
    assert third.ends_s - long.ends_s == pytest.approx(2 * (first.ends_s - first.explores_s))


def test_the_time_to_shrink_grows_with_each_campaign_of_a_worker() -> None:
    """What one does not need, is the next one's; the first has a quarter of all in advance."""
    found = slots_of([1.0] * 4, workers=1)

    assert [slot.grace_s for slot in found] == pytest.approx([10.0, 15.0, 20.0, 20.0])


@pytest.mark.parametrize(
    ("budget_s", "backends", "expected"),
    [(64.0, 1, 16.0), (68.0, 1, 17.0), (40.0, 1, 16.0), (64.0, 3, 48.0), (600.0, 1, 150.0)],
)
def test_shrinking_takes_a_part_of_the_budget_or_what_two_violations_need(
    budget_s: float, backends: int, expected: float
) -> None:
    """For each backend, in a quick run."""
    assert PROFILES["quick"].shrinking_s(budget_s, backends) == expected


@pytest.mark.parametrize(("words", "seconds"), [("90", 90), ("90s", 90), ("1.5m", 90), ("2h", 7200)])
def test_a_budget_is_read(words: str, seconds: float) -> None:
    """Seconds, minutes and hours."""
    assert duration(words) == seconds


def test_a_fake_runner_refuses_two_scenarios_at_a_time() -> None:
    """The tests above rest on it."""
    runner = FakeRunner()
    scenario = Scenario(family="queue", theme="t", actors={"main": Actor()})
    runner.submit(scenario)

    with pytest.raises(AssertionError):
        runner.submit(scenario)
