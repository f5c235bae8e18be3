"""What is neither conformity nor violation: notes of what is allowed but surprising, and open questions."""

from collections.abc import Sequence
from dataclasses import dataclass

from mpconform_reports import wording
from mpconform_reports.matrix import Group
from mpconform_reports.record import Record

__all__ = ("Gap", "Observation", "Sighting", "gaps", "observations")

#: Grades, from the rarest: the word, and below which share of the judged situations it is used.
GRADES = (("rare", 0.01), ("occasional", 0.1), ("frequent", float("inf")))


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """How often one backend showed something, how often it could have, and how bad it was at worst.

    *counted* says that its own chances were counted, and not those of its requirement.
    """

    backend: str
    count: int
    chances: int
    worst_ns: int | None = None
    counted: bool = False

    @property
    def share(self) -> float | None:
        """The share of its chances; None if that means nothing."""
        return self.count / self.chances if self.chances and self.count <= self.chances else None

    @property
    def worst(self) -> str:
        """How bad it was at worst, in milliseconds; empty if that is not known."""
        return "" if self.worst_ns is None else wording.milliseconds(self.worst_ns)

    @property
    def grade(self) -> str:
        """The word for how often it was: ``rare``, ``occasional``, ``frequent`` or ``counted``."""
        if self.share is None:
            return "counted"
        return next(word for word, bound in GRADES if self.share < bound)


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """One thing that the documentation allows and a user would not expect."""

    note: str
    requirement: str
    sightings: tuple[Sighting, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """Requirements of which, for one reason, nothing could be said on some backends."""

    reason: str
    requirements: tuple[str, ...]
    backends: tuple[str, ...]

    @property
    def gist(self) -> str:
        """The reason in a line: of a traceback, what was raised."""
        return self.reason.strip().rpartition("\n")[2]


def observations(record: Record) -> tuple[Observation, ...]:
    """Return every note that was counted at least once, in the order of the requirements."""
    found = []
    for requirement in record.header.requirements:
        seen: dict[str, list[Sighting]] = {}
        for backend in record.header.backends:
            result = record.results.get((requirement.id, backend.spec))
            for note, count in sorted(result.notes.items()) if result else ():
                if count:
                    sighting = Sighting(
                        backend=backend.spec,
                        count=count,
                        chances=result.chances.get(note, result.evidence.get("judged", 0)) if result else 0,
                        worst_ns=result.worst_ns.get(note) if result else None,
                        counted=note in result.chances if result else False,
                    )
                    seen.setdefault(note, []).append(sighting)
        found += [
            Observation(note=note, requirement=requirement.id, sightings=tuple(s)) for note, s in seen.items()
        ]
    return tuple(found)


def gaps(matrix: Sequence[Group], status: str) -> tuple[Gap, ...]:
    """Return the cells of *status*, those with the same reason and the same backends together."""
    per_requirement: dict[tuple[str, str], list[str]] = {}
    for cell in (c for group in matrix for row in group.rows for c in row.cells):
        if cell.status.name == status:
            per_requirement.setdefault((cell.reason, cell.requirement), []).append(cell.backend)
    together: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    for (reason, requirement), backends in per_requirement.items():
        together.setdefault((reason, tuple(backends)), []).append(requirement)
    return tuple(
        Gap(reason=reason, requirements=tuple(requirements), backends=backends)
        for (reason, backends), requirements in together.items()
    )
