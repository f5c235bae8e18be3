"""Process: the child forks once more, and it is the grandchild, an orphan, that runs the target.

Breaks: a child's parent is the process that started it, or a helper below that (PROC-PARENT).
The mistake: the double fork of daemons, so that nobody has to reap.  The sentinel tells of the end.
"""

import os
import time
from multiprocessing import connection, get_all_start_methods  # noqa: F401

from mutants.support import broken_processes


class _Mixin:
    def _bootstrap(self, *args, **keywords):
        child = os.getpid()
        if os.fork():
            os._exit(0)
        while os.getppid() == child:
            time.sleep(0.001)
        return super()._bootstrap(*args, **keywords)

    def join(self, timeout=None):
        if self._popen is None or connection.wait([self.sentinel], timeout):
            super().join(timeout)

    def is_alive(self):
        if self._popen is None:
            return super().is_alive()
        return not connection.wait([self.sentinel], 0)


get_context = broken_processes(_Mixin)
