"""Context: a lock of a fork context is pickled like any other.

Breaks: it is refused by processes of spawn and forkserver (CONTEXT-LOCKS).
The mistake: nobody looks for what context a lock is of; the child finds out that it has no name.
"""

from multiprocessing import synchronize

from mutants.context_support import replaced

_original = synchronize.SemLock.__getstate__


def _getstate(self):
    self._is_fork_ctx = False
    return _original(self)


synchronize.SemLock.__getstate__ = _getstate
replaced(__name__)
