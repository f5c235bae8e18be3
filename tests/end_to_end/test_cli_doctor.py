"""The doctor, as a process: broken backends are hunted on this machine."""

import subprocess
import sys
import time

import pytest


@pytest.mark.slow
def test_the_doctor_catches_broken_backends_within_a_minute() -> None:
    """All but luck: what always shows is caught, and the whole ends in time."""
    began = time.monotonic()
    ended = subprocess.run(
        [sys.executable, "-m", "mpconform_conformance", "doctor"],
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    took_s = time.monotonic() - began

    assert ended.returncode in {0, 1}, ended.stdout + ended.stderr
    assert (ended.returncode == 0) == ("✗ missed" not in ended.stdout)
    for requirement in ("QUEUE-FIFO", "PIPE-BOUNDARIES", "POOL-ONCE", "SHM-RESIDUE", "PROC-ZOMBIE-ACTIVE"):
        assert any("✓ caught" in line and requirement in line for line in ended.stdout.splitlines())
    assert "broken backends were caught with" in ended.stdout
    assert took_s < 120


def test_the_doctor_needs_an_interpreter_that_there_is() -> None:
    """One sentence, and exit code 2."""
    ended = subprocess.run(
        [sys.executable, "-m", "mpconform_conformance", "doctor", "--python", "/nowhere/python"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        stdin=subprocess.DEVNULL,
    )

    assert ended.returncode == 2, ended.stdout + ended.stderr
    assert "/nowhere/python" in ended.stderr
