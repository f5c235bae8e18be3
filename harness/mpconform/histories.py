"""Histories in columns: one file holds those of a campaign, so that they are loaded without being parsed.

A file begins with ``MAGIC``.  Then come records: a length, a checksum and a kind, and as many bytes.  One
kind is a scenario, as JSON; the other is a history of the scenario before it: how many operations it has, the
columns of these (int64, one after the other), and as JSON what is no column.  An operation that did what its
step says, refers to that; whatever else it holds besides numbers stands in a table of the history.  Records
are only ever appended, so that of a run that was killed all is there but perhaps the last.
"""

import contextlib
import mmap
import struct
import zlib
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import numpy as np
import numpy.typing as npt

from mpconform.errors import BadRecord, UsageError
from mpconform.values import (
    ActorRecord,
    Census,
    Execution,
    History,
    Hold,
    Json,
    Operation,
    Scenario,
    Step,
)

__all__ = ("MAGIC", "SUFFIX", "Place", "Writer", "encoded", "places", "read")

#: How a file begins; the last byte is the number of its format.
MAGIC = b"MPCHIST\x01"
#: How the name of such a file ends.
SUFFIX = ".columns"

_RECORD = struct.Struct("<QII")
_COUNT = struct.Struct("<QQ")
_SCENARIO, _HISTORY = 1, 2
_COLUMNS = 13
#: That a column says what the step says.
_AS_STEP = -1
_NEVER = np.iinfo(np.int64).max
_OUTCOMES = ("ok", "raised", "open")
#: What a result is: nothing, a truth, an integer, an item, or a text of the table.
_NONE, _FALSE, _TRUE, _INTEGER, _ITEM, _TEXT = range(6)
_HALF = 1 << 32

_Read = TypeVar("_Read")

#: Where a history stands in a file: the offsets of the records of its scenario and of itself.
Place = tuple[int, int]


