"""Standing: what a gate makes of what a run found, as a pure function of the run and the baseline."""

import datetime as dt
import math
from collections.abc import Collection, Iterable, Sequence

import msgspec

from mpconform.events import (
    BackendRow,
    GateRow,
    HeaderEvent,
    ReplayEvent,
    ResultEvent,
    StandingEvent,
    ViolationEvent,
)
from mpconform.rates import wilson
from mpconform.values import Requirement
from mpconform_conformance.gate.baseline import Entry, Rate
from mpconform_conformance.gate.editions import edition

__all__ = ("Gate", "exit_code", "inconclusive", "standings")

#: So seldom would the rate listed, at its highest plausible, show as many failures as were seen.
_CLEARLY = 0.001


class Gate(msgspec.Struct, frozen=True, kw_only=True):
    """What a gate knows before its run: its policies, its baseline, and what the witnesses showed."""

    row: GateRow
    entries: tuple[Entry, ...] = ()
    replays: tuple[ReplayEvent, ...] = ()

    @property
    def today(self) -> dt.date:
        """The day by which entries expire."""
        return dt.date.fromisoformat(self.row.today)

    def known(self, backends: Iterable[BackendRow]) -> frozenset[tuple[str, str, str]]:
        """Return (requirement, backend, signature) of what is listed and in force: it need not be shrunk."""
        return frozenset(
            (entry.requirement, backend.spec, entry.signature)
            for backend in backends
            for entry in self.entries
            if not entry.expired(self.today) and entry.applies(backend)
        )


def standings(
    gate: Gate, header: HeaderEvent, results: Iterable[ResultEvent], violations: Iterable[ViolationEvent]
) -> tuple[StandingEvent, ...]:
    """Return what becomes of each violation, of each lack of evidence, and of each entry, in that order."""
    violations, results = tuple(violations), tuple(results)
    judged = {(result.requirement, result.backend) for result in results}
    return (
        *_of_violations(gate, header, results, violations),
        *inconclusive(gate, header, results),
        *_of_entries(gate, header, violations, judged),
    )


def _of_violations(
    gate: Gate, header: HeaderEvent, results: Iterable[ResultEvent], violations: Sequence[ViolationEvent]
) -> Iterable[StandingEvent]:
    histories = {(r.requirement, r.backend): r.evidence.get("histories", 0) for r in results}
    requirements = {requirement.id: requirement for requirement in header.requirements}
    backends = {backend.spec: backend for backend in header.backends}
    for violation in violations:
        standing = StandingEvent(
            requirement=violation.requirement,
            backend=violation.backend,
            signature=violation.kind,
            standing="new",
            reason=_replayed(violation, histories.get((violation.requirement, violation.backend), 0)),
            violation=violation.id,
        )
        place, entry = _entry_for(gate, violation, backends[violation.backend])
        if entry is None:
            standing = _unlisted(
                gate, requirements[violation.requirement], backends[violation.backend], standing
            )
        else:
            standing = _listed(gate, place, entry, standing)
        yield standing


def _entry_for(gate: Gate, violation: ViolationEvent, backend: BackendRow) -> tuple[int, Entry | None]:
    """Return the entry about *violation*, and its place; one that has not expired before one that has."""
    found = [
        (entry.expired(gate.today), place, entry)
        for place, entry in enumerate(gate.entries, start=1)
        if (entry.requirement, entry.signature) == (violation.requirement, violation.kind)
        and entry.applies(backend)
    ]
    if not found:
        return 0, None
    _, place, entry = min(found, key=lambda one: one[:2])
    return place, entry


def _unlisted(
    gate: Gate, requirement: Requirement, backend: BackendRow, standing: StandingEvent
) -> StandingEvent:
    """Say what a violation is that no entry is about."""
    if requirement.id not in edition(gate.row.edition).requirements:
        reason = f"added after {gate.row.edition}"
        return msgspec.structs.replace(standing, standing="later", reason=reason)
    if requirement.level != "MUST" and gate.row.level == "must":
        reason = f"the level of the requirement is {requirement.level}"
        return msgspec.structs.replace(standing, standing="advisory", reason=reason)
    reason = "; ".join((*_nearly_listed(gate, backend, standing), standing.reason))
    return msgspec.structs.replace(standing, reason=reason)


def _nearly_listed(gate: Gate, backend: BackendRow, standing: StandingEvent) -> Iterable[str]:
    """Yield why an entry about the same requirement is not about this violation, if there is one."""
    listed = [e for e in gate.entries if e.requirement == standing.requirement and e.expect != "unknown"]
    elsewhere = next((e for e in listed if e.signature == standing.signature), None)
    another = next((e for e in listed if e.applies(backend)), None)
    if elsewhere:
        yield f"listed only when {elsewhere.when}"
    elif another:
        yield f"listed with another signature: {another.signature}"


def _replayed(violation: ViolationEvent, histories: int) -> str:
    """Return whether *violation*, which was met in some of *histories*, showed again when it was replayed."""
    failed, times = violation.reproduced
    if failed:
        return f"confirmed: it failed again in {failed} of {times} replays"
    met = f"met in {violation.seen} of {max(histories, violation.seen)} histories"
    if not times:
        return f"not replayed: {met}"
    return f"rare: it failed again in 0 of {times} replays, and was {met}; its witness is a proof"


