"""Managers: a Namespace shows the private attributes of its proxy.

Breaks: those are the proxy's own (PROXY-NAMESPACE-STR).
The mistake: whatever can be read is shown.
"""

from multiprocessing import managers as real

from mutants.manager_support import broken


class NamespaceProxy(real.NamespaceProxy):
    def __str__(self):
        return super().__str__()[:-1] + f", _z={self._z!r})"


class Manager(real.SyncManager):
    pass


Manager.register("Namespace", real.Namespace, NamespaceProxy)


managers, get_context = broken(Manager)
