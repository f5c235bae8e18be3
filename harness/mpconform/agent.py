"""One agent process: start it, send it scenarios, hear what becomes of them."""

import contextlib
import os
import select
import shutil
import signal
import socket
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any
from zlib import crc32

import msgspec

from _mpconform_agent import board, measure, preempt, programs
from _mpconform_agent.tape import RECORD_SIZE, sibling
from _mpconform_agent.tasks import POLLER, POLLERS
from mpconform import census, tape
from mpconform.backend import Backend, Offer
from mpconform.clock import Deadline, now_ns
from mpconform.edges import Edges
from mpconform.errors import BadBackend, HarnessFault, UsageError
from mpconform.measured import Measured
from mpconform.tape import CALLBACKS
from mpconform.values import Census, Scenario
from mpconform.warden import ADVICE, Warden

__all__ = ("Agent", "Heard", "polling_in", "told")

_TAPE_BYTES = 1 << 16
_STDIO_BYTES = 1 << 20
_LEAST_ROOM = 1 << 18
_SHOWN = 20_000
_SHM = "/dev/shm"  # noqa: S108  # a fact, not a choice


#: What ``select`` can wait for.
Heard = socket.socket | Warden


class Agent:
    """An agent under its warden, with the files that its runs are recorded in."""

    def __init__(
        self, backend: Backend, folder: Path, *, probing: bool = False, measured: Measured | None = None
    ) -> None:
        """Start an agent for *backend* that records in *folder*, which its warden makes.

        If *probing*, it is asked what the backend offers; what it executes of the backend is told as
        *measured* says.  Raises UsageError if the folder cannot be made.
        """
        self.folder = folder
        self._probing = probing
        self._files = folder / "tmp"
        self._channel, theirs = socket.socketpair()
        self._buffer = b""
        self._silent = False
        self._tapes: dict[str, int] = {}
        self._faulty = False
        self._continued: set[tuple[int, int]] = set()
        self._edges: Edges | None = None
        command = [
            # Looked up here: the agent's PATH and folder may be others.  Not resolved: a venv's is a link.
            os.path.abspath(shutil.which(backend.python) or backend.python),  # noqa: PTH100
            "-m",
            "_mpconform_agent.start",
            backend.module,
            backend.method,
            str(folder),
            str(theirs.fileno()),
            "both" if probing else "import",
        ]
        before = census.names_in(_SHM)
        try:
            self.warden = Warden(folder, command, self._environment(backend, measured), theirs)
        except BaseException:
            self._channel.close()
            raise
        private = self.warden.private_shm
        self._shm = f"/proc/{self.warden.pid}/root{_SHM}" if private else _SHM
        self._before = frozenset() if private else before
        try:
            (folder / "board").write_bytes(bytes(board.SIZE))
            (folder / "executions").touch()
            (folder / preempt.HOLDS).touch()
            (folder / POLLERS).touch()
            (folder / "stacks").touch()
        except OSError as error:
            self.stop()
            raise UsageError(f"cannot record in {folder}: {_reason(error)}; {ADVICE}") from error
        except BaseException:
            self.stop()
            raise

    def _environment(self, backend: Backend, measured: Measured | None) -> dict[str, str]:
        own = str(self.folder.parent / "agent")
        inherited = os.environ.get("PYTHONPATH")
        paths = [*backend.paths, own, *([inherited] if inherited else [])]
        found = {**os.environ, "TMPDIR": str(self._files), **dict(backend.environment)}
        if measured:
            Path(measured.record).parent.mkdir(parents=True, exist_ok=True)
            site = self.folder.parent / "agent" / "measured"
            measure.furnish(site)
            paths.insert(0, str(site))
            found[measure.VARIABLE] = measured.asked
        return found | {"PYTHONPATH": os.pathsep.join(paths)}

    def hello(self, deadline_s: float) -> Offer | None:
        """Return when the backend is imported; if probing, what it offers.

        Raises BadBackend if it cannot be, or not within *deadline_s*.
        """
        deadline = Deadline(deadline_s)
        self._await_answer("imported", deadline, f"its import did not end within {deadline_s:g} s")
        if not self._probing:
            return None
        silence = f"it did not show what it offers within {deadline_s:g} s: one of its objects cannot be made"
        return msgspec.convert(self._await_answer("offer", deadline, silence), Offer)

    def _await_answer(self, key: str, deadline: Deadline, silence: str) -> Any:
        while True:
            message = self.receive(min(0.2, deadline.left_s))
            if message is not None and "failed" in message:
                raise BadBackend(message["failed"])
            if message is not None:
                return message[key]
            if self.warden.poll() is not None:
                raise BadBackend(f"its interpreter ended before the import was done{self._last_words()}")
            if deadline.over:
                raise BadBackend(silence)

    def _last_words(self) -> str:
        try:
            lines = (self.folder / "stdio").read_text("utf-8", "replace").strip().splitlines()
        except OSError:
            lines = []
        code = self.warden.exit_code
        how = f"by signal {-code}" if code is not None and code < 0 else f"with exit code {code}"
        return f", {how}" + (f": {lines[-1]}" if lines else "")

    def send(self, message: Any) -> None:
        """Send one message; if the agent has gone, that is seen when its end is polled."""
        try:
            self._channel.sendall(msgspec.json.encode(message) + b"\n")
        except OSError:
            return

    @property
    def heard(self) -> tuple[Heard, ...]:
        """What becomes readable when there is something to receive, or the agent has ended."""
        # A channel that was closed has nothing to say any more; the warden tells of the agent's end.
        return (self.warden,) if self._silent else (self._channel, self.warden)

    def receive(self, timeout_s: float) -> dict[str, Any] | None:
        """Return the next message, or None if none comes within *timeout_s* or the agent ends."""
        while b"\n" not in self._buffer:
            if self._channel not in select.select(self.heard, [], [], timeout_s)[0]:
                return None
            try:
                more = self._channel.recv(1 << 16)
            except ConnectionError:
                more = b""
            if not more:
                self._silent = True
                return None
            self._buffer += more
        line, _, self._buffer = self._buffer.partition(b"\n")
        message: dict[str, Any] = msgspec.json.decode(line)
        return message

    def prepare(self, scenario: Scenario, serial: int) -> None:
        """Make room to record run *serial* of *scenario*; raises UsageError if the disk is full."""
        count = len(scenario.actor_names)
        if count > board.ACTORS:
            raise HarnessFault(f"a scenario of {count} actors: at most {board.ACTORS} can meet")
        try:
            for name in (*map(str, range(count)), CALLBACKS):
                if name not in self._tapes:
                    self._tapes[name] = _allocate(self.folder / f"tape-{name}", _TAPE_BYTES)
            os.truncate(self.folder / "executions", 0)
            os.truncate(self.folder / preempt.HOLDS, 0)
            for name in (programs.OUTPUT, programs.ERRORS):
                (self.folder / name).unlink(missing_ok=True)
            os.truncate(self.folder / POLLERS, 0)
            if (self.folder / "stdio").stat().st_size > _STDIO_BYTES:
                os.truncate(self.folder / "stdio", 0)
        except OSError as error:
            raise UsageError(f"cannot record in {self.folder}: {_reason(error)}; {ADVICE}") from error
        self._check_room()
        self._faulty = bool(scenario.faults)
        self._continued.clear()
        self._edges = Edges(scenario, serial, dict(self._tapes_of(scenario)))

    def _check_room(self) -> None:
        room = os.statvfs(self.folder)
        if room.f_bavail * room.f_frsize < _LEAST_ROOM:
            raise UsageError(f"cannot record in {self.folder}: no space left on device; {ADVICE}")

    def check_records(self, tapes: Iterable[bytes]) -> None:
        """Raise UsageError if *tapes* could not be written, HarnessFault if our own code failed."""
        with (self.folder / "board").open("rb") as file:
            file.seek(board.FAULT_AT)
            codes = {*map(tape.fault_of, tapes), int.from_bytes(file.read(4), "little")} - {0}
        if codes:
            told = os.strerror(codes.pop()).lower()
            raise UsageError(f"cannot record in {self.folder}: {told}; {ADVICE}")
        # A backend that could not write its own files is not to blame either.
        self._check_room()
        fault = self.fault()
        if fault:
            raise HarnessFault(f"the agent failed while it ran a scenario, {fault}")

    def fault(self) -> str:
        """Return what our own code in an actor said when it failed; empty as it should be."""
        try:
            return (self.folder / "fault").read_text("utf-8", "replace")
        except OSError:
            return ""

    def _tapes_of(self, scenario: Scenario) -> Iterator[tuple[str, int]]:
        for index, name in enumerate(scenario.actor_names):
            yield name, self._tapes[str(index)]
        yield CALLBACKS, self._tapes[CALLBACKS]

    def raw_tapes(self, scenario: Scenario, serial: int) -> dict[str, bytes]:
        """Return the raw tapes of run *serial*, by actor; an actor that never ran has none."""
        found = {}
        for (name, descriptor), index in zip(self._tapes_of(scenario), [*range(64), CALLBACKS], strict=False):
            data = _used(descriptor, serial)
            for run in range(1, tape.runs_of(data)):
                path = sibling(str(self.folder / f"tape-{index}"), serial, run)
                data = tape.joined(data, _used_of(path, serial))
            found[name] = data
        return found

    def progress(self) -> object:
        """Return something that changes whenever a tape does, a task is executed or a process is held."""
        looked = self._edges.look() if self._edges else ()
        return looked, *((self.folder / name).stat().st_size for name in ("executions", preempt.HOLDS))

    def polling(self) -> frozenset[int]:
        """Return the processes of the run whose actors, or tasks, wait for others at the board."""
        if self._edges is None:
            return frozenset()
        self._edges.look()
        return self._edges.polling() | polling_in((self.folder / POLLERS).read_bytes(), self._edges.serial)

    def patient_until_ns(self) -> int:
        """Return the instant until which an operation under way may rightly wait; 0 if none does."""
        return self._edges.patient_until_ns() if self._edges else 0

    def held_until_ns(self) -> int:
        """Return the instant until which a process of the run is held by preemption; 0 if none ever was."""
        return max((began + length for _, _, _, began, length, *_ in told(self.holds())), default=0)

    def wake(self) -> None:
        """Continue the processes of the run that a fault has stopped for long enough."""
        if not self._faulty:
            return
        now, tree = now_ns(), None
        for _, _, pid, began_ns, length_ns, _, _, fault in told(self.holds()):
            if fault == "SIGSTOP" and began_ns + length_ns <= now and (pid, began_ns) not in self._continued:
                tree = tree or set(census.descendants(self.warden.pid))
                self._continued.add((pid, began_ns))
                if pid in tree:
                    os.kill(pid, signal.SIGCONT)  # It has been stopped since: the id is still its own.

    def program_output(self) -> Iterator[str]:
        """Yield what the latest program of the run has written so far, under titles."""
        for name, title in ((programs.OUTPUT, "output"), (programs.ERRORS, "errors")):
            with contextlib.suppress(OSError):
                text = (self.folder / name).read_text("utf-8", "replace").strip()
                if text:
                    yield f"{title} of the program:\n{text[:_SHOWN]}"

    def executions(self) -> bytes:
        """Return the raw log of task executions."""
        return (self.folder / "executions").read_bytes()

    def holds(self) -> bytes:
        """Return what tells where processes of the run were held, a line of JSON each."""
        return (self.folder / preempt.HOLDS).read_bytes()

    def census(self) -> Census:
        """Count what the agent's tree is and has made."""
        found = census.take(
            root=self.warden.pid,
            agent=self.warden.agent_pid,
            shm=self._shm,
            known=self._before,
            files=str(self._files),
        )
        if self.warden.private_shm:
            return found
        return self._own(found)

    def _own(self, found: Census) -> Census:
        """Return *found* with only those names of a shared /dev/shm that are known to be the tree's."""
        mapped = census.mapped_names([p.pid for p in found.processes])
        prefix = f"mpc{crc32(os.fsencode(self.folder)):08x}-"
        own = {n for n in (*found.segments, *found.semaphores) if n.startswith(prefix) or n in mapped}
        return msgspec.structs.replace(
            found,
            segments=tuple(n for n in found.segments if n in own),
            semaphores=tuple(n for n in found.semaphores if n in own),
        )

    def leave(self, deadline_s: float = 2.0) -> None:
        """Let the agent end by itself, so that exit handlers run; it may take *deadline_s*."""
        deadline = Deadline(deadline_s)
        with contextlib.suppress(OSError):
            self._channel.shutdown(socket.SHUT_WR)
        while self.warden.poll() is None and not deadline.over:
            select.select([self.warden], [], [], 0.05)

    def stop(self) -> None:
        """End the agent and everything that it started."""
        try:
            self.warden.end()
        finally:
            self._channel.close()
            for descriptor in self._tapes.values():
                os.close(descriptor)
            self._tapes.clear()


