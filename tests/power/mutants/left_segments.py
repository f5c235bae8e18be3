"""Leftovers: nobody is told of segments of shared memory.

Breaks: they are gone when all processes of their program are (LEFT-NAMES).
The mistake: the resource tracker was switched off, because it unlinks too much.
"""

from multiprocessing import resource_tracker, shared_memory  # noqa: F401

from mutants.context_support import replaced

resource_tracker.register = lambda name, kind: None
resource_tracker.unregister = lambda name, kind: None
replaced(__name__)
