"""The book of a queue: what a history says about who put and got what, how, and when.

Every queue checker reads its queues through `books`, which leaves out those about which the
documentation promises nothing (a user was killed, or ended itself by ``os._exit``) and those that
were used behind the history's back (given to a Pool, say).
"""

import zlib
from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from mpconform.checkers.once import once
from mpconform.payload import digest_of
from mpconform.values import History, Json, ObjectSpec, Operation, Step

__all__ = (
    "BARE",
    "BUFFERED",
    "Book",
    "Key",
    "Passage",
    "Transfer",
    "books",
    "distinct",
    "key_of_argument",
    "key_of_result",
)

#: The factories of queues with a buffer, a bound and timeouts; a JoinableQueue is a Queue.
BUFFERED = ("Queue", "JoinableQueue")
#: That which is a locked pipe, and nothing else.
BARE = ("SimpleQueue",)

Key = Hashable

_PUTS = frozenset({"put", "put_nowait"})
_GETS = frozenset({"get", "get_nowait"})
_KILLS = frozenset({"terminate", "kill", "interrupt"})
_SELF_KILLS = frozenset({"exit", "signal"})
#: Verbs that are given a queue and do nothing with it that is not recorded.
_HARMLESS = frozenset({"drain", "collect", "echo"})


def key_of_argument(argument: Json) -> Key | None:
    """Return by what the value that *argument* stands for is known, or None if it is not.

    Two arguments of one key make values that a tape cannot tell apart.
    """
    if isinstance(argument, dict):
        match argument:
            case {"$item": [producer, n, _]}:
                return ("item", producer, n)
            case {"$bytes": [seed, size]}:
                return ("digest", *digest_of(seed, size))
            case {"$hex": str(digits)}:
                data = bytes.fromhex(digits)
                return ("digest", len(data), zlib.crc32(data))
            case {"$tuple": list(parts)}:
                return _key_of_parts(map(key_of_argument, parts), "tuple")
        return None
    if isinstance(argument, (list, tuple)):
        return _key_of_parts(map(key_of_argument, argument))
    return _key_of_plain(argument)


def key_of_result(result: Json) -> Key | None:
    """Return the key of a recorded value: that of every argument that may have made it."""
    if isinstance(result, dict):
        match result:
            case {"$item": [producer, n, *_]}:
                return ("item", producer, n)
            case {"$digest": [length, crc]}:
                return ("digest", length, crc)
            case {"$text": [length, crc]}:
                return ("text", length, crc)
            case {"$tuple": list(parts)}:
                return _key_of_parts(map(key_of_result, parts), "tuple")
        return None
    if isinstance(result, (list, tuple)):
        return _key_of_parts(map(key_of_result, result))
    return _key_of_plain(result)


def _key_of_parts(keys: Iterable[Key | None], kind: str = "list") -> Key | None:
    parts = tuple(keys)
    return None if None in parts or len(parts) > 1_000 else (kind, *parts)


def _key_of_plain(value: Json) -> Key | None:
    if isinstance(value, str) and len(value) > 1_000:
        return ("text", len(value), zlib.crc32(value.encode()))
    # With the name of its type: 1, 1.0 and True are equal, and are three values.
    return None if value != value else (type(value).__name__, value)  # noqa: PLR0124 (only a NaN differs)


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer:
    """One put or get of a queue.

    *value* is the argument put, or the result got, and *key* that by which it is known; None if
    it is not.  *mode* is ``"now"`` (does
    not wait), ``"timed"`` (waits *timeout_s*), ``"ever"`` or ``"odd"`` (arguments without a
    documented meaning).  *surely* says whether it took effect, *maybe* whether it could have.
    """

    op: Operation
    value: Json
    key: Key | None
    mode: str
    timeout_s: float = 0.0
    surely: bool
    maybe: bool

    @property
    def timeout_ns(self) -> int:
        """The timeout in nanoseconds; 0 without one."""
        return int(self.timeout_s * 1e9)

    def overlaps(self, other: Operation) -> bool:
        """Return whether the closed intervals of this one and *other* meet."""
        return not (self.op.precedes(other) or other.precedes(self.op))


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """The way of one value that nobody else put: its only put and its only get."""

    put: Transfer
    get: Transfer


