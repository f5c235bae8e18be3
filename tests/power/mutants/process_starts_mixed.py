"""Process: of two processes that two threads start at the same moment, both may run the target of one.

Breaks: each of the processes that threads start at once runs its own target (PROC-THREADS).
The mistake: start hands the task over in a variable of the module, which another thread may set.
A race: two threads must be in start() at once.
"""

import os
from multiprocessing import connection, get_all_start_methods  # noqa: F401

from mutants.support import broken_processes

_handed_over = {}


class _Mixin:
    def start(self):
        if self._popen is None and not self._closed:
            _handed_over["task"] = self._target, self._args, self._kwargs
            for end in os.pipe():  # Is a descriptor left for the child?
                os.close(end)
            self._target, self._args, self._kwargs = _handed_over["task"]
        super().start()


get_context = broken_processes(_Mixin)
