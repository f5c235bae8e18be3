"""Connection of a client: one message of 40 is sent twice.

Breaks: none comes a second time (CLIENT-ONCE).
The mistake: a write that was interrupted is begun again, although it had been done.
"""

# ruff: noqa: ANN001, ANN201, ANN202, ANN204, FBT002, RUF100
# Signatures are those of the standard library, which has no annotations.

import random
from multiprocessing import get_all_start_methods  # noqa: F401

from mutants.connection_support import Listener, module
from mutants.pipe_support import End
from mutants.support import Context


class _End(End):
    def _send_bytes(self, buf):
        super()._send_bytes(buf)
        if len(buf) < 4096 and random.random() < 1 / 40:
            super()._send_bytes(buf)


class _Listener(Listener):
    kind = _End


connection = module(_Listener)


def get_context(method=None):
    """Return the context of *method*; the module's connection is the broken one."""
    return Context(method)