@dataclass(frozen=True, kw_only=True)
class Book:
    """All that the history says about one queue.

    *maxsize* is 0 for an unbounded queue, and None if its arguments say nothing sensible.
    *operations* are those on it, its making left out.
    """

    name: str
    factory: str
    maxsize: int | None
    operations: tuple[Operation, ...]
    cancelled: bool = False

    def on(self, *methods: str) -> tuple[Operation, ...]:
        """Return the operations of *methods*, in order of invocation."""
        return tuple(op for op in self.operations if op.method in methods)

    def alone(self, get: Transfer) -> bool:
        """Return whether no other get overlaps *get*."""
        return not any(other is not get and other.overlaps(get.op) for other in self.gets)

    def closed_before(self, op: Operation) -> Operation | None:
        """Return the first ``close`` that *op*'s own process had begun before *op*."""
        for close in self._closes.get(op.actor, ()):
            return close if close.invoked_ns < op.invoked_ns else None
        return None

    @cached_property
    def _closes(self) -> dict[str, tuple[Operation, ...]]:
        closes = defaultdict[str, tuple[Operation, ...]](tuple)
        for op in self.on("close"):
            closes[op.actor] += (op,)
        return closes

    @cached_property
    def puts(self) -> tuple[Transfer, ...]:
        """The puts, in order of invocation."""
        return tuple(self._transfer(op, puts=True) for op in self.operations if op.method in _PUTS)

    @cached_property
    def gets(self) -> tuple[Transfer, ...]:
        """The gets, in order of invocation."""
        return tuple(self._transfer(op, puts=False) for op in self.operations if op.method in _GETS)

    @cached_property
    def puts_of(self) -> dict[Key, tuple[Transfer, ...]]:
        """For each known value, the puts that may have put it, in order of invocation."""
        return _by_key(put for put in self.puts if put.maybe)

    @cached_property
    def gets_of(self) -> dict[Key, tuple[Transfer, ...]]:
        """For each known value, the gets that returned it, in order of return."""
        got = (get for get in self.gets if get.op.ok)
        return _by_key(sorted(got, key=lambda get: get.op.returned_ns or 0))

    @cached_property
    def passages(self) -> tuple[Passage, ...]:
        """The values that one put may have put and one get returned, by invocation of the put."""
        return tuple(
            Passage(put=puts[0], get=gets[0])
            for key, puts in self.puts_of.items()
            if len(puts) == 1 and len(gets := self.gets_of.get(key, ())) == 1
        )

    @cached_property
    def missing(self) -> tuple[Transfer, ...]:
        """The puts that surely put a value which nobody else put, and which nobody got.

        Without those that came after a close: that one was accepted is a defect of its own.
        """
        return tuple(
            puts[0]
            for key, puts in self.puts_of.items()
            if len(puts) == 1 and puts[0].surely and key not in self.gets_of
            if self.closed_before(puts[0].op) is None
        )

    @cached_property
    def swallowers(self) -> tuple[Transfer, ...]:
        """The gets that may have taken a value without showing which."""
        return tuple(get for get in self.gets if get.maybe and (not get.op.ok or get.key not in self.puts_of))

    @cached_property
    def takings(self) -> tuple[Transfer, ...]:
        """The gets that surely took something that was put: of each value, no more than were put."""
        return tuple(
            get for key, gets in self.gets_of.items() for get in gets[: len(self.puts_of.get(key, ()))]
        )

    @property
    def opaque(self) -> bool:
        """Whether values were put that a tape cannot know again."""
        return any(put.key is None for put in self.puts if put.maybe)

    def _transfer(self, op: Operation, *, puts: bool) -> Transfer:
        arguments, keywords = list(op.arguments), dict(op.keywords)
        value: Json = None
        known = not puts
        if puts and (arguments or "obj" in keywords):
            value, known = arguments.pop(0) if arguments else keywords.pop("obj"), True
        mode, timeout_s = _mode(op, arguments, keywords)
        refused = op.raised("Full" if puts else "Empty") or (
            op.raised("ValueError") and self.closed_before(op) is not None
        )
        if puts:
            key = key_of_argument(value) if known else None
        else:
            value = op.result
            key = key_of_result(value) if op.ok else None
        return Transfer(
            op=op,
            value=value,
            key=key,
            mode=mode,
            timeout_s=timeout_s,
            surely=op.ok,
            maybe=not refused,
        )


def _by_key(transfers: Iterable[Transfer]) -> dict[Key, tuple[Transfer, ...]]:
    found = defaultdict[Key, tuple[Transfer, ...]](tuple)
    for transfer in transfers:
        if transfer.key is not None:
            found[transfer.key] += (transfer,)
    return dict(found)


