"""Start wardens and keepers, and talk to them; what they do is in ``_mpconform_agent.warden``."""

import contextlib
import os
import secrets
import select
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType

import _mpconform_agent
from mpconform.clock import Deadline
from mpconform.errors import HarnessFault, UsageError

__all__ = ("ADVICE", "Warden", "workdir")

_SCRIPT = Path(_mpconform_agent.__file__).with_name("warden.py")
_PATIENCE_S = 60.0
#: What to do about a folder that cannot be recorded in.
ADVICE = "set TMPDIR to a folder with room"

#: Sockets of AF_UNIX that a backend makes in its temporary folder have short names only.
_LONGEST_ROOT = 40


def _spawn(
    arguments: Sequence[str], pass_fds: Sequence[int], env: Mapping[str, str] | None = None
) -> subprocess.Popen[bytes]:
    # -I: nothing of the user's gets in; -S: nor site-packages, which cost start-up time, but from
    # which coverage measures its subprocesses.
    measured = any(name.startswith("COVERAGE_PROCESS") for name in os.environ)
    command = [sys.executable, "-I", *([] if measured else ["-S"]), str(_SCRIPT), *arguments]
    return subprocess.Popen(  # noqa: S603  # our own script
        command, pass_fds=pass_fds, start_new_session=True, stdin=subprocess.DEVNULL, env=env
    )


class _Control:
    """Lines from a warden or a keeper, over its control socket."""

    def __init__(self) -> None:
        self.ours, self.theirs = socket.socketpair()
        self._buffer = b""
        self.over = False

    def lines(self) -> list[str]:
        """Return the complete lines that have come; never waits."""
        while not self.over and select.select([self.ours], [], [], 0)[0]:
            more = self.ours.recv(4096)
            self.over = not more
            self._buffer += more
        *complete, self._buffer = self._buffer.split(b"\n")
        return [line.decode() for line in complete]

    def expect(self, words: tuple[str, ...], process: subprocess.Popen[bytes]) -> tuple[str, str]:
        """Return the first line that begins with one of *words*: that word, and the rest of the line.

        Raises HarnessFault if none comes; other lines are passed over.
        """
        deadline = Deadline(_PATIENCE_S)
        while True:
            for line in self.lines():
                word, _, rest = line.partition(" ")
                if word in words:
                    return word, rest
            if self.over:
                raise HarnessFault(
                    f"the {words[0]!r} of a warden did not come: it ended with {process.wait(_PATIENCE_S)}"
                )
            deadline.check(f"the {words[0]!r} of a warden")
            select.select([self.ours], [], [], 0.05)


class Warden:
    """One warden with its agent, in a folder of its own that it removes when it ends.

    The agent's tree gets a /dev/shm of its own where the system allows it, unless the environment
    says ``MPCONFORM_SHM=shared``; then what is the tree's there is told by name and by who maps it.
    """

    def __init__(
        self, folder: Path, command: Sequence[str], env: Mapping[str, str], agent: socket.socket
    ) -> None:
        """Start *command* under a warden; *agent* is the agent's end of its channel, closed here.

        The warden makes *folder*: so there is none without a warden to remove it.  Raises UsageError
        if that cannot be done.
        """
        self._control = _Control()
        theirs = self._control.theirs
        arguments = [
            "agent",
            str(theirs.fileno()),
            str(agent.fileno()),
            str(folder),
            os.environ.get("MPCONFORM_SHM", "private"),
            "--",
            *command,
        ]
        try:
            self._process = _spawn(arguments, (theirs.fileno(), agent.fileno()), env)
        finally:
            theirs.close()
            agent.close()
        try:
            word, rest = self._control.expect(("started", "failed"), self._process)
        except BaseException:
            self._control.ours.close()  # A warden that nobody hears ends what it has begun.
            raise
        if word == "failed":
            self._control.ours.close()
            raise UsageError(f"cannot record in {folder}: {rest.lower()}; {ADVICE}")
        pid, shm = rest.split()
        self.agent_pid = int(pid)
        self.private_shm = shm == "private"
        self.exit_code: int | None = None

    @property
    def pid(self) -> int:
        """The warden's own process id: everything below it is the agent's tree."""
        return self._process.pid

    def fileno(self) -> int:
        """Return the descriptor that becomes readable when the agent has ended."""
        return self._control.ours.fileno()

    def poll(self) -> int | None:
        """Return the agent's exit code (negative: a signal), or None while it runs.

        Raises HarnessFault if nobody watches over it any more.
        """
        for line in self._control.lines():
            word, _, rest = line.partition(" ")
            if word == "exited":
                self.exit_code = int(rest)
        if self._control.over and self.exit_code is None:
            raise HarnessFault(f"warden {self.pid} was ended by something else than its orchestrator")
        return self.exit_code

    def end(self) -> None:
        """End the agent's whole tree and remove the folder; return when that is done."""
        if self._process.returncode is None:
            with contextlib.suppress(OSError):
                self._control.ours.sendall(b"end\n")
            try:
                self._process.wait(_PATIENCE_S)
            except subprocess.TimeoutExpired as error:
                raise HarnessFault(f"warden {self.pid} did not end within {_PATIENCE_S:g} s") from error
        self._control.ours.close()

    def __enter__(self) -> "Warden":  # noqa: PYI034  # Python 3.10 has no typing.Self
        """Return this warden."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the tree."""
        self.end()


def _root() -> Path:
    base = tempfile.gettempdir()
    name = f"mpconform-{secrets.token_hex(4)}"
    if len(base) + len(name) + 1 > _LONGEST_ROOT and os.path.isdir("/tmp"):  # noqa: PTH112, S108
        base = "/tmp"  # noqa: S108  # made with mode 0700 and a random name
    return Path(base) / name


@contextlib.contextmanager
def workdir() -> Iterator[Path]:
    """Make a folder for wardens; it is removed at the end, even if this process is killed.

    Raises UsageError if it cannot be made.
    """
    root = _root()
    control = _Control()
    theirs = control.theirs
    keeper = _spawn(["keeper", str(theirs.fileno()), str(root)], (theirs.fileno(),))
    theirs.close()
    try:
        word, why = control.expect(("kept", "failed"), keeper)
        if word == "failed":
            raise UsageError(
                f"cannot record in {root.parent}: {why.lower()}; set TMPDIR to a folder with room"
            )
        yield root
    finally:
        with contextlib.suppress(OSError):
            control.ours.sendall(b"end\n")
        with contextlib.suppress(subprocess.TimeoutExpired):
            keeper.wait(_PATIENCE_S)
        control.ours.close()
