"""The run record: what is written is read back, and nothing else is accepted."""

from pathlib import Path
from typing import Any

import msgspec
import pytest

from fakes import header, requirement
from mpconform import events
from mpconform.errors import BadRecord, UsageError

CAMPAIGN = events.CampaignEvent(
    family="queue", backend="multiprocessing:fork", seconds=5.2, scenarios=3, operations=9, themes={"t": 3}
)
VIOLATION = events.ViolationEvent(
    id="queue-fifo--multiprocessing-fork", requirement="QUEUE-FIFO", backend="multiprocessing:fork",
    family="queue", kind="overtaken", summary="It came late.", story="Too late.", observed=("late",),
    folder="violations/queue-fifo--multiprocessing-fork", seen=12, reproduced=(7, 20), actors=3, steps=7,
    replay="mpconform replay x",
)  # fmt: skip
RESULT = events.ResultEvent(
    requirement="QUEUE-FIFO", backend="multiprocessing:fork", status="violates",
    evidence={"histories": 1, "judged": 2, "operations": 3}, notes={"late": 1}, witness=VIOLATION.folder,
)  # fmt: skip
FAULT = events.FaultEvent(text="Traceback ...", family="queue")
FOOTER = events.FooterEvent(ended="completed", seconds=98.2, exit_code=1)


def written(folder: Path, *rest: events.Event) -> Path:
    path = folder / "events.ndjson"
    writer = events.EventWriter(path)
    for event in (header(requirement()), *rest):
        writer.write(event)
    writer.close()
    return path


def test_a_record_is_read_back_as_it_was_written(tmp_path: Path) -> None:
    """Every kind of event survives the file unchanged, in order."""
    record = events.read(written(tmp_path, CAMPAIGN, VIOLATION, RESULT, FAULT, FOOTER))

    assert record.header == header(requirement())
    assert record.campaigns == (CAMPAIGN,)
    assert record.violations == (VIOLATION,)
    assert record.results == (RESULT,)
    assert record.faults == (FAULT,)
    assert record.footer == FOOTER


def test_every_event_is_one_line_that_names_what_it_is(tmp_path: Path) -> None:
    """The key "event" tells the events apart, without this package."""
    path = written(tmp_path, CAMPAIGN, VIOLATION, RESULT, FAULT, FOOTER)
    names = [msgspec.json.decode(line)["event"] for line in path.read_bytes().splitlines()]

    assert names == ["header", "campaign", "violation", "result", "fault", "footer"]


def test_a_record_on_which_nothing_follows_is_cut_short(tmp_path: Path) -> None:
    """A record without its footer is an error that names the line after its last."""
    path = written(tmp_path, CAMPAIGN)

    with pytest.raises(BadRecord, match="line 3: no footer"):
        events.read(path)
    assert events.read(path, truncated=True).footer is None


def test_half_a_line_is_an_error_unless_truncation_is_allowed(tmp_path: Path) -> None:
    """A line that was cut short is named, or left out."""
    path = written(tmp_path, CAMPAIGN)
    path.write_bytes(path.read_bytes() + b'{"event":"res')

    with pytest.raises(BadRecord, match="line 3: cut short"):
        events.read(path)
    assert events.read(path, truncated=True).campaigns == (CAMPAIGN,)


@pytest.mark.parametrize(
    ("line", "says"),
    [
        pytest.param(b'{"event":"fault","text":"t","moon":"full"}', "moon", id="a-key-too-many"),
        pytest.param(b'{"event":"fault"}', "text", id="a-key-missing"),
        pytest.param(b'{"event":"fault","text":1}', "got `int`", id="another-type"),
        pytest.param(b'{"event":"epilogue"}', "epilogue", id="an-unknown-event"),
        pytest.param(b"nonsense", "malformed", id="no-json"),
    ],
)  # fmt: skip
def test_reading_is_strict(tmp_path: Path, line: bytes, says: str) -> None:
    """What this format does not know is an error that names file, line and value."""
    path = written(tmp_path, CAMPAIGN)
    path.write_bytes(path.read_bytes() + line + b"\n")

    with pytest.raises(BadRecord, match=rf"events\.ndjson, line 3: .*{says}"):
        events.read(path)


def test_another_format_is_refused_by_its_number(tmp_path: Path) -> None:
    """A record of a later format is refused even though its keys are unknown too."""
    path = tmp_path / "events.ndjson"
    path.write_bytes(b'{"event":"header","format":3,"moon":"full"}\n')

    with pytest.raises(
        BadRecord, match="line 1: format 3; this version reads formats 1 and 2; it was written by"
    ):
        events.read(path)


@pytest.mark.parametrize("content", [b"", b"{}\n", b'{"event":"campaign"}\n', b"\xff\xfe\n"])
def test_a_file_without_a_header_is_no_record(tmp_path: Path, content: bytes) -> None:
    """The first line must be a header."""
    path = tmp_path / "events.ndjson"
    path.write_bytes(content)

    with pytest.raises(BadRecord, match="line 1: not the header"):
        events.read(path)


def test_header_and_footer_stand_once_and_in_their_place(tmp_path: Path) -> None:
    """A second header, and anything after the footer, are errors."""
    with pytest.raises(BadRecord, match="line 2: a second header"):
        events.read(written(tmp_path, header()))
    (tmp_path / "events.ndjson").unlink()
    with pytest.raises(BadRecord, match="line 2: a footer, but the record goes on"):
        events.read(written(tmp_path, FOOTER, CAMPAIGN))


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    """Where there is no record, the path is told."""
    with pytest.raises(BadRecord, match=r"cannot read .*events"):
        events.read(tmp_path / "events.ndjson")


def test_an_earlier_record_is_never_overwritten(tmp_path: Path) -> None:
    """The writer refuses a file that exists."""
    path = written(tmp_path, FOOTER)

    with pytest.raises(UsageError, match=r"cannot write .*: file exists"):
        events.EventWriter(path)
    assert events.read(path).footer == FOOTER


def test_a_full_disk_leaves_no_half_line(tmp_path: Path) -> None:
    """A line that the disk takes only in part is taken back, and the error says what to do."""
    path = tmp_path / "events.ndjson"
    writer = events.EventWriter(path)
    writer.write(header())
    whole = path.read_bytes()
    writer._file = _Full(writer._file)

    with pytest.raises(UsageError, match=r"cannot write .*no space left on device; choose another"):
        writer.write(FAULT)
    assert path.read_bytes() == whole
    writer.close()


class _Full:
    """A file on a disk with room for ten more bytes."""

    def __init__(self, file: Any) -> None:
        self._file = file
        self._room = 10

    def write(self, data: memoryview) -> int:
        if not self._room:
            raise OSError(28, "No space left on device")
        taken = min(self._room, len(data))
        self._room -= taken
        return self._file.write(data[:taken])

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)


def test_a_record_of_the_first_format_is_still_read(tmp_path: Path) -> None:
    """What format 2 added, it lacks: no gate, no shard, no standings."""
    path = written(tmp_path, RESULT)
    text = path.read_bytes().replace(b'"format":2', b'"format":1').replace(b',"gate":null,"shard":null', b"")
    path.write_bytes(text)

    record = events.read(path, truncated=True)

    assert b"gate" not in text
    assert (record.header.format, record.header.gate, record.standings) == (1, None, ())
    assert record.results == (RESULT,)
