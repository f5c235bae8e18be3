"""Threads: a dummy queue gives the latest first.

Breaks: what goes through a dummy queue arrives in order (DUMMY-TALK).
The mistake: the wrong one of the three classes of the module queue.
"""

import multiprocessing.dummy
import queue
from multiprocessing import pool  # noqa: F401

from mutants.context_support import part, replaced

dummy = part(multiprocessing.dummy, Queue=queue.LifoQueue)
replaced(__name__)
