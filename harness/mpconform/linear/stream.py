"""Streams: histories of unbounded length, judged in bounded memory.

The operations come in the order in which they were invoked.  Queues, registers, counters, locks and
semaphores are judged in windows that are cut at quiescent points, where everything that ever returned had
returned; what a later window needs of those before is carried into it: a few operations, and the value by
then.  Other objects are judged by just-in-time linearisation, one frontier for each key, which needs no
quiescent points.
"""

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, BinaryIO

from mpconform.errors import BadRecord
from mpconform.linear.columns import NOTHING
from mpconform.linear.foreign import OPERATIONS, Builder, Line, parsed
from mpconform.linear.frontier import Frontier
from mpconform.linear.judge import Settings, first_value, known
from mpconform.linear.models import UNKNOWN, Op
from mpconform.linear.objects import OBJECTS, step_of
from mpconform.linear.table import Names
from mpconform.linear.understanding import initial_state, key_of, understood
from mpconform.linear.windows import Windowed

__all__ = ("Stream", "Streamed", "begun", "judge_stream")

#: So many bytes are read at a time.
_READ = 1 << 18

#: A window is cut at the first quiescent point after so many operations; one that has none is given up after
#: so many.
_WINDOW, _LARGEST = 20_000, 200_000


@dataclass(frozen=True, slots=True)
class Streamed:
    """What is known of a stream: a verdict as of any history, its witness as lines.

    *operations* were judged, in *windows*; what came after a violation was not looked at.
    """

    legal: bool | None
    exact: bool = True
    kind: str = ""
    story: str = ""
    witness: tuple[Line, ...] = ()
    operations: int = 0
    windows: int = 0


