"""The suite as pytest sees it: items, outcomes, and what travels with their reports."""

import contextlib
import io
import os
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from fakes import BACKEND, OFFER, cell, header, requirement
from mpconform import events
from mpconform.backend import Backend
from mpconform.events import CampaignEvent, Event, FaultEvent, ResultEvent, ViolationEvent
from mpconform.values import Requirement
from mpconform_conformance import catalogue, plugin, scheduling
from mpconform_conformance.conduct import Conduct, Outcome
from mpconform_conformance.plan import Plan
from mpconform_conformance.plugin import Suite

IDS = ("QUEUE-FIFO", "QUEUE-LOSS")
CAMPAIGN = CampaignEvent(family="queue", backend="made.up:fork", seconds=1, scenarios=2, operations=3)


def result(name: str, status: str, **rest: object) -> ResultEvent:
    return ResultEvent(requirement=name, backend="made.up:fork", status=status, **rest)


def violation(name: str) -> ViolationEvent:
    return ViolationEvent(
        id="x", requirement=name, backend="made.up:fork", family="queue", kind="overtaken",
        summary="It came late.", story="At 3 ms it came.", observed=("late",), folder="violations/x", seen=12,
        reproduced=(7, 20), actors=3, steps=7, replay="mpconform replay out/violations/x",
    )  # fmt: skip


@pytest.fixture
def play(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., tuple[Suite, str]]:
    """Run the suite in this process, with campaigns that only say what they are told to say."""
    folder = tmp_path / "catalogue"
    folder.mkdir()
    (folder / "queue.toml").touch()
    (folder / "other.txt").touch()
    monkeypatch.setattr(catalogue, "FOLDER", folder)
    monkeypatch.setattr(plugin, "_is_worker", False, raising=False)
    monkeypatch.delenv("PYTEST_XDIST_WORKER", raising=False)

    def run(
        *said: Event, arguments: tuple[str, ...] = (), outcome: Outcome | None = None, backends: int = 1
    ) -> tuple[Suite, str]:
        asked: list[tuple[str, ...]] = []

        class Saying:
            def __init__(self, given: object, requirements: tuple[Requirement, ...], **rest: object) -> None:
                asked.append(tuple(r.id for r in requirements))

            def run(self, _: object, *, since_ns: int) -> Outcome:
                return outcome or Outcome(events=said)

        monkeypatch.setattr(plugin, "Conduct", Saying)
        out = tmp_path / "out"
        out.mkdir()
        cells = [
            msgspec.structs.replace(
                cell(), backend=Backend(module=f"{BACKEND.module}{n or ''}", method="fork")
            )
            for n in range(backends)
        ]
        plan = Plan(header=header(*map(requirement, IDS)), cells=tuple(cells), out="out", folder=str(out))
        suite = Suite(plan)
        printed = io.StringIO()
        ini = tmp_path / "x.ini"
        ini.write_text("[pytest]\n")
        with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
            suite.code = pytest.main(
                [
                    *("-p", "mpconform_conformance.plugin", "-p", "no:cacheprovider", "-c", str(ini)),
                    *(
                        "--rootdir",
                        str(folder),
                        "-v",
                        "-rA",
                        "--capture=no",
                        "-W",
                        "ignore",
                        *arguments,
                        str(folder),
                    ),
                ],
                plugins=[suite],
            )
        suite.asked = asked
        return suite, printed.getvalue()

    return run


def test_there_is_an_item_for_each_requirement_and_backend(play: Callable[..., tuple[Suite, str]]) -> None:
    """Items are named so that -k finds them, and only the catalogue is collected."""
    _, printed = play(arguments=("--collect-only", "-qq"), backends=2)
    lines = [line for line in printed.splitlines() if "::" in line]

    assert lines == [
        "queue.toml::QUEUE-FIFO[made.up:fork]",
        "queue.toml::QUEUE-LOSS[made.up:fork]",
        "queue.toml::QUEUE-FIFO[made.up1:fork]",
        "queue.toml::QUEUE-LOSS[made.up1:fork]",
    ]


def test_conforming_items_pass_and_share_one_campaign(play: Callable[..., tuple[Suite, str]]) -> None:
    """The campaign is run once, by the first of them, and recorded once."""
    suite, printed = play(CAMPAIGN, *(result(name, "conforms") for name in IDS))
    record = events.read(Path(suite.plan.folder) / "events.ndjson")

    assert "2 passed" in printed
    assert suite.asked == [IDS]
    assert record.campaigns == (CAMPAIGN,)
    assert [r.requirement for r in record.results] == list(IDS)
    assert record.footer is not None
    assert record.footer.exit_code == suite.code == 0


def test_a_violation_fails_with_its_story_and_nothing_else(play: Callable[..., tuple[Suite, str]]) -> None:
    """Requirement, backend, what happened, how large, and how to see it again."""
    suite, printed = play(
        CAMPAIGN, violation("QUEUE-FIFO"), result("QUEUE-FIFO", "violates", witness="violations/x"),
        result("QUEUE-LOSS", "conforms"),
    )  # fmt: skip

    assert "1 failed, 1 passed" in printed
    assert "VIOLATES  QUEUE-FIFO   made.up:fork" in printed
    assert "At 3 ms it came." in printed
    assert (
        "smallest scenario: 3 actors, 7 steps   (failed again in 7 of 20 runs; seen in 12 histories)"
        in printed
    )
    assert "replay    mpconform replay out/violations/x" in printed
    assert "Traceback" not in printed
    assert suite.code == 1


