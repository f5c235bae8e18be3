"""Objects: lists, deques, sets, dictionaries and namespaces as models of the general search.

An operation has the argument and the answer that JSON can say; ``compiled`` reads them once, as numbers of a
table, so that states are tuples of numbers.  Every model is a pure function: ``act(state, name, argument)``
returns the state after it and the answer, and what is raised is an answer, too.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from mpconform.errors import BadRecord, UsageError
from mpconform.linear.columns import NOTHING, OPEN, Columns
from mpconform.linear.models import UNKNOWN, Op
from mpconform.linear.table import Numbering, Table

__all__ = (
    "OBJECTS",
    "Form",
    "Model",
    "Raised",
    "compiled",
    "initial_state",
    "is_keyed",
    "key_of",
    "step_of",
    "understood",
)

State = tuple[Any, ...]

#: The number of null, in every table.
NULL = -2
#: Larger numbers are no place in anything.
_LARGE = 1 << 62


@dataclass(frozen=True, slots=True)
class Raised:
    """The answer of an operation that raised an exception of this *name*."""

    name: str


@dataclass(frozen=True, slots=True)
class Form:
    """What an operation takes and answers: names of the readers below."""

    takes: str = ""
    answers: str = ""


@dataclass(frozen=True, slots=True)
class Model:
    """One kind of object: its operations, which of them concern a single key, and what it may raise.

    *begins* is how the content that it has at first is read.
    """

    act: Callable[[State, str, Any], tuple[State, Any]]
    forms: Mapping[str, Form]
    raises: tuple[str, ...]
    begins: str = "values"
    keyed: frozenset[str] = frozenset()

    def told(self) -> str:
        """Return its operations for people."""
        takes = {"": "", "value": " (arg)", "place?": " (arg: the place, or null)"}
        words = [
            f"{name}{takes.get(form.takes, f' (arg: {_WORDS.get(form.takes)})')}"
            for name, form in self.forms.items()
        ]
        return f"{', '.join(words)}; raising {' or '.join(self.raises)}"


_WORDS = {
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
            "len": Form("", "count"),
            "read": Form("", "members"),
            "clear": Form(),
        },
        raises=("KeyError",),
        begins="members",
        keyed=frozenset(_ONE_MEMBER),
    ),
    "namespace": Model(
        act=_raising(_namespace),
        forms={"get": Form("value", "value"), "set": Form("bound"), "delete": Form("value")},
        raises=("AttributeError",),
        begins="bindings",
        keyed=frozenset({"get", "set", "delete"}),
    ),
}


class _Reader:
    """Reads arguments and answers as numbers of a table; raises ValueError for what is none."""

    def __init__(self, table: Numbering) -> None:
        self._table = table

    def number(self, value: Any) -> Any:
        return NULL if value is None else self._table.number(value)

    def read(self, form: str, value: Any) -> Any:
        """Return *value*, which is of the *form*."""
        match form:
            case "":
                return None
            case "value":
                return self.number(value)
            case "truth":
                return _checked(value, bool, "true or false")
            case "count" | "place":
                return _whole(value)
            case "place?":
                return None if value is None else _whole(value)
            case "values":
                return tuple(map(self.number, _checked(value, list, "a list")))
            case "members":
                return frozenset(map(self.number, _checked(value, list, "a list")))
            case "at":
                at, one = _pair(value)
                return _whole(at), self.number(one)
            case "pair" | "bound":
                return tuple(map(self.number, _pair(value)))
            case "bindings":
                return self._pairs(value)
            case _:
                return frozenset(self._pairs(value))

    def _pairs(self, value: Any) -> tuple[tuple[Any, Any], ...]:
        pairs = (
            value.items() if isinstance(value, dict) else map(_pair, _checked(value, list, "a list of pairs"))
        )
        return tuple((self.number(key), self.number(one)) for key, one in pairs)


def _checked(value: Any, wanted: type, told: str) -> Any:
    if not isinstance(value, wanted):
        raise ValueError(told)  # noqa: TRY004 - what was read is no argument of ours
    return value


def _whole(value: Any) -> int:
    if type(value) is not int or abs(value) >= _LARGE:
        raise ValueError("an integer")
    return value


def _pair(value: Any) -> list[Any]:
    if not isinstance(value, list) or len(value) != 2:
        raise ValueError("a list of two")
    return value


def initial_state(name: str, value: Any, table: Numbering) -> State:
    """Return the state of an object of model *name* that holds *value* at first; raises UsageError."""
    if value is None:
        return ()
    form = OBJECTS[name].begins
    try:
        found = _Reader(table).read(form, value)
    except ValueError as error:
        raise UsageError(f"a {name} holds {_WORDS[form]} at first, and not {value!r}") from error
    return tuple(sorted(found)) if isinstance(found, frozenset) else found


def understood(model: Model, name: str, argument: Any, answer: Any, table: Numbering) -> Op:
    """Return an operation as the model's step takes it; *answer* may be ``UNKNOWN``.  Raises ValueError."""
    form, reader = model.forms[name], _Reader(table)
    taken = reader.read(form.takes, argument)
    if answer is UNKNOWN:
        return name, taken, UNKNOWN
    if isinstance(answer, dict) and answer.keys() == {"raised"}:
        if answer["raised"] not in model.raises:
            raise ValueError(f"an answer other than having raised {answer['raised']}")
        return name, taken, Raised(answer["raised"])
    return name, taken, reader.read(form.answers, answer)


def compiled(columns: Columns, table: Table) -> list[Op]:
    """Return the operations of *columns*, row by row, with numbers of *table*; raises BadRecord."""
    model = OBJECTS[columns.model]
    known: dict[tuple[int, int, int], Op] = {}
    found = []
    answers = columns.answer.tolist()
    for row in (columns.returned == OPEN).nonzero()[0].tolist():
        answers[row] = -1
    for key in zip(columns.code.tolist(), columns.argument.tolist(), answers, strict=True):
        op = known.get(key)
        if op is None:
            code, argument, answer = key
            name = columns.codes[code]
            told = UNKNOWN if answer == -1 else columns.value(answer)
            try:
                op = known[key] = understood(model, name, columns.value(argument), told, table)
            except ValueError as error:
                raise BadRecord(f"a {name} of a {columns.model} lacks {error}") from error
        found.append(op)
    return found


def is_keyed(columns: Columns) -> bool:
    """Return whether each operation concerns one key, so that every key can be judged by itself."""
    model = OBJECTS[columns.model]
    used = {columns.codes[code] for code in set(columns.code.tolist())}
    return bool(model.keyed) and used <= model.keyed


def key_of(model: Model, name: str, argument: Any) -> Any:
    """Return the key that a keyed operation, as understood, concerns; ``NOTHING`` if it is not keyed."""
    if name not in model.keyed:
        return int(NOTHING)
    return argument[0] if model.forms[name].takes == "bound" else argument
