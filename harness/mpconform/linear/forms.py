"""Forms of a history: JSON lines, Jepsen's EDN and Porcupine's JSON, each written and read again."""

import json
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from mpconform.errors import BadRecord, UsageError
from mpconform.linear.columns import OPEN, Columns
from mpconform.linear.edn import Keyword, read_edn, written
from mpconform.linear.foreign import Builder, Line, lines_of, parsed
from mpconform.linear.judge import known
from mpconform.linear.objects import OBJECTS

__all__ = ("EXPORTS", "export", "read")

#: What Jepsen's own workloads call what is called otherwise here.
_JEPSEN = {
    ("queue", "enqueue"): "put",
    ("queue", "dequeue"): "get",
    ("counter", "inc"): "add",
    ("set", "add-all"): "update",
}


def read(path: Path, model: str) -> Columns:
    """Return the history of a *model* in the file *path*, by its suffix; raises BadRecord, and UsageError.

    ``.edn`` is Jepsen's, ``.json`` Porcupine's, anything else holds JSON lines.
    """
    known(model)
    try:
        data = path.read_bytes()
    except OSError as error:
        raise BadRecord(f"cannot read {path}: {(error.strerror or str(error)).lower()}") from error
    builder = Builder(model)
    reader = {".edn": _from_edn, ".json": _from_porcupine}.get(path.suffix, _from_jsonl)
    for line, where in reader(data, path, model):
        builder.add(line, where)
    return builder.columns()


def _from_jsonl(data: bytes, path: Path, _: str) -> Iterator[tuple[Line, str]]:
    texts = data.splitlines()
    numbers = [number for number, text in enumerate(texts, start=1) if text.strip()]
    for number, line in zip(numbers, parsed(texts, str(path)), strict=True):
        yield line, f"{path}, line {number}"


def _from_porcupine(data: bytes, path: Path, _: str) -> Iterator[tuple[Line, str]]:
    try:
        rows = msgspec.json.decode(data, type=list[_Operation])
    except msgspec.DecodeError as error:
        raise BadRecord(f"{path}: not a history of Porcupine: {error}") from error
    for number, row in enumerate(rows):
        line = Line(
            process=row.ClientId,
            op=row.Input.op,
            arg=row.Input.arg,
            ret=row.Output,
            t_invoke=row.Call,
            t_return=None if row.Open else row.Return,
        )
        yield line, f"{path}, operation {number}"


class _Input(msgspec.Struct, frozen=True):
    op: str
    arg: Any = None


class _Operation(msgspec.Struct, frozen=True):
    """An operation of Porcupine; *Open* is ours, and says that it never returned."""

    ClientId: int
    Input: _Input
    Call: int
    Return: int
    Output: Any = None
    Open: bool = False


