"""The script of a violation shows it again without us; of a backend that is sound it shows nothing."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from test_mutants_are_caught import MUTANTS, POWER, TRIES, Mutant, caught

#: What one run of a script may take, all its runs together.
PATIENCE_S = 600


def run_alone(script: Path) -> subprocess.CompletedProcess[str]:
    """Run *script* with nothing of ours in sight: a path to the mutants is all that it is given."""
    return subprocess.run(
        [sys.executable, "-S", "-s", str(script)],
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
        stdin=subprocess.DEVNULL,
        cwd=script.parent,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(POWER)},
    )


@pytest.mark.slow
@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda m: f"{m.requirement}-{m.module.rpartition('.')[2]}")
def test_a_script_fails_on_the_mutant_and_on_nothing_else(mutant: Mutant, tmp_path: Path) -> None:
    """The same script, with the standard library in place of the mutant, does not see the violation."""
    tries = (tmp_path / str(number) for number in range(TRIES))
    out, found = next(((out, found) for out in tries if (found := caught(mutant, out))), (tmp_path, None))
    assert found, f"not caught in {TRIES} runs"
    script = out / found["witness"] / "repro.py"
    text = script.read_text(encoding="utf-8")
    sound = tmp_path / "sound.py"
    sound.write_text(re.sub(r"\bmutants\.\w+", "multiprocessing", text), encoding="utf-8")

    assert "mpconform" not in text
    assert text.count(mutant.module) >= 1

    ended = run_alone(script)
    assert ended.returncode == 1, ended.stdout + ended.stderr
    assert "seen: " in ended.stdout
    assert re.search(r"^FAILED \d+ of \d+$", ended.stdout, re.MULTILINE)

    ended = run_alone(sound)
    assert (ended.returncode, ended.stdout.split()[:2]) == (0, ["not", "seen"]), ended.stdout + ended.stderr
