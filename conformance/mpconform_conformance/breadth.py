"""Breadth: how much of a backend's own package a run executes, if it is asked to measure that."""

import shutil
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from pathlib import Path

import msgspec

from mpconform import measured, store
from mpconform.events import CoverageEvent, ModuleRow
from mpconform_conformance.campaign import Cell
from mpconform_conformance.plan import Plan

__all__ = ("events", "together", "with_measuring")

#: Where in the run folder processes tell what they executed, while the run is under way.
_FOLDER = ".executed"


def with_measuring(plan: Plan) -> Plan:
    """Return *plan* with every cell measured; raises UsageError if an interpreter cannot measure."""
    for backend in {cell.backend.python: cell.backend for cell in plan.cells}.values():
        measured.check(backend)
    folder = Path(plan.folder) / _FOLDER
    cells = (
        msgspec.structs.replace(
            cell, measured=measured.measured(cell.offer, folder / store.slug(cell.backend.spec))
        )
        for cell in plan.cells
    )
    return msgspec.structs.replace(plan, cells=tuple(cells))


def events(plan: Plan) -> Iterator[CoverageEvent]:
    """Yield what was executed on each backend that was measured, and on several of one module together.

    Nothing is left of what processes told.  Raises HarnessFault if it cannot be counted.
    """
    cells = {cell.backend.spec: cell for cell in plan.cells if cell.measured}
    by_module = sorted(cells.values(), key=_folder_of)
    try:
        for folder, group in groupby(by_module, key=_folder_of):
            yield from _counted(folder, sorted(group, key=lambda cell: cell.backend.spec))
    finally:
        shutil.rmtree(Path(plan.folder) / _FOLDER, ignore_errors=True)


def _folder_of(cell: Cell) -> str:
    assert cell.measured
    return cell.measured.folder


def _counted(folder: str, cells: Sequence[Cell]) -> Iterator[CoverageEvent]:
    records = {cell.backend.spec: cell.measured.record for cell in cells if cell.measured}
    groups = {"": list(records.values())} if len(records) > 1 else {}
    groups |= {spec: [record] for spec, record in records.items()}
    for name, rows in measured.count(cells[0].backend, folder, groups).items():
        yield CoverageEvent(backends=(name,) if name else tuple(records), modules=rows)


def together(events: Iterable[CoverageEvent]) -> CoverageEvent:
    """Return what *events* of the same backends tell together: what any of them executed, was executed."""
    first, *others = events
    rows = {row.name: row for row in first.modules}
    for row in (row for event in others for row in event.modules):
        known = rows.setdefault(row.name, row)
        rows[row.name] = _either(known, row)
    return msgspec.structs.replace(first, modules=tuple(rows[name] for name in sorted(rows)))


def _either(one: ModuleRow, other: ModuleRow) -> ModuleRow:
    return msgspec.structs.replace(
        one,
        missing=tuple(line for line in one.missing if line in other.missing),
        untaken=tuple(arc for arc in one.untaken if arc in other.untaken),
    )
