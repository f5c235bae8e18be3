"""The script of a violation shows it again without us; of a backend that is sound it shows nothing.

A few mutants are hunted for it; each history that is kept of those that always show, but for races, is
written as a script.
``measure.py`` runs the script of every one.
"""

import re
import sys
from collections.abc import Iterator

import msgspec
import pytest

from mpconform import store
from mpconform.probe import probe
from mpconform.runner import Runner, workdir
from mpconform.values import History
from mpconform_conformance.alone import Ran, run_alone
from mpconform_conformance.catalogue import requirements
from mpconform_conformance.conduct import record_of, smallest
from mpconform_conformance.power.hunt import backend_of, hunt
from mpconform_conformance.power.mutants import Mutant, mutants
from mpconform_conformance.reference import Reference
from mpconform_conformance.reproduce import best_script
from mpconform_reports.reproduction import MOST_LINES, script
from part import TURNS, of_today
from stories import Kept, kept, violation_of

CHOSEN = (
    *("queue_swaps", "simple_line_ends", "pipe_size_is_end", "wait_shares_timeout", "pool_completion_order"),
    *("memory_cuts_text", "process_drops_sign", "process_leaves_zombies"),
    # Told by relations, types and what was given, and not by what was recorded.
    *("process_orphans", "pipe_new_descriptors", "pipe_makes_lists", "process_cuts_arguments"),
)
#: Their scripts look for what was seen: what threads are given, another thing each time, and what one Python
#: says on stderr.
VARIES = frozenset({"barrier_places_by_process", "main_goes_on"})
#: Their scripts show a race: not in each run, and on a machine that is busy perhaps in none of twenty.
RACES = frozenset(
    [
        "barrier_abort_is_reset",
        "barrier_heals",
        "barrier_resets_silently",
        "barrier_whole_for_others",
        "condition_ignores_lock",
        "condition_many_is_one",
        "condition_merges_notifies",
        "condition_one_level_back",
        "event_gives_up_early",
        "event_wakes_at_clear",
        "exit_takes_descendants",
        "joinable_knows_no_bound",
        "key_optional",
        "listener_answers_latest",
        "listener_shuts_at_failure",
        "lock_keeps_if_failed",
        "lock_whole_seconds",
        "manager_len_of_deleted",
        "manager_pops_first",
        "memory_full_is_memory_error",
        "memory_new_lock",
        "pipe_gives_up",
        "pipe_polls_true",
        "pipe_reads_ahead",
        "pipe_takes_what_there_is",
        "pool_one_worker_more",
        "pool_terminates_politely",
        "process_stays_alive",
        "queue_child_hurries",
        "queue_early_empty",
        "queue_keeps_slots",
        "queue_no_flush",
        "queue_stop_overtakes",
        "sem_gives_up",
        "sem_sleeps_through",
        "simple_is_buffered",
    ]
)
RUNS = 20
#: What one run of a script may take, all its runs together.
PATIENCE_S = 600


def scripted(mutant: Mutant) -> str:
    """The script of the violation by which *mutant* is caught."""
    backend = backend_of(mutant, method=mutant.method, python=sys.executable)
    with workdir() as scratch:
        offer = probe(backend, workdir=scratch)
        met = hunt(mutant, backend, offer, seed=2, limit_s=40).met
        assert met, "not caught"
        with Runner(backend, workdir=scratch) as runner, Reference(backend) as reference:
            shrunk = smallest(met, runner, reference, share_s=4)
    stored = record_of(met, shrunk, name="x", backend=backend, shown=".", seen=1, found_s=0.0)
    return script(stored, shrunk.witnessed.history, met.requirement.statement)


@pytest.mark.slow
@pytest.mark.parametrize("name", of_today(CHOSEN, parts=TURNS))
def test_a_script_fails_on_the_mutant_and_on_nothing_else(name: str) -> None:
    """The same script, with the standard library in place of the mutant, does not see the violation."""
    mutant = next(one for one in mutants() if one.name == name)
    text = scripted(mutant)
    backend = backend_of(mutant, method="fork", python=sys.executable)
    # Where the mutant is found, the text before the code says; it may be in a folder of ours.
    assert "mpconform" not in text.split('"""')[2]
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


def showing() -> Iterator[Kept]:
    """The histories of mutants that always show, and do not hang: a script that hangs takes its time."""
    known = {mutant.name for mutant in mutants() if mutant.shows and not mutant.rare} - VARIES - RACES
    for one in kept():
        if one.mutant in known and msgspec.json.decode(one.history, type=History).ended == "normally":
            yield one


@pytest.mark.slow
@pytest.mark.parametrize("one", of_today([*showing()], parts=TURNS), ids=lambda one: one.mutant)
def test_a_history_that_is_kept_is_shown_again_by_its_script(one: Kept) -> None:
    """The sign that the script looks for is one that another run can show."""
    (mutant,) = (m for m in mutants() if m.name == one.mutant)
    (rule,) = (r.statement for r in requirements() if r.id == one.requirement)
    history, violation = msgspec.json.decode(one.history, type=History), violation_of(one)
    backend = backend_of(mutant, method=mutant.method, python=sys.executable)
    stored = store.StoredViolation(
        id="x", requirement=one.requirement, family=one.family, backend=backend, kind=violation.kind,
        summary=violation.summary, story=violation.story, observed=violation.observed,
        witness=violation.witness, folder="x", seen=1, reproduced=(RUNS, RUNS),
        actors=len(history.scenario.actors), steps=history.scenario.step_count, replay="",
        violation=violation, first=store.First(violation=violation),
    )  # fmt: skip
    outputs: list[str] = []

    with workdir() as folder:

        def trying(text: str) -> tuple[int, int]:
            runs, ran = 0, Ran(runs=1)
            while ran.runs and not ran.failed and runs < RUNS:
                ran = run_alone(text, backend, runs=1, limit_s=PATIENCE_S, workdir=folder)
                runs += ran.runs
            outputs.append(text + ran.output)
            return ran.failed, runs

        text = best_script(stored, history, rule, trying)

    assert "this script failed in 1 of" in " ".join(text.split()), "\n\n".join(outputs)
