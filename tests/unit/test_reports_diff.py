"""What has changed between two runs: no chance fluctuation is called a change, no silence an improvement."""

from pathlib import Path

import pytest

import report_record as made
from mpconform_reports import diff
from mpconform_reports.diff import Rate
from mpconform_reports.record import Record, read


def run(folder: Path, status: str | None = "violates", *, seen: int = 12, histories: int = 120) -> Record:
    """A run in which QUEUE-FIFO has this status on one backend; None: it was not asked."""
    told = made.events(faults=False)
    if status is None:
        told = [e for e in told if (e.get("requirement"), e.get("backend")) != ("QUEUE-FIFO", made.SWAPS)]
    for event in told:
        if (event.get("requirement"), event.get("backend")) == ("QUEUE-FIFO", made.SWAPS):
            if event["event"] == "violation":
                event["seen"] = seen
            else:
                event["status"] = status
                event["evidence"]["histories"] = histories
    if status != "violates":
        told = [e for e in told if e["event"] != "violation" or e["requirement"] != "QUEUE-FIFO"]
    return read(made.write_events(folder, told))


@pytest.mark.parametrize(
    ("before", "after", "what"),
    [
        ("violates", "conforms", "improved"),
        ("conforms", "violates", "regressed"),
        ("unknown", "violates", "regressed"),
        (None, "violates", "regressed"),
        ("violates", "unknown", "changed"),
        ("violates", "unsupported", "changed"),
        ("conforms", "unknown", "changed"),
        ("conforms", "conforms", "unchanged"),
        ("violates", "violates", "unchanged"),
        (None, "conforms", "new"),
        ("conforms", None, "gone"),
    ],
)
def test_what_a_change_is_called(tmp_path: Path, before: str | None, after: str | None, what: str) -> None:
    """A violation that was not met in a run without evidence is no improvement."""
    found = diff.changes(run(tmp_path / "old", before), run(tmp_path / "new", after))

    changed = [c for c in found if (c.requirement, c.backend) == ("QUEUE-FIFO", made.SWAPS)]
    assert [c.what for c in changed] == [what]
    assert [c.what for c in found if c not in changed] == ["unchanged"] * (len(found) - 1)


@pytest.mark.parametrize(
    ("seen", "what"), [(12, "unchanged"), (20, "unchanged"), (60, "regressed"), (1, "improved")]
)
def test_a_rate_has_changed_if_the_intervals_are_apart(tmp_path: Path, seen: int, what: str) -> None:
    """12 of 120 is 6 to 17 %: 20 of 120 may be the same, 60 and 1 may not."""
    found = diff.changes(run(tmp_path / "old"), run(tmp_path / "new", seen=seen))

    assert found[0].what == what or what == "unchanged"
    assert next(c.what for c in found if (c.requirement, c.backend) == ("QUEUE-FIFO", made.SWAPS)) == what


def test_a_rate_is_shown_with_its_interval() -> None:
    """In words that a person can compare."""
    assert str(Rate(seen=12, histories=120)) == "12 of 120 (5.8% to 16.7%)"
    assert Rate(seen=0, histories=0).interval == (0.0, 1.0)


def test_both_forms_show_what_is_not_unchanged(tmp_path: Path) -> None:
    """And the counts, also if nothing changed."""
    old, new = run(tmp_path / "old", "conforms"), run(tmp_path / "new")

    text = diff.text(diff.changes(old, new))
    assert text.splitlines()[0].split() == [
        *("regressed", "QUEUE-FIFO", "mutants.queue_swaps:fork", "conforms", "→", "violates"),
        *("12", "of", "120", "(5.8%", "to", "16.7%)"),
    ]
    assert text.splitlines()[1] == "1 regressed, 23 unchanged"
    assert "| regressed | QUEUE-FIFO | mutants.queue_swaps:fork |" in diff.markdown(diff.changes(old, new))
    assert diff.text(diff.changes(old, old)) == "24 unchanged"
    assert diff.markdown(diff.changes(old, old)) == "**24 unchanged**\n"
