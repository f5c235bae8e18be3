"""What is certain about a queue although no call says it: flushed items, blocked processes.

A put only hands its item to a thread of the putting process, so that it returned does not
prove that the item can be got.  These are the events after which it surely can.
"""

from functools import cached_property

from mpconform.checkers.queue_book import Book, Passage, Transfer
from mpconform.values import History, Json, Operation

__all__ = ("Flush", "awaited_by", "blocked", "ends_drain")


def ends_drain(history: History, op: Operation) -> bool:
    """Return whether *op* is the last get of a ``drain`` that gave up waiting for an item.

    It waits in many short gets, for seconds or until nothing moves that could still bring the item.
    """
    actor = history.scenario.actors.get(op.actor)
    if actor is None or not 0 <= op.step < len(actor.steps):
        return False
    step = actor.steps[op.step]
    if step.target or step.method != "drain":
        return False
    of_step = [one for one in history.by(op.actor) if one.step == op.step]
    gave_up = any(not one.target and one.result != 0 and one.ok for one in of_step)
    gets = [one for one in of_step if one.target]
    return gave_up and op is max(gets, key=lambda one: one.invoked_ns)


def blocked(history: History, op: Operation) -> bool:
    """Return whether the run hung while a live process was inside of *op*.

    An open operation alone does not say so: its process may have died.  Main lives in a run
    that hung, and so do the process whose end main was waiting for, and those that the census
    of the hang counts.
    """
    if history.ended != "hung" or not op.open:
        return False
    if op.actor == "main" or _counted(history, op.actor):
        return True
    return any(wait.open and awaited_by(wait) == {op.actor} for wait in history.by("main"))


def _counted(history: History, actor: str) -> bool:
    """Return whether the census of the hang shows the only process of *actor* alive."""
    record, census = history.actors.get(actor), history.census.get("hung")
    if record is None or census is None or len(record.pids) != 1:
        return False
    return any(p.pid == record.pids[0] and p.state not in "ZX" for p in census.processes)


def awaited_by(wait: Operation) -> set[str]:
    """Return the actors for whose end *wait* waits, however long it takes."""
    if wait.timeout_s is not None or wait.keywords:
        return set()
    if wait.method == "join" and wait.target and not wait.arguments:
        return {wait.target}
    if wait.method == "await_exit" and not wait.target:
        return set(_names(wait.arguments))
    return set()


def _names(arguments: Json) -> tuple[str, ...]:
    found = [n for a in arguments for n in (a if isinstance(a, (list, tuple)) else (a,))]
    return tuple(n for n in found if isinstance(n, str))


class Flush:
    """Since when the items of one queue could surely be got."""

    def __init__(self, history: History, book: Book) -> None:
        """Look for proofs about *book* in *history*."""
        self._history = history
        self._book = book

    def by_exit(self, put: Transfer) -> Operation | None:
        """Return the operation that shows that the process of *put* had ended as it should.

        A process that is not the queue's creator flushes what it put before it ends.
        """
        return self._exits.get(put.op.actor) if put.op.ok else None

    def by_thread(self, put: Transfer) -> Operation | None:
        """Return the ``join_thread`` of the process of *put* after which all is flushed."""
        if not put.op.ok:
            return None
        for close in self._book.on("close"):
            if close.actor == put.op.actor and close.ok and put.op.precedes(close):
                for join in self._book.on("join_thread"):
                    if join.actor == close.actor and join.ok and close.precedes(join):
                        return join
        return None

    def by_end(self, put: Transfer) -> Operation | None:
        """Return the earlier proof of `by_exit` and `by_thread`."""
        return _earliest(self.by_exit(put), self.by_thread(put))

    def by_any(self, put: Transfer) -> Operation | None:
        """Return the earliest proof of all, a get of a later item of the same process included."""
        return _earliest(self.by_end(put), self._by_overtaking(put))

    def _by_overtaking(self, put: Transfer) -> Operation | None:
        if not put.op.ok:
            return None
        later = (p.get.op for p in self._passages_of(put.op.actor) if put.op.precedes(p.put.op))
        return _earliest(*later)

    def _passages_of(self, actor: str) -> tuple[Passage, ...]:
        return tuple(p for p in self._book.passages if p.put.op.actor == actor)

    @cached_property
    def _exits(self) -> dict[str, Operation]:
        """For each actor that ran once and to its end, the first operation that saw it ended."""
        found: dict[str, Operation] = {}
        for op in self._history.by("main"):
            for actor in awaited_by(op) if op.ok else ():
                record = self._history.actors.get(actor)
                if record is not None and record.finished and len(record.pids) == 1:
                    found[actor] = _earliest(found.get(actor), op) or op
        return found


def _earliest(*operations: Operation | None) -> Operation | None:
    known = [op for op in operations if op is not None]
    return min(known, key=lambda op: op.returned_ns or 0, default=None)
