"""Surprises: what is allowed, and a program may not expect; how often it was, and how bad at worst."""

from collections import Counter
from collections.abc import Iterable

from mpconform.values import Finding, History, Operation, Violation

__all__ = ("Surprises",)


class Surprises:
    """Counts what one history shows of each note: sightings, chances, and the worst in nanoseconds."""

    def __init__(self, history: History) -> None:
        """Begin with nothing seen in *history*."""
        self._history = history
        self._notes: Counter[str] = Counter()
        self._chances: Counter[str] = Counter()
        self._worst_ns: dict[str, int] = {}

    def chance(self, note: str, count: int = 1) -> None:
        """Count situations in which *note* could have been seen."""
        self._chances[note] += count

    def note(self, note: str, worst_ns: int) -> None:
        """Count *note* once; *worst_ns* says how bad it was: how long it lasted, by how much it was off."""
        self._notes[note] += 1
        self._worst_ns[note] = max(worst_ns, self._worst_ns.get(note, 0))

    def took(self, note: str, op: Operation) -> None:
        """Count *note* once; it lasted as long as *op*, or to the last stamp if that never returned."""
        self.note(note, (self._last_ns if op.returned_ns is None else op.returned_ns) - op.invoked_ns)

    @property
    def _last_ns(self) -> int:
        return max(one.returned_ns or one.invoked_ns for one in self._history.operations)

    def finding(
        self, judged: int, violations: Iterable[Violation], measures: dict[str, int] | None = None
    ) -> Finding:
        """Return a finding with what was seen."""
        return Finding(
            judged=judged,
            violations=tuple(violations),
            notes=dict(self._notes),
            chances={note: count for note, count in self._chances.items() if count},
            worst_ns=dict(self._worst_ns),
            measures=measures or {},
        )