def _from_edn(data: bytes, path: Path, model: str) -> Iterator[tuple[Line, str]]:
    """Pair the events of each process: an invocation, and what came of it."""
    try:
        events = read_edn(data.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise BadRecord(f"{path}: not a history of Jepsen: {error}") from error
    begun: dict[Any, _Invoked] = {}
    found: list[tuple[int, Line, str]] = []
    for number, event in enumerate(events):
        where = f"{path}, event {number}"
        if not isinstance(event, dict) or not {"process", "type", "f"} <= event.keys():
            raise BadRecord(f"{where}: no map with :process, :type and :f")
        process, time = event["process"], event.get("time", event.get("index", number))
        if isinstance(process, Keyword):
            continue  # The nemesis, which does nothing to the object.
        if not isinstance(process, (int, str)):
            raise BadRecord(f"{where}: :process is {process!r}, and neither a number nor a name")
        if type(time) is not int:
            raise BadRecord(f"{where}: :time is {time!r}, and no integer")
        kind = str(event["type"])
        if kind == "invoke":
            if process in begun:
                raise BadRecord(f"{where}: process {process} has not come back from what it invoked before")
            begun[process] = _Invoked(number, event, time, where)
            continue
        if process not in begun:
            raise BadRecord(f"{where}: process {process} has invoked nothing")
        if kind not in ("ok", "fail", "info"):
            raise BadRecord(f"{where}: :type is :{kind}; there are :invoke, :ok, :fail and :info")
        found += _paired(model, begun.pop(process), event, None if kind == "info" else time)
    for invoked in begun.values():
        found += _paired(model, invoked, None, None)
    # By invocation, as they are written.
    yield from ((line, where) for _, line, where in sorted(found, key=lambda one: one[0]))


class _Invoked(NamedTuple):
    """An invocation: the number of its event, the event, when it was, and where it stands."""

    number: int
    event: dict[str, Any]
    time: int
    where: str


def _paired(
    model: str, invoked: _Invoked, event: dict[str, Any] | None, end: int | None
) -> Iterator[tuple[int, Line, str]]:
    """Yield the operation of an invocation and its completion, if it took place."""
    number, told, begin, where = invoked
    name = str(told["f"])
    op = _JEPSEN.get((model, name), name)
    answered = event is not None and end is not None and _answers(model, op)
    answer = _plain(event.get("value")) if event is not None and answered else None
    if event is not None and str(event["type"]) == "fail":
        error = event.get("error")
        if error is not None and not isinstance(error, (str, Keyword)):
            error = None
        answer = _failed(model, op, None if error is None else str(error))
        if answer is _NOT_DONE:
            return
    line = Line(
        process=told["process"],
        op=op,
        arg=_plain(told.get("value")) if _takes(model, op) else None,
        ret=answer,
        t_invoke=begin,
        t_return=end,
    )
    yield number, line, where


_NOT_DONE = object()


def _failed(model: str, op: str, error: str | None) -> Any:
    """Return the answer of an operation that failed, ``_NOT_DONE`` if it did not take place."""
    if error and error in (*(OBJECTS[model].raises if model in OBJECTS else ()), "Full", "Empty"):
        return {"raised": error}
    if (model, op) == ("queue", "get"):
        return {"raised": "Empty"}
    return False if op == "acquire" else _NOT_DONE


def _answers(model: str, op: str) -> bool:
    """Return whether an operation has an answer that is not its argument."""
    if model in OBJECTS:
        form = OBJECTS[model].forms.get(op)
        return form is not None and bool(form.answers)
    return op in ("get", "read")


def _takes(model: str, op: str) -> bool:
    """Return whether an operation has an argument; Jepsen's own workloads put other things there, too."""
    if model in OBJECTS:
        form = OBJECTS[model].forms.get(op)
        return form is None or bool(form.takes)
    return op in ("put", "write", "add")


def _plain(value: Any) -> Any:
    """Return a *value* of a history as JSON says it: a keyword is a string."""
    if isinstance(value, list):
        return [_plain(one) for one in value]
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items()}
    return str(value) if isinstance(value, str) else value


def _jsonl(columns: Columns) -> Iterable[str]:
    yield from (msgspec.json.encode(line).decode() for line in lines_of(columns))


def _edn(columns: Columns) -> Iterable[str]:
    """Yield the history as Jepsen keeps one: an invocation and a completion for each operation, by time.

    What never returned is of type ``:info``, at the end; what was refused is of type ``:fail``, with the
    exception as ``:error``.
    """
    events: list[tuple[int, int, str, Line, Any]] = []
    for line in lines_of(columns):
        events.append((line.t_invoke, 0, ":invoke", line, line.arg))
        done, refused = (
            line.t_return is not None,
            bool(line.raised) or (line.op == "acquire" and not line.ret),
        )
        kind = ":info" if not done else ":fail" if refused else ":ok"
        value = line.ret if kind == ":ok" and _answers(columns.model, line.op) else line.arg
        events.append((int(OPEN) if line.t_return is None else line.t_return, 1, kind, line, value))
    for index, (time, _, kind, line, value) in enumerate(sorted(events, key=lambda event: event[:2])):
        stamp = line.t_invoke if time == OPEN else time
        error = f", :error :{line.raised}" if kind == ":fail" and line.raised else ""
        yield (
            f"{{:index {index}, :process {json.dumps(str(line.process))}, :type {kind}, :f :{line.op}, "
            f":value {written(value)}{error}, :time {stamp}}}"
        )


def _porcupine(columns: Columns) -> Iterable[str]:
    """Yield the history as the operations of Porcupine: ClientId, Input, Call, Output, Return."""
    clients: dict[str | int, int] = {}
    lines = list(lines_of(columns))
    # Porcupine wants a return of every operation: one that may have come at any time comes last.
    end = max((max(line.t_invoke, line.t_return or line.t_invoke) for line in lines), default=0) + 1
    rows = []
    for line in lines:
        row: dict[str, Any] = {
            "ClientId": clients.setdefault(line.process, len(clients)),
            "Input": {"op": line.op, "arg": line.arg},
            "Call": line.t_invoke,
            "Output": line.ret,
            "Return": end if line.t_return is None else line.t_return,
        }
        rows.append(row if line.t_return is not None else row | {"Open": True})
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
