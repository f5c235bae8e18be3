"""Pipe: poll of a closed end returns false.

Breaks: after close every use of the end raises OSError (PIPE-CLOSED).
The mistake: a check that was to keep an event loop from failing at its end.
"""

# ruff: noqa: ANN001, ANN201, ANN202, ANN204, FBT002, RUF100
# Signatures are those of the standard library, which has no annotations.

from multiprocessing import connection, get_all_start_methods  # noqa: F401

from mutants.pipe_support import End, context


class _End(End):
    def poll(self, timeout=0.0):
        return not self.closed and super().poll(timeout)


def get_context(method=None):
    """Return the context of *method*, with the broken pipe."""
    return context(method, _End)
