"""Manager: a Semaphore admits one more than its value.

Breaks: no more than its value are admitted (PROXY-SEMAPHORE).
The mistake: off by one.
"""

import threading
from multiprocessing import connection, get_all_start_methods, shared_memory  # noqa: F401
from multiprocessing import managers as real

from mutants.manager_support import broken


def _semaphore(value=1):
    return threading.Semaphore(value + 1)


class Manager(real.SyncManager):
    """A manager with another Semaphore."""


Manager.register("Semaphore", _semaphore, real.AcquirerProxy)


managers, get_context = broken(Manager)
