"""Errors: a late result raises the built-in TimeoutError.

Breaks: it raises the backend's own TimeoutError (ERRORS-LATE).
The mistake: the name was not imported, and there is another of the same name.
"""

import builtins
import multiprocessing
from multiprocessing import pool

from mutants.context_support import replaced

_original = pool.ApplyResult.get


def _get(self, timeout=None):
    try:
        return _original(self, timeout)
    except multiprocessing.TimeoutError:
        raise builtins.TimeoutError from None


pool.ApplyResult.get = _get
replaced(__name__)
