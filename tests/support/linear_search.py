"""Small random histories of one object, and whether any order at all explains them, by trying every one."""

import random
from collections.abc import Callable
from functools import cache
from typing import Any

from mpconform.linear import models
from mpconform.linear.columns import NOTHING, OPEN, Columns, columns_of
from mpconform.linear.judge import CODES
from mpconform.linear.models import UNKNOWN
from mpconform.linear.objects import NULL, OBJECTS, Raised, step_of
from mpconform.linear.spending import Step
from mpconform.linear.table import Table
from mpconform.linear.understanding import compiled, understood

__all__ = ("OBJECT_MODELS", "explained", "history", "object_explained")

#: The models of objects of which there are random histories.
OBJECT_MODELS = tuple(OBJECTS)

Rows = list[list[int]]


def explained(columns: Columns, initial: Any, step: Step) -> bool:
    """Whether some order of the operations that returned, and of any of the others, is allowed by *step*."""
    return _explained(columns, models.operations(columns), initial, step)


def object_explained(columns: Columns) -> bool:
    """The same of a list, a dictionary and the like, as a whole, which had nothing in it at first."""
    model = OBJECTS[columns.model]

    def choices(op: models.Op, state: Any) -> list[models.Op]:
        """Who chooses, and never returned, may have taken any member."""
        name, _, answer = op
        return [(name, one, answer) for one in state] if (name, answer) == (model.chooses, UNKNOWN) else [op]

    return _explained(columns, compiled(columns, Table(columns.table)), (), step_of(model), choices)


def _explained(
    columns: Columns,
    what: list[models.Op],
    initial: Any,
    step: Step,
    choices: Callable[[models.Op, Any], list[models.Op]] = lambda op, _: [op],
) -> bool:
    begins, ends = columns.invoked.tolist(), columns.returned.tolist()
    rows = range(len(columns))

    @cache
    def possible(left: frozenset[int], state: Any) -> bool:
        if all(ends[row] == OPEN for row in left):
            return True
        limit = min(ends[row] for row in left)
        for row in left:
            if begins[row] <= limit:
                for one in choices(what[row], state):
                    after = step(state, one)
                    if after is not None and possible(left - {row}, after):
                        return True
        return False

    return possible(frozenset(rows), initial)


