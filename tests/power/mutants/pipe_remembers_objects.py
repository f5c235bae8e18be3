"""Pipe: an object that is sent twice in succession through an end arrives both times as it was at the first.

Breaks: an object arrives as it was when it was sent (PIPE-AS-SENT).
The mistake: the pickle of the latest object is kept, for those who send one object to many; that it may
have changed was not thought of.
"""

from multiprocessing import connection, get_all_start_methods  # noqa: F401
from multiprocessing.reduction import ForkingPickler

from mutants.pipe_support import End, context


class _End(End):
    _latest = (None, None)

    def send(self, obj):
        self._check_closed()
        self._check_writable()
        known, pickled = self._latest
        if known is not obj or obj is None:
            pickled = bytes(ForkingPickler.dumps(obj))
            self._latest = obj, pickled
        self._send_bytes(pickled)


def get_context(method=None):
    """Return the context of *method*, with the broken pipe."""
    return context(method, _End)
