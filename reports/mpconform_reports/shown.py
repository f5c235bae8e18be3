"""A violation as it is shown: its event, and everything that its folder holds of it."""

from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TypeVar

import msgspec

from mpconform import store
from mpconform.errors import BadRecord
from mpconform.events import ViolationEvent
from mpconform.values import History, Operation, Requirement, Scenario, Violation

__all__ = ("ShownViolation", "shown_violation")

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownViolation:
    """A violation with all that its folder holds; what the folder lacks is None or empty.

    *scenario*, *history* and *violation* are those of the shrunk scenario; *first* is the
    violation as it was met first.  *files* are paths relative to the run folder.
    """

    event: ViolationEvent
    requirement: Requirement
    scenario: Scenario | None = None
    history: History | None = None
    violation: Violation | None = None
    first: Violation | None = None
    stacks: str = ""
    files: tuple[str, ...] = ()

    @property
    def witness(self) -> tuple[Operation, ...]:
        """The operations that prove it."""
        return self.violation.witness if self.violation else ()

    @property
    def observed(self) -> tuple[str, ...]:
        """What else was observed that proves it."""
        return self.violation.observed if self.violation else self.event.observed

    @property
    def first_summary(self) -> str:
        """How it was met first, if that differs from how it is told now; else empty."""
        told = self.first.summary if self.first else ""
        return "" if told == self.event.summary else told


def shown_violation(folder: Path, event: ViolationEvent, requirement: Requirement) -> ShownViolation:
    """Return *event* with what its folder in the run folder *folder* holds.

    A file that is not there is no error (the run may have been cut short before it was
    written); one that is not what its format says raises BadRecord, and so does an event
    whose folder leads out of the run folder.
    """
    relative = PurePosixPath(event.folder)
    if relative.is_absolute() or ".." in relative.parts:
        raise BadRecord(f"{folder / store.EVENTS}: {event.id}: {event.folder!r} is not inside the run folder")
    place = folder / relative
    stored = store.read_violation(place) if (place / "violation.json").is_file() else None
    history = _decoded(place / "history.json", History)
    stacks = place / "stacks.txt"
    found = sorted(p.relative_to(folder) for p in place.rglob("*") if p.is_file()) if place.is_dir() else []
    return ShownViolation(
        event=event,
        requirement=requirement,
        scenario=_decoded(place / "scenario.json", Scenario),
        history=history,
        violation=stored.violation if stored else None,
        first=stored.first.violation if stored else None,
        stacks=stacks.read_text("utf-8", "replace")
        if stacks.is_file()
        else history.stacks
        if history
        else "",
        files=tuple(path.as_posix() for path in found),
    )


def _decoded(path: Path, kind: type[T]) -> T | None:
    """Return the file at *path* as a *kind*, or None if there is no such file."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=kind)
    except FileNotFoundError:
        return None
    except (msgspec.DecodeError, ValueError, OSError) as error:
        raise BadRecord(f"{path}: {error}") from error
