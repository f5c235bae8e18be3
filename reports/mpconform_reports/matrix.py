"""The matrix: requirement x backend, grouped by family, with the evidence of each judgement."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from mpconform.values import Requirement
from mpconform_reports.record import Record

__all__ = ("STATUSES", "Cell", "Group", "Row", "Status", "cell", "groups", "totals")


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """What a cell can say: a word, the symbol that goes with it, and what it means."""

    name: str
    word: str
    symbol: str
    meaning: str


#: Every status, by its name in the record, what weighs most first.
STATUSES = {
    status.name: status
    for status in (
        Status(
            name="violates",
            word="violates",
            symbol="✗",
            meaning="A recorded history proves that the requirement is broken. The link leads to the proof.",
        ),
        Status(
            name="unknown",
            word="unknown",
            symbol="?",
            meaning="No history gave evidence, or the checker could not decide. Neither praise nor blame.",
        ),
        Status(
            name="missing",
            word="not reached",
            symbol="…",
            meaning="The run ended before it came to a result.",
        ),
        Status(
            name="conforms",
            word="conforms",
            symbol="✓",
            meaning="It could have been broken as often as the number says, but was not. No proof: evidence.",
        ),
        Status(
            name="unsupported",
            word="unsupported",
            symbol="∅",
            meaning="The backend does not offer what it is about, or what shows it. Not a failure.",
        ),
    )
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One requirement on one backend; *violations* are the ids of those that show why.

    *soundly* counts what was judged where an exact search was too much, *undecided* what was not judged for
    that reason.
    """

    requirement: str
    backend: str
    status: Status
    judged: int = 0
    histories: int = 0
    soundly: int = 0
    undecided: int = 0
    reason: str = ""
    violations: tuple[str, ...] = ()

    @property
    def certainty(self) -> str:
        """How sure that is, where it is less than it could be; else empty."""
        soundly = f"; {self.soundly:,} by rules that may miss something" if self.soundly else ""
        return soundly + (f"; {self.undecided:,} undecided" if self.undecided else "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One requirement on every backend, in the order of the header."""

    requirement: Requirement
    cells: tuple[Cell, ...]

    @property
    def outcomes(self) -> tuple[str, ...]:
        """The names of the statuses that occur in this row, the gravest first."""
        present = {c.status.name for c in self.cells}
        return tuple(name for name in STATUSES if name in present)


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """The rows of one family."""

    family: str
    title: str
    rows: tuple[Row, ...]

    def counts(self, backend: str) -> Counter[str]:
        """Return how many requirements of the family have which status on *backend*."""
        return Counter(c.status.name for row in self.rows for c in row.cells if c.backend == backend)


def cell(record: Record, requirement: str, backend: str) -> Cell:
    """Return what *record* says of *requirement* on *backend*.

    A violation that is recorded outweighs any result, and counts even if the run was cut
    short before there was one: a history that breaks a rule is not healed by others.
    """
    result = record.results.get((requirement, backend))
    violations = record.violations_of(requirement, backend)
    name = "violates" if violations else result.status if result else "missing"
    return Cell(
        requirement=requirement,
        backend=backend,
        status=STATUSES[name],
        judged=result.evidence.get("judged", 0) if result else 0,
        histories=result.evidence.get("histories", 0) if result else 0,
        soundly=result.evidence.get("judged_soundly", 0) if result else 0,
        undecided=result.evidence.get("undecided", 0) if result else 0,
        reason=result.reason if result else "",
        violations=tuple(v.event.id for v in violations),
    )


def groups(record: Record) -> tuple[Group, ...]:
    """Return the whole matrix, families and requirements in the order of the header."""
    titles = {f.name: f.title for f in record.header.families}
    rows: dict[str, list[Row]] = {name: [] for name in titles}
    for requirement in record.header.requirements:
        cells = tuple(cell(record, requirement.id, b.spec) for b in record.header.backends)
        rows.setdefault(requirement.family, []).append(Row(requirement=requirement, cells=cells))
    return tuple(
        Group(family=name, title=titles.get(name, name), rows=tuple(found))
        for name, found in rows.items()
        if found
    )


def totals(matrix: Iterable[Group]) -> Counter[str]:
    """Return how many cells have which status."""
    return Counter(c.status.name for group in matrix for row in group.rows for c in row.cells)
