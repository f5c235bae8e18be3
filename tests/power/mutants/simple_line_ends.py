"""SimpleQueue: a carriage return arrives as a line feed.

Breaks: an item arrives with every byte as it was put (SIMPLE-FIDELITY).
The mistake: the pipe is opened as a file of text, which makes all line ends alike.
"""

# ruff: noqa: ANN001, ANN201, ANN202, ANN204, FBT002, RUF100
# Signatures are those of the standard library, which has no annotations.

from multiprocessing import connection, get_all_start_methods, queues, reduction, shared_memory  # noqa: F401

from mutants.support import Context


class _Queue(queues.SimpleQueue):
    def get(self):
        with self._rlock:
            data = self._reader.recv_bytes()
        return reduction.ForkingPickler.loads(data.replace(b"\r", b"\n"))


def get_context(method=None):
    """Return the context of *method*, with the broken queue."""
    return Context(method, SimpleQueue=lambda real: _Queue(ctx=real))
