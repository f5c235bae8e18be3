"""deliver_challenge: a wrong answer is told by the value that is returned.

Breaks: with another key deliver_challenge raises AuthenticationError (AUTH-CHALLENGE).
The mistake: it looks like a question, so it returns an answer; nobody looks at it.
"""

# ruff: noqa: ANN001, ANN201, ANN202, ANN204, FBT002, RUF100
# Signatures are those of the standard library, which has no annotations.

from multiprocessing import (
    AuthenticationError,
    get_all_start_methods,  # noqa: F401
)
from multiprocessing import connection as _real

from mutants.connection_support import module
from mutants.support import Context


def _deliver(connection, authkey):
    try:
        _real.deliver_challenge(connection, authkey)
    except AuthenticationError:
        return False
    return None


connection = module(deliver_challenge=_deliver)


def get_context(method=None):
    """Return the context of *method*; the module's connection is the broken one."""
    return Context(method)