def _mode(op: Operation, arguments: list[Json], keywords: dict[str, Json]) -> tuple[str, float]:
    """Return how long a put or get, of which *arguments* are left, may wait."""
    if op.timeout_s is not None:
        keywords["timeout"] = op.timeout_s
    for name in ("block", "timeout"):
        if arguments:
            keywords[name] = arguments.pop(0)
    block, timeout = keywords.pop("block", True), keywords.pop("timeout", None)
    if arguments or keywords or not isinstance(block, (bool, int)):
        return "odd", 0.0
    if op.method.endswith("_nowait") or not block:
        return "now", 0.0
    if timeout is None:
        return "ever", 0.0
    if isinstance(timeout, (int, float)) and timeout >= 0:
        return "timed", float(timeout)
    return "odd", 0.0


def distinct(*operations: Operation) -> tuple[Operation, ...]:
    """Return *operations* without those given twice, for a witness."""
    return tuple({id(op): op for op in operations}.values())


@once
def books(history: History, *factories: str, cancelled: bool = False) -> tuple[Book, ...]:
    """Return a book for each queue of *factories* that can be judged, in the order of the scenario.

    Queues on which somebody called ``cancel_join_thread`` may lose and garble data: they are
    left out unless *cancelled* asks for them.
    """
    found = (*_objects(history, factories), *_bound(history, factories))
    return tuple(book for book in found if cancelled or not book.cancelled)


def _objects(history: History, factories: tuple[str, ...]) -> Iterator[Book]:
    scenario = history.scenario
    bound = {step.bind for actor in scenario.actors.values() for step in actor.steps}
    for name, spec in scenario.objects.items():
        if spec.factory not in factories or spec.unpack or name in bound:
            continue
        if any(_mentions((o.arguments, tuple(o.keywords.values())), name) for o in scenario.objects.values()):
            continue
        yield from _book(history, name, spec, tuple(op for op in history.on(name) if op.step >= 0))


def _bound(history: History, factories: tuple[str, ...]) -> Iterator[Book]:
    """Yield the books of queues that one actor made, once, for itself."""
    scenario = history.scenario
    names = [step.bind for actor in scenario.actors.values() for step in actor.steps if step.bind]
    for actor, described in scenario.actors.items():
        if len(history.actors[actor].pids if actor in history.actors else ()) > 1:
            continue
        for index, step in enumerate(described.steps):
            own = step.bind not in scenario.objects and names.count(step.bind) == 1
            if step.target == "@" and step.method in factories and step.bind and own:
                spec = ObjectSpec(factory=step.method, arguments=step.arguments, keywords=step.keywords)
                mine = tuple(op for op in history.by(actor) if op.target == step.bind and op.step > index)
                yield from _book(history, step.bind, spec, mine)


def _book(history: History, name: str, spec: ObjectSpec, operations: tuple[Operation, ...]) -> Iterator[Book]:
    steps = {actor: described.steps for actor, described in history.scenario.actors.items()}
    if any(_leaks(step, name) for taken in steps.values() for step in taken):
        return
    users = {actor for actor, taken in steps.items() if any(_uses(step, name) for step in taken)}
    users |= {op.actor for op in operations}
    if any(fault.lethal and fault.actor in users for fault in history.scenario.faults):
        return
    for actor, taken in steps.items():
        for step in taken:
            killed = step.target in users and step.method in _KILLS
            if killed or (actor in users and not step.target and step.method in _SELF_KILLS):
                return
    yield Book(
        name=name, factory=spec.factory, maxsize=_maxsize(spec), operations=operations,
        cancelled=any(op.method == "cancel_join_thread" for op in operations),
    )  # fmt: skip


def _maxsize(spec: ObjectSpec) -> int | None:
    given = [*spec.arguments, *(spec.keywords[k] for k in spec.keywords if k == "maxsize")]
    if not given:
        return 0
    known = len(given) == 1 and isinstance(given[0], int) and not isinstance(given[0], bool)
    return max(given[0], 0) if known else None


def _uses(step: Step, name: str) -> bool:
    return step.target == name or _mentions((step.arguments, tuple(step.keywords.values())), name)


def _leaks(step: Step, name: str) -> bool:
    """Return whether after *step* the queue may be used without a record."""
    if step.target == name:
        return step.method.startswith(".") and bool(step.bind)
    harmless = not step.target and step.method in _HARMLESS
    return not harmless and _mentions((step.arguments, tuple(step.keywords.values())), name)


def _mentions(written: Json, name: str) -> bool:
    if isinstance(written, dict):
        if written.get("$object") == name or (written.get("$attribute") or [None])[0] == name:
            return True
        return any(_mentions(part, name) for part in written.values())
    return isinstance(written, (list, tuple)) and any(_mentions(part, name) for part in written)
