"""Make and mend a baseline from a run, as a lockfile is made: ``create``, ``update``, ``prune``, ``check``.

All of them read a run folder; none of them runs anything.  What was filtered, sharded or interrupted says
nothing about the rest, and is refused.
"""

import datetime as dt
from collections.abc import Iterable
from pathlib import Path

import msgspec

from mpconform import events, store
from mpconform.errors import UsageError
from mpconform.events import Record, ViolationEvent
from mpconform_conformance import catalogue
from mpconform_conformance.gate import baseline as baselines
from mpconform_conformance.gate import editions
from mpconform_conformance.gate.baseline import Baseline, Entry, Rate
from mpconform_conformance.gate.witnesses import keep, remembered

__all__ = ("NO_EVIDENCE", "Change", "check", "create", "prune", "update")

#: What stands for the signature of an entry that expects a requirement not to be judged.
NO_EVIDENCE = "no-evidence"
_UNTRIAGED = "found by mpconform; nobody has looked at it yet"


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a baseline, in words for a person, line by line."""

    baseline: Baseline
    lines: tuple[str, ...]


def create(path: Path, run: Path) -> Change:
    """Write a new baseline to *path* with what the run in folder *run* violated; raises UsageError."""
    if path.exists():
        raise UsageError(f"{path} exists; mend it with mpconform baseline update, or remove it first")
    record = _whole(run)
    empty = baselines.fresh(path, backend=_module(record), edition=_edition(record))
    return _write(empty, _met(empty, record, run))


def update(path: Path, run: Path) -> Change:
    """Let the baseline in *path* know everything that the run in folder *run* violated; nothing is taken out.

    What it lists already keeps its reasons; its rates and witnesses are those of the run.  Raises UsageError.
    """
    before = baselines.read(path)
    record = _whole(run)
    if _module(record) != before.backend:
        about = f"{path} is about backend {before.backend!r}"
        raise UsageError(f"{about}, the run in {run} about {_module(record)!r}")
    return _write(before, _met(before, record, run))


def prune(path: Path, run: Path) -> Change:
    """Take out of the baseline in *path* what the gate in folder *run* found stale; raises UsageError.

    An entry that is stale on some backends only is kept.
    """
    before = baselines.read(path)
    record = _whole(run)
    if record.header.gate is None:
        raise UsageError(f"{run} holds a run, not a gate; only mpconform gate can tell what is stale")
    if record.header.gate.entries != len(before.entries):
        raise UsageError(f"{path} was changed since the gate in {run}; let mpconform gate look at it again")
    by_place: dict[int, set[str]] = {}
    for standing in record.standings:
        if standing.entry is not None:
            by_place.setdefault(standing.entry, set()).add(standing.standing)
    gone = {place for place, seen in by_place.items() if seen == {"stale"}}
    partly = {place for place, seen in by_place.items() if "stale" in seen} - gone
    left = tuple(entry for place, entry in enumerate(before.entries, start=1) if place not in gone)
    lines = [f"removed {_named(before.entries[place - 1])}" for place in sorted(gone)]
    lines += [
        f"kept {_named(before.entries[place - 1])}: it is stale on some backends only; narrow its when"
        for place in sorted(partly)
    ]
    after = msgspec.structs.replace(before, entries=left)
    baselines.write(after)
    _sweep(after)
    return Change(baseline=after, lines=tuple(lines or ["nothing is stale"]))


def check(path: Path, *, today: dt.date) -> Change:
    """Return what there is to say about the baseline in *path*, which is only read; raises UsageError."""
    found = baselines.read(path)
    lines = []
    frozen = editions.edition(found.edition).requirements
    for place, entry in enumerate(found.entries, start=1):
        if entry.witness:
            remembered(found, place, entry)
        elif entry.expect != "unknown":
            lines.append(f"{_named(entry)}: no witness, so that nobody will notice when it is fixed")
        if entry.expired(today):
            lines.append(f"{_named(entry)}: expired on {entry.expires}; a gate counts it as new")
        if entry.cause == "untriaged":
            lines.append(f"{_named(entry)}: untriaged")
        if entry.requirement not in frozen:
            lines.append(f"{_named(entry)}: came after edition {found.edition}, which needs no entry for it")
    lines.append(f"{len(found.entries)} entries, edition {found.edition}, backend {found.backend}")
    return Change(baseline=found, lines=tuple(lines))


def _named(entry: Entry) -> str:
    return f"{entry.requirement} {entry.signature}" + (f" when {entry.when}" if entry.when else "")


def _whole(run: Path) -> Record:
    """Return the record of the run in *run*; raises UsageError if it does not tell about everything."""
    if not (run / store.EVENTS).is_file():
        raise UsageError(
            f"{run} holds no run; make one with mpconform run or mpconform gate, or name its folder"
        )
    record = events.read(run / store.EVENTS)
    reason = ""
    if record.footer is None or record.footer.ended != "completed":
        reason = "it did not come to its end"
    elif record.header.shard:
        reason = f"it is shard {record.header.shard[0]} of {record.header.shard[1]}"
    elif lacking := {r.id for r in catalogue.requirements()} - {r.id for r in record.header.requirements}:
        reason = f"{len(lacking)} requirements were left out, among them {min(lacking)}"
    elif len(record.results) < len(record.header.requirements) * len(record.header.backends):
        reason = "not everything was judged"
    if reason:
        raise UsageError(
            f"the run in {run} cannot tell what a baseline should say: {reason}; make a whole one"
        )
    return record


def _module(record: Record) -> str:
    """Return the module that a run is about; raises UsageError if it is about several."""
    modules = sorted({backend.spec.partition(":")[0] for backend in record.header.backends})
    if len(modules) > 1:
        raise UsageError(f"the run is about {' and '.join(modules)}; a baseline is about one backend")
    return modules[0]


def _edition(record: Record) -> str:
    return record.header.gate.edition if record.header.gate else editions.latest()


def _met(before: Baseline, record: Record, run: Path) -> Iterable[tuple[Entry, str]]:
    """Yield each entry of a baseline that knows what *record* tells, each with what became of it."""
    left = list(record.violations)
    rows = {row.spec: row for row in record.header.backends}
    for entry in before.entries:
        own = [
            violation
            for violation in left
            if (violation.requirement, violation.kind) == (entry.requirement, entry.signature)
            and entry.applies(rows[violation.backend])
        ]
        left = [violation for violation in left if violation not in own]
        yield (_renewed(before, entry, own, run), "updated") if own else (entry, "kept")
    yield from _added(before, record, left, run)


def _added(
    before: Baseline, record: Record, left: list[ViolationEvent], run: Path
) -> Iterable[tuple[Entry, str]]:
    """Yield a new entry for each kind of violation in *left*, and for what should be judged and was not."""
    everywhere = {row.spec for row in record.header.backends}
    groups: dict[tuple[str, str], list[ViolationEvent]] = {}
    for violation in left:
        groups.setdefault((violation.requirement, violation.kind), []).append(violation)
    for (requirement, kind), group in groups.items():
        entry = Entry(
            requirement=requirement,
            signature=kind,
            when=_when({violation.backend for violation in group}, everywhere),
            reason=_UNTRIAGED,
        )
        yield _renewed(before, entry, group, run), "added"
    unknown: dict[str, set[str]] = {}
    for result in record.results:
        if result.status == "unknown":
            unknown.setdefault(result.requirement, set()).add(result.backend)
    rows = {row.spec: row for row in record.header.backends}
    for requirement, where in unknown.items():
        listed = [e for e in before.entries if e.requirement == requirement and e.expect == "unknown"]
        unlisted = {spec for spec in where if not any(entry.applies(rows[spec]) for entry in listed)}
        if unlisted:
            when = _when(unlisted, everywhere)
            yield (
                Entry(
                    requirement=requirement,
                    signature=NO_EVIDENCE,
                    expect="unknown",
                    when=when,
                    reason=_UNTRIAGED,
                ),
                "added",
            )


def _when(where: set[str], everywhere: set[str]) -> str:
    """Return the condition that holds on the backends *where*, of all those of the run."""
    if where == everywhere:
        return ""
    methods = sorted(spec.partition(":")[2] for spec in where)
    if len(methods) == 1:
        return f"start_method == '{methods[0]}'"
    return f"start_method in ({', '.join(repr(method) for method in methods)})"


def _renewed(baseline: Baseline, entry: Entry, violations: list[ViolationEvent], run: Path) -> Entry:
    """Return *entry* with the witness that fails most often, of the smallest scenario, and with its rate."""
    best = min(violations, key=lambda v: (-(v.reproduced[0] / max(1, v.reproduced[1])), v.steps, v.actors))
    failed, times = best.reproduced
    if not times and entry.witness:
        return entry  # Known, so it was not shrunk, and its rate not measured: what is listed is better.
    history_end = store.read_history(run / best.folder).ended
    expect = {"hung": "hang", "crashed": "crash"}.get(history_end, "fail" if failed == times else "flaky")
    witness = keep(
        baseline.witnesses, entry.requirement, entry.signature, store.read_scenario(run / best.folder)
    )
    if not times and entry in baseline.entries:
        return msgspec.structs.replace(entry, witness=witness)  # One failure tells nothing of how often.
    rate = Rate(failed, times) if times else None
    return msgspec.structs.replace(entry, expect=expect, witness=witness, rate=rate)


def _write(before: Baseline, met: Iterable[tuple[Entry, str]]) -> Change:
    met = tuple(met)
    after = msgspec.structs.replace(before, entries=tuple(entry for entry, _ in met))
    baselines.write(after)
    _sweep(after)
    lines = [f"{what} {_named(entry)}" for entry, what in met if what != "kept"]
    return Change(baseline=after, lines=tuple(lines or ["nothing is violated that was not listed"]))


def _sweep(baseline: Baseline) -> None:
    """Remove the witnesses that no entry names any more, and their folder if it is empty."""
    named = {entry.witness.removeprefix("sha256:") for entry in baseline.entries}
    if not baseline.witnesses.is_dir():
        return
    for path in baseline.witnesses.glob("*.json"):
        if path.stem not in named:
            path.unlink()
    if not any(baseline.witnesses.iterdir()):
        baseline.witnesses.rmdir()
