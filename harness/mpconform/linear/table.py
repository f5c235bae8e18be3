"""Tables: numbers for values, so that they can stand in columns.  Values are equal if they are so as JSON."""

from collections.abc import Iterable
from typing import Any, Protocol

import msgspec

__all__ = ("Names", "Numbering", "Table")


class Numbering(Protocol):
    """What stands for values: equal values have equal numbers, or whatever is hashed and sorted like them."""

    def number(self, value: Any) -> Any:
        """Return what stands for *value*."""


class Names:
    """Stands for each value by its own text, so that nothing need be remembered."""

    def number(self, value: Any) -> bytes:
        """Return the text of *value*."""
        return msgspec.json.encode(value, order="deterministic")


class Table:
    """Values by number, and numbers by value."""

    def __init__(self, values: Iterable[Any] = ()) -> None:
        """Begin with *values*, which are numbered from 0."""
        self.values: list[Any] = []
        self._numbers: dict[int | bytes, int] = {}
        for value in values:
            self.values.append(value)
            self._numbers.setdefault(_name(value), len(self.values) - 1)

    def number(self, value: Any) -> int:
        """Return the number of *value*, a new one if it has none."""
        name = _name(value)
        found = self._numbers.get(name)
        if found is None:
            found = self._numbers[name] = len(self.values)
            self.values.append(value)
        return found


def _name(value: Any) -> int | bytes:
    """Return what two values have in common if they are equal as JSON."""
    return value if type(value) is int else msgspec.json.encode(value, order="deterministic")
