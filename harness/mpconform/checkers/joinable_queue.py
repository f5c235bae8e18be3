"""The unfinished count of a JoinableQueue: put raises it, task_done lowers it, join waits for zero."""

from bisect import bisect_left, bisect_right

from mpconform.checkers.lock_model import Move, Search
from mpconform.checkers.queue_book import Book, books, distinct
from mpconform.checkers.queue_moves import inexplicable, unfinished
from mpconform.checkers.queue_proof import blocked
from mpconform.checkers.telling import Teller, counted
from mpconform.values import Finding, History, Operation, Violation

__all__ = ("excess", "returns", "task_done", "waits")


class _Unfinished:
    """Bounds of the unfinished count of one queue."""

    def __init__(self, book: Book) -> None:
        self.done = tuple(op for op in book.on("task_done") if not op.raised("ValueError"))
        self.accepted = sorted((op for op in self.done if op.ok), key=lambda op: op.returned_ns or 0)
        self._known = sorted(map(self._first_proof, _sure(book)), key=lambda proof: proof[0])
        self._put = [at for at, _ in self._known]
        self._begun = sorted(p.op.invoked_ns for p in book.puts if p.maybe)
        self._done_begun = sorted(op.invoked_ns for op in self.done)
        self._done_ended = [op.returned_ns or 0 for op in self.accepted]

    @staticmethod
    def _first_proof(pair: tuple[Operation, Operation | None]) -> tuple[int, tuple[Operation, ...]]:
        """Return since when a put has surely happened, and the operations that show it."""
        put, get = pair
        ended = put.returned_ns or 0
        # Whoever got an item knows that it was put, even if the put has not returned yet.
        if get is not None and get.returned_ns is not None and get.returned_ns < ended:
            return get.returned_ns, (put, get)
        return ended, (put,)

    def shown_before(self, op: Operation) -> tuple[Operation, ...]:
        """Return what shows that there was the last put that had surely happened before *op*."""
        before = [shown for at, shown in self._known if at < op.invoked_ns]
        return before[-1] if before else ()

    def at_least(self, op: Operation) -> int:
        """Return the least that the count can be during *op*, which does not count itself."""
        end = op.returned_ns if op.returned_ns is not None else op.invoked_ns
        first, last = bisect_right(self._done_begun, op.invoked_ns), bisect_right(self._done_begun, end)
        own = op.method == "task_done" and not op.raised("ValueError")
        return own + min(
            bisect_left(self._put, at) - bisect_right(self._done_begun, at)
            for at in (op.invoked_ns, *self._done_begun[first:last])
        )

    def at_beginning(self, op: Operation) -> int:
        """Return the least that the count can be when *op* begins."""
        return bisect_left(self._put, op.invoked_ns) - bisect_right(self._done_begun, op.invoked_ns)

    def at_most(self, op: Operation) -> int:
        """Return the most that the count can be during *op*, a ``task_done`` that ended."""
        begun = bisect_right(self._begun, op.returned_ns or 0)
        return begun - bisect_left(self._done_ended, op.invoked_ns)

    def begun_by(self, at_ns: int) -> int:
        """Return how many puts had begun by then."""
        return bisect_right(self._begun, at_ns)


def _sure(book: Book) -> list[tuple[Operation, Operation | None]]:
    """Return the puts that happened, each with the get of its item if that is known."""
    gets = {id(p.put): p.get.op for p in book.passages}
    return [(put.op, gets.get(id(put))) for put in book.puts if put.surely]


def waits(history: History) -> Finding:
    """Check that ``join`` returns only when every item that was put has been marked done.

    There must be an instant of the join at which the count could be zero: no more puts had
    returned, or their item been got, than ``task_done`` had begun.  Judges each join that
    returned and was begun while the count was surely not zero.  O(n log n) for each join, and only
    sound: with `excess` and `task_done`, of 22,356 illegal random histories 2 were missed.  Up to 400 calls a
    search for one order of all of them follows; then the three together are exact.
    """
    judged = 0
    violations: list[Violation] = []
    teller = Teller(history)
    search = Search()
    for book in books(history, "JoinableQueue"):
        count = _Unfinished(book)
        known = len(violations)
        for op in book.on("join"):
            if not op.ok or count.at_beginning(op) <= 0:
                continue
            judged += 1
            if (least := count.at_least(op)) > 0:
                violations.append(_too_soon(teller, book, count, op, least))
        if len(violations) == known:
            wrong = inexplicable(unfinished(book), _joins(book), 0, search)
            judged += bool(wrong)
            violations += [_in_no_order(teller, book, count, wrong, _JOINED)] if wrong else []
    return Finding(judged=judged, violations=tuple(violations), measures=search.measures)


_JOINED = "join-returned-too-soon"
_REFUSED = "task-done-refused"


def _joins(book: Book) -> tuple[Move, ...]:
    """Return the joins that returned: each found, at an instant of it, that nothing was left to be done."""
    return tuple(Move.of(op, "value") for op in book.on("join") if op.ok)


def _in_no_order(teller: Teller, book: Book, count: _Unfinished, wrong: list[Move], kind: str) -> Violation:
    """Return that no order of the puts and the calls of task_done makes the count zero when it had to be."""
    op = wrong[0].op
    said = "returned" if kind == _JOINED else "raised ValueError"
    zero = "all was done" if kind == _JOINED else "nothing was left to be done"
    every = (*count.done, *(put.op for put in book.puts))
    near = [one for one in every if not (op.precedes(one) or one.precedes(op))]
    beside = sorted(near, key=lambda one: one.invoked_ns)[:2]
    together = "" if len(wrong) == 1 else f" This is so of {len(wrong)} such calls together."
    return Violation(
        kind=kind,
        summary=f"{op.actor}'s {book.name}.{op.method}() {said} although in no order of the puts and the "
        f"calls of task_done {zero} at an instant of it.",
        story=" ".join(f"{teller.tell(one)}." for one in (*beside, op)) + together,
        witness=distinct(*beside, *(one.op for one in wrong[:2])),
    )


