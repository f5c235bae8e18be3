"""The repository of a backend that somebody is writing, and its CI."""

import subprocess
import sys
from pathlib import Path

from mpconform import events
from mpconform.events import Record

__all__ = ("POWER", "Project")

#: Where the mutants stand, whose parts the backend is made of.
POWER = Path(__file__).parents[1] / "power"

#: What the backend offers that somebody is writing.
OFFERED = (
    "Process", "SimpleQueue", "active_children", "current_process", "get_context", "parent_process",
)  # fmt: skip

#: That backend: it offers a few things so far, which keeps its runs short, and whatever
#: stands in FLAWS is wrong with it.
BACKEND = """
from multiprocessing import get_all_start_methods
from mutants.support import broken_processes

OFFERED = {offered!r}
FLAWS = {flaws!r}


class _Mixin:
    @property
    def exitcode(self):
        code = super().exitcode
        if "exitcode" in FLAWS and code is not None and code < 0:
            return -code
        return code

    def kill(self):
        super().kill()
        if "kill" in FLAWS:
            return True

    def is_alive(self):
        return 1 if "is_alive" in FLAWS and super().is_alive() else super().is_alive()

    @property
    def pid(self):
        return super().pid + 1 if "pid" in FLAWS and super().pid else super().pid


_complete = broken_processes(_Mixin)


class _Context:
    def __init__(self, method=None):
        complete = _complete(method)
        for name in OFFERED:
            setattr(self, name, getattr(complete, name))


get_context = _Context
"""


class Project:
    """The repository of a backend, and its CI."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.flaws()

    def flaws(self, *names: str, more: tuple[str, ...] = ()) -> None:
        """Let the backend have these flaws, and no others, and offer some things *more*."""
        (self.folder / "mine.py").write_text(BACKEND.format(flaws=names, offered=OFFERED + more))

    def mpconform(self, *arguments: str, code: str = "") -> subprocess.CompletedProcess[str]:
        # The console script, as a CI calls it.
        program = [sys.executable, "-c", code] if code else [str(Path(sys.executable).with_name("mpconform"))]
        return subprocess.run(
            [*program, *arguments],
            cwd=self.folder,
            capture_output=True,
            text=True,
            timeout=200,
            check=False,
            stdin=subprocess.DEVNULL,
        )

    def judge(self, command: str, *arguments: str, **rest: str) -> subprocess.CompletedProcess[str]:
        """Run or gate the backend."""
        return self.mpconform(
            command,
            *("--path", str(self.folder), "--path", str(POWER), "--budget", "12s", "--overwrite"),
            *arguments,
            **rest,
        )

    def gate(self, *arguments: str, **rest: str) -> subprocess.CompletedProcess[str]:
        """Hold a gate over everything, by the baseline of the repository."""
        return self.judge(
            "gate", "--backend", "mine:fork", "--baseline", "conformance.toml", "--inconclusive", "warn",
            *arguments, **rest,
        )  # fmt: skip

    def narrow(self, requirement: str, *arguments: str, **rest: str) -> subprocess.CompletedProcess[str]:
        """Hold a gate over one requirement, without a baseline unless one is given."""
        return self.judge(
            "gate", "--backend", "mine:fork", "--requirement", requirement, "-n", "1", *arguments, **rest
        )

    @property
    def events(self) -> Path:
        return self.folder / "mpconform-report" / "events.ndjson"

    @property
    def record(self) -> Record:
        return events.read(self.events)

    @property
    def standings(self) -> dict[str, str]:
        return {standing.requirement: standing.standing for standing in self.record.standings}
