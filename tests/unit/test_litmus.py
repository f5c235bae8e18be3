"""The litmus programs: valid, always the same, and shown at the top."""

from pathlib import Path

import msgspec
import pytest
from hypothesis import find

import report_record as made
from mpconform.events import FORMAT
from mpconform_conformance.families import NAMES, family
from mpconform_reports import litmus, terminal
from mpconform_reports.record import read
from mpconform_scenarios.family import Theme

PROGRAMS = [(name, theme) for name in NAMES for theme in family(name).litmus]


def test_the_programs_of_the_tutorials_are_there() -> None:
    """One of each kind that the issue of this suite began with, and no name is taken twice."""
    assert [theme.title for _, theme in PROGRAMS] == [
        "print from processes and threads under a lock",
        "ten producers and ten consumers on Queue(3)",
        "ping-pong over a duplex pipe",
        "Pool(5).map of a square",
        "a Value and an Array changed in a child",
        "a manager's list, dict and Array changed in a child",
    ]
    for name in NAMES:
        themes = family(name).all_themes
        assert len({theme.name for theme in themes}) == len(themes)


@pytest.mark.parametrize(("name", "theme"), PROGRAMS, ids=lambda one: getattr(one, "name", one))
def test_a_program_is_always_the_same_and_of_its_family(name: str, theme: Theme) -> None:
    """It survives JSON, and starts and joins whom it has."""
    scenario = find(theme.scenarios(), lambda _: True)

    assert (scenario.family, scenario.theme) == (name, theme.name)
    assert msgspec.json.decode(msgspec.json.encode(scenario), type=type(scenario)) == scenario
    children = [one for one in scenario.actors if one != "main"]
    for method in ("start", "join"):
        called = [step.target for step in scenario.actors["main"].steps if step.method == method]
        assert [one for one in called if one in children] == children


def told(tmp_path: Path) -> Path:
    """A run that has litmus programs: one conforms, one violates, one was not run, one is not offered."""
    events = made.events(faults=False)
    common = {"event": "litmus", "family": "queue", "operations": 80, "hung": 0}
    rows = [
        {"name": "crowd", "title": "ten producers", "backend": made.FORK, "runs": 12},
        {
            "name": "crowd",
            "title": "ten producers",
            "backend": made.SWAPS,
            "runs": 1,
            "violated": ["QUEUE-FIFO"],
        },
        {
            "name": "crowd",
            "title": "ten producers",
            "backend": made.BILLIARD,
            "runs": 0,
            "lacking": ["Queue"],
        },
        {"name": "other", "title": "another <program>", "backend": made.FORK, "runs": 0},
    ]
    events[0]["format"] = FORMAT
    events[1:1] = [common | row for row in rows]
    return made.write_events(tmp_path, events)


def test_each_program_has_a_row_and_each_backend_a_cell(tmp_path: Path) -> None:
    """What was not run is not called conforming."""
    first, second = litmus.rows(read(told(tmp_path)))

    assert [(cell.status.name, cell.told) for cell in first.cells] == [
        ("conforms", "12 runs"),
        ("violates", "QUEUE-FIFO"),
        ("unsupported", "offers no Queue"),
    ]
    assert [cell.status.name for cell in second.cells] == ["missing"] * 3


def test_the_terminal_shows_them_in_a_line_each(tmp_path: Path) -> None:
    """With what is violated."""
    lines = terminal.plain(terminal.litmus(read(told(tmp_path)))).splitlines()

    assert lines[0].split() == ["ten", "producers", "✓", "✗", "QUEUE-FIFO", "∅", "offers", "no", "Queue"]
    assert lines[1].startswith("another <program>")
