"""The terminal report: the matrix, and one story per violation; plain text where there is no terminal."""

import io
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from mpconform.events import BackendRow, ContractEvent
from mpconform.values import Violation
from mpconform_reports import breadth as measured
from mpconform_reports import contracts as lattices
from mpconform_reports import gate, manner, observations, pseudocode, wording
from mpconform_reports import litmus as programs
from mpconform_reports import matrix as tables
from mpconform_reports.matrix import STATUSES, Cell, Status
from mpconform_reports.proof import witness_rows
from mpconform_reports.record import Record
from mpconform_reports.reproduction import SCRIPT
from mpconform_reports.shown import ShownViolation
from mpconform_reports.waits import standstill

__all__ = (
    "breadth",
    "contracts",
    "litmus",
    "matrix",
    "plain",
    "standings",
    "story",
    "summary",
    "surprises",
    "told",
)

summary = wording.summary

STYLES = {
    "violates": "bold red",
    "unknown": "yellow",
    "missing": "dim",
    "unsupported": "dim",
    "conforms": "green",
}
#: A backend's column is at least this wide; narrower terminals get letters for backends.
COLUMN = 15
#: The columns of ids: as wide as the longest, but no wider than this.
IDS = 32
#: What a backend's letter takes, where there is no room for its name.
NARROW = 3
#: So many lines of a listing are shown; the rest is in the folder of the violation.
LISTING = 40
#: So many surprises are shown; the rest is in the report.
SURPRISES = 12
#: The width of what is printed without a console: a log's.
PLAIN = 110


def plain(what: RenderableType) -> str:
    """Return *what* as text without colours, for a log."""
    out = io.StringIO()
    Console(file=out, width=PLAIN, force_terminal=False, color_system=None).print(what)
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines())


def standings(record: Record) -> RenderableType:
    """Return what the gate makes of everything, what makes it fail first, and its verdict."""
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, show_header=False)
    for column in ("standing", "requirement", "backend"):
        table.add_column(column, no_wrap=True)
    table.add_column("why", overflow="fold")
    rows = gate.ordered(record.standings)
    for standing in rows[:LISTING]:
        style = (
            "bold red"
            if standing.standing in gate.FAILING
            else "yellow"
            if standing.standing == "stale"
            else ""
        )
        word = Text(gate.WORDS[standing.standing].upper() if style else gate.WORDS[standing.standing], style)
        why = ": ".join(part for part in (standing.signature, standing.reason) if part)
        table.add_row(word, standing.requirement, standing.backend, Text(why))
    more = [Text(f"and {len(rows) - LISTING} more, each in the report")] if rows[LISTING:] else []
    return Group(*([table] if rows else []), *more, Text(gate.verdict(record), "bold"))


def litmus(record: Record) -> RenderableType:
    """Return what came of the litmus programs, a line each; nothing if there were none."""
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, show_header=False)
    for row in programs.rows(record):
        signs = (
            Text(f"{cell.status.symbol} {cell.told}", STYLES[cell.status.name])
            if cell.status.name in ("violates", "unsupported")
            else Text(cell.status.symbol, STYLES[cell.status.name])
            for cell in row.cells
        )
        table.add_row(row.title, *signs)
    return table


def contracts(events: Sequence[ContractEvent], backends: Sequence[str]) -> RenderableType:
    """Return the strongest contract that each kind of object kept, a line each; nothing if none was judged.

    The sign says whether the documented one was kept; more is in the report.
    """
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, show_header=False)
    for row in lattices.rows(events, backends):
        cells = (
            Text(f"{cell.status.symbol} {cell.told}", STYLES[cell.status.name])
            if cell.event
            else Text("no evidence", "dim")
            for cell in row.cells
        )
        table.add_row(row.kind, *cells)
    return table


def surprises(record: Record) -> RenderableType:
    """Return what was allowed but surprising, a line each: how often of how many chances, and the worst."""
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, show_header=False)
    rows = [(one, sighting) for one in observations.observations(record) for sighting in one.sightings]
    # What is looked for on purpose comes before what was only noted by the way: what became of the killed.
    rows.sort(key=lambda row: not row[1].counted)
    for one, sighting in rows[:SURPRISES]:
        often = f"{wording.number(sighting.count)} of {wording.number(sighting.chances)}"
        worst = f"worst {sighting.worst}" if sighting.worst else ""
        table.add_row(one.note.replace("-", " "), one.requirement, sighting.backend, often, worst)
    left = len(rows) - SURPRISES
    return Group(table, Text(f"and {left} more, each in the report")) if left > 0 else table


