"""However a run ends, what is known is told, and no process stays behind."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from mpconform import events

pytestmark = pytest.mark.slow


def begin(cwd: Path, *arguments: str) -> subprocess.Popen[bytes]:
    """Start a run that would take a minute, in a process group of its own."""
    return subprocess.Popen(
        [
            *(sys.executable, "-m", "mpconform_conformance", "run", "--budget", "60s", "--out", "out"),
            *("--backend", "multiprocessing:fork", *arguments),
        ],
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "MARK_OF_A_TEST": str(cwd)},
        start_new_session=True,
        # A shell that starts us in the background has made SIGINT be ignored, which is inherited.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler) and None,  # noqa: PLW1509
    )


def ours(cwd: Path) -> list[psutil.Process]:
    """The processes that come from the run in *cwd*, by what they inherited from it."""
    return [process for process in psutil.process_iter() if mark_of(process) == str(cwd)]


def mark_of(process: psutil.Process) -> str | None:
    try:
        return process.environ().get("MARK_OF_A_TEST")
    except psutil.Error:
        return None


def wait_until(condition: Callable[[], bool], seconds: float = 30.0) -> bool:
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True


def working(cwd: Path) -> bool:
    """Whether the run has begun its record and started agents."""
    return (cwd / "out" / "events.ndjson").exists() and len(ours(cwd)) > 4


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=lambda s: s.name)
@pytest.mark.parametrize("workers", ["1", "2"])
@pytest.mark.parametrize("whom", ["process", "group"])
def test_an_interrupted_run_leaves_a_record_and_a_report(
    tmp_path: Path, number: signal.Signals, workers: str, whom: str
) -> None:
    """Exit code 130, a whole record that says so, the evidence so far, and nobody left."""
    run = begin(tmp_path, "-n", workers)
    assert wait_until(lambda: working(tmp_path))
    time.sleep(2)
    (os.killpg if whom == "group" and number == signal.SIGINT else os.kill)(run.pid, number)
    code = run.wait(30)
    record = events.read(tmp_path / "out" / "events.ndjson")

    assert code == 130
    assert record.footer is not None
    assert (record.footer.ended, record.footer.exit_code) == ("interrupted", 130)
    assert record.campaigns
    assert {result.status for result in record.results} >= {"unknown", "conforms"}
    assert len(record.results) == len(record.header.requirements)
    assert not record.faults
    assert (tmp_path / "out" / "index.html").exists()
    assert not list((tmp_path / "out").glob(".interrupted*"))
    assert wait_until(lambda: not ours(tmp_path)), ours(tmp_path)


@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_killed_run_takes_everything_with_it(tmp_path: Path, workers: str) -> None:
    """SIGKILL leaves a record that can still be reported, and no process."""
    run = begin(tmp_path, "-n", workers)
    assert wait_until(lambda: working(tmp_path))
    run.kill()
    run.wait(10)

    assert wait_until(lambda: not ours(tmp_path)), ours(tmp_path)
    assert events.read(tmp_path / "out" / "events.ndjson", truncated=True).footer is None

    report = subprocess.run(
        [sys.executable, "-m", "mpconform_conformance", "report", "out"],
        cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip

    assert report.returncode == 0, report.stderr


def test_what_a_killed_worker_was_at_is_done_by_another(tmp_path: Path) -> None:
    """The kernel's way with memory hogs costs time, but no result and nobody's good name."""
    run = begin(tmp_path, "-n", "2", "--budget", "12s")
    assert wait_until(lambda: working(tmp_path))
    busy = [child for child in psutil.Process(run.pid).children() if child.children()]
    busy[0].kill()
    code = run.wait(90)
    record = events.read(tmp_path / "out" / "events.ndjson")

    assert code in {0, 1}
    assert not record.faults
    assert len(record.results) == len(record.header.requirements)
    # So short a run does not give evidence for everything; but nothing was lost.
    assert {r.reason for r in record.results if r.status == "unknown"} <= {
        "no scenario of this run gave evidence"
    }
    assert wait_until(lambda: not ours(tmp_path)), ours(tmp_path)
