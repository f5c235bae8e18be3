"""Pool: a pool that is terminated says so on stderr.

Breaks: a program with pools ends in silence (POOL-PROGRAM).
The mistake: a line for debugging was left in.
"""

import sys
from multiprocessing import connection, get_all_start_methods, pool, queues, shared_memory  # noqa: F401

from mutants.support import Context


class _Pool(pool.Pool):
    def __exit__(self, *error):
        super().__exit__(*error)
        sys.stderr.write("pool terminated\n")


def get_context(method=None):
    """Return the context of *method*, with the broken pool."""
    return Context(method, Pool=lambda real, *args, **keywords: _Pool(*args, context=real, **keywords))
