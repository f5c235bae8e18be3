"""Managers: += with a list proxy makes a plain list.

Breaks: it changes the list that the proxy refers to (PROXY-IN-PLACE).
The mistake: only + was written.
"""

from multiprocessing import managers as real

from mutants.manager_support import broken


class ListProxy(real.ListProxy):
    def __iadd__(self, other):
        return self[:] + other


class Manager(real.SyncManager):
    pass


Manager.register("list", list, ListProxy)


managers, get_context = broken(Manager)
