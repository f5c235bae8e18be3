"""Manager: the first call of a thread through a dict proxy is lost.

Breaks: threads that use one proxy under a lock get what they would alone (PROXY-THREADS).
The mistake: the connection of a thread is made by its first call, which then is over.
"""

# ruff: noqa: ANN001, ANN201, ANN202, ANN204, FBT002, RUF100
# Signatures are those of the standard library, which has no annotations.

import threading
from multiprocessing import connection, get_all_start_methods  # noqa: F401
from multiprocessing import managers as _managers

from mutants.manager_support import broken


class _Dict(_managers.DictProxy):
    def _callmethod(self, methodname, args=(), kwds={}):  # noqa: B006 - as its base
        ours = vars(self).setdefault("_threads", {threading.main_thread()})
        first = threading.current_thread() not in ours
        ours.add(threading.current_thread())
        if first:
            return 0
        return super()._callmethod(methodname, args, kwds)


class _Manager(_managers.SyncManager):
    def dict(self, *arguments, **keywords):
        made = super().dict(*arguments, **keywords)
        made.__class__ = _Dict
        return made


managers, get_context = broken(_Manager)
