"""The values that everything else passes on: scenario, history, verdict, requirement.

All are frozen, keyword-only, and survive a round trip through JSON unchanged, so that
whatever was run can be saved, replayed, judged again, shrunk and drawn.
"""

import enum
from collections.abc import Iterable
from typing import Any

import msgspec

__all__ = (
    "Actor",
    "ActorRecord",
    "Census",
    "Execution",
    "Fault",
    "Finding",
    "History",
    "Hold",
    "Json",
    "ObjectSpec",
    "Operation",
    "Outcome",
    "Preemption",
    "ProcessRecord",
    "Requirement",
    "Scenario",
    "Step",
    "Verdict",
    "Violation",
    "worst",
)

#: Words in the command line of processes that a backend keeps for as long as the main process lives.
_HELPERS = ("resource_tracker", "semaphore_tracker", "forkserver")

#: What JSON can hold.  Values that JSON has no name for are tagged; see ``docs/scenarios.md``.
Json = Any


class Value(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A frozen, keyword-only record; unknown keys of a stored one are errors."""


class Step(Value, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """One thing that an actor does: a method call on *target*, or one of the agent's verbs.

    *target* names an object of the scenario, an actor (its Process object), something that
    this actor bound before, ``"@"`` (the backend itself; *method* is then a dotted name such
    as ``active_children`` or ``connection.wait``), or ``""`` (the agent; *method* is a verb).
    A *method* that begins with a dot reads an attribute (``".pid"``); one that also ends
    with ``=`` sets it.  *timeout_s*, if given, is passed as the keyword ``timeout``.
    *bind* keeps the raw result under that name for later steps of the same actor.
    """

    target: str = ""
    method: str
    arguments: tuple[Json, ...] = ()
    keywords: dict[str, Json] = {}
    timeout_s: float | None = None
    bind: str = ""


class ObjectSpec(Value, frozen=True, kw_only=True, omit_defaults=True):
    """An object that the main actor makes before any actor starts.

    *factory* is a dotted name in the backend; if its first part is the name of an earlier object
    (``m.dict``), it is that object's method.  If the factory returns several things (a
    Pipe), *unpack* gives one name for each, and those are the names of the objects.
    With *once*, all rounds of a burst share the one that was made for the first.
    """

    factory: str
    arguments: tuple[Json, ...] = ()
    keywords: dict[str, Json] = {}
    unpack: tuple[str, ...] = ()
    once: bool = False

    @property
    def maker(self) -> str:
        """What stands before the first dot of the factory: the object that makes it, if there is one."""
        return self.factory.partition(".")[0] if "." in self.factory else ""


class Actor(Value, frozen=True, kw_only=True, omit_defaults=True):
    """A process of a scenario and its steps; the actor ``main`` is the main process.

    *name* and *daemon* are given to the backend's Process if they are not None.
    """

    steps: tuple[Step, ...] = ()
    name: str | None = None
    daemon: bool | None = None


class Preemption(Value, frozen=True, kw_only=True, omit_defaults=True):
    """Where and for how long the processes of a run are held up, so that races show.

    *strategy* is its name in reports.  Before any instruction (or line: *grain*) of the
    backend's own modules, a process is held with *probability*, for a time drawn
    log-uniformly between the two of *pause_s*, in seconds; if the longer one is 0, it only
    gives up the processor.  What is drawn follows from *seed*, the actor, and how often that was
    asked before.  *actors* and *functions* (``queues.Queue.get``), if any, are the only ones held.

    *together* lets actors begin their steps at one instant; with *priorities*, each begins an
    operation only when no actor of a higher priority, which is drawn and so often drawn again,
    gets on with its own; with *one_cpu*, all run on one processor.
    """

    strategy: str
    seed: int = 0
    probability: float = 0.0
    grain: str = "instruction"
    pause_s: tuple[float, float] = (0.0, 0.0)
    actors: tuple[str, ...] = ()
    functions: tuple[str, ...] = ()
    together: bool = False
    priorities: int = 0
    one_cpu: bool = False


#: What a fault may lack the process of: descriptors (EMFILE), room in any file (EFBIG), in /dev/shm (ENOSPC).
_SHORTAGES = frozenset({"EMFILE", "EFBIG", "ENOSPC"})


class Fault(Value, frozen=True, kw_only=True, omit_defaults=True):
    """What befalls an actor once, in the middle of the backend's own code, or at a step.

    After it has come past *after* instructions of the backend's modules, its process is sent
    *signal* (``"SIGKILL"``, ``"SIGTERM"``, ``"SIGINT"``, ``"SIGSTOP"``), or is ended on the spot
    (``"exit"``).  With *step*, instructions are counted from when that step was invoked; if *after* is 0,
    it strikes then, or *later_s* seconds later, while the step's call perhaps waits.  A process
    that was stopped is continued *length_s* seconds later, from outside.

    A shortage lasts for one step, and is then taken back: with ``"EMFILE"`` the process can open only
    *left* more descriptors, with ``"EFBIG"`` no file can grow beyond *left* bytes, and with ``"ENOSPC"``
    /dev/shm has room for *left* more bytes, in whole pages, for the process and for all others of its tree.
    The last one takes a /dev/shm of the tree's own and the right to mount; without, it never strikes.
    """

    actor: str
    signal: str
    after: int = 0
    step: int | None = None
    later_s: float = 0.0
    length_s: float = 0.0
    left: int = 0

    @property
    def lethal(self) -> bool:
        """Whether the process may end by it."""
        return self.signal != "SIGSTOP" and not self.shortage

    @property
    def shortage(self) -> bool:
        """Whether it is a lack of something, for the length of one step."""
        return self.signal in _SHORTAGES

    @property
    def worn(self) -> bool:
        """Whether a strategy has put it over the scenario, and it is no part of what the theme drew."""
        return self.signal == "SIGSTOP" and self.step is None


class Hold(Value, frozen=True, kw_only=True, gc=False):
    """One time that a process was held: which actor (or ``"worker"``), in which function, at which line.

    *fault* is the signal of the fault that befell it there, if any; if that was at a step, *function* is
    empty, and *line* is the step.
    """

    actor: str
    pid: int
    began_ns: int
    length_ns: int
    function: str
    line: int
    fault: str = ""


class Scenario(Value, frozen=True, kw_only=True, omit_defaults=True):
    """What to do, as data.

    The main actor makes *objects* in order, makes one Process for every other actor, and
    then takes its own steps; it must start and join the others by steps of its own.
    *theme* names the strategy that made it.  *deadline_s* bounds a run that goes on for
    ever although it makes progress; a hang is seen earlier, by its lack of progress.

    *rounds* above 1 make it a burst: the processes take their steps so many times, each time on
    objects of their own that were made before the first.  *preemption* holds processes up, and *faults*
    befall them.
    """

    family: str
    theme: str
    objects: dict[str, ObjectSpec] = {}
    actors: dict[str, Actor]
    deadline_s: float = 60.0
    rounds: int = 1
    preemption: Preemption | None = None
    faults: tuple[Fault, ...] = ()

    @property
    def step_count(self) -> int:
        """The number of steps of all actors together."""
        return sum(len(actor.steps) for actor in self.actors.values())

    @property
    def unjoined(self) -> tuple[str, ...]:
        """The actors that main starts and nobody joins: at its end main waits for them, as programs do."""
        started = {step.target for step in self.actors.get("main", Actor()).steps if step.method == "start"}
        steps = (step for actor in self.actors.values() for step in actor.steps)
        joined = {step.target for step in steps if step.method == "join"}
        return tuple(name for name in self.actors if name in started - joined)

    @property
    def actor_names(self) -> tuple[str, ...]:
        """The names of all actors, main first, in the order in which their tapes are numbered."""
        return ("main", *(name for name in self.actors if name != "main"))


class Operation(Value, frozen=True, kw_only=True, gc=False):
    """One operation of one actor, from its invocation to its return.

    *step* is the index in the actor's steps (-1: an object of the scenario being made);
    a step that makes several calls (``drain``) records them under one index, and callbacks
    are recorded by the pseudo-actor ``main.callbacks``.  *outcome* is ``"ok"``, ``"raised"``
    or ``"open"``; *result* is what was returned, encoded, or for a raised exception
    ``{"type", "module", "mro", "args"}``.  Stamps come from the machine-wide monotonic
    clock, and rise strictly within one actor.  ``returned_ns`` is None if the actor ended
    first: the operation may or may not have taken effect.
    """

    actor: str
    step: int
    target: str
    method: str
    arguments: tuple[Json, ...] = ()
    keywords: dict[str, Json] = {}
    timeout_s: float | None = None
    outcome: str
    result: Json = None
    invoked_ns: int
    returned_ns: int | None = None

    def precedes(self, other: "Operation") -> bool:
        """Return whether this one returned strictly before *other* was invoked.

        Intervals are closed: equal stamps of two processes order nothing.
        """
        return self.returned_ns is not None and self.returned_ns < other.invoked_ns

    @property
    def ok(self) -> bool:
        """Whether it returned without an exception."""
        return self.outcome == "ok"

    @property
    def open(self) -> bool:
        """Whether it never returned."""
        return self.outcome == "open"

    def raised(self, *names: str) -> bool:
        """Return whether it raised an exception of a class, or subclass, so named."""
        return self.outcome == "raised" and not set(names).isdisjoint(self.result["mro"])

    @property
    def elapsed_s(self) -> float:
        """How long it took, in seconds; raises ValueError if it never returned."""
        if self.returned_ns is None:
            message = f"{self.actor}#{self.step} {self.method} never returned"
            raise ValueError(message)
        return (self.returned_ns - self.invoked_ns) / 1e9


class ActorRecord(Value, frozen=True, kw_only=True):
    """What became of one actor.

    *pids* are the processes that ran its steps, as they say themselves (none: it never ran;
    two: its target was called twice).  *finished* says whether the last of them came to the
    end of its steps.
    """

    pids: tuple[int, ...] = ()
    finished: bool = False


class Execution(Value, frozen=True, kw_only=True, gc=False):
    """One call of a task function in a worker: task *task*, in process *pid*."""

    task: int
    pid: int
    invoked_ns: int
    returned_ns: int | None = None


class ProcessRecord(Value, frozen=True, kw_only=True):
    """One process as the operating system showed it; *state* is a letter as in ps(1)."""

    pid: int
    parent_pid: int
    state: str
    command: str = ""
    threads: int = 0
    descriptors: int = 0

    @property
    def zombie(self) -> bool:
        """Whether it has ended and waits to be reaped."""
        return self.state == "Z"


class Census(Value, frozen=True, kw_only=True):
    """What stood on the machine at one instant, counted from outside the backend.

    *agent_pid* is the main process; *processes* holds it and all its descendants, orphaned
    ones included.  *segments*, *semaphores* and *files* are names that were made since the
    agent began, in /dev/shm (``sem.*`` are semaphores) and in its folder for temporary files.
    """

    at_ns: int
    agent_pid: int
    processes: tuple[ProcessRecord, ...] = ()
    segments: tuple[str, ...] = ()
    semaphores: tuple[str, ...] = ()
    files: tuple[str, ...] = ()

    @property
    def zombies(self) -> tuple[ProcessRecord, ...]:
        """The zombies among the processes."""
        return tuple(p for p in self.processes if p.zombie)

    @property
    def helpers(self) -> frozenset[int]:
        """The processes that backends keep on purpose: trackers, fork servers.

        What a fork server has forked bears its command line, and is no helper; nor is what has lost its
        parent.
        """
        commands = {p.pid: p.command for p in self.processes}
        return frozenset(
            p.pid
            for p in self.processes
            if any(word in p.command for word in _HELPERS)
            and commands.get(p.parent_pid) not in {None, p.command}
        )


class History(Value, frozen=True, kw_only=True):
    """Everything that one run of a scenario left behind, ordered by invocation.

    *census* is keyed by label: ``before``, ``after`` (the scenario is over, its objects are
    dropped and collected, the agent lives), and whatever the scenario's own ``census`` steps
    named.  *ended* is ``"normally"``, ``"hung"`` or ``"crashed"``; *detail* says more.
    *stacks* are the Python stacks of a run that hung.  *holds* tells where preemption held whom.
    Of a burst, each round is a history of its own, numbered by *round*.
    """

    scenario: Scenario
    backend: str
    round: int = 0
    operations: tuple[Operation, ...] = ()
    actors: dict[str, ActorRecord] = {}
    executions: tuple[Execution, ...] = ()
    census: dict[str, Census] = {}
    ended: str = "normally"
    detail: str = ""
    stacks: str = ""
    holds: tuple[Hold, ...] = ()

    def by(self, actor: str) -> tuple[Operation, ...]:
        """Return the operations of *actor*, in order."""
        return tuple(op for op in self.operations if op.actor == actor)

    def on(self, target: str, *methods: str) -> tuple[Operation, ...]:
        """Return the operations on *target*, only of *methods* if any are given, in order."""
        return tuple(
            op for op in self.operations if op.target == target and (not methods or op.method in methods)
        )


class Outcome(enum.IntEnum):
    """What was concluded.  A larger value outweighs a smaller one."""

    PASS = 0
    UNKNOWN = 1
    FAIL = 2


def worst(outcomes: Iterable[Outcome]) -> Outcome:
    """Return the outcome of a whole from those of its parts; of nothing it is UNKNOWN."""
    return max(outcomes, default=Outcome.UNKNOWN)


class Violation(Value, frozen=True, kw_only=True):
    """How one history breaks a requirement.

    *kind* is a stable slug (the same defect gives the same kind); *summary* is one sentence;
    *story* tells it with actors, values and times; *witness* are the operations that prove
    it, never empty unless *observed* (from census or executions) proves it instead.
    """

    kind: str
    summary: str
    story: str = ""
    witness: tuple[Operation, ...] = ()
    observed: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse a violation that nothing proves."""
        if not self.witness and not self.observed:
            message = f"violation {self.kind!r} shows no witness: a red cell must be provable"
            raise ValueError(message)


