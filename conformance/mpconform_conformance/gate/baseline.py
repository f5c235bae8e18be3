"""The baseline: what is known to be violated by a backend, why, and until when.

One TOML file in the backend's own repository, written by tool and hand: comments and order are kept.
Reading is strict; whatever is wrong is one sentence that names the file and the entry.
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import msgspec
import tomlkit
from tomlkit.exceptions import TOMLKitError

from mpconform import store
from mpconform.errors import UsageError
from mpconform.events import BackendRow
from mpconform_conformance import catalogue
from mpconform_conformance.gate import conditions, editions
from mpconform_conformance.suggest import suggestion

__all__ = ("CAUSES", "EXPECTATIONS", "FORMAT", "Baseline", "Entry", "Rate", "fresh", "read", "write")

#: The number of this format; a reader refuses every other.
FORMAT = 1

#: What an entry expects to see of its witness: always, now and then, a hang, a crash; or no evidence at all.
EXPECTATIONS = ("fail", "flaky", "hang", "crash", "unknown")
CAUSES = ("bug", "by-design", "unsupported", "upstream", "untriaged")
#: Causes that somebody tracks somewhere.
_TRACKED = frozenset({"bug", "upstream"})

_KEYS = frozenset({"format", "edition", "backend", "known"})
_HEADER = ("format", "edition", "backend")
_ENTRY_KEYS = (
    "requirement", "signature", "expect", "when", "cause", "reason", "issue", "rate", "expires", "witness",
)  # fmt: skip
_NEEDED = ("requirement", "signature", "expect", "cause", "reason")


class Rate(msgspec.Struct, frozen=True):
    """How often a witness failed, of how many runs."""

    failed: int
    times: int

    @classmethod
    def read(cls, text: str) -> "Rate":
        """Return the rate that *text* (``"7/200"``) says; raises ValueError."""
        failed, slash, times = text.partition("/")
        if not (slash and failed.isdecimal() and times.isdecimal() and 0 <= int(failed) <= int(times) > 0):
            raise ValueError(text)
        return cls(int(failed), int(times))

    @property
    def part(self) -> Fraction:
        """The part of the runs that failed."""
        return Fraction(self.failed, self.times)

    def __str__(self) -> str:
        """Write it as a baseline does."""
        return f"{self.failed}/{self.times}"


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that is known: *requirement* is broken in the way *signature* (the kind of the violation).

    *when* says where it applies; *expires* is the last day of its being known; *witness* is the name of the
    scenario that shows it (``sha256:…``), *rate* how often it did.
    """

    requirement: str
    signature: str
    expect: str = "fail"
    when: str = ""
    cause: str = "untriaged"
    reason: str
    issue: str = ""
    rate: Rate | None = None
    expires: dt.date | None = None
    witness: str = ""

    def applies(self, backend: BackendRow) -> bool:
        """Return whether it is about *backend*: what its Python does not promise, it cannot break."""
        if not _promised(self.requirement, backend.python):
            return False
        return conditions.parse(self.when)(conditions.facts(backend))

    def expired(self, today: dt.date) -> bool:
        """Return whether its time is over."""
        return self.expires is not None and self.expires < today


class Baseline(msgspec.Struct, frozen=True, kw_only=True):
    """What the file *path* says."""

    path: str
    edition: str
    backend: str
    entries: tuple[Entry, ...]

    @property
    def witnesses(self) -> Path:
        """The folder beside the file that holds the scenarios of its witnesses."""
        path = Path(self.path)
        return path.with_name(f"{path.stem}.witnesses")


def fresh(path: Path, *, backend: str, edition: str) -> Baseline:
    """Return an empty baseline that is to stand at *path*."""
    return Baseline(path=str(path), edition=edition, backend=backend, entries=())


def _promised(name: str, python: str) -> bool:
    """Return whether Python *python* promises the requirement *name*; what nobody knows, it does."""
    return all(one.promised(python) for one in catalogue.requirements() if one.id == name)


def read(path: Path) -> Baseline:
    """Return the baseline in the file *path*; raises UsageError at the first thing that is wrong."""
    document = _document(path).unwrap()
    _check_keys(str(path), document, _KEYS, _HEADER)
    number = document["format"]
    if number != FORMAT:
        later = isinstance(number, int) and number > FORMAT
        hint = "; it was written by a later mpconform: use that one" if later else ""
        raise UsageError(f"{path}: format is {number!r}, this version reads {FORMAT}{hint}")
    for key in ("edition", "backend"):
        if not isinstance(document[key], str) or not document[key]:
            raise UsageError(f"{path}: {key} is {document[key]!r}, not a text")
    if document["edition"] not in editions.names():
        raise UsageError(
            f"{path}: edition is {document['edition']!r}; this version knows {', '.join(editions.names())}"
        )
    rows = document.get("known", [])
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise UsageError(f"{path}: known is not a list of tables; write each entry under [[known]]")
    entries = tuple(_entry(f"{path}, entry {place}", row) for place, row in enumerate(rows, start=1))
    _check_doubles(path, entries)
    return Baseline(path=str(path), edition=document["edition"], backend=document["backend"], entries=entries)


