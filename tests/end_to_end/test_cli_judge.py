"""``mpconform judge`` as a process: stored runs, and anybody's histories."""

import itertools
import json
import subprocess
import sys
from pathlib import Path

import pytest

import report_record as made
from linear_search import history
from mpconform.linear.columns import save
from mpconform.linear.forms import export


def judge(*arguments: str, cwd: Path, given: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "mpconform_conformance", "judge", *arguments],
        cwd=cwd, capture_output=True, text=True, timeout=120, check=False, input=given,
    )  # fmt: skip


def lines(*told: dict[str, object]) -> str:
    return "".join(f"{json.dumps(one)}\n" for one in told)


PUT = {"process": "p", "op": "put", "arg": 1, "t_invoke": 0, "t_return": 1}
GET = {"process": "c", "op": "get", "ret": 1, "t_invoke": 2, "t_return": 3}


def test_anybodys_history_is_judged(tmp_path: Path) -> None:
    """0 legal, 1 illegal with the operations that prove it, 3 if nobody knows."""
    path = tmp_path / "h.jsonl"
    path.write_text(lines(PUT, GET))
    legal = judge("--history", "h.jsonl", "--model", "queue", cwd=tmp_path)
    assert (legal.returncode, legal.stdout) == (0, "LEGAL    2 operations of a queue\n")

    path.write_text(lines(PUT, GET, GET | {"process": "d"}))
    illegal = judge("--history", "h.jsonl", "--model", "queue", cwd=tmp_path)
    assert illegal.returncode == 1
    assert illegal.stdout.startswith(
        "ILLEGAL  3 operations of a queue: got-twice\n"
        "  p put 1 once (0 to 1); yet c got it (2 to 3), and d got it again"
    )

    many = [PUT | {"t_invoke": n, "t_return": n} for n in range(500)]
    path.write_text(lines(*many))
    unknown = judge("--history", "h.jsonl", "--model", "queue", cwd=tmp_path)
    assert unknown.returncode == 3
    assert unknown.stdout.startswith("UNKNOWN  500 operations of a queue: 1 was put twice")


def test_columns_say_themselves_of_what_they_are(tmp_path: Path) -> None:
    """And can be written for a second opinion."""
    columns = history("register", 3)
    save(columns, tmp_path / "h.columns")

    assert judge("--history", "h.columns", cwd=tmp_path).returncode in (0, 1)
    told = judge("--history", "h.columns", "--to", "edn", cwd=tmp_path)
    assert (told.returncode, told.stdout) == (0, export(columns, "edn"))


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ((), "name a run folder, or a file with --history"),
        (("run", "--history", "h.jsonl"), "name a run folder, or a file with --history"),
        (("--history", "h.jsonl"), "h.jsonl does not say of what it is; give --model: queue"),
        (("--history", "h.jsonl", "--model", "stack"), "--model stack: there are queue"),
        (
            ("--history", "none.jsonl", "--model", "queue"),
            "cannot read none.jsonl: no such file or directory",
        ),
        (("--history", "h.jsonl", "--model", "queue", "--to", "xml"), "--to xml: there are jsonl"),
        (("none",), "cannot read none/events.ndjson"),
        (("none", "--to", "edn"), "--to edn: the histories of a run are written as jsonl"),
        (
            ("--history", "h.jsonl", "--model", "queue", "--value", "x"),
            '--value x: not JSON, in which a string is "x"',
        ),
    ],
)
def test_what_cannot_be_judged_is_one_sentence(tmp_path: Path, arguments: tuple[str, ...], told: str) -> None:
    """On stderr, with exit code 2."""
    (tmp_path / "h.jsonl").write_text(lines(PUT))

    ended = judge(*arguments, cwd=tmp_path)

    assert ended.returncode == 2
    assert told in ended.stderr
    assert len(ended.stderr.splitlines()) == 1


def kept_contracts(told: str) -> list[list[str]]:
    """The lines about contracts, word by word."""
    _, _, rest = told.partition("Strongest contract kept")
    lines = itertools.takewhile(str.strip, rest.splitlines()[1:])
    return [line.split() for line in lines]