def _too_soon(teller: Teller, book: Book, count: _Unfinished, join: Operation, least: int) -> Violation:
    shown = count.shown_before(join)
    after = [op for op in count.done if join.precedes(op)]
    then = f" {teller.tell(after[0])}." if after else " No task_done was called after that."
    return Violation(
        kind="join-returned-too-soon",
        summary=f"{join.actor}'s {book.name}.join() returned with at least "
        f"{counted(least, 'item')} not done.",
        story=f"{teller.tell(shown[-1])}. {teller.tell(join)}; at no instant of it could the count of "
        f"unfinished items be less than {least}.{then}",
        witness=(*shown, join, *after[:1]),
    )


def returns(history: History) -> Finding:
    """Check that ``join`` returns when every item that was put has been marked done.

    Judges each join that returned, and each in which a live process of a run that hung waits
    for ever although as many ``task_done`` have returned as puts had begun.  Sound.  O(n).
    """
    judged = 0
    violations: list[Violation] = []
    teller = Teller(history)
    for book in books(history, "JoinableQueue"):
        count = _Unfinished(book)
        puts = sum(p.maybe for p in book.puts)
        for op in book.on("join"):
            judged += op.ok
            # Where more were accepted than were put, one of them may have counted for nothing.
            if blocked(history, op) and puts <= len(count.accepted) and not _surplus(count):
                judged += 1
                violations.append(
                    Violation(
                        kind="join-never-returned",
                        summary=f"{op.actor}'s {book.name}.join() never returned though every item was done.",
                        story=f"{teller.tell(op)}. {counted(puts, 'put')} had begun and "
                        f"{counted(len(count.accepted), 'call')} of "
                        f"task_done had returned.",
                        witness=(op, *count.accepted[-1:]),
                    )
                )
    return Finding(judged=judged, violations=tuple(violations))


def _surplus(count: _Unfinished) -> list[Operation]:
    """Return the accepted calls that were more than the puts which had begun by their return."""
    return [
        op
        for number, op in enumerate(count.accepted, start=1)
        if number > count.begun_by(op.returned_ns or 0)
    ]  # fmt: skip


def excess(history: History) -> Finding:
    """Check that ``task_done`` called more often than items were put raises ValueError.

    Judges each call during which the count was surely zero, and each accepted call by the
    return of which fewer puts had begun than calls were accepted.  Sound.  O(n log n).
    """
    judged = 0
    violations: list[Violation] = []
    teller = Teller(history)
    for book in books(history, "JoinableQueue"):
        count = _Unfinished(book)
        surplus = _surplus(count)
        for op in (o for o in book.on("task_done") if not o.open):
            sure = any(o is op for o in surplus) or count.at_most(op) <= 0
            judged += sure
            if sure and not op.raised("ValueError"):
                how = "was accepted" if op.ok else f"raised {op.result['type']}"
                puts = [p.op for p in book.puts if p.maybe and p.op.invoked_ns <= (op.returned_ns or 0)]
                others = [o for o in count.accepted if o is not op and o.precedes(op)]
                violations.append(
                    Violation(
                        kind="excess-task-done-accepted" if op.ok else "excess-task-done-raised-another",
                        summary=f"{op.actor}'s {book.name}.task_done() {how} though it was called more often "
                        f"than items were put.",
                        story=f"By {teller.at(op.returned_ns)} {counted(len(puts), 'put')} had begun, "
                        f"and {counted(len(others), 'other call')} had been accepted before. "
                        f"{teller.tell(op)}; it should have raised ValueError.",
                        witness=distinct(*puts[-1:], *others[-1:], op),
                    )
                )
    return Finding(judged=judged, violations=tuple(violations))


def task_done(history: History) -> Finding:
    """Check that ``task_done`` raises ValueError only if called more often than items were put.

    Judges each call during which the count, without itself, was surely above zero.  O(n log n) for each call,
    and only sound; as in `waits`, an exact search for one order of all of them follows.
    """
    judged = 0
    violations: list[Violation] = []
    teller = Teller(history)
    search = Search()
    for book in books(history, "JoinableQueue"):
        count = _Unfinished(book)
        known = len(violations)
        for op in (o for o in book.on("task_done") if not o.open):
            if (least := count.at_least(op)) <= 0:
                continue
            judged += 1
            if op.raised("ValueError"):
                shown = count.shown_before(op)
                violations.append(
                    Violation(
                        kind="task-done-refused",
                        summary=f"{op.actor}'s {book.name}.task_done() raised ValueError while at least "
                        f"{counted(least, 'item')} {'was' if least == 1 else 'were'} not done.",
                        story=f"{teller.tell(shown[-1])}. {teller.tell(op)}; during all of it at least "
                        f"{counted(least, 'item')} had been put and not done.",
                        witness=(*shown, op),
                    )
                )
        if len(violations) == known:
            refused = [
                Move(op=op, kind="refused", begin_ns=op.invoked_ns, end_ns=op.returned_ns)
                for op in book.on("task_done")
                if op.raised("ValueError")
            ]
            moves, joins = unfinished(book), _joins(book)
            # A join that nothing explains is another requirement's business.
            sound = not inexplicable(moves, joins, 0, search)
            wrong = inexplicable((*moves, *joins) if sound else moves, refused, 0, search)
            judged += bool(wrong)
            violations += [_in_no_order(teller, book, count, wrong, _REFUSED)] if wrong else []
    return Finding(judged=judged, violations=tuple(violations), measures=search.measures)
