"""Process: a join whose time is up keeps a lock, for which the next join waits for ever.

Breaks: every operation on processes that must end, ends (PROC-PROGRESS).
The mistake: a way out between taking and releasing the lock, without "with" or "finally".
"""

import threading
from multiprocessing import connection, get_all_start_methods  # noqa: F401

from mutants.support import broken_processes

_waiting = threading.Lock()


class _Mixin:
    def join(self, timeout=None):
        _waiting.acquire()
        super().join(timeout)
        if self._popen.returncode is None:
            return
        _waiting.release()


get_context = broken_processes(_Mixin)
