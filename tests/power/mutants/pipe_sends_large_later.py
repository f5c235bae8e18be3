"""Pipe: a message over 16 KiB is sent by a thread, and a small one at once.

Breaks: messages are received in the order in which they were sent (PIPE-ORDER).
The mistake: the lock keeps the two from mixing, and not the later one from coming first.
"""

# ruff: noqa: ANN001, ANN201, ANN202, ANN204, FBT002, RUF100
# Signatures are those of the standard library, which has no annotations.

import threading
from multiprocessing import connection, get_all_start_methods  # noqa: F401

from mutants.pipe_support import End, context

_LARGE = 16384


class _End(End):
    _lock = threading.Lock()

    def _send_bytes(self, buf):
        if len(buf) > _LARGE:
            threading.Thread(target=self._send_locked, args=(bytes(buf),)).start()
        else:
            self._send_locked(buf)

    def _send_locked(self, buf):
        with self._lock:
            super()._send_bytes(buf)


def get_context(method=None):
    """Return the context of *method*, with the broken pipe."""
    return context(method, _End)
