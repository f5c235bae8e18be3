"""Understanding: arguments and answers, as JSON says them, in the form that the models of objects take."""

import itertools
from collections.abc import Iterator, Sequence
from typing import Any

from mpconform.errors import BadRecord, UsageError
from mpconform.linear.columns import NOTHING, OPEN, Columns
from mpconform.linear.models import UNKNOWN, Op
from mpconform.linear.objects import NULL, OBJECTS, WORDS, Model, Raised, State
from mpconform.linear.table import Numbering, Table

__all__ = ("chosen", "compiled", "initial_state", "is_keyed", "key_of", "understood")

#: Larger numbers are no place in anything.
_LARGE = 1 << 62


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
        raise UsageError(f"a {name} holds {WORDS[form]} at first, and not {value!r}") from error
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
    found = reader.read(form.answers, answer)
    return name, found if name == model.chooses else taken, found


def chosen(model: Model, what: Sequence[Op], initial: State) -> Iterator[list[Op]]:
    """Yield *what* with each choice that its operations which never returned can have made, if they choose.

    What was not there to be chosen, was not: such an operation changes nothing, as one that never took place.
    """
    unknown = [at for at, (name, _, answer) in enumerate(what) if name == model.chooses and answer is UNKNOWN]
    members = dict.fromkeys(initial)
    for name, argument, _ in what if unknown else ():
        match model.forms[name].takes:
            case "value":
                members[argument] = None
            case "values":
                members.update(dict.fromkeys(argument))
    for choice in itertools.product(members or (None,), repeat=len(unknown)):
        choosing = list(what)
        for at, member in zip(unknown, choice, strict=True):
            choosing[at] = (model.chooses, member, UNKNOWN)
        yield choosing


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
