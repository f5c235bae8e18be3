"""Managers: wait_for of a manager's condition returns whether the predicate holds.

Breaks: it returns the value of the predicate (PROXY-WAIT-FOR).
The mistake: the value is made a bool on its way.
"""

import threading
from multiprocessing import managers as real

from mutants.manager_support import broken


class ConditionProxy(real.ConditionProxy):
    def wait_for(self, predicate, timeout=None):
        return bool(super().wait_for(predicate, timeout))


class Manager(real.SyncManager):
    pass


Manager.register("Condition", threading.Condition, ConditionProxy)


managers, get_context = broken(Manager)
