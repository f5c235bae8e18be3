"""Places: where each of some numbers stands among others that are unique; not sorted if they are dense."""

from dataclasses import dataclass

import numpy as np

from mpconform.linear.columns import Column

__all__ = ("Places", "places_of")

#: Numbers are dense if their range is at most so many times their count: values from a table are.
_SPARSE = 4


@dataclass(frozen=True, slots=True, eq=False)
class Places:
    """For each number that was asked, its place (-1: nowhere); and a number that is twice among the others.

    *again* holds the first two places of a number that is not unique, and is empty if all are.
    """

    found: Column
    again: tuple[int, ...]


def places_of(asked: Column, among: Column) -> Places:
    """Return where each of *asked* stands in *among*.  Linear if *among* is dense, else O(n log n)."""
    count = len(among)
    if not count:
        return Places(np.full(len(asked), -1), ())
    least, most = int(among.min()), int(among.max())
    if most - least < _SPARSE * count + 1024:
        return _by_table(asked, among, least, most)
    order = np.argsort(among, kind="stable")
    ordered = among[order]
    at = np.minimum(np.searchsorted(ordered, asked), count - 1)
    twice = np.flatnonzero(ordered[1:] == ordered[:-1])
    again = (int(order[twice[0]]), int(order[twice[0] + 1])) if len(twice) else ()
    return Places(np.where(ordered[at] == asked, order[at], -1), again)


def _by_table(asked: Column, among: Column, least: int, most: int) -> Places:
    own = np.arange(len(among))
    table = np.full(most - least + 1, -1)
    table[among - least] = own
    twice = np.flatnonzero(table[among - least] != own)
    again: tuple[int, ...] = ()
    if len(twice):
        first = int(twice[0])
        again = (first, int(np.flatnonzero(among[first + 1 :] == among[first])[0]) + first + 1)
    if not len(asked):
        return Places(np.full(0, -1), again)
    if int(asked.min()) >= least and int(asked.max()) <= most:
        return Places(table[asked - least], again)
    inside = (asked >= least) & (asked <= most)
    return Places(np.where(inside, table[np.where(inside, asked - least, 0)], -1), again)
