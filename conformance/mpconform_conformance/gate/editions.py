"""Editions: frozen lists of requirements, so that a newer mpconform breaks nobody's gate.

A gate is pinned to an edition.  Requirements that came later are judged and shown, and cannot make it fail.
What stands in an edition never changes, neither the sentence nor the level; a test holds that.
"""

import importlib.resources
from functools import cache
from pathlib import Path

import msgspec

from mpconform.errors import HarnessFault, UsageError
from mpconform.values import Requirement

__all__ = ("FOLDER", "Edition", "edition", "frozen", "latest", "names")

FOLDER = Path(str(importlib.resources.files("mpconform_conformance") / "gate" / "editions"))


class Frozen(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One requirement as an edition holds it."""

    level: str
    statement: str


class Edition(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A frozen list: what each requirement says, by id."""

    edition: str
    requirements: dict[str, Frozen]


def names() -> tuple[str, ...]:
    """Return the names of all editions, the oldest first."""
    return tuple(sorted((path.stem for path in FOLDER.glob("*.json")), key=_in_order))


def _in_order(name: str) -> tuple[int, ...]:
    return tuple(int(part) for part in name.split("."))


def latest() -> str:
    """Return the name of the newest edition."""
    return names()[-1]


@cache
def edition(name: str) -> Edition:
    """Return the edition called *name*; raises UsageError if there is none."""
    if name not in names():
        raise UsageError(f"no edition {name!r}; this version knows {', '.join(names())}")
    path = FOLDER / f"{name}.json"
    try:
        found = msgspec.json.decode(path.read_bytes(), type=Edition)
    except msgspec.DecodeError as error:
        raise HarnessFault(f"{path}: {error}") from error
    if found.edition != name:
        raise HarnessFault(f"{path}: calls itself {found.edition!r}")
    return found


def frozen(name: str, requirements: "tuple[Requirement, ...]") -> bytes:
    """Return the file of a new edition *name* that holds *requirements*."""
    content = Edition(
        edition=name,
        requirements={r.id: Frozen(level=r.level, statement=r.statement) for r in requirements},
    )
    return msgspec.json.format(msgspec.json.encode(content), indent=1) + b"\n"
