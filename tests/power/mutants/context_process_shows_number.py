"""Context: a process that ended by a signal shows the signal's number.

Breaks: it shows the signal's name (SHOWN-PROCESS).
The mistake: the exit code is shown as it is.
"""

from mutants.context_support import replaced_processes


class Mixin:
    def __repr__(self):
        return super().__repr__().replace("exitcode=-SIGTERM", "exitcode=-15")


replaced_processes(Mixin)
