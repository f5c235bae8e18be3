"""The recorder: writes the run record as events come in, and closes it, however the run ends.

Only the process that controls a run has one.  What the others found and could not tell is
collected from the run folder at the end.
"""

import contextlib
from collections.abc import Iterable
from pathlib import Path
from typing import Literal, Protocol

import msgspec

from mpconform import store
from mpconform.clock import now_ns
from mpconform.errors import BadRecord
from mpconform.events import (
    ContractEvent,
    CoverageEvent,
    Event,
    EventWriter,
    FaultEvent,
    FooterEvent,
    ResultEvent,
    StandingEvent,
    ViolationEvent,
)
from mpconform_conformance.gate.standing import Gate, standings
from mpconform_conformance.gate.standing import exit_code as gate_code
from mpconform_conformance.plan import Plan

__all__ = ("Listener", "Recorder", "exit_code", "leave", "leftover_name")

Ended = Literal["completed", "interrupted", "failed"]

#: Exit codes of a run that come before whatever a gate thinks of what it found.
_FIRST = frozenset({130, 70, 2})
_LEFTOVER = ".interrupted-"
_LINES: msgspec.json.Decoder[list[Event]] = msgspec.json.Decoder(list[Event])


class Listener(Protocol):
    """What wants to know how a run goes on."""

    def begun(self, family: str, backend: str) -> None:
        """One campaign has begun."""

    def recorded(self, event: Event) -> None:
        """One more event stands in the record."""


def leftover_name(family: str, backend: str) -> str:
    """Return the name of the file in which an interrupted worker leaves its events."""
    return f"{_LEFTOVER}{store.slug(family)}-{store.slug(backend)}.json"


def leave(out: Path, family: str, backend: str, events: Iterable[Event]) -> None:
    """Leave the events of an interrupted campaign where the recorder will find them."""
    store.write_whole(out / leftover_name(family, backend), msgspec.json.encode(list(events)))


def exit_code(results: Iterable[ResultEvent], *, faulty: bool, refused: bool, interrupted: bool) -> int:
    """Return the exit code of a run: of 130, 70, 2, 1, 5, 0 the first that applies."""
    statuses = {result.status for result in results}
    if interrupted:
        return 130
    if faulty:
        return 70
    if refused:
        return 2
    if "violates" in statuses:
        return 1
    return 0 if "conforms" in statuses else 5


class Recorder:
    """The record of one run, being written."""

    def __init__(self, plan: Plan, out: Path, listener: Listener | None = None) -> None:
        """Begin the record in the folder *out* with its header."""
        self.plan = plan
        self.out = out
        self.results: dict[tuple[str, str], ResultEvent] = {}
        self.violations: dict[str, ViolationEvent] = {}
        self.contracts: list[ContractEvent] = []
        self.faults: list[FaultEvent] = []
        self.coverage: list[CoverageEvent] = []
        self.refusals: list[str] = []
        self.code: int | None = None
        self._listener = listener
        self._began_ns = now_ns()
        self._writer = EventWriter(out / store.EVENTS)
        self._writer.write(plan.header)
        self.standings: tuple[StandingEvent, ...] = ()
        for replay in plan.gate.replays if plan.gate else ():
            self._writer.write(replay)

    def begun(self, family: str, backend: str) -> None:
        """Tell the listener that a campaign has begun."""
        if self._listener:
            self._listener.begun(family, backend)

    def refuse(self, reason: str) -> None:
        """Keep why the run cannot go on, if it is not known yet."""
        if reason not in self.refusals:
            self.refusals.append(reason)

    def record(self, event: Event) -> None:
        """Write *event*; a result or a violation that is recorded already is not written again."""
        match event:
            case ResultEvent():
                if (event.requirement, event.backend) in self.results:
                    return
                self.results[event.requirement, event.backend] = event
            case ViolationEvent():
                if event.id in self.violations:
                    return
                self.violations[event.id] = event
            case ContractEvent():
                self.contracts.append(event)
            case FaultEvent():
                self.faults.append(event)
            case CoverageEvent():
                self.coverage.append(event)
        self._writer.write(event)
        if self._listener:
            self._listener.recorded(event)

    def finish(self, expected: Iterable[tuple[str, str]], *, ended: Ended) -> int:
        """Complete the record with what is missing, close it, and return the exit code.

        *expected* are the pairs of requirement and backend for which there should be a result.
        """
        self._collect()
        interrupted = ended == "interrupted"
        lacking = [pair for pair in expected if pair not in self.results]
        if lacking and not (interrupted or self.faults or self.refusals):
            requirement, backend = lacking[0]
            text = f"{len(lacking)} results never came, among them {requirement} on {backend}"
            self.record(FaultEvent(text=text, backend=backend))
        why = "interrupted" if interrupted else "a defect of ours kept it from being judged"
        for requirement, backend in lacking:
            reason = self.refusals[0] if self.refusals and not interrupted else why
            self.record(
                ResultEvent(requirement=requirement, backend=backend, status="unknown", reason=reason)
            )
        self.code = exit_code(
            self.results.values(),
            faulty=bool(self.faults),
            refused=bool(self.refusals),
            interrupted=interrupted,
        )
        if self.plan.gate:
            self.code = self._stand(self.plan.gate, self.code)
        if ended == "completed" and (self.faults or self.refusals):
            ended = "failed"
        seconds = round((now_ns() - self._began_ns) / 1e9, 3)
        self._writer.write(FooterEvent(ended=ended, seconds=seconds, exit_code=self.code))
        self._writer.close()
        store.write_results(
            self.out,
            self.results.values(),
            self.contracts,
            self.coverage,
            untested=self.plan.header.untested,
        )
        return self.code

    def _stand(self, gate: Gate, code: int) -> int:
        """Record what the gate makes of everything; return its exit code, unless the run's comes first."""
        results = tuple(self.results.values())
        self.standings = standings(gate, self.plan.header, results, self.violations.values())
        for standing in self.standings:
            self._writer.write(standing)
        return code if code in _FIRST else gate_code(gate.row, self.standings, results)

    def _collect(self) -> None:
        """Record what interrupted workers left, and violations that were stored but never told."""
        for path in sorted(self.out.glob(f"{_LEFTOVER}*.json")):
            with contextlib.suppress(msgspec.DecodeError, OSError):
                for event in _LINES.decode(path.read_bytes()):
                    self.record(event)
            path.unlink(missing_ok=True)
        try:
            stored = store.stored_violations(self.out)
        except BadRecord as error:
            self.record(FaultEvent(text=str(error)))
            return
        for violation in stored:
            if violation.id in self.violations:
                continue
            self.record(violation.event)
            self.record(
                ResultEvent(
                    requirement=violation.requirement,
                    backend=violation.backend.spec,
                    status="violates",
                    evidence={"histories": violation.seen, "judged": violation.seen},
                    reason="the campaign did not come to its end; its other evidence is lost",
                    witness=violation.folder,
                )
            )
