"""Objects: lists, deques, sets, dictionaries and namespaces as models of the general search.

Every model is a pure function: ``act(state, name, argument)`` returns the state after it and the answer, and
what is raised is an answer, too.  States are tuples of numbers, which stand for values; ``understanding`` has
what is made of the arguments and answers of a history.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from mpconform.linear.models import UNKNOWN, Op

__all__ = ("NULL", "OBJECTS", "WORDS", "Form", "Model", "Raised", "State", "step_of")

State = tuple[Any, ...]

#: The number of null, in every table.
NULL = -2


@dataclass(frozen=True, slots=True)
class Raised:
    """The answer of an operation that raised an exception of this *name*."""

    name: str


@dataclass(frozen=True, slots=True)
class Form:
    """What an operation takes and answers: names of what ``understanding`` reads."""

    takes: str = ""
    answers: str = ""


@dataclass(frozen=True, slots=True)
class Model:
    """One kind of object: its operations, which of them concern a single key, and what it may raise.

    *begins* is how the content that it has at first is read.  Of the operation that *chooses* what it takes,
    the argument is what it chose.
    """

    act: Callable[[State, str, Any], tuple[State, Any]]
    forms: Mapping[str, Form]
    raises: tuple[str, ...]
    begins: str = "values"
    keyed: frozenset[str] = frozenset()
    chooses: str = ""

    def told(self) -> str:
        """Return its operations for people."""
        takes = {"": "", "value": " (arg)", "place?": " (arg: the place, or null)"}
        words = [
            f"{name}{takes.get(form.takes, f' (arg: {WORDS.get(form.takes)})')}"
            for name, form in self.forms.items()
        ]
        return f"{', '.join(words)}; raising {' or '.join(self.raises)}"


#: What operations take, for people.
WORDS = {
    "place": "the place",
    "at": "[place, value]",
    "values": "a list",
    "members": "a list",
    "bound": "[key, value]",
    "bindings": "a list of [key, value]",
    "count": "a number",
}


def step_of(model: Model) -> Callable[[State, Op], "State | None"]:
    """Return the step of *model* for the general search."""
    act = model.act

    def step(state: State, op: Op) -> "State | None":
        name, argument, answer = op
        after, found = act(state, name, argument)
        return after if answer is UNKNOWN or answer == found else None

    return step


def _place(state: State, at: int) -> int:
    """Return *at*, counted from the end if it is negative; raises IndexError."""
    if not -len(state) <= at < len(state):
        raise IndexError
    return at + len(state) if at < 0 else at


def _raising(act: Callable[[State, str, Any], tuple[State, Any]]) -> Callable[[State, str, Any], Any]:
    """Return *act*, whose errors are answers; nothing has changed then."""

    def safe(state: State, name: str, argument: Any) -> tuple[State, Any]:
        try:
            return act(state, name, argument)
        except (IndexError, KeyError, ValueError, AttributeError) as error:
            return state, Raised(type(error).__name__)

    return safe


def _sequence(state: State, name: str, argument: Any) -> tuple[State, Any]:
    """Do what lists and deques do alike."""
    match name:
        case "append":
            return (*state, argument), None
        case "extend":
            return (*state, *argument), None
        case "remove":
            at = state.index(argument)
            return (*state[:at], *state[at + 1 :]), None
        case "index":
            return state, state.index(argument)
        case "count":
            return state, state.count(argument)
        case "contains":
            return state, argument in state
        case "len":
            return state, len(state)
        case "reverse":
            return state[::-1], None
        case "clear":
            return (), None
        case _:
            return state, state


def _list(state: State, name: str, argument: Any) -> tuple[State, Any]:
    match name:
        case "insert":
            after = list(state)
            after.insert(*argument)
            return tuple(after), None
        case "get":
            return state, state[_place(state, argument)]
        case "set":
            at = _place(state, argument[0])
            return (*state[:at], argument[1], *state[at + 1 :]), None
        case "pop" | "delete":
            at = _place(state, -1 if argument is None else argument)
            return (*state[:at], *state[at + 1 :]), state[at] if name == "pop" else None
        case _:
            return _sequence(state, name, argument)


def _deque(state: State, name: str, argument: Any) -> tuple[State, Any]:
    match name:
        case "appendleft":
            return (argument, *state), None
        case "extendleft":
            return (*argument[::-1], *state), None
        case "pop" | "popleft":
            if not state:
                raise IndexError
            return (state[:-1], state[-1]) if name == "pop" else (state[1:], state[0])
        case "rotate":
            by = argument % len(state) if state else 0
            return (*state[len(state) - by :], *state[: len(state) - by]), None
        case _:
            return _sequence(state, name, argument)


def _set(state: State, name: str, argument: Any) -> tuple[State, Any]:
    """Do what sets do; a state is sorted, so that equal sets are equal states."""
    match name:
        case "add":
            return (state if argument in state else tuple(sorted((*state, argument)))), None
        case "update":
            return tuple(sorted({*state, *argument})), None
        case "remove" | "discard":
            if argument not in state:
                if name == "remove":
                    raise KeyError
                return state, None
            return tuple(one for one in state if one != argument), None
        case "pop":
            if not state:
                raise KeyError
            # Which member it takes is the set's own choice: whoever asks says which.
            return tuple(one for one in state if one != argument), argument if argument in state else None
        case "contains":
            return state, argument in state
        case "len":
            return state, len(state)
        case "clear":
            return (), None
        case _:
            return state, frozenset(state)


def _dict(state: State, name: str, argument: Any) -> tuple[State, Any]:
    """Do what dictionaries do; a state is the pairs in the order in which their keys came."""
    match name:
        case "len":
            return state, len(state)
        case "clear":
            return (), None
        case "keys":
            return state, frozenset(key for key, _ in state)
        case "items":
            return state, frozenset(state)
        case "popitem":
            if not state:
                raise KeyError
            return state[:-1], state[-1]
        case "update":
            return tuple({**dict(state), **dict(argument)}.items()), None
        case _:
            return _keyed(state, name, argument, KeyError)


def _keyed(state: State, name: str, argument: Any, missing: type[Exception]) -> tuple[State, Any]:
    """Do what concerns one key; what is not there raises *missing*."""
    held = dict(state)
    match name:
        case "set":
            return tuple({**held, argument[0]: argument[1]}.items()), None
        case "setdefault":
            value = held.setdefault(*argument)
            return tuple(held.items()), value
        case "contains":
            return state, argument in held
        case "get":
            return state, held.get(argument, NULL)
    if argument not in held:
        raise missing
    if name == "getitem":
        return state, held[argument]
    value = held.pop(argument)
    return tuple(held.items()), value if name == "pop" else None


def _namespace(state: State, name: str, argument: Any) -> tuple[State, Any]:
    return _keyed(state, "getitem" if name == "get" else name, argument, AttributeError)


_SEQUENCE = {
    "append": Form("value"),
    "extend": Form("values"),
    "remove": Form("value"),
    "index": Form("value", "count"),
    "count": Form("value", "count"),
    "contains": Form("value", "truth"),
    "len": Form("", "count"),
    "reverse": Form(),
    "clear": Form(),
    "read": Form("", "values"),
}
_ONE_KEY = {
    "get": Form("value", "value"),
    "getitem": Form("value", "value"),
    "set": Form("bound"),
    "setdefault": Form("bound", "value"),
    "delete": Form("value"),
    "pop": Form("value", "value"),
    "contains": Form("value", "truth"),
}
_ONE_MEMBER = {
    "add": Form("value"),
    "remove": Form("value"),
    "discard": Form("value"),
    "contains": Form("value", "truth"),
}

OBJECTS: dict[str, Model] = {
    "dict": Model(
        act=_raising(_dict),
        forms={
            **_ONE_KEY,
            "update": Form("bindings"),
            "popitem": Form("", "pair"),
            "len": Form("", "count"),
            "keys": Form("", "members"),
            "items": Form("", "pairs"),
            "clear": Form(),
        },
        raises=("KeyError",),
        begins="bindings",
        keyed=frozenset(_ONE_KEY),
    ),
    "list": Model(
        act=_raising(_list),
        forms={
            **_SEQUENCE,
            "insert": Form("at"),
            "get": Form("place", "value"),
            "set": Form("at"),
            "pop": Form("place?", "value"),
            "delete": Form("place"),
        },
        raises=("IndexError", "ValueError"),
    ),
    "deque": Model(
        act=_raising(_deque),
        forms={
            **_SEQUENCE,
            "appendleft": Form("value"),
            "extendleft": Form("values"),
            "pop": Form("", "value"),
            "popleft": Form("", "value"),
            "rotate": Form("count"),
        },
        raises=("IndexError", "ValueError"),
    ),
    "set": Model(
        act=_raising(_set),
        forms={
            **_ONE_MEMBER,
            "update": Form("values"),
            "pop": Form("", "value"),
            "len": Form("", "count"),
            "read": Form("", "members"),
            "clear": Form(),
        },
        raises=("KeyError",),
        begins="members",
        keyed=frozenset(_ONE_MEMBER),
        chooses="pop",
    ),
    "namespace": Model(
        act=_raising(_namespace),
        forms={"get": Form("value", "value"), "set": Form("bound"), "delete": Form("value")},
        raises=("AttributeError",),
        begins="bindings",
        keyed=frozenset({"get", "set", "delete"}),
    ),
}
