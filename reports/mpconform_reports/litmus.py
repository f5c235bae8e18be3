"""The litmus programs as a table: each program on each backend."""

from dataclasses import dataclass

from mpconform.events import LitmusEvent
from mpconform_reports.matrix import STATUSES, Status
from mpconform_reports.record import Record

__all__ = ("LitmusCell", "LitmusRow", "rows")


@dataclass(frozen=True, slots=True, kw_only=True)
class LitmusCell:
    """One program on one backend; *event* is None if the run did not come to it."""

    status: Status
    event: LitmusEvent | None = None

    @property
    def told(self) -> str:
        """Why it is what it is, for a person."""
        if self.event is None:
            return "not reached"
        if self.event.lacking:
            return f"offers no {', '.join(self.event.lacking)}"
        if self.event.violated:
            return ", ".join(self.event.violated)
        return "not reached" if not self.event.runs else f"{self.event.runs} runs"


@dataclass(frozen=True, slots=True, kw_only=True)
class LitmusRow:
    """One program on every backend, in the order of the header."""

    title: str
    cells: tuple[LitmusCell, ...]


def rows(record: Record) -> tuple[LitmusRow, ...]:
    """Return a row for each litmus program of the run, in the order of its families."""
    order = [family.name for family in record.header.families]
    known = {(event.family, event.name, event.backend): event for event in record.litmus}
    titles = {(event.family, event.name): event.title for event in record.litmus}
    programs = sorted(titles, key=lambda program: order.index(program[0]) if program[0] in order else 99)
    return tuple(
        LitmusRow(
            title=titles[program],
            cells=tuple(_cell(known.get((*program, backend.spec))) for backend in record.header.backends),
        )
        for program in programs
    )


def _cell(event: LitmusEvent | None) -> LitmusCell:
    if event is None or not (event.runs or event.lacking):
        return LitmusCell(status=STATUSES["missing"], event=event)
    if event.lacking:
        return LitmusCell(status=STATUSES["unsupported"], event=event)
    return LitmusCell(status=STATUSES["violates" if event.violated else "conforms"], event=event)
