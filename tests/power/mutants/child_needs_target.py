"""Child: a process without a target fails.

Breaks: it does nothing, and ends with exit code 0 (CHILD-NO-TARGET).
The mistake: None is called like any other target.
"""

from mutants.context_support import replaced_processes


class _Mixin:
    def run(self):
        self._target(*self._args, **self._kwargs)


replaced_processes(_Mixin)
