"""Doctor: what this machine, with this interpreter, can and cannot detect, seen in under a minute.

A chosen few of the mutants are hunted: of every family something that always shows, and races that
only show when processes really meet, or are made to.
"""

import os
import platform
from collections.abc import Iterator
from pathlib import Path

import msgspec

from mpconform.backend import Offer
from mpconform.clock import Deadline
from mpconform.errors import UsageError
from mpconform.probe import probe
from mpconform_conformance.power.hunt import backend_of, hunt
from mpconform_conformance.power.mutants import Mutant, mutants

__all__ = ("CHOSEN", "Diagnosis", "abilities", "examine")

#: The modules, by last name, in the order in which they are hunted.
CHOSEN = (
    "queue_swaps",
    "queue_loses",
    "pipe_truncates",
    "pool_runs_twice",
    "memory_new_lock",
    "memory_keeps_names",
    "process_leaves_zombies",
    "client_makes_lists",
    "manager_any_key",
    "process_lock_is_flag",
    "memory_writes_late",
    "pool_swaps_results",
    "lock_releases_any_time",
    "condition_wakes_one_more",
    "context_counts_one_more",
)
#: All of them together, and one of them at most.
BUDGET_S = 50.0
_MOST_S = 12.0


class Diagnosis(msgspec.Struct, frozen=True, kw_only=True):
    """What came of one mutant: how soon it was caught, or None.

    *ours* is a defect of ours that came in between.
    """

    mutant: Mutant
    seconds: float | None
    strategy: str = ""
    ours: str = ""
    private_shm: bool | None = None


def examine(
    *, python: str, workdir: Path, method: str = "fork", budget_s: float = BUDGET_S
) -> Iterator[Diagnosis]:
    """Yield a diagnosis of each chosen mutant, as it is known.

    Those that no time is left for count as not caught.
    """
    deadline = Deadline(budget_s)
    by_name = {mutant.name: mutant for mutant in mutants()}
    for name in CHOSEN:
        mutant = by_name.get(name)
        if mutant is None:
            raise UsageError(f"the broken backend {name} is missing from this installation")
        backend = backend_of(mutant, method=method, python=python)
        offer: Offer = probe(backend, workdir=workdir)
        limit_s = min(_MOST_S, deadline.left_s)
        if limit_s <= 0:
            yield Diagnosis(mutant=mutant, seconds=None)
            continue
        found = hunt(mutant, backend, offer, seed=0, limit_s=limit_s)
        yield Diagnosis(
            mutant=mutant,
            seconds=found.seconds if found.met else None,
            strategy=found.strategy,
            ours="\n".join(found.faults),
            private_shm=found.private_shm,
        )


def abilities(offer: Offer, *, private_shm: bool | None) -> tuple[tuple[str, str], ...]:
    """Return what the machine and the interpreter are able to do for the hunt, a name and a sentence each."""
    version = tuple(map(int, offer.python.split(".")[:2]))
    monitored = offer.implementation == "CPython" and version >= (3, 12)
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return (
        (
            "processors",
            f"{cores}: processes really run at the same time"
            if cores > 1
            else "1: processes meet only when they are held up",
        ),
        (
            "preemption",
            "single instructions, by sys.monitoring"
            if monitored
            else "single instructions, by sys.settrace: every call of the backend costs more",
        ),
        (
            "shared memory",
            "private to each agent: whatever is left there is the backend's"
            if private_shm
            else "shared with other programs: only segments that can be told apart are counted",
        ),
        ("kernel", f"{platform.system()} {platform.release()}"),
    )
