"""Bearing: which contracts the objects of one campaign kept, added up over its histories."""

import collections
import traceback
from collections.abc import Sequence
from dataclasses import dataclass, field

from mpconform.checkers.contracts import seen
from mpconform.contracts import LATTICES, Seen
from mpconform.events import ContractEvent, ContractRow
from mpconform.values import History

__all__ = ("Bearing",)


@dataclass(slots=True)
class _Count:
    histories: int = 0
    operations: int = 0
    judged: int = 0
    broken: int = 0
    undecided: int = 0
    kinds: collections.Counter[str] = field(default_factory=collections.Counter)


class Bearing:
    """The evidence for and against each contract of each kind of object."""

    def __init__(self) -> None:
        """Begin with no evidence."""
        self.fault = ""
        self._counts: dict[tuple[str, str], _Count] = collections.defaultdict(_Count)

    def judge(self, history: History) -> None:
        """Add *history*; that it cannot be judged is a defect of ours, and kept as ``fault``."""
        if self.fault:
            return
        try:
            found = seen(history)
        except Exception:  # noqa: BLE001 - whatever a checker raises must not be blamed on the backend
            self.fault = traceback.format_exc()
            return
        # A history counts once for each kind, however many of its objects are of it.
        together: dict[tuple[str, str], list[Seen]] = collections.defaultdict(list)
        for one in found:
            together[one.kind, one.contract].append(one)
        for key, several in together.items():
            _add(self._counts[key], several)

    def events(self, family: str, backend: str) -> tuple[ContractEvent, ...]:
        """Return what is known of each kind of which there was an object that could be judged."""
        return tuple(
            ContractEvent(
                kind=kind,
                family=family,
                backend=backend,
                documented=lattice.documented,
                rows=tuple(
                    ContractRow(
                        contract=contract,
                        histories=count.histories,
                        operations=count.operations,
                        judged=count.judged,
                        broken=count.broken,
                        undecided=count.undecided,
                        kinds=dict(count.kinds),
                    )
                    for contract in lattice.contracts
                    for count in (self._counts.get((kind, contract), _Count()),)
                ),
            )
            for kind, lattice in LATTICES.items()
            if any(kind == known for known, _ in self._counts)
        )


def _add(count: _Count, several: Sequence[Seen]) -> None:
    judged = [one for one in several if one.judged]
    count.histories += bool(judged)
    count.operations += sum(one.operations for one in judged)
    count.judged += sum(one.judged for one in judged)
    count.undecided += sum(one.undecided for one in several)
    ways = {way for one in several for way in one.broken}
    count.broken += bool(ways)
    count.kinds.update(ways)
