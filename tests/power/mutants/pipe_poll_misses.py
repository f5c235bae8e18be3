"""Pipe: one poll of 300 returns false although a message is there.

Breaks: poll returns true if there is something to receive (PIPE-POLL-READY).
The mistake: a system call that was interrupted is taken for one that found nothing.
"""

# ruff: noqa: ANN001, ANN201, ANN202, ANN204, FBT002, RUF100
# Signatures are those of the standard library, which has no annotations.

import random
from multiprocessing import connection, get_all_start_methods  # noqa: F401

from mutants.pipe_support import End, context


class _End(End):
    def _poll(self, timeout):
        return super()._poll(timeout) and random.random() > 1 / 300


def get_context(method=None):
    """Return the context of *method*, with the broken pipe."""
    return context(method, _End)
