"""Foreign histories: one JSON object a line, so that anybody's can be judged; and the forms of others.

    {"process": "p0", "op": "put", "arg": 7, "ret": null, "t_invoke": 120, "t_return": 180}

``t_return`` is null if the operation never returned.  What was raised instead of returned is ``"ret":
{"raised": "Empty"}``. Which operations there are, follows from the model (``OPERATIONS``).
"""

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from mpconform.errors import BadRecord, UsageError
from mpconform.linear.columns import NOTHING, OPEN, Columns, columns_of
from mpconform.linear.judge import CODES, MODELS

__all__ = ("EXPORTS", "OPERATIONS", "Line", "export", "read")

#: What may be done to each model, with its argument, its answer, and what it may raise.
OPERATIONS = {
    "queue": 'put (arg: the value; raises "Full"), get (ret: the value; raises "Empty")',
    "register": "write (arg: the value), read (ret: the value)",
    "counter": "add (by one), read (ret: the count)",
    "lock": "acquire (ret: false if it was refused), release",
    "semaphore": "acquire (ret: false if it was refused), release",
    "dict": 'get, contains, delete, pop (arg: key; raises "KeyError"), set, setdefault (arg: [key, value])',
}

_KEYED = frozenset({"get", "contains", "delete", "pop"})
_VALUED = frozenset({"set", "setdefault"})


