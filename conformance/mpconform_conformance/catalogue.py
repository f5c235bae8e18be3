"""The catalogue: what must hold, one numbered sentence each, as data beside this module.

``catalogue/<family>.toml`` is read strictly.  A mistake in one is a defect of ours, told in
one sentence that names the file and the requirement.
"""

import importlib
import importlib.resources
import re
import sys
from collections.abc import Callable
from functools import cache, wraps
from pathlib import Path
from typing import Any

from mpconform.checkers.faults import spared
from mpconform.errors import HarnessFault
from mpconform.values import Finding, History, Requirement
from mpconform_conformance.families import NAMES

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

__all__ = (
    "FOLDER",
    "Chapter",
    "Checker",
    "chapter_of",
    "chapters",
    "checker_of",
    "read",
    "requirements",
    "untested",
)

#: Where the packaged catalogue stands.
FOLDER = Path(str(importlib.resources.files("mpconform_conformance") / "catalogue"))

Checker = Callable[[History], Finding]

_ID = re.compile(r"[A-Z0-9]+(-[A-Z0-9]+)*")
_LEVELS = ("MUST", "SHOULD")
_UNTESTED = "untested"
_KINDS = ("certain", "stochastic", _UNTESTED)
#: The modules whose checkers see what faults leave undefined.
_PROGRESS, _ABOUT_FAULTS = "progress", "_faults"
_KEYS = frozenset(Requirement.__struct_fields__) - {"family"}
_MAY_LACK = frozenset({"why", "since", "until"})
#: What an untested requirement has instead of what others need.
_OF_TESTED, _OF_UNTESTED = frozenset({"checker", "needs"}), frozenset({"reason"})
_VERSION = re.compile(r"3\.\d+(\.\d+)?")


class Chapter:
    """What one file of the catalogue holds: a family, its title, its requirements, and the untested ones."""

    def __init__(
        self,
        family: str,
        title: str,
        requirements: tuple[Requirement, ...],
        untested: tuple[Requirement, ...] = (),
    ) -> None:
        """Bind the parts together."""
        self.family = family
        self.title = title
        self.requirements = requirements
        self.untested = untested


@cache
def chapters() -> tuple[Chapter, ...]:
    """Return the packaged catalogue, in the order of the families."""
    return read(FOLDER)


def requirements() -> tuple[Requirement, ...]:
    """Return every requirement of the packaged catalogue that has a checker, in order."""
    return tuple(requirement for chapter in chapters() for requirement in chapter.requirements)


def untested() -> tuple[Requirement, ...]:
    """Return every requirement of the packaged catalogue that is documented, and not tested, in order."""
    return tuple(requirement for chapter in chapters() for requirement in chapter.untested)


def chapter_of(family: str) -> Chapter:
    """Return the chapter of one family; raises HarnessFault if there is none."""
    for chapter in chapters():
        if chapter.family == family:
            return chapter
    raise HarnessFault(f"the catalogue has no chapter for family {family!r}")


def read(folder: Path) -> tuple[Chapter, ...]:
    """Return the chapters in *folder*; raises HarnessFault at the first thing that is wrong."""
    found = [_chapter(path.name, path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.toml"))]
    places: dict[str, str] = {}
    for chapter in found:
        for requirement in (*chapter.requirements, *chapter.untested):
            if requirement.id in places:
                where = f"{chapter.family}.toml: {requirement.id}"
                raise HarnessFault(f"{where}: this id stands in {places[requirement.id]} already")
            places[requirement.id] = f"{chapter.family}.toml"
    return tuple(sorted(found, key=lambda chapter: NAMES.index(chapter.family)))


@cache
def _function(checker: str) -> Checker:
    """Return the function that *checker* (``module.function``) names."""
    module, _, name = checker.rpartition(".")
    function: Checker = getattr(importlib.import_module(f"mpconform.checkers.{module}"), name)
    if module == _PROGRESS or module.endswith(_ABOUT_FAULTS):
        return function
    return wraps(function)(lambda history: function(spared(history)))


def checker_of(requirement: Requirement) -> Checker:
    """Return the function that judges *requirement*; raises HarnessFault if there is none."""
    try:
        return _function(requirement.checker)
    except (ImportError, AttributeError, ValueError) as error:
        raise HarnessFault(
            f"{requirement.family}.toml: {requirement.id}: no checker {requirement.checker!r}: {error}"
        ) from error


def _chapter(name: str, text: str) -> Chapter:
    """Return the chapter that the file *name* with content *text* holds."""
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise HarnessFault(f"{name}: not TOML: {error}") from error
    _check_keys(name, document, frozenset({"family", "title", "requirement"}), frozenset())
    family = document["family"]
    if family not in NAMES:
        raise HarnessFault(f"{name}: there is no family {family!r}; there are {', '.join(NAMES)}")
    if name != f"{family}.toml":
        raise HarnessFault(f"{name}: holds family {family!r}, which belongs in {family}.toml")
    found = tuple(_requirement(name, family, entry) for entry in document["requirement"])
    seen: set[str] = set()
    for requirement in found:
        if requirement.id in seen:
            raise HarnessFault(f"{name}: {requirement.id}: this id stands there twice")
        seen.add(requirement.id)
    return Chapter(
        family,
        document["title"],
        tuple(one for one in found if one.kind != _UNTESTED),
        tuple(one for one in found if one.kind == _UNTESTED),
    )


def _requirement(name: str, family: str, entry: dict[str, Any]) -> Requirement:
    """Return the requirement that *entry* of file *name* describes."""
    where = f"{name}: {entry.get('id', 'a requirement without an id')}"
    others = _OF_TESTED if entry.get("kind") == _UNTESTED else _OF_UNTESTED
    _check_keys(where, entry, _KEYS - others, _MAY_LACK)
    for key, allowed in (("level", _LEVELS), ("kind", _KINDS)):
        if entry[key] not in allowed:
            raise HarnessFault(f"{where}: {key} is {entry[key]!r}, not one of {', '.join(allowed)}")
    for key in _KEYS - {"needs"}:
        if not isinstance(entry.get(key, ""), str):
            raise HarnessFault(f"{where}: {key} is {entry[key]!r}, not a string")
    if not _ID.fullmatch(entry["id"]):
        raise HarnessFault(f"{where}: an id is made of upper-case words and dashes")
    for key in ("since", "until"):
        if entry.get(key) and not _VERSION.fullmatch(entry[key]):
            raise HarnessFault(f"{where}: {key} is {entry[key]!r}, not a version of Python such as 3.13")
    needs = entry.get("needs", [])
    if not isinstance(needs, list) or not all(isinstance(need, str) for need in needs):
        raise HarnessFault(f"{where}: needs is {needs!r}, not a list of capabilities")
    requirement = Requirement(**{**entry, "needs": tuple(needs), "family": family})
    if requirement.kind != _UNTESTED:
        checker_of(requirement)
    return requirement


def _check_keys(where: str, entry: dict[str, Any], known: frozenset[str], may_lack: frozenset[str]) -> None:
    """Refuse keys that are not known, and the lack of those that are needed."""
    if unknown := sorted(entry.keys() - known):
        raise HarnessFault(f"{where}: no such key: {', '.join(unknown)}")
    if lacking := sorted(known - may_lack - entry.keys()):
        raise HarnessFault(f"{where}: lacks {', '.join(lacking)}")
