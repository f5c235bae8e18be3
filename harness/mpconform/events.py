"""The run record: one JSON object a line, from which everything else is rendered.

A run begins with a header and ends with a footer; what lies between stands in the order in
which it became known.  The format is numbered, and reading is strict: a key that is missing,
a key too many, a line cut short, a record without its footer are all errors.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Literal, TypeVar

import msgspec

from mpconform.errors import BadRecord, UsageError
from mpconform.values import Requirement

__all__ = (
    "FORMAT",
    "BackendRow",
    "CampaignEvent",
    "ContractEvent",
    "ContractRow",
    "CoverageEvent",
    "Event",
    "EventWriter",
    "FamilyRow",
    "FaultEvent",
    "FooterEvent",
    "GateRow",
    "HeaderEvent",
    "LitmusEvent",
    "Machine",
    "ModuleRow",
    "MutantRow",
    "PowerRow",
    "Record",
    "ReplayEvent",
    "ResultEvent",
    "Standing",
    "StandingEvent",
    "ViolationEvent",
    "decode",
    "encode",
    "read",
)

#: The number of this format, and those that this version reads; a reader refuses every other.
FORMAT = 2
READABLE = (1, 2)

Status = Literal["conforms", "violates", "unknown", "unsupported"]

#: What a gate makes of a violation, of a lack of evidence, or of an entry of its baseline:
#: it is not in the baseline; listed, but far more frequent than listed; listed, but its time is over; listed;
#: of a level that does not count; of a requirement that came after the edition; nothing was judged;
#: listed, but no longer so; listed, and not met, which proves nothing.
Standing = Literal["new", "worse", "expired", "known", "advisory", "later", "inconclusive", "stale", "unseen"]
_Wanted = TypeVar("_Wanted")


class Part(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A frozen, keyword-only part of an event; unknown keys of a stored one are errors."""


class Machine(Part, frozen=True, kw_only=True):
    """Where the run took place."""

    system: str
    cores: int
    memory_gib: float
    python: str


class BackendRow(Part, frozen=True, kw_only=True):
    """One backend of the run, as it was probed."""

    spec: str
    module: str
    version: str
    file: str
    python: str
    implementation: str
    executable: str
    methods: tuple[str, ...]
    capabilities: tuple[str, ...]


class FamilyRow(Part, frozen=True, kw_only=True):
    """One family of the run, and what it is about."""

    name: str
    title: str


class PowerRow(Part, frozen=True, kw_only=True):
    """That the check of one requirement has been seen to fail, by recorded power runs.

    *mutants* are backends broken on purpose that it caught, in *caught* of *runs* runs.
    """

    requirement: str
    mutants: int
    runs: int
    caught: int


class MutantRow(Part, frozen=True, kw_only=True):
    """A backend that is broken on purpose to try one requirement: its name, and what is broken."""

    requirement: str
    name: str
    defect: str


class GateRow(Part, frozen=True, kw_only=True):
    """By what a gate judges: its baseline and how many entries that has, its edition, and its policies.

    *baseline* is the file as the user wrote it, empty if there is none; *today* is the day by which entries
    expire.
    """

    baseline: str
    entries: int
    edition: str
    level: Literal["must", "should"]
    inconclusive: Literal["fail", "warn"]
    stale: Literal["fail", "warn"]
    today: str


class HeaderEvent(Part, frozen=True, kw_only=True, tag_field="event", tag="header"):
    """What was asked for, where, and of whom; the first line of every record.

    *untested* are the requirements of its families that are documented and have no checker; *mutants* the
    backends that are broken on purpose to try those that have.
    """

    format: int = FORMAT
    mpconform: str
    started: str
    command: str
    seed: int
    profile: str
    budget_s: float
    machine: Machine
    backends: tuple[BackendRow, ...]
    requirements: tuple[Requirement, ...]
    families: tuple[FamilyRow, ...]
    power: tuple[PowerRow, ...] = ()
    untested: tuple[Requirement, ...] = ()
    mutants: tuple[MutantRow, ...] = ()
    gate: GateRow | None = None
    shard: tuple[int, int] | None = None


