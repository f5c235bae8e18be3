"""Tell a hang from slow progress, and show who waits where.

A run hangs when for a while no tape grows, no process of the tree uses the processor to speak
of, and none waits for one: a starved process is late, not stuck.
"""

import contextlib
import os
import signal
from collections.abc import Set as AbstractSet
from pathlib import Path

from mpconform import census
from mpconform.clock import Deadline, now_ns, wait_until

__all__ = ("Watch", "at_rest", "stacks")

#: The share of one processor below which a tree does nothing but poll.
_IDLE = 0.10
#: The share of the time for which something waits for a processor, above which the tree is starved.
_STARVED = 0.5
_SLICE_NS = 400_000_000
#: A look counts for no more than this: if it comes later, this process itself was held up.
_LONGEST_NS = 800_000_000
#: Nothing that is asleep for so long without having run is on its way to wake anybody.
_REST_NS = 300_000_000
_REST_LOOK_S = 0.05
#: Who asks whether all are at rest, needs a moment to come to rest itself.
_LONGEST_LOOK_S = 0.12
#: Stacks of which nothing comes for so long are whole, and so much sooner those that end as main threads do.
_SURELY_S, _LIKELY_S = 0.05, 0.01
_LAST = (b" in <module>\n", b" in _run_module_as_main\n")


class Watch:
    """Watches one run for progress, slice of time by slice of time.

    A slice in which nothing happened brings the run nearer to being given up; one in which the tree worked,
    or would have if it had got a processor, takes it farther away; and a new record on a tape begins anew.
    """

    def __init__(self, root: int, patience_s: float) -> None:
        """Watch everything below process *root*; give up after *patience_s* without progress."""
        self._root = root
        self._patience_ns = int(patience_s * 1e9)
        self._seen: object = None
        self._idle_ns = 0
        self._looked_ns = self._slice_ns = now_ns()
        self._spent: dict[int, tuple[int, int]] = {}
        self._resting: dict[int, int] | None = None
        self._resting_ns = 0
        #: How long the run has been watched, without the time for which this process was held up.
        self.watched_ns = 0

    @property
    def idle_s(self) -> float:
        """For how many seconds nothing happened, slices in which something did subtracted."""
        return self._idle_ns / 1e9

    def stuck(self, seen: object, *, polling: AbstractSet[int] = frozenset()) -> bool:
        """Return whether there was no progress for the whole patience.

        *seen* is what the tapes show now; *polling* are processes whose main threads only
        wait for others, and look now and then whether they may go on.
        """
        now = now_ns()
        self.watched_ns += min(now - self._looked_ns, _LONGEST_NS)
        self._looked_ns = now
        if seen != self._seen:
            self._seen, self._idle_ns = seen, 0
            self._begin_slice(now)
            return False
        if now - self._slice_ns < _SLICE_NS:
            return False
        length = min(now - self._slice_ns, _LONGEST_NS)
        ran, waited = self._spent_in_slice(polling)
        if ran > length * _IDLE or waited > length * _STARVED:
            self._idle_ns = max(0, self._idle_ns - 2 * length)
        else:
            self._idle_ns += length
        return self._idle_ns >= self._patience_ns

    @property
    def rested_s(self) -> float:
        """For how many seconds nothing at all has run, as `rests` saw it."""
        return (now_ns() - self._resting_ns) / 1e9 if self._resting is not None else 0.0

    def rests(self, polling: AbstractSet[int]) -> bool:
        """Return whether nothing at all has run for a while, but for those that are *polling*."""
        found = census.resting(census.descendants(self._root), but=polling)
        now = now_ns()
        if found is None or found != self._resting:
            self._resting, self._resting_ns = found, now
            return False
        return now - self._resting_ns >= _REST_NS

    def _begin_slice(self, now: int) -> None:
        self._slice_ns = now
        self._spent = census.spent_ns(census.descendants(self._root))

    def _spent_in_slice(self, polling: AbstractSet[int]) -> tuple[int, int]:
        before = self._spent
        self._begin_slice(now_ns())
        ran = waited = 0
        for thread, (ran_ns, waited_ns) in self._spent.items():
            if thread not in polling:
                known = before.get(thread, (0, 0))
                ran += ran_ns - known[0]
                waited += waited_ns - known[1]
        return ran, waited


def at_rest(root: int, polling: AbstractSet[int]) -> bool:
    """Return whether nothing below process *root* runs for a moment, but for those that are *polling*."""
    deadline = Deadline(_LONGEST_LOOK_S)
    while not deadline.over:
        before = census.resting(census.descendants(root), but=polling)

        def moves(before: dict[int, int] | None = before) -> bool:
            return before is None or census.resting(census.descendants(root), but=polling) != before

        if not wait_until(moves, deadline=Deadline(_REST_LOOK_S)):
            return True
    return False


def _answers(pid: int) -> bool:
    """Return whether *pid* would answer our signal, rather than die of it."""
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/status").read_text("utf-8").splitlines():
            if line.startswith("SigCgt:"):
                return bool(int(line.split()[1], 16) >> (signal.SIGUSR2 - 1) & 1)
    return False


def _channel(pid: int) -> str:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/wchan").read_text("utf-8").strip("0\n ") or "unknown"
    return "unknown"


def stacks(root: int, file: Path, names: dict[int, str]) -> str:
    """Return the Python stacks of every process below *root*, one after the other.

    *file* is where the agents write them; *names* gives the actor of a process id.  A process that
    never loaded the agent cannot show a Python stack: its kernel wait channel is told.
    """
    parts = []
    for record in census.processes(root):
        who = names.get(record.pid) or record.command[:120] or "unnamed"
        title = f"process {record.pid} ({who}), state {record.state}"
        if record.zombie:
            parts.append(f"{title}: has ended, and nobody reaped it")
        elif not _answers(record.pid):
            parts.append(
                f"{title}: no Python stack (it never loaded the agent); it waits in {_channel(record.pid)}"
            )
        else:
            shown = _ask(record.pid, file) or f"did not answer; it waits in {_channel(record.pid)}"
            parts.append(f"{title}\n{shown}")
    return "\n\n".join(parts)


def _ask(pid: int, file: Path) -> str:
    before = file.stat().st_size
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGUSR2)  # Its parent is stuck or ours: the id cannot have been recycled.
    # The dump is several writes: it is complete when it has begun, and stopped growing.
    size = before
    wait_s, told = 1.0, b""
    while _grows(file, size, wait_s):
        size = file.stat().st_size
        with file.open("rb") as stream:
            stream.seek(before)
            told = stream.read(size - before)
        wait_s = _LIKELY_S if told.endswith(_LAST) else _SURELY_S
    return told.decode(errors="replace").rstrip()


def _grows(file: Path, size: int, wait_s: float) -> bool:
    return wait_until(lambda: file.stat().st_size > size, deadline=Deadline(wait_s))
