"""What the mutants share: the standard library's context, with a few names replaced."""

import multiprocessing
import sys
from multiprocessing import context

__all__ = ("Context", "broken_processes")


class Context:
    """A start method's context in which some names are others than the standard library's.

    Each *override* is a function whose first argument is the real context.
    """

    def __init__(self, method, **overrides):
        self._real = multiprocessing.get_context(method)
        self._overrides = overrides

    def __getattr__(self, name):
        if name.startswith("_"):
            raise AttributeError(name)
        if name in self._overrides:
            override = self._overrides[name]
            return lambda *args, **keywords: override(self._real, *args, **keywords)
        return getattr(self._real, name)


def broken_processes(mixin):
    """Return the ``get_context`` of a mutant: that of the standard library, but *mixin* goes before Process.

    There is a class for each start method, an attribute of the mutant's module, so that a process can be
    pickled.
    """
    module = sys.modules[mixin.__module__]
    classes = {}
    for base in (context.ForkProcess, context.SpawnProcess, context.ForkServerProcess):
        broken = type(base.__name__, (mixin, base), {"__module__": mixin.__module__})
        setattr(module, base.__name__, broken)
        classes[base._start_method] = broken

    def get_context(method=None):
        context = Context(method)
        context.Process = classes[context.get_start_method()]  # The class, which shows what it has.
        return context

    return get_context
