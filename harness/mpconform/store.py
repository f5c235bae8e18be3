"""The run folder: what a run leaves, and nothing lost or overwritten.

``events.ndjson`` is the truth (``mpconform.events``); ``results.json`` is its short form;
``violations/<id>/`` holds for each violation the shrunk scenario, its history and its tapes,
and under ``first/`` the same of the run in which it was met first.
"""

import contextlib
import re
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TypeVar

import msgspec

from mpconform import events, histories, kept
from mpconform.backend import Backend
from mpconform.errors import BadRecord, UsageError
from mpconform.values import History, Json, Operation, Requirement, Scenario, Violation

__all__ = (
    "EVENTS",
    "HISTORY",
    "RESULTS",
    "RESULTS_FORMAT",
    "VIOLATIONS",
    "First",
    "StoredViolation",
    "Witnessed",
    "check_free",
    "histories_file",
    "holds_a_run",
    "move_aside",
    "prepare",
    "read_history",
    "read_scenario",
    "read_violation",
    "slug",
    "stored_violations",
    "violation_id",
    "write_results",
    "write_violation",
    "write_whole",
)

EVENTS = "events.ndjson"
RESULTS = "results.json"
#: The number of the format of results.json; its schema is results.schema.json of the conformance suite.
RESULTS_FORMAT = 1
VIOLATIONS = "violations"
#: The history of a violation, in columns; ``history.json`` beside it says the same.
HISTORY = f"history{histories.SUFFIX}"
_Wanted = TypeVar("_Wanted")
_OURS = (EVENTS, RESULTS, VIOLATIONS, "histories")


class Witnessed(msgspec.Struct, frozen=True, kw_only=True):
    """One run that broke a requirement: history, violation, and the raw tapes by name."""

    history: History
    violation: Violation
    tapes: dict[str, bytes] = {}


class First(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The violation as it was met first, before shrinking."""

    violation: Violation


class StoredViolation(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What ``violation.json`` holds: the event of the violation, and what proves it."""

    format: int = events.FORMAT
    id: str
    requirement: str
    family: str
    backend: Backend
    kind: str
    summary: str
    story: str
    observed: tuple[str, ...]
    witness: tuple[Operation, ...]
    folder: str
    seen: int
    reproduced: tuple[int, int]
    actors: int
    steps: int
    replay: str
    strategy: str = "plain"
    found_s: float = 0.0
    violation: Violation
    first: First

    @property
    def event(self) -> events.ViolationEvent:
        """The event that this violation is in the run record."""
        names = set(events.ViolationEvent.__struct_fields__) - {"backend"}
        return events.ViolationEvent(
            backend=self.backend.spec, **{name: getattr(self, name) for name in names}
        )


def slug(words: str) -> str:
    """Return *words* as a name for a file: anything unusual becomes a dash."""
    return re.sub(r"[^A-Za-z0-9._-]+", "-", words).strip("-.") or "x"


def violation_id(requirement: str, backend: Backend, kind: str = "") -> str:
    """Return the name of a violation: ``queue-fifo--multiprocessing-fork``."""
    name = f"{slug(requirement).lower()}--{slug(backend.spec)}"
    return f"{name}--{slug(kind)}" if kind else name


def histories_file(folder: Path, family: str, backend: str) -> Path:
    """Return the file in the run *folder* that holds all histories of a campaign, if they are kept."""
    return folder / "histories" / f"{slug(family)}-{slug(backend)}{histories.SUFFIX}"


def holds_a_run(folder: Path) -> bool:
    """Return whether *folder* holds a run of ours, recognised by the header of its record."""
    return started(folder) is not None


def started(folder: Path) -> str | None:
    """Return when the run in *folder* was started, as its header says; None if it holds none."""
    with contextlib.suppress(OSError, UnicodeDecodeError, BadRecord):
        with (folder / EVENTS).open("rb") as file:
            line = file.readline()
        event = events.decode(line, where=str(folder))
        if isinstance(event, events.HeaderEvent):
            return event.started
    return None


def move_aside(folder: Path) -> Path:
    """Rename a *folder* that holds a run after the time when that run was started; return its new path."""
    stamp = slug((started(folder) or "earlier").partition("+")[0].replace(":", "-"))
    target = folder.with_name(f"{folder.name}-{stamp}")
    number = 1
    while target.exists():
        number += 1
        target = folder.with_name(f"{folder.name}-{stamp}.{number}")
    try:
        folder.rename(target)
    except OSError as error:
        raise UsageError(f"cannot move {folder} aside to {target}: {error.strerror}") from error
    return target


def check_free(folder: Path, *, overwrite: bool = False) -> None:
    """Raise UsageError if *folder* holds something that a new run must not touch; change nothing."""
    if not folder.is_dir() or not any(folder.iterdir()):
        return
    if not holds_a_run(folder):
        raise UsageError(f"{folder} is not empty and holds no run of mpconform; choose another with --out")
    if not overwrite:
        raise UsageError(f"{folder} holds an earlier run; choose another with --out, or give --overwrite")


def prepare(folder: Path, *, overwrite: bool = False) -> None:
    """Make *folder* ready for a run; raises UsageError rather than lose anything.

    With *overwrite*, an earlier run of ours is removed: its own files and no others.
    """
    try:
        check_free(folder, overwrite=overwrite)
        _clear(folder)
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / ".writable"
        probe.write_bytes(b"")
        probe.unlink()
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise UsageError(f"cannot write {folder}: {reason}; choose another folder with --out") from error


def _clear(folder: Path) -> None:
    """Remove what an earlier run left in *folder*."""
    for path in [*(folder / name for name in _OURS), *folder.glob("*.html")]:
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)


