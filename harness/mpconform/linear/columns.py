"""Columns: one history of one object as arrays of int64, so that it is loaded without being parsed.

An operation is a row: which process, what it did (a code of its model), on which key (0 if the object has
none), its argument, its answer, and the closed interval from its invocation to its return.  Values stand in
a table, by number.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

from mpconform.errors import BadRecord, UsageError

__all__ = (
    "COLUMN_NAMES",
    "FORMAT",
    "NOTHING",
    "OPEN",
    "Column",
    "Columns",
    "Judged",
    "columns_of",
    "load",
    "save",
)

Column = npt.NDArray[np.int64]

FORMAT = 1
#: The return of an operation that never returned: it may have taken effect at any time since, or never.
OPEN = np.iinfo(np.int64).max
#: An argument or an answer that there is not.
NOTHING = np.iinfo(np.int64).min

COLUMN_NAMES = ("process", "code", "key", "argument", "answer", "invoked", "returned")


@dataclass(frozen=True, slots=True, eq=False)
class Columns:
    """The operations of *model*, in any order, each array as long as the others.

    *codes* names the codes, *processes* the processes, *table* holds what keys, arguments and answers stand
    for: number k for ``table[k]``.  Without a table they are the numbers that they are.
    """

    model: str
    process: Column
    code: Column
    key: Column
    argument: Column
    answer: Column
    invoked: Column
    returned: Column
    codes: tuple[str, ...]
    processes: tuple[str, ...] = ()
    table: tuple[Any, ...] = ()

    def __len__(self) -> int:
        """Return how many operations there are."""
        return len(self.code)

    def of(self, name: str) -> Column:
        """Return the rows, in order, of the operations called *name*."""
        if name not in self.codes:
            return np.zeros(0, dtype=np.int64)
        return np.flatnonzero(self.code == self.codes.index(name))

    def value(self, number: int) -> Any:
        """Return what an argument or answer stands for."""
        return None if number == NOTHING else self.table[number] if self.table else int(number)

    def select(self, rows: Column) -> "Columns":
        """Return only these *rows*."""
        return _assembled(
            _Names(model=self.model, codes=self.codes, processes=self.processes, table=self.table),
            [getattr(self, name)[rows] for name in COLUMN_NAMES],
        )


@dataclass(frozen=True, slots=True)
class Judged:
    """What a judge found: *legal* is None if it could not tell.

    *exact* says that it cannot err on such a history; if it is False, a history called legal may yet be
    illegal. *kind* is a stable slug, *witness* the rows that prove it, *story* says why in one sentence;
    *explored* counts the steps of a search.
    """

    legal: bool | None
    exact: bool = True
    kind: str = ""
    witness: tuple[int, ...] = ()
    story: str = ""
    explored: int = 0


class _Names(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a file of columns holds besides numbers."""

    format: int = FORMAT
    model: str
    codes: tuple[str, ...]
    processes: tuple[str, ...]
    table: tuple[Any, ...]


def _assembled(names: _Names, data: Iterable[Column]) -> Columns:
    """Return columns of *data*, in the order of ``COLUMN_NAMES``."""
    return Columns(
        model=names.model,
        codes=names.codes,
        processes=names.processes,
        table=names.table,
        **dict(zip(COLUMN_NAMES, data, strict=True)),
    )


def save(columns: Columns, path: Path) -> None:
    """Write *columns* to *path*; raises UsageError if that cannot be done."""
    names = _Names(model=columns.model, codes=columns.codes, processes=columns.processes, table=columns.table)
    data = np.stack([getattr(columns, name) for name in COLUMN_NAMES])
    try:
        with path.open("wb") as file:
            np.save(file, np.frombuffer(msgspec.json.encode(names), dtype=np.uint8), allow_pickle=False)
            np.save(file, data, allow_pickle=False)
    except OSError as error:
        raise UsageError(f"cannot write {path}: {(error.strerror or str(error)).lower()}") from error


def load(path: Path) -> Columns:
    """Return the columns in the file *path*; raises BadRecord."""
    try:
        with path.open("rb") as file:
            names = msgspec.json.decode(np.load(file, allow_pickle=False).tobytes(), type=_Names)
            data = np.load(file, allow_pickle=False)
    except OSError as error:
        raise BadRecord(f"cannot read {path}: {(error.strerror or str(error)).lower()}") from error
    except (ValueError, EOFError, msgspec.DecodeError) as error:
        raise BadRecord(f"{path}: not a history in columns: {error}") from error
    if names.format != FORMAT:
        raise BadRecord(f"{path}: columns of format {names.format}; this version reads {FORMAT}")
    if data.dtype != np.int64 or data.ndim != 2 or len(data) != len(COLUMN_NAMES):
        raise BadRecord(f"{path}: not {len(COLUMN_NAMES)} columns of int64")
    return _assembled(names, data)


def columns_of(
    model: str,
    codes: Sequence[str],
    rows: Sequence[Sequence[int]],
    *,
    processes: tuple[str, ...] = (),
    table: tuple[Any, ...] = (),
) -> Columns:
    """Return columns of *rows*: process, code, key, argument, answer, invoked, returned, as numbers."""
    data = np.array(rows, dtype=np.int64).reshape(-1, len(COLUMN_NAMES)).T.copy()
    return _assembled(_Names(model=model, codes=tuple(codes), processes=processes, table=table), data)
