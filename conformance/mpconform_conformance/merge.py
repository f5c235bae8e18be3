"""Merge: several runs, or the shards of one, become one run folder, and so one matrix.

The same backend in two interpreters, or in two versions, becomes two columns.  What was judged twice on the
same is judged on all evidence together.  Runs of different editions or catalogues are not put into one
table.  What the shards that are there leave out is unknown: part of a run is no run.
"""

import shutil
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path
from typing import TypeVar

import msgspec

from mpconform import events, kept, store
from mpconform.errors import UsageError
from mpconform.events import (
    BackendRow,
    CoverageEvent,
    Event,
    EventWriter,
    FooterEvent,
    GateRow,
    HeaderEvent,
    Record,
    ResultEvent,
)
from mpconform_conformance import breadth, recorder
from mpconform_conformance.gate import standing

__all__ = ("merge",)

_Named = TypeVar("_Named", bound=Event)
#: What weighs more stands for both; a conforming history outweighs one that says nothing.
_WEIGHTS = {"violates": 3, "conforms": 2, "unknown": 1, "unsupported": 0}


def merge(folders: Sequence[Path], out: Path, *, overwrite: bool = False) -> Record:
    """Write the runs in *folders* as one run into *out*; return its record.

    Raises UsageError and BadRecord.
    """
    records = [events.read(folder / store.EVENTS) for folder in folders]
    if out.resolve() in {folder.resolve() for folder in folders}:
        raise UsageError(f"{out} holds one of the runs that are to be merged; choose another folder")
    _check(folders, records)
    names = _names(records)
    store.prepare(out, overwrite=overwrite)
    parts = [
        [_renamed(event, names[number]) for event in _told(record)] for number, record in enumerate(records)
    ]
    merged = _united(records, names, parts)
    writer = EventWriter(out / store.EVENTS)
    for event in merged:
        writer.write(event)
    writer.close()
    for folder, record, own in zip(folders, records, names, strict=True):
        for violation in record.violations:
            moved = _renamed(violation, own)
            if (folder / violation.folder).is_dir() and not (out / moved.folder).exists():
                shutil.copytree(folder / violation.folder, out / moved.folder)
    whole = events.read(out / store.EVENTS)
    untested = whole.header.untested
    store.write_results(out, whole.results, whole.contracts, whole.coverage, untested=untested)
    return whole


def _check(folders: Sequence[Path], records: Sequence[Record]) -> None:
    """Refuse what cannot stand in one table."""
    first = records[0].header
    says: dict[str, tuple[str, str]] = {}
    for folder, record in zip(folders, records, strict=True):
        header = record.header
        edition, other = (h.gate.edition if h.gate else "" for h in (first, header))
        if edition != other:
            told = [name or "no edition" for name in (edition, other)]
            judged = f"{folders[0]} was judged by {told[0]}, {folder} by {told[1]}"
            raise UsageError(f"{judged}; merge only what is alike")
        if (first.gate is None) != (header.gate is None) or _policy(first.gate) != _policy(header.gate):
            gates = f"{folders[0]} and {folder} are gates of different policies"
            raise UsageError(f"{gates}; merge only what is alike")
        for requirement in header.requirements:
            sentence = (requirement.level, requirement.statement)
            if says.setdefault(requirement.id, sentence) != sentence:
                raise UsageError(
                    f"{folders[0]} and {folder} say different things about {requirement.id}: "
                    "they were made by different versions of mpconform; run them again with one"
                )


def _policy(row: GateRow | None) -> tuple[str, ...]:
    return (row.level, row.inconclusive, row.stale) if row else ()


def _names(records: Sequence[Record]) -> list[dict[str, str]]:
    """Return for each record how its backends are called in the whole, such as ``billiard:fork@3.12.1``."""
    known: dict[str, list[BackendRow]] = {}
    for record in records:
        for row in record.header.backends:
            known.setdefault(row.spec, []).append(row)
    return [
        {row.spec: f"{row.spec}{_told_apart(row, known[row.spec])}" for row in record.header.backends}
        for record in records
    ]


def _told_apart(row: BackendRow, others: Iterable[BackendRow]) -> str:
    """Return what tells *row* from *others* of the same name; nothing if they are the same."""
    others = tuple(others)
    marks = []
    if len({(other.implementation, other.python) for other in others}) > 1:
        mark = "" if len({other.implementation for other in others}) == 1 else row.implementation
        marks.append(f"{mark}{row.python}")
    if len({other.version for other in others}) > 1 and row.version not in marks:
        marks.append(row.version)
    return f"@{','.join(marks)}" if marks else ""


def _told(record: Record) -> tuple[Event, ...]:
    return (
        *record.replays,
        *record.campaigns,
        *record.litmus,
        *record.contracts,
        *record.coverage,
        *record.violations,
        *record.results,
        *record.standings,
        *record.faults,
    )


