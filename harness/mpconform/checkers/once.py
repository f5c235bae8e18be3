"""Build once what several checkers need of the same history.

Forty requirements ask the same reading of one history.  What is built is a function of the
history alone, so that remembering it changes nothing but the time that judging takes.
"""

import functools
from collections.abc import Callable
from typing import Any, TypeVar

__all__ = ("once",)

Built = TypeVar("Built")

#: How many results are remembered: enough for the parts of one history, and no more.
_MOST = 16


def once(build: Callable[..., Built]) -> Callable[..., Built]:
    """Remember the latest results of *build*, by the identity of its first argument.

    Further arguments are compared by value.  What is built must not be changed by those who use it.
    Several threads may ask at a time; then one may build what another has built, too.
    """
    # Replaced, and never changed: who looks through it is not disturbed by who adds to it meanwhile.
    kept: tuple[tuple[Any, Any, Any, Built], ...] = ()

    @functools.wraps(build)
    def remembered(subject: Any, *arguments: Any, **keywords: Any) -> Built:
        nonlocal kept
        for known, positional, named, built in kept:
            if known is subject and positional == arguments and named == keywords:
                return built
        built = build(subject, *arguments, **keywords)
        kept = (*kept[1 - _MOST :], (subject, arguments, keywords, built))
        return built

    return remembered
