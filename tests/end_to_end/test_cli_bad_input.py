"""What can be wrong with a baseline, its witnesses and a run: one sentence, and nothing is overwritten."""

import hashlib
import json
from pathlib import Path

import msgspec
import pytest

import report_record as made
from mpconform.values import Actor, Scenario
from mpconform_conformance.gate.witnesses import keep
from project import POWER, Project

pytestmark = [pytest.mark.slow, pytest.mark.once]

HEADER = 'format = 1\nedition = "2026.1"\nbackend = "mine"\n'
ENTRY = """
[[known]]
requirement = "PROC-EXIT-SIGNAL"
signature = "exitcode-after-signal"
expect = "fail"
cause = "untriaged"
reason = "a helper drops the sign"
"""
SCENARIO = Scenario(family="process", theme="endings", actors={"main": Actor(steps=())})


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path)


def everything(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.suffix != ".pyc"
    }


def refused(project: Project, *commands: tuple[str, ...]) -> set[str]:
    """Return what the commands say: each of them refuses, in one sentence, and touches nothing."""
    before = everything(project.folder)
    said = set()
    for command in commands:
        ended = project.mpconform(*command)
        assert ended.returncode == 2, ended.stdout + ended.stderr
        assert ended.stdout == ""
        assert len(ended.stderr.strip().splitlines()) == 1, ended.stderr
        said.add(ended.stderr.strip())
    assert everything(project.folder) == before
    return said


READING = (("baseline", "check", "conformance.toml"), ("gate", "--baseline", "conformance.toml"))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        pytest.param(HEADER + "[[known\n", "conformance.toml: not TOML: ", id="syntax-error"),
        pytest.param(
            HEADER + ENTRY + ENTRY,
            "conformance.toml, entry 2 (PROC-EXIT-SIGNAL): "
            "the same requirement, signature and when as entry 1",
            id="duplicate",
        ),
        pytest.param(
            HEADER + ENTRY + 'issu = "https://x"\n',
            "conformance.toml, entry 1 (PROC-EXIT-SIGNAL): no such key 'issu'; did you mean issue?",
            id="unknown-key",
        ),
        pytest.param(
            HEADER.replace("1\n", "2\n", 1),
            "conformance.toml: format is 2, this version reads 1; "
            "it was written by a later mpconform: use that one",
            id="future-format",
        ),
        pytest.param(
            HEADER + ENTRY + 'when = "start_method = fork"\n',
            "conformance.toml, entry 1 (PROC-EXIT-SIGNAL): when: ",
            id="condition-that-does-not-parse",
        ),
        pytest.param(
            HEADER + ENTRY.replace("SIGNAL", "SIGNLA"),
            "conformance.toml, entry 1 (PROC-EXIT-SIGNLA): there is no such requirement; "
            "did you mean PROC-EXIT-SIGNAL?",
            id="unknown-requirement",
        ),
    ],
)
def test_a_baseline_that_is_wrong_is_refused(project: Project, text: str, told: str) -> None:
    """By whatever reads it, with the place, the value, and what to do."""
    (project.folder / "conformance.toml").write_text(text)

    (said,) = refused(project, *READING)

    assert said.startswith(f"mpconform: {told}")


@pytest.mark.parametrize(
    ("change", "told"),
    [
        pytest.param("remove", "cannot read its witness", id="missing"),
        pytest.param("edit", "was changed since it was listed", id="changed"),
        pytest.param("format", "is of format 9, this version reads 1 and 2", id="of-another-format"),
    ],
)
def test_a_witness_that_is_wrong_is_refused(project: Project, change: str, told: str) -> None:
    """Before anything is run; and how it is made anew is said."""
    witnesses = project.folder / "conformance.witnesses"
    witness = keep(witnesses, "PROC-EXIT-SIGNAL", "exitcode-after-signal", SCENARIO)
    path = witnesses / f"{witness.removeprefix('sha256:')}.json"
    if change == "remove":
        path.unlink()
    elif change == "edit":
        path.write_bytes(path.read_bytes() + b"\n")
    else:
        data = msgspec.json.encode(json.loads(path.read_bytes()) | {"format": 9})
        path.unlink()
        witness = f"sha256:{hashlib.sha256(data).hexdigest()}"
        (witnesses / f"{witness.removeprefix('sha256:')}.json").write_bytes(data)
    (project.folder / "conformance.toml").write_text(HEADER + ENTRY + f'witness = "{witness}"\n')
    commands = (READING[0], (*READING[1], "--path", ".", "--path", str(POWER), "--backend", "mine:fork"))

    (said,) = refused(project, *commands)

    assert said.startswith("mpconform: conformance.toml, entry 1 (PROC-EXIT-SIGNAL): ")
    assert told in said
    assert said.endswith("restore it, or make it anew with mpconform baseline update")