@pytest.mark.slow
def test_a_run_is_judged_again_without_its_backend(tmp_path: Path) -> None:
    """All its histories, by all cores: the same outcomes, and one by one the same counts."""
    ran = subprocess.run(
        [
            *(sys.executable, "-m", "mpconform_conformance", "run", "--backend", "multiprocessing:fork"),
            *("--family", "queue", "--budget", "6s", "-n", "1", "--keep-histories", "--out", "run"),
        ],
        cwd=tmp_path, check=False, capture_output=True, text=True, timeout=120, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stdout

    again = judge("run", cwd=tmp_path)

    assert again.returncode == 0, again.stdout + again.stderr
    assert "differs" not in again.stdout
    assert "more without a violation" in again.stdout
    assert kept_contracts(again.stdout) == kept_contracts(ran.stdout) != []


def test_without_kept_histories_the_violations_are_judged(tmp_path: Path) -> None:
    """By every requirement of their family; that nothing else is there, makes nothing conform or differ."""
    made.make(tmp_path / "run", faults=False)
    told = [event for event in made.events(faults=False) if event.get("family", "queue") == "queue"]
    made.write_events(tmp_path / "run", told)

    ended = judge("run", "-n", "1", cwd=tmp_path)

    assert ended.returncode == 1, ended.stderr
    assert ended.stdout.splitlines()[1].split()[:4] == [
        *("QUEUE-FIFO", "mutants.queue_swaps:fork", "violates", "violates")
    ]
    assert "differs" not in ended.stdout


def test_a_run_of_a_family_that_there_is_not_is_told(tmp_path: Path) -> None:
    """It was made by another version: one sentence, and no defect of ours."""
    ended = judge(str(made.make(tmp_path / "run", faults=False)), cwd=tmp_path)

    assert ended.returncode == 2
    assert "this version has no family 'shm'" in ended.stderr or "'condition'" in ended.stderr


def test_a_stream_is_judged_as_it_comes(tmp_path: Path) -> None:
    """From a file or standard input: the same verdicts and exit codes; a bad line is told with its number."""
    options = ("--model", "queue", "--stream")
    (tmp_path / "h.jsonl").write_text(lines(PUT, GET))
    legal = judge("--history", "h.jsonl", *options, cwd=tmp_path)
    assert (legal.returncode, legal.stdout) == (0, "LEGAL    2 operations of a queue\n"), legal.stderr
    again = lines(PUT, GET, GET | {"process": "d", "t_invoke": 5, "t_return": 6})
    illegal = judge("--history", "-", *options, cwd=tmp_path, given=again)
    assert illegal.returncode == 1
    assert illegal.stdout.startswith("ILLEGAL  3 operations of a queue: got-twice\n  p put 1 once (0 to 1)")
    wrong = judge("--history", "-", *options, cwd=tmp_path, given=lines(PUT, GET | {"op": "peek"}))
    assert wrong.returncode == 2
    assert "standard input, line 2: no 'peek' of a queue" in wrong.stderr


@pytest.mark.slow
def test_a_long_stream_is_judged_in_bounded_memory(tmp_path: Path) -> None:
    """Twice as long takes no more: what is kept is a window, and what it needs of those before."""
    peaks = []
    for count in (150_000, 300_000):
        command = [
            sys.executable, "-c", STREAMED, str(count), sys.executable,
            *("-m", "mpconform_conformance", "judge", "--history", "-", "--model", "queue", "--stream"),
        ]  # fmt: skip
        ended = subprocess.run(command, capture_output=True, text=True, timeout=200, check=True, cwd=tmp_path)
        verdict, peak = ended.stdout.splitlines()
        assert verdict.startswith(f"LEGAL    {count} operations of a queue, in ")
        peaks.append(int(peak) / 1024)
    assert peaks[1] < 150
    assert peaks[1] < 1.1 * peaks[0]


#: Writes so many operations of a queue to a command, and prints the most memory that it had, in KiB.
STREAMED = """
import os, subprocess, sys
child = subprocess.Popen(sys.argv[2:], stdin=subprocess.PIPE)
for n in range(int(sys.argv[1]) // 2):
    child.stdin.write(
        b'{"process":"p","op":"put","arg":%d,"t_invoke":%d,"t_return":%d}\\n'
        b'{"process":"c","op":"get","ret":%d,"t_invoke":%d,"t_return":%d}\\n'
        % (n, 10 * n, 10 * n + 4, n, 10 * n + 3, 10 * n + 7)
    )
child.stdin.close()
_, child.returncode, used = os.wait4(child.pid, 0)
print(used.ru_maxrss, flush=True)
sys.exit(child.returncode != 0)
"""
