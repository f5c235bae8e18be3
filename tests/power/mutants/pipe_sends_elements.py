"""Pipe: send_bytes of a buffer whose elements are wider than a byte sends as many bytes as it has elements.

Breaks: a receive returns one complete message (PIPE-BOUNDARIES).
The mistake: the length of a memoryview is taken for its number of bytes.  It is right for bytes.
"""

from multiprocessing import connection, get_all_start_methods  # noqa: F401

from mutants.pipe_support import End, context


class _End(End):
    def send_bytes(self, buf, offset=0, size=None):
        with memoryview(buf) as view:
            length = len(view)
        super().send_bytes(buf, offset, length - offset if size is None else size)


def get_context(method=None):
    """Return the context of *method*, with the broken pipe."""
    return context(method, _End)
