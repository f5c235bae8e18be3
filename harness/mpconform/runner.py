"""Run scenarios on one backend, one after the other, each in real processes.

The agent is warm: it serves many scenarios, and is replaced when a census shows it dirty, after a hang
or a crash, and after a number of scenarios.  Scenarios with a shortage have one of their own, which is
replaced after each refusal.
"""

import contextlib
import signal
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from types import TracebackType

from _mpconform_agent.tasks import EXECUTION
from _mpconform_agent.verbs import MANY_RESTS
from mpconform import census, hang, tape
from mpconform.agent import Agent, Heard, told
from mpconform.backend import Backend
from mpconform.clock import now_ns
from mpconform.errors import HarnessFault, UsageError
from mpconform.measured import Measured
from mpconform.values import Census, Execution, History, Hold, Operation, Scenario
from mpconform.warden import workdir

__all__ = ("Run", "Runner", "workdir")

_MOST_SCENARIOS = 400
_IMPORT_S = 60.0
#: So many times the patience must be over before something that never hung before is called hung.
_SURELY = 4.0
#: What blocks because something else does.
_FOLLOWING = frozenset({"join", "start"})
#: The patience with what is of no use if it hangs, and so many times for how long it was quiet before.
_HURRIED_S, _HURRIED = 0.4, 1.5
_POLL_S = 0.1
#: Who has heard nothing for so long, looks for progress.
_LOOK_NS = 90_000_000
#: What an operation may take beyond its timeout before it counts as one that does not end.
_GRACE_NS = 1_000_000_000


@dataclass(kw_only=True)
class Run:
    """One run of a scenario: its raw record, and the history that it tells."""

    scenario: Scenario
    backend: str
    tapes: dict[str, bytes]
    executions: bytes
    holds: bytes
    serial: int
    census: dict[str, Census]
    ended: str
    detail: str
    stacks: str
    seconds: float

    @property
    def history(self) -> History:
        """The history; of a burst, that of the last round that began."""
        return self.histories[-1]

    @cached_property
    def histories(self) -> tuple[History, ...]:
        """The history of each round that began, read from the tapes when they are first asked for.

        Rounds before the last one ended normally, and what was counted from outside belongs to the last one.
        """
        rounds = tape.rounds_of(self.scenario, self.tapes)
        begun = max((n for n, found in enumerate(rounds) if any(op.step >= 0 for op in found)), default=0)
        if begun:
            return tuple(self._history(n, rounds[n], last=n == begun) for n in range(begun + 1))
        return (self._history(0, rounds[0], last=True),)

    @cached_property
    def _holds(self) -> tuple[Hold, ...]:
        """The holds of all rounds."""
        return tuple(
            Hold(
                actor=actor,
                pid=pid,
                began_ns=began_ns,
                length_ns=length_ns,
                function=function,
                line=line,
                fault=fault,
            )
            for of, actor, pid, began_ns, length_ns, function, line, fault in told(self.holds)
            if of == self.serial
        )

    def _history(self, number: int, operations: tuple[Operation, ...], *, last: bool) -> History:
        return History(
            scenario=self.scenario,
            backend=self.backend,
            round=number,
            operations=operations,
            actors={
                name: tape.actor_record(self.tapes.get(name, b""), number) for name in self.scenario.actors
            },
            executions=_executions(self.executions, self.serial),
            census=self.census if last else {},
            ended=self.ended if last else "normally",
            detail=self.detail if last else "",
            stacks=self.stacks if last else "",
            holds=_around(operations, self._holds),
        )


def _executions(data: bytes, serial: int) -> tuple[Execution, ...]:
    whole = len(data) - len(data) % EXECUTION.size
    return tuple(
        Execution(task=task, pid=pid, invoked_ns=invoked, returned_ns=returned or None)
        for found, task, pid, _, invoked, returned in EXECUTION.iter_unpack(data[:whole])
        if found == serial
    )


def _around(operations: tuple[Operation, ...], holds: tuple[Hold, ...]) -> tuple[Hold, ...]:
    """Return those of *holds* that lie around *operations*; a fault may have come after the last of them."""
    if not holds or not operations:
        return ()
    first = operations[0].invoked_ns
    last = max(op.returned_ns or op.invoked_ns for op in operations)
    return tuple(h for h in holds if first <= h.began_ns + h.length_ns and (h.began_ns <= last or h.fault))


#: How a run ended, details, and the stacks of its processes.
_Ending = tuple[str, str, str]


