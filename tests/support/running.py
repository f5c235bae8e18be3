"""Run scenarios in real processes, and look at what they leave behind."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from mpconform.backend import Backend
from mpconform.census import mapped_names
from mpconform.clock import Deadline, wait_until
from mpconform.runner import Runner, workdir
from mpconform.values import Actor, History, ObjectSpec, Scenario, Step

__all__ = (
    "BESIDE",
    "METHODS",
    "Footprint",
    "backend",
    "burners",
    "interpreters",
    "processes_of",
    "run",
    "running",
    "scenario",
    "write_module",
)

METHODS = ("fork", "spawn", "forkserver")
_VERSIONS = ("3.9", "3.10", "3.11", "3.12", "3.13")


def scenario(
    main: Sequence[Step] = (),
    *,
    objects: dict[str, ObjectSpec] | None = None,
    deadline_s: float = 60.0,
    **actors: Sequence[Step] | Actor,
) -> Scenario:
    """A scenario of the main actor's steps, and of those of the other actors."""
    others = {
        name: steps if isinstance(steps, Actor) else Actor(steps=tuple(steps))
        for name, steps in actors.items()
    }
    return Scenario(
        family="f",
        theme="t",
        objects=objects or {},
        actors={"main": Actor(steps=tuple(main)), **others},
        deadline_s=deadline_s,
    )


def backend(
    method: str = "fork",
    module: str = "multiprocessing",
    *,
    python: str = sys.executable,
    paths: Sequence[Path] = (),
    **environment: str,
) -> Backend:
    """A backend that is found on *paths*."""
    return Backend(
        module=module,
        method=method,
        python=python,
        paths=tuple(map(str, paths)),
        environment=tuple(environment.items()),
    )


@contextlib.contextmanager
def running(tested: Backend | str = "fork", *, patience_s: float = 4.0) -> Iterator[Runner]:
    """A runner of *tested* (a backend, or a start method) in a folder of its own."""
    if isinstance(tested, str):
        tested = backend(tested)
    with workdir() as folder, Runner(tested, workdir=folder, patience_s=patience_s) as runner:
        yield runner


def run(tested: Backend | str, what: Scenario, *, patience_s: float = 4.0) -> History:
    """Run one scenario in an agent of its own."""
    with running(tested, patience_s=patience_s) as runner:
        return runner.run(what).history


def write_module(folder: Path, name: str, text: str) -> Path:
    """Write a backend module; return the folder to put on the path."""
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.py").write_text(text)
    return folder


def interpreters() -> dict[str, str | None]:
    """The interpreters that the agent supports, by name, with their paths where they are found."""
    found = {f"python{version}": _python(version) for version in _VERSIONS}
    return {**found, "pypy3": shutil.which("pypy3")}


def _python(version: str) -> str | None:
    for path in sorted(Path.home().glob(f".pyenv/versions/{version}.*/bin/python")):
        return str(path)
    path_found = shutil.which(f"python{version}")
    if path_found is None:
        return None
    asked = subprocess.run(  # a shim may be there that runs nothing
        [path_found, "-c", "print(1)"], capture_output=True, check=False, stdin=subprocess.DEVNULL, timeout=30
    )
    return path_found if asked.returncode == 0 else None


def _begun(pid: int | str) -> int:
    return int(Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()[19])


def processes_of(folder: Path | str) -> list[tuple[int, str]]:
    """The processes that began after this one and have *folder* in their command line or environment."""
    mark, own, found = os.fsencode(str(folder)), _begun("self"), []
    for name in (path.name for path in Path("/proc").glob("[0-9]*")):
        with contextlib.suppress(OSError):
            if int(name) == os.getpid() or _begun(name) < own:
                continue
            command = Path(f"/proc/{name}/cmdline").read_bytes()
            if mark in command or mark in Path(f"/proc/{name}/environ").read_bytes():
                found.append((int(name), command.replace(b"\0", b" ").decode(errors="replace")[:200]))
    return found


#: Begins the names of folders that tests make in /dev/shm themselves.
BESIDE = "beside-"


def _names(folder: str) -> set[str]:
    """What is in *folder*, but for what a test that runs beside this one has there."""
    return {path.name for path in Path(folder).iterdir() if not path.name.startswith(BESIDE)}


class Footprint:
    """What a run could leave behind, looked at before and after it; recordings go below *folder*."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="fp-", dir="/tmp"))
        self._shm = _names("/dev/shm")

    def left(self, *, seconds: float = 10.0) -> list[str]:
        """What is left after at most *seconds*; nothing, as it should be.

        One look that finds nothing is enough: the next may find what others beside us have just made.
        """
        found: list[str] = []

        def nothing() -> bool:
            found[:] = self._left()
            return not found

        if wait_until(nothing, deadline=Deadline(seconds)):
            shutil.rmtree(self.folder)
        return found

    def _left(self) -> list[str]:
        new = _names("/dev/shm") - self._shm
        if new:
            # What a living process maps is that process's: others may be at work on this machine.
            new -= mapped_names(int(path.name) for path in Path("/proc").glob("[0-9]*"))
        return [
            *(f"process {pid}: {command}" for pid, command in processes_of(self.folder)),
            *(f"file {path}" for path in self.folder.glob("mpconform-*")),
            *(f"segment {name}" for name in sorted(new & _names("/dev/shm"))),
        ]


@contextlib.contextmanager
def burners(count: int) -> Iterator[None]:
    """Keep processors busy for the length of the block."""
    burning = [
        subprocess.Popen([sys.executable, "-S", "-c", "while True: pass"], start_new_session=True)
        for _ in range(count)
    ]
    try:
        yield
    finally:
        for one in burning:
            one.send_signal(signal.SIGKILL)
            one.wait()
