"""Lock: a process first takes a lock of its own threads, which a fork copies as it is at that moment.

Breaks: what a thread has while its process starts another is got there once it is given back (LOCK-FORK).
The mistake: what spares system calls between threads is not made anew in a child.
"""

import threading
from multiprocessing import connection, get_all_start_methods, shared_memory  # noqa: F401

from mutants.lock_support import Lock
from mutants.support import Context


class _Lock(Lock):
    def __init__(self, real):
        super().__init__(real.Lock())
        self._threads, self._born_held = threading.Lock(), False

    def __getstate__(self):
        return {"_real": self._real, "_born_held": self._threads.locked()}

    def __setstate__(self, state):
        self.__dict__.update(state, _threads=threading.Lock())
        if self._born_held:
            self._threads.acquire()

    def acquire(self, block=True, timeout=None):
        if not block or (timeout is not None and timeout <= 0):
            ours = self._threads.acquire(False)
        else:
            ours = self._threads.acquire(True, -1 if timeout is None else timeout)
        if not ours:
            return False
        got = super().acquire(block, timeout)
        if not got:
            self._threads.release()
        return got

    def release(self):
        super().release()
        if self._threads.locked():  # Another process may have taken it.
            self._threads.release()


def get_context(method=None):
    """Return the context of *method*, whose locks have a half that a fork copies."""
    return Context(method, Lock=_Lock)
