"""From a scenario to the program that plays it on the model."""

from collections.abc import Callable, Iterator

from mpconform.mentions import mentioned
from mpconform.values import Json, ObjectSpec, Scenario, Step
from mpconform_conformance.model import locks, queues
from mpconform_conformance.model.builder import IDLE, SKIP, Builder, waits
from mpconform_conformance.model.conditions import Barrier, Condition
from mpconform_conformance.model.doors import Doors
from mpconform_conformance.model.machine import (
    GO,
    NEVER,
    Changes,
    Choices,
    Instruction,
    NotModelledError,
    Program,
    State,
)
from mpconform_conformance.model.pipes import Pipe
from mpconform_conformance.model.pools import STUCK, Pools
from mpconform_conformance.model.victims import KILLS, Victims

__all__ = ("compiled",)

#: What is made, and of which no call waits for anybody.
_QUIET = frozenset({"RawValue", "RawArray", "shared_memory.SharedMemory", "shared_memory.ShareableList"})
#: What may be asked of the backend at any time.
_QUESTIONS = frozenset({"active_children", "current_process", "parent_process", "cpu_count"})
#: Calls of a Process object that wait for nobody, and change nothing.
_ABOUT_PROCESS = frozenset({"is_alive", "close"})
_DOOR_VERBS = frozenset({"wire", "await_told"})
_ENDS = frozenset({"exit", "sys_exit", "raise", "signal"})
#: Verbs that do their work under a lock: the position of the lock among their arguments.
_LOCKED = {"increment": 2, "increment_index": 3, "fill": 2, "scan": 1, "emit": 2}
#: Of an object with a lock of its own, what does not take it.
_LOCKLESS = frozenset({"get_lock", "get_obj", "__len__"})


def names_awaited(step: Step) -> set[str]:
    """Return the actors that a verb waits for."""
    first = step.arguments[0]
    return set(first) if isinstance(first, list) else {first}


def _steps(scenario: Scenario) -> Iterator[tuple[str, Step]]:
    """Yield all steps of *scenario*, each with its actor."""
    for name, actor in scenario.actors.items():
        for step in actor.steps:
            yield name, step


def compiled(scenario: Scenario) -> Program:
    """Return the program of *scenario*; raises NotModelledError."""
    return Things(scenario).program()


class Things:
    """Makes the program of one scenario, actor by actor, main first."""

    def __init__(self, scenario: Scenario) -> None:
        self.victims = Victims(scenario)
        self._scenario = scenario
        self.builder = Builder(scenario)
        self.queues: dict[str, queues.Queue] = {}
        self.locks: dict[str, locks.Lock] = {}
        #: Events, conditions and barriers.
        self.signs: dict[str, locks.Event | Condition | Barrier] = {}
        #: Pipes by the names of their ends; and each once.
        self.pipes: dict[str, Pipe] = {}
        self.whole_pipes: list[Pipe] = []
        self.quiet: set[str] = set()
        self.values: dict[str, str | None] = {}
        #: Values for which somebody waits until they have come to something, and what they are.
        self.counters: dict[str, int] = {}
        for name, spec in scenario.objects.items():
            if name not in self.victims.doomed:
                self._make(name, spec)
        for _, step in _steps(scenario):
            asked = (one for one in step.arguments if isinstance(one, dict) and "$predicate" in one)
            for name, *_ in (one["$predicate"] for one in asked):
                if name not in self.victims.doomed:
                    self._count(name)

    def _make(self, name: str, spec: ObjectSpec) -> None:
        """Take up an object of the scenario."""
        if spec.factory in queues.FACTORIES:
            self.queues[name] = queues.Queue(self.builder, name, spec)
        elif spec.factory in locks.LOCKS:
            taken = self._is_taken(name)
            self.locks[name] = locks.Lock(self.builder, spec, taken=taken)
        elif spec.factory == "Event":
            self.signs[name] = locks.Event(self.builder, spec)
        elif spec.factory == "Condition":
            self.signs[name] = Condition(self.builder, self._below(spec), self.counters)
        elif spec.factory == "Barrier":
            self.signs[name] = Barrier(self.builder, spec)
        elif spec.factory == "Pipe" and len(spec.unpack) == 2:
            pipe = Pipe(self.builder, spec)
            self.pipes.update(dict.fromkeys(spec.unpack, pipe))
            self.whole_pipes.append(pipe)
        elif spec.factory in locks.VALUES:
            self.values[name] = self._lock_of(name, spec)
        elif spec.factory in _QUIET:
            self.quiet.add(name)
        else:
            raise NotModelledError

    def _below(self, spec: ObjectSpec) -> locks.Lock:
        """Return the lock of a condition, its own if it is given none."""
        given = spec.keywords.get("lock", spec.arguments[0] if spec.arguments else None)
        if given is None:
            return locks.Lock(self.builder, ObjectSpec(factory="RLock"), taken=True)
        if not (isinstance(given, dict) and given.get("$object") in self.locks):
            raise NotModelledError
        return self.locks[given["$object"]]

    def _count(self, name: str) -> None:
        """Know what value *name* is; raises NotModelledError if more than increments by one touch it."""
        spec = self._scenario.objects.get(name)
        if spec is None or spec.factory != "Value" or spec.keywords or len(spec.arguments) > 2:
            raise NotModelledError
        first = spec.arguments[1] if len(spec.arguments) > 1 else 0
        others = [
            step
            for _, step in _steps(self._scenario)
            if (step.target == name or {"$object": name} in step.arguments)
            and (step.method != "increment" or step.arguments[1] != 1)
        ]
        if others or not isinstance(first, int):
            raise NotModelledError
        self.counters.setdefault(name, self.builder.variable(first))

    def _lock_of(self, name: str, spec: ObjectSpec) -> str | None:
        """Return the name of the lock of a Value or an Array, None if it has none."""
        given = spec.keywords.get("lock", True)
        if given is False:
            return None
        if isinstance(given, dict) and "$object" in given:
            return str(given["$object"])
        if given is not True:
            raise NotModelledError
        own = f"{name}'s lock"
        self.locks[own] = locks.Lock(self.builder, ObjectSpec(factory="RLock"), taken=self._is_taken(name))
        return own

    def _is_taken(self, name: str) -> bool:
        """Return whether anybody may hold lock *name*, or the lock of *name*, for longer than a step."""
        if any(name in mentioned(spec) for spec in self._scenario.objects.values()):
            return True
        return any(
            step.target == name and step.method in {"acquire", "__enter__", "get_lock"}
            for actor in self._scenario.actors.values()
            for step in actor.steps
        )

    def program(self) -> Program:
        """Return the program."""
        codes = tuple(_Code(self, name).instructions() for name in self.builder.index)
        return Program(codes=codes, start=tuple(self.builder.start), vague=self.victims.are_any)


