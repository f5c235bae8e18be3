"""Threads: dummy lacks barriers and conditions.

Breaks: dummy has the names of the module (DUMMY-NAMES).
The mistake: what nobody had asked for was left out.
"""

import multiprocessing.dummy
from multiprocessing import pool  # noqa: F401

from mutants.context_support import part, replaced

dummy = part(multiprocessing.dummy, without=("Barrier", "Condition"))
replaced(__name__)
