"""Foreign histories: one JSON object a line, so that anybody's can be judged.

    {"process": "p0", "op": "put", "arg": 7, "ret": null, "t_invoke": 120, "t_return": 180}

``t_return`` is null if the operation never returned.  What was raised instead of returned is ``"ret":
{"raised": "Empty"}``.  Which operations there are, follows from the model (``OPERATIONS``).  Other forms of
files are those of ``forms``.
"""

import json
from collections.abc import Iterable
from typing import Any

import msgspec
import numpy as np

from mpconform.errors import BadRecord
from mpconform.linear.columns import NOTHING, OPEN, Columns, columns_of
from mpconform.linear.judge import CODES, known
from mpconform.linear.models import UNKNOWN
from mpconform.linear.objects import OBJECTS
from mpconform.linear.table import Table
from mpconform.linear.understanding import key_of, understood

__all__ = ("OPERATIONS", "Builder", "Line", "lines_of", "parsed")

#: What may be done to each model, with its argument, its answer, and what it may raise.
OPERATIONS = {
    "queue": 'put (arg: the value; raises "Full"), get (ret: the value; raises "Empty")',
    "register": "write (arg: the value), read (ret: the value)",
    "counter": "add (by one), read (ret: the count)",
    "lock": "acquire (ret: false if it was refused), release",
    "semaphore": "acquire (ret: false if it was refused), release",
    **{name: model.told() for name, model in OBJECTS.items()},
}

#: What an operation that raised so, or nothing, is to its model; whether it has an argument, and an answer.
_SIMPLE: dict[tuple[str, str, str], tuple[str, bool, bool]] = {
    ("queue", "put", ""): ("put", True, False),
    ("queue", "put", "Full"): ("full", True, False),
    ("queue", "get", ""): ("get", False, True),
    ("queue", "get", "Empty"): ("empty", False, False),
    ("register", "write", ""): ("write", True, False),
    ("register", "read", ""): ("read", False, True),
    ("counter", "add", ""): ("add", False, False),
    ("counter", "read", ""): ("read", False, True),
    ("lock", "acquire", ""): ("acquire", False, False),
    ("lock", "release", ""): ("release", False, False),
    ("semaphore", "acquire", ""): ("acquire", False, False),
    ("semaphore", "release", ""): ("release", False, False),
}
#: What the codes of a model are as an operation, and what it raised, if they are no names of operations.
_RAISING = {"empty": ("get", "Empty"), "full": ("put", "Full")}


class Line(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, gc=False):
    """One operation as it stands in a file."""

    process: str | int
    op: str
    arg: Any = None
    ret: Any = None
    t_invoke: int
    t_return: int | None = None

    @property
    def raised(self) -> str:
        """What it raised; empty if it returned."""
        if type(self.ret) is dict and self.ret.keys() == {"raised"}:
            return str(self.ret["raised"])
        return ""


_DECODER = msgspec.json.Decoder(Line)


def parsed(texts: Iterable[bytes], name: str, *, first: int = 1) -> list[Line]:
    """Return the lines *texts*, without those that are empty, of the file *name*; raises BadRecord.

    The number of the *first* of them is for the message.
    """
    texts = list(texts)
    try:
        return _DECODER.decode_lines(b"\n".join(texts))
    except msgspec.DecodeError:
        pass  # Which one it is, is found out one by one.
    found = []
    for number, text in enumerate(texts, start=first):
        if not text.strip():
            continue
        try:
            found.append(_DECODER.decode(text))
        except msgspec.DecodeError as error:
            raise BadRecord(f"{name}, line {number}: {error}") from error
    return found


