"""Sequential models of what a manager's server holds: for every kind, what each method does and returns.

The model of a list is a list: the method is called, in our own process, on an object like the server's.
Of synchronisation objects, the states are written out.  A method that would block has no outcome.
"""

import array
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from mpconform.checkers.manager_values import ANYTHING, Mapping, Tuple, Value, fits, thawed
from mpconform.values import Json

__all__ = (
    "ABSENT",
    "DESCENDING",
    "KEYED",
    "MODELLED",
    "Asked",
    "Outcome",
    "initial_of",
    "matches",
    "outcomes",
)

#: What stands for a key, or an attribute, that is not there.
ABSENT = ("absent",)

#: What a list is asked for by ``sort(reverse=True)``.
DESCENDING = "sort, descending"

#: Methods of dictionaries that concern one key, which is their first argument.
KEYED = frozenset({"__getitem__", "__setitem__", "__delitem__", "__contains__", "get", "setdefault", "pop"})


@dataclass(frozen=True, slots=True)
class Asked:
    """What *actor* asked of an object; *patient* says that it would wait for ever."""

    actor: str
    method: str
    arguments: tuple[Value, ...] = ()
    patient: bool = True


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of it: a thawed *value*, or an exception of type *raised*, with *arguments* if known."""

    value: object = None
    raised: str = ""
    arguments: tuple[object, ...] | None = None


Result = Iterable[tuple[Value, Outcome]]


def matches(outcome: Outcome, *, ok: bool, result: Json) -> bool:
    """Return whether an operation that ended so (*ok*: it returned) may be due to *outcome*."""
    if not outcome.raised:
        return ok and fits(outcome.value, result)
    if ok or result["type"] != outcome.raised:
        return False
    return outcome.arguments is None or fits(list(outcome.arguments), result["args"])


def initial_of(kind: str, arguments: tuple[Value, ...], keywords: dict[str, Value]) -> Value:
    """Return the state of a new object of *kind*."""
    first = arguments[0] if arguments else None
    match kind:
        case "list":
            return first or ()
        case "dict":
            given = first.pairs if isinstance(first, Mapping) else ()
            return Mapping(tuple({**dict(given), **keywords}.items()))
        case "Namespace":
            return Mapping(tuple(keywords.items()))
        case "Value":
            return arguments[1]
        case "Array":
            return (first, arguments[1])
        case "Queue" | "JoinableQueue":
            maxsize = keywords.get("maxsize", first or 0)
            return (maxsize, (), 0)
        case "Semaphore" | "BoundedSemaphore":
            count = keywords.get("value", 1 if first is None else first)
            return (count, count if kind == "BoundedSemaphore" else -1)
        case "RLock":
            return ("", 0)
        case "Tally":
            return first or 0
        case _:
            return False


def outcomes(kind: str, state: Value, asked: Asked) -> Result:
    """Return the states and outcomes that *asked* may have in *state*; none if it would block."""
    return _MODELS[kind](state, asked)


def _builtin(make: Callable[[Value], object], keep: Callable[[object], Value]) -> Callable[..., Result]:
    def run(state: Value, asked: Asked) -> Result:
        thing = make(state)
        try:
            value = _ask(thing, asked.method, [thawed(one) for one in asked.arguments])
        except (LookupError, ValueError, TypeError, OverflowError) as error:
            known = error.args if isinstance(error, KeyError) and "popitem" not in asked.method else None
            return [(keep(thing), Outcome(raised=type(error).__name__, arguments=known))]
        return [(keep(thing), Outcome(value))]

    return run


def _ask(thing: Any, method: str, arguments: list[object]) -> object:
    match method:
        case "_getvalue":
            return thing
        case "__str__":
            return repr(thing)
        case "__iadd__":
            thing.extend(*arguments)
            return ANYTHING
        case "__imul__":
            thing *= arguments[0]
            return ANYTHING
        case _ if method == DESCENDING:
            return thing.sort(reverse=True)
    value = getattr(thing, method)(*arguments)
    return list(value) if method in {"keys", "values", "items"} else value


def _refrozen(thing: object) -> Value:
    """Return a thawed *thing* frozen again."""
    match thing:
        case list():
            return tuple(map(_refrozen, thing))
        case dict():
            return Mapping(tuple((_refrozen(key), _refrozen(one)) for key, one in thing.items()))
        case tuple():
            return Tuple(tuple(map(_refrozen, thing)))
        case _:
            return thing


def _array(state: Value) -> object:
    typecode, numbers = state
    return array.array(typecode, numbers)


def _kept_array(thing: Any) -> Value:
    return (thing.typecode, tuple(thing))


def _cell(state: Value, asked: Asked) -> Result:
    match asked.method:
        case "get" | ".value":
            return [(state, Outcome(thawed(state)))]
        case _:
            return [(asked.arguments[0], Outcome())]


def _attribute(state: Value, asked: Asked) -> Result:
    """One attribute of a Namespace."""
    missing = Outcome(raised="AttributeError")
    match asked.method:
        case "set":
            return [(asked.arguments[0], Outcome())]
        case "get":
            return [(state, missing if state == ABSENT else Outcome(thawed(state)))]
        case _:
            return [(ABSENT, missing if state == ABSENT else Outcome())]


def _tally(state: int, asked: Asked) -> Result:
    if asked.method == "add":
        total = state + (asked.arguments[0] if asked.arguments else 1)
        return [(total, Outcome(total))]
    return [(state, Outcome(state))]


def _queue(state: tuple[int, tuple[Value, ...], int], asked: Asked) -> Result:
    maxsize, items, unfinished = state
    full = 0 < maxsize <= len(items)
    match asked.method:
        case "put" if not full:
            return [((maxsize, (*items, asked.arguments[0]), unfinished + 1), Outcome())]
        case "put":
            return [] if asked.patient else [(state, Outcome(raised="Full"))]
        case "get" if items:
            return [((maxsize, items[1:], unfinished), Outcome(thawed(items[0])))]
        case "get":
            return [] if asked.patient else [(state, Outcome(raised="Empty"))]
        case "task_done" if unfinished:
            return [((maxsize, items, unfinished - 1), Outcome())]
        case "task_done":
            return [(state, Outcome(raised="ValueError"))]
        case "join":
            return [] if unfinished else [(state, Outcome())]
        case "qsize":
            return [(state, Outcome(len(items)))]
        case "empty":
            return [(state, Outcome(not items))]
        case _:
            return [(state, Outcome(full))]


def _lock(state: bool, asked: Asked) -> Result:  # noqa: FBT001  # a state
    if asked.method == "acquire":
        if not state:
            return [(True, Outcome(value=True))]
        return [] if asked.patient else [(state, Outcome(value=False))]
    return [(False, Outcome() if state else Outcome(raised="RuntimeError"))]


def _rlock(state: tuple[str, int], asked: Asked) -> Result:
    owner, depth = state
    mine = owner == asked.actor
    if asked.method == "acquire":
        if mine or not depth:
            return [((asked.actor, depth + 1), Outcome(value=True))]
        return [] if asked.patient else [(state, Outcome(value=False))]
    if not mine:
        return [(state, Outcome(raised="RuntimeError"))]
    return [((owner, depth - 1) if depth > 1 else ("", 0), Outcome())]


def _semaphore(state: tuple[int, int], asked: Asked) -> Result:
    count, bound = state
    if asked.method == "acquire":
        if count:
            return [((count - 1, bound), Outcome(value=True))]
        return [] if asked.patient else [(state, Outcome(value=False))]
    if count == bound:
        return [(state, Outcome(raised="ValueError"))]
    return [((count + 1, bound), Outcome())]


def _event(state: bool, asked: Asked) -> Result:  # noqa: FBT001  # a state
    match asked.method:
        case "is_set":
            return [(state, Outcome(state))]
        case "wait":
            return [(state, Outcome(state))] if state or not asked.patient else []
        case method:
            return [(method == "set", Outcome())]


_MODELS: dict[str, Callable[..., Result]] = {
    "list": _builtin(thawed, _refrozen),
    "dict": _builtin(thawed, _refrozen),
    "Array": _builtin(_array, _kept_array),
    "Value": _cell,
    "Namespace": _attribute,
    "Queue": _queue,
    "JoinableQueue": _queue,
    "Lock": _lock,
    "RLock": _rlock,
    "Semaphore": _semaphore,
    "BoundedSemaphore": _semaphore,
    "Event": _event,
    "Tally": _tally,
}

#: The kinds of objects that there are models of.
MODELLED = frozenset(_MODELS)
