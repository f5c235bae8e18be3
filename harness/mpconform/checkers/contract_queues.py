"""Which contract the queues of one history kept: strict FIFO, FIFO of each producer, or exactly-once.

Strict FIFO: one order of all puts, gets and Empty answers, whoever makes them, is that of a FIFO queue.
Of each producer: so is one order of the calls on what one process puts, Empty answers left out.
Exactly-once: nothing is got twice, nor invented, nor lost.  What cannot be known again
from its value is left out of all three, which makes them sound; how they are decided is said in
``mpconform.linear.fifo``.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import numpy as np

from mpconform.checkers.manager_reading import Referent, managed
from mpconform.checkers.queue_book import (
    BARE,
    BUFFERED,
    Book,
    Key,
    books,
    key_of_argument,
    key_of_result,
)
from mpconform.checkers.queue_loss import lost
from mpconform.contracts import LATTICES, Seen
from mpconform.linear import fifo
from mpconform.linear.columns import NOTHING, OPEN, Columns, columns_of
from mpconform.values import History, Operation

__all__ = ("queues",)

_PUT, _GET, _EMPTY = 0, 1, 2
#: What shows that a value did not come exactly once.
_NOT_ONCE = frozenset({"got-twice", "invented", "got-too-early"})


def queues(history: History) -> Iterator[Seen]:
    """Yield what *history* says about each contract of each of its queues, a manager's included."""
    for book in books(history, *BUFFERED, *BARE):
        calls = _calls_of(book)
        violation = lost(history, book) if calls.values else None
        yield from _weighed(book.factory, calls, violation.kind if violation else "")
    for referent in managed(history):
        if referent.kind in ("Queue", "JoinableQueue"):
            yield from _weighed(f"Manager().{referent.kind}", _calls_on(referent), "")


@dataclass(slots=True)
class _Calls:
    """The calls on one queue as rows of columns; values and producers by number.

    *values* tells, for each value that can be known again, who put it.
    """

    values: dict[Key, int] = field(default_factory=dict)
    producers: list[int] = field(default_factory=list)
    actors: dict[str, int] = field(default_factory=dict)
    rows: list[tuple[int, ...]] = field(default_factory=list)

    def put(self, op: Operation, key: Key, *, surely: bool) -> None:
        actor = self._actor(op)
        self.values[key] = len(self.producers)
        self.producers.append(actor)
        self._add(actor, _PUT, self.values[key], NOTHING, op, returned=surely)

    def got(self, op: Operation, key: Key) -> None:
        """Note what was got; a value that nobody put is one of its own."""
        number = self.values.get(key, -1 - len(self.rows))
        self._add(self._actor(op), _GET, NOTHING, number, op, returned=True)

    def told_empty(self, op: Operation) -> None:
        self._add(self._actor(op), _EMPTY, NOTHING, NOTHING, op, returned=True)

    def may_have_got(self, op: Operation) -> None:
        """Note a get that may have taken something, and did not say what."""
        self._add(self._actor(op), _GET, NOTHING, NOTHING, op, returned=False)

    def _actor(self, op: Operation) -> int:
        return self.actors.setdefault(op.actor, len(self.actors))

    def _add(
        self, actor: int, code: int, argument: int, answer: int, op: Operation, *, returned: bool
    ) -> None:
        end = op.returned_ns if returned and op.returned_ns is not None else int(OPEN)
        self.rows.append((actor, code, 0, argument, answer, op.invoked_ns, end))

    def columns(self, *, empties: bool = True, producer: int | None = None) -> Columns:
        """Return the columns of these calls, or of those on what one *producer* put."""
        rows = self.rows if empties else [row for row in self.rows if row[1] != _EMPTY]
        if producer is not None:
            rows = [row for row in rows if self._concerns(row, producer)]
        return columns_of("queue", fifo.CODES, rows, processes=tuple(self.actors))

    def _concerns(self, row: tuple[int, ...], producer: int) -> bool:
        if row[1] == _PUT:
            return self.producers[row[3]] == producer
        # A get that did not say what it took may have taken what this one put.
        return row[6] == OPEN or (0 <= row[4] < len(self.producers) and self.producers[row[4]] == producer)


