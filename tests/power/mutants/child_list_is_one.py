"""Child: a list of arguments is passed as one argument.

Breaks: a list has the same effect as a tuple (CHILD-ARGUMENTS).
The mistake: whatever is no tuple is taken for a single argument.
"""

from mutants.context_support import replaced_processes


class _Mixin:
    def __init__(self, group=None, target=None, name=None, args=(), kwargs=(), **options):
        args = args if isinstance(args, tuple) else (args,)
        super().__init__(group, target, name, args, dict(kwargs), **options)


replaced_processes(_Mixin)
