"""The mutants: backends with one deliberate defect each, and the requirement that must notice it.

They are small modules under ``tests/power/mutants``, which the wheel carries along.
"""

import sys
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import msgspec

from mpconform.errors import UsageError
from mpconform.events import MutantRow

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

__all__ = ("Mutant", "broken", "folder", "mutants")

#: Where they are in an installed package, and in a checkout.
_PLACES = (Path(__file__).with_name("broken"), Path(__file__).parents[3] / "tests" / "power")


class Mutant(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A backend with one deliberate defect, and the requirement that must notice.

    It is hunted under the start method *method*, with Python *since* or later, if that is given.  *rare* says
    that the defect shows once in hundreds of operations, in large messages only, or in a race.
    """

    module: str
    requirement: str
    family: str
    rare: bool = False
    method: str = "fork"
    since: str = ""

    @property
    def name(self) -> str:
        """How it is called: the last part of its module."""
        return self.module.rpartition(".")[2]

    @property
    def shows(self) -> bool:
        """Whether it shows anything with this Python."""
        return not self.since or sys.version_info[:2] >= tuple(map(int, self.since.split(".")))

    @property
    def defect(self) -> str:
        """What is broken: the first line of its docstring."""
        text = (folder() / f"{self.module.replace('.', '/')}.py").read_text(encoding="utf-8")
        return text.split('"""')[1].strip().splitlines()[0]


@cache
def folder() -> Path:
    """Return the folder that makes the mutants importable; raises UsageError if there is none."""
    for place in _PLACES:
        if (place / "mutants" / "support.py").is_file():
            return place
    raise UsageError("the broken backends are neither installed with mpconform nor in a checkout of it")


@cache
def mutants() -> tuple[Mutant, ...]:
    """Return all mutants of all families, in the order of their files."""
    return tuple(
        msgspec.convert(row, Mutant)
        for path in sorted(folder().glob("*_mutants.toml"))
        for row in tomllib.loads(path.read_text(encoding="utf-8"))["mutant"]
    )


def broken(requirements: Iterable[str]) -> tuple[MutantRow, ...]:
    """Return the mutants of *requirements*, as a run records them."""
    wanted = set(requirements)
    return tuple(
        MutantRow(requirement=one.requirement, name=one.name, defect=one.defect)
        for one in mutants()
        if one.requirement in wanted
    )
