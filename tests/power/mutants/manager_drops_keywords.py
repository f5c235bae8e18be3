"""Manager: keywords of a call on a shared dictionary or list do not reach the server.

Breaks: calls on a proxy take effect, one after another (PROXY-DICT-WHOLE).
The mistake: the message that is sent has room for positional arguments only.
"""

from multiprocessing import connection, get_all_start_methods, shared_memory  # noqa: F401
from multiprocessing import managers as real

from mutants.manager_support import broken


class _Dict(real.DictProxy):
    def _callmethod(self, methodname, args=(), _kwds=None):
        return super()._callmethod(methodname, args)


class _List(real.ListProxy):
    def _callmethod(self, methodname, args=(), _kwds=None):
        return super()._callmethod(methodname, args)


class Manager(real.SyncManager):
    """A manager with other proxies."""


Manager.register("dict", dict, _Dict)
Manager.register("list", list, _List)


managers, get_context = broken(Manager)
