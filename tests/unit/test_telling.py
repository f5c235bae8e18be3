"""Words for stories: times, values, calls and outcomes."""

import pytest

from mpconform.checkers.telling import Teller, duration, value
from tape import error, history, item, op, received


@pytest.mark.parametrize(
    ("nanoseconds", "told"),
    [
        (0, "0 ns"), (999, "999 ns"), (1_000, "1.0 µs"), (12_500, "12.5 µs"), (1_000_000, "1.00 ms"),
        (999_000_000, "999.00 ms"), (3_200_000_000, "3.20 s"), (-1_500, "-1.5 µs"),
    ],
)  # fmt: skip
def test_a_length_of_time_has_a_unit_that_suits_it(nanoseconds: int, told: str) -> None:
    """On both sides of each change of unit."""
    assert duration(nanoseconds) == told


@pytest.mark.parametrize(
    ("recorded", "told"),
    [
        (received("p0", 3), "p0's item 3"),
        (item("p0", 3), "p0's item 3"),
        ({"$digest": [1024, 255]}, "1024 bytes (crc 000000ff)"),
        ({"$bytes": [1, 1024]}, "1024 bytes"),
        ({"$object": "q"}, "q"),
        (error("Empty", 1, "x"), "Empty(1, 'x')"),
        (None, "None"),
        ("text", "'text'"),
    ],
)
def test_a_value_is_told_in_words(recorded: object, told: str) -> None:
    """Items by their code, bytes by their size, anything else as it is."""
    assert value(recorded) == told


def test_times_count_from_the_first_stamp() -> None:
    """A reader wants to know how long after the beginning."""
    first = op("p0", "q", "put", item("p0", 0), at=(1_000, 2_000))
    get = op("c0", "q", "get", at=(5_000, 9_000), to=received("p0", 0), timeout_s=0.5)
    teller = Teller(history(first, get))

    assert teller.at(1_000) == "0 ns"
    assert teller.at(None) == "never"
    assert teller.call(first) == "p0's q.put(p0's item 0)"
    assert teller.call(get) == "c0's q.get(timeout=0.5)"
    assert teller.tell(get) == "c0's q.get(timeout=0.5), begun at 4.0 µs, returned p0's item 0 at 8.0 µs"


def test_every_outcome_is_told() -> None:
    """Returned, raised, never returned; verbs and attributes too."""
    raised = op("c0", "q", "get", at=(1, 2), raised=error("Empty"))
    unfinished = op("c0", "", "pid", at=(3, None))
    read = op("main", "p0", ".pid", at=(5, 6), to=3)
    teller = Teller(history(raised, unfinished, read))

    assert teller.outcome(raised) == "raised Empty() at 1 ns"
    assert teller.outcome(unfinished) == "never returned"
    assert teller.call(unfinished) == "c0's pid()"
    assert teller.call(read) == "main's p0.pid"


def test_an_empty_history_has_a_beginning_too() -> None:
    """Nothing to tell is no error."""
    assert Teller(history()).at(5) == "5 ns"
