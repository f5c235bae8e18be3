"""mpconform as its user runs it: what it leaves, prints, and ends with."""

import json
import os
import subprocess
import sys
from importlib import resources
from pathlib import Path

import jsonschema
import pytest

from mpconform import events, histories, store

POWER = Path(__file__).parents[1] / "power"
#: Breaks its requirement every time: what is shown here must not be luck.
MUTANT = "mutants.process_drops_sign:fork"
BROKEN = "PROC-EXIT-SIGNAL"
FOLDER = "violations/proc-exit-signal--mutants.process_drops_sign-fork"

pytestmark = pytest.mark.slow


def mpconform(*arguments: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "mpconform_conformance", *arguments],
        cwd=cwd,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
        stdin=subprocess.DEVNULL,
    )


def run(*arguments: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """A run that is over in a few seconds: one requirement of one family, unless told otherwise."""
    return mpconform(
        "run", "--family", "queue", "--budget", "6s", "-n", "1", *arguments, cwd=cwd, **environment
    )


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def check_results(folder: Path) -> dict:
    """The results.json of a run, which is what its schema says."""
    schema = json.loads((resources.files("mpconform_conformance") / "results.schema.json").read_text("utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    results = json.loads((folder / "results.json").read_text("utf-8"))
    jsonschema.validate(results, schema)
    return results


def test_a_conforming_backend_ends_with_0_and_a_report(tmp_path: Path) -> None:
    """The record is whole, the results fit their schema, and the last line is the report's path."""
    ended = run(
        "--backend", "multiprocessing:fork", "--requirement", "QUEUE-FIFO", "--seed", "5", cwd=tmp_path
    )
    folder = tmp_path / "mpconform-report"
    record = events.read(folder / "events.ndjson")

    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert ended.stderr == ""
    assert ended.stdout.splitlines()[-1] == "mpconform-report/index.html"
    assert "1 requirements" in ended.stdout
    assert "✓ 1" in ended.stdout
    assert record.footer is not None
    assert (record.footer.ended, record.footer.exit_code) == ("completed", 0)
    assert (record.header.seed, record.header.budget_s) == (5, 6.0)
    assert [r.status for r in record.results] == ["conforms"]
    results = check_results(folder)
    assert results["results"][0]["evidence"]["judged"] > 10
    assert results["untested"] == []  # Nothing was asked for but one requirement.


def test_how_much_of_the_backend_is_executed_is_measured(tmp_path: Path) -> None:
    """In main and in its children; nothing else changes, and nothing of the measuring is left."""
    ended = run(
        *("--backend", "multiprocessing:spawn", "--requirement", "QUEUE-FIFO", "--backend-coverage"),
        cwd=tmp_path,
    )
    folder = tmp_path / "mpconform-report"
    measured = check_results(folder)["coverage"]

    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert ended.stderr == ""
    assert "of the lines and branches of multiprocessing executed" in ended.stdout
    assert [one["backends"] for one in measured] == [["multiprocessing:spawn"]]
    modules = {row["module"]: row for row in measured[0]["modules"]}
    # Main puts and starts, children get; spawn.py is what only they execute.
    for name, most in (("queues", 0.6), ("popen_spawn_posix", 0.3), ("spawn", 0.7)):
        assert 0 < len(modules[name]["missing"]) + 1 < most * modules[name]["statements"], name
    assert "heap" in modules
    assert names(folder) == ["events.ndjson", "index.html", "results.json", "traceability.html"]
    assert 'id="breadth"' in (folder / "index.html").read_text("utf-8")


def test_nothing_is_left_but_the_run_folder(tmp_path: Path) -> None:
    """No .hypothesis, no .pytest_cache, no __pycache__, no temporary files."""
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    run(
        "--backend", "multiprocessing:fork", "--requirement", "QUEUE-FIFO", "--budget", "4s",
        cwd=tmp_path, TMPDIR=str(scratch),
    )  # fmt: skip

    assert names(tmp_path) == ["mpconform-report", "scratch"]
    assert names(tmp_path / "mpconform-report") == [
        "events.ndjson", "index.html", "results.json", "traceability.html",
    ]  # fmt: skip
    assert names(scratch) == []


def test_a_violation_is_shown_stored_replayed_and_fixed(tmp_path: Path) -> None:
    """From the run that finds it to the replay that does not any more."""
    ended = mpconform(
        *("run", "--backend", MUTANT, "--path", str(POWER), "--requirement", BROKEN),
        *("--budget", "6s", "-n", "1", "--out", "o"),
        cwd=tmp_path,
    )
    stored = store.read_violation(tmp_path / "o" / FOLDER)

    assert ended.returncode == 1, ended.stdout + ended.stderr
    assert f"VIOLATES  {BROKEN}   {MUTANT}" in ended.stdout
    assert f"o/{FOLDER}" in ended.stdout
    assert check_results(tmp_path / "o")["results"][0]["witness"] == FOLDER
    assert stored.witness
    assert stored.reproduced[1] > 0
    assert stored.steps <= 24  # as many as the smallest scenario of its theme has

    again = mpconform("replay", f"o/{FOLDER}", "--times", "20", cwd=tmp_path)

    assert again.returncode == 1, again.stdout + again.stderr
    assert again.stdout.startswith("FAILED ")

    healthy = mpconform("replay", f"o/{FOLDER}", "--times", "5", "--backend", "multiprocessing", cwd=tmp_path)

    assert healthy.returncode == 0, healthy.stdout + healthy.stderr
    assert healthy.stdout.startswith("FIXED (0 of 5)")

    lost = mpconform("replay", f"o/{FOLDER}", "--path", str(tmp_path), cwd=tmp_path)

    assert lost.returncode == 2
    assert "mutants" in lost.stderr


def test_the_same_seed_gives_the_same_scenarios(tmp_path: Path) -> None:
    """Of each theme, two runs with one seed draw the same.

    How far each comes, and in what order, is the machine's affair; so is whether it needed what is directed.
    """
    kept = []
    for out in ("a", "b"):
        more = ("--requirement", "QUEUE-FIFO", "--seed", "9", "--budget", "5s", "--keep-histories")
        run("--backend", "multiprocessing:fork", *more, "--out", out, cwd=tmp_path)
        (path,) = (tmp_path / out / "histories").iterdir()
        drawn: dict[str, set[tuple[str, str]]] = {}
        for history in histories.read(path, histories.places(path)):
            scenario = history.scenario
            drawn.setdefault(scenario.theme, set()).add((repr(scenario.objects), repr(scenario.actors)))
        kept.append(drawn)
    one, other = kept

    assert sum(map(len, one.values())) >= 5
    for theme in one.keys() & other.keys():
        assert len(one[theme] & other[theme]) >= min(len(one[theme]), len(other[theme])) - 1, theme


def test_two_workers_run_each_campaign_once(tmp_path: Path) -> None:
    """Distributed or not, the record is the same kind of record."""
    both = ("--requirement", "QUEUE-FIFO", "--requirement", "PIPE-ORDER")
    ended = mpconform(
        "run", "--backend", "multiprocessing:fork", *both, "--budget", "8s", "-n", "2", cwd=tmp_path
    )
    record = events.read(tmp_path / "mpconform-report" / "events.ndjson")

    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert sorted(c.family for c in record.campaigns) == ["pipe", "queue"]
    assert {r.requirement: r.status for r in record.results} == {
        "QUEUE-FIFO": "conforms",
        "PIPE-ORDER": "conforms",
    }


def test_what_a_backend_does_not_offer_is_unsupported(tmp_path: Path) -> None:
    """A run in which nothing can be judged ends with 5: an empty run is never green."""
    (tmp_path / "little.py").write_text(
        "from multiprocessing import Process\n"
        "def get_all_start_methods(): return ['fork']\n"
        "def get_context(method=None): import little; return little\n"
    )
    ended = run("--backend", "little:fork", "--path", ".", "--requirement", "QUEUE-FIFO", cwd=tmp_path)
    record = events.read(tmp_path / "mpconform-report" / "events.ndjson")

    assert ended.returncode == 5, ended.stdout + ended.stderr
    assert [r.status for r in record.results] == ["unsupported"]
    assert "Queue" in record.results[0].reason


def test_an_earlier_run_is_moved_aside_refused_or_replaced(tmp_path: Path) -> None:
    """The default folder makes room; a named one is refused, unless --overwrite says otherwise."""
    arguments = ("--backend", "multiprocessing:fork", "--requirement", "QUEUE-FIFO", "--budget", "4s")
    run(*arguments, cwd=tmp_path)
    first = events.read(tmp_path / "mpconform-report" / "events.ndjson").header
    second = run(*arguments, cwd=tmp_path)
    aside = next(path for path in tmp_path.iterdir() if path.name.startswith("mpconform-report-"))

    assert second.returncode == 0
    assert f"the earlier run in mpconform-report is now in {aside.name}" in second.stdout
    assert events.read(aside / "events.ndjson").header == first

    refused = run(*arguments, "--out", aside.name, cwd=tmp_path)

    assert refused.returncode == 2
    assert "holds an earlier run" in refused.stderr
    assert events.read(aside / "events.ndjson").header == first

    replaced = run(*arguments, "--out", aside.name, "--overwrite", cwd=tmp_path)

    assert replaced.returncode == 0
    assert events.read(aside / "events.ndjson").header != first


def test_a_report_is_rendered_again_without_running_anything(tmp_path: Path) -> None:
    """From the record alone, even one that was cut short."""
    run("--backend", "multiprocessing:fork", "--requirement", "QUEUE-FIFO", "--budget", "4s", cwd=tmp_path)
    folder = tmp_path / "mpconform-report"
    (folder / "index.html").unlink()
    record = folder / "events.ndjson"
    record.write_bytes(record.read_bytes()[:-20])
    ended = mpconform("report", "mpconform-report", cwd=tmp_path)

    assert ended.returncode == 0, ended.stderr
    assert ended.stdout.strip() == "mpconform-report/index.html"
    assert (folder / "index.html").exists()


def test_the_users_own_pytest_settings_do_no_harm(tmp_path: Path) -> None:
    """Neither a conftest.py, nor a pytest.ini, nor PYTEST_ADDOPTS of the folder that it is called in."""
    (tmp_path / "conftest.py").write_text("raise SystemExit('the conftest of the user')\n")
    (tmp_path / "pytest.ini").write_text("[pytest]\naddopts = --no-such-option\n")
    ended = run(
        "--backend", "multiprocessing:fork", "--requirement", "QUEUE-FIFO", "--budget", "4s",
        cwd=tmp_path, PYTEST_ADDOPTS="--another-one", PYTEST_PLUGINS="no.such.plugin",
    )  # fmt: skip

    assert ended.returncode == 0, ended.stdout + ended.stderr


def test_a_module_alone_is_each_of_its_start_methods(tmp_path: Path) -> None:
    """A probe of multiprocessing shows one column for each."""
    ended = mpconform("probe", "--backend", "multiprocessing", cwd=tmp_path)

    assert ended.returncode == 0, ended.stderr
    for method in ("fork", "spawn", "forkserver"):
        assert f"multiprocessing:{method}" in ended.stdout
    assert "SimpleQueue" in ended.stdout


def test_backends_of_an_interpreter_are_listed(tmp_path: Path) -> None:
    """Those that are not installed are left out without a word."""
    ended = mpconform("list", "backends", "--json", cwd=tmp_path)
    specs = {row["spec"] for row in json.loads(ended.stdout)}

    assert {"multiprocessing:fork", "multiprocessing:spawn", "multiprocessing:forkserver"} <= specs
