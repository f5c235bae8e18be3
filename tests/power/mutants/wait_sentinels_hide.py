"""connection.wait: if a process has ended, nothing else is reported.

Breaks: wait over all kinds together returns exactly those that are ready (CLIENT-WAIT).
The mistake: there is a call for each of the two kinds; the second is left out when the first has an answer.
"""

# ruff: noqa: ANN001, ANN201, ANN202, ANN204, FBT002, RUF100
# Signatures are those of the standard library, which has no annotations.

from multiprocessing import connection as _real
from multiprocessing import get_all_start_methods  # noqa: F401

from mutants.connection_support import module
from mutants.support import Context


def _wait(object_list, timeout=None):
    ready = _real.wait(object_list, timeout)
    return [one for one in ready if isinstance(one, int)] or ready


connection = module(wait=_wait)


def get_context(method=None):
    """Return the context of *method*; the module's connection is the broken one."""
    return Context(method)
