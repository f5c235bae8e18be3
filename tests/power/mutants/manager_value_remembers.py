"""Manager: for a millisecond, the proxy of a Value shows what it last saw.

Breaks: a value that another process set is seen (PROXY-VALUE).
The mistake: a cache in front of the server.
A race: it takes another client just then.
"""

from multiprocessing import connection, get_all_start_methods, shared_memory  # noqa: F401
from multiprocessing import managers as real
from time import monotonic_ns

from mutants.manager_support import broken


class _Proxy(real.ValueProxy):
    _until = 0
    _seen = None

    def get(self):
        if monotonic_ns() > self._until:
            self._seen, self._until = super().get(), monotonic_ns() + 1_000_000
        return self._seen

    def set(self, value):
        super().set(value)
        self._seen, self._until = value, monotonic_ns() + 1_000_000

    value = property(get, set)  # noqa: A003


class Manager(real.SyncManager):
    """A manager with another Value."""


Manager.register("Value", real.Value, _Proxy)


managers, get_context = broken(Manager)
