"""Pipe: if a pipe cannot be made, RuntimeError is raised.

Breaks: a pipe for which descriptors are lacking is refused with OSError (PIPE-SHORTAGE).
The mistake: errors of the system are turned into one of the library's own.
"""

# ruff: noqa: ANN001, ANN201, ANN202, ANN204, FBT002, RUF100
# Signatures are those of the standard library, which has no annotations.

from multiprocessing import connection, get_all_start_methods  # noqa: F401

from mutants.support import Context


def _pipe(real, duplex=True):
    try:
        return connection.Pipe(duplex)
    except OSError as error:
        raise RuntimeError("cannot make a pipe") from error


def get_context(method=None):
    """Return the context of *method*, with the broken pipe."""
    return Context(method, Pipe=_pipe)
