"""The gate as a backend's CI runs it: each exit code, and the whole life of a baseline."""

import json
import os
import shutil
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import msgspec
import pytest

from mpconform import events
from mpconform.values import Actor, ObjectSpec, Scenario, Step
from mpconform_conformance.gate import baseline as baselines
from mpconform_conformance.gate.baseline import Entry, Rate
from mpconform_conformance.gate.witnesses import keep
from project import POWER, Project

pytestmark = pytest.mark.slow


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path)


def test_the_life_of_a_baseline(project: Project) -> None:
    """First baseline, green; a regression, 1; listed, green; mended, 4; pruned, green again."""
    project.flaws("exitcode")
    assert (
        project.mpconform("probe", "--backend", "mine:fork", "--path", ".", "--path", str(POWER)).returncode
        == 0
    )
    assert project.judge("run", "--backend", "mine:fork").returncode == 1
    created = project.mpconform("baseline", "create", "conformance.toml")
    assert created.returncode == 0, created.stderr
    assert "added PROC-EXIT-SIGNAL" in created.stdout
    baseline = project.folder / "conformance.toml"
    own = baseline.read_text().replace(
        'reason = "found', '# Ours, of 2026.\nreason = "a helper drops the sign; found', 1
    )
    baseline.write_text(own)
    before = project.gate()
    assert before.returncode == 0, before.stdout + before.stderr
    assert "The gate holds (exit code 0)" in before.stdout
    assert project.standings["PROC-EXIT-SIGNAL"] == "known"
    assert project.record.footer is not None
    assert project.record.footer.exit_code == 0

    project.flaws("exitcode", "pid")
    worse = project.gate()
    assert worse.returncode == 1, worse.stdout
    assert "NEW" in worse.stdout
    assert "The gate fails (exit code 1)" in worse.stdout
    assert "VIOLATES" in worse.stdout
    updated = project.mpconform("baseline", "update", "conformance.toml")
    assert updated.returncode == 0, updated.stderr
    assert "# Ours, of 2026." in baseline.read_text()
    assert project.gate().returncode == 0

    project.flaws("exitcode")
    fixed = project.gate()
    assert fixed.returncode == 4, fixed.stdout
    assert "fixed: its witness passed" in fixed.stdout
    assert project.gate("--stale", "warn").returncode == 0
    pruned = project.mpconform("baseline", "prune", "conformance.toml")
    assert "removed PROC-" in pruned.stdout
    assert project.gate().returncode == 0
    assert project.mpconform("baseline", "check", "conformance.toml").returncode == 0
    assert "# Ours, of 2026." in baseline.read_text()


def test_a_backend_that_offers_little_is_judged_by_that(project: Project) -> None:
    """What its scenarios would need besides is no reproach, and not left open; each says what it is."""
    ended = project.judge("gate", "--backend", "mine:fork")

    assert ended.returncode == 0, ended.stdout
    status = {result.requirement: result for result in project.record.results}
    assert status["PROC-EXIT-SIGNAL"].status == status["SIMPLE-FIFO"].status == "conforms"
    assert {result.status for result in status.values()} == {"conforms", "unsupported"}
    assert status["LOCK-EXCLUSION"].reason == "mine offers no Lock"
    lacking = "Pipe, Pool, Queue, cpu_count, freeze_support"
    assert status["CONTEXT-NAMES"].reason == f"scenarios that show it also need {lacking}: mine lacks that"

    project.flaws(more=("Lock",))
    # By two of them: LOCK-AT-ONCE, which the standard library breaks now and then, is not what this is about.
    asked = ("--requirement", "LOCK-EXCLUSION", "--requirement", "RLOCK-REENTER")
    ended = project.judge("gate", "--backend", "mine:fork", *asked)

    assert ended.returncode == 0, ended.stdout
    status = {result.requirement: result for result in project.record.results}
    assert status["LOCK-EXCLUSION"].status == "conforms"
    assert status["RLOCK-REENTER"].reason == "mine offers no RLock"
    assert {result.status for result in status.values()} == {"conforms", "unsupported"}