class Finding(Value, frozen=True, kw_only=True):
    """What a checker found in one history.

    *judged* counts the situations in which the rule could have been broken; if it is 0, the
    history says nothing about the requirement.  *notes* counts what is allowed but would
    surprise a user; of a note, *chances* counts the situations in which it could have been seen (those
    judged, if there is none), and *worst_ns* says how bad it was at worst, in nanoseconds.  *measures* are
    further counts of evidence, summed over histories.
    """

    judged: int = 0
    violations: tuple[Violation, ...] = ()
    notes: dict[str, int] = {}
    chances: dict[str, int] = {}
    worst_ns: dict[str, int] = {}
    measures: dict[str, int] = {}

    @property
    def outcome(self) -> Outcome:
        """FAIL with a violation; PASS if something was judged; otherwise UNKNOWN."""
        if self.violations:
            return Outcome.FAIL
        return Outcome.PASS if self.judged else Outcome.UNKNOWN


class Verdict(Value, frozen=True, kw_only=True):
    """What all histories together say about one requirement on one backend."""

    requirement: str
    backend: str
    outcome: Outcome
    violations: tuple[Violation, ...] = ()
    reason: str = ""

    def __post_init__(self) -> None:
        """Refuse a failure without a violation, and a violation without failure."""
        if (self.outcome is Outcome.FAIL) != bool(self.violations):
            message = (
                f"{self.requirement}: a verdict fails if and only if it shows a violation, "
                f"got {self.outcome.name} with {len(self.violations)}"
            )
            raise ValueError(message)


class Requirement(Value, frozen=True, kw_only=True):
    """One numbered sentence about ``multiprocessing``.

    *level* is MUST or SHOULD; *source* is the section of the Python documentation; *needs*
    are the capabilities without which it cannot be asked; *checker* is ``module.function``
    in ``mpconform.checkers``; *kind* is ``certain`` (one run decides), ``stochastic`` or ``untested``: then
    it has no checker, and *reason* says why.  It is promised from Python *since* on, and up to *until*, if
    these are given; an *until* of 3.13 includes 3.13.9.
    """

    id: str
    statement: str
    level: str
    source: str
    needs: tuple[str, ...]
    family: str
    kind: str
    checker: str = ""
    why: str = ""
    since: str = ""
    until: str = ""
    reason: str = ""

    def promised(self, python: str) -> bool:
        """Return whether it is promised by Python *python*, as ``3.11.7``."""
        asked = _numbers(python)
        if asked < _numbers(self.since):
            return False
        last = _numbers(self.until)
        return not last or asked[: len(last)] <= last


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".")) if version else ()