def _calls_of(book: Book) -> _Calls:
    """Return the calls on the queue of *book*: of values, those that were put once."""
    calls = _Calls()
    for key, puts in book.puts_of.items():
        # That a put was accepted after a close is a defect of its own.
        if len(puts) == 1 and book.closed_before(puts[0].op) is None:
            calls.put(puts[0].op, key, surely=puts[0].surely)
    for get in book.gets:
        if get.op.ok:
            strange = get.key is not None and get.key not in book.puts_of and not book.opaque
            if get.key is not None and (get.key in calls.values or strange):
                calls.got(get.op, get.key)
        elif get.maybe:
            calls.may_have_got(get.op)
        elif get.op.raised("Empty"):
            calls.told_empty(get.op)
    return calls


def _calls_on(referent: Referent) -> _Calls:
    """Return the calls on a manager's queue; none if not all that was done to it is known."""
    calls = _Calls()
    uses = [(use.op, use.asked.method) for use in referent.uses if use.asked is not None]
    if referent.clouded or any(op.method == "_callmethod" for op, _ in uses):
        return calls
    puts: dict[Key | None, list[Operation]] = {}
    for op, method in uses:
        if method == "put" and not op.raised("Full"):
            given = op.arguments[0] if op.arguments else op.keywords.get("obj")
            puts.setdefault(key_of_argument(given), []).append(op)
    for key, ops in puts.items():
        if key is not None and len(ops) == 1:
            calls.put(ops[0], key, surely=ops[0].ok)
    for op, method in uses:
        if method != "get":
            continue
        key = key_of_result(op.result) if op.ok else None
        if op.raised("Empty"):
            calls.told_empty(op)
        elif not op.ok:
            calls.may_have_got(op)
        elif key is not None and (key in calls.values or (key not in puts and None not in puts)):
            calls.got(op, key)
    return calls


def _weighed(kind: str, calls: _Calls, loss: str) -> Iterator[Seen]:
    """Yield what *calls* say about each contract of *kind*; *loss* is the way in which something was lost."""
    if not calls.values and not calls.rows:
        return
    columns = calls.columns()
    order = fifo.judge(columns)
    strict = set() if order.legal is not False else {order.kind}
    once = ({loss} if loss else set()) | (strict & _NOT_ONCE)
    # What keeps the strongest contract keeps the others, too.
    each = set(_within_producers(calls)) if strict and not strict & _NOT_ONCE else set()
    apart, together, gets = _evidence(columns, calls.producers)
    judged = (apart + len(columns.of("empty")), together, gets)
    broken = (strict | each | once, each | once, once)
    for contract, count, ways in zip(LATTICES[kind].contracts, judged, broken, strict=True):
        yield Seen(
            kind=kind,
            contract=contract,
            judged=max(count, bool(ways)),
            operations=len(calls.rows),
            broken=tuple(sorted(ways)),
        )


def _within_producers(calls: _Calls) -> Iterator[str]:
    """Yield in which ways the order of what one producer put was broken."""
    for producer in set(calls.producers):
        found = fifo.judge(calls.columns(empties=False, producer=producer))
        if found.legal is False:
            yield found.kind


def _evidence(columns: Columns, producers: Iterable[int]) -> tuple[int, int, int]:
    """Return how many values came after one of another producer, how many after one of the same; and gets.

    After: their put began when that of the other had returned, so that they could have come too early.
    """
    puts, gets = columns.of("put"), columns.of("get")
    known = gets[columns.returned[gets] != OPEN]
    of = np.fromiter(producers, dtype=np.int64)
    firsts: dict[int, int] = {}
    for one, end in zip(of[columns.argument[puts]].tolist(), columns.returned[puts].tolist(), strict=True):
        firsts[one] = min(end, firsts.get(one, end))
    taken = puts[np.isin(columns.argument[puts], columns.answer[known])]
    apart = together = 0
    begun = columns.invoked[taken].tolist()
    for one, begin in zip(of[columns.argument[taken]].tolist(), begun, strict=True):
        together += firsts[one] < begin
        apart += any(end < begin for other, end in firsts.items() if other != one)
    return apart, together, len(known)
