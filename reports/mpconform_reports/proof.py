"""What a page shows of one violation: its listing, its timeline, its witness, and its files."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from urllib.parse import quote

from markupsafe import Markup

from mpconform.checkers.telling import duration
from mpconform.values import Operation
from mpconform_reports import manner, pseudocode, svg
from mpconform_reports.reproduction import SCRIPT
from mpconform_reports.shown import ShownViolation
from mpconform_reports.timeline import timeline
from mpconform_reports.timescale import instant
from mpconform_reports.waits import Standstill, standstill
from mpconform_reports.wording import slug

__all__ = ("Link", "Proof", "WitnessRow", "href", "proof", "witness_rows")


@dataclass(frozen=True, slots=True, kw_only=True)
class WitnessRow:
    """One operation of a witness, told; *number* is also its number in the timeline."""

    number: int
    actor: str
    step: str
    call: str
    began: str
    returned: str
    took: str
    result: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A file of the run folder, with the address relative to the page."""

    name: str
    href: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """All of it; *marked* are the (actor, step) that the listing highlights, with their number."""

    blocks: tuple[pseudocode.Block, ...]
    marked: dict[tuple[str, int], int]
    drawing: Markup
    drawn: int
    total: int
    witness: tuple[WitnessRow, ...]
    standstill: Standstill
    manner: str
    held: str
    found: str
    links: tuple[Link, ...]

    @property
    def script(self) -> Link | None:
        """The script that shows the violation without us, if it was written."""
        return next((link for link in self.links if link.name == SCRIPT), None)


def href(path: str) -> str:
    """Return the address of *path* relative to the page; nothing in it can be taken for a scheme."""
    return "./" + quote(path, safe="/")


def witness_rows(violation: ShownViolation) -> tuple[WitnessRow, ...]:
    """Return the witness of *violation*, told.

    Times count from the history's first stamp (without a history, from the witness's own), in
    as many decimals as it takes to tell them apart.
    """
    return tuple(_told(violation.history.operations if violation.history else (), violation.witness))


def _told(operations: Iterable[Operation], witness: Sequence[Operation]) -> Iterable[WitnessRow]:
    origin = min((op.invoked_ns for op in (*operations, *witness)), default=0)
    stamps = sorted({s for op in witness for s in (op.invoked_ns, op.returned_ns) if s is not None})
    step = min([b - a for a, b in pairwise(stamps)] + [10_000])
    for number, op in enumerate(witness, 1):
        ended = op.returned_ns
        yield WitnessRow(
            number=number,
            actor=op.actor,
            step="" if op.step == -1 else str(op.step),
            call=pseudocode.operation_line(op),
            began=instant(op.invoked_ns - origin, step),
            returned="never" if ended is None else instant(ended - origin, step),
            took="" if ended is None else duration(ended - op.invoked_ns),
            result=pseudocode.result(op),
        )


def proof(violation: ShownViolation) -> Proof:
    """Return what a page shows of *violation*; what its folder lacks is left empty."""
    layout = timeline(violation.history, violation.witness) if violation.history else None
    drawing = Markup()
    if layout and violation.history:
        drawing = svg.draw(layout, violation.history, name=f"timeline-{slug(violation.event.id)}")
    marked: dict[tuple[str, int], int] = {}
    for number, op in enumerate(violation.witness, 1):
        marked.setdefault((op.actor, op.step), number)
    return Proof(
        blocks=pseudocode.listing(violation.scenario) if violation.scenario else (),
        marked=marked,
        drawing=drawing,
        drawn=layout.drawn if layout else 0,
        total=layout.total if layout else 0,
        witness=witness_rows(violation),
        standstill=standstill(violation.history),
        manner=manner.manner(violation.scenario) if violation.scenario else "",
        held=manner.held(violation.history, violation.witness),
        found=manner.found(violation.event.strategy, violation.event.found_s),
        links=tuple(
            Link(name=path.removeprefix(f"{violation.event.folder}/"), href=href(path))
            for path in violation.files
        ),
    )
