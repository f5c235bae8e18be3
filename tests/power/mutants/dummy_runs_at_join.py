"""Threads: a dummy process runs when it is joined, in the thread that joins it.

Breaks: it runs in a thread of its own (DUMMY-THREADS).
The mistake: it was enough for the tests, which join whatever they start.
"""

import multiprocessing.dummy
from multiprocessing import pool  # noqa: F401

from mutants.context_support import part, replaced


class Process:
    def __init__(self, group=None, target=None, name=None, args=(), kwargs=()):
        self._call = target, args, dict(kwargs)

    def start(self):
        self.pid = None

    def join(self, timeout=None):
        target, args, kwargs = self._call
        target(*args, **kwargs)


dummy = part(multiprocessing.dummy, Process=Process)
replaced(__name__)
