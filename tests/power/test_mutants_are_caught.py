"""A check that has never failed is no check: each mutant backend must be caught, and shown."""

import html
import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

POWER = Path(__file__).parent

#: The time that a run on a mutant is given; shrinking and the report come on top.
BUDGET_S = 8
TRIES = 3


@dataclass(frozen=True, kw_only=True)
class Mutant:
    """A backend with one deliberate defect, and the requirement that must notice."""

    module: str
    requirement: str
    family: str
    rare: bool = False


def mutants() -> list[Mutant]:
    """All mutants of all families, in the order of their files."""
    return [
        Mutant(**row)
        for path in sorted(POWER.glob("*_mutants.toml"))
        for row in tomllib.loads(path.read_text(encoding="utf-8"))["mutant"]
    ]


MUTANTS = mutants()


def run(mutant: Mutant, out: Path) -> subprocess.CompletedProcess[str]:
    """Run one family on *mutant*, as its user would."""
    return subprocess.run(
        [
            *(sys.executable, "-m", "mpconform_conformance", "run", "--backend", f"{mutant.module}:fork"),
            *("--path", str(POWER), "--family", mutant.family, "-n", "1"),
            *("--profile", "smoke", "--budget", f"{BUDGET_S}s"),
            *("--out", str(out)),
        ],
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
        stdin=subprocess.DEVNULL,
    )


def caught(mutant: Mutant, out: Path) -> dict[str, str] | None:
    """Run once; return the result that must be red, or None if it is not."""
    ended = run(mutant, out)
    assert ended.returncode in {0, 1}, ended.stdout + ended.stderr
    results = json.loads((out / "results.json").read_text(encoding="utf-8"))["results"]
    found: dict[str, str] = next(r for r in results if r["requirement"] == mutant.requirement)
    assert (found["status"] == "violates") <= (ended.returncode == 1)
    return found if found["status"] == "violates" else None


@pytest.mark.slow
@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda m: f"{m.requirement}-{m.module.rpartition('.')[2]}")
def test_a_mutant_is_caught_and_its_report_shows_why(mutant: Mutant, tmp_path: Path) -> None:
    """One of three short runs ends with exit code 1, a stored witness, and a readable story.

    Nearly all are caught by the first; some of the defects are races, which are luck.
    """
    tries = (tmp_path / str(number) for number in range(TRIES))
    out, found = next(((out, found) for out in tries if (found := caught(mutant, out))), (tmp_path, None))

    assert found, f"not caught in {TRIES} runs of {BUDGET_S} s"
    folder = out / found["witness"]
    violation = json.loads((folder / "violation.json").read_text(encoding="utf-8"))["violation"]
    assert violation["witness"] or violation["observed"]
    assert (folder / "scenario.json").is_file()
    assert (folder / "history.json").is_file()
    page = html.unescape((out / "index.html").read_text(encoding="utf-8"))
    assert violation["summary"] in page
    assert f"violations/{folder.name}" in page


def test_there_is_a_mutant_for_every_family() -> None:
    """At least ten mutants, of five families, and no two rows alike."""
    assert len(MUTANTS) >= 10
    assert {m.family for m in MUTANTS} == {"queue", "pipe", "pool", "memory", "process"}
    assert len(set(MUTANTS)) == len(MUTANTS)


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda m: m.module)
def test_a_mutant_says_what_is_broken(mutant: Mutant) -> None:
    """Its docstring names the requirement that it breaks."""
    path = POWER / f"{mutant.module.replace('.', '/')}.py"

    assert mutant.requirement in path.read_text(encoding="utf-8").split('"""')[1], path
