"""Manager: a Condition that is given a lock has one of its own all the same.

Breaks: a lock that a Condition is given is the condition's lock (PROXY-CONDITION-LOCK).
The mistake: what arrives in the server is passed over, as a proxy was thought to be of no use there.
"""

import threading
from multiprocessing import connection, get_all_start_methods, shared_memory  # noqa: F401
from multiprocessing import managers as real

from mutants.manager_support import broken


def _condition(lock=None):
    return threading.Condition()


class Manager(real.SyncManager):
    """A manager with another Condition."""


Manager.register("Condition", _condition, real.ConditionProxy)


managers, get_context = broken(Manager)
