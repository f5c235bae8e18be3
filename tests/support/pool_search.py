"""The slow and obvious way to decide what the pool checkers decide quickly."""

import itertools
from collections.abc import Callable, Sequence
from typing import Any

__all__ = ("assignable",)


def assignable(values: Sequence[Any], takers: Sequence[Any], fits: Callable[[Any, Any], bool]) -> bool:
    """Return whether each value can be given to a taker of its own that it fits: tries all ways."""
    return any(
        all(fits(taker, value) for value, taker in zip(values, chosen, strict=True))
        for chosen in itertools.permutations(takers, len(values))
    )
