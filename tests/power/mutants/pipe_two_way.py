"""Pipe: a one-way pipe is a duplex one; its reading end can be written to.

Breaks: of a one-way pipe the first end only receives and the second only sends (PIPE-SIMPLEX).
The mistake: the argument *duplex* is accepted, and ignored.
"""

from multiprocessing import connection, get_all_start_methods  # noqa: F401

from mutants.support import Context


def get_context(method=None):
    """Return the context of *method*, with the broken pipe."""
    return Context(method, Pipe=lambda real, duplex=True: real.Pipe(True))
