"""Kept: which contracts the objects of a run kept, on all evidence that there is for each backend."""

from collections import Counter
from collections.abc import Iterable, Sequence

import msgspec

from mpconform.events import ContractEvent, ContractRow

__all__ = ("documented_held", "strongest", "together")


def strongest(event: ContractEvent) -> ContractRow | None:
    """Return the row of the strongest contract that was judged and never broken; None if there is none.

    What breaks a contract breaks all that imply it, so that every contract after it was kept, too.
    """
    return next((row for row in event.rows if row.judged and not row.broken), None)


def documented_held(event: ContractEvent) -> bool | None:
    """Return whether the documented contract was kept in all histories; None if it was never judged."""
    row = next((row for row in event.rows if row.contract == event.documented), None)
    return None if row is None or not row.judged else not row.broken


def together(events: Iterable[ContractEvent]) -> tuple[ContractEvent, ...]:
    """Return one event for each kind and backend, with the evidence of all families added up."""
    found: dict[tuple[str, str], ContractEvent] = {}
    for event in events:
        key = (event.kind, event.backend)
        known = found.get(key)
        families = dict.fromkeys((*(known.family.split(", ") if known else ()), event.family))
        found[key] = msgspec.structs.replace(
            event,
            family=", ".join(families),
            rows=_added(known.rows, event.rows) if known else event.rows,
        )
    return tuple(found.values())


def _added(one: Sequence[ContractRow], other: Sequence[ContractRow]) -> tuple[ContractRow, ...]:
    """Return the rows of both, those of one contract as one."""
    rows: dict[str, ContractRow] = {row.contract: row for row in one}
    for row in other:
        known = rows.get(row.contract, ContractRow(contract=row.contract))
        rows[row.contract] = ContractRow(
            contract=row.contract,
            histories=known.histories + row.histories,
            operations=known.operations + row.operations,
            judged=known.judged + row.judged,
            broken=known.broken + row.broken,
            undecided=known.undecided + row.undecided,
            kinds=dict(Counter(known.kinds) + Counter(row.kinds)),
        )
    return tuple(rows.values())
