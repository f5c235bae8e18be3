"""Anybody's history on the command line: which file, of what model, and what is said of it."""

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import msgspec
import numpy as np

from mpconform.errors import BadRecord, UsageError
from mpconform.linear.columns import Columns, Judged, load
from mpconform.linear.foreign import Line, lines_of
from mpconform.linear.forms import read
from mpconform.linear.judge import MODELS, Settings, judge
from mpconform.linear.stream import Stream, begun, judge_stream

__all__ = ("Verdict", "first_value", "judged", "read_history", "told")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is said of a history of *model*: what was *found*, and the operations that prove it."""

    model: str
    found: Judged
    operations: int
    windows: int = 1
    witness: tuple[Line, ...] = ()

    @property
    def legal(self) -> bool | None:
        """Whether some order explains it; None if nobody knows."""
        return self.found.legal


def first_value(text: str) -> Any:
    """Return what ``--value`` says; raises UsageError."""
    try:
        return msgspec.json.decode(text)
    except msgspec.DecodeError as error:
        raise UsageError(f'--value {text}: not JSON, in which a string is "{text}"') from error


def read_history(path: Path, model: str) -> Columns:
    """Return the history in *path*, of a *model* if it does not say so itself; raises BadRecord."""
    if path.suffix == ".columns":
        columns = load(path)
        if model and model != columns.model:
            raise UsageError(f"{path} is the history of a {columns.model}, not of a {model}")
        return columns
    return read(path, _named(str(path), model))


def _named(path: str, model: str) -> str:
    if not model:
        raise UsageError(f"{path} does not say of what it is; give --model: {', '.join(MODELS)}")
    return model


def judged(path: str, model: str, settings: Settings, *, stream: bool) -> Verdict:
    """Judge the history in *path*, ``-`` for standard input; as it comes if *stream*.  Raises BadRecord."""
    if not stream:
        columns = read_history(Path(path), model)
        found = judge(columns, settings)
        rows = columns.select(np.array(found.witness, dtype=np.int64))
        return Verdict(columns.model, found, len(columns), witness=tuple(lines_of(rows)))
    judging = begun(_named(path, model), settings)
    if path == "-":
        return _as_it_comes(sys.stdin.buffer, "standard input", judging, model)
    try:
        with Path(path).open("rb") as file:
            return _as_it_comes(file, path, judging, model)
    except OSError as error:
        raise BadRecord(f"cannot read {path}: {(error.strerror or str(error)).lower()}") from error


def _as_it_comes(file: BinaryIO, name: str, judging: Stream, model: str) -> Verdict:
    found = judge_stream(file, name, judging)
    whole = Judged(legal=found.legal, exact=found.exact, kind=found.kind, story=found.story)
    return Verdict(model, whole, found.operations, found.windows, found.witness)


def told(verdict: Verdict) -> str:
    """Return *verdict* in words, with the operations that prove it."""
    found, model = verdict.found, verdict.model
    windows = f", in {verdict.windows} windows" if verdict.windows > 1 else ""
    what = f"{verdict.operations} operations of a {model}{windows}"
    if found.legal:
        sure = "" if found.exact else "; as far as a judge that may miss something can tell"
        return f"LEGAL    {what}{sure}"
    if found.legal is None:
        return f"UNKNOWN  {what}: {found.story}"
    lines = "".join(f"\n    {msgspec.json.encode(line).decode()}" for line in verdict.witness)
    return f"ILLEGAL  {what}: {found.kind}\n  {found.story}.{lines}"
