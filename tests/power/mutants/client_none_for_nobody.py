"""Client: where nobody listens, None is returned.

Breaks: a client of an address where nobody listens raises OSError (CLIENT-REFUSED).
The mistake: it was to be tried again by the caller, who never looks.
"""

# ruff: noqa: ANN001, ANN201, ANN202, ANN204, FBT002, RUF100
# Signatures are those of the standard library, which has no annotations.

from multiprocessing import connection as _real
from multiprocessing import get_all_start_methods  # noqa: F401

from mutants.connection_support import module
from mutants.support import Context


def _client(*about, **options):
    try:
        return _real.Client(*about, **options)
    except (FileNotFoundError, ConnectionRefusedError):
        return None


connection = module(Client=_client)


def get_context(method=None):
    """Return the context of *method*; the module's connection is the broken one."""
    return Context(method)
