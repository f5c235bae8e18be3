"""Conduct a campaign from beginning to end: explore, store, shrink, conclude.

A violation is stored the moment it is met, and stored again when it has been shrunk, so that
nothing is lost however the run ends.
"""

import contextlib
import math
import shlex
import traceback
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

import msgspec

from mpconform import store
from mpconform.backend import Backend
from mpconform.clock import Deadline, now_ns
from mpconform.errors import HarnessFault, UsageError
from mpconform.events import Event, FaultEvent
from mpconform.histories import Writer
from mpconform.store import StoredViolation, Witnessed
from mpconform.values import History, Requirement, Scenario
from mpconform_conformance import directed
from mpconform_conformance.campaign import Campaign, Cell, Met, Replayer, Runner
from mpconform_conformance.catalogue import checker_of
from mpconform_conformance.confirm import CONFIRMING, confirmed, witness_of
from mpconform_conformance.families import family
from mpconform_conformance.reference import Reference
from mpconform_conformance.reproduce import Try, best_script
from mpconform_conformance.reruns import Reruns
from mpconform_conformance.samples import samples
from mpconform_conformance.shrink import Aids, InVainError, Shrunk, quiet_s, shrink, span_s
from mpconform_conformance.strategies import dress_of
from mpconform_reports.reproduction import SCRIPT

__all__ = ("Conduct", "Outcome", "record_of", "smallest")

