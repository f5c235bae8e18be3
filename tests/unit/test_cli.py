"""The command line without a backend: what it shows, and how it refuses."""

import json
import re
import signal
from pathlib import Path

import pytest
from typer.testing import CliRunner

import report_record
from mpconform.errors import UsageError
from mpconform.values import Violation
from mpconform_conformance import catalogue, cli, families, listing, plan, run
from mpconform_conformance import replay as replaying
from mpconform_conformance.outputs import Outputs
from mpconform_conformance.plan import Options
from mpconform_conformance.replay import Replayed
from mpconform_conformance.suggest import known

RUNNER = CliRunner()


def refused(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """Run the command line as a process would; return its one line of complaint."""
    monkeypatch.setattr("sys.argv", ["mpconform", *arguments])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    printed = capsys.readouterr()

    assert ended.value.code == 2, printed
    assert "Traceback" not in printed.err
    (line,) = printed.err.strip().splitlines()
    return line


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--family", "queu"], "no family 'queu'; did you mean queue?"),
        (["--family", "zzz"], f"no family 'zzz'; there are {', '.join(families.NAMES)}"),
        (["--requirement", "queue-fifi"], "no requirement 'QUEUE-FIFI'; did you mean QUEUE-FIFO?"),
        (["--profile", "quik"], "no profile 'quik'; did you mean quick?"),
        (["--budget", "soon"], "--budget soon: not a length of time from 1s to 168h, such as 90s, 5m or 1h"),
        (["--budget", "0"], "--budget 0: not a length of time from 1s to 168h, such as 90s, 5m or 1h"),
        (["-n", "many"], "-n many: not auto, nor a number from 1 to 64"),
        (["-n", "0"], "-n 0: not auto, nor a number from 1 to 64"),
        (["--backend", ":fork"], "--backend :fork: not MODULE or MODULE:METHOD"),
        (["--backend", "multiprocessing:"], "--backend multiprocessing:: not MODULE or MODULE:METHOD"),
        (["--env", "NAME"], "--env NAME: not NAME=VALUE"),
        (["--path", "/no/such/folder"], "--path /no/such/folder: no such folder"),
        (
            ["--family", "pipe", "--requirement", "QUEUE-FIFO"],
            "no requirement is of a --family and a --requirement that were named",
        ),
    ],
)
def test_what_cannot_be_done_is_refused_in_one_sentence(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    arguments: list[str],
    says: str,
) -> None:
    """Exit code 2, no traceback, nothing left behind, and where possible what was meant."""
    monkeypatch.chdir(tmp_path)

    assert refused(monkeypatch, capsys, "run", *arguments) == f"mpconform: {says}"
    assert not list(tmp_path.iterdir())