def test_code_0_and_1_without_a_baseline(project: Project) -> None:
    """What holds, holds; what is violated is new, and can be replayed."""
    assert project.narrow("PROC-EXIT-SIGNAL").returncode == 0

    project.flaws("exitcode")
    ended = project.narrow("PROC-EXIT-SIGNAL")

    assert ended.returncode == 1
    assert project.standings == {"PROC-EXIT-SIGNAL": "new"}
    assert "no baseline, edition 2026.1, level must" in ended.stdout
    assert ended.stdout.splitlines()[-1] == "mpconform-report/index.html"


def test_a_requirement_of_a_later_edition_cannot_fail_a_gate(project: Project) -> None:
    """Pinned to an edition that did not have it, the gate is green, and shows it."""
    project.flaws("exitcode")
    (project.folder / "editions").mkdir()
    (project.folder / "editions" / "2025.1.json").write_text('{"edition": "2025.1", "requirements": {}}')
    code = f"""
        from pathlib import Path
        from mpconform_conformance.gate import editions
        editions.FOLDER = Path({str(project.folder / "editions")!r})
        from mpconform_conformance.cli import main
        main()
    """

    ended = project.narrow("PROC-EXIT-SIGNAL", code=textwrap.dedent(code))

    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert project.standings == {"PROC-EXIT-SIGNAL": "later"}
    assert "added after 2025.1" in ended.stdout


def test_code_2_for_whatever_cannot_be_done(project: Project) -> None:
    """One sentence on stderr; nothing is run."""
    for arguments, told in {
        ("--baseline", "none.toml"): "cannot read none.toml: no such file or directory; make one with",
        ("--edition", "1999.1"): "no edition '1999.1'",
        ("--level", "may"): "no --level 'may'",
        ("--stale", "ignore"): "no --stale 'ignore'; there are fail, warn",
    }.items():
        ended = project.narrow("PROC-EXIT-SIGNAL", *arguments)
        assert (ended.returncode, ended.stdout) == (2, "")
        assert told in ended.stderr
        assert len(ended.stderr.splitlines()) == 1
    assert not (project.folder / "mpconform-report").exists()


def test_code_2_for_a_baseline_of_another_backend(project: Project) -> None:
    """It would list what cannot be found, and find what it does not list."""
    (project.folder / "conformance.toml").write_text('format = 1\nedition = "2026.1"\nbackend = "billiard"\n')

    ended = project.gate("--requirement", "PROC-EXIT-SIGNAL")

    assert ended.returncode == 2
    assert "conformance.toml is about backend 'billiard', not mine:fork" in ended.stderr


def test_code_3_for_a_requirement_that_could_not_be_judged(project: Project) -> None:
    """A backend whose every empty() raises gives no evidence; a warning, if the policy says so."""
    text = (project.folder / "mine.py").read_text()
    (project.folder / "mine.py").write_text(
        text
        + textwrap.dedent("""
            from mutants.support import Context

            def _simple(real):
                queue = real.SimpleQueue()
                queue.empty = None
                return queue

            def get_context(method=None):
                return Context(method, SimpleQueue=_simple)
            """)
    )

    ended = project.narrow("SIMPLE-EMPTY")

    assert ended.returncode == 3, ended.stdout + ended.stderr
    assert "The gate is inconclusive (exit code 3): 1 inconclusive" in ended.stdout
    assert project.narrow("SIMPLE-EMPTY", "--inconclusive", "warn").returncode == 5


def test_code_5_if_nothing_was_judged(project: Project) -> None:
    """A backend that offers nothing of what was asked is no success."""
    (project.folder / "mine.py").write_text(
        "from multiprocessing import Process, Pipe, get_all_start_methods, get_context as _real\n"
        "class _Poor:\n"
        "    def __init__(self, real):\n"
        "        self.Process = real.Process\n"
        "def get_context(method=None):\n"
        "    return _Poor(_real(method))\n"
    )

    ended = project.narrow("SIMPLE-EMPTY")

    assert ended.returncode == 5, ended.stdout + ended.stderr
    assert "nothing was judged" in ended.stdout


