"""Objects of a manager's server that several processes use at a time: each call takes effect at one instant.

All of these are judged exactly, up to a budget: by a search for an order of the calls on one referent that
respects time and explains every answer.  A call that never returned may have taken effect, or not.
"""

from mpconform.checkers.manager_models import KEYED
from mpconform.checkers.manager_orders import Part, judge
from mpconform.checkers.manager_reading import Referent
from mpconform.values import Finding, History

__all__ = (
    "arrays",
    "by_callmethod",
    "copies",
    "custom",
    "dict_keys",
    "dicts",
    "events",
    "joinable_queues",
    "lists",
    "locks",
    "namespaces",
    "nested",
    "queues",
    "rlocks",
    "semaphores",
    "shared",
    "strings",
    "values",
)


def _plain(referent: Referent, *kinds: str) -> bool:
    """Return whether *referent* is of one of *kinds*, and used in no way that has a requirement of its own."""
    special = any(use.nested or use.op.method == "_callmethod" for use in referent.uses)
    return referent.kind in kinds and referent.op is not None and not special


def _keyed(_: Referent, part: Part) -> bool:
    return all(call.what[0].method in KEYED for call in part.calls)  # type: ignore[index]  # as parts_of made it


def dict_keys(history: History) -> Finding:
    """Calls on a dict proxy that concern one key each, are linearizable per key."""
    return judge(history, lambda referent: _plain(referent, "dict"), by=_keyed)


def dicts(history: History) -> Finding:
    """Calls on a dict proxy of which some concern the whole dictionary, are linearizable."""
    return judge(history, lambda referent: _plain(referent, "dict"), by=lambda *what: not _keyed(*what))


def lists(history: History) -> Finding:
    """Calls on a list proxy are linearizable."""
    return judge(history, lambda referent: _plain(referent, "list"))


def namespaces(history: History) -> Finding:
    """Reading, setting and deleting an attribute of a Namespace is linearizable for each attribute."""
    return judge(history, lambda referent: _plain(referent, "Namespace"))


def values(history: History) -> Finding:
    """Reading and setting a manager's Value is linearizable."""
    return judge(history, lambda referent: _plain(referent, "Value"))


def arrays(history: History) -> Finding:
    """Calls on a manager's Array are linearizable."""
    return judge(history, lambda referent: _plain(referent, "Array"))


def queues(history: History) -> Finding:
    """A manager's Queue is first in, first out, holds no more than its size, and shows what was put at once."""
    return judge(history, lambda referent: _plain(referent, "Queue"))


def joinable_queues(history: History) -> Finding:
    """A manager's JoinableQueue counts what is unfinished; join waits for it, task_done too often is an error."""
    return judge(history, lambda referent: _plain(referent, "JoinableQueue"))


def locks(history: History) -> Finding:
    """A manager's Lock admits one at a time, and a release of one that is free is an error."""
    return judge(history, lambda referent: _plain(referent, "Lock"))


def rlocks(history: History) -> Finding:
    """A manager's RLock admits one process at a time, as often as that wants; only the owner releases it."""
    return judge(history, lambda referent: _plain(referent, "RLock"))


def semaphores(history: History) -> Finding:
    """A manager's semaphore admits no more than its value; a bounded one is never released too often."""
    return judge(history, lambda referent: _plain(referent, "Semaphore", "BoundedSemaphore"))


def events(history: History) -> Finding:
    """A manager's Event shows, and lets go on, what it was set to."""
    return judge(history, lambda referent: _plain(referent, "Event"))


def nested(history: History) -> Finding:
    """A proxy that was fetched from another referent refers to what was stored there."""
    return judge(history, lambda referent: any(use.nested for use in referent.uses))


def by_callmethod(history: History) -> Finding:
    """_callmethod calls that method of the referent, and returns or raises what it does."""
    return judge(
        history,
        lambda referent: not any(use.nested for use in referent.uses)
        and any(use.op.method == "_callmethod" for use in referent.uses),
    )


def strings(history: History) -> Finding:
    """The string of a proxy is the representation of its referent."""
    return judge(history, lambda referent: referent.kind in {"list", "dict"}, facet="str")


def copies(history: History) -> Finding:
    """_getvalue returns a copy of the referent."""
    return judge(history, lambda referent: referent.kind in {"list", "dict"}, facet="getvalue")


def shared(history: History) -> Finding:
    """What several clients reach by the address of a server is one object."""
    return judge(history, lambda referent: referent.op is None)


def custom(history: History) -> Finding:
    """Calls on objects of a registered type reach the one object that was made."""
    return judge(history, lambda referent: _plain(referent, "Tally"))