def _listed(gate: Gate, place: int, entry: Entry, standing: StandingEvent) -> StandingEvent:
    """Say what a violation is that *entry* is about."""
    what, reason = _still_violated(entry, _replay_of(gate, place, standing.backend), gate.today)
    return msgspec.structs.replace(standing, entry=place, standing=what, reason=reason)


def _still_violated(entry: Entry, replay: ReplayEvent | None, today: dt.date) -> tuple[str, str]:
    """Return standing and reason of what *entry* lists, and is seen."""
    if entry.expired(today):
        return "expired", f"known until {entry.expires}: {entry.reason}"
    if replay and entry.rate and _clearly_worse(replay, entry.rate):
        return "worse", f"fails {replay.failed} of {replay.times} times, listed with {entry.rate}"
    return "known", entry.reason


def _replay_of(gate: Gate, place: int, backend: str) -> ReplayEvent | None:
    return next((r for r in gate.replays if (r.entry, r.backend) == (place, backend)), None)


def _clearly_worse(replay: ReplayEvent, listed: Rate) -> bool:
    """Return whether so many failures are hardly to be expected at the highest plausible rate listed."""
    _, highest = wilson(listed.failed, listed.times)
    chance = math.fsum(
        math.comb(replay.times, k) * highest**k * (1 - highest) ** (replay.times - k)
        for k in range(replay.failed, replay.times + 1)
    )
    return replay.failed > 0 and chance < _CLEARLY


def inconclusive(
    gate: Gate, header: HeaderEvent, results: Iterable[ResultEvent]
) -> tuple[StandingEvent, ...]:
    """Return a standing for each requirement that should have been judged and was not."""
    return tuple(_of_results(gate, header, results))


def _of_results(gate: Gate, header: HeaderEvent, results: Iterable[ResultEvent]) -> Iterable[StandingEvent]:
    requirements = {requirement.id: requirement for requirement in header.requirements}
    backends = {backend.spec: backend for backend in header.backends}
    frozen = edition(gate.row.edition).requirements
    for result in results:
        requirement = requirements[result.requirement]
        counts = requirement.level == "MUST" or gate.row.level == "should"
        if result.status != "unknown" or not counts or result.requirement not in frozen:
            continue
        standing = StandingEvent(
            requirement=result.requirement,
            backend=result.backend,
            signature="",
            standing="inconclusive",
            reason=result.reason,
        )
        for place, entry in enumerate(gate.entries, start=1):
            known = entry.requirement == result.requirement and entry.expect == "unknown"
            if known and entry.applies(backends[result.backend]):
                standing = _listed(gate, place, entry, standing)
        yield standing


def _of_entries(
    gate: Gate,
    header: HeaderEvent,
    violations: Sequence[ViolationEvent],
    judged: Collection[tuple[str, str]],
) -> Iterable[StandingEvent]:
    """Yield a standing for each entry that was not met, on each backend where it could have been."""
    met = {(v.requirement, v.backend, v.kind) for v in violations}
    for place, entry in enumerate(gate.entries, start=1):
        for backend in header.backends:
            if (entry.requirement, backend.spec) not in judged or entry.expect == "unknown":
                continue
            if (entry.requirement, backend.spec, entry.signature) in met or not entry.applies(backend):
                continue
            standing, reason = _unmet(entry, _replay_of(gate, place, backend.spec), gate.today)
            yield StandingEvent(
                requirement=entry.requirement,
                backend=backend.spec,
                signature=entry.signature,
                standing=standing,  # type: ignore[arg-type]
                reason=reason,
                entry=place,
            )


def _unmet(entry: Entry, replay: ReplayEvent | None, today: dt.date) -> tuple[str, str]:
    """Return standing and reason of an entry whose violation the run did not meet."""
    if replay and replay.failed:
        return _still_violated(entry, replay, today)
    if replay and replay.vanished:
        return "stale", f"vanished: {replay.reason}"
    if replay and replay.times >= replay.needed:
        return "stale", f"fixed: its witness passed {replay.times} of {replay.times} times; remove it"
    if replay:
        why = f"its witness passed {replay.times} times, which proves nothing: {replay.needed} are needed"
        return "unseen", f"{why}; {replay.reason}"
    return "unseen", "not met, and it has no witness: only a run that meets it, or a person, can tell"


def exit_code(row: GateRow, found: Iterable[StandingEvent], results: Iterable[ResultEvent]) -> int:
    """Return the exit code of a gate that came to its end: of 1, 3, 5, 4, 0 the first that applies."""
    kinds = {standing.standing for standing in found}
    judged = {result.status for result in results} & {"conforms", "violates"}
    if kinds & {"new", "worse", "expired"}:
        return 1
    if "inconclusive" in kinds and row.inconclusive == "fail":
        return 3
    if not judged:
        return 5
    return 4 if "stale" in kinds and row.stale == "fail" else 0
