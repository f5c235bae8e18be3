"""The terminal: how a run goes on while it does, and what came of it."""

import collections
import contextlib
import threading
from collections.abc import Iterator
from pathlib import Path

from rich.console import Console, Group
from rich.live import Live
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)
from rich.text import Text

from mpconform.clock import now_ns
from mpconform.events import CampaignEvent, Event, ResultEvent
from mpconform_conformance.plan import Plan
from mpconform_conformance.recorder import Recorder
from mpconform_reports import gate
from mpconform_reports import terminal as shown
from mpconform_reports.record import read

__all__ = ("Terminal",)

_HEARTBEAT_S = 30.0


class Terminal:
    """Shows one run; a listener of its recorder."""

    def __init__(self, plan: Plan, console: Console) -> None:
        """Show the run of *plan* on *console*."""
        self._plan = plan
        self._console = console
        self._running: dict[tuple[str, str], int] = {}
        self._done: set[tuple[str, str]] = set()
        self._counts: collections.Counter[str] = collections.Counter()
        self._began_ns = now_ns()
        self._live: Live | None = None
        self._progress = Progress(
            SpinnerColumn(),
            TextColumn("campaigns"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=console,
        )
        self._task = self._progress.add_task("campaigns", total=len(plan.cells))

    def begun(self, family: str, backend: str) -> None:
        """Show that a campaign has begun."""
        if (family, backend) not in self._done:
            self._running.setdefault((family, backend), now_ns())
            self._refresh()

    def recorded(self, event: Event) -> None:
        """Count what has come into the record."""
        if isinstance(event, CampaignEvent):
            self._running.pop((event.family, event.backend), None)
            self._done.add((event.family, event.backend))
            self._progress.update(self._task, completed=len(self._done))
        elif isinstance(event, ResultEvent):
            self._counts[event.status] += 1
        self._refresh()

    def header(self) -> None:
        """Show what the run is about."""
        header = self._plan.header
        rest = f" ({len(header.untested)} more are documented, and untested)" if header.untested else ""
        self._console.print(
            f"mpconform {header.mpconform}  profile {header.profile}  seed {header.seed}  "
            f"{header.machine.cores} cores  {len(header.requirements)} requirements{rest}",
            highlight=False,
            soft_wrap=True,
        )
        if header.gate:
            gate = header.gate
            baseline = f"baseline {gate.baseline}, {gate.entries} entries" if gate.baseline else "no baseline"
            words = f"  gate: {baseline}, edition {gate.edition}, level {gate.level}"
            self._console.print(words, highlight=False, soft_wrap=True)
        for row in header.backends:
            words = f"  {row.spec}  {row.module} {row.version} on {row.implementation} {row.python}"
            self._console.print(words, highlight=False, soft_wrap=True)

    @contextlib.contextmanager
    def watching(self) -> Iterator[None]:
        """Show, for the length of the block, how the run goes on: live, or by a line now and then."""
        if self._console.is_terminal:
            with Live(self._panel(), console=self._console, transient=True, refresh_per_second=4) as live:
                self._live = live
                yield
            self._live = None
            return
        over = threading.Event()
        beating = threading.Thread(target=self._beat, args=(over,), daemon=True)
        beating.start()
        try:
            yield
        finally:
            over.set()
            beating.join()

    def _beat(self, over: threading.Event) -> None:
        """Print one line every half minute until it is *over*."""
        while not over.wait(_HEARTBEAT_S):
            seconds = (now_ns() - self._began_ns) // 10**9
            running = ", ".join(f"{family} on {backend}" for family, backend in self._running)
            done = f"{len(self._done)} of {len(self._plan.cells)} campaigns"
            # Not by the console: this is another thread, and one line.
            self._console.file.write(f"{seconds} s: {done}; running: {running or 'none'}\n")
            self._console.file.flush()

    def _refresh(self) -> None:
        """Draw the live display again, if there is one."""
        if self._live:
            self._live.update(self._panel())

    def _panel(self) -> Group:
        """Return what the live display shows."""
        running = Text(", ".join(f"{f} on {b}" for f, b in self._running) or "starting", style="dim")
        counts = Text("   ".join(f"{n} {status}" for status, n in sorted(self._counts.items())))
        return Group(self._progress, running, counts)

    def summary(self, recorder: Recorder, folder: Path) -> None:
        """Show the matrix, the first violation, and our own defects, from the record in *folder*."""
        record = read(folder)
        self._console.print()
        if record.litmus:
            self._console.print(shown.litmus(record))
            self._console.print()
        self._console.print(shown.matrix(record))
        if record.contracts:
            self._console.print()
            self._console.print("Strongest contract kept, as far as was seen:", highlight=False)
            specs = [backend.spec for backend in record.header.backends]
            self._console.print(shown.contracts(record.contracts, specs))
        if any(result.notes for result in record.results.values()):
            self._console.print()
            self._console.print("Allowed, but surprising:", highlight=False)
            self._console.print(shown.surprises(record))
        told = gate.failing(record)
        if told:
            first = min(told, key=lambda v: (v.event.steps, v.event.actors))
            self._console.print()
            self._console.print(shown.story(first), highlight=False)
            if len(told) > 1:
                self._plain(f"  and {len(told) - 1} more violations, each in the report")
        self._console.print()
        self._console.print(shown.summary(record), highlight=False)
        if record.coverage:
            self._console.print(shown.breadth(record), highlight=False)
        if record.header.gate:
            self._console.print()
            self._console.print(shown.standings(record), highlight=False)
        for fault in recorder.faults[:2]:
            self._console.print()
            self._plain("A defect of mpconform, not of the backend. Please report it with events.ndjson:")
            self._plain(fault.text)
        for reason in recorder.refusals:
            self._plain(f"error: {reason}")

    def _plain(self, words: str) -> None:
        """Print *words* as they are, uncut."""
        self._console.print(words, markup=False, highlight=False, soft_wrap=True)
