"""Listener: who answers the challenge with something else is taken for a client of an older version.

Breaks: a side that asks for authentication gets no Connection to one that has no key (AUTH-KEYLESS).
The mistake: compatibility with clients that have no keys yet.
"""

# ruff: noqa: ANN001, ANN201, ANN202, ANN204, FBT002, RUF100
# Signatures are those of the standard library, which has no annotations.

from multiprocessing import get_all_start_methods  # noqa: F401

from mutants.connection_support import Listener, module, prove, verify
from mutants.support import Context


def _deliver(connection, key):
    def passes(response, digest):
        connection.old = len(response) != len(digest)
        return connection.old or response == digest

    verify(connection, key, passes)


def _answer(connection, key):
    if not getattr(connection, "old", False):
        prove(connection, key)


class _Listener(Listener):
    deliver = staticmethod(_deliver)
    answer = staticmethod(_answer)


connection = module(_Listener)


def get_context(method=None):
    """Return the context of *method*; the module's connection is the broken one."""
    return Context(method)
