"""docs/breadth.md, and the reasons for what is never reached."""

import functools
import importlib.util
import sys
from pathlib import Path

import msgspec
import pytest

import report_record as made
from mpconform.events import FORMAT, ModuleRow
from mpconform_reports.record import read

ROOT = Path(__file__).parents[2]
SPEC = importlib.util.spec_from_file_location("breadth_write", ROOT / "tests" / "breadth" / "write.py")
assert SPEC is not None
assert SPEC.loader is not None
write = importlib.util.module_from_spec(SPEC)
sys.modules["breadth_write"] = write
SPEC.loader.exec_module(write)

SOURCE = """\
def outer(x):
    def inner():
        return 1
    if x:
        return inner()
    return 2


class A:
    @property
    def b(self):
        return 3


C = 4
"""


@pytest.mark.once
@pytest.mark.skipif(sys.version_info[:2] != (3, 12), reason="the reasons are about the sources of 3.12")
def test_every_reason_is_about_something_that_exists() -> None:
    """Modules, functions and lines are those of the multiprocessing that is measured; a reason is no gap."""
    spec = importlib.util.find_spec("multiprocessing")
    assert spec is not None
    assert spec.origin is not None
    folder = Path(spec.origin).parent
    wrong = []
    functions = functools.cache(write.functions)
    for reason in write.reasons():
        source = (folder / (reason.module.replace(".", "/") + ".py")).read_text("utf-8")
        text = source.splitlines()
        spans = [(0, len(text), "")] if not reason.function else functions(source)
        body = {
            line.strip()
            for first, last, name in spans
            if name == reason.function
            for line in text[max(0, first - 1) : last]
        }
        if not body or not set(reason.lines) <= body or not reason.why:
            wrong.append((reason.module, reason.function, set(reason.lines) - body))

    assert wrong == []


def test_places_are_lines_and_branches_in_their_functions() -> None:
    """A branch is one only between lines that both were executed."""
    row = ModuleRow(
        name="m", file="m.py", statements=9, branches=4,
        missing=(3, 12), untaken=((4, 6), (4, 5), (2, 3), (1, -1)),
    )  # fmt: skip
    found = [(place.function, place.text, place.way) for place in write.places(row, SOURCE)]

    assert found == [
        ("outer.inner", "return 1", ""),
        ("A.b", "return 3", ""),
        ("outer", "if x:", "never goes on with `return 2`"),
        ("outer", "if x:", "never goes on with `return inner()`"),
        ("", "def outer(x):", "never ends there"),
    ]


def test_the_page_tells_why_and_what_is_a_gap(tmp_path: Path) -> None:
    """Each place once; a reason is about a whole function, or about lines of it."""
    (tmp_path / "m.py").write_text(SOURCE)
    row = {
        "name": "m", "file": str(tmp_path / "m.py"), "statements": 9, "branches": 4,
        "missing": [3, 6, 12], "untaken": [],
    }  # fmt: skip
    told = made.events()
    told[0]["format"] = FORMAT
    told[0]["command"] = "mpconform run --backend a --overwrite --out where --seed 1"
    told.insert(1, {"event": "coverage", "backends": [made.FORK], "modules": [row]})
    record = read(made.write_events(tmp_path / "run", told))
    why = (
        write.Reason(module="m", function="A.b", why="nobody asks"),
        write.Reason(module="m", function="outer", lines=("return 2",), why="x is | true"),
    )

    page = write.page(record, why)

    assert "**76.9 %**" in page
    assert "`mpconform run --backend a --seed 1`" in page
    assert "| m | `A.b` | `return 3` | nobody asks |" in page
    assert "| m | `outer` | `return 2` |" in page
    assert "| m | `outer.inner` | `return 1` | *not reached by this run, and no reason why not* |" in page
    assert "2 lines and branches are known not to be reached" in page
    assert "1 more were not reached by this run" in page


def test_reasons_are_read_strictly(tmp_path: Path) -> None:
    """A key that nobody knows is an error."""
    (tmp_path / "r.toml").write_text('[[unreached]]\nmodule = "m"\nwhy = "w"\nbecause = "x"\n')

    with pytest.raises(msgspec.ValidationError, match="because"):
        write.reasons(tmp_path / "r.toml")
