"""Events as a history shows them, and an exact search for an order that explains what was answered.

An event is one bit.  Of a history with few operations at a time, all orders that real time allows can be
followed at once: a configuration is what of the operations under way has taken effect, and the bit.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from mpconform.checkers.condition_model import passed_on, timeout_ns
from mpconform.checkers.once import once
from mpconform.values import History, Operation

__all__ = ("Event", "Verdict", "events", "inexplicable")

#: With more operations at one time than this, the search is given up.
_MOST = 10


@dataclass(frozen=True, slots=True)
class Verdict:
    """The first operation whose answer nothing explains, or None; *exact* says that none was missed."""

    wrong: Operation | None
    exact: bool = True

    @property
    def measures(self) -> dict[str, int]:
        """What to tell beside the evidence."""
        return {} if self.exact else {"judged_soundly": 1}


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One event, ``name``, and everything that was done to it, in the order of invocation."""

    name: str
    operations: tuple[Operation, ...]

    def on(self, *methods: str) -> tuple[Operation, ...]:
        """Return the operations of *methods*."""
        return tuple(op for op in self.operations if op.method in methods)

    def stays_set_from(self, until_ns: int) -> tuple[Operation, ...]:
        """Return the sets that returned, and that no clear can have followed until *until_ns*."""
        clears = [op for op in self.on("clear") if op.outcome != "raised" and op.invoked_ns <= until_ns]
        return tuple(op for op in self.on("set") if op.ok and all(clear.precedes(op) for clear in clears))

    def limit_ns(self, wait: Operation) -> int | None:
        """Return the timeout of a wait, or None."""
        return timeout_ns(wait)


@once
def events(history: History) -> tuple[Event, ...]:
    """Return the events of *history* that are used by their methods only."""
    found = []
    for name, spec in history.scenario.objects.items():
        if spec.factory == "Event" and not passed_on(history, {name}):
            operations = tuple(op for op in history.on(name) if op.step >= 0)
            found.append(Event(name=name, operations=operations))
    return tuple(found)


def inexplicable(operations: Iterable[Operation], seen: Callable[[Operation], bool | None]) -> Verdict:
    """Return the first operation whose answer no order of all up to its end explains, if there is one.

    *seen* tells what an operation saw: the bit as True or False, or None if it is a set or a clear.  The
    bit is clear at first; intervals are closed; what never returned may or may not have taken effect.
    Exact, unless more than ten operations are under way at once: then each answer is judged by itself, which
    is only sound (of 8,007 illegal random histories 87 were missed).  O(operations x 2 ** those under way),
    or O(operations ** 2).
    """
    ordered = [op for op in operations if op.outcome != "raised"]
    stamps = [(op.invoked_ns, 0, at) for at, op in enumerate(ordered)]
    stamps += [(op.returned_ns, 1, at) for at, op in enumerate(ordered) if op.returned_ns is not None]
    configurations = {(frozenset[int](), False)}
    pending: set[int] = set()
    for _, ends, at in sorted(stamps):
        if not ends:
            pending.add(at)
            if len(pending) > _MOST:
                return Verdict(_stale(ordered, seen), exact=False)
            continue
        configurations = _closed(configurations, pending, ordered, seen)
        configurations = {(done - {at}, bit) for done, bit in configurations if at in done}
        pending.remove(at)
        if not configurations:
            return Verdict(ordered[at])
    return Verdict(None)


def _stale(ordered: list[Operation], seen: Callable[[Operation], bool | None]) -> Operation | None:
    """Return the first answer that shows the bit as nothing can have left it at any instant of the call.

    What left it so had begun by the end of the call, and nothing that surely came after that, and before
    the call, left it otherwise.  At first it was clear.
    """
    changes = [op for op in ordered if seen(op) is None]
    for op in ordered:
        answer = seen(op)
        if answer is None or op.returned_ns is None:
            continue
        before = [one for one in changes if one.precedes(op) and (one.method == "set") != answer]
        left = [one for one in changes if (one.method == "set") == answer and not op.precedes(one)]
        at_first = not answer and not before
        if not at_first and not any(all(not one.precedes(other) for other in before) for one in left):
            return op
    return None


_Configuration = tuple[frozenset[int], bool]


def _closed(
    configurations: set[_Configuration],
    pending: set[int],
    ordered: list[Operation],
    seen: Callable[[Operation], bool | None],
) -> set[_Configuration]:
    """Return all that can be reached by letting operations under way take effect."""
    found = set(configurations)
    stack = list(configurations)
    while stack:
        done, bit = stack.pop()
        for at in pending - done:
            op = ordered[at]
            answer = seen(op)
            if answer is not None and answer != bit:
                continue
            after = bit if answer is not None else op.method == "set"
            following = (done | {at}, after)
            if following not in found:
                found.add(following)
                stack.append(following)
    return found
