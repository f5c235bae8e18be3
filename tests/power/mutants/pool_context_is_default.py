"""Pool: the class Pool takes a context, and uses the default one.

Breaks: the workers are started by the method of the context that is given (POOL-CONTEXT-KEYWORD).
The mistake: the keyword was added for compatibility, and is passed on to nobody.
"""

from multiprocessing import get_all_start_methods, get_context  # noqa: F401
from multiprocessing import pool as _pool

from mutants.context_support import part


def _Pool(*args, context=None, **keywords):  # noqa: N802 - as what it takes the place of
    return _pool.Pool(*args, **keywords)


pool = part(_pool, Pool=_Pool)
