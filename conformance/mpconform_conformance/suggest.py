"""Suggestions: what somebody may have meant who wrote a name that there is not."""

import difflib
from collections.abc import Iterable

from mpconform.errors import UsageError

__all__ = ("known", "suggestion")

_MOST_NAMED = 12


def suggestion(word: str, names: Iterable[str]) -> str:
    """Return ``did you mean queue?``, or what there is if nothing comes near."""
    names = tuple(names)
    near = difflib.get_close_matches(word.lower(), [name.lower() for name in names], n=1, cutoff=0.5)
    meant = [name for name in names if name.lower() in near]
    return f"did you mean {meant[0]}?" if meant else f"there are {', '.join(names[:_MOST_NAMED])}"


def known(word: str, what: str, names: Iterable[str]) -> str:
    """Return *word* if it is one of *names*; raises UsageError, with what may have been meant."""
    names = tuple(names)
    if word in names:
        return word
    raise UsageError(f"no {what} {word!r}; {suggestion(word, names)}")