class CampaignEvent(Part, frozen=True, kw_only=True, tag_field="event", tag="campaign"):
    """One family was explored on one backend: how much was done.

    A burst is one of *scenarios*, and as many of *histories* as it had rounds.
    """

    family: str
    backend: str
    seconds: float
    scenarios: int
    histories: int = 0
    operations: int
    themes: dict[str, int] = {}
    measures: dict[str, int] = {}
    hung: int = 0
    crashed: int = 0
    agents: int = 0


class LitmusEvent(Part, frozen=True, kw_only=True, tag_field="event", tag="litmus"):
    """One program that every tutorial shows, on one backend: how often it ran, and what it violated.

    *lacking* are the capabilities for want of which it was not run.
    """

    name: str
    title: str
    family: str
    backend: str
    runs: int
    operations: int
    hung: int = 0
    violated: tuple[str, ...] = ()
    lacking: tuple[str, ...] = ()


class ContractRow(Part, frozen=True, kw_only=True):
    """What all histories of a campaign say about one contract of the objects of one kind.

    It was *judged* in so many situations, in so many *histories* with so many *operations* on such objects,
    and *broken* in so many histories, in the ways *kinds*.  *undecided* counts what no search could decide.
    """

    contract: str
    histories: int = 0
    operations: int = 0
    judged: int = 0
    broken: int = 0
    undecided: int = 0
    kinds: dict[str, int] = {}


class ContractEvent(Part, frozen=True, kw_only=True, tag_field="event", tag="contract"):
    """Which contracts the objects of one *kind* kept on one backend; the strongest is the first row.

    *documented* is the contract that is promised (``mpconform.contracts``).
    """

    kind: str
    family: str
    backend: str
    documented: str
    rows: tuple[ContractRow, ...]


class ModuleRow(Part, frozen=True, kw_only=True):
    """One module of a backend's package: what of it there is, and what of that was not executed.

    *missing* are numbers of lines; *branches* lead from one line to another, and *untaken* are those that
    never did, with a negative number for the end of what begins at that line.
    """

    name: str
    file: str
    statements: int
    missing: tuple[int, ...] = ()
    branches: int
    untaken: tuple[tuple[int, int], ...] = ()

    @property
    def total(self) -> int:
        """How many lines and branches there are."""
        return self.statements + self.branches

    @property
    def reached(self) -> int:
        """How many of them were executed."""
        return self.total - len(self.missing) - len(self.untaken)


class CoverageEvent(Part, frozen=True, kw_only=True, tag_field="event", tag="coverage"):
    """How much of their package was executed on *backends*: those of one module together, or one alone."""

    backends: tuple[str, ...]
    modules: tuple[ModuleRow, ...]


class ViolationEvent(Part, frozen=True, kw_only=True, tag_field="event", tag="violation"):
    """One way in which one backend breaks one requirement, with its smallest known scenario.

    *folder* is relative to the run folder.  *seen* counts the histories of the campaign
    that broke the requirement in this way; *reproduced* is (failed, repeated) of the shrunk
    scenario; *actors* and *steps* are its size; *strategy* is how the scenario was run when it was
    first seen, *found_s* seconds after the campaign began.
    """

    id: str
    requirement: str
    backend: str
    family: str
    kind: str
    summary: str
    story: str
    observed: tuple[str, ...]
    folder: str
    seen: int
    reproduced: tuple[int, int]
    actors: int
    steps: int
    replay: str
    strategy: str = "plain"
    found_s: float = 0.0


