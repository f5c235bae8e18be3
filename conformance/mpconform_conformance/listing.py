"""Listings: requirements, families, backends and what they offer, as tables."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import msgspec
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from mpconform.backend import Backend, Offer, missing
from mpconform.errors import BadBackend
from mpconform.events import ContractEvent
from mpconform.values import Json, Requirement
from mpconform_conformance import catalogue, plan
from mpconform_conformance.gate.known import breakers
from mpconform_conformance.power.figures import proven
from mpconform_conformance.power.mutants import mutants
from mpconform_conformance.rejudge import Rejudged
from mpconform_reports import terminal
from mpconform_reports.record import Record

__all__ = (
    "backends",
    "contracts",
    "explained",
    "families",
    "installed",
    "offers",
    "rejudged",
    "requirements",
    "traced",
)

#: Modules that are looked for when nobody names any.
_KNOWN = (
    "multiprocessing",
    "multiprocess",
    "billiard",
    "torch.multiprocessing",
    "loky.backend.context",
    "multiprocessing.dummy",
    "ray.util.multiprocessing",
    "lithops.multiprocessing",
)


def requirements(chosen: Iterable[Requirement]) -> Table:
    """Return requirements as a table."""
    chosen = tuple(chosen)
    table = _table("id", "level", "kind", "statement")
    for requirement in chosen:
        reason = f" Untested: {requirement.reason}" if requirement.reason else ""
        table.add_row(requirement.id, requirement.level, requirement.kind, requirement.statement + reason)
    tested = sum(not requirement.reason for requirement in chosen)
    table.add_row("", "", "", f"{tested} tested, {len(chosen) - tested} untested")
    return table


def families(rows: Iterable[Mapping[str, Json]]) -> Table:
    """Return families as a table."""
    table = _table("family", "requirements", "title", "themes")
    for row in rows:
        table.add_row(row["name"], str(row["requirements"]), row["title"], " ".join(row["themes"]))
    return table


def installed(options: plan.Options, workdir: Path) -> tuple[tuple[Backend, Offer], ...]:
    """Return those of the known backends that the interpreter has, each start method."""
    found: list[tuple[Backend, Offer]] = []
    for module in _KNOWN:
        one = msgspec.structs.replace(options, backends=(module,))
        try:
            found += plan.offers(one, workdir)
        except BadBackend:
            if module == _KNOWN[0]:
                raise
    return tuple(found)


def backends(rows: Iterable[Mapping[str, Json]]) -> Table:
    """Return backends as a table."""
    table = _table("backend", "version", "file")
    for row in rows:
        table.add_row(row["spec"], row["version"], row["file"])
    return table


def offers(probed: Iterable[tuple[Backend, Offer]]) -> Table:
    """Return what backends offer: each capability that some requirement needs, or that they have."""
    probed = tuple(probed)
    table = _table("capability", *(backend.spec for backend, _ in probed))
    names = {need for requirement in catalogue.requirements() for need in requirement.needs}
    for _, offer in probed:
        names |= offer.capabilities
    for name in sorted(names):
        table.add_row(name, *("✓" if not missing(offer, (name,)) else "·" for _, offer in probed))
    for field in ("version", "file", "python"):
        table.add_row(f"({field})", *(str(getattr(offer, field)) for _, offer in probed))
    return table


def traced(requirement: Requirement, record: Record | None = None) -> dict[str, Json]:
    """Return who is known to break *requirement* on purpose, how often that was caught, and the evidence.

    Evidence is what the run of *record* says of it on each backend; without a record there is no such key.
    """
    row = next(iter(proven([requirement.id])), None)
    found: dict[str, Json] = {
        "mutants": [mutant.name for mutant in mutants() if mutant.requirement == requirement.id],
        "caught": {"caught": row.caught, "runs": row.runs} if row else None,
    }
    if record is not None:
        results = (result for (name, _), result in record.results.items() if name == requirement.id)
        found["evidence"] = {
            result.backend: {"status": result.status} | result.evidence for result in results
        }
    return found


def explained(requirement: Requirement) -> str:
    """Return everything that the catalogue says about one requirement."""
    if requirement.reason:
        lines = ["It is not judged yet:", f"{requirement.reason[:1].upper()}{requirement.reason[1:]}."]
    else:
        judge = catalogue.checker_of(requirement).__doc__ or ""
        lines = ["How it is judged:", *(line.strip() for line in judge.strip().splitlines())]
    return "\n".join(
        [
            f"{requirement.id}  ({requirement.level}, {requirement.kind})",
            "",
            requirement.statement,
            "",
            f"source   {requirement.source}",
            f"needs    {', '.join(requirement.needs) or 'nothing'}",
            *([f"since    Python {requirement.since}"] if requirement.since else []),
            *([f"until    Python {requirement.until}"] if requirement.until else []),
            f"family   {requirement.family}",
            f"checker  {requirement.checker or 'none'}",
            "",
            *([requirement.why, ""] if requirement.why else []),
            *_broken(requirement),
            *_who_breaks(requirement),
            *lines,
        ]
    )


def rejudged(found: Iterable[Rejudged]) -> Table:
    """Return what checkers say of stored histories, beside what the run had said, where it matters."""
    found = tuple(found)
    table = _table("requirement", "backend", "the run said", "now", "judged", "")
    for one in found:
        if one.after == "violates" or not one.agrees:
            remark = "" if one.agrees else "differs"
            table.add_row(one.requirement, one.backend, one.before, one.after, str(one.judged), remark)
    rest = sum(one.after != "violates" and one.agrees for one in found)
    judged = sum(one.judged for one in found)
    table.add_row("", "", "", f"{rest} more without a violation", str(judged), "")
    return table


def contracts(found: Sequence[ContractEvent]) -> RenderableType:
    """Return the strongest contract that each kind of object kept on each backend, as it was judged again."""
    backends = sorted({event.backend for event in found})
    title = f"Strongest contract kept, as far as was seen, by {' and by '.join(backends)}:"
    return Group("", Text(title), terminal.contracts(found, backends))


def _broken(requirement: Requirement) -> list[str]:
    """Return how the requirement is broken on purpose, a line for each mutant."""
    known = [mutant for mutant in mutants() if mutant.requirement == requirement.id]
    if not known:
        return []
    return ["How it is usually broken:", *(f"{mutant.name}: {mutant.defect}" for mutant in known), ""]


def _who_breaks(requirement: Requirement) -> list[str]:
    """Return which real backends break the requirement, a line for each way; the same reason once."""
    found = [breaker for breaker in breakers() if breaker.requirement == requirement.id]
    if not found:
        return []
    lines = [
        f"{one.backend}{f' when {one.when}' if one.when else ''}: {one.reason}"
        f"{f' ({one.issue})' if one.issue else ''}"
        for one in found
    ]
    return ["Who was found to break it:", *dict.fromkeys(lines), ""]


def _table(*columns: str) -> Table:
    """Return an empty table without a frame."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for number, column in enumerate(columns):
        table.add_column(column, no_wrap=number == 0, overflow="fold")
    return table