class Line(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
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
        if isinstance(self.ret, dict) and set(self.ret) == {"raised"}:
            return str(self.ret["raised"])
        return ""


_DECODER = msgspec.json.Decoder(Line)


class _Table:
    """Numbers for values: equal values (as JSON) have the same number."""

    def __init__(self) -> None:
        self.values: list[Any] = []
        self._numbers: dict[str, int] = {}

    def number(self, value: Any) -> int:
        text = json.dumps(value, sort_keys=True)
        if text not in self._numbers:
            self._numbers[text] = len(self.values)
            self.values.append(value)
        return self._numbers[text]


def read(path: Path, model: str) -> Columns:
    """Return the history of a *model* in the file *path*; raises BadRecord with the line, and UsageError."""
    if model not in MODELS:
        raise UsageError(f"--model {model}: there are {', '.join(MODELS)}")
    try:
        lines = path.read_bytes().splitlines()
    except OSError as error:
        raise BadRecord(f"cannot read {path}: {(error.strerror or str(error)).lower()}") from error
    table, processes = _Table(), _Table()
    rows = []
    for number, text in enumerate(lines, start=1):
        if not text.strip():
            continue
        where = f"{path}, line {number}"
        try:
            line = _DECODER.decode(text)
        except msgspec.DecodeError as error:
            raise BadRecord(f"{where}: {error}") from error
        rows.append((processes.number(line.process), *_row(where, model, line, table)))
    # The answers of a counter are the numbers that they are.
    values = () if model == "counter" else tuple(table.values)
    names = tuple(map(str, processes.values))
    return columns_of(model, CODES[model], rows, processes=names, table=values)


def _row(where: str, model: str, line: Line, table: _Table) -> tuple[int, ...]:
    """Return code, key, argument, answer and interval of *line*."""
    returned = OPEN if line.t_return is None else line.t_return
    if returned < line.t_invoke:
        raise BadRecord(f"{where}: t_return {line.t_return} is before t_invoke {line.t_invoke}")
    code, key, argument, answer = _meaning(where, model, line, table)
    place = CODES[model].index(code)
    return place, key, argument, answer, line.t_invoke, int(returned)


def _meaning(where: str, model: str, line: Line, table: _Table) -> tuple[str, int, int, int]:
    """Return the code of the model that *line* is, its key, its argument and its answer."""
    op, raised = line.op, line.raised
    done = line.t_return is not None
    wrong = BadRecord(f"{where}: no {op!r} of a {model} that {_told(line)}; there are {OPERATIONS[model]}")
    match model, op, raised:
        case ("queue", "put", "Full") if done:
            return "full", 0, table.number(line.arg), NOTHING
        case "queue", "put", "":
            return "put", 0, table.number(line.arg), NOTHING
        case ("queue", "get", "Empty") if done:
            return "empty", 0, NOTHING, NOTHING
        case "queue", "get", "":
            return "get", 0, NOTHING, table.number(line.ret) if done else NOTHING
        case "register", "write", "":
            return "write", 0, table.number(line.arg), NOTHING
        case "register", "read", "":
            return "read", 0, NOTHING, table.number(line.ret) if done else NOTHING
        case ("counter", "add", "") if line.arg in (None, 1):
            return "add", 0, NOTHING, NOTHING
        case ("counter", "read", "") if isinstance(line.ret, int) or not done:
            return "read", 0, NOTHING, line.ret if done else NOTHING
        case (("lock" | "semaphore"), ("acquire" | "release"), ""):
            refused = op == "acquire" and line.ret is False and done
            return "failed" if refused else op, 0, NOTHING, NOTHING
        case "dict", _, ("" | "KeyError"):
            return _of_dictionary(line, table, done=done, wrong=wrong)
    raise wrong


def _told(line: Line) -> str:
    return f"raised {line.raised}" if line.raised else f"returned {json.dumps(line.ret)[:40]}"


def _of_dictionary(line: Line, table: _Table, *, done: bool, wrong: BadRecord) -> tuple[str, int, int, int]:
    if line.op in _VALUED and not line.raised and isinstance(line.arg, list) and len(line.arg) == 2:
        key, value = line.arg
        answer = table.number(line.ret) if done and line.op == "setdefault" else NOTHING
        return line.op, table.number(key), table.number(value), answer
    if line.op not in _KEYED:
        raise wrong
    key = table.number(line.arg)
    if line.raised:
        if line.op == "contains":
            raise wrong
        return "missing", key, NOTHING, NOTHING
    if line.op == "contains":
        return "contains", key, NOTHING, int(bool(line.ret))
    # A get that answers null found nothing.
    found = done and line.ret is not None and line.op != "delete"
    return line.op, key, NOTHING, table.number(line.ret) if found else NOTHING


def _lines(columns: Columns) -> Iterable[Line]:
    """Yield *columns* as the lines of a file, by invocation."""
    for row in np.argsort(columns.invoked, kind="stable").tolist():
        code = columns.codes[columns.code[row]]
        done = columns.returned[row] != OPEN
        yield Line(
            process=_process(columns, row),
            op={"empty": "get", "full": "put", "failed": "acquire", "missing": "get"}.get(code, code),
            arg=_argument(columns, row, code),
            ret=_answer(columns, row, code) if done else None,
            t_invoke=int(columns.invoked[row]),
            t_return=int(columns.returned[row]) if done else None,
        )


def _process(columns: Columns, row: int) -> str:
    number = int(columns.process[row])
    return columns.processes[number] if columns.processes else str(number)


def _argument(columns: Columns, row: int, code: str) -> Any:
    argument = columns.value(int(columns.argument[row]))
    if columns.model != "dict":
        return argument
    key = columns.value(int(columns.key[row]))
    return [key, argument] if code in _VALUED else key


def _answer(columns: Columns, row: int, code: str) -> Any:
    raised = {"empty": "Empty", "full": "Full", "missing": "KeyError"}.get(code)
    if raised:
        return {"raised": raised}
    if code in ("acquire", "failed"):
        return code == "acquire"
    if code == "contains":
        return bool(columns.answer[row])
    return columns.value(int(columns.answer[row]))


def _jsonl(columns: Columns) -> Iterable[str]:
    yield from (msgspec.json.encode(line).decode() for line in _lines(columns))


def _edn(columns: Columns) -> Iterable[str]:
    """Yield the history as Jepsen keeps one: an invocation and a completion for each operation, by time.

    What never returned is of type ``:info``, at the end.
    """
    events: list[tuple[int, int, str, Line, Any]] = []
    for line in _lines(columns):
        events.append((line.t_invoke, 0, ":invoke", line, line.arg))
        raised, done = bool(line.raised) or line.ret is False, line.t_return is not None
        kind = ":info" if not done else ":fail" if raised else ":ok"
        value = line.ret if done and line.ret is not None and not raised else line.arg
        events.append((OPEN if line.t_return is None else line.t_return, 1, kind, line, value))
    for index, (time, _, kind, line, value) in enumerate(sorted(events, key=lambda event: event[:2])):
        stamp = line.t_invoke if time == OPEN else time
        yield (
            f"{{:index {index}, :process {json.dumps(str(line.process))}, :type {kind}, :f :{line.op}, "
            f":value {_edn_value(value)}, :time {stamp}}}"
        )


def _edn_value(value: Any) -> str:
    """Return a JSON value in the extensible data notation."""
    if value is None:
        return "nil"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(key)} {_edn_value(one)}" for key, one in value.items()) + "}"
    if isinstance(value, list):
        return "[" + " ".join(map(_edn_value, value)) + "]"
    return json.dumps(value)


def _porcupine(columns: Columns) -> Iterable[str]:
    """Yield the history as the operations of Porcupine: ClientId, Input, Call, Output, Return."""
    clients: dict[str | int, int] = {}
    end = int(columns.invoked.max(initial=0)) + 1
    rows = [
        {
            "ClientId": clients.setdefault(line.process, len(clients)),
            "Input": {"op": line.op, "arg": line.arg},
            "Call": line.t_invoke,
            "Output": line.ret,
            # Porcupine wants a return of every operation: one that may have come at any time comes last.
            "Return": end if line.t_return is None else line.t_return,
        }
        for line in _lines(columns)
    ]
    yield json.dumps(rows, indent=1)


#: The forms in which a history can be written.
EXPORTS: dict[str, Callable[[Columns], Iterable[str]]] = {
    "jsonl": _jsonl,
    "edn": _edn,
    "porcupine": _porcupine,
}


def export(columns: Columns, form: str) -> str:
    """Return *columns* in the *form* of ``EXPORTS``, for a second opinion; raises UsageError."""
    if form not in EXPORTS:
        raise UsageError(f"--to {form}: there are {', '.join(EXPORTS)}")
    return "".join(f"{line}\n" for line in EXPORTS[form](columns))
