"""Context: processes of spawn are forked.

Breaks: a child of spawn runs in a fresh interpreter (CONTEXT-FRESH).
The mistake: forking is faster, and the tests had no state that would have shown it.
"""

from multiprocessing import popen_fork

from mutants.context_support import replaced_processes


class _Mixin:
    @staticmethod
    def _Popen(process):  # noqa: N802  # as the base class has it
        return popen_fork.Popen(process)


replaced_processes(_Mixin)
