"""BoundedSemaphore: every 50th release, of all processes, gives back two.

Breaks: a BoundedSemaphore admits no more than its value and its releases allow (BSEM-ADMISSION).
The mistake: a release that was interrupted is tried again, though it had taken effect.
"""

import contextlib
from multiprocessing import RawValue, connection, get_all_start_methods, shared_memory  # noqa: F401

from mutants.lock_support import Semaphore
from mutants.support import Context

_count = RawValue("l", 0)


class _Semaphore(Semaphore):
    def release(self):
        super().release()
        _count.value += 1
        if _count.value % 50 == 0:
            with contextlib.suppress(ValueError):
                super().release()


def get_context(method=None):
    """Return the context of *method*, whose bounded semaphores sometimes give two."""
    return Context(method, BoundedSemaphore=lambda real, value=1: _Semaphore(real.BoundedSemaphore(value)))
