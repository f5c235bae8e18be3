"""Values that a manager's server holds, as hashable ones: what an argument means, what a result shows."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from mpconform.values import Json

__all__ = ("ANYTHING", "Mapping", "Ref", "Tuple", "Unclear", "Value", "fits", "frozen", "thawed")

#: A frozen value: a scalar, a Ref, a tuple (a list), a Tuple (a tuple) or a Mapping (a dictionary).
Value = Any


class Unclear(Exception):  # not an error: a scenario may say more than checkers understand
    """What an argument stands for cannot be told from the history alone."""


@dataclass(frozen=True)
class Ref:
    """A proxy of the referent called *name*."""

    name: str


@dataclass(frozen=True)
class Tuple:
    """A tuple, as opposed to a list."""

    parts: tuple[Value, ...]


@dataclass(frozen=True)
class Mapping:
    """A dictionary, in its order."""

    pairs: tuple[tuple[Value, Value], ...]


class _Anything:
    """Fits whatever was returned."""


ANYTHING = _Anything()


def frozen(argument: Json, resolve: Callable[[str], Value] = lambda _: _fail()) -> Value:
    """Return what *argument* stands for; *resolve* knows names.  Raises Unclear."""
    if argument is None or isinstance(argument, (bool, int, float, str)):
        return argument
    if isinstance(argument, (list, tuple)):
        return tuple(frozen(one, resolve) for one in argument)
    match argument:
        case {"$object": name}:
            return resolve(name)
        case {"$tuple": parts}:
            return Tuple(tuple(frozen(one, resolve) for one in parts))
        case {"$dict": named}:
            return Mapping(tuple((key, frozen(one, resolve)) for key, one in named.items()))
        case {"$pairs": pairs}:
            return Mapping(tuple((frozen(key, resolve), frozen(one, resolve)) for key, one in pairs))
        case {"$slice": [start, stop, *step]}:
            return _Slice(start, stop, *step)
        case {}:
            return Mapping(()) if argument == {} else _fail()
        case _:
            return _fail()


@dataclass(frozen=True)
class _Slice:
    start: int | None
    stop: int | None
    step: int | None = None


def _fail() -> Value:
    raise Unclear


def thawed(value: Value) -> object:
    """Return a frozen *value* as the object that a server would have; proxies stay as they are."""
    match value:
        case tuple():
            return [thawed(one) for one in value]
        case Tuple(parts):
            return tuple(thawed(one) for one in parts)
        case Mapping(pairs):
            return {thawed(key): thawed(one) for key, one in pairs}
        case _Slice(start, stop, step):
            return slice(start, stop, step)
        case _:
            return value


def fits(expected: object, recorded: Json) -> bool:
    """Return whether *recorded* may show the thawed object *expected*: of the same type, and equal."""
    if expected is ANYTHING:
        return True
    if isinstance(recorded, dict) and "$object" in recorded and not isinstance(expected, Ref):
        return True  # It was bound: what it holds was not recorded.
    match expected:
        case Ref():
            return isinstance(recorded, dict) and not {"$object", "$other"}.isdisjoint(recorded)
        case list():
            return _shows_view(expected, recorded) or _all_fit(expected, recorded)
        case tuple():
            return isinstance(recorded, dict) and _all_fit(list(expected), recorded.get("$tuple"))
        case dict():
            pairs = recorded.get("$pairs") if isinstance(recorded, dict) else None
            return isinstance(pairs, list) and _all_fit([list(one) for one in expected.items()], pairs)
        case _:
            return type(expected) is type(recorded) and expected == recorded


def _shows_view(expected: list[object], recorded: Json) -> bool:
    """Return whether *recorded* is a dictionary's view of these elements, which some backends can send."""
    match recorded:
        case {"$other": [kind, shown]} if kind.startswith("builtins.dict_"):
            return bool(shown == f"{kind.removeprefix('builtins.')}({expected!r})"[:200])
        case _:
            return False


def _all_fit(expected: list[object], recorded: Json) -> bool:
    return (
        isinstance(recorded, list)
        and len(expected) == len(recorded)
        and all(fits(one, other) for one, other in zip(expected, recorded, strict=True))
    )
