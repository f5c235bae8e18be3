"""Process: a keyword argument for the target that is itself called ``target`` makes the child fail.

Breaks: the arguments that are given to a process arrive, whatever their names (CHILD-ARGUMENTS).
The mistake: the call is made by a helper whose own parameter is called ``target`` too.
"""

from multiprocessing import connection, get_all_start_methods  # noqa: F401

from mutants.support import broken_processes


def _call(target, *args, **kwargs):
    return target(*args, **kwargs)


class _Mixin:
    def run(self):
        if self._target:
            _call(self._target, *self._args, **self._kwargs)


get_context = broken_processes(_Mixin)
