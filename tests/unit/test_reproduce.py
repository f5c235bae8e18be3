"""A script is tried before it is written: alone, for a while, and with many rounds if it shows nothing."""

import sys
from pathlib import Path

import msgspec
import pytest
from test_reports_reproduction import early, swapped

from mpconform.backend import Backend
from mpconform_conformance.alone import run_alone
from mpconform_conformance.reproduce import best_script, trier

BACKEND = Backend(module="multiprocessing", method="fork", python=sys.executable)


def printing(*lines: str) -> str:
    return "\n".join(["import os, sys, time", *lines]) + "\n"


@pytest.mark.parametrize(
    ("line", "counts"),
    [('print("FAILED 3 of 7")', (3, 7)), ('print("not seen in 7 runs")', (0, 7)), ("1 / 0", (0, 0))],
)
def test_what_a_script_prints_is_read(line: str, counts: tuple[int, int], tmp_path: Path) -> None:
    """How often it failed, in how many runs; one that ends otherwise tells nothing."""
    ran = run_alone(printing(line), BACKEND, runs=7, limit_s=30, workdir=tmp_path)

    assert (ran.failed, ran.runs) == counts
    assert list(tmp_path.iterdir()) == []


def test_a_script_sees_nothing_of_ours(tmp_path: Path) -> None:
    """Neither our packages nor our environment; it is given the number of runs."""
    text = printing("print(sys.argv[1:], sorted(os.environ), sys.flags.no_user_site)")
    ran = run_alone(text, BACKEND, runs=3, limit_s=30, workdir=tmp_path)

    assert "['3']" in ran.output
    assert "PYTEST" not in ran.output


def test_a_script_that_does_not_end_is_ended(tmp_path: Path) -> None:
    """With all that it started."""
    text = printing("pid = os.fork()", "print(os.getpid(), flush=True)", "time.sleep(300)")
    ran = run_alone(text, BACKEND, runs=1, limit_s=1.0, workdir=tmp_path)

    assert (ran.failed, ran.runs) == (0, 0)
    assert not [pid for pid in ran.output.split() if Path(f"/proc/{pid}").exists()]


def test_the_rate_of_the_script_is_told() -> None:
    """It is what it was in the trial, and not that of the replay."""
    text = best_script(*swapped(), "A rule.", lambda _: (3, 9))

    assert "this script failed in 3 of 9 runs" in " ".join(text.split())


@pytest.mark.parametrize(("tries", "rounds"), [(2, 32), (3, 512)])
def test_a_script_that_shows_nothing_is_tried_with_many_rounds(tries: int, rounds: int) -> None:
    """And is written so if it then fails."""
    asked: list[str] = []

    def trying(text: str) -> tuple[int, int]:
        asked.append(text)
        return (0, 20) if len(asked) < tries else (4, 20)

    text = best_script(*early(), "A rule.", trying)

    assert len(asked) == tries
    assert f"range({rounds})" not in asked[-2]
    assert f"range({rounds})" in asked[-1]
    assert f"range({rounds})" in text
    assert "failed in 4 of 20 runs" in " ".join(text.split())


def test_no_script_is_tried_twice() -> None:
    """What has many rounds from the start is not tried with as many again."""
    stored, history = swapped()
    asked: list[str] = []

    def trying(text: str) -> tuple[int, int]:
        asked.append(text)
        return 0, 20

    best_script(msgspec.structs.replace(stored, reproduced=(1, 20)), history, "A rule.", trying)

    assert "range(32)" in asked[0]
    assert len(asked) == len(set(asked)) == 2


def test_a_script_that_never_fails_says_so() -> None:
    """With what the replay did."""
    text = best_script(*early(), "A rule.", lambda _: (0, 20))

    assert "this script did not fail in 20 runs, the replay in 20 of 20" in " ".join(text.split())


@pytest.mark.parametrize(("nap_s", "runs"), [(0.02, 20), (0.3, 5)])
def test_a_trial_ends_in_its_time(nap_s: float, runs: int) -> None:
    """As many runs as fit into it, and not more than needed: of what is slow, and fails each time, a few."""
    counted = printing(
        "n = int(sys.argv[1])", f"time.sleep({nap_s} * n)", 'print("FAILED %d of %d" % (n, n))'
    )

    assert trier(BACKEND, share_s=30.0)(counted) == (runs, runs)


def test_what_is_slow_and_fails_now_and_then_is_tried_as_often_as_there_is_time() -> None:
    """Its rate is not known after a few runs."""
    counted = printing(
        "n = int(sys.argv[1])", "time.sleep(0.25 * n)", 'print("FAILED %d of %d" % (n // 2, n))'
    )
    failed, runs = trier(BACKEND, share_s=30.0)(counted)

    assert failed < runs
    assert runs > 5
