"""Witnesses: the scenarios that show what a baseline lists, kept beside it by the digest of their content.

A gate runs them first.  One failure confirms an entry; so many runs without any that a defect of the rate
listed would have shown with 95 % confidence, say that it is mended.
"""

import concurrent.futures
import hashlib
import math
import re
import threading
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import msgspec

from mpconform import events, store
from mpconform.backend import Backend, Offer, missing
from mpconform.clock import Deadline
from mpconform.errors import UsageError
from mpconform.events import ReplayEvent
from mpconform.runner import Runner, workdir
from mpconform.values import Requirement, Scenario
from mpconform_conformance import catalogue
from mpconform_conformance.catalogue import checker_of
from mpconform_conformance.gate.baseline import Baseline, Entry, Rate

__all__ = ("Target", "keep", "needed", "read", "remembered", "replay_all")

_PREFIX = "sha256:"
_NAME = re.compile(r"sha256:[0-9a-f]{64}")
#: The least number of runs, also of what always failed; and the most that is ever asked for.
_LEAST, _MOST = 3, 200
#: What misses a defect of the rate listed by chance.
_BY_CHANCE = 0.05
#: A listed rate is compared with so many runs, if it was not 1.
_COMPARED = 20


class _Kept(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the file of a witness holds."""

    format: int = events.FORMAT
    requirement: str
    signature: str
    scenario: Scenario


class Target(msgspec.Struct, frozen=True, kw_only=True):
    """One entry on one backend: *place* is its number in the baseline."""

    place: int
    entry: Entry
    backend: Backend
    offer: Offer
    scenario: Scenario


def keep(folder: Path, requirement: str, signature: str, scenario: Scenario) -> str:
    """Keep *scenario* in *folder*; return its name.  Raises UsageError if that cannot be written."""
    kept = _Kept(requirement=requirement, signature=signature, scenario=scenario)
    data = msgspec.json.format(msgspec.json.encode(kept), indent=1) + b"\n"
    digest = hashlib.sha256(data).hexdigest()
    path = folder / f"{digest}.json"
    if not path.exists():
        store.write_whole(path, data, advice="the baseline is as it was")
    return f"{_PREFIX}{digest}"


def remembered(baseline: Baseline, place: int, entry: Entry) -> Scenario:
    """Return the scenario of the witness of *entry*; raises UsageError if it is not what the entry says."""
    where = f"{baseline.path}, entry {place} ({entry.requirement})"
    anew = "restore it, or make it anew with mpconform baseline update"
    if not _NAME.fullmatch(entry.witness):
        raise UsageError(f"{where}: witness is {entry.witness!r}, not sha256: and 64 hexadecimal digits")
    path = baseline.witnesses / f"{entry.witness.removeprefix(_PREFIX)}.json"
    try:
        data = path.read_bytes()
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise UsageError(f"{where}: cannot read its witness {path}: {reason}; {anew}") from error
    if hashlib.sha256(data).hexdigest() != path.stem:
        raise UsageError(f"{where}: its witness {path} was changed since it was listed; {anew}")
    try:
        kept = _decoded(path, data)
    except UsageError as error:
        raise UsageError(f"{where}: its witness {error}; {anew}") from error
    if (kept.requirement, kept.signature) != (entry.requirement, entry.signature):
        raise UsageError(f"{where}: its witness shows {kept.requirement} {kept.signature!r}; {anew}")
    return kept.scenario


def read(path: Path) -> tuple[str, Scenario]:
    """Return the requirement and the scenario of the witness in the file *path*; raises UsageError."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise UsageError(f"cannot read {path}: {(error.strerror or str(error)).lower()}") from error
    kept = _decoded(path, data)
    return kept.requirement, kept.scenario


def _decoded(path: Path, data: bytes) -> _Kept:
    """Return what the file *path* of a witness holds; raises UsageError."""
    try:
        kept = msgspec.json.decode(data, type=_Kept)
    except msgspec.DecodeError as error:
        raise UsageError(f"{path}: {error}") from error
    if kept.format not in events.READABLE:
        readable = " and ".join(map(str, events.READABLE))
        raise UsageError(f"{path} is of format {kept.format}, this version reads {readable}")
    return kept


def needed(rate: Rate | None) -> int:
    """Return how many runs without a failure show that what failed at *rate* is mended.

    It is the least m with (1 - p) ** m below 0.05, where p is a little less than the rate that was seen.
    """
    if rate is None or not rate.failed:
        return _MOST
    p = rate.failed / (rate.times + 1)
    return min(_MOST, max(_LEAST, math.ceil(math.log(_BY_CHANCE) / math.log(1 - p))))


def replay_all(targets: Sequence[Target], *, workers: int, budget_s: float) -> tuple[ReplayEvent, ...]:
    """Run the witness of every target, side by side, within *budget_s*; return what came of each."""
    if not targets:
        return ()
    deadline, over = Deadline(budget_s), threading.Event()
    shares = [targets[at::workers] for at in range(min(workers, len(targets)))]
    with concurrent.futures.ThreadPoolExecutor(len(shares)) as pool:
        running = [pool.submit(_replay_share, share, deadline, over) for share in shares]
        try:
            found = [event for future in running for event in future.result()]
        except BaseException:
            over.set()
            raise
    return tuple(sorted(found, key=lambda event: (event.entry, event.backend)))


def _replay_share(targets: Iterable[Target], deadline: Deadline, over: threading.Event) -> list[ReplayEvent]:
    """Replay *targets* one after the other, those of one backend with one runner."""
    found = []
    with workdir() as scratch:
        for _, group in _by_backend(targets):
            # Made and closed by this thread: what it started ends with it.
            with Runner(group[0].backend, workdir=scratch) as runner:
                found += [_replay(target, runner, deadline, over) for target in group]
    return found


def _by_backend(targets: Iterable[Target]) -> "Iterator[tuple[Backend, list[Target]]]":
    groups: dict[str, list[Target]] = {}
    for target in targets:
        groups.setdefault(target.backend.spec, []).append(target)
    for group in groups.values():
        yield group[0].backend, group


def _replay(target: Target, runner: Runner, deadline: Deadline, over: threading.Event) -> ReplayEvent:
    """Run one witness as often as it takes to tell something, while there is time."""
    entry = target.entry
    requirement = _requirement(entry.requirement)
    enough = needed(entry.rate)
    failed = times = 0
    reason = ""
    if lacking := missing(target.offer, requirement.needs):
        reason = f"the backend offers no {', '.join(lacking)} any more"
    else:
        checker = checker_of(requirement)
        compared = 1 if entry.rate is None or entry.rate.failed == entry.rate.times else _COMPARED
        # A race of which nobody knows how rare it is, may always have been missed by chance.
        unmeasured = entry.expect == "flaky" and not (entry.rate and entry.rate.failed)
        most = _COMPARED if unmeasured else enough
        while times < (compared if failed else most) and not (deadline.over or over.is_set()):
            run = runner.run(target.scenario)
            violations = (v for history in run.histories for v in checker(history).violations)
            failed += any(violation.kind == entry.signature for violation in violations)
            times += 1
        if times < most and not failed:
            reason = "there was no time for more runs"
        elif unmeasured and not failed:
            reason = "no rate is listed: only a run that meets it, or a person, can tell"
    return ReplayEvent(
        entry=target.place,
        requirement=entry.requirement,
        backend=target.backend.spec,
        signature=entry.signature,
        failed=failed,
        times=times,
        needed=enough,
        reason=reason,
        vanished=bool(lacking),
    )


def _requirement(name: str) -> Requirement:
    return next(requirement for requirement in catalogue.requirements() if requirement.id == name)
