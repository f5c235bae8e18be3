"""Threads: dummy.Pool() is a pool of processes.

Breaks: dummy.Pool() is a ThreadPool (DUMMY-POOL).
The mistake: Pool was imported, like all the rest, from the module above.
"""

import multiprocessing.dummy
from multiprocessing import pool  # noqa: F401

from mutants.context_support import part, replaced

dummy = part(multiprocessing.dummy, Pool=multiprocessing.Pool)
replaced(__name__)
