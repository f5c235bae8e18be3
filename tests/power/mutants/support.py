"""What the mutants share: the standard library's context, with a few names replaced."""

import multiprocessing

__all__ = ("Context",)


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
