"""Hangs: told from slow progress, slice by slice, on a clock and a machine made up."""

import signal
from pathlib import Path

import pytest

from mpconform import hang
from mpconform.values import ProcessRecord

SLICE_S = 0.5


class Machine:
    """A tree of two threads, on a clock that is set by hand."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.ns = 1_000_000_000
        self.spent = {1: (0, 0), 2: (0, 0)}
        monkeypatch.setattr(hang, "now_ns", lambda: self.ns)
        monkeypatch.setattr(hang.census, "descendants", lambda root: [1, 2])
        monkeypatch.setattr(hang.census, "spent_ns", lambda pids: dict(self.spent))

    def pass_by(self, seconds: float, *, ran: float = 0.0, waited: float = 0.0, thread: int = 1) -> None:
        self.ns += int(seconds * 1e9)
        before = self.spent.get(thread, (0, 0))
        self.spent[thread] = (before[0] + int(ran * 1e9), before[1] + int(waited * 1e9))


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Machine:
    return Machine(monkeypatch)


def slices_until_stuck(watch: hang.Watch, machine: Machine, *, most: int = 100, **spent: float) -> int | None:
    for count in range(1, most + 1):
        machine.pass_by(SLICE_S, **spent)
        if watch.stuck("same"):
            return count
    return None


def test_a_tree_that_does_nothing_is_stuck_after_the_patience(machine: Machine) -> None:
    """Not before: eight half seconds make four seconds, after the first look."""
    watch = hang.Watch(1, 4.0)
    assert not watch.stuck("same")

    assert slices_until_stuck(watch, machine) == 8


def test_whatever_is_recorded_begins_anew(machine: Machine) -> None:
    """A new record is progress, however little the tree does."""
    watch = hang.Watch(1, 4.0)
    for n in range(100):
        machine.pass_by(SLICE_S)
        assert not watch.stuck(n)

    assert slices_until_stuck(watch, machine) == 9


@pytest.mark.parametrize(
    ("spent", "stuck"),
    [
        pytest.param({"ran": 0.02}, True, id="polls"),
        pytest.param({"ran": 0.06}, False, id="works"),
        pytest.param({"waited": 0.2}, True, id="polls-on-a-busy-machine"),
        pytest.param({"waited": 0.3}, False, id="starved"),
    ],
)
def test_work_is_told_from_polling(machine: Machine, spent: dict[str, float], stuck: bool) -> None:  # noqa: FBT001
    """By the processor time that is used in a slice, or waited for."""
    watch = hang.Watch(1, 2.0)
    watch.stuck("same")

    assert (slices_until_stuck(watch, machine, **spent) is not None) is stuck


def test_a_thread_that_is_new_has_run_too(machine: Machine) -> None:
    """And one that has gone takes nothing back."""
    watch = hang.Watch(1, 1.0)
    watch.stuck("same")
    for n in range(3, 20):
        machine.pass_by(SLICE_S, ran=0.3, thread=n)
        assert not watch.stuck("same")
        del machine.spent[n]


def test_actors_that_wait_at_the_board_are_not_looked_at(machine: Machine) -> None:
    """However long the processor lets them wait for their next look."""
    watch = hang.Watch(1, 1.0)
    watch.stuck("same", polling={1})
    machine.pass_by(SLICE_S, waited=0.5)
    assert not watch.stuck("same", polling={1})
    machine.pass_by(SLICE_S, waited=0.5)

    assert watch.stuck("same", polling={1})


def test_a_busy_moment_takes_the_hang_farther_away(machine: Machine) -> None:
    """But not to the beginning: a blip does not hide a hang for ever."""
    watch = hang.Watch(1, 4.0)
    watch.stuck("same")
    assert slices_until_stuck(watch, machine, most=6) is None
    machine.pass_by(SLICE_S, ran=0.4)
    assert not watch.stuck("same")

    assert slices_until_stuck(watch, machine) == 4


def test_a_machine_that_was_suspended_does_not_count(machine: Machine) -> None:
    """A look that comes late says that this process was held up, as the tree may have been."""
    watch = hang.Watch(1, 4.0)
    watch.stuck("same")
    machine.pass_by(3600.0)

    assert not watch.stuck("same")
    assert watch.watched_ns < 1_000_000_000


def test_a_slice_is_long_enough_to_measure(machine: Machine) -> None:
    """Looks that come more often are put together."""
    watch = hang.Watch(1, 1.0)
    watch.stuck("same")
    for _ in range(3):
        machine.pass_by(0.1, ran=0.05)
        assert not watch.stuck("same")
    assert watch._idle_ns == 0


def test_every_process_is_told_with_what_can_be_known(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A zombie, one that cannot answer, one that does not, one that does."""
    file = tmp_path / "stacks"
    file.write_text("of an earlier run\n")
    tree = tuple(
        ProcessRecord(pid=pid, parent_pid=1, state=state, command=f"program {pid}")
        for pid, state in ((101, "Z"), (102, "S"), (103, "T"), (104, "S"))
    )

    def answer(pid: int, number: int) -> None:
        assert number == signal.SIGUSR2
        if pid == 104:
            with file.open("a") as stream:
                stream.write("Thread 1 (most recent call first):\n  in get\n")

    monkeypatch.setattr(hang.census, "processes", lambda root: tree)
    monkeypatch.setattr(hang, "_answers", lambda pid: pid >= 103)
    monkeypatch.setattr(hang, "_channel", lambda pid: "futex_wait")
    monkeypatch.setattr(hang.os, "kill", answer)

    told = hang.stacks(1, file, {104: "c0"})

    assert "process 101 (program 101), state Z: has ended, and nobody reaped it" in told
    assert "process 102 (program 102), state S: no Python stack" in told
    assert "it waits in futex_wait" in told
    assert "process 103 (program 103), state T\ndid not answer" in told
    assert told.endswith("process 104 (c0), state S\nThread 1 (most recent call first):\n  in get")
    assert "earlier" not in told


@pytest.mark.parametrize(
    ("last", "waits"),
    [("in get", 0.05), ('File "x.py", line 3 in <module>', 0.01), ("in _run_module_as_main", 0.01)],
)
def test_stacks_that_end_as_main_threads_do_are_whole_sooner(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, last: str, waits: float
) -> None:
    """Others may go on for a while; and what comes in two parts is told as one."""
    file = tmp_path / "stacks"
    file.touch()
    parts = ["Thread 1 (most recent call first):\n  in get\n", f"  {last}\n"]
    waited: list[float] = []

    def grows(_: Path, size: int, wait_s: float) -> bool:
        waited.append(wait_s)
        if not parts:
            return False
        with file.open("a") as stream:
            stream.write(parts.pop(0))
        return True

    monkeypatch.setattr(hang, "_grows", grows)
    monkeypatch.setattr(hang.os, "kill", lambda pid, number: None)

    assert hang._ask(104, file) == f"Thread 1 (most recent call first):\n  in get\n  {last}"
    assert waited == [1.0, 0.05, waits]