class Stream:
    """A history that is told line by line."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self._latest = 0
        self.operations = 0
        #: What is known by now; legal until there is a violation, or nothing can be known any more.
        self.found = Streamed(legal=True)

    def add(self, line: Line, where: str) -> bool:
        """Add the next operation; return False if more cannot change what is known.  Raises BadRecord."""
        if self.operations and line.t_invoke < self._latest:
            raise BadRecord(
                f"{where}: t_invoke {line.t_invoke} comes after {self._latest}; a stream is judged in the "
                "order of invocation, so sort it by t_invoke, or judge it as a whole"
            )
        self._latest = line.t_invoke
        self._take(line, where)
        self.operations += 1
        return bool(self.found.legal)

    def end(self) -> Streamed:
        """Judge what is left; return what is known of all."""
        if self.found.legal:
            self._finish()
        return replace(self.found, operations=self.operations)

    def _take(self, line: Line, where: str) -> None:
        raise NotImplementedError

    def _finish(self) -> None:
        raise NotImplementedError


def begun(model: str, settings: Settings | None = None, *, window: int = _WINDOW) -> Stream:
    """Return a stream of *model*, cut after *window* operations or more; raises UsageError for no model."""
    given = settings or Settings()
    return _Objects(model, given) if known(model) in OBJECTS else _Windows(model, given, window)


def judge_stream(file: BinaryIO, name: str, judging: Stream) -> Streamed:
    """Judge the JSON lines of the open *file*, as they come; raises BadRecord with *name* and line."""
    read = 0
    while texts := file.readlines(_READ):
        numbers = [number for number, text in enumerate(texts, start=read + 1) if text.strip()]
        for number, line in zip(numbers, parsed(texts, name, first=read + 1), strict=True):
            if not judging.add(line, f"{name}, line {number}"):
                return judging.end()
        read += len(texts)
    return judging.end()


class _Windows(Stream):
    """A stream that is judged window by window."""

    def __init__(self, model: str, settings: Settings, window: int) -> None:
        super().__init__()
        self._model, self._settings, self._window = model, settings, window
        self._largest = max(_LARGEST, 2 * window)
        self._lines: list[Line] = []
        self._builder = Builder(model)
        #: When everything that came by now and returned, had returned.
        self._quiet = NOTHING
        self._known = Windowed(model, capacity=settings.capacity)

    def _take(self, line: Line, where: str) -> None:
        if line.t_invoke > self._quiet and len(self._lines) >= self._window:
            self._judge(last=False)
            if not self.found.legal:
                return
        self._builder.add(line, where)
        self._lines.append(line)
        if line.t_return is not None and line.t_return > self._quiet:
            self._quiet = line.t_return
        if len(self._lines) >= self._largest:
            told = (
                f"no quiescent point in {len(self._lines)} operations, from {self._lines[0].t_invoke} to "
                f"{line.t_invoke}: nobody knows; let all processes pause from time to time, or judge it "
                "as a whole"
            )
            self.found = Streamed(legal=None, kind="never-quiescent", story=told, windows=self._known.count)

    def _finish(self) -> None:
        self._judge(last=True)

    def _judge(self, *, last: bool) -> None:
        """Judge the window, and begin the next one with what it needs of this."""
        columns = self._builder.columns()
        judged = self._known.judge(columns, first_value(columns, self._settings))
        exact = self.found.exact and judged.exact
        if not judged.legal:
            witness = tuple(self._lines[row] for row in judged.witness)
            self.found = Streamed(
                judged.legal, exact, judged.kind, judged.story, witness, windows=self._known.count
            )
            return
        self.found = Streamed(legal=True, exact=exact, windows=self._known.count)
        if last:
            return
        rows = self._known.carried()
        self._lines = [self._lines[row] for row in rows.tolist()]
        self._builder = Builder(self._model)
        for line in self._lines:
            self._builder.add(line, "")


@dataclass(slots=True)
class _Part:
    """The calls on one key: all that it may be by now, and the latest of its calls that returned."""

    frontier: Frontier
    recent: list[Line] = field(default_factory=list)


class _Objects(Stream):
    """A stream that is judged call by call, each key by itself."""

    def __init__(self, model: str, settings: Settings) -> None:
        super().__init__()
        self._name, self._model = model, OBJECTS[model]
        self._settings, self._names = settings, Names()
        self._step: Callable[[Any, Op], Any] = step_of(self._model)
        self._initial = initial_state(model, settings.value, self._names)
        self._parts: dict[Any, _Part] = {}
        #: The calls that will return, by when.
        self._pending: list[tuple[int, int, Any, Line]] = []

    def _take(self, line: Line, where: str) -> None:
        self._advance(line.t_invoke)
        if not self.found.legal:
            return
        op = self._understood(line, where)
        key = key_of(self._model, op[0], op[1]) if self._model.keyed else None
        if self._model.keyed and key == NOTHING:
            keyed = ", ".join(sorted(self._model.keyed))
            raise BadRecord(
                f"{where}: {line.op!r} concerns the whole {self._name}; a stream is judged key by key, by "
                f"{keyed}: judge it without --stream"
            )
        part = self._parts.get(key)
        if part is None:
            part = _Part(Frontier([self._initial], self._step, self._settings.budget))
            self._parts[key] = part
        crashed = line.t_return is None
        part.frontier.invoke(self.operations, op, crashed=crashed)
        if line.t_return is not None:
            heapq.heappush(self._pending, (line.t_return, self.operations, key, line))

    def _understood(self, line: Line, where: str) -> Op:
        name = "getitem" if self._name == "dict" and line.op == "get" and line.raised else line.op
        if name not in self._model.forms:
            raise BadRecord(f"{where}: no {line.op!r} of a {self._name}; there are {OPERATIONS[self._name]}")
        answer = UNKNOWN if line.t_return is None else line.ret
        try:
            return understood(self._model, name, line.arg, answer, self._names)
        except ValueError as error:
            raise BadRecord(f"{where}: a {line.op} of a {self._name} that lacks {error}") from error

    def _advance(self, until: float) -> None:
        """Complete the calls that returned before *until*: those of that very instant still overlap."""
        while self._pending and self._pending[0][0] < until:
            _, number, key, line = heapq.heappop(self._pending)
            part = self._parts[key]
            if not part.frontier.complete(number):
                self._stuck(part, line)
                return
            # The budget is for each return: there is no end to them.
            part.frontier.steps = 0
            part.recent = [*part.recent[-3:], line]
            untouched = part.frontier.configurations == {(0, self._initial)}
            if untouched and not part.frontier.pending:
                del self._parts[key]

    def _stuck(self, part: _Part, line: Line) -> None:
        frontier = part.frontier
        if frontier.spent:
            told = (
                f"after {frontier.steps:,} steps and with {frontier.most:,} configurations at once, nobody "
                f"knows; the budget of {frontier.spent} is spent"
            )
            self.found = Streamed(legal=None, kind="", story=told)
            return
        told = (
            f"{line.process}'s {line.op} ({line.t_invoke} to {line.t_return}) fits nowhere: in whatever "
            "order the calls before it and beside it took effect, it cannot have been answered so"
        )
        self.found = Streamed(legal=False, kind="no-order", story=told, witness=(*part.recent, line))

    def _finish(self) -> None:
        self._advance(float("inf"))
