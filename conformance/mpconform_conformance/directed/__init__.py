"""Directed scenarios: for each requirement one that is known to give evidence for it, run before any other.

The simplest scenario of a theme serves many; for the rest scenarios were sought among those that the themes
draw (``benchmarks/directed.py``), and stand here as data, so that what a theme draws may change.  Some are
those in which a broken backend was caught (``tests/power/keep_catching.py``).
"""

import importlib.resources
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import msgspec

from mpconform.errors import HarnessFault
from mpconform.values import Scenario

__all__ = ("FOLDER", "Directed", "drawn", "encoded", "scenarios", "simplest")

FOLDER = Path(str(importlib.resources.files("mpconform_conformance") / "directed"))


class Directed(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A *scenario* that gives evidence for the requirements *gives*, if the backend does what it should.

    It is run if there is none yet; if it *catches*, in any case, once: some backend that is broken on purpose
    was caught by it, and seldom by what a theme draws.
    """

    gives: tuple[str, ...]
    scenario: Scenario
    catches: bool = False


class _File(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the file of one family holds; *simplest* names the theme whose simplest serves a requirement.

    Where that is a litmus program, *drawn* names another one, which is no program, if any serves it.
    """

    simplest: dict[str, str] = {}
    drawn: dict[str, str] = {}
    scenarios: tuple[Directed, ...] = ()


def scenarios(family: str) -> tuple[Directed, ...]:
    """Return the directed scenarios of *family*, besides the simplest of each theme."""
    return _read(family).scenarios


def simplest(family: str) -> Mapping[str, str]:
    """Return for each requirement of *family* that the simplest scenario of a theme serves, that theme."""
    return _read(family).simplest


def drawn(family: str) -> Mapping[str, str]:
    """Return, for requirements of *family* that a litmus program serves, a theme whose simplest does so."""
    return _read(family).drawn


@cache
def _read(family: str) -> _File:
    path = FOLDER / f"{family}.json"
    if not path.exists():
        return _File()
    try:
        return msgspec.json.decode(path.read_bytes(), type=_File)
    except msgspec.DecodeError as error:
        raise HarnessFault(f"{path}: {error}") from error


def encoded(simplest: Mapping[str, str], drawn: Mapping[str, str], found: tuple[Directed, ...]) -> bytes:
    """Return the file that says so."""
    content = _File(
        simplest=dict(sorted(simplest.items())), drawn=dict(sorted(drawn.items())), scenarios=found
    )
    # Indented by one, a line for each value, would be ten thousand lines: a scenario is one.
    named, others = (
        msgspec.json.format(msgspec.json.encode(part), indent=1).decode()
        for part in (content.simplest, content.drawn)
    )
    lines = ",\n".join(msgspec.json.encode(one).decode() for one in content.scenarios)
    return f'{{"simplest": {named},\n"drawn": {others},\n"scenarios": [\n{lines}\n]}}\n'.encode()
