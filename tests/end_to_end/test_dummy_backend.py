"""A backend whose processes are threads: what applies to it is judged, the rest is unsupported."""

import subprocess
import sys
from pathlib import Path

import pytest

from mpconform import events

#: What dummy has, but that its queue gives the latest item first.
BACKEND = """
from multiprocessing.dummy import *  # noqa: F403
from multiprocessing.dummy import Process
from queue import LifoQueue as Queue
"""

pytestmark = pytest.mark.slow


def test_threads_are_judged_by_what_applies_to_them(tmp_path: Path) -> None:
    """A queue that is a stack is caught; locks, which are those of threading, conform, and so does a join."""
    (tmp_path / "mine.py").write_text(BACKEND)

    command = [sys.executable, "-m", "mpconform_conformance", "run", "--backend", "mine"]
    asked = ("QUEUE-FIFO", "LOCK-EXCLUSION", "PROC-JOIN-TIMEOUT", "PROC-EXIT-OS", "CONTEXT-METHOD")
    words = [word for name in asked for word in ("--requirement", name)]
    ended = subprocess.run(
        [*command, *words, "--path", str(tmp_path), "--budget", "8s", "--seed", "1"],
        cwd=tmp_path, capture_output=True, text=True, timeout=200, check=False, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    record = events.read(tmp_path / "mpconform-report" / "events.ndjson")
    found = {result.requirement: result.status for result in record.results}

    assert ended.returncode == 1, ended.stdout + ended.stderr
    assert "QUEUE-FIFO" in {violation.requirement for violation in record.violations}
    assert found["LOCK-EXCLUSION"] == found["PROC-JOIN-TIMEOUT"] == "conforms"
    assert found["PROC-EXIT-OS"] == found["CONTEXT-METHOD"] == "unsupported"
    assert not record.faults