def _renamed(event: _Named, names: dict[str, str]) -> _Named:
    """Return *event* with its backend called as in the whole."""
    if isinstance(event, CoverageEvent):
        return msgspec.structs.replace(event, backends=tuple(names.get(b, b) for b in event.backends))
    before = getattr(event, "backend", "")
    after = names.get(before, before)
    if before == after:
        return event
    changes: dict[str, object] = {"backend": after}
    if isinstance(event, events.ViolationEvent):
        name = f"{event.id}{store.slug(after.removeprefix(before))}"
        changes |= {"id": name, "folder": f"{store.VIOLATIONS}/{name}"}
    elif isinstance(event, ResultEvent) and event.witness:
        changes["witness"] = f"{event.witness}{store.slug(after.removeprefix(before))}"
    elif isinstance(event, events.StandingEvent) and event.violation:
        changes["violation"] = f"{event.violation}{store.slug(after.removeprefix(before))}"
    return msgspec.structs.replace(event, **changes)


def _united(
    records: Sequence[Record], names: Sequence[dict[str, str]], parts: Sequence[Sequence[Event]]
) -> Iterable[Event]:
    """Yield the events of the whole."""
    header = _header(records, names)
    results: dict[tuple[str, str], ResultEvent] = {}
    others: dict[bytes, Event] = {}
    contracts: list[events.ContractEvent] = []
    measured: dict[tuple[str, ...], list[CoverageEvent]] = {}
    for event in (event for part in parts for event in part):
        if isinstance(event, ResultEvent):
            key = (event.requirement, event.backend)
            results[key] = _together(results[key], event) if key in results else event
        elif isinstance(event, events.ContractEvent):
            contracts.append(event)
        elif isinstance(event, CoverageEvent):
            measured.setdefault(event.backends, []).append(event)
        else:
            others.setdefault(events.encode(event), event)
    absent = _absent(header, results) if header.shard else ()
    yield header if absent else msgspec.structs.replace(header, shard=None)
    yield from others.values()
    yield from kept.together(contracts)
    for backends, found in measured.items():
        # What one of several executed alone, in another run, all of them together have executed.
        alone = [
            one
            for key in measured
            if len(key) < len(backends) and set(key) < set(backends)
            for one in measured[key]
        ]
        yield breadth.together([*found, *alone])
    yield from results.values()
    yield from absent
    results |= {(result.requirement, result.backend): result for result in absent}
    standings = [event for event in others.values() if isinstance(event, events.StandingEvent)]
    if header.gate:
        lacking = standing.inconclusive(standing.Gate(row=header.gate), header, absent)
        yield from lacking
        standings += lacking
    footers = [record.footer for record in records if record.footer]
    ended = {footer.ended for footer in footers}
    code = recorder.exit_code(
        results.values(),
        faulty=any(isinstance(event, events.FaultEvent) for event in others.values()),
        refused=any(footer.exit_code == 2 for footer in footers),
        interrupted="interrupted" in ended,
    )
    if header.gate and code not in (130, 70, 2):
        code = standing.exit_code(header.gate, standings, results.values())
    yield FooterEvent(
        ended="interrupted" if "interrupted" in ended else "failed" if "failed" in ended else "completed",
        seconds=round(sum(footer.seconds for footer in footers), 3),
        exit_code=code,
    )


def _header(records: Sequence[Record], names: Sequence[dict[str, str]]) -> HeaderEvent:
    headers = [record.header for record in records]
    backends = {
        own[row.spec]: msgspec.structs.replace(row, spec=own[row.spec])
        for header, own in zip(headers, names, strict=True)
        for row in header.backends
    }
    rows = [header.gate for header in headers if header.gate]
    baselines = {row.baseline: row.entries for row in rows if row.baseline}
    gate = rows[0] if rows else None
    if gate:
        gate = msgspec.structs.replace(gate, baseline=", ".join(baselines), entries=sum(baselines.values()))
    return msgspec.structs.replace(
        headers[0],
        format=events.FORMAT,
        started=min(header.started for header in headers),
        command="mpconform report " + " ".join(f"({header.command})" for header in headers),
        profile=", ".join(dict.fromkeys(header.profile for header in headers)),
        backends=tuple(backends.values()),
        requirements=tuple({r.id: r for header in headers for r in header.requirements}.values()),
        families=tuple({f.name: f for header in headers for f in header.families}.values()),
        power=tuple({p.requirement: p for header in headers for p in header.power}.values()),
        untested=tuple({r.id: r for header in headers for r in header.untested}.values()),
        mutants=tuple({m.name: m for header in headers for m in header.mutants}.values()),
        gate=gate,
        shard=min((header.shard for header in headers if header.shard), default=None),
    )


def _absent(header: HeaderEvent, results: Collection[tuple[str, str]]) -> tuple[ResultEvent, ...]:
    """Return what none of the shards that were merged judged, as unknown."""
    return tuple(
        ResultEvent(
            requirement=requirement.id,
            backend=backend.spec,
            status="unknown",
            reason="the shard that judges it is missing",
        )
        for requirement in header.requirements
        for backend in header.backends
        if (requirement.id, backend.spec) not in results
    )


def _together(one: ResultEvent, other: ResultEvent) -> ResultEvent:
    """Return what two results about the same say together."""
    heavier = max((one, other), key=lambda result: _WEIGHTS[result.status])
    return msgspec.structs.replace(
        heavier,
        evidence=dict(Counter(one.evidence) + Counter(other.evidence)),
        notes=dict(Counter(one.notes) + Counter(other.notes)),
        chances=dict(Counter(one.chances) + Counter(other.chances)),
        # Of two counters, the union keeps the greater.
        worst_ns=dict(Counter(one.worst_ns) | Counter(other.worst_ns)),
        witness=one.witness or other.witness,
    )