class ResultEvent(Part, frozen=True, kw_only=True, tag_field="event", tag="result"):
    """What is concluded about one requirement on one backend, and from how much evidence.

    *witness* is the folder of its first violation, relative to the run folder.  *notes* counts what was
    allowed but surprising, *chances* in how many situations each could have been seen (those judged, if there
    is none), and *worst_ns* says how bad each was at worst.
    """

    requirement: str
    backend: str
    status: Status
    evidence: dict[str, int] = {}
    notes: dict[str, int] = {}
    chances: dict[str, int] = {}
    worst_ns: dict[str, int] = {}
    reason: str = ""
    witness: str | None = None


class ReplayEvent(Part, frozen=True, kw_only=True, tag_field="event", tag="replay"):
    """The witness of entry number *entry* of the baseline was run again on one backend.

    It broke its requirement in its way in *failed* of *times* runs; *needed* runs without a failure
    would show that it is mended (95 % confidence).  *vanished* says that the backend does not offer
    what it is about any more, *reason* why it was not run, or not often enough.
    """

    entry: int
    requirement: str
    backend: str
    signature: str
    failed: int
    times: int
    needed: int
    reason: str = ""
    vanished: bool = False


class StandingEvent(Part, frozen=True, kw_only=True, tag_field="event", tag="standing"):
    """What the gate makes of a violation (its id), of a result, or of entry number *entry*."""

    requirement: str
    backend: str
    signature: str
    standing: Standing
    reason: str = ""
    entry: int | None = None
    violation: str = ""


class FaultEvent(Part, frozen=True, kw_only=True, tag_field="event", tag="fault"):
    """A defect of ours: never blamed on the backend."""

    text: str
    family: str = ""
    backend: str = ""


class FooterEvent(Part, frozen=True, kw_only=True, tag_field="event", tag="footer"):
    """How the run ended; the last line of every record that is whole."""

    ended: Literal["completed", "interrupted", "failed"]
    seconds: float
    exit_code: int


Event = (
    HeaderEvent
    | ReplayEvent
    | CampaignEvent
    | LitmusEvent
    | ContractEvent
    | CoverageEvent
    | ViolationEvent
    | ResultEvent
    | StandingEvent
    | FaultEvent
    | FooterEvent
)

_READABLE = f"formats {' and '.join(map(str, READABLE))}"
_ENCODER = msgspec.json.Encoder()
_DECODER: msgspec.json.Decoder[Event] = msgspec.json.Decoder(Event)


class Record(Part, frozen=True, kw_only=True):
    """A run record, read back.  *footer* is None only if truncation was allowed."""

    header: HeaderEvent
    campaigns: tuple[CampaignEvent, ...] = ()
    litmus: tuple[LitmusEvent, ...] = ()
    contracts: tuple[ContractEvent, ...] = ()
    coverage: tuple[CoverageEvent, ...] = ()
    violations: tuple[ViolationEvent, ...] = ()
    results: tuple[ResultEvent, ...] = ()
    replays: tuple[ReplayEvent, ...] = ()
    standings: tuple[StandingEvent, ...] = ()
    faults: tuple[FaultEvent, ...] = ()
    footer: FooterEvent | None = None


def encode(event: Event) -> bytes:
    """Return *event* as one line of JSON, without the line's end."""
    return _ENCODER.encode(event)


def decode(line: bytes | str, *, where: str) -> Event:
    """Return the event that *line* holds; raises BadRecord, naming *where*, if it holds none."""
    try:
        return _DECODER.decode(line)
    except msgspec.DecodeError as error:
        raise BadRecord(f"{where}: not an event of format {FORMAT}: {error}") from error


class EventWriter:
    """Writes events to a new file, each line in one piece.

    If a line cannot be written whole, what there is of it is taken back, so that a full
    disk leaves a record that is short but nowhere half-written.
    """

    def __init__(self, path: Path) -> None:
        """Create *path*; raises UsageError if it exists or cannot be written."""
        self._path = path
        try:
            self._file = path.open("xb", buffering=0)
        except OSError as error:
            raise _unwritable(path, error) from error

    def write(self, event: Event) -> None:
        """Append *event*; raises UsageError if the disk refuses."""
        line = encode(event) + b"\n"
        before = self._file.tell()
        try:
            # A raw file may take less than it was given; the rest then meets the true error.
            view = memoryview(line)
            while view:
                view = view[self._file.write(view) :]
        except OSError as error:
            self._file.truncate(before)
            self._file.seek(before)
            raise _unwritable(self._path, error) from error

    def close(self) -> None:
        """Close the file; writing afterwards is an error."""
        self._file.close()


