"""Client: its connection can only be written to.

Breaks: both sides of a connection to a listener send and receive (CLIENT-DUPLEX).
The mistake: it is made like the sending end of a pipe.
"""

# ruff: noqa: ANN001, ANN201, ANN202, ANN204, FBT002, RUF100
# Signatures are those of the standard library, which has no annotations.

from multiprocessing import connection as _real
from multiprocessing import get_all_start_methods  # noqa: F401

from mutants.connection_support import module
from mutants.support import Context


def _client(*about, **options):
    made = _real.Client(*about, **options)
    made._readable = False
    return made


connection = module(Client=_client)


def get_context(method=None):
    """Return the context of *method*; the module's connection is the broken one."""
    return Context(method)
