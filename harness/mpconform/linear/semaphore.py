"""Semaphores, and locks that anybody may release: sweeps over time, O(n log n).

Exact if no try failed; sound otherwise.
"""

import numpy as np

from mpconform.linear.columns import OPEN, Column, Columns, Judged
from mpconform.linear.sweep import Possible
from mpconform.linear.telling import Teller, counted

__all__ = ("CODES", "carried", "judge")

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
    for row in tries.tolist():
        most = used.most(int(columns.invoked[row]), int(columns.returned[row]))
        if most < value:
            tell = Teller(columns)
            told = (
                f"{tell.who(row)} was refused {tell.span(row)}, although at no instant of that call can more "
                f"than {most} of {value} have been in use"
            )
            return Judged(legal=False, exact=False, kind="refused-though-free", witness=(row,), story=told)
    return Judged(legal=True, exact=not len(tries))


def carried(columns: Columns, *, value: int = 1) -> tuple[Column, int]:
    """Return the calls that never returned, and the value after all others."""
    acquires, releases = columns.of("acquire"), columns.of("release")
    crashed = columns.returned == OPEN
    left = value - int((~crashed[acquires]).sum()) + int((~crashed[releases]).sum())
    return np.flatnonzero(crashed), left


def _over_admitted(columns: Columns, got: Column, releases: Column, value: int) -> Judged | None:
    """Return that more were surely admitted at once than there was room for, if they were."""
    times = np.concatenate([columns.returned[got], columns.invoked[releases]])
    changes = np.concatenate([np.ones(len(got), np.int64), -np.ones(len(releases), np.int64)])
    order = np.lexsort((changes, times))
    inside = np.cumsum(changes[order])
    # Releases that never returned, of a window before, may have made the value negative.
    over = np.flatnonzero((inside > value) & (changes[order] > 0))
    if not len(over):
        return None
    rows = np.concatenate([got, releases])[order[: over[0] + 1]]
    admitted = rows[np.isin(rows, got)]
    freed = len(rows) - len(admitted)
    witness = tuple(int(row) for row in admitted[-(value + 1) :])
    tell, last = Teller(columns), int(admitted[-1])
    told = (
        f"{tell.who(last)} had acquired the semaphore {tell.span(last)}; by {tell.ended(last)}, "
        f"{counted(len(admitted), 'acquisition')} were over and {counted(freed, 'release')} had begun, so "
        f"that it admitted {len(admitted) - freed} at once; it began at {value}"
    )
    return Judged(legal=False, kind="over-admitted", witness=witness, story=told)
