"""Faults that cannot be told do not strike: nobody would know of them, or take them back."""

import json
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType, SimpleNamespace

import pytest

from _mpconform_agent import faults, preempt, room
from _mpconform_agent.faults import StruckTape


@pytest.fixture
def struck(tmp_path: Path) -> Iterator[list[int]]:
    """The signals that this process got."""
    found: list[int] = []

    def note(number: int, _: FrameType | None) -> None:
        found.append(number)

    before = signal.signal(signal.SIGUSR1, note)
    (tmp_path / preempt.HOLDS).touch()
    yield found
    signal.signal(signal.SIGUSR1, before)
    preempt.let_tell(True)  # noqa: FBT003


Begin = Callable[[dict[str, object]], StruckTape]


@pytest.fixture
def begin(tmp_path: Path) -> Begin:
    """Make the tape of an actor that a fault is to befall at step 0."""

    def made(fault: dict[str, object]) -> StruckTape:
        path = tmp_path / "tape"
        path.write_bytes(bytes(1 << 16))
        context = SimpleNamespace(serial=7, folder=str(tmp_path), limits=faults.limits(), faults=())
        return StruckTape(str(path), context, "p0", {0: fault})

    return made


def told(folder: Path) -> list[object]:
    return [json.loads(line)[-1] for line in (folder / preempt.HOLDS).read_bytes().splitlines()]


def test_a_fault_at_a_step_is_told_and_strikes(begin: Begin, struck: list[int], tmp_path: Path) -> None:
    """As the step has begun; once."""
    tape = begin({"signal": "SIGUSR1"})
    tape.invoked(0)
    tape.invoked(0)

    assert struck == [signal.SIGUSR1]
    assert told(tmp_path) == ["SIGUSR1"]


@pytest.mark.parametrize("why", ["no file may grow", "no file"])
def test_a_fault_at_a_step_that_cannot_be_told_does_not_strike(
    begin: Begin, struck: list[int], tmp_path: Path, why: str
) -> None:
    """A stop would last for ever, and a death be the backend's; a shortage, too, is not made."""
    if why == "no file":
        (tmp_path / preempt.HOLDS).unlink()
    else:
        preempt.let_tell(False)  # noqa: FBT003
    begin({"signal": "SIGUSR1"}).invoked(0)
    lacking = begin({"signal": "EMFILE", "left": 3})
    lacking.invoked(0)

    assert struck == []
    assert faults.limits() == lacking._context.limits


def test_room_that_was_taken_and_cannot_be_told_is_given_back(
    begin: Begin, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before the step begins."""
    calls: list[str] = []
    monkeypatch.setattr(room, "take", lambda left: calls.append(f"take {left}") or True)
    monkeypatch.setattr(room, "give_back", lambda: calls.append("give back"))
    begin({"signal": faults.FULL, "left": 5}).invoked(0)

    assert calls == ["take 5", "give back"]


def test_a_line_that_is_told_in_part_is_not_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever reads it, leaves it out."""
    (tmp_path / preempt.HOLDS).touch()
    write = preempt.os.write  # type: ignore[attr-defined]
    assert preempt.tell(str(tmp_path), 1, "p0", 0.1, "f", 1)
    monkeypatch.setattr(preempt.os, "write", lambda descriptor, text: write(descriptor, text[:5]))  # type: ignore[attr-defined]

    assert not preempt.tell(str(tmp_path), 1, "p0", 0.1, "f", 1)
