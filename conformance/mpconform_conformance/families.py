"""The families: for each, the themes that a campaign draws its scenarios from."""

import importlib
from functools import cache

from mpconform.errors import HarnessFault
from mpconform_scenarios.family import Family

__all__ = ("NAMES", "family")

#: Every family, in the order in which reports show them.
NAMES = (
    "process",
    "queue",
    "pipe",
    "connection",
    "pool",
    "memory",
    "lock",
    "condition",
    "manager",
    "context",
)


@cache
def family(name: str) -> Family:
    """Return the family called *name*: the ``FAMILY`` of ``mpconform_scenarios.<name>``.

    Families are imported one by one, because a worker needs only those of its campaigns.
    """
    if name not in NAMES:
        raise HarnessFault(f"there is no family {name!r}; there are {', '.join(NAMES)}")
    found: Family = importlib.import_module(f"mpconform_scenarios.{name}").FAMILY
    if found.name != name:
        raise HarnessFault(f"mpconform_scenarios.{name} calls its family {found.name!r}")
    return found
