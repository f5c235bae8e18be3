"""The script of a violation shows it again without us; of a backend that is sound it shows nothing.

A few mutants of each family; ``measure.py`` runs the script of every one.
"""

import re
import sys

import pytest

from mpconform.probe import probe
from mpconform.runner import Runner, workdir
from mpconform_conformance.alone import run_alone
from mpconform_conformance.conduct import record_of, smallest
from mpconform_conformance.power.hunt import backend_of, hunt
from mpconform_conformance.power.mutants import Mutant, mutants
from mpconform_reports.reproduction import MOST_LINES, script
from part import of_today

CHOSEN = (
    *("queue_swaps", "simple_line_ends", "pipe_size_is_end", "wait_shares_timeout", "pool_completion_order"),
    *("memory_cuts_text", "process_drops_sign", "process_leaves_zombies"),
    # Told by relations, types and what was given, and not by what was recorded.
    *("process_orphans", "pipe_new_descriptors", "pipe_makes_lists", "process_cuts_arguments"),
)
RUNS = 20
#: What one run of a script may take, all its runs together.
PATIENCE_S = 600


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
@pytest.mark.parametrize("name", of_today(CHOSEN))
def test_a_script_fails_on_the_mutant_and_on_nothing_else(name: str) -> None:
    """The same script, with the standard library in place of the mutant, does not see the violation."""
    mutant = next(one for one in mutants() if one.name == name)
    text = scripted(mutant)
    backend = backend_of(mutant, method="fork", python=sys.executable)
    assert "mpconform" not in text
    assert text.count(mutant.module) >= 1
    # A scenario that the few seconds here did not shrink all the way, takes a few lines more.
    assert text.count("\n") <= MOST_LINES + 20

    with workdir() as folder:
        ran = run_alone(text, backend, runs=RUNS, limit_s=PATIENCE_S, workdir=folder)
        assert ran.failed, text + ran.output
        assert "seen: " in ran.output

        sound = re.sub(r"\bmutants\.\w+", "multiprocessing", text)
        ran = run_alone(sound, backend, runs=RUNS, limit_s=PATIENCE_S, workdir=folder)
        assert (ran.failed, ran.runs) == (0, RUNS), ran.output
