"""Traceability: from each sentence to its source, its checker, who breaks it on purpose, and the evidence."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from mpconform.events import MutantRow, PowerRow
from mpconform.values import Requirement
from mpconform_reports.matrix import Cell, Group
from mpconform_reports.record import Record

__all__ = ("Chapter", "Trace", "chapters")


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """One requirement, and all that stands behind it.

    *mutants* are the backends that are broken on purpose to try it, *power* says how often it caught any of
    them; *cells* are what the run found, backend by backend.  One that is untested has none of these.
    """

    requirement: Requirement
    mutants: tuple[MutantRow, ...] = ()
    power: PowerRow | None = None
    cells: tuple[Cell, ...] = ()

    @property
    def untested(self) -> bool:
        """Whether it is documented, and not tested yet."""
        return self.requirement.kind == "untested"

    @property
    def text(self) -> str:
        """What the filter looks through, in lower case."""
        one = self.requirement
        words = (one.id, one.statement, one.source, one.checker, one.reason, *(m.name for m in self.mutants))
        return " ".join(words).lower()


@dataclass(frozen=True, slots=True, kw_only=True)
class Chapter:
    """The traces of one family, the untested ones last."""

    family: str
    title: str
    traces: tuple[Trace, ...]


def chapters(record: Record, matrix: Sequence[Group]) -> tuple[Chapter, ...]:
    """Return the traces of every requirement of *record*, family by family.  O(requirements x backends)."""
    header = record.header
    mutants: dict[str, list[MutantRow]] = defaultdict(list)
    for mutant in header.mutants:
        mutants[mutant.requirement].append(mutant)
    powers = {row.requirement: row for row in header.power}
    return tuple(
        Chapter(
            family=group.family,
            title=group.title,
            traces=(
                *(
                    Trace(
                        requirement=row.requirement,
                        mutants=tuple(mutants[row.requirement.id]),
                        power=powers.get(row.requirement.id),
                        cells=row.cells,
                    )
                    for row in group.rows
                ),
                *(Trace(requirement=one) for one in header.untested if one.family == group.family),
            ),
        )
        for group in matrix
    )
