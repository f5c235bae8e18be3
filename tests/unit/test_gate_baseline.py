"""The baseline file: strict where it is wrong, careful where it is somebody's."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from mpconform.errors import UsageError
from mpconform_conformance.gate import baseline
from mpconform_conformance.gate.baseline import Entry, Rate

Writer = Callable[[str], Path]

HEAD = """\
# Ours since 2026.
format = 1
edition = "2026.1"
backend = "billiard"
"""
ENTRY = """
[[known]]  # seen by everybody
requirement = "QUEUE-FIFO"
signature = "overtaken"
expect = "flaky"
when = "start_method == 'fork'"
cause = "bug"
reason = "the feeder races"   # see the issue
issue = "https://example.org/1"
rate = "7/200"
expires = 2027-03-01
"""


@pytest.fixture
def written(tmp_path: Path) -> Writer:
    """Write a baseline, and return its path."""

    def write(text: str) -> Path:
        path = tmp_path / "conformance.toml"
        path.write_text(text)
        return path

    return write


def test_a_baseline_is_read_with_everything_in_it(written: Writer) -> None:
    """Every key of an entry arrives; what is not given is empty."""
    found = baseline.read(written(HEAD + ENTRY))

    assert (found.edition, found.backend) == ("2026.1", "billiard")
    assert found.entries == (
        Entry(
            requirement="QUEUE-FIFO", signature="overtaken", expect="flaky", when="start_method == 'fork'",
            cause="bug", reason="the feeder races", issue="https://example.org/1", rate=Rate(7, 200),
            expires=dt.date(2027, 3, 1), witness="",
        ),
    )  # fmt: skip
    assert found.witnesses.name == "conformance.witnesses"


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("format = 1", "format = 9", "format is 9, this version reads 1; it was written by a later"),
        ("format = 1", "format = 0", "format is 0, this version reads 1"),
        ("format = 1\n", "", "lacks format"),
        ('"2026.1"', '"1999.1"', "edition is '1999.1'; this version knows 2026.1"),
        ('backend = "billiard"', "backend = 3", "backend is 3, not a text"),
        ("format = 1", "format = ", "not TOML"),
        ("format = 1", "formt = 1", "no such key 'formt'; did you mean format?"),
        ("[[known]]", "[known]", "known is not a list of tables"),
        ("QUEUE-FIFO", "QUEUE-FIFA", "entry 1 (QUEUE-FIFA): there is no such requirement; did you mean"),
        ("requirement =", "requirment =", "entry 1: no such key 'requirment'; did you mean requirement?"),
        ('signature = "overtaken"\n', "", "entry 1 (QUEUE-FIFO): lacks signature"),
        ('"flaky"', '"flakey"', "expect is 'flakey'; did you mean flaky?"),
        ('cause = "bug"', 'cause = "bugg"', "cause is 'bugg'; did you mean bug?"),
        ('issue = "https://example.org/1"\n', "", "cause 'bug' needs the issue that tracks it"),
        ('"the feeder races"', '" "', "the reason is empty"),
        ('"the feeder races"', "7", "reason is 7, not a text"),
        ("start_method ==", "start_method =", "when: expected one of =="),
        ('"7/200"', '"7 of 200"', "rate is '7 of 200', not failures/runs"),
        ('"7/200"', '"201/200"', "rate is '201/200'"),
        ('"7/200"', '"0/0"', "rate is '0/0'"),
        ("2027-03-01", '"2027-03-01"', "expires is '2027-03-01', not a date such as"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_one_sentence_with_its_place(
    written: Writer, before: str, after: str, told: str
) -> None:
    """File, entry, value, what was expected; nothing is changed."""
    path = written((HEAD + ENTRY).replace(before, after, 1))
    text = path.read_text()

    with pytest.raises(UsageError) as caught:
        baseline.read(path)

    assert told in str(caught.value)
    assert str(caught.value).startswith(str(path))
    assert "\n" not in str(caught.value) or "not TOML" in told
    assert path.read_text() == text


def test_two_entries_about_the_same_are_refused(written: Writer) -> None:
    """The second is named, and the first."""
    with pytest.raises(UsageError, match=r"entry 2 \(QUEUE-FIFO\): the same .* as entry 1"):
        baseline.read(written(HEAD + ENTRY + ENTRY))


def test_a_missing_file_is_told_with_what_to_do(tmp_path: Path) -> None:
    """A gate with a baseline that does not exist is a mistake, not an empty baseline."""
    with pytest.raises(
        UsageError, match="no such file or directory; make one with mpconform baseline create"
    ):
        baseline.read(tmp_path / "none.toml")


def test_comments_and_order_survive_a_change(written: Writer) -> None:
    """What nobody changed stands as it was written, comments at the end of lines included."""
    path = written(HEAD + ENTRY)
    found = baseline.read(path)
    added = Entry(requirement="QUEUE-CAPACITY", signature="overfull", reason="new", rate=Rate(20, 20))

    baseline.write(msgspec.structs.replace(found, entries=(*found.entries, added)))

    text = path.read_text()
    assert text.startswith(HEAD + ENTRY)
    assert baseline.read(path).entries == (*found.entries, added)


@pytest.mark.parametrize("entries", ["", ENTRY, ENTRY + "\n"])
def test_new_entries_stand_apart(written: Writer, entries: str) -> None:
    """An empty line before each of them, whatever there was, and no second one."""
    path = written(HEAD + entries)
    found = baseline.read(path)
    added = [Entry(requirement="QUEUE-CAPACITY", signature=kind, reason="new") for kind in ("one", "two")]

    baseline.write(msgspec.structs.replace(found, entries=(*found.entries, *added)))

    before = (HEAD + entries).rstrip()
    parts = path.read_text()[len(before) :].split("[[known]]")
    assert path.read_text().startswith(before)
    assert [part[-2:] for part in parts[:-1]] == ["\n\n"] * 2
    assert "\n\n\n" not in path.read_text()[len(HEAD) :]


def test_a_changed_value_changes_nothing_else(written: Writer) -> None:
    """A new rate replaces the old one in its place."""
    path = written(HEAD + ENTRY)
    found = baseline.read(path)
    changed = msgspec.structs.replace(found.entries[0], rate=Rate(9, 200))

    baseline.write(msgspec.structs.replace(found, entries=(changed,)))

    assert path.read_text() == HEAD + ENTRY.replace("7/200", "9/200")


def test_an_entry_that_is_gone_is_taken_out(written: Writer) -> None:
    """Of two entries the other stays, with its comments."""
    other = ENTRY.replace("overtaken", "lost")
    path = written(HEAD + ENTRY + other)
    found = baseline.read(path)

    baseline.write(msgspec.structs.replace(found, entries=found.entries[1:]))

    assert path.read_text().startswith(HEAD)
    assert "see the issue" in path.read_text()
    assert baseline.read(path).entries == found.entries[1:]

    baseline.write(msgspec.structs.replace(found, entries=()))

    assert baseline.read(path).entries == ()


def test_a_baseline_that_cannot_be_written_stays_as_it_was(
    written: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A full disk costs nobody a baseline."""
    path = written(HEAD + ENTRY)
    found = baseline.read(path)

    def full(self: Path, data: bytes) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(UsageError, match="no space left on device; the baseline is as it was"):
        baseline.write(msgspec.structs.replace(found, entries=()))

    assert path.read_text() == HEAD + ENTRY


def test_the_day_of_expiry_still_counts() -> None:
    """Known until a day means: on that day, too."""
    entry = Entry(requirement="QUEUE-FIFO", signature="s", reason="r", expires=dt.date(2027, 3, 1))

    assert not entry.expired(dt.date(2027, 3, 1))
    assert entry.expired(dt.date(2027, 3, 2))