def read(path: Path, *, truncated: bool = False) -> Record:
    """Return the record that stands in the file *path*.

    Raises BadRecord, naming file and line, for anything that is not what this format says.
    With *truncated*, a record may lack its end: a last line cut short is left out, and the
    footer is None.
    """
    try:
        lines = path.read_bytes().split(b"\n")
    except OSError as error:
        raise BadRecord(f"cannot read {path}: {error.strerror}") from error
    tail = lines.pop()
    _check_format(path, lines[0] if lines else tail)
    if tail and not truncated:
        raise BadRecord(f"{path}, line {len(lines) + 1}: cut short; the run was killed, or the disk was full")
    events = [decode(line, where=f"{path}, line {number}") for number, line in enumerate(lines, start=1)]
    header, footer = _ends(path, events)
    if footer is None and not truncated:
        raise BadRecord(f"{path}, line {len(lines) + 1}: no footer; the run did not come to its end")
    return Record(
        header=header,
        campaigns=_of(events, CampaignEvent),
        litmus=_of(events, LitmusEvent),
        contracts=_of(events, ContractEvent),
        coverage=_of(events, CoverageEvent),
        violations=_of(events, ViolationEvent),
        results=_of(events, ResultEvent),
        replays=_of(events, ReplayEvent),
        standings=_of(events, StandingEvent),
        faults=_of(events, FaultEvent),
        footer=footer,
    )


class _Peek(msgspec.Struct):
    """As much of a first line as every format has."""

    event: str = ""
    format: int = 0
    mpconform: str = ""


def _check_format(path: Path, first: bytes) -> None:
    """Refuse a first line that is no header, or one of another format, whatever else it holds."""
    try:
        peek = msgspec.json.decode(first, type=_Peek)
    except msgspec.DecodeError:
        peek = _Peek()
    if peek.event != "header":
        raise BadRecord(f"{path}, line 1: not the header of a run")
    if peek.format not in READABLE:
        age = "a later" if peek.format > FORMAT else "an earlier"
        writer = f"mpconform {peek.mpconform}" if peek.mpconform else f"{age} mpconform"
        told = f"format {peek.format}; this version reads {_READABLE}"
        raise BadRecord(f"{path}, line 1: {told}; it was written by {writer}: use that one")


def _ends(path: Path, events: list[Event]) -> tuple[HeaderEvent, FooterEvent | None]:
    """Return header and footer, each of which stands once, in its place."""
    if not events or not isinstance(events[0], HeaderEvent):
        raise BadRecord(f"{path}, line 1: not the header of a run")
    for number, event in enumerate(events[1:], start=2):
        if isinstance(event, HeaderEvent):
            raise BadRecord(f"{path}, line {number}: a second header")
        if isinstance(event, FooterEvent) and number != len(events):
            raise BadRecord(f"{path}, line {number}: a footer, but the record goes on")
    last = events[-1]
    return events[0], last if isinstance(last, FooterEvent) else None


def _of(events: Iterable[Event], wanted: type[_Wanted]) -> tuple[_Wanted, ...]:
    """Return the events of one type, in order."""
    return tuple(event for event in events if isinstance(event, wanted))


def _unwritable(path: Path, error: OSError) -> UsageError:
    """Return the sentence for a *path* that the system does not let us write."""
    reason = (error.strerror or str(error)).lower()
    return UsageError(f"cannot write {path}: {reason}; choose another folder with --out, or make room")