def test_code_70_for_a_defect_of_ours(project: Project) -> None:
    """With a traceback and a way to report it; the backend is not blamed."""
    code = """
        from mpconform.checkers import process_exits
        from mpconform_conformance import catalogue

        def broken(history):
            raise ZeroDivisionError("of ours")

        real = catalogue._function
        catalogue._function = lambda name: broken if "exit" in name else real(name)
        from mpconform_conformance.cli import main
        main()
    """

    ended = project.narrow("PROC-EXIT-SIGNAL", code=textwrap.dedent(code))

    assert ended.returncode == 70, ended.stdout + ended.stderr
    assert "ZeroDivisionError: of ours" in ended.stdout
    assert "A defect of mpconform, not of the backend" in ended.stdout


def test_code_130_when_interrupted(project: Project) -> None:
    """A partial report is written, and the baseline is not touched."""
    begun = subprocess.Popen(
        [
            *(sys.executable, "-m", "mpconform_conformance", "gate", "--backend", "mine:fork"),
            *("--path", str(project.folder), "--path", str(POWER), "--budget", "60s"),
        ],
        cwd=project.folder,
        stdout=subprocess.PIPE,
        stdin=subprocess.DEVNULL,
        text=True,
        env=os.environ | {"PYTHONUNBUFFERED": "1"},
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler) and None,  # noqa: PLW1509
    )
    with begun as process:
        assert process.stdout is not None
        record = project.folder / "mpconform-report" / "events.ndjson"
        while not (record.exists() and len(record.read_bytes().splitlines()) > 1):
            assert process.poll() is None
        process.send_signal(signal.SIGINT)
        said = process.stdout.read()
    assert process.returncode == 130
    assert (project.folder / "mpconform-report" / "index.html").exists()
    assert "The gate was interrupted (exit code 130)" in said
    refused = project.mpconform("baseline", "create", "conformance.toml")
    assert refused.returncode == 2
    assert "it did not come to its end" in refused.stderr
    assert not (project.folder / "conformance.toml").exists()


def test_a_filtered_run_makes_no_baseline(project: Project) -> None:
    """What was left out cannot be told to hold."""
    assert project.narrow("PROC-EXIT-SIGNAL").returncode == 0

    refused = project.mpconform("baseline", "create", "conformance.toml")

    assert refused.returncode == 2
    assert "requirements were left out" in refused.stderr


def test_shards_become_one_matrix_and_ci_is_told(project: Project) -> None:
    """Two shards of a gate, merged: what is new is new, the report is whole, and GitHub sees it."""
    project.flaws("exitcode")
    for number in (1, 2):
        shard = project.judge(
            "gate", "--backend", "mine:fork", "--family", "process", "--family", "queue", "-n", "1",
            "--inconclusive", "warn", "--shard", f"{number}/2", "--out", f"shard-{number}",
        )  # fmt: skip
        assert shard.returncode in (0, 1), shard.stdout + shard.stderr
    merged = project.mpconform(
        "report", "shard-1", "shard-2", "--html", "all", "--junit", "all/junit.xml", "--md", "all/summary.md"
    )

    assert merged.returncode == 0, merged.stderr
    assert merged.stdout == "all/index.html\n"
    record = events.read(project.folder / "all" / "events.ndjson")
    assert record.header.shard is None
    assert record.footer is not None
    assert record.footer.exit_code == 1
    assert {campaign.family for campaign in record.campaigns} == {"process", "queue"}
    assert len(record.results) == len(record.header.requirements)
    assert "PROC-EXIT-SIGNAL" in (project.folder / "all" / "junit.xml").read_text()
    same = project.mpconform("diff", "all", "all")
    assert (same.returncode, same.stdout) == (0, f"{len(record.results)} unchanged\n")


