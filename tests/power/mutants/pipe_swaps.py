"""Pipe: a reader that finds a second message gets it before the first.

Breaks: messages are received in the order in which they were sent (PIPE-ORDER).
The mistake: a receiver that reads ahead, and hands out what it read last.
"""

from multiprocessing import connection, get_all_start_methods  # noqa: F401

from mutants.pipe_support import End, context


class _End(End):
    _held = None

    def _recv_bytes(self, maxsize=None):
        if self._held is not None:
            message, self._held = self._held, None
            return message
        first = super()._recv_bytes(maxsize)
        if first is None or not connection.wait([self], 0):
            return first
        try:
            second = super()._recv_bytes(maxsize)
        except EOFError:
            return first
        if second is None:
            return first
        self._held = first
        return second

    def _poll(self, timeout):
        return self._held is not None or super()._poll(timeout)


def get_context(method=None):
    """Return the context of *method*, with the broken pipe."""
    return context(method, _End)