class Builder:
    """Columns in the making: takes the lines of one history, in any order."""

    def __init__(self, model: str) -> None:
        """Begin a history of a *model*; raises UsageError if there is none such."""
        self.model = known(model)
        self._codes = {name: place for place, name in enumerate(CODES[model])}
        self._object = OBJECTS.get(model)
        self._table, self._processes = Table(), Table()
        self._rows: list[tuple[int, ...]] = []

    def __len__(self) -> int:
        """Return how many operations there are by now."""
        return len(self._rows)

    def add(self, line: Line, where: str) -> None:
        """Add an operation; raises BadRecord with *where* it stands."""
        returned = int(OPEN) if line.t_return is None else line.t_return
        if not -int(OPEN) <= line.t_invoke < int(OPEN) or returned > OPEN:
            raise BadRecord(f"{where}: a stamp does not fit into 64 bits")
        if returned < line.t_invoke:
            raise BadRecord(f"{where}: t_return {line.t_return} is before t_invoke {line.t_invoke}")
        meaning = self._of_object(line, where) if self._object else self._simple(line, where)
        process = self._processes.number(line.process)
        self._rows.append((process, *meaning, line.t_invoke, returned))

    def columns(self) -> Columns:
        """Return the operations that were added."""
        # The answers of a counter are the numbers that they are.
        values = () if self.model == "counter" else tuple(self._table.values)
        names = tuple(map(str, self._processes.values))
        return columns_of(self.model, CODES[self.model], self._rows, processes=names, table=values)

    def _simple(self, line: Line, where: str) -> tuple[int, int, int, int]:
        """Return the code that *line* is, its key, its argument and its answer."""
        done = line.t_return is not None
        found = _SIMPLE.get((self.model, line.op, line.raised))
        if found is None or (line.raised and not done):
            raise self._wrong(line, where)
        name, argument, answer = found
        if self.model == "counter":
            told = type(line.ret) is int and abs(line.ret) < OPEN
            if line.arg not in (None, 1) or (answer and done and not told):
                raise self._wrong(line, where)
            return self._codes[name], 0, int(NOTHING), line.ret if answer and done else int(NOTHING)
        if name == "acquire" and line.ret is False and done:
            name = "failed"
        return (
            self._codes[name],
            0,
            self._table.number(line.arg) if argument else int(NOTHING),
            self._table.number(line.ret) if answer and done else int(NOTHING),
        )

    def _of_object(self, line: Line, where: str) -> tuple[int, int, int, int]:
        assert self._object is not None
        # d[key], which raises, is not d.get(key), which answers null.
        name = "getitem" if self.model == "dict" and line.op == "get" and line.raised else line.op
        done = line.t_return is not None
        if name not in self._codes:
            raise self._wrong(line, where)
        try:
            _, argument, _ = understood(
                self._object, name, line.arg, line.ret if done else UNKNOWN, self._table
            )
        except ValueError as error:
            raise BadRecord(
                f"{where}: a {line.op} of a {self.model} that lacks {error}: arg {_short(line.arg)}, "
                f"ret {_short(line.ret)}"
            ) from error
        answer = self._table.number(line.ret) if done else int(NOTHING)
        key = key_of(self._object, name, argument)
        return self._codes[name], key, self._table.number(line.arg), answer

    def _wrong(self, line: Line, where: str) -> BadRecord:
        came = f"raised {line.raised}" if line.raised else f"returned {_short(line.ret)}"
        return BadRecord(
            f"{where}: no {line.op!r} of a {self.model} that {came}; there are {OPERATIONS[self.model]}"
        )


def _short(value: Any) -> str:
    return json.dumps(value)[:40]


def lines_of(columns: Columns) -> Iterable[Line]:
    """Yield *columns* as the lines of a file, by invocation."""
    for row in np.argsort(columns.invoked, kind="stable").tolist():
        code = columns.codes[columns.code[row]]
        done = columns.returned[row] != OPEN
        op, _ = _RAISING.get(code, ("acquire" if code == "failed" else code, ""))
        number = int(columns.process[row])
        yield Line(
            process=columns.processes[number] if columns.processes else str(number),
            op=op,
            arg=columns.value(int(columns.argument[row])),
            ret=_answer(columns, row, code) if done else None,
            t_invoke=int(columns.invoked[row]),
            t_return=int(columns.returned[row]) if done else None,
        )


def _answer(columns: Columns, row: int, code: str) -> Any:
    if code in _RAISING:
        return {"raised": _RAISING[code][1]}
    if code in ("acquire", "failed"):
        return code == "acquire"
    return columns.value(int(columns.answer[row]))
