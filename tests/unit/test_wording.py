"""Words for numbers of things."""

import pytest

from mpconform.wording import counted, often, sized


@pytest.mark.parametrize(
    ("count", "noun", "told"),
    [
        (0, "release", "no releases"),
        (1, "release", "1 release"),
        (2, "release", "2 releases"),
        (1, "process", "1 process"),
        (3, "process", "3 processes"),
    ],
)
def test_things_are_counted(count: int, noun: str, told: str) -> None:
    """One is one, and several are several, also of what ends with an s."""
    assert counted(count, noun) == told


def test_times_are_counted() -> None:
    """By words up to two."""
    assert [often(count) for count in range(4)] == ["never", "once", "twice", "3 times"]


def test_bytes_are_counted() -> None:
    """None of them is a number, too."""
    assert [sized(count) for count in range(3)] == ["0 bytes", "1 byte", "2 bytes"]
