"""The suite as a pytest plugin: one item for each requirement and backend.

``pytest -p mpconform_conformance.plugin --pyargs mpconform_conformance`` runs it by hand; the
command line runs it in its own process.  The catalogue's files are what is collected.  All
items of one family and backend share one campaign, which the first of them runs, and stay
together when pytest-xdist distributes them.  What happened travels to the controlling process
as properties of the reports; that process alone writes the record.
"""

import collections
import contextlib
import ctypes
import os
import shlex
import signal
import traceback
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import Any

import msgspec
import psutil
import pytest

from mpconform import store
from mpconform.clock import now_ns
from mpconform.errors import HarnessFault, UsageError
from mpconform.events import Event, FaultEvent, ResultEvent, ViolationEvent, decode, encode
from mpconform.runner import workdir
from mpconform.values import Requirement
from mpconform_conformance import breadth, budget, catalogue
from mpconform_conformance.campaign import Cell
from mpconform_conformance.conduct import Conduct, Outcome
from mpconform_conformance.crew import crew
from mpconform_conformance.plan import Options, Plan, check_platform, make_plan
from mpconform_conformance.recorder import Ended, Listener, Recorder, leave
from mpconform_conformance.reproduce import trier
from mpconform_conformance.scheduling import CampaignScheduling, judged_by
from mpconform_reports.shown import shown_violation
from mpconform_reports.terminal import plain, story

__all__ = ("Suite", "interrupt_once")

