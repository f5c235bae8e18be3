"""What the mutants of contexts share: the whole module, and its contexts, with a few names replaced."""

import multiprocessing
import sys
import types
from multiprocessing import context, spawn

__all__ = ("first_in_children", "part", "replaced", "replaced_processes")


def replaced(name, **overrides):
    """Give the module *name* all that the standard library's has, and its contexts, but for *overrides*.

    The first argument of an overriding function is the real context, for the module the default one; what is
    a class is put there as it is.
    """
    module = sys.modules[name]
    real = context._default_context
    for each in multiprocessing.__all__:
        module.__dict__.setdefault(each, getattr(multiprocessing, each))
    for each, override in overrides.items():
        setattr(module, each, _bound(override, real))
    if "get_context" not in overrides:

        def get_context(method=None):
            return _Context(multiprocessing.get_context(method), overrides)

        module.get_context = get_context


def _bound(override, real):
    if isinstance(override, type):
        return override
    return lambda *arguments, **keywords: override(real, *arguments, **keywords)


class _Context:
    """A real context in which some names are others."""

    def __init__(self, real, overrides):
        self._real = real
        for name, override in overrides.items():
            setattr(self, name, _bound(override, real))

    def __getattr__(self, name):
        if name.startswith("_"):
            raise AttributeError(name)
        return getattr(self._real, name)


def replaced_processes(mixin, **overrides):
    """Do as `replaced` for the module of *mixin*; in its contexts, *mixin* goes before Process."""
    name = mixin.__module__
    module = sys.modules[name]
    classes = {}
    for base in (context.ForkProcess, context.SpawnProcess, context.ForkServerProcess, context.Process):
        broken = type(base.__name__, (mixin, base), {"__module__": name, "__qualname__": base.__name__})
        setattr(module, base.__name__, broken)
        classes[base._start_method] = broken

    def get_context(method=None):
        found = _Context(multiprocessing.get_context(method), overrides)
        found.Process = classes[found.get_start_method()]
        return found

    replaced(name, **overrides)
    module.get_context = get_context
    module.Process = classes[None]


def first_in_children(name):
    """Let children of spawn import the module *name* before all else, so that it can break what they do."""
    original = spawn.get_command_line

    def get_command_line(**keywords):
        words = original(**keywords)
        words[-2] = f"import {name}; {words[-2]}"
        return words

    spawn.get_command_line = get_command_line


def part(module, *, without=(), **overrides):
    """Return a module like *module*, without some names, and with others in the place of its own."""
    found = types.ModuleType(module.__name__)
    found.__dict__.update({key: value for key, value in vars(module).items() if key not in without})
    found.__dict__.update(overrides)
    return found
