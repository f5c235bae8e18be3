"""Threads: each thread has a dummy Value of its own.

Breaks: what a dummy process changes in it, its parent sees (DUMMY-VALUES).
The mistake: it was made safe for threads by what is local to them.
"""

import multiprocessing.dummy
import threading
from multiprocessing import pool  # noqa: F401

from mutants.context_support import part, replaced


class Value:
    def __init__(self, typecode, value, lock=True):
        self._first = value
        self._local = threading.local()

    @property
    def value(self):
        return getattr(self._local, "value", self._first)

    @value.setter
    def value(self, value):
        self._local.value = value


dummy = part(multiprocessing.dummy, Value=Value)
replaced(__name__)
