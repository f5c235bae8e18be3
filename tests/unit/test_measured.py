"""What of a backend's package was executed: told by its processes, counted, put together, shown."""

import json
import os
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

import report_record as made
from _mpconform_agent import measure, windows
from mpconform import measured
from mpconform.backend import Backend, Offer
from mpconform.errors import UsageError
from mpconform.events import FORMAT, CoverageEvent, ModuleRow
from mpconform.measured import Measured
from mpconform_conformance import breadth as joining
from mpconform_reports import breadth, html, terminal
from mpconform_reports.record import read

HARNESS = Path(measure.__file__).parents[1]

PACKAGE = """\
import os
import sys

if sys.platform == "win32":
    import winreg
else:
    system = "posix"


def forked(ways):
    pid = os.fork()
    if pid == 0:
        if ways:
            os._exit(3)
        os._exit(4)
    return os.waitpid(pid, 0)[1]


def never():
    return 1
"""


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A backend whose package has a module of its own, and one that nobody imports."""
    folder = tmp_path / "src" / "backend"
    folder.mkdir(parents=True)
    (folder / "__init__.py").write_text(PACKAGE)
    (folder / "lonely.py").write_text("def alone():\n    return 1\n")
    (folder / "popen_spawn_win32.py").write_text("import winreg\n")
    return folder


def offer(file: Path) -> Offer:
    return Offer(
        module="backend",
        version="1",
        file=str(file),
        python="3.12.1",
        implementation="CPython",
        methods=(),
        capabilities=frozenset(),
    )


def run(how: Measured, site: Path, program: str) -> subprocess.CompletedProcess[str]:
    """Run *program* as processes of a backend are run."""
    measure.furnish(site)
    source = Path(how.folder).parent
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("COVERAGE_")},
        "PYTHONPATH": os.pathsep.join(map(str, (site, source, HARNESS))),
        measure.VARIABLE: how.asked,
    }
    return subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=False
    )


def counted(how: Measured) -> dict[str, ModuleRow]:
    rows = measured.count(Backend(module="backend"), how.folder, {"": [how.record]})[""]
    return {row.name: row for row in rows}


def test_what_every_process_executed_is_counted(package: Path, tmp_path: Path) -> None:
    """Also of one that was forked and ended by os._exit, and the import; not what only Windows has."""
    how = measured.measured(offer(package / "__init__.py"), tmp_path / "record")

    ended = run(how, tmp_path / "site", "import backend; print(backend.forked(True))")
    rows = counted(how)

    assert (ended.stdout, ended.stderr, ended.returncode) == (f"{3 << 8}\n", "", 0)
    assert sorted(rows) == ["__init__", "lonely"]
    # Not the import of winreg, nor a branch at the test of the platform.
    assert rows["__init__"].missing == (15, 20)
    assert (rows["__init__"].branches, rows["__init__"].untaken) == (4, ((13, 15),))
    assert (rows["lonely"].statements, rows["lonely"].missing) == (2, (1, 2))


def test_runs_add_up(package: Path, tmp_path: Path) -> None:
    """A later process tells only what is new."""
    how = measured.measured(offer(package / "__init__.py"), tmp_path / "record")
    for ways in (True, False, False):
        run(how, tmp_path / "site", f"import backend; backend.forked({ways})")
    lines = (tmp_path / "record").read_text().splitlines()

    assert counted(how)["__init__"].missing == (20,)
    assert counted(how)["__init__"].untaken == ()
    assert len(lines) == len(set(lines))


def test_what_cannot_be_told_disturbs_nobody(package: Path, tmp_path: Path) -> None:
    """A process that cannot write the record ends as it would have."""
    how = measured.measured(offer(package / "__init__.py"), tmp_path / "none" / "record")

    ended = run(how, tmp_path / "site", "import backend; print(backend.forked(False)); raise SystemExit(7)")

    assert (ended.stdout, ended.stderr, ended.returncode) == (f"{4 << 8}\n", "", 7)
    assert counted(how)["__init__"].missing == tuple(sorted(counted(how)["__init__"].missing))
    assert len(counted(how)["__init__"].missing) == counted(how)["__init__"].statements


def test_nothing_is_measured_unless_asked_for(tmp_path: Path) -> None:
    """Nor does the coverage library get in; and a sitecustomize that ours hides is executed."""
    measure.furnish(tmp_path / "site")
    (tmp_path / "theirs").mkdir()
    (tmp_path / "theirs" / "sitecustomize.py").write_text("print('theirs')\n")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE_")}
    environment["PYTHONPATH"] = os.pathsep.join(map(str, (tmp_path / "site", tmp_path / "theirs", HARNESS)))

    told = subprocess.run(
        [sys.executable, "-c", "import sys; print('coverage.control' in sys.modules)"],
        env=environment, capture_output=True, text=True, check=True,
    )  # fmt: skip

    assert (told.stdout, told.stderr) == ("theirs\nFalse\n", "")


def test_a_module_that_is_no_package_is_measured_alone(tmp_path: Path) -> None:
    """Not its neighbours; and one without source is refused."""
    (tmp_path / "backend.py").write_text("A = 1\n")

    assert json.loads(measured.measured(offer(tmp_path / "backend.py"), tmp_path / "r").asked) == [
        "backend", [str(tmp_path / "backend.py")], str(tmp_path / "r"),
    ]  # fmt: skip
    with pytest.raises(UsageError, match="no source in Python"):
        measured.measured(offer(tmp_path / "backend.so"), tmp_path / "r")


def test_an_interpreter_without_coverage_is_refused_in_one_sentence(tmp_path: Path) -> None:
    """It names the interpreter, and what to install."""
    (tmp_path / "coverage.py").write_text("raise ImportError\n")
    old = tmp_path / "old"
    old.mkdir()
    (old / "coverage.py").write_text("version_info = (7, 2, 1)\n")

    with pytest.raises(UsageError, match=r"has no coverage, and 7\.10 .* install mpconform\[coverage\]"):
        measured.check(Backend(module="multiprocessing", environment=(("PYTHONPATH", str(tmp_path)),)))
    with pytest.raises(UsageError, match=r"has coverage 7\.2, and 7\.10 or later"):
        measured.check(Backend(module="multiprocessing", environment=(("PYTHONPATH", str(old)),)))
    measured.check(Backend(module="multiprocessing"))


@pytest.mark.parametrize(
    ("source", "only"),
    [
        ("if sys.platform == 'win32':\n    a\nelse:\n    b\n", {2}),
        ("if sys.platform != 'win32':\n    a\nelse:\n    b\n    c\n", {4, 5}),
        ("if os.name == 'posix':\n    a\nelif b:\n    c\nelse:\n    d\n", {3, 4, 5, 6}),
        ("if os.name == 'nt':\n    a\n", {2}),
        ("if _winapi:\n    a\n", {2}),
        ("if not _winapi:\n    a\nelse:\n    b\n", {4}),
        ("if sys.platform == 'win32' and frozen:\n    a\n", {2}),
        ("if sys.platform == 'win32' or frozen:\n    a\nelse:\n    b\n", set()),
        ("if sys.platform != 'win32' or frozen:\n    a\nelse:\n    b\n", {4}),
        ("if sys.platform != 'win32' and family == 'AF_PIPE':\n    a\n", set()),
        ("if family == 'AF_PIPE':\n    a\nelse:\n    b\n", {2}),
        ("if other == 'win32':\n    a\n", set()),
        ("if f():\n    a\n", set()),
        ("from _winapi import A\nimport _winapi\n", {1}),
    ],
)
def test_what_only_windows_executes_is_told_by_its_tests(source: str, only: set[int]) -> None:
    """And nothing else is: a test that may hold elsewhere excludes nothing."""
    assert windows.lines(source)[0] == only


def test_what_chooses_between_systems_is_no_branch() -> None:
    """Also where there is nothing else to do."""
    source = "if os.name == 'posix':\n    a\nif b:\n    c\nelif not _winapi:\n    d\n"

    assert windows.lines(source) == (set(), {1, 5})


def row(name: str, *missing: int, untaken: tuple[tuple[int, int], ...] = ()) -> ModuleRow:
    return ModuleRow(name=name, file="x.py", statements=10, missing=missing, branches=4, untaken=untaken)


def test_what_any_run_executed_was_executed() -> None:
    """Of several runs on the same backends, the gaps are those that all have."""
    one = CoverageEvent(backends=("a",), modules=(row("m", 1, 2, untaken=((3, 4),)),))
    two = CoverageEvent(backends=("a",), modules=(row("m", 2, 5, untaken=((3, 4), (3, 5))), row("n", 1)))

    assert joining.together([one, two]) == CoverageEvent(
        backends=("a",), modules=(row("m", 2, untaken=((3, 4),)), row("n", 1))
    )


def told(folder: Path) -> Path:
    """The folder of a run in which two start methods of one module and another backend were measured."""
    events = made.events()
    events[0]["format"] = FORMAT
    whole, fork, other = (
        CoverageEvent(backends=backends, modules=rows)
        for backends, rows in [
            ((made.FORK, made.SWAPS), (row("queues", 1), row("util"))),
            ((made.FORK,), (row("queues", 1, 2), row("util"))),
            ((made.BILLIARD,), (row("<pool>", 1, untaken=((3, 4),)),)),
        ]
    )
    events[1:1] = [msgspec.to_builtins(event) for event in (whole, fork, other)]
    return made.write_events(folder, events)


def test_each_package_has_a_table(tmp_path: Path) -> None:
    """What was executed on its backends together, and on each; a share is rounded down."""
    first, second = breadth.tables(read(told(tmp_path)))

    rows = [(one.name, one.lines, one.branches, one.percent, one.each) for one in (first.whole, *first.rows)]
    assert rows == [
        ("all", (19, 20), (8, 8), "96.4 %", ("92.8 %",)),
        ("queues", (9, 10), (4, 4), "92.8 %", ("85.7 %",)),
        ("util", (10, 10), (4, 4), "100.0 %", ("100.0 %",)),
    ]  # fmt: skip
    assert (second.backends, second.whole.percent) == ((made.BILLIARD,), "85.7 %")


def test_the_report_and_the_terminal_show_it(tmp_path: Path) -> None:
    """With a row for each module, escaped; a run that was not measured has no such section."""
    record = read(told(tmp_path))
    page = html.render(record)

    assert 'id="breadth"' in page
    assert "&lt;pool&gt;" in page
    assert '<td class="figure">19 of 20</td>' in page
    assert "96.4 % of the lines and branches" in terminal.plain(terminal.breadth(record))
    assert 'id="breadth"' not in html.render(read(made.make(tmp_path / "other")))
