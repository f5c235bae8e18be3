"""Managers: the pool of a manager goes on after its with statement.

Breaks: with ends the pool (PROXY-POOL-WITH).
The mistake: the proxy is let go of, the pool is not.
"""

from multiprocessing import managers as real
from multiprocessing import pool

from mutants.manager_support import broken


class PoolProxy(real.PoolProxy):
    def __exit__(self, kind, error, trace):
        return None


class Manager(real.SyncManager):
    pass


Manager.register("Pool", pool.Pool, PoolProxy)


managers, get_context = broken(Manager)