_EVENT = "mpconform-event"
_REFUSED = "mpconform-refused"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Offer the options of ``mpconform run``, each with a prefix."""
    group = parser.getgroup("mpconform", "conformance of multiprocessing backends")
    for name in ("backend", "family", "requirement", "path", "env"):
        group.addoption(f"--mpconform-{name}", action="append", default=[], help=f"as mpconform run --{name}")
    for name in ("profile", "budget", "python", "out"):
        group.addoption(f"--mpconform-{name}", help=f"as mpconform run --{name}")
    group.addoption("--mpconform-seed", type=int, help="as mpconform run --seed")
    for name in ("keep-histories", "overwrite"):
        group.addoption(f"--mpconform-{name}", action="store_true", help=f"as mpconform run --{name}")


def pytest_configure(config: pytest.Config) -> None:
    """Take the suite that the command line registered, or make one of the options."""
    config.addinivalue_line("markers", "xdist_group(name): items that one worker runs, in order")
    if hasattr(config.option, "loadscopereorder"):
        # The longest campaigns come first; by number of items would be another order.
        config.option.loadscopereorder = False
    given = getattr(config, "workerinput", None)
    if given is not None:
        _die_with_parent()
        # It is by this signal that a worker is ended; a shell may have had it ignored.
        signal.signal(signal.SIGINT, interrupt_once)
        plan = msgspec.json.decode(given["mpconform_plan"], type=Plan)
        config.pluginmanager.register(Suite(plan))
    elif _suite_of(config) is None:
        config.pluginmanager.register(Suite.by_hand(config))


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> "Chapter | None":
    """Collect the files of the catalogue, and no others."""
    if file_path.suffix != ".toml" or file_path.parent != catalogue.FOLDER:
        return None
    return Chapter.from_parent(parent, path=file_path)


def _die_with_parent() -> None:
    """Have the kernel kill this worker when the controlling process ends, however it ends."""
    parent = os.getppid()
    set_parent_death_signal = 1
    ctypes.CDLL(None).prctl(set_parent_death_signal, signal.SIGKILL)
    if os.getppid() != parent or parent == 1:
        os._exit(1)


def interrupt_once(number: int, _frame: FrameType | None) -> None:
    """Interrupt, and let nothing interrupt the winding up that follows."""
    signal.signal(number, signal.SIG_IGN)
    raise KeyboardInterrupt


class ViolatedError(Exception):
    """A backend breaks a requirement; the text tells how."""


class Chapter(pytest.File):
    """One file of the catalogue."""

    def collect(self) -> Iterator["Judgement"]:
        """Yield one item for each requirement of this family and each backend."""
        suite = _suite_of(self.config)
        assert suite is not None
        plan = suite.plan
        for cell in plan.cells:
            if cell.family != self.path.stem:
                continue
            for requirement in plan.requirements_of(cell.family):
                name = f"{requirement.id}[{cell.backend.spec}]"
                yield Judgement.from_parent(self, name=name, suite=suite, cell=cell, requirement=requirement)


class Judgement(pytest.Item):
    """One requirement on one backend."""

    def __init__(self, *, suite: "Suite", cell: Cell, requirement: Requirement, **rest: Any) -> None:
        """Belong to the group of all items of the same campaign."""
        super().__init__(**rest)
        self.suite = suite
        self.cell = cell
        self.requirement = requirement
        self.add_marker(pytest.mark.xdist_group(cell.name))
        self._outcome: Outcome | None = None

    def setup(self) -> None:
        """Run the campaign if no other item of it has; a defect of ours ends here, as an error."""
        self._outcome = outcome = self.suite.outcome_for(self)
        result = self._result(outcome)
        if outcome.refused:
            self.user_properties.append((_REFUSED, outcome.refused))
            raise UsageError(outcome.refused)
        if result is None:
            raise HarnessFault(f"the campaign of {self.cell.name} gave no result for {self.requirement.id}")
        self._attach(result)
        faults = [event.text for event in outcome.events if isinstance(event, FaultEvent)]
        if faults and result.status == "unknown":
            raise HarnessFault(f"a defect of mpconform, not of the backend (exit code 70):\n{faults[0]}")

    def attach_campaign(self, outcome: Outcome) -> None:
        """Attach what the campaign contributes to the record besides results."""
        for event in outcome.events:
            if not isinstance(event, ResultEvent):
                self._attach(event)

    def _attach(self, event: Event) -> None:
        """Attach one event to the reports of this item."""
        self.user_properties.append((_EVENT, encode(event).decode()))

    def _result(self, outcome: Outcome) -> ResultEvent | None:
        """Return the result for this requirement."""
        results = (event for event in outcome.events if isinstance(event, ResultEvent))
        return next((event for event in results if event.requirement == self.requirement.id), None)

    def runtest(self) -> None:
        """Pass if the backend conforms, fail if it does not, be skipped if nobody knows."""
        assert self._outcome is not None
        result = self._result(self._outcome)
        assert result is not None
        if result.status == "violates":
            found = [event for event in self._outcome.events if isinstance(event, ViolationEvent)]
            mine = [event for event in found if event.requirement == self.requirement.id]
            folder = Path(self.suite.plan.folder)
            shown = [shown_violation(folder, event, self.requirement) for event in mine]
            raise ViolatedError("\n\n".join(plain(story(violation)) for violation in shown))
        if result.status in ("unknown", "unsupported"):
            pytest.skip(f"{result.status}: {result.reason}")

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """Show the story alone; a traceback only of defects that nobody foresaw."""
        if isinstance(excinfo.value, (ViolatedError, HarnessFault, UsageError)):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """Return where this item stands and what it is called."""
        return self.path, None, self.name


class Suite:
    """What the items of one pytest session share: the plan, the campaigns, the record."""

    def __init__(self, plan: Plan | None = None, listener: Listener | None = None) -> None:
        """Run *plan*, or whatever ``_make_plan`` finds that the options ask for."""
        self._plan = plan
        self._listener = listener
        self._config: pytest.Config | None = None
        self._outcomes: dict[str, Outcome] = {}
        self._chosen: dict[str, list[Requirement]] = collections.defaultdict(list)
        self._expected: set[tuple[str, str]] = set()
        self._distributed = False
        #: When the first campaign of this process began; 0 before.
        self._since_ns = 0
        self.recorder: Recorder | None = None

    @classmethod
    def by_hand(cls, config: pytest.Config) -> "Suite":
        """Return the suite of a pytest that somebody started by hand; it plans when it must."""
        suite = cls()
        suite._config = config
        return suite

    @property
    def plan(self) -> Plan:
        """What to do."""
        if self._plan is None:
            self._plan = self._make_plan()
        return self._plan

    def _make_plan(self) -> Plan:
        """Return the plan that the options of pytest ask for, and make its folder."""
        assert self._config is not None
        given = self._config.getoption
        out = given("--mpconform-out") or "mpconform-report"
        keep_histories = given("--mpconform-keep-histories")
        try:
            check_platform()
            options = self._options(self._config)
            with workdir() as folder:
                plan = make_plan(options, out=out, workdir=folder, keep_histories=keep_histories)
            store.prepare(Path(out), overwrite=given("--mpconform-overwrite"))
        except UsageError as error:
            raise pytest.UsageError(str(error)) from error
        return plan

    @staticmethod
    def _options(config: pytest.Config) -> Options:
        """Return what the options of pytest ask for; raises UsageError."""
        given = config.getoption
        budget_s = given("--mpconform-budget")
        return Options(
            backends=tuple(given("--mpconform-backend")),
            families=tuple(given("--mpconform-family")),
            requirements=tuple(given("--mpconform-requirement")),
            profile=given("--mpconform-profile") or "quick",
            budget_s=budget.duration(budget_s) if budget_s else None,
            seed=given("--mpconform-seed"),
            python=given("--mpconform-python") or "",
            paths=tuple(given("--mpconform-path")),
            environment=tuple(given("--mpconform-env")),
            workers=len(given("tx", None) or ()) or 1,
            command=shlex.join(["pytest", *config.invocation_params.args]),
        )

    # Collection

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Put the items of one campaign side by side, the longest campaigns first."""
        ours = [item for item in items if isinstance(item, Judgement)]
        if not ours:
            return
        order = {cell.name: number for number, cell in enumerate(self.plan.cells)}
        items.sort(key=lambda item: order.get(item.cell.name, -1) if isinstance(item, Judgement) else -1)

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Note which requirements are to be judged, after all deselection."""
        for item in session.items:
            if isinstance(item, Judgement):
                self._chosen[item.cell.name].append(item.requirement)
                self._expect(item.nodeid)

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        """Give the plan to a worker of pytest-xdist."""
        self._distributed = True
        node.workerinput["mpconform_plan"] = msgspec.json.encode(self.plan).decode()
        self._begin()

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_make_scheduler(self, config: pytest.Config, log: Any) -> CampaignScheduling | None:
        """Keep campaigns together, whichever --dist was asked for; ``each`` is a wish of its own."""
        return None if config.getoption("dist") == "each" else CampaignScheduling(config, log)

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self, ids: list[str]) -> None:
        """Note what the workers are going to judge."""
        for nodeid in ids:
            self._expect(nodeid)

    def pytest_keyboard_interrupt(self) -> None:
        """Interrupt the workers too, so that they leave what they know; pytest-xdist would first wait."""
        # The controlling process of a distributed run has no other children than its workers.
        for worker in psutil.Process().children() if self._distributed else ():
            with contextlib.suppress(psutil.NoSuchProcess):
                worker.send_signal(signal.SIGINT)

    def _expect(self, nodeid: str) -> None:
        """Expect a result for the item *nodeid*."""
        if pair := judged_by(nodeid):
            self._expected.add(pair)

    # Running

    def outcome_for(self, item: Judgement) -> Outcome:
        """Return the outcome of the campaign of *item*; the first item runs it."""
        cell = item.cell
        if cell.name not in self._outcomes:
            outcome = self._run(cell)
            self._outcomes[cell.name] = outcome
            if outcome.interrupted:
                leave(Path(self.plan.folder), cell.family, cell.backend.spec, outcome.events)
                raise KeyboardInterrupt
            item.attach_campaign(outcome)
        return self._outcomes[cell.name]

    def _run(self, cell: Cell) -> Outcome:
        """Run the campaign of *cell*."""
        chosen = self._chosen[cell.name]
        self._since_ns = self._since_ns or now_ns()
        try:
            conduct = Conduct(
                cell,
                tuple(chosen),
                seed=self.plan.header.seed,
                out=Path(self.plan.folder),
                shown=self.plan.out,
                keep_histories=self.plan.keep_histories,
                known=self.plan.known,
                try_script=trier(cell.backend, share_s=cell.shrink_s),
            )
            return conduct.run(crew(cell), since_ns=self._since_ns)
        except Exception:  # noqa: BLE001 - a defect of ours is reported as one, with all of its traceback
            fault = FaultEvent(text=traceback.format_exc(), family=cell.family, backend=cell.backend.spec)
            unknown = [
                ResultEvent(
                    requirement=requirement.id,
                    backend=cell.backend.spec,
                    status="unknown",
                    reason="a defect of ours kept it from being judged",
                )
                for requirement in chosen
            ]
            return Outcome(events=(fault, *unknown))

    # The record, in the controlling process only

    def _begin(self) -> Recorder:
        """Begin the record, once."""
        if self.recorder is None:
            self.recorder = Recorder(self.plan, Path(self.plan.folder), self._listener)
        return self.recorder

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        """Tell that a campaign begins with its first item."""
        pair = judged_by(nodeid)
        if pair and not self._is_worker:
            families = {r.id: r.family for r in self.plan.header.requirements}
            self._begin().begun(families[pair[0]], pair[1])

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Record the events that come with the report of an item."""
        if self._is_worker or not (report.when == "call" or (report.when == "setup" and not report.passed)):
            return
        for name, value in report.user_properties:
            if name == _EVENT:
                self._begin().record(decode(str(value), where=report.nodeid))
            elif name == _REFUSED:
                self._begin().refuse(str(value))

    @property
    def _is_worker(self) -> bool:
        """Whether this process is a worker of pytest-xdist."""
        return "PYTEST_XDIST_WORKER" in os.environ

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        """Close the record, and end with its exit code."""
        if self._is_worker or not (self._expected or self.recorder):
            return
        recorder = self._begin()
        ended: Ended = "completed"
        if exitstatus == pytest.ExitCode.INTERRUPTED:
            ended = "interrupted"
        elif exitstatus == pytest.ExitCode.INTERNAL_ERROR:
            ended = "failed"
            recorder.record(FaultEvent(text="pytest met an internal error"))
        self._measure(recorder)
        session.exitstatus = recorder.finish(sorted(self._expected), ended=ended)

    def _measure(self, recorder: Recorder) -> None:
        """Record how much of the backends was executed, if that was measured."""
        try:
            for event in breadth.events(self.plan):
                recorder.record(event)
        except Exception:  # noqa: BLE001 - a defect of ours must not hide what was judged
            recorder.record(FaultEvent(text=traceback.format_exc()))


def _suite_of(config: pytest.Config) -> Suite | None:
    """Return the suite of this pytest session, if it has one yet."""
    plugins = config.pluginmanager.get_plugins()
    return next((plugin for plugin in plugins if isinstance(plugin, Suite)), None)
