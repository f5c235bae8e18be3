"""Counters: increments that return nothing, and reads.  Lazy earliest deadline first, O(n log n), exact.

In time, the k-th increment cannot come before a read that answered less than k had begun, nor after one
that answered k or more had returned.  Delaying increments only helps later reads, so each is put off until
it, or a read, can wait no longer; then the one that must return soonest comes first: an exchange of any two
others would not help.
"""

import heapq

import numpy as np

from mpconform.linear.columns import NOTHING, OPEN, Column, Columns, Judged
from mpconform.linear.telling import Teller, counted

__all__ = ("CODES", "carried", "judge", "ordered")

CODES = ("add", "read")


def judge(columns: Columns, *, initial: int = 0) -> Judged:
    """Return whether some order explains *columns*, the count having been *initial* at first."""
    return ordered(columns, initial)[0]


def carried(columns: Columns, done: int) -> Column:
    """Return the increments that never returned and may come yet, *done* having come by now."""
    adds = columns.of("add")
    crashed = adds[columns.returned[adds] == OPEN]
    left: Column = crashed[done - (len(adds) - len(crashed)) :]
    return left


def ordered(columns: Columns, initial: int) -> tuple[Judged, int]:
    """Return whether some order explains *columns*, and how many increments had to come by the end."""
    tell = Teller(columns)
    adds = columns.of("add")
    reads = columns.of("read")
    reads = reads[columns.returned[reads] != OPEN]
    answers = columns.answer[reads] - initial
    wrong = np.flatnonzero((answers < 0) | (answers > len(adds)))
    if len(wrong):
        row = int(reads[wrong[0]])
        told = (
            f"{tell.who(row)} read {tell.number(row)} {tell.span(row)}; the count was {initial} at "
            f"first, and with {counted(len(adds), 'increment')} it can never have been that"
        )
        return Judged(legal=False, kind="invented", witness=(row,), story=told), 0
    earliest, early_row, latest, late_row = _bounds(columns, reads, answers, len(adds))
    order = np.argsort(columns.invoked[adds], kind="stable")
    begins = columns.invoked[adds][order].tolist()
    ends = columns.returned[adds][order].tolist()
    begun: list[tuple[int, int]] = []
    place, done, never = 0, 0, int(OPEN)
    for k in range(1, len(adds) + 1):
        bound = latest[k]
        instant = min(begun[0][0], bound) if begun else bound
        while place < len(begins) and begins[place] <= instant:
            heapq.heappush(begun, (ends[place], place))
            instant = min(begun[0][0], bound)
            place += 1
        if instant == never:
            break  # What is left never returned, and nobody read it.
        if not begun:
            row = late_row[k]
            told = (
                f"{tell.who(row)} had read {tell.number(row)} {tell.span(row)}, for which "
                f"{counted(k, 'increment')} must have begun; by {tell.ended(row)}, {place or 'none'} had"
            )
            return Judged(legal=False, kind="read-too-early", witness=(row,), story=told), 0
        if earliest[k] > instant:
            if bound < begun[0][0]:
                return _went_back(tell, late_row[k], early_row[k]), 0
            return _lost(tell, int(adds[order[begun[0][1]]]), early_row[k], k), 0
        heapq.heappop(begun)
        done = k
    return Judged(legal=True), done


def _lost(tell: Teller, add: int, read: int, count: int) -> Judged:
    """Return that *count* increments, the last of them *add*, were over before *read*, which shows fewer."""
    told = (
        f"{tell.who(read)} read {tell.number(read)} {tell.span(read)}, although "
        f"{counted(count, 'increment')} must have been done before that call began, the last "
        f"by {tell.who(add)} {tell.span(add)}: an update was lost"
    )
    return Judged(legal=False, kind="lost-update", witness=(add, read), story=told)


def _went_back(tell: Teller, more: int, fewer: int) -> Judged:
    """Return that the read *more* was over before the read *fewer* began, which answered less."""
    told = (
        f"{tell.who(more)} had read {tell.number(more)} {tell.span(more)} before {tell.who(fewer)} began the "
        f"read that answered {tell.number(fewer)} {tell.span(fewer)}: a counter does not go back"
    )
    return Judged(legal=False, kind="went-back", witness=(more, fewer), story=told)


def _bounds(
    columns: Columns, reads: Column, answers: Column, count: int
) -> tuple[list[int], list[int], list[int], list[int]]:
    """Return for k from 0 to *count* the bounds of the k-th increment, and the reads that set them."""
    lower, upper = np.full(count + 2, NOTHING), np.full(count + 2, OPEN)
    lower_row, upper_row = np.full(count + 2, -1), np.full(count + 2, -1)
    by_begin = np.argsort(columns.invoked[reads], kind="stable")
    # The latest of equal answers is written last, and stays.
    lower[answers[by_begin] + 1] = columns.invoked[reads][by_begin]
    lower_row[answers[by_begin] + 1] = reads[by_begin]
    by_end = np.argsort(-columns.returned[reads], kind="stable")
    upper[answers[by_end]] = columns.returned[reads][by_end]
    upper_row[answers[by_end]] = reads[by_end]
    earliest = np.maximum.accumulate(lower)
    latest = np.minimum.accumulate(upper[::-1])[::-1]
    places = np.arange(count + 2)
    early_row = lower_row[np.maximum.accumulate(np.where(lower == earliest, places, 0))]
    late = np.where(upper == latest, places, count + 1)
    late_row = upper_row[np.minimum.accumulate(late[::-1])[::-1]]
    return earliest.tolist(), early_row.tolist(), latest.tolist(), late_row.tolist()