#: This part of its time a campaign explores, however long those before it took.
_LEAST_EXPLORED = 0.5
#: It explores for less time when those before it have taken more than this part of what there is to shrink.
_LATE = 0.5
#: For this part of its time more it runs again what still lacks evidence, if anything does.
_LAST_ROUND = 0.5
#: All shrinking of a campaign together takes at most this many shares of one requirement.
_MOST_SHARES = 4
#: The part of a share that goes into seeking smaller scenarios; the rest repeats the smallest.
_SEEKING = 0.75
#: The part of a share that goes into whether what is seldom shows in a scenario that is known to be small.
_SAMPLING = 0.25
#: No candidate is given more than this part of a share, unless the first one took long itself, ...
_LONGEST = 0.25
_TIMES = 3.0
#: ... or hung: to be sure of that takes so many seconds.
_HANG_S = 3.5


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What a campaign contributes to the record, and why it stopped if it did not complete."""

    events: tuple[Event, ...]
    refused: str = ""
    interrupted: bool = False


class Conduct:
    """One campaign and the folder that it stores its violations in."""

    def __init__(
        self,
        cell: Cell,
        requirements: tuple[Requirement, ...],
        *,
        seed: int,
        out: Path,
        shown: str,
        keep_histories: bool = False,
        known: Collection[tuple[str, str, str]] = (),
        try_script: Try | None = None,
    ) -> None:
        """Prepare to run *cell* and to store what is found in *out*, which the user knows as *shown*.

        What is *known* (requirement, backend, kind) is stored as it is met, and not shrunk.  *try_script*
        runs the script of a violation, so that its rate is known.
        """
        self._cell = cell
        self._out = out
        self._shown = shown
        self._keep_histories = keep_histories
        self._known = known
        self._try_script = try_script
        self._ids: dict[int, str] = {}
        self._stored: dict[str, StoredViolation] = {}
        self._began_ns = self._since_ns = now_ns()
        self._found_s: dict[str, float] = {}
        self._unwritten: dict[str, FaultEvent] = {}
        self._histories = Writer(store.histories_file(out, cell.family, cell.backend.spec))
        self._campaign = Campaign(
            cell,
            family=family(cell.family),
            requirements=[(requirement, checker_of(requirement)) for requirement in requirements],
            seed=seed,
            directed=directed.scenarios(cell.family),
            named=directed.simplest(cell.family),
            met=self._store_first,
            keep=self._keep_history,
        )

    def run(
        self,
        runners_of: "contextlib.AbstractContextManager[Sequence[Runner]]",
        *,
        since_ns: int | None = None,
    ) -> Outcome:
        """Run the campaign with the runners that *runners_of* makes; whatever happens, tell what is known.

        *since_ns* is when the first campaign of this worker began, if it was not this one.
        """
        began_ns = self._began_ns = now_ns()
        self._since_ns = began_ns if since_ns is None else since_ns
        faults: list[Event] = []
        refused = ""
        interrupted = False
        agents = 0
        try:
            if not self._campaign.idle:
                deadline = Deadline(self._exploring_s())
                with runners_of as runners:
                    try:
                        self._campaign.explore(runners, deadline, last_round=self._last_round)
                        with Reference(self._cell.backend) as reference:
                            self._shrink_all(runners, reference)
                    finally:
                        agents = sum(runner.agents for runner in runners)
        except UsageError as error:
            refused = str(error)
        except KeyboardInterrupt:
            interrupted = True
        except Exception:  # noqa: BLE001 - a defect of ours must not hide what was found
            faults.append(self._fault())
        seconds = (now_ns() - began_ns) / 1e9
        events: list[Event] = [self._campaign.event(seconds=seconds, agents=agents)]
        events += self._campaign.litmus_events()
        events += self._campaign.contract_events()
        events += [stored.event for stored in self._stored.values()]
        events += self._campaign.results(lambda met: f"{store.VIOLATIONS}/{self._ids[id(met)]}")
        events += [*self._campaign.fault_events(), *self._unwritten.values(), *faults]
        return Outcome(events=tuple(events), refused=refused, interrupted=interrupted)

    def _since_s(self) -> float:
        """Return for how many seconds the campaign has been under way."""
        return round((now_ns() - self._began_ns) / 1e9, 2)

    def _fault(self) -> FaultEvent:
        """Return the exception that is being handled as a defect of ours."""
        return FaultEvent(
            text=traceback.format_exc(), family=self._cell.family, backend=self._cell.backend.spec
        )

    def _keep_history(self, history: History) -> None:
        """Append *history* to the file of this campaign, if histories are kept."""
        if self._keep_histories:
            self._histories.append(history)

    def _store_first(self, met: Met) -> None:
        """Store a violation that has just been met, unshrunk."""
        requirement = met.requirement.id
        known = any(stored.requirement == requirement for stored in self._stored.values())
        self._ids[id(met)] = store.violation_id(requirement, self._cell.backend, met.kind if known else "")
        self._store(met, Shrunk(witnessed=met.witnessed, failed=0, repeated=0), seen=1)

    def _store(self, met: Met, shrunk: Shrunk, *, seen: int, trying: bool = False) -> None:
        """Store what is known of a violation, in place of what was known; run its script if *trying*."""
        name = self._ids[id(met)]
        stored = record_of(
            met,
            shrunk,
            name=name,
            backend=self._cell.backend,
            shown=self._shown,
            seen=seen,
            found_s=self._found_s.setdefault(name, self._since_s()),
        )
        store.write_violation(self._out, stored, final=shrunk.witnessed, first=met.witnessed)
        self._stored[name] = stored
        self._write_script(stored, shrunk, met.requirement.statement, trying=trying)

    def _write_script(self, stored: StoredViolation, shrunk: Shrunk, statement: str, *, trying: bool) -> None:
        """Write the script that shows *stored* without us; that it cannot be made is a defect of ours."""
        try:
            text = best_script(
                stored, shrunk.witnessed.history, statement, self._try_script if trying else None
            )
        except Exception:  # noqa: BLE001 - the violation stands, with or without it
            self._unwritten[stored.id] = self._fault()
        else:
            self._unwritten.pop(stored.id, None)
            store.write_whole(self._out / stored.folder / SCRIPT, text.encode())

    def _shrink_all(self, runners: Sequence[Runner], reference: Reference) -> None:
        """Shrink what was met, each in its share of time, and replay it; requirements before kinds of one."""
        total = Deadline(self._shrinking_s())
        hints: dict[str, Scenario] = {}
        reruns = Reruns(runners)
        unconfirmed = []
        for met in self._in_order():
            reruns.begin()
            # What one requirement shrank to, serves others that the theme's scenarios break as well.
            key = met.smallest_source.theme.name
            shrunk = Shrunk(witnessed=met.smallest, failed=0, repeated=0)
            if self._is_known(met):
                self._store(met, shrunk, seen=self._campaign.seen(met))
                continue
            if not total.over:
                share_s = min(self._cell.shrink_s, total.left_s)
                try:
                    shrunk = smallest(met, reruns, reference, share_s=share_s, hint=hints.get(key))
                except HarnessFault:
                    self._campaign.faults.append(traceback.format_exc())
                hints.setdefault(key, shrunk.witnessed.history.scenario)
            if shrunk.repeated < CONFIRMING:
                unconfirmed.append((met, shrunk))
            else:
                self._store(met, shrunk, seen=self._campaign.seen(met), trying=not total.over)
        for met, shrunk in confirmed(unconfirmed, reruns):
            self._store(met, shrunk, seen=self._campaign.seen(met), trying=not total.over)

    def _left_s(self, part: float = 1.0) -> float:
        """Return how many seconds are left of the time of this campaign, with *part* of its grace."""
        if self._cell.ends_s is None:
            return math.inf
        due_ns = self._since_ns + int((self._cell.ends_s + part * self._cell.grace_s) * 1e9)
        return max(0.0, (due_ns - now_ns()) / 1e9)

    def _exploring_s(self) -> float:
        """Return for how many seconds to explore: what is late has less time, but not much less."""
        budget_s = self._cell.budget_s
        return max(budget_s * _LEAST_EXPLORED, min(budget_s, self._left_s(_LATE)))

    def _last_round(self) -> Deadline:
        """Begin the time for what still lacks evidence; what it takes, later campaigns have less."""
        return Deadline(self._cell.budget_s * _LAST_ROUND)

    def _shrinking_s(self) -> float:
        """Return for how many seconds what was found may be shrunk."""
        return min(self._cell.shrink_s * _MOST_SHARES, self._left_s())

    def _is_known(self, met: Met) -> bool:
        """Return whether *met* is what somebody has listed already: it is not shrunk again and again."""
        return (met.requirement.id, self._cell.backend.spec, met.kind) in self._known

    def _in_order(self) -> Iterator[Met]:
        """Yield what was met: the first kind of every requirement, then the others."""
        seen: set[str] = set()
        later: list[Met] = []
        for met in self._campaign.met:
            if met.requirement.id in seen:
                later.append(met)
            else:
                seen.add(met.requirement.id)
                yield met
        yield from later


def smallest(
    met: Met, runner: Replayer, reference: Reference, *, share_s: float, hint: Scenario | None = None
) -> Shrunk:
    """Return the smallest scenario that breaks the requirement of *met* in the same way, within *share_s*.

    If *hint*, known to be small, breaks it too, it is that.  What hangs on the backend, and the model does
    not know, has to end on *reference*.  Raises HarnessFault.
    """
    first = met.smallest.history
    limit_s = max(share_s * _LONGEST, _HANG_S if first.ended == "hung" else 0.0, _TIMES * span_s(first))
    runner.remember(first)

    def trial(scenario: Scenario) -> Witnessed | None:
        # One candidate that waits out a timeout must not use up the time of all others.
        run = runner.run(msgspec.structs.replace(scenario, deadline_s=min(scenario.deadline_s, limit_s)))
        over = run.ended == "hung" and run.seconds >= limit_s
        found = None if over else witness_of(run, met.checker, kind=met.kind)
        if found is None:
            if run.ended != "normally":
                raise InVainError
            return None
        history = msgspec.structs.replace(found.history, scenario=scenario)
        return msgspec.structs.replace(found, history=history)

    # Of what came to its end, nothing counts that does not.
    ended = first.ended == "normally"
    with runner.hurried(quiet_s=quiet_s(first)) if ended else contextlib.nullcontext():
        return shrink(
            met.smallest,
            met.smallest_source,
            trial=trial,
            searching=Deadline(share_s * _SEEKING),
            repeating=Deadline(share_s),
            aids=Aids(
                hint=hint,
                samples=samples(met.requirement),
                sampling_s=share_s * _SAMPLING,
                ends=reference.ends,
            ),
        )


def record_of(
    met: Met, shrunk: Shrunk, *, name: str, backend: Backend, shown: str, seen: int, found_s: float
) -> StoredViolation:
    """Return what is stored of *met* and of what it *shrunk* to, under *name* in the run folder *shown*."""
    folder = f"{store.VIOLATIONS}/{name}"
    scenario, violation = shrunk.witnessed.history.scenario, shrunk.witnessed.violation
    return StoredViolation(
        id=name,
        requirement=met.requirement.id,
        family=met.requirement.family,
        backend=backend,
        kind=met.kind,
        summary=violation.summary,
        story=violation.story,
        observed=violation.observed,
        witness=violation.witness,
        folder=folder,
        seen=seen,
        reproduced=(shrunk.failed, shrunk.repeated),
        actors=len(scenario.actors),
        steps=scenario.step_count,
        replay=f"mpconform replay {shlex.quote(f'{shown}/{folder}')}",
        strategy=dress_of(met.witnessed.history.scenario).strategy,
        found_s=found_s,
        violation=violation,
        first=store.First(violation=met.witnessed.violation),
    )
