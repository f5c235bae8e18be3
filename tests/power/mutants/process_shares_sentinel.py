"""Process: a forked child holds the other end of the sentinel of the one started before it.

Breaks: a sentinel is ready when its process has ended (PROC-SENTINEL).
The mistake: the parent closes that end only when somebody asks for the sentinel; until then
every child that is forked inherits it.
"""

import os
from multiprocessing import connection, get_all_start_methods  # noqa: F401
from multiprocessing.util import Finalize

from mutants.support import broken_processes

#: The ends that only a child should hold, and that are still open here.
_open = []


class _Mixin:
    _ready = None

    def start(self):
        if self._start_method != "fork":
            super().start()
            return
        self._ready, held = os.pipe()
        _open.append(held)
        Finalize(self, os.close, (self._ready,))
        super().start()

    @property
    def sentinel(self):
        while _open:
            os.close(_open.pop())
        ready = super().sentinel
        return ready if self._ready is None else self._ready


get_context = broken_processes(_Mixin)
