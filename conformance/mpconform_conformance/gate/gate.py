"""The gate: a run that begins with the witnesses of a baseline, and is judged by it."""

import datetime as dt
import os
from pathlib import Path

import msgspec
from rich.console import Console

from mpconform.clock import now_ns
from mpconform.errors import UsageError
from mpconform.events import GateRow
from mpconform_conformance import run as running
from mpconform_conformance.gate import baseline as baselines
from mpconform_conformance.gate import editions
from mpconform_conformance.gate.baseline import Baseline
from mpconform_conformance.gate.standing import Gate
from mpconform_conformance.gate.witnesses import Target, remembered, replay_all
from mpconform_conformance.outputs import NONE, Outputs
from mpconform_conformance.plan import Options, Plan
from mpconform_conformance.suggest import known

__all__ = ("Policy", "gate", "part_left", "today")

#: The witnesses of a baseline may take so much of the time of a run; the rest is for what nobody knows yet.
_MOST = 0.4
_ON_DATE = "MPCONFORM_TODAY"


class Policy(msgspec.Struct, frozen=True, kw_only=True):
    """What a gate lets pass, as the user wrote it."""

    baseline: str = ""
    edition: str = ""
    level: str = "must"
    inconclusive: str = "fail"
    stale: str = "fail"

    def checked(self) -> "Policy":
        """Return this one; raises UsageError for a word that there is not."""
        known(self.level, "--level", ("must", "should"))
        known(self.inconclusive, "--inconclusive", ("fail", "warn"))
        known(self.stale, "--stale", ("fail", "warn"))
        if self.edition:
            editions.edition(self.edition)
        return self


def gate(
    options: Options,
    policy: Policy,
    *,
    console: Console,
    out: str | None = None,
    overwrite: bool = False,
    keep_histories: bool = False,
    outputs: Outputs = NONE,
) -> int:
    """Run what *options* ask for, and judge it by *policy*; return the exit code.  Raises UsageError."""
    policy = policy.checked()
    listed = baselines.read(Path(policy.baseline)) if policy.baseline else None
    if listed and not options.backends:
        options = msgspec.structs.replace(options, backends=(listed.backend,))
    return running.run(
        options,
        console=console,
        out=out,
        overwrite=overwrite,
        keep_histories=keep_histories,
        outputs=outputs,
        prepared=lambda plan: _gated(plan, policy, listed, workers=options.workers, console=console),
    )


def _gated(plan: Plan, policy: Policy, listed: Baseline | None, *, workers: int, console: Console) -> Plan:
    """Return *plan* with what the witnesses of *listed* showed, and the less time for what is left to do."""
    entries = listed.entries if listed else ()
    row = GateRow(
        baseline=policy.baseline,
        entries=len(entries),
        edition=policy.edition or (listed.edition if listed else editions.latest()),
        level=policy.level,  # type: ignore[arg-type]
        inconclusive=policy.inconclusive,  # type: ignore[arg-type]
        stale=policy.stale,  # type: ignore[arg-type]
        today=today().isoformat(),
    )
    targets = _targets(plan, listed) if listed else ()
    began_ns = now_ns()
    budget_s = plan.header.budget_s
    replays = replay_all(targets, workers=workers, budget_s=budget_s * _MOST)
    spent_s = (now_ns() - began_ns) / 1e9
    if replays:
        failing = sum(replay.failed > 0 for replay in replays)
        replayed = f"{len(replays)} witnesses of {policy.baseline} replayed in {spent_s:.0f} s"
        console.print(f"  {replayed}: {failing} still fail", highlight=False, soft_wrap=True)
    left = part_left(spent_s, budget_s)
    return msgspec.structs.replace(
        plan,
        gate=Gate(row=row, entries=entries, replays=replays),
        header=msgspec.structs.replace(plan.header, gate=row),
        cells=tuple(cell.shortened(left) for cell in plan.cells),
    )


def part_left(spent_s: float, budget_s: float) -> float:
    """Return the part of *budget_s* that is left for the run after *spent_s* seconds with witnesses.

    On a busy machine the last of them may end late; that is not taken from what nobody knows yet.
    """
    return max(1 - _MOST, 1 - spent_s / budget_s)


def _targets(plan: Plan, listed: Baseline) -> tuple[Target, ...]:
    """Return each entry with a witness, on each backend of the run that it is about; raises UsageError."""
    rows = {row.spec: row for row in plan.header.backends}
    if strange := [row.spec for row in rows.values() if row.spec.partition(":")[0] != listed.backend]:
        raise UsageError(
            f"{listed.path} is about backend {listed.backend!r}, not {', '.join(strange)}; "
            "give the baseline of that one, or none"
        )
    families = {requirement.id: requirement.family for requirement in plan.header.requirements}
    cells = {(cell.family, cell.backend.spec): cell for cell in plan.cells}
    found = []
    for place, entry in enumerate(listed.entries, start=1):
        family = families.get(entry.requirement, "")
        applying = [spec for spec in rows if (family, spec) in cells and entry.applies(rows[spec])]
        if not entry.witness or not applying:
            continue
        scenario = remembered(listed, place, entry)
        found += [
            Target(place=place, entry=entry, backend=cell.backend, offer=cell.offer, scenario=scenario)
            for cell in (cells[family, spec] for spec in applying)
        ]
    return tuple(found)


def today() -> dt.date:
    """Return the day by which entries expire: today, or what a test of the gate sets."""
    given = os.environ.get(_ON_DATE)
    return dt.date.fromisoformat(given) if given else dt.datetime.now(dt.timezone.utc).date()
