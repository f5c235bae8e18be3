"""The files that a run was asked for, and what a CI is told."""

import io
from pathlib import Path

import pytest
from rich.console import Console

import report_record as made
from mpconform.errors import UsageError
from mpconform_conformance.outputs import Outputs, tell_ci, write
from mpconform_reports.record import Record, read


@pytest.fixture
def gate(tmp_path: Path) -> Record:
    folder = tmp_path / "run"
    made.make(folder, faults=False)
    return read(made.write_events(folder, made.gated(made.events(faults=False), code=1)))


def test_what_was_asked_for_is_written_and_nothing_else(tmp_path: Path, gate: Record) -> None:
    """Each in its form; the badge's by its name."""
    names = {"junit": "j.xml", "ctrf": "c.json", "md": "s.md", "badge": "b.svg", "sarif": "s.sarif"}
    write(gate, Outputs(**{key: str(tmp_path / "out" / name) for key, name in names.items()}))
    write(gate, Outputs(badge=str(tmp_path / "out" / "b.json")))
    write(gate, Outputs())

    beginnings = {path.name: path.read_text()[:5] for path in (tmp_path / "out").iterdir()}
    assert beginnings == {
        "j.xml": "<?xml", "c.json": '{\n "r', "s.md": "## 2 ", "b.svg": "<svg ", "s.sarif": '{\n "$',
        "b.json": '{"sch',
    }  # fmt: skip


def test_one_file_that_cannot_be_written_costs_no_other(tmp_path: Path, gate: Record) -> None:
    """The sentence names it; the others stand."""
    (tmp_path / "file").write_text("")

    with pytest.raises(UsageError, match=r"cannot write .*j\.xml: .*; choose another file"):
        write(gate, Outputs(junit=str(tmp_path / "file" / "j.xml"), md=str(tmp_path / "s.md")))

    assert (tmp_path / "s.md").exists()


def told(gate: Record, environment: dict[str, str]) -> str:
    out = io.StringIO()
    tell_ci(gate, Console(file=out, width=80), environment)
    return out.getvalue()


def test_github_is_told_what_it_shows(tmp_path: Path, gate: Record) -> None:
    """Annotations on the log, the summary and the outputs in its files, after what stands there."""
    summary, outputs = tmp_path / "summary", tmp_path / "outputs"
    summary.write_text("before\n")

    lines = told(
        gate,
        {"GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": str(summary), "GITHUB_OUTPUT": str(outputs)},
    ).splitlines()

    assert all(line.startswith("::error title=") for line in lines)
    assert summary.read_text().startswith("before\n## 2 of 8")
    assert outputs.read_text().splitlines()[:3] == ["exit-code=1", "new=1", "stale=1"]
    assert outputs.read_text().splitlines()[3].endswith("run/index.html")


@pytest.mark.parametrize("environment", [{}, {"GITLAB_CI": "true"}, {"GITHUB_STEP_SUMMARY": "/nowhere/x"}])
def test_elsewhere_nothing_is_said(gate: Record, environment: dict[str, str]) -> None:
    """No workflow commands on anybody else's log, and no file."""
    assert told(gate, environment) == ""


def test_a_summary_that_cannot_be_written_is_told(gate: Record) -> None:
    """One sentence, with the file."""
    with pytest.raises(UsageError, match="cannot write /nowhere/x: no such file or directory"):
        told(gate, {"GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": "/nowhere/x"})
