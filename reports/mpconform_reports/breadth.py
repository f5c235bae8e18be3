"""Breadth as tables: how much of each module of a backend's package was executed, on which backends."""

from collections.abc import Iterable
from dataclasses import dataclass

from mpconform.events import CoverageEvent, ModuleRow
from mpconform_reports.record import Record

__all__ = ("BreadthRow", "BreadthTable", "percent", "tables")


@dataclass(frozen=True, slots=True, kw_only=True)
class BreadthRow:
    """One module, or all: lines and branches that were executed, of how many; *each* backend's percentage."""

    name: str
    lines: tuple[int, int]
    branches: tuple[int, int]
    percent: str
    each: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BreadthTable:
    """One package: a row for each module, and one for all of them; *backends* are those of the columns."""

    backends: tuple[str, ...]
    rows: tuple[BreadthRow, ...]
    whole: BreadthRow

    @property
    def modules(self) -> tuple[str, ...]:
        """The modules of its backends."""
        return tuple(dict.fromkeys(backend.partition(":")[0] for backend in self.backends))


def tables(record: Record) -> tuple[BreadthTable, ...]:
    """Return a table for each package that was measured; none if none was."""
    alone = {event.backends[0]: event for event in record.coverage if len(event.backends) == 1}
    several = [event for event in record.coverage if len(event.backends) > 1]
    covered = {backend for event in several for backend in event.backends}
    wholes = [*several, *(event for backend, event in alone.items() if backend not in covered)]
    return tuple(_table(event, [alone[b] for b in event.backends if b in alone]) for event in wholes)


def percent(rows: Iterable[ModuleRow]) -> str:
    """Return how much of *rows* was executed, lines and branches together, such as ``88.4 %``."""
    rows = tuple(rows)
    total = sum(row.total for row in rows)
    # Rounded down: what is shown as reached, is reached.
    return f"{sum(row.reached for row in rows) * 1000 // total / 10:.1f} %" if total else ""


def _table(event: CoverageEvent, each: list[CoverageEvent]) -> BreadthTable:
    modules = [{row.name: row for row in one.modules} for one in each]
    rows = tuple(
        _row(row.name, [row], [[own[row.name]] if row.name in own else [] for own in modules])
        for row in event.modules
        if row.total
    )
    return BreadthTable(
        backends=tuple(one.backends[0] for one in each),
        rows=rows,
        whole=_row("all", event.modules, [one.modules for one in each]),
    )


def _row(name: str, rows: Iterable[ModuleRow], each: Iterable[Iterable[ModuleRow]]) -> BreadthRow:
    rows = tuple(rows)
    statements, branches = sum(row.statements for row in rows), sum(row.branches for row in rows)
    return BreadthRow(
        name=name,
        lines=(statements - sum(len(row.missing) for row in rows), statements),
        branches=(branches - sum(len(row.untaken) for row in rows), branches),
        percent=percent(rows),
        each=tuple(map(percent, each)),
    )
