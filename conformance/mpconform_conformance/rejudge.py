"""Judge again: stored histories of a run, with the checkers of this version, without the backend.

What a run stores are the histories of its violations, and with ``--keep-histories`` all of them: in columns,
or as JSON if an earlier version made it.
"""

import concurrent.futures
import multiprocessing  # noqa: TID251 - our own workers, and no backend
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec

from mpconform import events, histories, store
from mpconform.errors import BadRecord, HarnessFault
from mpconform.events import ContractEvent
from mpconform.histories import Place
from mpconform.kept import together
from mpconform.values import History
from mpconform_conformance import catalogue
from mpconform_conformance.bearing import Bearing
from mpconform_conformance.families import NAMES
from mpconform_conformance.tally import Tally

__all__ = ("Judged", "Rejudged", "rejudge", "stored")

#: A worker judges so many histories at a time.
_CHUNK = 200

_HISTORY = msgspec.json.Decoder(History)


class Rejudged(msgspec.Struct, frozen=True, kw_only=True):
    """What this version says of one requirement on one backend, and what the run had said (empty: nothing).

    *complete* says that all histories of the run were there; without them only its violations were judged
    again.
    """

    requirement: str
    backend: str
    before: str
    after: str
    judged: int
    kinds: tuple[str, ...] = ()
    complete: bool = True

    @property
    def agrees(self) -> bool:
        """Whether both say the same, as far as the histories that were kept can tell."""
        if self.complete:
            return self.before in ("", self.after)
        return self.before != "violates" or self.after == "violates"


class Judged(msgspec.Struct, frozen=True, kw_only=True):
    """What this version says of a run: of each requirement, and which contracts were kept.

    Of *contracts* only those campaigns tell of which all histories are there.
    """

    rows: tuple[Rejudged, ...]
    contracts: tuple[ContractEvent, ...]


class _Count(msgspec.Struct):
    """What one chunk of histories says about one requirement."""

    judged: int = 0
    kinds: Counter[str] = msgspec.field(default_factory=Counter)
    fault: str = ""


class _Verdict(msgspec.Struct, kw_only=True):
    """What one chunk of histories of *backend* says."""

    backend: str
    counts: dict[str, _Count]
    contracts: tuple[ContractEvent, ...]
    fault: str


def rejudge(folder: Path, *, workers: int = 1) -> Judged:
    """Return what this version says of the run in *folder*; raises BadRecord, and HarnessFault."""
    record = events.read(folder / store.EVENTS, truncated=True)
    for family in {campaign.family for campaign in record.campaigns}:
        if family not in NAMES:
            raise BadRecord(f"{folder}: this version has no family {family!r}; there are {', '.join(NAMES)}")
    chunks = list(_chunks(folder, record))
    before = {(result.requirement, result.backend): result.status for result in record.results}
    families = {requirement.id: requirement.family for requirement in catalogue.requirements()}
    kept = {(family, backend) for family, backend, complete, _ in chunks if complete}
    counts: dict[tuple[str, str], _Count] = defaultdict(_Count)
    contracts: list[ContractEvent] = []
    for verdict in _judged(chunks, workers):
        if verdict.fault:
            raise HarnessFault(f"a contract could not be judged on a history of {folder}:\n{verdict.fault}")
        contracts += verdict.contracts
        for requirement, count in verdict.counts.items():
            whole = counts[requirement, verdict.backend]
            whole.judged += count.judged
            whole.kinds += count.kinds
            whole.fault = whole.fault or count.fault
    for (requirement, _), count in counts.items():
        if count.fault:
            raise HarnessFault(
                f"the checker of {requirement} failed on a history of {folder}:\n{count.fault}"
            )
    rows = tuple(
        Rejudged(
            requirement=requirement,
            backend=backend,
            before=before.get((requirement, backend), ""),
            after="violates" if count.kinds else "conforms" if count.judged else "unknown",
            judged=count.judged,
            kinds=tuple(sorted(count.kinds)),
            complete=(families[requirement], backend) in kept,
        )
        for (requirement, backend), count in sorted(counts.items())
    )
    return Judged(rows=rows, contracts=together(contracts))


#: A part of a file: of one in columns the places of some histories, of one of JSON some numbers of lines.
_Part = tuple[Path, tuple[Place, ...] | range]
#: Family, backend, whether all histories are there, and where they are.
_Chunk = tuple[str, str, bool, tuple[_Part, ...]]


def _chunks(folder: Path, record: events.Record) -> Iterator[_Chunk]:
    """Yield what one worker judges at a time."""
    for campaign in record.campaigns:
        columns = store.histories_file(folder, campaign.family, campaign.backend)
        path = columns if columns.is_file() else columns.with_suffix(".ndjson")
        if path.is_file():
            found = histories.places(path) if path is columns else range(len(path.read_bytes().splitlines()))
            for at in range(0, len(found), _CHUNK):
                yield campaign.family, campaign.backend, True, ((path, found[at : at + _CHUNK]),)
    for violation in record.violations:
        places = (folder / violation.folder, folder / violation.folder / "first")
        parts = tuple(part for place in places for part in _witnessed(place))
        if parts:
            yield violation.family, violation.backend, False, parts


def _witnessed(folder: Path) -> Iterator[_Part]:
    """Yield the history of a violation."""
    if (folder / store.HISTORY).is_file():
        yield folder / store.HISTORY, histories.places(folder / store.HISTORY)
    elif (folder / "history.json").is_file():
        yield folder / "history.json", range(1)


def _read(part: _Part) -> Iterator[History]:
    path, wanted = part
    if not isinstance(wanted, range):
        yield from histories.read(path, wanted)
        return
    whole = path.read_bytes()
    lines = [whole] if path.suffix == ".json" else whole.splitlines()
    for number in wanted:
        yield _decoded(lines[number], f"{path}, line {number + 1}")


def _decoded(text: bytes, where: str) -> History:
    try:
        return _HISTORY.decode(text)
    except msgspec.DecodeError as error:
        raise BadRecord(f"{where}: no history: {error}") from error


def stored(folder: Path) -> Iterator[History]:
    """Yield the histories that the run in *folder* stores, those of violations last; raises BadRecord."""
    record = events.read(folder / store.EVENTS, truncated=True)
    for _, _, _, parts in _chunks(folder, record):
        for part in parts:
            yield from _read(part)


def _judged(chunks: list[_Chunk], workers: int) -> Iterable[_Verdict]:
    """Judge *chunks*, in other processes if there are many."""
    if workers < 2 or len(chunks) < 4:
        yield from (_judge(chunk) for chunk in chunks)
        return
    # Not forked: this process may have threads.
    context = multiprocessing.get_context("spawn")
    with concurrent.futures.ProcessPoolExecutor(min(workers, len(chunks)), mp_context=context) as pool:
        yield from pool.map(_judge, chunks)


def _judge(chunk: _Chunk) -> _Verdict:
    """Judge the histories of one chunk by every requirement of their family, and by its contracts."""
    family, backend, complete, parts = chunk
    bearing = Bearing()
    tallies = [Tally(r, catalogue.checker_of(r)) for r in catalogue.chapter_of(family).requirements]
    counts = {tally.requirement.id: _Count() for tally in tallies}
    for part in parts:
        for history in _read(part):
            for tally in tallies:
                tally.judge(history)
            if complete:
                bearing.judge(history)
    for tally in tallies:
        count = counts[tally.requirement.id]
        count.judged, count.kinds, count.fault = tally.judged, Counter(tally.seen), tally.fault
    return _Verdict(
        backend=backend, counts=counts, contracts=bearing.events(family, backend), fault=bearing.fault
    )
