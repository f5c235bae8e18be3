"""What real backends are known to violate: the baselines of this repository, which the wheel carries."""

from functools import cache
from pathlib import Path

import msgspec

from mpconform_conformance.gate import baseline

__all__ = ("Breaker", "breakers")

#: Where they are in an installed package, and in a checkout.
_PLACES = (Path(__file__).with_name("baselines"), Path(__file__).parents[2] / "baselines")


class Breaker(msgspec.Struct, frozen=True, kw_only=True):
    """A backend that was found to break *requirement* when *when* holds, why, and where that is reported."""

    requirement: str
    backend: str
    reason: str
    when: str = ""
    issue: str = ""


@cache
def breakers() -> tuple[Breaker, ...]:
    """Return every violation of a real backend that is listed, by backend, in the order of the lists.

    What only cannot be judged of a backend is left out.  Raises UsageError if a list cannot be read.
    """
    folder = next(place for place in _PLACES if place.is_dir())
    lists = [baseline.read(path) for path in sorted(folder.glob("*.toml"))]
    return tuple(
        Breaker(
            requirement=entry.requirement,
            backend=one.backend,
            reason=entry.reason,
            when=entry.when,
            issue=entry.issue,
        )
        for one in lists
        for entry in one.entries
        if entry.expect != "unknown"
    )
