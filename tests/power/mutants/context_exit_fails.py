"""Context: a program that has used the backend ends with exit code 1.

Breaks: it ends with the exit code that its own code says (CONTEXT-ERRORS).
The mistake: the last handler ends the process with the status of a worker.
"""

import atexit
import os

from mutants.context_support import replaced

_home = os.getpid()


def _end():
    if os.getpid() == _home:
        os._exit(1)


atexit.register(_end)
replaced(__name__)