def breadth(record: Record) -> RenderableType:
    """Return how much of each package that was measured was executed, a line each."""
    return Group(
        *(
            Text(f"{table.whole.percent} of the lines and branches of {' and '.join(table.modules)} executed")
            for table in measured.tables(record)
        )
    )


def matrix(record: Record) -> RenderableType:
    """Return the requirements x backends table.

    A family has one line with its counts; below it stands every requirement that is
    violated, unknown or not reached somewhere.  Where the terminal is too narrow for the
    names of the backends, they are letters, explained below.
    """
    return _Matrix(record)


@dataclass(frozen=True, slots=True)
class _Matrix:
    record: Record

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Yield the table that fits the width, what its letters mean, and its legend."""
        groups = tables.groups(self.record)
        backends = self.record.header.backends
        names = [f"  {r.id}" for r in self.record.header.requirements] + [g.title for g in groups]
        longest = max(map(len, names), default=0)
        wide = min(IDS, longest) + len(backends) * (COLUMN + 2) <= options.max_width
        room = IDS if wide else options.max_width - NARROW * len(backends)
        table = Table(box=None, padding=(0, 2 if wide else 1, 0, 0), header_style="bold", pad_edge=False)
        table.add_column("Requirement", width=max(12, min(longest, room)), overflow="fold")
        for letter, backend in zip(_letters(), backends, strict=False):
            table.add_column(_column(backend) if wide else letter, no_wrap=not wide, overflow="fold")
        for group in groups:
            counts = (_counts(group.counts(b.spec), wide=wide) for b in backends)
            table.add_row(Text(group.title, "bold"), *counts)
            for row in group.rows:
                if not {"violates", "unknown", "missing"}.isdisjoint(row.outcomes):
                    table.add_row(Text(f"  {row.requirement.id}"), *(_cell(c, wide=wide) for c in row.cells))
        yield table
        if not wide:
            yield ""
            yield from (Text(f"{a}  {b.spec}") for a, b in zip(_letters(), backends, strict=False))
        yield ""
        yield _legend(tables.totals(groups))


def _letters() -> Iterable[str]:
    yield from "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    yield from (f"B{n}" for n in range(27, 1000))


def _column(backend: BackendRow) -> str:
    """Return the name of a backend over two lines, if it has a start method."""
    method = backend.spec.removeprefix(backend.module)
    return f"{backend.module}\n{method}" if method else backend.spec


def _counts(counts: Counter[str], *, wide: bool) -> Text:
    """Return how a family does on one backend: ``"✗ 1 ✓ 11"``, or the gravest symbol where it is narrow."""
    present = [status for status in STATUSES.values() if counts[status.name]]
    told = [Text(f"{s.symbol} {counts[s.name]}" if wide else s.symbol, STYLES[s.name]) for s in present]
    return Text(" ").join(told if wide else told[:1])


def _cell(cell: Cell, *, wide: bool) -> Text:
    """Return one cell: its symbol, its word where there is room, and for conformity its evidence."""
    status = cell.status
    if not wide:
        return Text(status.symbol, STYLES[status.name])
    word = wording.brief(cell.judged) if status.name == "conforms" else status.word
    return Text(f"{status.symbol} {word.upper() if status.name == 'violates' else word}", STYLES[status.name])


def _legend(totals: Counter[str]) -> Text:
    """Return what the symbols mean, and how many cells have each."""
    parts: list[Status] = [status for status in STATUSES.values() if totals[status.name]]
    told = Text()
    for status in parts:
        told.append(f"{status.symbol} ", STYLES[status.name])
        told.append(f"{wording.number(totals[status.name])} {status.word}   ")
    return told


def story(violation: ShownViolation) -> RenderableType:
    """Return a violation, told from the rule it breaks to the command that replays it.

    In order: requirement and backend, the sentence, what happened, how often, the shrunk
    scenario, the witness, and last a command that can be copied even where it is wrapped.
    """
    event = violation.event
    head = Text.assemble(("VIOLATES  ", "bold red"), (event.requirement, "bold"), f"   {event.backend}")
    parts: list[RenderableType] = [head, _indented(Text(violation.requirement.statement, "italic"))]
    parts += _happened(event.summary, event.story)
    size = f"{wording.counted(event.actors, 'actor')}, {wording.counted(event.steps, 'step')}"
    seen = (
        f"{wording.repeats(event.reproduced)}; seen in {wording.number(event.seen)} {_histories(event.seen)}"
    )
    parts.append(_indented(Text(f"smallest scenario: {size}   ({seen})")))
    parts.append(_indented(Text(manner.found(event.strategy, event.found_s))))
    if violation.scenario:
        parts.append(_listing(pseudocode.lines(violation.scenario)))
        if how := manner.manner(violation.scenario):
            parts.append(_indented(Text(how), by=6))
    if held := manner.held(violation.history, violation.witness):
        parts.append(_indented(Text(f"found while {held}")))
    if violation.first_summary:
        parts.append(_indented(Text(f"first seen as: {violation.first_summary}")))
    parts += [_witness(violation)] if violation.witness else []
    parts += _observed(violation.observed)
    parts += _waits(violation)
    if (stacks := f"{event.folder}/stacks.txt") in violation.files:
        parts.append(_indented(Text(f"stacks    {stacks}", overflow="fold")))
    if (script := f"{event.folder}/{SCRIPT}") in violation.files:
        parts.append(_indented(Text(f"script    {script}", overflow="fold")))
    return Group(*parts, _Replay(event.replay))


def told(violation: Violation) -> RenderableType:
    """Return what happened, without its circumstances: of a run that is not in a record."""
    return Group(*_happened(violation.summary, violation.story), *_observed(violation.observed))


def _happened(summary: str, story: str) -> list[RenderableType]:
    return [_indented(Text(summary, "bold")), *([_indented(Text(story))] if story else [])]


def _observed(lines: Iterable[str]) -> list[RenderableType]:
    return [_indented(Text(f"observed  {line}")) for line in lines]


def _histories(count: int) -> str:
    return "history" if count == 1 else "histories"


def _indented(text: RenderableType, by: int = 2) -> Padding:
    return Padding(text, (0, 0, 0, by), expand=False)


def _listing(told: Sequence[str]) -> Padding:
    shown = [*told[:LISTING], f"… and {len(told) - LISTING} more steps"] if len(told) > LISTING else told
    return _indented(Text("\n".join(shown), "cyan", overflow="fold"), by=6)


def _columns() -> Table:
    """Return a table without lines: a title, who, what, and what of it."""
    table = Table(box=None, padding=(0, 2, 0, 0), show_header=False, pad_edge=False)
    for wraps in (False, False, True, True):
        table.add_column(no_wrap=not wraps, overflow="fold")
    return table


def _witness(violation: ShownViolation) -> Padding:
    """Return the witness: who, what, from when to when."""
    table = _columns()
    for row in witness_rows(violation):
        who = f"{row.actor}#{row.step}" if row.step else row.actor
        when = (
            f"from {row.began}, never returned"
            if row.returned == "never"
            else f"{row.began} .. {row.returned}"
        )
        what = row.call if row.returned == "never" else f"{row.call} → {row.result}"
        table.add_row("witness" if row.number == 1 else "", who, Text(what), Text(when))
    return _indented(table)


def _waits(violation: ShownViolation) -> list[RenderableType]:
    """Return who waited for whom when the run hung, and the circle."""
    found = standstill(violation.history)
    if not found.rows:
        return []
    table = _columns()
    for number, row in enumerate(found.rows):
        who = f"{row.actor}#{row.step}" if row.step else row.actor
        table.add_row("" if number else "hung in", who, Text(row.call), Text(f"waits for {row.awaits}"))
    circle = [_indented(Text(f"circle    {found.circle}"))] if found.circle else []
    return [_indented(table), *circle]


@dataclass(frozen=True, slots=True)
class _Replay:
    """A command; where it must be wrapped, a shell still reads it as one."""

    command: str

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Yield the command, broken between words by backslashes if it is too long for a line."""
        line = f"  replay    {self.command}"
        if len(line) <= options.max_width:
            yield Text.assemble("  replay    ", (self.command, "bold"))
            return
        yield Text("  replay:")
        lines: list[str] = []
        for word in self.command.split(" "):
            if lines and len(lines[-1]) + len(word) + 3 <= options.max_width:
                lines[-1] += f" {word}"
            else:
                lines.append(word)
        for number, words in enumerate(lines, 1):
            yield Text(words + (" \\" if number < len(lines) else ""), "bold", overflow="fold")
