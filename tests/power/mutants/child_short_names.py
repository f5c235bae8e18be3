"""Child: the default name has the last number only.

Breaks: it bears the numbers of the one that made it, too (CHILD-NESTED-NAMES).
The mistake: the name is the class and a counter, as that of a thread.
"""

from mutants.context_support import replaced_processes


class _Mixin:
    def __init__(self, group=None, target=None, name=None, **options):
        super().__init__(group, target, name, **options)
        if name is None:
            self._name = f"{type(self).__name__}-{self._identity[-1]}"


replaced_processes(_Mixin)
