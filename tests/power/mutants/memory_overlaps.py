"""RawValue: every second object lies where the one before it lies.

Breaks: two objects that live at one time never share memory (RAW-ALIAS).
The mistake: an allocator that forgets that it has handed a block out.
"""

from multiprocessing import connection, get_all_start_methods, shared_memory  # noqa: F401
from weakref import WeakValueDictionary

from mutants.support import Context

# Weak: what a scenario has dropped must not make the next one differ.
_before = WeakValueDictionary()


def _raw_value(real, typecode, *arguments):
    shared = _before.pop(typecode, None)
    if shared is None:
        shared = _before[typecode] = real.RawValue(typecode, *arguments)
    elif arguments:
        shared.value = arguments[0]
    return shared


def get_context(method=None):
    """Return the context of *method*, whose raw values lie on each other."""
    return Context(method, RawValue=_raw_value)
