"""Pipe: fileno gives a new descriptor at each call.

Breaks: fileno returns the same number at each call (PIPE-FILENO).
The mistake: the caller was to have a descriptor that it may close.
"""

# ruff: noqa: ANN001, ANN201, ANN202, ANN204, FBT002, RUF100
# Signatures are those of the standard library, which has no annotations.

import os
from multiprocessing import connection, get_all_start_methods  # noqa: F401

from mutants.pipe_support import End, context


class _End(End):
    _given = ()

    def fileno(self):
        self._given = (*self._given, os.dup(super().fileno()))
        return self._given[-1]

    def _close(self):
        super()._close()
        for number in self._given:
            os.close(number)


def get_context(method=None):
    """Return the context of *method*, with the broken pipe."""
    return context(method, _End)
