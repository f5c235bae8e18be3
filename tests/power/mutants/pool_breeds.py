"""Pool: workers are no daemons, and make pools of their own.

Breaks: a task that makes a pool gets AssertionError (POOL-DAEMONIC).
The mistake: somebody wanted pools in pools, and made workers non-daemonic.
"""

from multiprocessing import connection, context, get_all_start_methods, pool, queues, shared_memory  # noqa: F401

from mutants.support import Context


class _NoDaemon:
    @property
    def daemon(self):
        return False

    @daemon.setter
    def daemon(self, value):
        pass


class _ForkWorker(_NoDaemon, context.ForkProcess):
    pass


class _Pool(pool.Pool):
    @staticmethod
    def Process(ctx, *args, **keywords):  # noqa: N802 - as its base
        return _ForkWorker(*args, **keywords)


def get_context(method=None):
    """Return the context of *method*, with the broken pool."""
    return Context(method, Pool=lambda real, *args, **keywords: _Pool(*args, context=real, **keywords))
