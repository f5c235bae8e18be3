"""Which contracts were kept, as a table: each kind of object on each backend."""

from collections.abc import Sequence
from dataclasses import dataclass

from mpconform import kept
from mpconform.contracts import LATTICES
from mpconform.events import ContractEvent, ContractRow
from mpconform_reports import wording
from mpconform_reports.matrix import STATUSES, Status

__all__ = ("ContractCell", "Contracts", "rows", "told")


@dataclass(frozen=True, slots=True, kw_only=True)
class ContractCell:
    """One kind of object on one backend; *event* is None if the run had none of it."""

    event: ContractEvent | None = None

    @property
    def strongest(self) -> ContractRow | None:
        """The strongest contract that was kept in all histories."""
        return kept.strongest(self.event) if self.event else None

    @property
    def status(self) -> Status:
        """Whether the documented contract was kept; unknown without evidence."""
        held = kept.documented_held(self.event) if self.event else None
        return STATUSES["unknown" if held is None else "conforms" if held else "violates"]

    @property
    def told(self) -> str:
        """The strongest contract that was kept, in words."""
        if self.strongest:
            return self.strongest.contract
        broken = self.event is not None and any(row.broken for row in self.event.rows)
        return "none of them" if broken else "no evidence"

    @property
    def documented(self) -> str:
        """What became of the documented contract, in words."""
        return {"conforms": "held", "violates": "broken"}.get(self.status.name, "no evidence")

    @property
    def basis(self) -> str:
        """On how much that rests."""
        row = self.strongest
        if row is None:
            return ""
        histories = f"{wording.number(row.histories)} {'history' if row.histories == 1 else 'histories'}"
        return f"{histories}, {wording.counted(row.operations, 'operation')}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Contracts:
    """One kind of object on every backend, in the order of the header."""

    kind: str
    contracts: tuple[str, ...]
    documented: str
    cells: tuple[ContractCell, ...]


def rows(events: Sequence[ContractEvent], backends: Sequence[str]) -> tuple[Contracts, ...]:
    """Return a row for each kind of object that *events* tell of, in the order of the lattices."""
    known = {(event.kind, event.backend): event for event in events}
    order = list(LATTICES)
    kinds = dict.fromkeys(kind for kind, _ in known)
    firsts = {event.kind: event for event in events}
    return tuple(
        Contracts(
            kind=kind,
            contracts=tuple(row.contract for row in firsts[kind].rows),
            documented=firsts[kind].documented,
            cells=tuple(ContractCell(event=known.get((kind, backend))) for backend in backends),
        )
        for kind in sorted(kinds, key=lambda kind: order.index(kind) if kind in order else len(order))
    )


def told(row: ContractRow) -> str:
    """Return what became of one contract: held in how many, or broken, in which ways, in how many."""
    undecided = f"; {wording.number(row.undecided)} undecided" if row.undecided else ""
    if not row.judged:
        return f"no evidence{undecided}"
    judged = f"{wording.counted(row.judged, 'situation')} judged{undecided}"
    if not row.broken:
        return f"held; {judged}"
    ways = wording.listed([f"{kind.replace('-', ' ')} in {count}" for kind, count in row.kinds.items()])
    return f"broken in {wording.number(row.broken)} of {wording.number(row.histories)} histories ({ways})"
