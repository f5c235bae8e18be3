"""The board: how actors meet without using anything of the backend that is under test.

A small memory-mapped file with one byte for each actor and point: the number of rounds in
which the actor arrived there.  Each byte has one writer, so nothing needs to be atomic.  Waiting
is polling: first by giving up the processor, then by ever longer naps, so that a wait that never
ends uses next to no CPU time and is seen as the hang that it is.

At its end the board has room for the number of an error that kept a process from recording.
"""

import mmap
import os
import struct
import time

__all__ = (
    "ACTORS",
    "BEGUN",
    "DONE",
    "FAULT_AT",
    "MOVES",
    "POINTS",
    "RELEASED",
    "ROUNDS",
    "SIZE",
    "Board",
    "await_true",
    "tell_fault",
)

ACTORS = 64
POINTS = 67
#: The point at which an actor arrives when it has finished its steps; those before it are the scenario's.
DONE = 63
#: Where main lets an actor arrive that may begin its next round, and actors that begin their steps.
RELEASED, BEGUN = 64, 65
#: Where each actor counts its operations, modulo 256.
MOVES = 66
#: As many rounds as a byte can count.
ROUNDS = 255
#: Behind the rows of the points stand as many that say who of those who meet there knows that all have come.
FAULT_AT = ACTORS * POINTS * 2
SIZE = FAULT_AT + 8

_QUICK, _SHORT_S, _SHORT_NAPS, _LONG_S = 100, 0.005, 400, 0.05
_SHORTEST_S = 0.00005
#: Naps of those who meet, and how long they wait for who still sleeps when all have come.
_MEETING_S, _WAKING_S = 0.001, 0.005

_yield = getattr(os, "sched_yield", lambda: time.sleep(0))


def await_true(condition, short_s=_SHORT_S):
    """Return when *condition* holds; poll it for as long as that takes, at first every *short_s*."""
    for _ in range(_QUICK):
        if condition():
            return
        _yield()
    nap, naps = _SHORTEST_S, 0
    while not condition():
        time.sleep(nap)
        naps += 1
        nap = min(nap * 1.5, short_s if naps < _SHORT_NAPS else _LONG_S)


def tell_fault(path, number):
    """Leave word on the board at *path* that error *number* kept a process from recording."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CLOEXEC)
    try:
        os.pwrite(descriptor, struct.pack("<I", number), FAULT_AT)
    finally:
        os.close(descriptor)


class Board:
    """The board of one scenario, as one actor sees it; *names* are all actors, in order."""

    def __init__(self, path, names, number=0):
        """Map the board at *path*, to meet in round *number*."""
        descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC)
        self._map = mmap.mmap(descriptor, SIZE)
        os.close(descriptor)
        self._index = {name: index for index, name in enumerate(names)}
        self._round = number

    def clear(self):
        """Forget all arrivals."""
        self._map[:] = bytes(SIZE)

    def arrive(self, point, name):
        """Let *name* arrive at *point*."""
        self._map[point * ACTORS + self._index[name]] = self._round + 1

    def arrived(self, point, names):
        """Return whether all of *names* have arrived at *point*."""
        row = point * ACTORS
        return all(self._map[row + self._index[name]] > self._round for name in names)

    def meet(self, point, name, names):
        """Arrive at *point*, wait until all of *names* have, and go on with them at one instant.

        Who was taking a nap comes to know it later than others, which wait a moment for it.
        """
        self.arrive(point, name)
        await_true(lambda: self.arrived(point, names), _MEETING_S)
        self.gather(POINTS + point, name, names, _WAKING_S)

    def gather(self, point, name, names, within_s):
        """Arrive at *point*, and wait there for all of *names*, awake, but no longer than *within_s*."""
        self.arrive(point, name)
        until = time.monotonic() + within_s
        while not self.arrived(point, names) and time.monotonic() < until:
            _yield()

    def await_arrival(self, point, names):
        """Wait until all of *names* have arrived at *point*."""
        await_true(lambda: self.arrived(point, names))

    def move(self, name):
        """Count an operation of *name*."""
        at = MOVES * ACTORS + self._index[name]
        self._map[at] = (self._map[at] + 1) & 255

    def moves(self, names):
        """Return how many operations each of *names* has counted, modulo 256."""
        row = MOVES * ACTORS
        return bytes(self._map[row + self._index[name]] for name in names)