def _used(descriptor: int, serial: int) -> bytes:
    # Most tapes of a run are short: one read does, and maps nothing.
    data = os.pread(descriptor, 8192, 0)
    end = tape.used(data, serial)
    if end and end + RECORD_SIZE + 8 >= len(data):
        data = os.pread(descriptor, os.fstat(descriptor).st_size, 0)
        end = tape.used(data, serial)
    return data[:end]


def _used_of(path: str, serial: int) -> bytes:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return b""
    try:
        return _used(descriptor, serial)
    finally:
        os.close(descriptor)


def told(data: bytes) -> Iterator[list[Any]]:
    """Yield the values of each whole line of JSON in *data*: the last may be cut off by its writer's end."""
    for line in data.splitlines(keepends=True):
        if line.endswith(b"\n"):
            yield msgspec.json.decode(line)


def polling_in(data: bytes, serial: int) -> frozenset[int]:
    """Return the workers that poll in run *serial*, as the records in *data* tell."""
    whole = len(data) - len(data) % POLLER.size
    latest = {pid: begins for found, pid, begins in POLLER.iter_unpack(data[:whole]) if found == serial}
    return frozenset(pid for pid, begins in latest.items() if begins)


def _reason(error: OSError) -> str:
    return (error.strerror or str(error)).lower()


def _allocate(path: Path, size: int) -> int:
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        os.posix_fallocate(descriptor, 0, size)
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor
