"""Pool: an exception that a task of imap raises comes back with its text as the only argument.

Breaks: it is raised again with its type and arguments (POOL-EXCEPTION).
The mistake: exceptions travel as class and text, since some cannot be pickled.
"""

from functools import partial
from multiprocessing import connection, get_all_start_methods, pool, queues, shared_memory  # noqa: F401

from mutants.support import Context


def _plainly(func, task):
    try:
        return func(task)
    except Exception as error:  # noqa: BLE001 - whatever it is
        raise type(error)(str(error)) from None


class _Pool(pool.Pool):
    def imap(self, func, iterable, chunksize=1):
        return super().imap(partial(_plainly, func), iterable, chunksize)


def get_context(method=None):
    """Return the context of *method*, with the broken pool."""
    return Context(method, Pool=lambda real, *args, **keywords: _Pool(*args, context=real, **keywords))
