"""Pipe: the end of a with block closes the end only after an exception.

Breaks: as a context manager an end is closed at the end of the block (PIPE-CONTEXT).
The mistake: an __exit__ that was copied from a transaction.
"""

# ruff: noqa: ANN001, ANN201, ANN202, ANN204, FBT002, RUF100
# Signatures are those of the standard library, which has no annotations.

from multiprocessing import connection, get_all_start_methods  # noqa: F401

from mutants.pipe_support import End, context


class _End(End):
    def __exit__(self, kind, error, trace):
        if kind is not None:
            self.close()


def get_context(method=None):
    """Return the context of *method*, with the broken pipe."""
    return context(method, _End)
