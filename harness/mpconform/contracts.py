"""Contracts: what objects of one kind may keep, from the strongest to the weakest, and which of them held.

Each contract of a lattice implies those after it.  The documentation promises one of them; a backend may keep
a stronger one, on which a program can come to rely without knowing, or only a weaker one.  What held is told
with the evidence that it rests on, and without evidence nothing is told.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

__all__ = ("LATTICES", "Lattice", "Seen")


@dataclass(frozen=True, slots=True, kw_only=True)
class Lattice:
    """The contracts of one kind of object, the strongest first; *documented* is the one that is promised."""

    kind: str
    contracts: tuple[str, ...]
    documented: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What one history says about one contract of the objects of one kind.

    *judged* counts the situations in which it could have been broken although every weaker one was kept,
    *operations* those on the objects that were judged.  *broken* are the ways (stable slugs) in which it, or
    a weaker one, was broken; *undecided* counts what a search could not decide.
    """

    kind: str
    contract: str
    judged: int
    operations: int
    broken: tuple[str, ...] = ()
    undecided: int = 0


_ORDER = ("strict FIFO", "per-producer FIFO", "exactly-once")
_EXCLUSION = ("fair", "exclusive")
_ADMISSION = ("fair", "counted admission")
_KEYS = ("linearizable", "per-key linearizable", "last-write-wins")


def _lattices(kinds: Iterable[str], contracts: tuple[str, ...], documented: str) -> Iterable[Lattice]:
    return (Lattice(kind=kind, contracts=contracts, documented=documented) for kind in kinds)


def _managed(*kinds: str) -> tuple[str, ...]:
    return tuple(f"Manager().{kind}" for kind in kinds)


#: Every lattice, by the kind of object, in the order in which reports show them.
LATTICES: Final[dict[str, Lattice]] = {
    lattice.kind: lattice
    for lattice in (
        *_lattices(("Queue", "JoinableQueue", "SimpleQueue"), _ORDER, "per-producer FIFO"),
        # One queue.Queue, in one process: there are no feeder threads to excuse another order.
        *_lattices(_managed("Queue", "JoinableQueue"), _ORDER, "strict FIFO"),
        *_lattices(("Lock", "RLock", *_managed("Lock", "RLock")), _EXCLUSION, "exclusive"),
        *_lattices(
            ("Semaphore", "BoundedSemaphore", *_managed("Semaphore", "BoundedSemaphore")),
            _ADMISSION,
            "counted admission",
        ),
        *_lattices(_managed("dict"), _KEYS, "linearizable"),
        *_lattices(_managed("list"), ("linearizable",), "linearizable"),
    )
}
