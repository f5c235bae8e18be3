"""Semaphores, and locks that anybody may release: sweeps over time, O(n log n).

Exact if no try failed; sound otherwise.
"""

import numpy as np

from mpconform.linear.columns import OPEN, Column, Columns, Judged
from mpconform.linear.sweep import Possible

__all__ = ("CODES", "judge")

CODES = ("acquire", "release", "failed")


def judge(columns: Columns, *, value: int = 1) -> Judged:
    """Return whether some order explains *columns* of a semaphore that began at *value*."""
    acquires, releases = columns.of("acquire"), columns.of("release")
    got = acquires[columns.returned[acquires] != OPEN]
    over = _over_admitted(columns, got, releases, value)
    if over:
        return over
    tries = columns.of("failed")
    # As much in use as can be: who acquires has it from his call on, who releases until his return.
    used = Possible(columns.invoked[acquires], columns.returned[releases])
    for row in tries:
        most = used.most(int(columns.invoked[row]), int(columns.returned[row]))
        if most < value:
            told = f"it was refused, although at most {most} of {value} can have been in use during the call"
            return Judged(
                legal=False, exact=False, kind="refused-though-free", witness=(int(row),), story=told
            )
    return Judged(legal=True, exact=not len(tries))


def _over_admitted(columns: Columns, got: Column, releases: Column, value: int) -> Judged | None:
    """Return that more were surely admitted at once than there was room for, if they were."""
    times = np.concatenate([columns.returned[got], columns.invoked[releases]])
    changes = np.concatenate([np.ones(len(got), np.int64), -np.ones(len(releases), np.int64)])
    order = np.lexsort((changes, times))
    inside = np.cumsum(changes[order])
    over = np.flatnonzero(inside > value)
    if not len(over):
        return None
    rows = np.concatenate([got, releases])[order[: over[0] + 1]]
    admitted = rows[np.isin(rows, got)]
    freed = len(rows) - len(admitted)
    told = f"{len(admitted)} had acquired it, and at most {freed} released it, of {value} at first"
    witness = tuple(int(row) for row in admitted[-(value + 1) :])
    return Judged(legal=False, kind="over-admitted", witness=witness, story=told)
