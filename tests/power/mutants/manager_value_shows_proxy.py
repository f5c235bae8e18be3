"""Managers: the proxy of a Value shows itself, and not the value.

Breaks: the string of a proxy is the representation of what it refers to (PROXY-VALUE-STR).
The mistake: str was not written, and falls back on repr.
"""

from multiprocessing import managers as real

from mutants.manager_support import broken


class ValueProxy(real.ValueProxy):
    def __str__(self):
        return repr(self)


class Manager(real.SyncManager):
    pass


Manager.register("Value", real.Value, ValueProxy)


managers, get_context = broken(Manager)
