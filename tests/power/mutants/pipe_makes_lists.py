"""Pipe: a tuple arrives as a list.

Breaks: what is received equals what was sent, in value and in type (PIPE-FIDELITY).
The mistake: another serialisation, which knows fewer types.
"""

# ruff: noqa: ANN001, ANN201, ANN202, ANN204, FBT002, RUF100
# Signatures are those of the standard library, which has no annotations.

from multiprocessing import connection, get_all_start_methods  # noqa: F401

from mutants.pipe_support import End, context


class _End(End):
    def recv(self):
        message = super().recv()
        return list(message) if isinstance(message, tuple) else message


def get_context(method=None):
    """Return the context of *method*, with the broken pipe."""
    return context(method, _End)
