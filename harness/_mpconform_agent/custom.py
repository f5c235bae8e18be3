"""A manager of our own, as a user would write one: the backend's SyncManager with more types registered.

Scenarios call it ``custom.Manager``.  The class is found by its name wherever it is unpickled, so that
its server can be started by any start method.
"""

import os
import threading

from _mpconform_agent.namespace import Namespace

TYPE_CHECKING = False  # As typing has it, without its import.
if TYPE_CHECKING:
    from typing import Any


__all__ = ("Entry", "Failing", "Ledger", "Maker", "Tally", "initialise", "manager")

_PREFIX = "Manager_"
_left: "list[Any]" = []
_lock = threading.Lock()


class Tally:
    """A number that is added to."""

    def __init__(self, first=0):
        self._number = first

    def add(self, number=1):
        """Add *number*; return the sum."""
        with _lock:
            self._number += number
            return self._number

    def read(self):
        """Return the sum."""
        return self._number

    def _hidden(self):
        return self._number


class Maker:
    """Makes a Tally, which a client gets a proxy or a copy of."""

    def __init__(self):
        self._tally = Tally(5)

    def by_proxy(self):
        """Return the Tally; its proxy, as it is registered."""
        return self._tally

    def by_copy(self):
        """Return the Tally's number, as everything that is not registered."""
        return [self._tally.read()]


class _Unpicklable:
    def __reduce_ex__(self, protocol):
        raise TypeError("it cannot be sent")


class Failing:
    """Raises what it is asked to, and returns what cannot be pickled."""

    def fail(self, kind, *arguments):
        """Raise the built-in exception called *kind*."""
        known = {"ValueError": ValueError, "KeyError": KeyError, "ZeroDivisionError": ZeroDivisionError}
        raise known[kind](*arguments)

    def unpicklable(self):
        """Return what cannot be sent."""
        return _Unpicklable()


_living: "dict[str, int]" = {}


class Entry:
    """Is counted in the Ledger of its process for as long as it lives."""

    def __init__(self, label):
        self._label = label
        with _lock:
            _living[label] = _living.get(label, 0) + 1

    def label(self):
        """Return what it is called."""
        return self._label

    def __del__(self):
        _living[self._label] -= 1


class Ledger:
    """Tells what there is in the server's process."""

    def count(self, label):
        """Return how many Entries called *label* there are."""
        return _living.get(label, 0)

    def pid(self):
        """Return the id of the server's process."""
        return os.getpid()

    def left(self):
        """Return what the initializer left, in the order in which it was called."""
        return list(_left)


def initialise(*values):
    """Leave *values* in the server's process."""
    _left.append(list(values))


_shared: "dict[str, Any]" = {}


def _the(kind, name):
    with _lock:
        return _shared.setdefault(name, kind())


def _shared_dict(name):
    return _the(dict, "dict " + name)


def _shared_list(name):
    return _the(list, "list " + name)


def manager(module, context, rest):
    """Return what ``custom.Manager`` stands for: a call that makes a manager of *module*'s.

    *rest* is what follows ``custom``; raises AttributeError for anything but ``Manager``.
    """
    if rest != ["Manager"]:
        raise AttributeError("custom.%s: there is only custom.Manager" % ".".join(rest))
    kind = __getattr__(_PREFIX + module.encode().hex())
    return lambda address=None, authkey=None: kind(address, authkey, ctx=context)


def __getattr__(name):
    """Return the class of managers for the backend whose module is part of *name*."""
    if not name.startswith(_PREFIX):
        raise AttributeError(name)
    if name in globals():
        return globals()[name]
    managers = Namespace(bytes.fromhex(name[len(_PREFIX) :]).decode(), None).find("managers")
    kind: "Any" = type(name, (managers.SyncManager,), {"__module__": __name__})
    kind.register("Tally", Tally)
    kind.register("Meek", Tally, exposed=("add",))
    kind.register("Bold", Tally, exposed=("add", "_hidden"))
    kind.register("Hidden", Tally, create_method=False)
    # Without a callable: proxies of what a method returned.
    kind.register("Inner", create_method=False)
    kind.register("Maker", Maker, method_to_typeid={"by_proxy": "Inner"})
    kind.register("Failing", Failing)
    kind.register("Entry", Entry)
    kind.register("Ledger", Ledger)
    kind.register("shared_dict", _shared_dict, managers.DictProxy)
    kind.register("shared_list", _shared_list, managers.ListProxy)
    globals()[name] = kind
    return kind
