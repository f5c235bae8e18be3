"""Ahead: an iterator that works in a thread of its own, a few items before they are asked for.

Generating scenarios costs about as much as judging them, and both would otherwise happen one
after the other while the agent is through with what it had.
"""

import queue
import threading
from collections.abc import Iterator
from types import TracebackType
from typing import Generic, TypeVar

__all__ = ("Ahead",)

Item = TypeVar("Item")

#: How long the thread waits for room before it looks whether it is still wanted.
_LOOK_S = 0.1


class Ahead(Generic[Item]):
    """Yields what *source* yields; a context manager, at whose end the thread has ended too."""

    def __init__(self, source: Iterator[Item], *, most: int) -> None:
        """Keep at most *most* items in store."""
        self._source = source
        self._store: queue.Queue[tuple[Item] | BaseException | None] = queue.Queue(most)
        self._unwanted = threading.Event()
        self._thread = threading.Thread(target=self._work, name="ahead", daemon=True)

    def __enter__(self) -> "Ahead[Item]":  # Python 3.10 has no typing.Self
        """Begin to work."""
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop, at the end of whatever item is being made."""
        self._unwanted.set()
        self._thread.join()

    def __iter__(self) -> Iterator[Item]:
        """Return this iterator."""
        return self

    def __next__(self) -> Item:
        """Return the next item; raises what *source* raised."""
        found = self._store.get()
        if isinstance(found, tuple):
            return found[0]
        self._store.put(found)  # The end stays the end.
        if found is None:
            raise StopIteration
        raise found

    def _work(self) -> None:
        try:
            for item in self._source:
                if not self._keep((item,)):
                    return
            self._keep(None)
        except BaseException as error:  # noqa: BLE001  # it is raised where the item is asked for
            self._keep(error)

    def _keep(self, found: tuple[Item] | BaseException | None) -> bool:
        """Store *found* when there is room; return False if nobody wants it any more."""
        while not self._unwanted.is_set():
            try:
                self._store.put(found, timeout=_LOOK_S)
            except queue.Full:
                continue
            return True
        return False
