"""The board: actors meet, and nobody passes early."""

import struct
import threading
from pathlib import Path

import pytest

from _mpconform_agent import board
from _mpconform_agent.board import ACTORS, DONE, FAULT_AT, POINTS, SIZE, Board, await_true, tell_fault

NAMES = [f"a{n}" for n in range(ACTORS)]


@pytest.fixture
def path(tmp_path: Path) -> str:
    file = tmp_path / "board"
    file.write_bytes(bytes(SIZE))
    return str(file)


def test_arrivals_are_seen_through_another_map(path: str) -> None:
    """Each process maps the board for itself."""
    Board(path, NAMES).arrive(3, "a2")

    assert Board(path, NAMES).arrived(3, ["a2"])
    assert not Board(path, NAMES).arrived(3, ["a2", "a1"])
    assert not Board(path, NAMES).arrived(2, ["a2"])


def test_every_actor_and_point_has_a_place_of_its_own(path: str) -> None:
    """The first and last of both do not touch each other, nor the fault."""
    one = Board(path, NAMES)
    for point in (0, POINTS - 2, DONE):
        for name in (NAMES[0], NAMES[-1]):
            assert not one.arrived(point, [name])
            one.arrive(point, name)
            assert one.arrived(point, [name])

    assert Path(path).read_bytes()[FAULT_AT:] == bytes(SIZE - FAULT_AT)
    assert sum(Path(path).read_bytes()) == 6


def test_a_cleared_board_has_no_arrivals(path: str) -> None:
    """And no fault of an earlier run."""
    one = Board(path, NAMES)
    one.arrive(DONE, "a0")
    tell_fault(path, 28)
    one.clear()

    assert Path(path).read_bytes() == bytes(SIZE)


def test_a_fault_stands_behind_the_arrivals(path: str) -> None:
    """The orchestrator reads it there."""
    tell_fault(path, 28)

    assert struct.unpack_from("<I", Path(path).read_bytes(), FAULT_AT) == (28,)


def test_nobody_passes_a_meeting_before_all_have_come(path: str) -> None:
    """The last to come lets all go on."""
    names = NAMES[:4]
    passed: list[int] = []

    def take_part(name: str) -> None:
        Board(path, NAMES).meet(0, name, names)
        passed.append(sum(Board(path, NAMES).arrived(0, [one]) for one in names))

    threads = [threading.Thread(target=take_part, args=(name,)) for name in names[1:]]
    for thread in threads:
        thread.start()
    early = list(passed)
    take_part(names[0])
    for thread in threads:
        thread.join()

    assert early == []
    assert passed == [4] * 4


def test_those_who_meet_go_on_together(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever has seen that all have come, waits until all others have seen it, too."""
    other, looks = Board(path, NAMES), 0

    def wakes_at_last() -> None:
        nonlocal looks
        looks += 1
        if looks == 3:
            other.arrive(POINTS + 5, "a1")

    other.arrive(5, "a1")
    monkeypatch.setattr(board, "_yield", wakes_at_last)
    monkeypatch.setattr(board.time, "monotonic", lambda: 0.0)
    Board(path, NAMES).meet(5, "a0", ["a0", "a1"])

    assert looks == 3
    assert other.arrived(POINTS + 5, ["a0", "a1"])


def test_who_never_goes_on_is_waited_for_a_moment_only(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A process may have been killed as it woke, or be stopped."""
    clock = iter(range(1, 1000))
    Board(path, NAMES).arrive(5, "a1")
    monkeypatch.setattr(board.time, "monotonic", lambda: next(clock) / 1000)

    Board(path, NAMES).meet(5, "a0", ["a0", "a1"])

    assert next(clock) == 7  # 5 ms after 1.


def test_waiting_naps_ever_longer(monkeypatch: pytest.MonkeyPatch) -> None:
    """A wait that never ends costs next to nothing, and one that soon ends is soon seen."""
    naps: list[float] = []
    looks = 0

    def look() -> bool:
        nonlocal looks
        looks += 1
        return looks > 1000

    monkeypatch.setattr(board.time, "sleep", naps.append)
    await_true(look)

    assert naps[0] < 0.0001
    assert naps == sorted(naps)
    assert naps[300] <= 0.005
    assert 0.01 < naps[-1] <= 0.05


def test_a_condition_that_holds_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not even the processor is given up."""
    monkeypatch.setattr(board, "_yield", lambda: pytest.fail("gave up the processor"))

    await_true(lambda: True)


def test_the_board_needs_no_descriptor_of_ours(path: str) -> None:
    """The map keeps what it needs, and nothing leaks with the map."""
    before = len(list(Path("/proc/self/fd").iterdir()))
    for _ in range(10):
        Board(path, NAMES).arrive(0, "a0")

    assert len(list(Path("/proc/self/fd").iterdir())) <= before + 1
