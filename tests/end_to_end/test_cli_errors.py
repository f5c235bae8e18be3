"""What a user can do wrong: exit code 2, one sentence, no traceback, nothing left behind."""

import os
import subprocess
import sys
from pathlib import Path

import pytest


def run(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "mpconform_conformance", "run", *arguments],
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
        stdin=subprocess.DEVNULL,
    )


def check_refused(ended: subprocess.CompletedProcess[str], *words: str) -> None:
    assert ended.returncode == 2, ended.stdout + ended.stderr
    assert len(ended.stderr.strip().splitlines()) == 1, ended.stderr
    assert ended.stderr.startswith("mpconform: ")
    for word in words:
        assert word in ended.stderr


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        ("no.such.module", ["no.such.module", "No module named"]),
        ("broken", ["broken", "ZeroDivisionError"]),
        ("leaving", ["leaving", "exit code 3"]),
        ("multiprocessing:fark", ["fark", "fork", "spawn", "forkserver"]),
        ("shy:fark", ["shy has no start method 'fark'", "cannot find context for 'fark'"]),
        ("multiprocessing.dummy:fork", ["no start method 'fork'", "has no get_context"]),
    ],
)
def test_a_backend_that_cannot_be_had_is_told_with_the_reason(
    tmp_path: Path, spec: str, words: list[str]
) -> None:
    """Unknown module, failing import, dying import, unknown start method."""
    (tmp_path / "broken.py").write_text("1 / 0\n")
    (tmp_path / "leaving.py").write_text("import os; os._exit(3)\n")
    (tmp_path / "shy.py").write_text("from multiprocessing import get_context\n")
    before = sorted(tmp_path.iterdir())
    ended = run("--backend", spec, "--path", str(tmp_path), cwd=tmp_path)

    check_refused(ended, *words)
    assert [path for path in sorted(tmp_path.iterdir()) if path.name != "__pycache__"] == before


@pytest.mark.slow
def test_an_import_that_hangs_is_given_up(tmp_path: Path) -> None:
    """Half a minute is enough for any import."""
    (tmp_path / "hanging.py").write_text("import threading; threading.Event().wait()\n")

    check_refused(run("--backend", "hanging", "--path", str(tmp_path), cwd=tmp_path), "hanging", "30 s")


def test_an_interpreter_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    """Missing, not an interpreter, or too old."""
    old = tmp_path / "python2"
    old.write_text("#!/bin/sh\necho 2.7\n")
    old.chmod(0o755)

    check_refused(run("--python", "/no/such/python", cwd=tmp_path), "/no/such/python")
    check_refused(run("--python", str(old), cwd=tmp_path), "2.7")
    check_refused(run("--python", "/bin/true", cwd=tmp_path), "/bin/true")


def test_a_folder_that_is_not_ours_is_left_alone(tmp_path: Path) -> None:
    """Neither with --overwrite nor without is anything of the user's removed."""
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "thesis.txt").write_text("three years of work")
    for more in ([], ["--overwrite"]):
        ended = run("--backend", "multiprocessing:fork", "--out", str(mine), *more, cwd=tmp_path)

        check_refused(ended, "is not empty and holds no run of mpconform")
    assert (mine / "thesis.txt").read_text() == "three years of work"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_may_not_be_written_is_named(tmp_path: Path) -> None:
    """Permission denied is one sentence."""
    tmp_path.chmod(0o500)

    check_refused(run("--backend", "multiprocessing:fork", cwd=tmp_path), "permission denied")


def test_a_file_in_the_way_is_named(tmp_path: Path) -> None:
    """--out names a folder."""
    (tmp_path / "file").touch()

    check_refused(run("--backend", "multiprocessing:fork", "--out", "file/out", cwd=tmp_path), "file/out")


def test_an_unknown_option_is_refused(tmp_path: Path) -> None:
    """As every command line does."""
    ended = run("--bakend", "multiprocessing", cwd=tmp_path)

    assert ended.returncode == 2
    assert "--bakend" in ended.stderr
    assert "Traceback" not in ended.stderr
