"""The run record as the reports see it: the events of a run, joined with the folders of its violations.

A report is a pure function of the run folder.  A record without its end is no error here: the
run was cut short, and that is what a report has to say.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from mpconform import events, kept, store
from mpconform.errors import BadRecord
from mpconform_reports.shown import ShownViolation, shown_violation

__all__ = ("Record", "read")


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """Everything that one run left, as values.

    *results* is keyed by (requirement, backend); of two results for one pair the later counts.
    *torn* says that the last line of the events was written only in part.
    """

    folder: Path
    header: events.HeaderEvent
    campaigns: tuple[events.CampaignEvent, ...] = ()
    litmus: tuple[events.LitmusEvent, ...] = ()
    contracts: tuple[events.ContractEvent, ...] = ()
    coverage: tuple[events.CoverageEvent, ...] = ()
    violations: tuple[ShownViolation, ...] = ()
    results: dict[tuple[str, str], events.ResultEvent]
    replays: tuple[events.ReplayEvent, ...] = ()
    standings: tuple[events.StandingEvent, ...] = ()
    faults: tuple[events.FaultEvent, ...] = ()
    footer: events.FooterEvent | None = None
    torn: bool = False

    @property
    def ended(self) -> str:
        """How the run ended: ``completed``, ``interrupted``, ``failed`` or ``cut short``."""
        return self.footer.ended if self.footer else "cut short"

    def violations_of(self, requirement: str, backend: str) -> tuple[ShownViolation, ...]:
        """Return the violations of *requirement* by *backend*, one for each kind, in order."""
        return tuple(
            v for v in self.violations if (v.event.requirement, v.event.backend) == (requirement, backend)
        )


def read(folder: Path) -> Record:
    """Return the record of the run whose folder is *folder*.

    Raises BadRecord, naming the file, for anything but a missing end that is not what the
    format says, and if an event names a requirement or a backend that the header does not.
    """
    path = folder / store.EVENTS
    run = events.read(path, truncated=True)
    requirements = {r.id: r for r in run.header.requirements}
    backends = {b.spec for b in run.header.backends}
    judged = [(e.requirement, e.backend) for e in run.violations]
    judged += [(e.requirement, e.backend) for e in run.results]
    judged += [(e.requirement, e.backend) for e in run.standings]
    ran = [*(c.backend for c in run.campaigns), *(c.backend for c in run.contracts)]
    _check_names(path, "backend", [*(b for _, b in judged), *ran], backends)
    _check_names(path, "requirement", [r for r, _ in judged], requirements)
    return Record(
        folder=folder,
        header=run.header,
        campaigns=run.campaigns,
        litmus=run.litmus,
        contracts=kept.together(run.contracts),
        coverage=run.coverage,
        violations=tuple(shown_violation(folder, e, requirements[e.requirement]) for e in run.violations),
        results={(r.requirement, r.backend): r for r in run.results},
        replays=run.replays,
        standings=run.standings,
        faults=run.faults,
        footer=run.footer,
        torn=not path.read_bytes().endswith(b"\n"),
    )


def _check_names(path: Path, noun: str, names: Iterable[str], known: Iterable[str]) -> None:
    """Raise BadRecord if one of *names* is not *known* from the header."""
    if strange := sorted(set(names) - set(known)):
        raise BadRecord(f"{path}: {noun} {', '.join(strange)} is not in the header")