def test_other_systems_are_refused_before_anything_is_started(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Only on Linux can processes be counted so far."""
    monkeypatch.setattr(plan.sys, "platform", "darwin")

    assert "runs backends on Linux only so far" in refused(monkeypatch, capsys, "run")
    assert "runs backends on Linux only so far" in refused(monkeypatch, capsys, "probe")
    assert "runs backends on Linux only so far" in refused(monkeypatch, capsys, "replay", "x")


def test_a_replay_of_nothing_names_what_it_looked_for(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """The file that is not there is told."""
    line = refused(monkeypatch, capsys, "replay", str(tmp_path))

    assert line == f"mpconform: cannot read {tmp_path}/violation.json: no such file or directory"
    assert "not a positive number" in refused(monkeypatch, capsys, "replay", str(tmp_path), "--times", "0")


def test_a_defect_of_ours_ends_with_70_and_asks_to_be_reported(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The traceback is shown: it is what the report needs."""

    def broken() -> None:
        raise ZeroDivisionError("ours")

    monkeypatch.setattr("sys.argv", ["mpconform", "list", "requirements"])
    monkeypatch.setattr(catalogue, "chapters", broken)
    with pytest.raises(SystemExit) as ended:
        cli.main()
    printed = capsys.readouterr()

    assert ended.value.code == 70
    assert "ZeroDivisionError: ours" in printed.err
    assert "defect of mpconform, not of the backend" in printed.err


def test_an_interrupted_command_ends_with_130(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever it was doing, and without a traceback."""

    def interrupt() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(catalogue, "chapters", interrupt)

    assert RUNNER.invoke(cli.app, ["list", "requirements"]).exit_code == 130


def test_requirements_are_listed_for_people_and_for_programs() -> None:
    """The JSON holds every key of the catalogue, also of what is untested; --family narrows it."""
    rows = json.loads(RUNNER.invoke(cli.app, ["list", "requirements", "--json"]).stdout)
    queue = json.loads(RUNNER.invoke(cli.app, ["list", "requirements", "--json", "--family", "queue"]).stdout)

    everything = (*catalogue.requirements(), *catalogue.untested())
    assert {row["id"] for row in rows} == {r.id for r in everything}
    assert {row["id"] for row in rows if row["kind"] == "untested"} == {r.id for r in catalogue.untested()}
    assert all(bool(row["reason"]) == (row["kind"] == "untested") for row in rows)
    assert {row["family"] for row in queue} == {"queue"}
    fifo = next(row for row in rows if row["id"] == "QUEUE-FIFO")
    assert "queue_swaps" in fifo["mutants"]
    assert fifo["caught"]["caught"] > 0
    assert "evidence" not in fifo
    told = RUNNER.invoke(cli.app, ["list", "requirements"]).stdout
    assert "QUEUE-FIFO" in told
    assert f"{len(catalogue.requirements())} tested, {len(catalogue.untested())} untested" in told


def test_requirements_are_listed_with_what_a_run_found(tmp_path: Path) -> None:
    """On each backend: the outcome, and the counts behind it."""
    folder = report_record.make(tmp_path)
    rows = json.loads(RUNNER.invoke(cli.app, ["list", "requirements", "--json", "--run", str(folder)]).stdout)
    fifo = next(row for row in rows if row["id"] == "QUEUE-FIFO")
    other = next(row for row in rows if row["id"] == "QUEUE-NOWAIT")

    assert set(fifo["evidence"]) == set(report_record.BACKENDS)
    assert fifo["evidence"]["mutants.queue_swaps:fork"]["status"] == "violates"
    assert fifo["evidence"]["multiprocessing:fork"]["judged"] > 0
    assert other["evidence"] == {}


def test_an_untested_requirement_is_explained_by_its_reason() -> None:
    """There is no checker to tell of."""
    told = RUNNER.invoke(cli.app, ["explain", "QUEUE-CANCEL-LOSES"]).stdout

    assert "untested" in told
    assert "It is not judged yet" in told
    assert "checker  none" in told


def test_families_are_listed_with_their_themes() -> None:
    """Each family, in the order of the reports."""
    rows = json.loads(RUNNER.invoke(cli.app, ["list", "families", "--json"]).stdout)

    assert tuple(row["name"] for row in rows) == families.NAMES
    assert all(row["themes"] and row["requirements"] for row in rows)
    assert "queue" in RUNNER.invoke(cli.app, ["list", "families"]).stdout


def test_an_explanation_says_how_it_is_usually_broken() -> None:
    """By the mutants that break it."""
    shown = RUNNER.invoke(cli.app, ["explain", "QUEUE-FIFO"]).stdout

    assert "How it is usually broken:\nqueue_swaps: Queue: a consumer now and then gets two" in shown


@pytest.mark.parametrize(
    ("requirement", "told"),
    [
        ("SHLIST-TEXT", ("multiprocess: the place", "multiprocessing: the place for a text")),
        ("COND-NOTIFY-RETURNS", ("billiard: Condition.notify", "(https://bugs.python.org/issue29293)")),
        ("PROC-SHORTAGE", ("multiprocessing when start_method == 'forkserver': the fork server dies",)),
        ("PROXY-POOL", ("billiard: IteratorProxy",)),
    ],
)
def test_an_explanation_says_which_real_backends_break_it(requirement: str, told: tuple[str, ...]) -> None:
    """As the baselines of this repository list it, each reason once."""
    shown = " ".join(RUNNER.invoke(cli.app, ["explain", requirement]).stdout.split())

    assert "Who was found to break it:" in shown
    for words in told:
        assert shown.count(words) == 1


@pytest.mark.parametrize("requirement", ["QUEUE-NO-LOSS", "VALUE-KILL-WHOLE"])
def test_what_no_real_backend_breaks_is_laid_at_nobodys_door(requirement: str) -> None:
    """That billiard cannot be asked for it, is no violation."""
    assert "Who was found" not in RUNNER.invoke(cli.app, ["explain", requirement]).stdout


def test_every_requirement_is_explained() -> None:
    """Statement, source, reason and checker: whatever the catalogue knows."""
    for requirement in catalogue.requirements():
        told = listing.explained(requirement)

        for part in (requirement.id, requirement.source, requirement.checker):
            assert part in told


def test_a_requirement_is_explained_by_its_id() -> None:
    """Whatever its case; and shown as it is, whatever it looks like to the terminal."""
    shown = RUNNER.invoke(cli.app, ["explain", "queue-fifo"])

    assert shown.exit_code == 0
    requirement = next(r for r in catalogue.requirements() if r.id == "QUEUE-FIFO")
    for part in (requirement.id, requirement.source, requirement.checker):
        assert re.sub(r"\s+", " ", part) in re.sub(r"\s+", " ", shown.stdout)


@pytest.mark.parametrize(
    ("failed", "judged", "code", "words"),
    [
        (7, 50, 1, "FAILED 7 of 50  QUEUE-FIFO  m:fork\n  It came late."),
        (0, 3, 0, "FIXED (0 of 50)  QUEUE-FIFO  m:fork"),
        (0, 0, 5, "ERROR (0 of 50 runs could be judged: 50 crashed)  QUEUE-FIFO  m:fork"),
    ],
)
def test_a_replay_says_what_came_of_it(
    monkeypatch: pytest.MonkeyPatch, failed: int, judged: int, code: int, words: str
) -> None:
    """Failed, fixed, or no evidence, each with its exit code."""
    requirement = next(r for r in catalogue.requirements() if r.id == "QUEUE-FIFO")
    violation = Violation(kind="late", summary="It came late.", observed=("late",)) if failed else None
    given: dict[str, object] = {}

    def replay(folder: Path, **rest: object) -> Replayed:
        given.update(rest, folder=folder)
        return Replayed(
            requirement=requirement,
            backend="m:fork",
            failed=failed,
            judged=judged,
            times=50,
            crashed=0 if judged else 50,
            violation=violation,
        )

    monkeypatch.setattr(replaying, "replay", replay)
    shown = RUNNER.invoke(cli.app, ["replay", "x", "--times", "50", "--backend", "m:fork", "--path", "p"])

    assert shown.exit_code == code
    assert shown.stdout.startswith(words)
    assert given == {
        "folder": Path("x"), "times": 50, "backend": "m:fork", "python": "", "paths": ("p",),
    }  # fmt: skip


def test_every_option_of_run_reaches_the_plan(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing that a user says is dropped on the way."""
    given: dict[str, object] = {}

    def fake(options: Options, **rest: object) -> int:
        given.update(rest, options=options)
        return 5

    monkeypatch.setattr(run, "run", fake)
    shown = RUNNER.invoke(
        cli.app,
        [
            *(
                "run",
                "--backend",
                "a:fork",
                "--backend",
                "b",
                "--family",
                "queue",
                "--requirement",
                "QUEUE-FIFO",
            ),
            *(
                "--profile",
                "deep",
                "--budget",
                "5m",
                "--seed",
                "7",
                "--python",
                "py",
                "--path",
                "p",
                "--path",
                "q",
            ),
            *(
                "--env",
                "A=1",
                "-n",
                "3",
                "--out",
                "o",
                "--overwrite",
                "--keep-histories",
                "--backend-coverage",
            ),
            *("--junit", "j", "--ctrf", "c", "--md", "m", "--badge", "b", "--sarif", "s", "--shard", "2/3"),
        ],
    )
    options = given.pop("options")
    given.pop("console")

    assert shown.exit_code == 5
    assert given == {
        "out": "o",
        "overwrite": True,
        "keep_histories": True,
        "backend_coverage": True,
        "outputs": Outputs(junit="j", ctrf="c", md="m", badge="b", sarif="s"),
    }
    assert options.shard == (2, 3)
    assert isinstance(options, Options)
    assert options.backends == ("a:fork", "b")
    assert options.requirements == ("QUEUE-FIFO",)
    assert options.families == ("queue",)
    assert (options.profile, options.budget_s, options.seed, options.python) == ("deep", 300.0, 7, "py")
    assert (options.paths, options.environment, options.workers) == (("p", "q"), ("A=1",), 3)


def test_the_help_names_every_command_and_profile() -> None:
    """A user who asks for help is told what there is."""
    shown = RUNNER.invoke(cli.app, ["--help"]).stdout
    options = RUNNER.invoke(cli.app, ["run", "--help"]).stdout

    for command in ("run", "report", "replay", "probe", "explain", "list"):
        assert command in shown
    for profile in ("smoke", "quick", "standard", "deep"):
        assert profile in options


def test_one_signal_interrupts_and_the_next_ones_wait() -> None:
    """The winding up that follows an interruption is not interrupted itself; then all is as it was."""
    before = signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGINT)
    for number in (signal.SIGTERM, signal.SIGINT):
        survived = False
        with run.interruptible():
            try:
                signal.raise_signal(number)
            except KeyboardInterrupt:
                signal.raise_signal(number)
                survived = True

        assert survived
        assert (signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGINT)) == before


def test_a_job_that_ignores_ctrl_c_goes_on_ignoring_it() -> None:
    """A shell's background job is not for the keyboard to interrupt; SIGTERM ends it."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with run.interruptible():
            signal.raise_signal(signal.SIGINT)
            with pytest.raises(KeyboardInterrupt):
                signal.raise_signal(signal.SIGTERM)

        assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, before)


def test_a_requirement_that_is_selected_twice_is_judged_once() -> None:
    """Names may be given in any case, and more than once."""
    chosen = plan.select(Options(requirements=("queue-fifo", "QUEUE-FIFO")))

    assert [requirement.id for requirement in chosen] == ["QUEUE-FIFO"]
    assert len(plan.select(Options())) == len(catalogue.requirements())


def test_an_unknown_word_without_a_neighbour_lists_some() -> None:
    """A hint that hints at nothing is not given."""
    with pytest.raises(UsageError, match="no thing 'x'; there are apple, pear"):
        known("x", "thing", ["apple", "pear"])
