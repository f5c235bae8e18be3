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
    """Return whether *referent* is of one of *kinds*, and used in no way that is judged elsewhere."""
    special = any(use.nested or use.op.method == "_callmethod" for use in referent.uses)
    return referent.kind in kinds and referent.op is not None and not special


def _keyed(_: Referent, part: Part) -> bool:
    return all(call.asked.method in KEYED for call in part.calls)


def dict_keys(history: History) -> Finding:
    """Check that calls on a dict proxy that concern one key each, are linearizable per key."""
    return judge(history, lambda referent: _plain(referent, "dict"), by=_keyed)


def dicts(history: History) -> Finding:
    """Check that calls on a dict proxy of which some concern the whole dictionary, are linearizable."""
    return judge(history, lambda referent: _plain(referent, "dict"), by=lambda *what: not _keyed(*what))


def lists(history: History) -> Finding:
    """Check that calls on a list proxy are linearizable."""
    return judge(history, lambda referent: _plain(referent, "list"))


def namespaces(history: History) -> Finding:
    """Check that reading, setting and deleting attributes of a Namespace is linearizable for each."""
    return judge(history, lambda referent: _plain(referent, "Namespace"))


def values(history: History) -> Finding:
    """Check that reading and setting a manager's Value is linearizable."""
    return judge(history, lambda referent: _plain(referent, "Value"))


def arrays(history: History) -> Finding:
    """Check that calls on a manager's Array are linearizable."""
    return judge(history, lambda referent: _plain(referent, "Array"))


def queues(history: History) -> Finding:
    """Check that a manager's Queue is first in, first out, bounded, and shows at once what was put."""
    return judge(history, lambda referent: _plain(referent, "Queue"))


def joinable_queues(history: History) -> Finding:
    """Check that a JoinableQueue counts what is unfinished, for join and for one task_done too many."""
    return judge(history, lambda referent: _plain(referent, "JoinableQueue"))


def locks(history: History) -> Finding:
    """Check that a manager's Lock admits one at a time, and a release of one that is free is an error."""
    return judge(history, lambda referent: _plain(referent, "Lock"))


def rlocks(history: History) -> Finding:
    """Check that a manager's RLock admits one process at a time, and only that one releases it."""
    return judge(history, lambda referent: _plain(referent, "RLock"))


def semaphores(history: History) -> Finding:
    """Check that a semaphore admits no more than its value, and a bounded one is not released too often."""
    return judge(history, lambda referent: _plain(referent, "Semaphore", "BoundedSemaphore"))


def events(history: History) -> Finding:
    """Check that a manager's Event shows, and lets go on, what it was set to."""
    return judge(history, lambda referent: _plain(referent, "Event"))


def nested(history: History) -> Finding:
    """Check that a proxy that was fetched from another referent refers to what was stored there."""
    return judge(history, lambda referent: any(use.nested for use in referent.uses))


def by_callmethod(history: History) -> Finding:
    """_callmethod calls that method of the referent, and returns or raises what it does."""
    return judge(
        history,
        lambda referent: (
            not any(use.nested for use in referent.uses)
            and any(use.op.method == "_callmethod" for use in referent.uses)
        ),
    )


def strings(history: History) -> Finding:
    """Check that the string of a proxy is the representation of its referent."""
    return judge(history, lambda referent: referent.kind in {"list", "dict"}, facet="str")


def copies(history: History) -> Finding:
    """_getvalue returns a copy of the referent."""
    return judge(history, lambda referent: referent.kind in {"list", "dict"}, facet="getvalue")


def shared(history: History) -> Finding:
    """Check that what several clients reach by the address of a server is one object."""
    return judge(history, lambda referent: referent.op is None)
