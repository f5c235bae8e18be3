"""Run: plan, play the suite in this process, record, report, and say how it ended."""

import contextlib
import io
import os
import signal
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from rich.console import Console

from mpconform import store
from mpconform.errors import HarnessFault, UsageError
from mpconform.runner import workdir
from mpconform_conformance import breadth, catalogue
from mpconform_conformance.outputs import NONE, Outputs, tell_ci, write
from mpconform_conformance.plan import Options, Plan, check_platform, make_plan
from mpconform_conformance.plugin import Suite, interrupt_once
from mpconform_conformance.terminal import Terminal
from mpconform_reports import html
from mpconform_reports.record import read

__all__ = ("DEFAULT_OUT", "interruptible", "run")

#: The run folder if the user names none; an earlier run in it is moved aside.
DEFAULT_OUT = "mpconform-report"

_INI = Path(__file__).with_name("suite.ini")


def run(
    options: Options,
    *,
    console: Console,
    out: str | None = None,
    overwrite: bool = False,
    keep_histories: bool = False,
    backend_coverage: bool = False,
    prepared: Callable[[Plan], Plan] = lambda plan: plan,
    outputs: Outputs = NONE,
) -> int:
    """Run what *options* ask for; return the exit code.

    With *backend_coverage*, how much of the backends' packages is executed is measured.  *prepared* may
    do something before the run begins, and returns the plan with what came of it; *outputs*
    are written at the end.  Raises
    UsageError, before anything is run, for what cannot be done.
    """
    check_platform()
    folder = Path(out or DEFAULT_OUT)
    moves = out is None and not overwrite and store.holds_a_run(folder)
    if not moves:
        # Before anything is started, which takes a second or two.
        store.check_free(folder, overwrite=overwrite)
    with workdir() as scratch:
        plan = make_plan(options, out=str(folder), workdir=scratch, keep_histories=keep_histories)
    if backend_coverage:
        plan = breadth.with_measuring(plan)
    plan = prepared(plan)
    if moves:
        aside = store.move_aside(folder)
        console.print(f"the earlier run in {folder} is now in {aside}", highlight=False, soft_wrap=True)
    store.prepare(folder, overwrite=overwrite)
    terminal = Terminal(plan, console)
    terminal.header()
    suite = Suite(plan, terminal)
    with interruptible(), terminal.watching():
        said = _play(suite, plan, workers=options.workers)
    recorder = suite.recorder
    if recorder is None or recorder.code is None:
        raise HarnessFault(f"pytest ended without a record; it said:\n{said}")
    terminal.summary(recorder, folder)
    return _report(folder, recorder.code, console, outputs)


def _report(folder: Path, code: int, console: Console, outputs: Outputs) -> int:
    """Write the report of the run in *folder* and *outputs*; return the exit code with that.

    Raises UsageError if a file that was asked for cannot be written.
    """
    try:
        path = html.write(folder)
        record = read(folder)
        tell_ci(record, console)
        write(record, outputs)
    except UsageError:
        raise
    except Exception:  # noqa: BLE001 - the record is whole, and must not be lost with its report
        console.print(traceback.format_exc(), markup=False, highlight=False, soft_wrap=True)
        console.print(f"the report could not be written; the record is in {folder}", highlight=False)
        return code if code == 130 else 70
    console.print(str(path), markup=False, highlight=False, soft_wrap=True)
    return code


def _play(suite: Suite, plan: Plan, *, workers: int) -> str:
    """Let pytest run the suite, apart from everything of the user's; return what it printed."""
    arguments = [
        *("-p", "mpconform_conformance.plugin", "-p", "no:cacheprovider", "-c", str(_INI)),
        *("--rootdir", str(catalogue.FOLDER), "--capture=no", "-rfE", "--color=no"),
    ]
    workers = min(workers, len(plan.cells))
    if workers > 1:
        arguments += ["-p", "xdist.plugin", "-n", str(workers), "--dist", "loadgroup"]
    said = io.StringIO()
    with _environment(), contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        pytest.main([*arguments, str(catalogue.FOLDER)], plugins=[suite])
    return said.getvalue()


@contextlib.contextmanager
def _environment() -> Iterator[None]:
    """Keep the user's pytest settings out, for the length of the block."""
    before = dict(os.environ)
    for name in ("PYTEST_ADDOPTS", "PYTEST_PLUGINS", "PYTEST_XDIST_WORKER", "PYTEST_XDIST_AUTO_NUM_WORKERS"):
        os.environ.pop(name, None)
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


@contextlib.contextmanager
def interruptible() -> Iterator[None]:
    """Let SIGTERM end the run as Ctrl-C does: once, with what is known recorded, and a report."""
    numbers = [signal.SIGTERM]
    if signal.getsignal(signal.SIGINT) is not signal.SIG_IGN:
        numbers.append(signal.SIGINT)
    before = {number: signal.signal(number, interrupt_once) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