def history(model: str, seed: int, *, most: int = 7, crashes: bool = True) -> Columns:
    """A history of at most *most* operations of three processes: often legal, with ties and crashes."""
    draw = random.Random(seed)
    rows: Rows = []
    clocks = [0, 0, 0]
    span = draw.choice((4, 8, 20))
    for _ in range(draw.randint(1, most)):
        process = draw.randrange(3)
        if clocks[process] >= OPEN:
            continue
        begin = clocks[process] + draw.randint(1, span // 4 + 1)
        end = begin + draw.randint(1, span)
        crashed = crashes and draw.random() < 0.1
        rows.append([process, 0, 0, NOTHING, NOTHING, begin, int(OPEN) if crashed else end])
        # Within one process, stamps rise strictly.
        clocks[process] = int(OPEN) if crashed else end
    if model in OBJECTS:
        table = Table()
        _object(model, draw, rows, table)
        return columns_of(model, CODES[model], rows, table=tuple(table.values))
    _MAKERS[model](draw, rows)
    return columns_of(model, CODES[model], rows)


def _by_some_order(draw: random.Random, rows: Rows) -> list[list[int]]:
    """The rows in an order that respects time, mostly: what really happened, or nearly."""
    return sorted(
        rows, key=lambda row: draw.uniform(row[5], min(row[6], row[5] + 30)) + draw.choice((0, 0, 0, 5))
    )


def _queue(draw: random.Random, rows: Rows) -> None:
    inside: list[int] = []
    fresh = 0
    for row in _by_some_order(draw, rows):
        kind = draw.choice(("put", "put", "get", "get", "empty"))
        if kind == "get" and not inside and draw.random() < 0.9:
            kind = "put" if row[6] == OPEN else "empty"
        if row[6] == OPEN and kind == "empty":
            kind = "get"
        row[1] = CODES["queue"].index(kind)
        if kind == "put":
            row[3] = fresh
            inside.append(fresh)
            fresh += 1
        elif kind == "get":
            at = 0 if draw.random() < 0.9 else -1
            taken = inside.pop(at) if inside else draw.randint(0, 3)
            row[4] = NOTHING if row[6] == OPEN else taken


def _register(draw: random.Random, rows: Rows) -> None:
    held, fresh, earlier = -1, 0, [-1]
    for row in _by_some_order(draw, rows):
        if draw.random() < 0.5:
            row[1], row[3] = 0, fresh
            held, fresh = fresh, fresh + 1
            earlier.append(held)
        else:
            row[1] = 1
            row[4] = held if draw.random() < 0.85 else draw.choice(earlier)


def _counter(draw: random.Random, rows: Rows) -> None:
    count = 0
    for row in _by_some_order(draw, rows):
        if draw.random() < 0.5:
            row[1], count = 0, count + (draw.random() < 0.93)
        else:
            row[1], row[4] = 1, count + draw.choice((0, 0, 0, 0, 0, 1, -1))


def _lock(draw: random.Random, rows: Rows) -> None:
    by_process: dict[int, Rows] = {}
    for row in sorted(rows, key=lambda row: row[5]):
        by_process.setdefault(row[0], []).append(row)
    for own in by_process.values():
        holds = False
        for row in own:
            kind = "release" if holds else draw.choice(("acquire", "acquire", "failed"))
            if kind == "failed" and row[6] == OPEN:
                kind = "acquire"
            row[1] = CODES["lock"].index(kind)
            holds = kind == "acquire"


def _semaphore(draw: random.Random, rows: Rows) -> None:
    for row in rows:
        kind = draw.choice(("acquire", "acquire", "release", "failed"))
        if kind == "failed" and row[6] == OPEN:
            kind = "acquire"
        row[1] = CODES["semaphore"].index(kind)


def _object(model: str, draw: random.Random, rows: Rows, table: Table) -> None:
    """Operations of every kind on few values; their answers are mostly those of some order."""
    kind = OBJECTS[model]
    names = draw.sample(sorted(kind.forms), min(4, len(kind.forms)))
    if kind.keyed and draw.random() < 0.5:
        names = sorted(kind.keyed)
    state: tuple[Any, ...] = ()
    for row in _by_some_order(draw, rows):
        name = draw.choice(names)
        argument = _argument(draw, kind.forms[name].takes)
        row[1], row[3] = CODES[model].index(name), table.number(argument)
        _, taken, _ = understood(kind, name, argument, UNKNOWN, table)
        if name == kind.chooses and state:
            taken = draw.choice(state)
        after, answer = kind.act(state, name, taken)
        told = _told(answer, kind.forms[name].answers, table)
        if draw.random() < 0.06:
            # d.get(key) that raises would be read as d[key].
            raises = draw.random() < 0.3 and (model, name) != ("dict", "get")
            told = {"raised": kind.raises[0]} if raises else _wrong(draw, told, kind.forms[name].answers)
        row[4] = table.number(told)
        if draw.random() > 0.03:
            state = after


def _argument(draw: random.Random, takes: str) -> Any:
    value, place = draw.randint(1, 3), draw.randint(-2, 2)
    return {
        "": None, "value": value, "place": place, "count": place, "place?": draw.choice((None, place)),
        "values": [value, draw.randint(1, 3)], "at": [place, value], "bound": [value, draw.randint(1, 3)],
        "bindings": [[value, draw.randint(1, 3)]],
    }[takes]  # fmt: skip


def _told(answer: Any, form: str, table: Table) -> Any:
    """An answer of the model as JSON says it."""
    if isinstance(answer, Raised):
        return {"raised": answer.name}

    def value(number: int) -> Any:
        return None if number == NULL else table.values[number]

    match form:
        case "value":
            return value(answer)
        case "values":
            return [value(one) for one in answer]
        case "members":
            return [value(one) for one in sorted(answer)]
        case "pair":
            return [value(one) for one in answer]
        case "pairs":
            return [[value(key), value(one)] for key, one in sorted(answer)]
        case _:
            return answer


def _wrong(draw: random.Random, told: Any, form: str) -> Any:
    match told:
        case [first, second] if form == "pair":
            return [second, first]
        case bool():
            return not told
        case int():
            return told + draw.choice((-1, 1))
        case [first, *rest] if not isinstance(first, list):
            return rest
        case _:
            return told


_MAKERS: dict[str, Callable[[random.Random, Rows], None]] = {
    "queue": _queue,
    "register": _register,
    "counter": _counter,
    "lock": _lock,
    "semaphore": _semaphore,
}
