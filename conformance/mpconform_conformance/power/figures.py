"""The figures of recorded power runs: for each mutant, how often and how soon it was caught.

``figures.json`` is written by ``tests/power/measure.py``; reports say by it which checks have been
seen to fail.
"""

import math
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import msgspec

from mpconform.events import PowerRow

__all__ = ("Figure", "decoded", "figures", "proven")

_PATH = Path(__file__).with_name("figures.json")


class Figure(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What *runs* of one mutant under the *profile* came to.

    *found_s* are the seconds to the first violation of those *caught*, in order of the runs;
    *strategies* counts under what they were found.  *actors*, *steps* and *witness* are the sizes of
    the shrunk scenario and of its witness; *reproduced* is (failed, repeated) of it, *script* of its
    script, which has *script_lines*.
    """

    mutant: str
    requirement: str
    family: str
    rare: bool = False
    profile: str
    method: str
    runs: int
    found_s: tuple[float, ...]
    strategies: dict[str, int] = {}
    actors: int = 0
    steps: int = 0
    witness: int = 0
    reproduced: tuple[int, int] = (0, 0)
    script: tuple[int, int] = (0, 0)
    script_lines: int = 0

    @property
    def caught(self) -> int:
        """How many of the runs caught it."""
        return len(self.found_s)

    @property
    def median_s(self) -> float:
        """The median of the seconds to the first violation; infinite if most runs did not see any."""
        ordered = sorted((*self.found_s, *[math.inf] * (self.runs - self.caught)))
        return ordered[(len(ordered) - 1) // 2] if ordered else math.inf


def decoded(data: bytes) -> tuple[Figure, ...]:
    """Return the figures in *data*; raises msgspec.DecodeError."""
    return msgspec.json.decode(data, type=tuple[Figure, ...])


@cache
def figures() -> tuple[Figure, ...]:
    """Return the recorded figures; none if nobody has measured yet."""
    return decoded(_PATH.read_bytes()) if _PATH.is_file() else ()


def proven(requirements: Iterable[str], known: Iterable[Figure] | None = None) -> tuple[PowerRow, ...]:
    """Return for those of *requirements* that a mutant was seen to break: by how many, and at what rate."""
    found = []
    rows = figures() if known is None else tuple(known)
    for requirement in requirements:
        own = [row for row in rows if row.requirement == requirement and row.caught]
        if own:
            row = PowerRow(
                requirement=requirement,
                mutants=len(own),
                runs=sum(row.runs for row in own),
                caught=sum(row.caught for row in own),
            )
            found.append(row)
    return tuple(found)
