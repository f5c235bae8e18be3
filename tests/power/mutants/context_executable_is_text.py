"""Context: set_executable wants a text.

Breaks: set_executable takes a path-like object (CONTEXT-EXECUTABLE-PATH).
The mistake: it checks the type, as it was documented before 3.11.
"""

from mutants.context_support import replaced


def _set_executable(real, executable):
    if not isinstance(executable, str):
        raise TypeError("a text is needed")
    real.set_executable(executable)


replaced(__name__, set_executable=_set_executable)