@dataclass
class _Pending:
    """A scenario that the agent is running."""

    scenario: Scenario
    serial: int
    began_ns: int
    watch: hang.Watch
    census: dict[str, Census] = field(default_factory=dict)
    looked_ns: int = 0
    ending: _Ending | None = None
    failure: Exception | None = None
    rests: int = 0
    #: So many threads were left behind by a backend whose processes are threads.
    left: int = 0

    @property
    def over(self) -> bool:
        """Whether it has ended, or failed."""
        return self.ending is not None or self.failure is not None

    def told(self) -> _Ending:
        """Return how it ended; raises what it failed of."""
        if self.ending is None:
            raise self.failure or HarnessFault("a scenario that is still under way was collected")
        return self.ending


class Runner:
    """Runs scenarios on one backend; a context manager that leaves no process behind."""

    def __init__(
        self, backend: Backend, *, workdir: Path, patience_s: float = 2.5, measured: Measured | None = None
    ) -> None:
        """Run on *backend*; give a run up after *patience_s* without any progress.

        What is executed of the backend is told as *measured* says.
        """
        self.backend = backend
        self._measured = measured
        self.agents = 0
        self._root = workdir
        self._patience_s = patience_s
        self._agent: Agent | None = None
        #: The agent that will take its place: begun when a run was seen to hang, which ends this one.
        self._next: Agent | None = None
        self._begins = 0
        self._last: Census | None = None
        self._runs = 0
        #: The agent of scenarios with a shortage, or, while it has its turn, that of all others.
        self._aside: tuple[Agent | None, Census | None, int] = (None, None, 0)
        self._in_shortage = False
        self._serial = 0
        self._pending: _Pending | None = None
        self._waited_in_vain = False
        self._stuck_before: set[frozenset[str]] = set()

    def __enter__(self) -> "Runner":  # noqa: PYI034  # Python 3.10 has no typing.Self
        """Return this runner."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the agents and everything below them."""
        clean = kind is None and self._pending is None
        try:
            self._retire(clean=clean)
        finally:
            self._turn_to(shortage=not self._in_shortage)
            try:
                self._retire(clean=clean)
            finally:
                if self._next is not None:
                    self._next.stop()

    @property
    def private_shm(self) -> bool | None:
        """Whether the agent has a /dev/shm of its own; None while there is no agent."""
        return self._agent.warden.private_shm if self._agent else None

    def run(self, scenario: Scenario) -> Run:
        """Run *scenario* to its end."""
        self.submit(scenario)
        return self.collect()

    def submit(self, scenario: Scenario) -> None:
        """Begin to run *scenario*; its end must be collected before the next begins.

        Raises UsageError if there is no room to record, HarnessFault if the agent cannot start.
        """
        if self._pending is not None:
            raise HarnessFault("a scenario was submitted while another one runs")
        self._turn_to(shortage=any(fault.shortage for fault in scenario.faults))
        agent = self._ready()
        self._serial += 1
        agent.prepare(scenario, self._serial)
        self._runs += 1
        before = self._last or agent.census()
        watch = hang.Watch(agent.warden.pid, self._patience_s)
        self._pending = _Pending(scenario, self._serial, now_ns(), watch, {"before": before})
        agent.send({"scenario": scenario, "serial": self._serial, "unjoined": scenario.unjoined})

    def _turn_to(self, *, shortage: bool) -> None:
        """Take up the agent that has met a *shortage*, or may, or the one that has not; lay the other aside.

        After a refusal an agent is replaced, and one that serves many scenarios shows what adds up in them.
        """
        if shortage != self._in_shortage:
            self._in_shortage = shortage
            mine = (self._agent, self._last, self._runs)
            (self._agent, self._last, self._runs), self._aside = self._aside, mine

    def _ready(self) -> Agent:
        if self._agent is None:
            self.agents += 1
            agent, self._next = self._next or self._begun(), None
            try:
                agent.hello(_IMPORT_S)
            except BaseException:
                agent.stop()
                raise
            self._agent = agent
            self._runs = 0
            self._last = None
        return self._agent

    def _begun(self) -> Agent:
        """Return a new agent, which has yet to import the backend."""
        self._begins += 1
        name = f"{self.backend.method[:2] or 'x'}{self._begins}-{id(self):x}"
        return Agent(self.backend, self._root / name, measured=self._measured)

    @property
    def heard(self) -> tuple[Heard, ...]:
        """What becomes readable when the agent has something to say, or has ended."""
        return self._agent.heard if self._agent else ()

    @property
    def used_s(self) -> float:
        """For how many seconds the processes below the agent's warden have run so far, all together."""
        return census.used_s(self._agent.warden.pid) if self._agent else 0.0

    def ended(self, wait_s: float = _POLL_S) -> bool:
        """Serve the agent for at most *wait_s*; return whether `collect` would return, or raise, at once."""
        pending, agent = self._under_way()
        if not pending.over:
            try:
                pending.ending = self._attend(pending, agent, wait_s)
            except (HarnessFault, UsageError) as error:
                pending.failure = error
        return pending.over

    def _under_way(self) -> tuple[_Pending, Agent]:
        """Return what the agent is running, and the agent; raises HarnessFault if it is running nothing."""
        if self._pending is None or self._agent is None:
            raise HarnessFault("there is no scenario under way to collect")
        return self._pending, self._agent

    def collect(self) -> Run:
        """Return the run that was submitted, when it has ended in whatever way."""
        pending, agent = self._under_way()
        try:
            while not self.ended():
                pass
            ended, detail, stacks = pending.told()
            if ended == "normally":
                pending.census["after"] = self._last = agent.census()
            run = self._record(pending, agent, ended, detail, stacks)
        except BaseException:
            self._pending = None
            self._retire()
            raise
        self._pending = None
        if ended != "normally" or pending.left or self._strangers(pending) or self._in_need(pending):
            self._retire()
        elif _refused(run) or self._runs >= _MOST_SCENARIOS:
            self._retire(clean=True)
        return run

    def _attend(self, pending: _Pending, agent: Agent, wait_s: float) -> _Ending | None:
        """Serve the agent once; return how the run ended, details, and stacks; None while it goes on."""
        message = agent.receive(wait_s)
        agent.wake()
        if message is None:
            return self._look(pending, agent)
        if "done" in message:
            pending.left = message["left"]
            return "normally", "", ""
        if "census" in message:
            pending.census[message["census"]] = agent.census()
            agent.send({})
        elif "rest" in message:
            rest = hang.at_rest(agent.warden.pid, agent.polling()) and now_ns() > agent.held_until_ns()
            agent.send({"rest": rest, "in_vain": self._waited_in_vain})
            pending.rests += rest
            self._waited_in_vain |= pending.rests >= MANY_RESTS
        elif "fault" in message:
            agent.check_records(agent.raw_tapes(pending.scenario, pending.serial).values())
            raise HarnessFault(f"the agent failed while it ran a scenario:\n{message['fault']}")
        return None

    def _look(self, pending: _Pending, agent: Agent) -> _Ending | None:
        """Look whether a run of which nothing is heard goes on; return how it ended, or None."""
        code = agent.warden.poll()
        if code is not None:
            return "crashed", _death(code), ""
        now = now_ns()
        if now - pending.looked_ns < _LOOK_NS:
            return None  # Who waits for several agents at once is woken for each of them.
        pending.looked_ns = now
        watch, polling = pending.watch, agent.polling()
        stuck = watch.stuck(agent.progress(), polling=polling)
        stuck = stuck or watch.rests(polling)
        due = stuck and now_ns() > max(agent.patient_until_ns() + _GRACE_NS, agent.held_until_ns())
        if due and self._is_sure(watch, pending, agent):
            idle_s = max(watch.idle_s, watch.rested_s)
            why = f"no process of the run made progress for {idle_s:.1f} s"
            self._next = self._next or self._begun()  # It imports while the stacks of this one are told.
            return "hung", why, self._stacks(pending, agent)
        if watch.watched_ns > int(pending.scenario.deadline_s * 1e9):
            why = f"the run had not ended after its deadline of {pending.scenario.deadline_s:g} s"
            return "hung", why, self._stacks(pending, agent)
        if agent.fault():
            agent.check_records(())
        return None

    def remember(self, history: History) -> None:
        """Take what was stuck in *history*, which another runner of this backend brought, as stuck before."""
        if history.ended == "hung":
            self._stuck_before.add(_blocked(history.operations))

    @contextlib.contextmanager
    def hurried(self, *, quiet_s: float = 0.0) -> Iterator[None]:
        """Within this block, give up soon what is at rest: for what is of no use if it hangs.

        It is not taken for what has hung before: it may have been slow.  It is given up only after more than
        *quiet_s* seconds, for which it was at rest before, and then went on.
        """
        before = self._patience_s, self._stuck_before
        hurried_s = max(_HURRIED_S, _HURRIED * quiet_s)
        self._patience_s, self._stuck_before = min(hurried_s, self._patience_s), {*self._stuck_before}
        try:
            yield
        finally:
            self._patience_s, self._stuck_before = before

    def _is_sure(self, watch: hang.Watch, pending: _Pending, agent: Agent) -> bool:
        """Return whether a run that shows no progress is stuck, and not only slow.

        Some backends wait for seconds where others are told at once: billiard's pool looks every
        few seconds for workers that ended.  So what blocks for the first time is given four times
        the patience; had it gone on after that, it would not be called a hang the next time either.
        If nothing runs at all, not even to look, the patience is enough, and the next time a moment.
        """
        tapes = agent.raw_tapes(pending.scenario, pending.serial)
        blocked = _blocked(tape.operations(pending.scenario, tapes))
        # Some of the methods that were blocked together before: known too, but only to be at rest.
        partly = bool(blocked) and any(blocked < before for before in self._stuck_before)
        if not (
            blocked in self._stuck_before
            or watch.idle_s >= self._patience_s * _SURELY
            or watch.rested_s >= self._patience_s
            or (partly and watch.rests(agent.polling()))
        ):
            return False
        self._stuck_before.add(blocked)
        return True

    def _stacks(self, pending: _Pending, agent: Agent) -> str:
        pending.census["hung"] = agent.census()
        names = {agent.warden.agent_pid: "main"}
        for name, data in agent.raw_tapes(pending.scenario, pending.serial).items():
            if data and name != tape.CALLBACKS:
                names.update(dict.fromkeys(tape.actor_record(data).pids, name))
        told = hang.stacks(agent.warden.pid, agent.folder / "stacks", names)
        return "\n\n".join((told, *agent.program_output()))

    def _record(self, pending: _Pending, agent: Agent, ended: str, detail: str, stacks: str) -> Run:
        tapes = agent.raw_tapes(pending.scenario, pending.serial)
        agent.check_records(tapes.values())
        return Run(
            scenario=pending.scenario,
            backend=self.backend.spec,
            tapes=tapes,
            executions=agent.executions(),
            holds=agent.holds(),
            serial=pending.serial,
            census=pending.census,
            ended=ended,
            detail=detail,
            stacks=stacks,
            seconds=(now_ns() - pending.began_ns) / 1e9,
        )

    def _strangers(self, pending: _Pending) -> bool:
        """Return whether the scenario left processes behind, so that the agent should not run another."""
        before, after = pending.census["before"], pending.census["after"]
        known = {p.pid for p in before.processes} | after.helpers
        return any(p.pid not in known for p in after.processes) or bool(after.zombies)

    def _in_need(self, pending: _Pending) -> bool:
        """Return whether a helper may have been started in a shortage: what was lacking then it lacks still.

        A scenario shows by a census of its own which helpers there were before.  Nor is a helper trusted
        that was asked for a process by one who lacked what it takes.
        """
        scenario = pending.scenario
        short = [fault for fault in scenario.faults if fault.shortage and fault.step is not None]
        steps = [scenario.actors[fault.actor].steps[fault.step or 0] for fault in short]
        after = pending.census["after"]
        helpers = {p.pid for p in after.processes} - {after.agent_pid}
        if any(step.method == "start" for step in steps):
            return bool(helpers)
        counted = (census for label, census in pending.census.items() if label != "after")
        return bool(short) and not helpers <= {p.pid for census in counted for p in census.processes}

    def _retire(self, *, clean: bool = False) -> None:
        """End the agent at hand; a *clean* one may first leave by itself."""
        agent, self._agent, self._last = self._agent, None, None
        if agent is not None:
            try:
                if clean:
                    agent.leave()
            finally:
                agent.stop()


def _refused(run: Run) -> bool:
    """Return whether main was refused something in a shortage: a backend may keep that in mind for ever.

    Whatever comes of it would then be met in all later runs, and never again as it was met first.
    """
    short = {fault.step for fault in run.scenario.faults if fault.shortage and fault.actor == "main"}
    return bool(short) and any(
        op.actor == "main" and op.step in short and op.outcome == "raised"
        for history in run.histories
        for op in history.operations
    )


def _blocked(operations: Iterable[Operation]) -> frozenset[str]:
    """Return the methods in which actors are blocked, but for those that block because others do.

    Of programs it says which: that one hung, says nothing of another that waits.
    """
    waiting = (op for op in operations if op.open and (op.target or op.method == "program"))
    return frozenset(
        op.method if op.target else f"program {op.arguments[0].get('name', '')}"
        for op in waiting
        if op.method not in _FOLLOWING
    )


def _death(code: int) -> str:
    if code < 0:
        name = signal.Signals(-code).name if -code in set(signal.Signals) else f"signal {-code}"
        return f"the main process was killed by {name}"
    return f"the main process ended with exit code {code}"
