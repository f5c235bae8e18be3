"""The census: processes, zombies, orphans and names, counted from outside."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from multiprocessing import shared_memory
from pathlib import Path

import pytest

from mpconform import census
from mpconform.clock import Deadline, wait_until
from mpconform.values import Census, ProcessRecord


@pytest.fixture
def children() -> Iterator[list[int]]:
    """Processes to be ended after the test."""
    pids: list[int] = []
    yield pids
    for pid in pids:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)


def fork(pids: list[int]) -> int:
    pid = os.fork()
    if not pid:
        signal.pause()
        os._exit(0)
    pids.append(pid)
    return pid


def state(pid: int) -> str:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]


def test_descendants_are_found_parents_first(children: list[int]) -> None:
    """Children and their children, and nobody else."""
    reading, writing = os.pipe()
    pid = os.fork()
    if not pid:
        grandchild = os.fork()
        if grandchild:
            os.write(writing, str(grandchild).encode())
        signal.pause()
        os._exit(0)
    grandchild = int(os.read(reading, 20))
    try:
        assert census.descendants(pid) == [grandchild]
        found = census.descendants(os.getpid())
        assert found.index(pid) < found.index(grandchild)
    finally:
        os.kill(grandchild, signal.SIGKILL)
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        os.close(reading)
        os.close(writing)


def test_children_of_every_thread_are_found(children: list[int]) -> None:
    """The kernel lists a child with the thread that forked it."""
    program = (
        "import subprocess, sys, threading\n"
        "def start(): print(subprocess.Popen(['sleep', '60']).pid, flush=True); input()\n"
        "t = threading.Thread(target=start); t.start(); t.join()"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        try:
            assert census.descendants(parent.pid) == [child]
        finally:
            os.kill(child, signal.SIGKILL)
            parent.kill()


def test_a_zombie_is_a_zombie() -> None:
    """It has ended, nobody has reaped it, and it has no descriptors."""
    pid = os.fork()
    if not pid:
        os._exit(0)
    try:
        assert wait_until(lambda: state(pid) == "Z", deadline=Deadline(10))
        (record,) = [p for p in census.processes(os.getpid()) if p.pid == pid]
    finally:
        os.waitpid(pid, 0)

    assert record.zombie
    assert record.parent_pid == os.getpid()
    assert record.descriptors == 0


def test_a_process_is_shown_with_command_threads_and_descriptors() -> None:
    """As the system tells them."""
    child = subprocess.Popen(["sleep", "60"])
    with child:
        assert wait_until(
            lambda: b"sleep" in Path(f"/proc/{child.pid}/cmdline").read_bytes(), deadline=Deadline(10)
        )
        (record,) = [p for p in census.processes(os.getpid()) if p.pid == child.pid]
        child.kill()

    assert record.command == "sleep 60"
    assert record.threads == 1
    assert record.descriptors >= 3
    assert not record.zombie


def test_what_has_gone_is_left_out() -> None:
    """A process that ends while one looks is no error."""
    assert census.descendants(1 << 22) == []
    assert census.processes(1 << 22) == ()
    assert census.spent_ns([1 << 22]) == {}
    assert census.mapped_names([1 << 22]) == frozenset()
    assert census._record(1 << 22) is None


def record(pid: int, parent: int, command: str) -> ProcessRecord:
    return ProcessRecord(pid=pid, parent_pid=parent, state="S", command=command)


def test_helpers_are_trackers_and_fork_servers_but_not_what_these_forked() -> None:
    """A child of a fork server bears its command line, and so does an orphan of one."""
    server = "python -c from multiprocessing.forkserver import main"
    found = Census(
        at_ns=0,
        agent_pid=10,
        processes=(
            record(10, 1, "python -m _mpconform_agent.start"),
            record(11, 10, "python -c from multiprocessing.resource_tracker import main"),
            record(12, 10, server),
            record(13, 12, server),
            record(14, 1, server),
            record(15, 10, "python -m _mpconform_agent.start"),
        ),
    )

    assert found.helpers == {11, 12}


def test_names_are_told_apart(tmp_path: Path) -> None:
    """Segments, semaphores and files, without those that were known before."""
    shm, files = tmp_path / "shm", tmp_path / "files"
    for folder in (shm, files):
        folder.mkdir()
    for name in ("old", "psm_1", "sem.mp-1", "b"):
        (shm / name).touch()
    (files / "pymp-1").mkdir()

    found = census.take(
        root=os.getpid(), agent=os.getpid(), shm=str(shm), known=frozenset({"old"}), files=str(files)
    )

    assert found.segments == ("b", "psm_1")
    assert found.semaphores == ("sem.mp-1",)
    assert found.files == ("pymp-1",)
    assert found.agent_pid == os.getpid()
    assert census.names_in(tmp_path / "none") == frozenset()


def test_a_segment_that_is_mapped_is_known_by_its_inode() -> None:
    """By name it would not be found: a semaphore is named after it was mapped."""
    segment = shared_memory.SharedMemory(create=True, size=16)
    moved = f"{segment.name}-moved"
    try:
        assert segment.name in census.mapped_names([os.getpid()])
        Path(f"/dev/shm/{segment.name}").rename(f"/dev/shm/{moved}")
        assert moved in census.mapped_names([os.getpid()])
        Path(f"/dev/shm/{moved}").rename(f"/dev/shm/{segment.name}")
    finally:
        segment.close()
        segment.unlink()

    assert segment.name not in census.mapped_names([os.getpid()])


def test_time_is_told_for_every_thread() -> None:
    """A thread that works has run for longer at the second look; one that sleeps has not."""
    before = census.spent_ns([os.getpid()])[os.getpid()][0]
    deadline = time.process_time_ns() + 50_000_000
    while time.process_time_ns() < deadline:
        pass
    after = census.spent_ns([os.getpid()])[os.getpid()][0]

    assert after - before > 30_000_000


def test_without_scheduler_statistics_ticks_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    """A kernel may not account for the wait."""
    real = census._read

    def read(path: str) -> bytes:
        if path.endswith("schedstat"):
            raise FileNotFoundError(path)
        return real(path)

    monkeypatch.setattr(census, "_read", read)
    ran, waited = census.spent_ns([os.getpid()])[os.getpid()]

    assert ran > 0
    assert waited == 0


def test_without_lists_of_children_parents_are_asked(
    monkeypatch: pytest.MonkeyPatch, children: list[int]
) -> None:
    """A kernel may not keep them."""
    pid = fork(children)
    real = census._read

    def read(path: str) -> bytes:
        if path.endswith("children"):
            raise FileNotFoundError(path)
        return real(path)

    monkeypatch.setattr(census, "_read", read)
    monkeypatch.setattr(census.os.path, "exists", lambda path: not path.endswith("children"))

    assert pid in census.descendants(os.getpid())
