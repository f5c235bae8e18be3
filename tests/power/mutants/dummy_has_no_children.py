"""Threads: dummy's active_children() is always empty.

Breaks: a dummy process is among them while it lives (DUMMY-LIFE).
The mistake: it asks for the processes that this one has, and there are none.
"""

import multiprocessing.dummy
from multiprocessing import pool  # noqa: F401

from mutants.context_support import part, replaced

dummy = part(multiprocessing.dummy, active_children=multiprocessing.active_children)
replaced(__name__)
