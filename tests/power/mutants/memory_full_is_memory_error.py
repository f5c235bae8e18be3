"""Value, Array: where /dev/shm is full, MemoryError is raised.

Breaks: shared memory for which room is lacking is made, or refused with OSError (MEMORY-SHORTAGE).
The mistake: "no room" is given the name that it has for a process's own memory.
"""

import errno
from multiprocessing import connection, get_all_start_methods, shared_memory, sharedctypes  # noqa: F401

from mutants.support import Context


def _named_anew(make):
    def made(real, *given, **options):
        try:
            return getattr(real, make)(*given, **options)
        except OSError as error:
            if error.errno != errno.ENOSPC:
                raise
            raise MemoryError("no shared memory is left") from error

    return made


def get_context(method=None):
    """Return the context of *method*, with other errors."""
    return Context(method, Array=_named_anew("Array"), Value=_named_anew("Value"))