BASELINES = Path(__file__).parents[2] / "conformance" / "baselines"
#: A list, and a look at its first element: nothing is wrong with that.
HARMLESS = Scenario(
    family="memory",
    theme="lists",
    objects={
        "sl": ObjectSpec(
            factory="shared_memory.ShareableList", arguments=([1],), keywords={"name": {"$unique": "list"}}
        )
    },
    actors={"main": Actor(steps=(Step(target="sl", method="__getitem__", arguments=(0,)),))},
)


@pytest.mark.parametrize(
    ("removed", "added", "code"),
    [
        pytest.param("", False, 0, id="as-it-stands"),
        pytest.param("SHLIST-TEXT", False, 1, id="without-an-entry"),
        pytest.param("", True, 4, id="with-a-false-one"),
    ],
)
def test_the_gate_of_this_repository_can_fail(
    project: Project, removed: str, code: int, *, added: bool
) -> None:
    """Green as it stands; without an entry 1, with a false one 4."""
    path = project.folder / "conformance.toml"
    shutil.copy(BASELINES / "multiprocessing.toml", path)
    shutil.copytree(BASELINES / "multiprocessing.witnesses", project.folder / "conformance.witnesses")
    listed = baselines.read(path)
    entries = [entry for entry in listed.entries if entry.requirement != removed]
    if added:
        witness = keep(listed.witnesses, "SHLIST-ROUNDTRIP", "made-up", HARMLESS)
        entries.append(
            Entry(
                requirement="SHLIST-ROUNDTRIP",
                signature="made-up",
                reason="it is not true",
                rate=Rate(20, 20),
                witness=witness,
            )
        )
    baselines.write(msgspec.structs.replace(listed, entries=tuple(entries)))

    ended = project.mpconform(
        *("gate", "--baseline", "conformance.toml", "--backend", "multiprocessing:fork"),
        *("--requirement", "SHLIST-TEXT", "--requirement", "SHLIST-ROUNDTRIP", "--budget", "6s", "-n", "1"),
        *("--inconclusive", "warn"),
    )

    assert ended.returncode == code, ended.stdout + ended.stderr
    kinds = [json.loads(line)["event"] for line in project.events.read_bytes().splitlines()]
    # Whatever is listed is looked at before anything else is run.
    asked = [entry for entry in entries if entry.requirement in ("SHLIST-TEXT", "SHLIST-ROUNDTRIP")]
    assert kinds[1 : kinds.index("campaign")] == ["replay"] * len(asked)


def test_a_witness_is_replayed_by_itself_on_any_backend(project: Project) -> None:
    """It names no backend, so one has to be given; there it fails, or does not."""
    (listed,) = (
        entry
        for entry in baselines.read(BASELINES / "multiprocessing.toml").entries
        if entry.requirement == "SHLIST-BOUNDS"
    )
    witness = BASELINES / "multiprocessing.witnesses" / f"{listed.witness.removeprefix('sha256:')}.json"

    failed = project.mpconform("replay", str(witness), "--times", "2", "--backend", "multiprocessing:fork")
    lacking = project.mpconform("replay", str(witness))

    assert failed.returncode == 1, failed.stdout + failed.stderr
    assert failed.stdout.startswith("FAILED 2 of 2  SHLIST-BOUNDS  multiprocessing:fork\n")
    assert lacking.returncode == 2
    assert "is the witness of a baseline; say on what to run it with --backend" in lacking.stderr


def test_github_is_told_by_the_gate_itself(project: Project) -> None:
    """A simulated step of a workflow: annotations on its log, a summary, and outputs."""
    project.flaws("exitcode")
    code = """
        import os
        os.environ |= {"GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": "summary", "GITHUB_OUTPUT": "outputs"}
        from mpconform_conformance.cli import main
        main()
    """

    ended = project.narrow("PROC-EXIT-SIGNAL", code=textwrap.dedent(code))

    assert ended.returncode == 1
    assert "::error title=PROC-EXIT-SIGNAL on mine%3Afork::new: " in ended.stdout
    assert "PROC-EXIT-SIGNAL" in (project.folder / "summary").read_text()
    assert (project.folder / "outputs").read_text().startswith("exit-code=1\nnew=1\nstale=0\nreport=")