def test_an_expired_entry_counts_as_new_and_is_told(project: Project) -> None:
    """It was accepted until a day; the file stays as it is."""
    project.flaws("exitcode")
    path = project.folder / "conformance.toml"
    path.write_text(HEADER + ENTRY + "expires = 2020-02-29\n")
    before = path.read_bytes()

    ended = project.narrow("PROC-EXIT-SIGNAL", "--baseline", "conformance.toml")
    checked = project.mpconform("baseline", "check", "conformance.toml")

    assert ended.returncode == 1, ended.stdout + ended.stderr
    assert project.standings == {"PROC-EXIT-SIGNAL": "expired"}
    assert "known until 2020-02-29: a helper drops the sign" in ended.stdout
    assert "expired on 2020-02-29; a gate counts it as new" in checked.stdout
    assert path.read_bytes() == before


def run_folder(project: Project) -> Path:
    """Put a whole run, made by hand, where runs go."""
    return made.make(project.folder / "mpconform-report", faults=False)


LEARNING = (
    ("report", "mpconform-report"),
    ("report", "mpconform-report", "mpconform-report", "--html", "all"),
    ("diff", "mpconform-report", "mpconform-report"),
    ("judge", "mpconform-report"),
    ("baseline", "create", "conformance.toml"),
)


#: They look at what a killed run left.
STILL_OF_USE = (("report", "mpconform-report"), ("judge", "mpconform-report"))


@pytest.mark.parametrize("cut", [1, 400])
def test_a_truncated_run_is_refused(project: Project, cut: int) -> None:
    """The last line cut short, or the footer and more gone: the line is named."""
    path = run_folder(project) / "events.ndjson"
    data = path.read_bytes()
    path.write_bytes(data[:-cut])
    lines = data[:-cut].count(b"\n") + 1

    said = refused(project, *(words for words in LEARNING if words not in STILL_OF_USE))

    for words in said:
        assert words.startswith("mpconform: ")
        assert f"events.ndjson, line {lines}: cut short; the run was killed, or the disk was full" in words


def test_the_report_of_a_truncated_run_says_that_it_is_one(project: Project) -> None:
    """What a killed run left can be looked at; the record stays as it is."""
    path = run_folder(project) / "events.ndjson"
    path.write_bytes(path.read_bytes()[:-300])
    before = path.read_bytes()

    ended = project.mpconform("report", "mpconform-report")

    assert ended.returncode == 0
    assert ended.stderr == (
        "mpconform: the run in mpconform-report did not come to its end; this is what it left\n"
    )
    assert path.read_bytes() == before


@pytest.mark.parametrize(("number", "age"), [(0, "0.0.1"), (99, "9.9.9")])
def test_a_run_of_another_format_is_refused_with_the_version_that_reads_it(
    project: Project, number: int, age: str
) -> None:
    """Whatever else stands in it."""
    path = run_folder(project) / "events.ndjson"
    first, *rest = path.read_bytes().splitlines(keepends=True)
    header = json.loads(first) | {"format": number, "mpconform": age, "more": "that nobody knows"}
    path.write_bytes(json.dumps(header).encode() + b"\n" + b"".join(rest))

    said = refused(project, *LEARNING)

    for words in said:
        assert f"line 1: format {number}; this version reads formats 1 and 2" in words
        assert words.endswith(f"it was written by mpconform {age}: use that one")


def test_a_run_of_the_format_before_is_read(project: Project) -> None:
    """It had fewer keys, and each of those means what it did."""
    path = run_folder(project) / "events.ndjson"
    first, *rest = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(json.dumps(json.loads(first) | {"format": 1}).encode() + b"\n" + b"".join(rest))
    before = path.read_bytes()

    ended = project.mpconform("report", "mpconform-report")

    assert ended.returncode == 0, ended.stderr
    assert path.read_bytes() == before