class _Frame(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a history holds besides its scenario and its operations; and the table of these."""

    backend: str
    round: int
    actors: dict[str, ActorRecord]
    executions: tuple[Execution, ...]
    census: dict[str, Census]
    ended: str
    detail: str
    stacks: str
    holds: tuple[Hold, ...]
    names: tuple[str, ...]
    texts: tuple[Json, ...]


_KEPT = frozenset(_Frame.__struct_fields__) - {"names", "texts"}
_SCENARIOS = msgspec.json.Decoder(Scenario)
_FRAMES = msgspec.json.Decoder(_Frame)


class _Table:
    """Numbers for names and for JSON values, in the order in which they came."""

    def __init__(self) -> None:
        self.names: dict[str, int] = {}
        self.texts: dict[bytes, int] = {}

    def name(self, name: str) -> int:
        return self.names.setdefault(name, len(self.names))

    def text(self, value: Json) -> int:
        return self.texts.setdefault(msgspec.json.encode(value), len(self.texts))


class Writer:
    """Appends histories to a file, which it makes with the first."""

    def __init__(self, path: Path) -> None:
        """Write to *path*; nothing is written yet."""
        self._path = path
        self._scenario: Scenario | None = None

    def append(self, history: History) -> None:
        """Append *history*; raises UsageError if that cannot be done."""
        known = history.scenario is self._scenario or history.scenario == self._scenario
        data = (b"" if known else _record(_SCENARIO, msgspec.json.encode(history.scenario))) + _body(history)
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with self._path.open("ab") as file:
                file.write(data if file.tell() else MAGIC + data)
        except OSError as error:
            raise UsageError(
                f"cannot write {self._path}: {(error.strerror or str(error)).lower()}"
            ) from error
        self._scenario = history.scenario


def encoded(history: History) -> bytes:
    """Return what a file holds that has only this *history*."""
    return MAGIC + _record(_SCENARIO, msgspec.json.encode(history.scenario)) + _body(history)


def _record(kind: int, body: bytes) -> bytes:
    # What follows begins at a multiple of eight, so that its numbers can be read where they are.
    body += b" " * (-len(body) % 8)
    return _RECORD.pack(len(body), zlib.crc32(body), kind) + body


def _body(history: History) -> bytes:
    table = _Table()
    rows = [_row(op, history.scenario, table) for op in history.operations]
    columns = np.array(rows, dtype=np.int64).reshape(-1, _COLUMNS).T
    frame = msgspec.json.encode(
        _Frame(
            **{name: getattr(history, name) for name in _KEPT},
            names=tuple(table.names),
            texts=tuple(map(msgspec.Raw, table.texts)),
        )
    )
    head = _COUNT.pack(len(rows), len(frame))
    return _record(_HISTORY, head + np.ascontiguousarray(columns).tobytes() + frame)


def _step_of(scenario: Scenario, actor: str, number: int) -> Step | None:
    steps = scenario.actors[actor].steps if actor in scenario.actors else ()
    return steps[number] if 0 <= number < len(steps) else None


def _row(op: Operation, scenario: Scenario, table: _Table) -> tuple[int, ...]:
    """Return *op* in numbers."""
    step = _step_of(scenario, op.actor, op.step)
    return (
        table.name(op.actor),
        op.step,
        _AS_STEP if step and op.target == step.target else table.name(op.target),
        _AS_STEP if step and op.method == step.method else table.name(op.method),
        _AS_STEP if step and op.arguments == step.arguments else table.text(op.arguments),
        _AS_STEP if step and op.keywords == step.keywords else table.text(op.keywords),
        _AS_STEP if step and op.timeout_s == step.timeout_s else table.text(op.timeout_s),
        _OUTCOMES.index(op.outcome),
        *_result(op.result, table),
        op.invoked_ns,
        _NEVER if op.returned_ns is None else op.returned_ns,
    )


def _result(result: Json, table: _Table) -> tuple[int, int, int]:
    """Return what kind of result it is, and two numbers that say which."""
    if result is None:
        return _NONE, 0, 0
    if result is True or result is False:
        return (_TRUE if result else _FALSE), 0, 0
    if type(result) is int and abs(result) < _NEVER:
        return _INTEGER, result, 0
    match result:
        case {"$item": [str() as producer, int() as number, int() as size, int() as check]} if (
            len(result) == 1 and all(0 <= part < _HALF for part in (number, check)) and 0 <= size < _HALF >> 1
        ):
            return _ITEM, table.name(producer) << 32 | number, size << 32 | check
    return _TEXT, table.text(result), 0


def places(path: Path) -> tuple[Place, ...]:
    """Return where each history in the file *path* stands; raises BadRecord."""
    with _Mapped(path) as data:
        found: list[Place] = []
        scenario = -1
        at = len(MAGIC)
        while at < len(data):
            length, _, kind = _head(data, at, path)
            if kind == _SCENARIO:
                scenario = at
            elif kind == _HISTORY and scenario >= 0:
                found.append((scenario, at))
            else:
                raise BadRecord(f"{path}: damaged at byte {at}: no record of kind {kind} can stand there")
            at += _RECORD.size + length
        return tuple(found)


def read(path: Path, wanted: Iterable[Place]) -> Iterator[History]:
    """Yield the histories in the file *path* that stand at the places *wanted*; raises BadRecord."""
    with _Mapped(path) as data:
        scenario, known = None, -1
        for scenario_at, at in wanted:
            if scenario_at != known:
                scenario, known = _decoded(_SCENARIOS.decode, data, scenario_at, path), scenario_at
            assert scenario is not None
            yield _decoded(partial(_history, scenario), data, at, path)


def _decoded(decode: Callable[[memoryview], _Read], data: memoryview, at: int, path: Path) -> _Read:
    """Return what *decode* makes of the record at *at*."""
    body = _checked(data, at, path)
    try:
        return decode(body)
    except (msgspec.DecodeError, IndexError, ValueError, struct.error) as error:
        raise BadRecord(f"{path}: damaged at byte {at}: no history ({error})") from error


class _Mapped:
    """A file, mapped into memory."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __enter__(self) -> memoryview:
        path = self._path
        try:
            with path.open("rb") as file:
                start = file.read(len(MAGIC))
                if start != MAGIC:
                    raise BadRecord(_unknown(path, start))
                self._map = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        except OSError as error:
            raise BadRecord(f"cannot read {path}: {(error.strerror or str(error)).lower()}") from error
        self._view = memoryview(self._map)
        return self._view

    def __exit__(self, *_: object) -> None:
        self._view.release()
        # Whoever is still looking at a part of it (an exception's frame, say) closes it by letting go.
        with contextlib.suppress(BufferError):
            self._map.close()


def _unknown(path: Path, start: bytes) -> str:
    if start[:-1] == MAGIC[:-1] and len(start) == len(MAGIC):
        return f"{path}: histories of format {start[-1]}; this version reads {MAGIC[-1]}"
    return f"{path}: no histories in columns: it begins with {start!r}, not with {MAGIC!r}"


def _head(data: memoryview, at: int, path: Path) -> tuple[int, int, int]:
    """Return length, checksum and kind of the record at *at*, which is all there."""
    if at + _RECORD.size <= len(data):
        length, check, kind = _RECORD.unpack_from(data, at)
        if at + _RECORD.size + length <= len(data):
            return length, check, kind
    raise BadRecord(
        f"{path}: cut short: the record at byte {at} is not all there; the run was killed while it wrote, or "
        "the file was copied in part: copy it again, or cut it off there"
    )


def _checked(data: memoryview, at: int, path: Path) -> memoryview:
    """Return the body of the record at *at*."""
    length, check, _ = _head(data, at, path)
    begin = at + _RECORD.size
    body = data[begin : begin + length]
    if zlib.crc32(body) != check:
        body.release()
        raise BadRecord(
            f"{path}: damaged at byte {at}: the checksum of the record there is wrong; copy the file again, "
            "or run again"
        )
    return body


def _history(scenario: Scenario, body: memoryview) -> History:
    count, length = _COUNT.unpack_from(body, 0)
    begin = _COUNT.size
    end = begin + 8 * _COLUMNS * count
    columns: npt.NDArray[np.int64] = np.frombuffer(body[begin:end], dtype=np.int64)
    frame = _FRAMES.decode(bytes(body[end : end + length]))
    known: dict[tuple[int, ...], tuple[Any, ...]] = {}
    operations = []
    for row in zip(*columns.reshape(_COLUMNS, count).tolist(), strict=True):
        call = known.get(row[:7])
        if call is None:
            call = known[row[:7]] = _call(row, scenario, frame)
        actor, target, method, arguments, keywords, timeout_s = call
        operations.append(
            Operation(
                actor=actor,
                step=row[1],
                target=target,
                method=method,
                arguments=arguments,
                keywords=keywords,
                timeout_s=timeout_s,
                outcome=_OUTCOMES[row[7]],
                result=_told(row[8], row[9], row[10], frame),
                invoked_ns=row[11],
                returned_ns=None if row[12] == _NEVER else row[12],
            )
        )
    kept = {name: getattr(frame, name) for name in _KEPT}
    return History(scenario=scenario, operations=tuple(operations), **kept)


def _call(row: tuple[int, ...], scenario: Scenario, frame: _Frame) -> tuple[Any, ...]:
    """Return actor, target, method, arguments, keywords and timeout of a *row*."""
    actor = frame.names[row[0]]
    step = _step_of(scenario, actor, row[1])
    target, method, arguments, keywords, timeout = row[2:7]
    if step is None and _AS_STEP in row[2:7]:
        raise ValueError(f"{actor} has no step {row[1]}")
    return (
        actor,
        step.target if step and target == _AS_STEP else frame.names[target],
        step.method if step and method == _AS_STEP else frame.names[method],
        step.arguments if step and arguments == _AS_STEP else tuple(frame.texts[arguments]),
        step.keywords if step and keywords == _AS_STEP else frame.texts[keywords],
        step.timeout_s if step and timeout == _AS_STEP else frame.texts[timeout],
    )


def _told(kind: int, first: int, second: int, frame: _Frame) -> Json:
    match kind:
        case 0:
            return None
        case 1 | 2:
            return kind == _TRUE
        case 3:
            return first
        case 4:
            return {"$item": [frame.names[first >> 32], first % _HALF, second >> 32, second % _HALF]}
        case _:
            return frame.texts[first]
