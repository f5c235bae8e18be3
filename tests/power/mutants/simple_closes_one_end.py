"""SimpleQueue: close closes the end that reads, and not the one that writes.

Breaks: close releases its resources (SIMPLE-CLOSE).
The mistake: the other end was thought to be closed by its last writer.
"""

# ruff: noqa: ANN001, ANN201, ANN202, ANN204, FBT002, RUF100
# Signatures are those of the standard library, which has no annotations.

from multiprocessing import connection, get_all_start_methods, queues, shared_memory  # noqa: F401

from mutants.support import Context


class _Queue(queues.SimpleQueue):
    def close(self):
        self._reader.close()
        _kept.append(self._writer)


_kept = []


def get_context(method=None):
    """Return the context of *method*, with the broken queue."""
    return Context(method, SimpleQueue=lambda real: _Queue(ctx=real))
