"""The suite run by hand, as the pytest plugin that it is."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from mpconform import events

POWER = Path(__file__).parents[1] / "power"

pytestmark = pytest.mark.slow


def suite(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PYTEST_")}
    return subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-p", "mpconform_conformance.plugin", "-p", "no:cacheprovider"),
            *("--pyargs", "mpconform_conformance", "--mpconform-budget", "6s", *arguments),
        ],
        cwd=cwd,
        env=environment,
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
        stdin=subprocess.DEVNULL,
    )


def test_one_requirement_is_selected_by_its_id(tmp_path: Path) -> None:
    """-k QUEUE-FIFO judges that one, on every backend asked for."""
    ended = suite(
        "-k", "QUEUE-FIFO", "--mpconform-backend", "multiprocessing:fork", "--mpconform-backend",
        "multiprocessing:forkserver", "-v", cwd=tmp_path,
    )  # fmt: skip
    record = events.read(tmp_path / "mpconform-report" / "events.ndjson")

    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "QUEUE-FIFO[multiprocessing:fork] PASSED" in ended.stdout
    assert "QUEUE-FIFO[multiprocessing:forkserver] PASSED" in ended.stdout
    assert {(r.requirement, r.status) for r in record.results} == {("QUEUE-FIFO", "conforms")}


@pytest.mark.parametrize("workers", [(), ("-n", "2"), ("-n", "2", "--dist", "loadgroup")], ids=str)
def test_a_violation_fails_with_its_story(tmp_path: Path, workers: tuple[str, ...]) -> None:
    """However the items are distributed, a campaign is run once, and its story is the failure."""
    ended = suite(
        "--mpconform-backend", "mutants.process_drops_sign:fork", "--mpconform-path", str(POWER),
        "--mpconform-family", "process", "--mpconform-out", "out", *workers, cwd=tmp_path,
    )  # fmt: skip
    record = events.read(tmp_path / "out" / "events.ndjson")

    assert ended.returncode == 1, ended.stdout + ended.stderr
    assert "VIOLATES  PROC-EXIT-SIGNAL   mutants.process_drops_sign:fork" in ended.stdout
    assert "mpconform replay out/violations/proc-exit-signal--mutants.process_drops_sign-fork" in ended.stdout
    assert len(record.campaigns) == 1
    assert len(record.results) == len(record.header.requirements)


def test_a_mistake_is_a_usage_error(tmp_path: Path) -> None:
    """Pytest's own exit code for that, and one sentence."""
    ended = suite("--mpconform-backend", "multiprocessing:fark", cwd=tmp_path)

    assert ended.returncode not in {0, 1}
    assert "has no start method 'fark'" in ended.stdout + ended.stderr
    assert not (tmp_path / "mpconform-report").exists()


def test_the_plugin_leaves_other_tests_alone(tmp_path: Path) -> None:
    """Loaded without the suite, it probes nothing and writes nothing."""
    (tmp_path / "test_mine.py").write_text("def test_mine():\n    pass\n")
    ended = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-p", "mpconform_conformance.plugin", "-p", "no:cacheprovider"),
            "test_mine.py",
        ],
        cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip

    assert ended.returncode == 0, ended.stdout
    assert "1 passed" in ended.stdout
    assert not (tmp_path / "mpconform-report").exists()