class _Code:
    """The code of one actor, and what it has bound and closed up to the step at hand."""

    def __init__(self, things: Things, name: str) -> None:
        self._things = things
        self._builder = things.builder
        self._name = name
        self._pools = Pools()
        #: Names that this actor, a victim, bound to parts of what may be broken.
        self._doomed: set[str] = set()
        self._doors = Doors(things.builder.scenario)
        self._closed: set[str] = set()
        #: Names that this actor bound: to what waits for nobody, and to locks of other objects.
        self._quiet: set[str] = set()
        self._aliases: dict[str, str | None] = {}
        self._buffers: dict[str, int] = {}

    def instructions(self) -> tuple[Instruction, ...]:
        """Return the instructions of all steps, and the end of the process."""
        builder, name = self._builder, self._name
        spec = builder.scenario.actors.get(name)
        found: list[Instruction] = []
        places = builder.places[name] = []
        for step in spec.steps if spec else ():
            places.append(len(found))
            self._note_buffers(step)
            found += self._step(step)
            if not step.target and step.method in _ENDS:
                break
        if STUCK not in found:
            self._pools.check_end()
        builder.finished[name] = len(found)
        if name == "main":
            found += map(self._joins, builder.scenario.unjoined)
        found.append(self._end())
        dies = self._things.victims.dying(name, found, places, builder.index[name], self._dropped)
        return tuple(dies)

    def _dropped(self, state: State) -> Changes:
        """Return what changes when the process has ended: it holds no end of a pipe any more."""
        pipes = self._things.whole_pipes
        return tuple(change for pipe in pipes for change in pipe.dropped(self._builder, state, self._name))

    def _note_buffers(self, step: Step) -> None:
        for argument in step.arguments:
            if isinstance(argument, dict) and "$buffer" in argument:
                name, size, *_ = argument["$buffer"]
                self._quiet.add(name)
                self._buffers[name] = size

    def _end(self) -> Instruction:
        """Return the end of the process, which waits until what it put into queues is on its way."""
        name, things = self._name, self._things
        large = [queue.flush() for queue in things.queues.values() if queue.flushes(name)]

        def choices(state: State) -> Choices:
            return (self._dropped(state),)

        if name == "main" or not any(one.unsure for one in large):
            return Instruction(choices=choices, eager=True)
        waits_for = [one.unsure for one in large if one.unsure]
        return Instruction(choices=choices, unsure=lambda s: any(unsure(s) for unsure in waits_for))

    def _step(self, step: Step) -> list[Instruction]:
        """Return what *step* does; raises NotModelledError."""
        victims = self._things.victims
        if victims.cares(self._name, step, self._doomed):
            return [victims.calls(self._builder, self._name, step)]
        if not step.target:
            return self._verb(step)
        if step.target == "@":
            return self._of_backend(step)
        if step.target in self._builder.index:
            return [self._of_process(step)]
        if self._pools.knows(step.target):
            return self._pools.calls(step)
        if self._doors.knows(step.target):
            return [SKIP if self._doors.calls(step) else STUCK]
        return self._of_object(step)

    def _of_object(self, step: Step) -> list[Instruction]:
        name, things = step.target, self._things
        closed = name in self._closed
        if step.method == "close" or (step.method == "__exit__" and name in things.pipes):
            self._closed.add(name)
        if name in self._quiet or name in things.quiet:
            if step.bind:
                self._quiet.add(step.bind)
            return [SKIP]
        if step.bind and step.method != "get_lock":
            raise NotModelledError
        if step.method.startswith(".") and name not in things.values:
            return [SKIP]
        return self._of_waited(step, closed=closed)

    def _of_waited(self, step: Step, *, closed: bool) -> list[Instruction]:
        """Return what *step* does with an object for which somebody may have to wait."""
        name, things, builder = step.target, self._things, self._builder
        if name in things.queues:
            return things.queues[name].calls(builder, self._name, step, closed=closed)
        if name in things.pipes:
            return things.pipes[name].calls(builder, self._name, step, closed=closed, buffers=self._buffers)
        if name in things.signs:
            return things.signs[name].calls(builder, self._name, step)
        if name in things.values:
            return self._of_value(things.values[name], step)
        if name in self._aliases:
            lock = self._aliases[name]
            return things.locks[lock].calls(builder, self._name, step) if lock else [SKIP]
        if name in things.locks:
            return things.locks[name].calls(builder, self._name, step)
        raise NotModelledError

    def _of_value(self, lock: str | None, step: Step) -> list[Instruction]:
        if step.method == "get_lock" and step.bind:
            self._aliases[step.bind] = lock
        if lock is None or step.method in _LOCKLESS:
            return [SKIP]
        if step.method in {"acquire", "release", "__enter__", "__exit__"}:
            return self._things.locks[lock].calls(self._builder, self._name, step)
        return [self._things.locks[lock].inside(self._builder, self._name)]

    def _of_backend(self, step: Step) -> list[Instruction]:
        if step.method in _QUIET or step.method in _QUESTIONS:
            if step.bind:
                self._quiet.add(step.bind)
            return [SKIP]
        if step.method == "Pool" and self._name == "main":
            return self._pools.make(step)
        if step.method == "connection.wait":
            return [self._await_any(step)]
        if step.method == "connection.Listener":
            self._doors.listen(step)
            return [SKIP]
        if step.method == "connection.Client":
            return [SKIP if self._doors.connect(step) else STUCK]
        if step.method in locks.VALUES | locks.LOCKS and not step.bind:
            return [SKIP]
        raise NotModelledError

    def _await_any(self, step: Step) -> Instruction:
        """Return a wait for several ends and sentinels."""
        if not waits(step, block=None, timeout=1):
            return SKIP
        looks = [self._look(one) for one in step.arguments[0]]
        if not all(looks):
            return SKIP  # Of an end that is closed, it raises.

        def ready(state: State, which: int) -> bool:
            return any(look(state)[which] for look in looks if look)

        return Instruction(
            choices=lambda s: GO if ready(s, 0) or not looks else NEVER,
            unsure=lambda s: not ready(s, 1) and bool(looks),
        )

    def _look(self, awaited: Json) -> Callable[[State], tuple[bool, bool]] | None:
        """Return what tells whether *awaited* may be ready, and surely is; None if it raises."""
        builder, pipes = self._builder, self._things.pipes
        match awaited:
            case {"$object": str(end)} if self._doors.knows(end):
                ready = self._doors.ready(end)
                return None if ready is None else lambda _: (ready, ready)
            case {"$object": str(end)} if end in pipes:
                return None if end in self._closed else lambda s: pipes[end].ready(builder, end, s)
            case {"$attribute": [str(name), "sentinel"]} if name in builder.index and not builder.bursts:
                at = builder.index[name]
                return lambda s: (s[at] > builder.finished[name],) * 2
        raise NotModelledError

    def _of_process(self, step: Step) -> Instruction:
        builder, name, method = self._builder, step.target, step.method
        at = builder.index[name]
        if method.startswith(".") or method in _ABOUT_PROCESS:
            return SKIP
        if self._name != "main":
            raise NotModelledError
        if method == "start":
            return self._start(at, name)
        if method == "join":
            if not waits(step, block=None, timeout=0):
                return SKIP
            return self._joins(name)
        if method in KILLS and not builder.bursts:
            return Instruction(choices=lambda s: (((at, builder.finished[name] + 1),),) if s[at] >= 0 else GO)
        raise NotModelledError

    def _joins(self, name: str) -> Instruction:
        """Return a wait for the end of actor *name*; to join one that was not started raises."""
        builder, at = self._builder, self._builder.index[name]
        return Instruction(
            choices=lambda s: GO if s[at] < 0 or s[at] > builder.finished[name] else NEVER, eager=True
        )

    def _start(self, at: int, name: str) -> Instruction:
        builder = self._builder
        pipes = self._things.whole_pipes

        def choices(state: State) -> Choices:
            if state[at] >= 0:
                return GO  # It raises.
            inherited = (change for pipe in pipes for change in pipe.inherited(builder, state, name))
            return (((at, 0), *inherited),)

        return Instruction(choices=choices, eager=True)

    def _verb(self, step: Step) -> list[Instruction]:
        builder, method, arguments = self._builder, step.method, step.arguments
        if method in IDLE:
            return [SKIP]
        if method == "rendezvous":
            return self._meet(*arguments)
        if method == "await_done":
            return [self._await_ends(arguments[0], 0)]
        if method == "await_exit" and not builder.bursts:
            return [self._await_ends(arguments[0], 1)]
        if method == "await_invoked":
            return [self._await_step(*arguments)]
        if method == "drain" and arguments[0]["$object"] in self._things.queues:
            return [self._things.queues[arguments[0]["$object"]].drain()]
        if method in _LOCKED:
            return [self._under_lock(step)]
        if method == "linger":
            return [Instruction(choices=lambda _: NEVER)]
        if method == "tell":
            self._doors.tell(step)
            return [SKIP]
        if method in _DOOR_VERBS:
            ends = self._doors.connect(step) if method == "wire" else self._doors.await_told(step)
            return [SKIP if ends else STUCK]
        if method in _ENDS and self._name != "main" and not builder.bursts:
            self._check_end(method)
            return [SKIP]
        raise NotModelledError

    def _check_end(self, method: str) -> None:
        """Raise NotModelledError if an end by *method* could take something with it."""
        if method in {"exit", "signal"}:
            queues_put = [queue for queue in self._things.queues.values() if queue.flushes(self._name)]
            awaited = (
                self._name in names_awaited(step)
                for actor in self._builder.scenario.actors.values()
                for step in actor.steps
                if step.method in {"await_done", "await_invoked"}
            )
            if queues_put or (method == "signal" and any(awaited)):
                raise NotModelledError

    def _meet(self, point: Json, names: list[str]) -> list[Instruction]:
        if self._name == "main":
            self._pools.reach(point)
        mine = self._builder.arrival(point, self._name)
        theirs = [self._builder.arrival(point, name) for name in names]
        return [
            Instruction(choices=lambda _: (((mine, 1),),), eager=True),
            Instruction(choices=lambda s: GO if all(s[one] for one in theirs) else NEVER, eager=True),
        ]

    def _await_ends(self, names: list[str], beyond: int) -> Instruction:
        builder = self._builder

        def choices(state: State) -> Choices:
            over = (state[builder.index[name]] >= builder.finished[name] + beyond for name in names)
            return GO if all(over) else NEVER

        return Instruction(choices=choices, eager=True)

    def _await_step(self, name: str, step: int) -> Instruction:
        builder = self._builder

        def choices(state: State) -> Choices:
            places = builder.places[name]
            place = places[step] if step < len(places) else builder.finished[name]
            return GO if state[builder.index[name]] >= place else NEVER

        return Instruction(choices=choices, eager=True)

    def _under_lock(self, step: Step) -> Instruction:
        place = _LOCKED[step.method]
        given = step.arguments[place] if len(step.arguments) > place else None
        own = self._things.values.get(step.arguments[0]["$object"]) if step.method != "emit" else None
        name = given["$object"] if given is not None else own
        if name is None:
            return SKIP
        if name not in self._things.locks:
            raise NotModelledError
        # What is done under a lock takes the object's own, which must then be the same, and allow that.
        if own is not None and (own != name or not self._things.locks[own].recursive):
            raise NotModelledError
        inside = self._things.locks[name].inside(self._builder, self._name)
        counter = (
            self._things.counters.get(step.arguments[0]["$object"]) if step.method == "increment" else None
        )
        if counter is None:
            return inside
        return Instruction(choices=lambda s: (((counter, s[counter] + 1),),) if inside.choices(s) else NEVER)
