"""Count what stands on the machine, from outside of the backend, by way of /proc.

Linux keeps the children of every thread in ``/proc/PID/task/TID/children``: walking down from
the warden costs some tens of microseconds, and nothing that belongs to others is looked at.
"""

import contextlib
import os
from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet
from pathlib import Path

import psutil

from mpconform.clock import now_ns
from mpconform.values import Census, ProcessRecord

__all__ = ("descendants", "mapped_names", "names_in", "processes", "spent_ns", "take")

_TICK_NS = 1_000_000_000 // os.sysconf("SC_CLK_TCK")


def _read(path: str) -> bytes:
    with open(path, "rb", buffering=0) as file:  # noqa: PTH123  # Path costs more than the read
        return file.read()


def _children(pid: int) -> Iterator[int]:
    try:
        for thread in os.listdir(f"/proc/{pid}/task"):  # noqa: PTH208
            yield from map(int, _read(f"/proc/{pid}/task/{thread}/children").split())
    except FileNotFoundError:
        if not os.path.exists("/proc/self/task/self/children") and os.path.exists(f"/proc/{pid}"):  # noqa: PTH110
            yield from _children_by_psutil(pid)
    except ProcessLookupError:
        return


def _children_by_psutil(pid: int) -> Iterator[int]:
    if os.path.exists(f"/proc/{os.getpid()}/task/{os.getpid()}/children"):  # noqa: PTH110
        return  # The kernel has the list; the process has gone.
    try:
        yield from (child.pid for child in psutil.Process(pid).children())
    except psutil.Error:
        return


def descendants(root: int) -> list[int]:
    """Return the process ids of all descendants of *root*, parents before children."""
    found: list[int] = []
    level = [root]
    while level:
        level = [child for pid in level for child in _children(pid)]
        found += level
    return found


def _record(pid: int) -> ProcessRecord | None:
    try:
        fields = _read(f"/proc/{pid}/stat").rpartition(b")")[2].split()
        state, parent, threads = fields[0].decode(), int(fields[1]), int(fields[17])
        command = _read(f"/proc/{pid}/cmdline").replace(b"\0", b" ").decode(errors="replace").strip()
        descriptors = len(os.listdir(f"/proc/{pid}/fd")) if state != "Z" else 0  # noqa: PTH208
    except (FileNotFoundError, ProcessLookupError, PermissionError):
        return None
    return ProcessRecord(
        pid=pid,
        parent_pid=parent,
        state=state,
        command=command[:200],
        threads=threads,
        descriptors=descriptors,
    )


def processes(root: int) -> tuple[ProcessRecord, ...]:
    """Return a record of every descendant of *root*; one that vanishes meanwhile is left out."""
    return tuple(record for pid in descendants(root) if (record := _record(pid)))


def names_in(folder: str | Path) -> frozenset[str]:
    """Return the names in *folder*, none if it does not exist."""
    try:
        return frozenset(os.listdir(folder))  # noqa: PTH208
    except OSError:
        return frozenset()


def spent_ns(pids: Iterable[int]) -> dict[int, tuple[int, int]]:
    """Return, by thread of *pids*, the nanoseconds that it has run and has waited for a processor.

    A thread that waits for a disk is said to have waited since for ever: it is not idle.
    """
    found = {}
    for pid in pids:
        try:
            for thread in os.listdir(f"/proc/{pid}/task"):  # noqa: PTH208
                found[int(thread)] = _spent(f"/proc/{pid}/task/{thread}")
        except (OSError, IndexError):  # noqa: PERF203  # processes end while one looks
            continue
    return found


def used_s(root: int) -> float:
    """Return for how many seconds *root*, its descendants, and those of them that ended, have run."""
    ticks = 0
    for pid in (root, *descendants(root)):
        with contextlib.suppress(OSError, IndexError):  # Processes end while one looks.
            ticks += sum(map(int, _read(f"/proc/{pid}/stat").rpartition(b")")[2].split()[11:15]))
    return ticks / os.sysconf("SC_CLK_TCK")


def resting(pids: Iterable[int], *, but: AbstractSet[int] = frozenset()) -> dict[int, int] | None:
    """Return, by thread of *pids*, the nanoseconds that it has run; None if any of them is not asleep.

    Threads in *but* are not looked at.  Whoever sleeps for a set time is not at rest, where the kernel
    shows that.
    """
    found = {}
    for pid in pids:
        try:
            for thread in map(int, os.listdir(f"/proc/{pid}/task")):  # noqa: PTH208
                if thread in but:
                    continue
                task = f"/proc/{pid}/task/{thread}"
                state = _read(f"{task}/stat").rpartition(b")")[2].split()[0]
                if state not in b"SZ" or b"nanosleep" in _read(f"{task}/wchan"):
                    return None
                found[thread] = _spent(task)[0]
        except (OSError, IndexError):  # One that ended: it may have been about to wake others.
            return None
    return found


def _spent(task: str) -> tuple[int, int]:
    fields = _read(f"{task}/stat").rpartition(b")")[2].split()
    disk = now_ns() if fields[0] == b"D" else 0
    try:
        ran, waited, *_ = map(int, _read(f"{task}/schedstat").split())
    except FileNotFoundError:  # A kernel that does not account for the wait.
        return (int(fields[11]) + int(fields[12])) * _TICK_NS, disk
    return ran, waited + disk


def take(*, root: int, agent: int, shm: str, known: frozenset[str], files: str) -> Census:
    """Count what is below process *root* and what was made in folders *shm* and *files*.

    *known* are names in *shm* that were there before, or are not ours.
    """
    made = sorted(names_in(shm) - known)
    return Census(
        at_ns=now_ns(),
        agent_pid=agent,
        processes=processes(root),
        segments=tuple(name for name in made if not name.startswith("sem.")),
        semaphores=tuple(name for name in made if name.startswith("sem.")),
        files=tuple(sorted(names_in(files))),
    )


def mapped_names(pids: Iterable[int], folder: str = "/dev/shm") -> frozenset[str]:  # noqa: S108  # a fact
    """Return the names in *folder* of files that any of *pids* maps.

    By device and inode: the C library gives a semaphore its name after it has mapped it.
    """
    mark = f" {folder}/".encode()
    files: set[tuple[bytes, ...]] = set()
    for pid in pids:
        try:
            lines = _read(f"/proc/{pid}/maps").splitlines()
        except OSError:
            continue
        files.update(tuple(line.split(None, 5)[3:5]) for line in lines if mark in line)
    return frozenset(name for name in names_in(folder) if _identity(f"{folder}/{name}") in files)


def _identity(path: str) -> tuple[bytes, ...]:
    """Return device and inode of a file as /proc/PID/maps shows them; nothing if it has gone."""
    try:
        status = os.stat(path)  # noqa: PTH116
    except OSError:
        return ()
    device = f"{os.major(status.st_dev):02x}:{os.minor(status.st_dev):02x}"
    return device.encode(), str(status.st_ino).encode()
