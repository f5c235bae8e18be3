"""Ahead: what works in a thread of its own, a few items of each kind before they are asked for.

Generating scenarios costs about as much as judging them, and both would otherwise happen one
after the other while the agent is through with what it had.  Which kind comes next is decided
only when it is asked for, by what is known then.
"""

import collections
import threading
from collections.abc import Iterator, Mapping
from types import TracebackType
from typing import Generic, TypeVar

__all__ = ("Ahead",)

Item = TypeVar("Item")


class Ahead(Generic[Item]):
    """Gives what several sources yield; a context manager, at whose end the thread has ended too."""

    def __init__(self, sources: Mapping[str, Iterator[Item]], *, most: int) -> None:
        """Keep at most *most* items of each of *sources* in store."""
        self._sources = dict(sources)
        self._most = most
        self._store: dict[str, collections.deque[Item]] = {name: collections.deque() for name in sources}
        self._ends: dict[str, BaseException] = {}
        self._asked = ""
        self._over = False
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._work, name="ahead", daemon=True)

    def __enter__(self) -> "Ahead[Item]":  # Python 3.10 has no typing.Self
        """Begin to work."""
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop, at the end of whatever item is being made."""
        with self._changed:
            self._over = True
            self._changed.notify_all()
        self._thread.join()

    def take(self, name: str) -> Item:
        """Return the next item of the source *name*, which is made first if it is not in store.

        Raises what the source raised in its place; at its end that is StopIteration.
        """
        with self._changed:
            self._asked = name
            self._changed.notify_all()
            self._changed.wait_for(lambda: self._store[name] or name in self._ends)
            self._asked = ""
            if self._store[name]:
                return self._store[name].popleft()
            raise self._ends[name]

    def drop(self, name: str) -> None:
        """Make nothing more of the source *name*, which nobody will ask for."""
        with self._changed:
            self._ends.setdefault(name, StopIteration())

    def _wanted(self) -> str | None:
        """Return the source that the next item is to come from: what is asked for, or what lacks most."""
        if self._asked and not self._store[self._asked] and self._asked not in self._ends:
            return self._asked
        short = [n for n, items in self._store.items() if len(items) < self._most and n not in self._ends]
        return min(short, key=lambda name: len(self._store[name]), default=None)

    def _work(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._over or self._wanted() is not None)
                if self._over:
                    return
                name = self._wanted()
            assert name is not None
            try:
                item = next(self._sources[name])
            except BaseException as error:  # noqa: BLE001  # it is raised where the item is asked for
                with self._changed:
                    self._ends[name] = error
                    self._changed.notify_all()
            else:
                with self._changed:
                    self._store[name].append(item)
                    self._changed.notify_all()
