"""Context: set_executable changes nothing.

Breaks: children of spawn are run by the executable that was set (CONTEXT-EXECUTABLE).
The mistake: it is kept, but what is run is sys.executable.
"""

from mutants.context_support import replaced


def _set_executable(real, executable):
    global chosen  # noqa: PLW0603  # the mistake: nobody reads it
    chosen = executable


chosen = None
replaced(__name__, set_executable=_set_executable)
