"""connection.wait: sentinels are in the answer only if no end of a pipe is ready.

Breaks: wait reports the sentinel of a process that has ended (WAIT-SENTINEL).
The mistake: messages are urgent, and a process that has ended will still have ended the next time.
"""

# ruff: noqa: ANN001, ANN201, ANN202, ANN204, FBT002, RUF100
# Signatures are those of the standard library, which has no annotations.

import types
from multiprocessing import connection as _real
from multiprocessing import get_all_start_methods  # noqa: F401

from mutants.support import Context


def _wait(object_list, timeout=None):
    ready = _real.wait(object_list, timeout)
    return [one for one in ready if not isinstance(one, int)] or ready


connection = types.SimpleNamespace(wait=_wait)


def get_context(method=None):
    """Return the context of *method*; the module's connection.wait is the broken one."""
    return Context(method)
