"""Manager: wait of a Condition returns True, also when its time is over.

Breaks: wait returns False if it was not notified (PROXY-CONDITION).
The mistake: the result is not passed on.
"""

import threading
from multiprocessing import connection, get_all_start_methods, shared_memory  # noqa: F401
from multiprocessing import managers as real

from mutants.manager_support import broken


class _Proxy(real.ConditionProxy):
    def wait(self, timeout=None):
        super().wait(timeout)
        return True


class Manager(real.SyncManager):
    """A manager with another Condition."""


Manager.register("Condition", threading.Condition, _Proxy)


managers, get_context = broken(Manager)