def test_what_nobody_knows_is_skipped_with_its_reason(play: Callable[..., tuple[Suite, str]]) -> None:
    """Unknown and unsupported are no failures; alone they are no success either."""
    suite, printed = play(
        CAMPAIGN, result("QUEUE-FIFO", "unsupported", reason="made.up offers no Pool"),
        result("QUEUE-LOSS", "unknown", reason="no scenario of this run gave evidence"),
    )  # fmt: skip

    assert "2 skipped" in printed
    assert "unsupported: made.up offers no Pool" in printed
    assert suite.code == 5


def test_a_defect_of_ours_is_an_error_not_a_failure(play: Callable[..., tuple[Suite, str]]) -> None:
    """It is told as such, with exit code 70, and what could be judged is judged."""
    suite, printed = play(
        CAMPAIGN, FaultEvent(text="ZeroDivisionError: ours"), result("QUEUE-FIFO", "unknown", reason="ours"),
        result("QUEUE-LOSS", "conforms"),
    )  # fmt: skip
    record = events.read(Path(suite.plan.folder) / "events.ndjson")

    assert "1 passed, 1 error" in printed
    assert "a defect of mpconform, not of the backend" in printed
    assert "ZeroDivisionError: ours" in printed
    assert [fault.text for fault in record.faults] == ["ZeroDivisionError: ours"]
    assert suite.code == 70


def test_a_campaign_that_raises_is_a_defect_of_ours(
    play: Callable[..., tuple[Suite, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Even a mistake in the code that conducts campaigns is blamed on nobody else."""

    class Broken(Conduct):
        def __init__(self, *_: object, **__: object) -> None:
            raise ZeroDivisionError("in our code")

    original = monkeypatch.setattr

    def keep(target: object, name: str, value: object = None, **rest: object) -> None:
        original(target, name, Broken if name == "Conduct" else value, **rest)

    monkeypatch.setattr = keep
    suite, printed = play()

    assert "2 errors" in printed
    assert "ZeroDivisionError: in our code" in printed
    assert suite.code == 70


def test_a_refusal_ends_with_exit_code_2(play: Callable[..., tuple[Suite, str]]) -> None:
    """A full disk is the user's to put right."""
    suite, _ = play(outcome=Outcome(events=(CAMPAIGN,), refused="no space left on device"))

    assert suite.code == 2
    assert suite.recorder is not None
    assert suite.recorder.refusals == ["no space left on device"]


def test_an_interrupted_campaign_is_recorded(play: Callable[..., tuple[Suite, str]]) -> None:
    """Its partial results come into the record, and the exit code is 130."""
    suite, _ = play(outcome=Outcome(events=(CAMPAIGN, result(IDS[0], "conforms")), interrupted=True))
    record = events.read(Path(suite.plan.folder) / "events.ndjson")

    assert suite.code == 130
    assert record.campaigns == (CAMPAIGN,)
    assert {r.requirement: r.status for r in record.results} == {IDS[0]: "conforms", IDS[1]: "unknown"}
    assert record.footer is not None
    assert record.footer.ended == "interrupted"


def test_deselecting_narrows_what_is_judged(play: Callable[..., tuple[Suite, str]]) -> None:
    """The campaign is the same; only the chosen requirement is asked."""
    suite, printed = play(CAMPAIGN, result("QUEUE-LOSS", "conforms"), arguments=("-k", "QUEUE-LOSS"))

    assert "1 passed, 1 deselected" in printed
    assert suite.asked == [("QUEUE-LOSS",)]
    assert suite.code == 0


def test_a_result_that_is_missing_is_a_defect_of_ours(play: Callable[..., tuple[Suite, str]]) -> None:
    """No item passes for want of a result."""
    suite, printed = play(CAMPAIGN, result("QUEUE-FIFO", "conforms"))

    assert "1 passed, 1 error" in printed
    assert suite.code == 70


@pytest.mark.parametrize(
    ("nodeid", "pair"),
    [
        ("queue.toml::QUEUE-FIFO[multiprocessing:fork]", ("QUEUE-FIFO", "multiprocessing:fork")),
        ("a/b/queue.toml::PROC-1[a.b]@queue on a.b", ("PROC-1", "a.b")),
        ("tests/test_x.py::test_y[1]", None),
        ("tests/test_x.py", None),
    ],
)
def test_an_item_is_known_by_its_node_id(nodeid: str, pair: tuple[str, str] | None) -> None:
    """That is all that a controlling process sees of the items of its workers."""
    assert scheduling.judged_by(nodeid) == pair


def test_the_items_of_one_campaign_stay_together() -> None:
    """Items of one file and backend are one scope; those of other people are left alone."""
    split = scheduling.CampaignScheduling._split_scope
    scopes = [
        split(None, nodeid)
        for nodeid in (
            "queue.toml::QUEUE-FIFO[m:fork]",
            "queue.toml::QUEUE-LOSS[m:fork]",
            "queue.toml::QUEUE-LOSS[m:spawn]",
            "pipe.toml::PIPE-EOF[m:fork]",
            "test_x.py::test_y",
        )
    ]

    assert scopes == [
        "queue.toml[m:fork]",
        "queue.toml[m:fork]",
        "queue.toml[m:spawn]",
        "pipe.toml[m:fork]",
        "test_x.py::test_y",
    ]


def test_the_offer_of_the_fakes_is_an_offer() -> None:
    """Cells made for tests survive the trip to a worker."""
    made = Plan(header=header(requirement()), cells=(cell(),), out="x", folder=os.sep)

    assert msgspec.json.decode(msgspec.json.encode(made), type=Plan) == made
    assert made.cells[0].offer == OFFER