def _document(path: Path) -> tomlkit.TOMLDocument:
    try:
        return tomlkit.parse(path.read_text(encoding="utf-8"))
    except OSError as error:
        hint = "; make one with mpconform baseline create" if isinstance(error, FileNotFoundError) else ""
        raise UsageError(f"cannot read {path}: {(error.strerror or str(error)).lower()}{hint}") from error
    except (TOMLKitError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: not TOML: {error}") from error


def _check_keys(where: str, found: Mapping[str, Any], known: Iterable[str], needed: Iterable[str]) -> None:
    """Refuse keys that nobody knows, and the lack of those that are needed."""
    known = tuple(known)
    for key in found:
        if key not in known:
            raise UsageError(f"{where}: no such key {key!r}; {suggestion(key, known)}")
    for key in needed:
        if key not in found:
            raise UsageError(f"{where}: lacks {key}")


def _entry(where: str, row: Mapping[str, Any]) -> Entry:
    where = f"{where} ({row['requirement']})" if isinstance(row.get("requirement"), str) else where
    _check_keys(where, row, _ENTRY_KEYS, _NEEDED)
    for key, value in row.items():
        if key != "expires" and not isinstance(value, str):
            raise UsageError(f"{where}: {key} is {value!r}, not a text")
    _check_one_of(where, "expect", row["expect"], EXPECTATIONS)
    _check_one_of(where, "cause", row["cause"], CAUSES)
    ids = [requirement.id for requirement in catalogue.requirements()]
    if row["requirement"] not in ids:
        raise UsageError(f"{where}: there is no such requirement; {suggestion(row['requirement'], ids)}")
    if row["cause"] in _TRACKED and not row.get("issue"):
        raise UsageError(f"{where}: cause {row['cause']!r} needs the issue that tracks it")
    if not row["reason"].strip():
        raise UsageError(f"{where}: the reason is empty; say why this is accepted")
    try:
        conditions.parse(row.get("when", ""))
    except UsageError as error:
        raise UsageError(f"{where}: when: {error}") from error
    return Entry(**{**row, "rate": _rate(where, row), "expires": _expires(where, row)})


def _check_one_of(where: str, key: str, value: str, allowed: Sequence[str]) -> None:
    if value not in allowed:
        raise UsageError(f"{where}: {key} is {value!r}; {suggestion(value, allowed)}")


def _rate(where: str, row: Mapping[str, Any]) -> Rate | None:
    if "rate" not in row:
        return None
    try:
        return Rate.read(row["rate"])
    except ValueError:
        raise UsageError(f"{where}: rate is {row['rate']!r}, not failures/runs such as '7/200'") from None


def _expires(where: str, row: Mapping[str, Any]) -> dt.date | None:
    value = row.get("expires")
    if value is None or (isinstance(value, dt.date) and not isinstance(value, dt.datetime)):
        return value
    raise UsageError(f"{where}: expires is {value!r}, not a date such as 2027-03-01, without quotes")


def _check_doubles(path: Path, entries: Sequence[Entry]) -> None:
    """Refuse two entries about the same, under the same condition."""
    seen: dict[tuple[str, str, str], int] = {}
    for place, entry in enumerate(entries, start=1):
        key = (entry.requirement, entry.signature, entry.when)
        if key in seen:
            raise UsageError(
                f"{path}, entry {place} ({entry.requirement}): the same requirement, signature and when "
                f"as entry {seen[key]}"
            )
        seen[key] = place


def write(baseline: Baseline) -> None:
    """Write *baseline* into its file; what stands there keeps its order, its comments, and its text.

    Entries are recognised by requirement, signature and when; those that are gone are taken out, new ones
    go to the end.  Raises UsageError if the file cannot be written; it is then as it was.
    """
    path = Path(baseline.path)
    document = _document(path) if path.exists() else _new_document(baseline)
    document["edition"] = baseline.edition
    left = {(e.requirement, e.signature, e.when): e for e in baseline.entries}
    rows = document.get("known")
    if rows is None:
        rows = tomlkit.aot()
    for place in reversed(range(len(rows))):
        row = rows[place]
        key = (row["requirement"], row["signature"], row.get("when", ""))
        if key in left:
            _update(row, left.pop(key))
        else:
            del rows[place]
    for entry in left.values():
        # Of new rows alone, tomlkit itself keeps each apart.
        if "known" in document and not rows[-1].as_string().endswith("\n\n"):
            rows[-1].add(tomlkit.nl())
        row = tomlkit.table()
        _update(row, entry)
        rows.append(row)
    if len(rows):
        document["known"] = rows
    elif "known" in document:
        del document["known"]
    store.write_whole(path, tomlkit.dumps(document).encode(), advice="the baseline is as it was")


def _new_document(baseline: Baseline) -> tomlkit.TOMLDocument:
    document = tomlkit.document()
    document.add(
        tomlkit.comment("What mpconform is known to find in this backend; see mpconform gate --help.")
    )
    document["format"] = FORMAT
    document["edition"] = baseline.edition
    document["backend"] = baseline.backend
    return document


def _update(row: Any, entry: Entry) -> None:
    """Let the table *row* say what *entry* says; touch nothing that says it already."""
    for key in _ENTRY_KEYS:
        value = getattr(entry, key)
        written = str(value) if isinstance(value, Rate) else value
        if written in ("", None):
            row.pop(key, None)
        elif row.get(key) != written:
            row[key] = written
