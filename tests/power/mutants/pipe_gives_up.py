"""Pipe: a recv to which nothing comes returns None.

Breaks: a receive waits until there is something to receive (PIPE-BLOCKS).
The mistake: an inner timeout, so that no system call waits for ever, and a result that nobody looks at.
"""

# ruff: noqa: ANN001, ANN201, ANN202, ANN204, FBT002, RUF100
# Signatures are those of the standard library, which has no annotations.

from multiprocessing import connection, get_all_start_methods  # noqa: F401

from mutants.pipe_support import End, context

_PATIENCE_S = 0.03


class _End(End):
    def recv(self):
        return super().recv() if self.poll(_PATIENCE_S) else None


def get_context(method=None):
    """Return the context of *method*, with the broken pipe."""
    return context(method, _End)