def write_whole(path: Path, data: bytes, *, advice: str = "choose another folder with --out") -> None:
    """Write *data* to *path* so that at no time half of it stands there.

    Raises UsageError, with *advice*, if that fails.
    """
    draft = path.with_name(f".{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        draft.write_bytes(data)
        draft.replace(path)
    except OSError as error:
        with contextlib.suppress(OSError):
            draft.unlink(missing_ok=True)
        reason = (error.strerror or str(error)).lower()
        raise UsageError(f"cannot write {path}: {reason}; {advice}") from error


def write_violation(out: Path, stored: StoredViolation, *, final: Witnessed, first: Witnessed) -> None:
    """Write the folder of a violation: *first* as it was met, *final* after shrinking.

    ``violation.json`` comes last, so that a folder which has it is whole.
    """
    folder = out / stored.folder
    _write_run(folder / "first", first)
    _write_run(folder, final)
    write_whole(folder / "violation.json", _pretty(stored))


def _write_run(folder: Path, run: Witnessed) -> None:
    """Write the scenario, history, stacks and tapes of one run, in place of those of another."""
    with contextlib.suppress(FileNotFoundError):
        shutil.rmtree(folder / "tapes")
    write_whole(folder / "scenario.json", _pretty(run.history.scenario))
    # The columns are what is judged again, the JSON is for people and for other programs.
    write_whole(folder / HISTORY, histories.encoded(run.history))
    write_whole(folder / "history.json", _pretty(run.history))
    (folder / "stacks.txt").unlink(missing_ok=True)
    if run.history.stacks:
        write_whole(folder / "stacks.txt", run.history.stacks.encode())
    for name, data in run.tapes.items():
        write_whole(folder / "tapes" / f"{slug(name)}.tape", data)


def stored_violations(out: Path) -> tuple[StoredViolation, ...]:
    """Return the violations whose folders stand whole in *out*, by name."""
    paths = sorted(out.glob(f"{VIOLATIONS}/*/violation.json"))
    return tuple(read_violation(path.parent) for path in paths)


def read_violation(folder: Path) -> StoredViolation:
    """Return what ``violation.json`` in *folder* holds; raises BadRecord."""
    return _read(folder / "violation.json", StoredViolation)


def read_scenario(folder: Path) -> Scenario:
    """Return what ``scenario.json`` in *folder* holds; raises BadRecord."""
    return _read(folder / "scenario.json", Scenario)


def read_history(folder: Path) -> History:
    """Return what ``history.json`` in *folder* holds; raises BadRecord."""
    return _read(folder / "history.json", History)


def write_results(
    out: Path,
    results: Iterable[events.ResultEvent],
    contracts: Iterable[events.ContractEvent] = (),
    coverage: Iterable[events.CoverageEvent] = (),
    *,
    untested: Iterable[Requirement] = (),
) -> None:
    """Write ``results.json``: what is concluded about each requirement, and which contracts were kept.

    Beside them stands what is documented and *untested*, and why; and, if that was measured, how much of the
    backends' packages was executed.
    """
    rows = [
        {
            "requirement": result.requirement,
            "backend": result.backend,
            "status": result.status,
            "evidence": dict(result.evidence),
            "notes": {note: _note(result, note, count) for note, count in sorted(result.notes.items())},
            "witness": result.witness,
        }
        for result in results
    ]
    document: dict[str, Json] = {
        "format": RESULTS_FORMAT,
        "results": rows,
        "contracts": [_contract(event) for event in kept.together(contracts)],
        "untested": [{"requirement": one.id, "reason": one.reason} for one in untested],
    }
    if measured := [_measured(event) for event in coverage]:
        document["coverage"] = measured
    write_whole(out / RESULTS, _pretty(document))


def _note(result: events.ResultEvent, note: str, count: int) -> Mapping[str, Json]:
    """Return what ``results.json`` says about something that was allowed but surprising."""
    worst_ns = result.worst_ns.get(note)
    return {
        "count": count,
        "of": result.chances.get(note, result.evidence.get("judged", 0)),
        "worst_ms": None if worst_ns is None else worst_ns / 1e6,
    }


def _contract(event: events.ContractEvent) -> Mapping[str, Json]:
    """Return what ``results.json`` says about the contracts of one kind of object on one backend."""
    strongest = kept.strongest(event)
    return {
        "object": event.kind,
        "backend": event.backend,
        "documented": event.documented,
        "documented_held": kept.documented_held(event),
        "strongest": strongest.contract if strongest else None,
        "contracts": [msgspec.to_builtins(row) for row in event.rows],
    }


def _measured(event: events.CoverageEvent) -> dict[str, Json]:
    modules = [
        {
            "module": row.name,
            "statements": row.statements,
            "missing": list(row.missing),
            "branches": row.branches,
            "untaken": [list(arc) for arc in row.untaken],
        }
        for row in event.modules
    ]
    return {"backends": list(event.backends), "modules": modules}


def _pretty(value: Json) -> bytes:
    """Return *value* as JSON that a person can read."""
    return msgspec.json.format(msgspec.json.encode(value), indent=1) + b"\n"


def _read(path: Path, wanted: type[_Wanted]) -> _Wanted:
    """Return the value of type *wanted* in the file *path*."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=wanted)
    except OSError as error:
        raise BadRecord(f"cannot read {path}: {(error.strerror or str(error)).lower()}") from error
    except msgspec.DecodeError as error:
        raise BadRecord(f"{path}: {error}") from error
