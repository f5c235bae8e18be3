"""Manager: a BoundedSemaphore has no bound.

Breaks: a release too many raises ValueError (PROXY-SEMAPHORE).
The mistake: one class for both.
"""

import threading
from multiprocessing import connection, get_all_start_methods, shared_memory  # noqa: F401
from multiprocessing import managers as real

from mutants.manager_support import broken


class Manager(real.SyncManager):
    """A manager with another BoundedSemaphore."""


Manager.register("BoundedSemaphore", threading.Semaphore, real.AcquirerProxy)


managers, get_context = broken(Manager)
