"""Run a reproduction script as its receiver would: by the backend's interpreter, with nothing of ours."""

import contextlib
import os
import re
import secrets
import select
import socket
from pathlib import Path

import msgspec

from mpconform.backend import Backend
from mpconform.clock import Deadline
from mpconform.warden import Warden
from mpconform_reports.reproduction import SCRIPT

__all__ = ("Ran", "run_alone")

_FAILED = re.compile(r"^FAILED (\d+) of (\d+)(?: runs)?$", re.MULTILINE)
_PASSED = re.compile(r"^not seen in (\d+) runs$", re.MULTILINE)
#: What the environment of a receiver has.
_KEPT = ("PATH", "HOME", "LANG", "TMPDIR", "MPCONFORM_SHM")


class Ran(msgspec.Struct, frozen=True, kw_only=True):
    """How often a script failed, in how many runs, and what it printed; no runs: it did not end."""

    failed: int = 0
    runs: int = 0
    output: str = ""


def run_alone(script: str, backend: Backend, *, runs: int, limit_s: float, workdir: Path) -> Ran:
    """Run *script* so many times on *backend*, for *limit_s* seconds at most, in a folder below *workdir*.

    Nothing that it started is left.  Raises UsageError if there is no room for it, HarnessFault.
    """
    path = workdir / f"{secrets.token_hex(4)}-{SCRIPT}"
    path.write_text(script, encoding="utf-8")
    folder = path.with_suffix("")
    environment = {name: os.environ[name] for name in _KEPT if name in os.environ}
    environment |= {**dict(backend.environment), "PYTHONPATH": os.pathsep.join(backend.paths)}
    ours, theirs = socket.socketpair()
    # -s: what is installed for the user alone is not part of the interpreter that was named.
    command = [backend.python, "-s", str(path), str(runs)]
    try:
        with contextlib.closing(ours), Warden(folder, command, environment, theirs) as warden:
            deadline = Deadline(limit_s)
            while warden.poll() is None and not deadline.over:
                select.select([warden], [], [], min(0.2, deadline.left_s))
            output = (folder / "stdio").read_text(encoding="utf-8", errors="replace")
    finally:
        path.unlink(missing_ok=True)
    failed, passed = _FAILED.search(output), _PASSED.search(output)
    if failed:
        return Ran(failed=int(failed[1]), runs=int(failed[2]), output=output)
    return Ran(runs=int(passed[1]) if passed else 0, output=output)
