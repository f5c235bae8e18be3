"""Pipe: all pipes of a program send under one lock.

Breaks: a process that is killed while it uses one pipe leaves every other pipe as it was (PIPE-KILL-APART).
The mistake: a lock that is made once for the module, so that the messages of threads do not mix.
"""

# ruff: noqa: ANN001, ANN201, ANN202, ANN204, FBT002, RUF100
# Signatures are those of the standard library, which has no annotations.

from multiprocessing import connection, get_all_start_methods  # noqa: F401

from mutants.pipe_support import End, context

_locks = []


class _End(End):
    def _send_bytes(self, buf):
        with _locks[0]:
            super()._send_bytes(buf)


def get_context(method=None):
    """Return the context of *method*, with the broken pipe."""
    found = context(method, _End)
    if not _locks:
        _locks.append(found.Lock())  # The children of fork inherit it.
    return found
