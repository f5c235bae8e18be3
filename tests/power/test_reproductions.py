"""The script of a violation shows it again without us; of a backend that is sound it shows nothing.

A few mutants of each family; ``measure.py`` runs the script of every one.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from mpconform.probe import probe
from mpconform.runner import Runner, workdir
from mpconform_conformance.conduct import record_of, smallest
from mpconform_conformance.power.hunt import backend_of, hunt
from mpconform_conformance.power.mutants import Mutant, folder, mutants
from mpconform_reports.reproduction import MOST_LINES, script

CHOSEN = (
    *("queue_swaps", "simple_line_ends", "pipe_size_is_end", "wait_shares_timeout", "pool_completion_order"),
    *("memory_cuts_text", "process_drops_sign", "process_leaves_zombies"),
)
#: What one run of a script may take, all its runs together.
PATIENCE_S = 600


def run_alone(path: Path) -> subprocess.CompletedProcess[str]:
    """Run the script at *path* with nothing of ours in sight; it is given a path to the mutants."""
    return subprocess.run(
        [sys.executable, "-S", "-s", str(path), "20"],
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
        stdin=subprocess.DEVNULL,
        cwd=path.parent,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(folder())},
    )


def scripted(mutant: Mutant) -> str:
    """The script of the violation by which *mutant* is caught."""
    backend = backend_of(mutant, method=mutant.method, python=sys.executable)
    with workdir() as scratch:
        offer = probe(backend, workdir=scratch)
        met = hunt(mutant, backend, offer, seed=2, limit_s=40, workdir=scratch).met
        assert met, "not caught"
        with Runner(backend, workdir=scratch) as runner:
            shrunk = smallest(met, runner, share_s=4)
    stored = record_of(met, shrunk, name="x", backend=backend, shown=".", seen=1, found_s=0.0)
    return script(stored, shrunk.witnessed.history, met.requirement.statement)


@pytest.mark.slow
@pytest.mark.parametrize("name", CHOSEN)
def test_a_script_fails_on_the_mutant_and_on_nothing_else(name: str, tmp_path: Path) -> None:
    """The same script, with the standard library in place of the mutant, does not see the violation."""
    mutant = next(one for one in mutants() if one.name == name)
    text = scripted(mutant)
    broken, sound = tmp_path / "broken.py", tmp_path / "sound.py"
    broken.write_text(text, encoding="utf-8")
    sound.write_text(re.sub(r"\bmutants\.\w+", "multiprocessing", text), encoding="utf-8")

    assert "mpconform" not in text
    assert text.count(mutant.module) >= 1
    # A scenario that the few seconds here did not shrink all the way, takes a few lines more.
    assert text.count("\n") <= MOST_LINES + 20

    ended = run_alone(broken)
    assert ended.returncode == 1, text + ended.stdout + ended.stderr
    assert "seen: " in ended.stdout
    assert re.search(r"^FAILED \d+ of \d+$", ended.stdout, re.MULTILINE)

    ended = run_alone(sound)
    assert (ended.returncode, ended.stdout.split()[:2]) == (0, ["not", "seen"]), ended.stdout + ended.stderr
