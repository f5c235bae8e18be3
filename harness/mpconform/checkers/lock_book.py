"""Read a history for what was done to its locks and semaphores, call by call."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from mpconform.checkers.memory_regions import mentioned
from mpconform.checkers.once import once
from mpconform.values import History, Json, ObjectSpec, Operation

__all__ = ("GIVING", "LOCKS", "SEMAPHORES", "TAKING", "Book", "Call", "Mode", "actors_of", "books", "died")

LOCKS: Final = ("Lock", "RLock")
SEMAPHORES: Final = ("Semaphore", "BoundedSemaphore")
TAKING: Final = frozenset({"acquire", "__enter__"})
GIVING: Final = frozenset({"release", "__exit__"})

#: Where a verb has the lock under which it works.
_LOCK_AT: Final = {"increment": 2, "increment_index": 3, "fill": 2, "scan": 1, "emit": 2}
#: Steps with which an actor ends itself before its process would.
_ENDING: Final = frozenset({"exit", "sys_exit", "raise", "signal", "linger"})

#: For how long a call waits: not at all, up to a timeout, for ever.
Mode = Literal["now", "timed", "ever"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call of acquire, as it was asked: whether it may wait, and up to which timeout."""

    op: Operation
    mode: Mode
    block: bool
    timeout_s: float | None

    @property
    def taken(self) -> bool:
        """Whether it says that it took the lock."""
        return self.op.ok and (self.op.method == "__enter__" or self.op.result is True)

    @property
    def refused(self) -> bool:
        """Whether it says that it did not."""
        return self.op.ok and self.op.method == "acquire" and self.op.result is False


@dataclass(frozen=True, slots=True, kw_only=True)
class Book:
    """One lock or semaphore: how it was made, and the calls on it, by invocation.

    *uses* are the operations of verbs that worked under it.  *clear* is False if something may have
    used it that cannot be seen: then nothing is to be concluded from what is seen.
    """

    name: str
    factory: str
    first: int
    calls: tuple[Call, ...]
    releases: tuple[Operation, ...]
    values: tuple[Operation, ...]
    uses: tuple[Operation, ...]
    clear: bool

    @property
    def most(self) -> int | None:
        """How high its counter can stand; None if there is no bound."""
        return None if self.factory == "Semaphore" else self.first

    @property
    def recursive(self) -> bool:
        """Whether its owner can take it again."""
        return self.factory == "RLock"


def books(history: History, *factories: str, clear: bool = True) -> tuple[Book, ...]:
    """Return the locks and semaphores that *factories* made; with *clear*, only those seen in full."""
    return tuple(book for book in _all(history) if book.factory in factories and (book.clear or not clear))


def died(history: History, actor: str) -> bool:
    """Return whether the process of *actor* may have ended before it had taken all its steps."""
    record = history.actors.get(actor)
    if record is None or not record.pids:
        return False
    latest = next(reversed(history.by(actor)), None)
    if latest is not None and not latest.target and latest.method in _ENDING:
        return True
    if record.finished:
        return False
    census = history.census.get("hung")
    if history.ended != "hung" or census is None:
        return True
    alive = {process.pid for process in census.processes if process.state not in "ZX"}
    return alive.isdisjoint(record.pids)


@once
def _all(history: History) -> tuple[Book, ...]:
    """Return a book for each lock and semaphore among the objects.  O(n)."""
    specs = {
        name: spec
        for name, spec in history.scenario.objects.items()
        if spec.factory in LOCKS + SEMAPHORES and not spec.unpack
    }
    calls: dict[str, list[Call]] = {name: [] for name in specs}
    others: dict[str, dict[str, list[Operation]]] = {
        name: {"releases": [], "values": [], "uses": []} for name in specs
    }
    unclear = _given_away(history, set(specs))
    unclear |= {name for name, spec in specs.items() if _first(spec) is None}
    for op in history.operations:
        if op.step < 0:
            continue
        guard = _guard(op)
        if guard in specs:
            others[guard]["uses"].append(op)
        if not op.target or op.target not in specs or op.method == "emit":
            continue
        if op.method in TAKING:
            calls[op.target].append(_call(op))
        elif op.method in GIVING:
            others[op.target]["releases"].append(op)
        elif op.method == "get_value":
            others[op.target]["values"].append(op)
        else:
            unclear.add(op.target)
    twice = {name for name, record in history.actors.items() if len(record.pids) > 1}
    return tuple(
        Book(
            name=name, factory=spec.factory, first=_first(spec) or 0, calls=tuple(calls[name]),
            releases=tuple(others[name]["releases"]), values=tuple(others[name]["values"]),
            uses=tuple(others[name]["uses"]),
            clear=name not in unclear and not twice and not _strange(calls[name], others[name]["uses"]),
        )
        for name, spec in specs.items()
    )  # fmt: skip


def _first(spec: ObjectSpec) -> int | None:
    """Return where its counter stands at first; None if that is not clear."""
    if spec.factory in LOCKS:
        return 1 if not spec.arguments and not spec.keywords else None
    given = [*spec.arguments, *(spec.keywords[key] for key in spec.keywords if key == "value")]
    if not given:
        return 1 if not spec.keywords else None
    right = len(given) == len(spec.arguments) + len(spec.keywords) == 1 and type(given[0]) is int
    return given[0] if right and given[0] >= 0 else None


def _guard(op: Operation) -> str:
    """Return the lock under which a verb works; a call of the lock's own has none."""
    at = _LOCK_AT.get(op.method)
    if at is None or len(op.arguments) <= at or not isinstance(op.arguments[at], dict):
        return ""
    return str(op.arguments[at].get("$object", ""))


def _given_away(history: History, names: set[str]) -> set[str]:
    """Return those of *names* that something else was given, which may use them unseen."""
    said: list[Json] = [[*spec.arguments, spec.keywords] for spec in history.scenario.objects.values()]
    said += [
        [*op.arguments, op.keywords]
        for op in history.operations
        if op.step >= 0 and op.method not in _LOCK_AT and (op.arguments or op.keywords)
    ]
    return {name for name, _ in mentioned(said)} & names


def _strange(calls: list[Call], uses: list[Operation]) -> bool:
    """Whether what a call did cannot be told from its answer."""
    answers = any(
        call.op.ok and call.op.method == "acquire" and not (call.taken or call.refused) for call in calls
    )
    return answers or any(op.outcome == "raised" for op in uses)


def _call(op: Operation) -> Call:
    """Return *op* with what it was asked; a with statement waits for ever."""
    if op.method == "__enter__":
        return Call(op=op, mode="ever", block=True, timeout_s=None)
    given = dict(zip(("block", "timeout"), op.arguments, strict=False)) | op.keywords
    if op.timeout_s is not None:
        given["timeout"] = op.timeout_s
    block = bool(given.get("block", True))
    timeout_s = _seconds(given.get("timeout"))
    mode: Mode = "ever" if timeout_s is None else "timed" if timeout_s > 0 else "now"
    return Call(op=op, mode=mode if block else "now", block=block, timeout_s=timeout_s)


def _seconds(timeout: Json) -> float | None:
    return None if timeout is None or not isinstance(timeout, (int, float)) else float(timeout)


def actors_of(book: Book) -> Iterator[str]:
    """Yield the actor of each operation on *book*."""
    yield from (op.actor for op in (*(c.op for c in book.calls), *book.releases, *book.uses))
