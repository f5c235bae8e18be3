"""Steps of a scenario as plain Python: a line for most, a few for some."""

import re
import signal
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from mpconform.mentions import mentioned
from mpconform.values import History, Json, Operation, Step
from mpconform_reports.reproduction_faults import befallen, lacking, shortage_at
from mpconform_reports.reproduction_values import Names, identifier, quoted, source

__all__ = ("Needed", "Writer", "found")

#: What gives up after a time, or at once: it raises in one run and returns in the next.
_MOODY = frozenset({"get_nowait", "put_nowait", "successful", "__next__"})
#: Attributes of a backend's context, as the documentation has it; the rest is in its modules.
_LOOKS = frozenset({"__getitem__", "__len__", "count", "index", "scan", "pid", "parent_pid", "echo"})
#: What may be left out in any family.
_ASKS = frozenset({"qsize", "empty", "full", "ready"})
_SPECIAL: dict[str, Callable[[str, str], str]] = {
    "__len__": lambda target, _: f"len, {target}",
    "__next__": lambda target, _: f"next, {target}",
    "__iter__": lambda target, _: f"iter, {target}",
}
_PLAIN: dict[str, str] = {
    "__getitem__": "{0}[{1}]",
    "__setitem__": "{0}[{1}] = {2}",
    "__delitem__": "del {0}[{1}]",
    "__contains__": "{1} in {0}",
    "__len__": "len({0})",
    "__next__": "next({0})",
    "__iter__": "iter({0})",
}
#: So many arguments has an ``emit`` by one thread: a number, the pieces, a lock.
_ONE_THREAD = 3
#: Verbs by which an actor ends, before it could note anything.
_ENDING = frozenset({"exit", "sys_exit", "raise", "signal", "linger"})


@dataclass(frozen=True, kw_only=True)
class Needed:
    """What a verdict needs to be noted: which steps, or *all*; *topics* are other things.

    Of these there are ``pids``, ``tasks``, ``census``, ``given``, ``names``, ``before`` and ``alive``.
    *nothing* says that it is enough to see whether the run comes to its end.
    """

    steps: frozenset[tuple[str, int]] = frozenset()
    all: bool = False
    nothing: bool = False
    topics: frozenset[str] = frozenset()


def found(dotted: str, names: Names) -> str:
    """Return how a script names something of the backend, and have it import what that needs."""
    first, _, rest = dotted.partition(".")
    if first == "custom":
        names.uses |= {"from managers", "custom_manager"}
        return "Manager"
    if not rest:
        return f"mp.{first}"
    names.uses.add(f"from {first}")
    return dotted


@dataclass
class Writer:
    """Writes the steps of actors; *names* collects what the lines need to be defined."""

    history: History
    needed: Needed
    names: Names
    awaited: set[tuple[str, int]] = field(default_factory=set)
    watched: set[str] = field(default_factory=set)
    followed: set[str] = field(default_factory=set)
    lean: bool = False
    ops: dict[tuple[str, int], list[Operation]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Look who waits for whom, and what was recorded."""
        for op in self.history.operations:
            self.ops.setdefault((op.actor, op.step), []).append(op)
        for name, actor in self.history.scenario.actors.items():
            for step in actor.steps:
                if not step.target and step.method == "await_exit" and name != "main":
                    self.followed.update(step.arguments[0])
                if not step.target and step.method == "await_invoked":
                    self.awaited.add((step.arguments[0], step.arguments[1]))
                if not step.target and step.method == "await_done":
                    self.watched.update(step.arguments[0])

    def body(self, name: str, known: Iterable[str]) -> list[str]:
        """Return the lines of actor *name*, who knows the names *known*."""
        steps = self.history.scenario.actors[name].steps
        mine = set(known)
        lines = []
        if "pids" in self.needed.topics or name in self.followed:
            self.names.uses.add("note")
            lines.append(f'note("pid", {quoted(name)}, os.getpid())')
        last = self._last(name)
        for index, step in enumerate(steps):
            if index > last:
                break
            if (name, index) in self.awaited:
                self.names.uses.add("note")
                lines.append(f'note("begin", {quoted(name)}, {index})')
            if self._skipped(step, mine):
                continue
            lines += self._looks(name, index, step, after=False)
            if not step.target and step.method in {"exit", "sys_exit", "raise"} and name in self.watched:
                lines.append(f'note("done", {quoted(name)})')
            lines += befallen(self.history, name, index, self.names)
            lines += self._step(name, index, step, mine)
            lines += self._looks(name, index, step, after=True)
            if step.bind:
                lines += self._named(name, index, step.bind)
                mine.add(step.bind)
        for other, index in sorted(self.awaited):
            if other == name and index >= len(steps):
                # Whoever waits for a step that it does not have, waits for its end.
                self.names.uses.add("note")
                lines.append(f'note("begin", {quoted(name)}, {index})')
        if name in self.watched:
            lines.append(f'note("done", {quoted(name)})')
        return lines

    def _looks(self, name: str, index: int, step: Step, *, after: bool) -> list[str]:
        """Return how processes are looked at before, or *after*, a step of the witness, if that is needed."""
        asked = self.needed.topics if (name, index) in self.needed.steps else frozenset()
        if "before" in asked and not after:
            self.names.uses |= {"note", "states"}
            return [
                "time.sleep(0.05)  # Who has taken its last step, has ended by then.",
                'note("before", states())',
            ]
        if "alive" in asked and after:
            self.names.uses |= {"note", "alive"}
            return [f'note("alive", alive({identifier(step.target)}.pid))']
        return []

    def _named(self, name: str, index: int, bind: str) -> list[str]:
        """Return the line that notes the name of what a step made, if that is needed."""
        if "names" not in self.needed.topics or (name, index) not in self.needed.steps:
            return []
        self.names.uses.add("note")
        return [f'note("named", {quoted(bind)}, {identifier(bind)}.name)']

    def _last(self, name: str) -> int:
        """Return the last step worth writing: the last needed, if the script is lean and main is alone."""
        alone = len(self.history.scenario.actors) == 1
        steps = self.history.scenario.actors[name].steps
        mine = [index for actor, index in self.needed.steps if actor == name]
        rest = self.needed.all or self.needed.nothing or self.needed.topics - {"modules", "errors"}
        return max(mine) if self.lean and alone and mine and not rest else len(steps)

    def _skipped(self, step: Step, mine: set[str]) -> bool:
        """Return whether the agent skips this step: a name in it means nothing, or nothing ever bound it."""
        if step.target not in {"", "@", *mine}:
            return True
        return step.method != "echo" and not mentioned(step) <= mine

    def _step(self, name: str, index: int, step: Step, mine: set[str]) -> list[str]:
        if self.lean and self._idle(name, index, step):
            return []
        if not step.target:
            return self._verb(name, index, step, mine)
        lines = []
        for value in (*step.arguments, *step.keywords.values()):
            if isinstance(value, dict) and "$buffer" in value:
                buffer, size, *_ = value["$buffer"]
                lines.append(f'{identifier(buffer)} = bytearray(b"\\xee" * {size})')
                mine.add(buffer)
        self.names.who = name
        given = [source(value, self.names) for value in step.arguments]
        options = [f"{key}={source(value, self.names)}" for key, value in step.keywords.items()]
        if step.timeout_s is not None:
            options.append(f"timeout={step.timeout_s:g}")
        target = "" if step.target == "@" else identifier(step.target)
        bound = f"{identifier(step.bind)} = " if step.bind else ""
        if self._plain(name, index, step):
            return [*lines, bound + self._call(target, step.method, given, options)]
        seen = f"see({quoted(name)}, {index}, "
        if self.needed.nothing or not (self.needed.steps or self.needed.all):
            seen = "attempt("
            self.names.uses.add("attempt")
        if self._names_things(step, name, index):
            self.names.uses.add("names")
            call = self._call(target, step.method, given, options)
            return [*lines, f"{bound}{seen}lambda: names({call}, {self._known(step, mine)}))"]
        recorded = self.ops.get((name, index), [])
        lacks = any(op.raised("AttributeError") for op in recorded)
        if lacks or (step.target != "@" and self._may_be_none(name, step.target)):
            return [*lines, f"{bound}{seen}lambda: {self._expression(target, step.method, given, options)})"]
        called, *parts = self._parts(target, step.method, given, options)
        called = lacking(self.history, name, index, called, self.names)
        return [*lines, bound + seen + ", ".join([called, *parts]) + ")"]

    def _plain(self, name: str, index: int, step: Step) -> bool:
        """Return whether a step need not be noted, and surely does not raise when all goes as it did."""
        if shortage_at(self.history, name, index):
            return False
        recorded = self.ops.get((name, index), [])
        moody = step.timeout_s is not None or step.method in _MOODY or "timeout" in step.keywords
        steady = bool(recorded) and all(op.ok for op in recorded) and not moody
        if self.needed.nothing:  # What did not return would have; what was not reached may raise.
            steady = bool(recorded) and all(op.outcome != "raised" for op in recorded) and not moody
        if step.method in {"start", "join"} and step.timeout_s is None and name == "main":
            steady = not recorded or all(op.outcome != "raised" for op in recorded)
            return steady and (name, index) not in self.needed.steps
        return steady and not self.needed.all and (name, index) not in self.needed.steps

    def _idle(self, name: str, index: int, step: Step) -> bool:
        """Return whether a step only looks at something, and what it saw is no part of the proof."""
        looks = step.method in _LOOKS or (step.method.startswith(".") and not step.method.endswith("="))
        ours = self.history.scenario.family == "memory" or step.method in _ASKS
        looks = looks or step.method in _ASKS
        return (
            ours
            and looks
            and not step.bind
            and not self.needed.all
            and (name, index) not in self.needed.steps
        )

    def _may_be_none(self, name: str, target: str) -> bool:
        """Return whether *target* was bound by a step that is noted, and may have raised."""
        steps = self.history.scenario.actors[name].steps
        return any(
            step.bind == target and not self._plain(name, index, step) for index, step in enumerate(steps)
        )

    def _names_things(self, step: Step, name: str, index: int) -> bool:
        """Return whether the result is a list of things that only have names."""
        results = [op.result for op in self.ops.get((name, index), []) if op.ok]
        listing = step.method.rpartition(".")[2] in {"wait", "active_children"}
        return listing and any(isinstance(result, list) for result in results)

    def _known(self, step: Step, mine: set[str]) -> str:
        """Return a dictionary of the things that a listing may hold, by name."""
        told = [source(one, self.names) for one in step.arguments[0]] if step.arguments else []
        if step.method == "active_children":
            told = [identifier(n) for n in self.history.scenario.actors if n in mine]
        return "{" + ", ".join(f'"{one}": {one}' for one in dict.fromkeys(told)) + "}"

    def _call(self, target: str, method: str, given: list[str], options: list[str]) -> str:
        """Return a call as Python writes it, perhaps a statement."""
        if not target:
            return f"{found(method, self.names)}({', '.join([*given, *options])})"
        if method.startswith("."):
            plain = method.strip(".=")
            return f"{target}.{plain} = {given[0]}" if method.endswith("=") else f"{target}.{plain}"
        if method in _PLAIN and not options:
            sliced = [_as_slice(one) for one in given[:1]] + given[1:]
            return _PLAIN[method].format(target, *(sliced if "[" in _PLAIN[method] else given))
        return f"{target}.{method}({', '.join([*given, *options])})"

    def _expression(self, target: str, method: str, given: list[str], options: list[str]) -> str:
        """Return a call that is an expression."""
        if method.endswith("=") or method in {"__setitem__", "__delitem__"}:
            first, *rest = self._parts(target, method, given, options)
            return f"{first}({', '.join(rest)})"
        return self._call(target, method, given, options)

    def _parts(self, target: str, method: str, given: list[str], options: list[str]) -> list[str]:
        """Return what is called, and with what: the arguments of ``see``."""
        if not target:
            return [found(method, self.names), *given, *options]
        if method.startswith("."):
            return ["setattr" if given else "getattr", target, quoted(method.strip(".=")), *given]
        if method in _SPECIAL and not given:
            return [_SPECIAL[method](target, method)]
        return [f"{target}.{method}", *given, *options]

    def _verb(self, name: str, index: int, step: Step, mine: set[str]) -> list[str]:
        """Return the lines of one of the agent's verbs; what nobody can see leaves none."""
        method, arguments = step.method, step.arguments
        wanted = self.needed.all or (name, index) in self.needed.steps
        if method in _OWN:
            return _OWN[method](self, name, index, arguments)
        if method in _SOCKETS:
            return self._beside(name, index, step)
        if method == "collect":
            gone = [identifier(one) for one in arguments if one in mine]
            mine.difference_update(arguments)
            self.names.uses.add("gc")
            return [*([f"del {', '.join(gone)}"] if gone else []), "gc.collect()"]
        if method == "census":
            if "census" not in self.needed.topics:
                return []
            self.names.uses.add("states")
            slow = ["time.sleep(0.05)  # Who ends now is a zombie by then."]
            return [
                *(slow if "zombies" in self.needed.topics else []),
                f'note("census", {quoted(arguments[0])}, states())',
            ]
        if method in _ENDING:
            return self._end(method, arguments)
        call, *given = self._quiet(name, index, method, arguments)
        if not call:
            return []
        waits = method.startswith("await_") or method in {"rendezvous", "hold"}
        wanted = (name, index) in self.needed.steps or (self.needed.all and not waits)
        if self.needed.nothing:
            return [f"{call}({', '.join(given)})"] if method not in {"pid", "parent_pid", "echo"} else []
        if wanted or method in {"pid", "parent_pid", "echo", "scan", "fill", "output"}:
            if not wanted and method in {"pid", "parent_pid", "echo"}:
                return []
            return [f"see({quoted(name)}, {index}, {', '.join([call, *given])})"]
        return [f"{call}({', '.join(given)})"]

    def _beside(self, name: str, index: int, step: Step) -> list[str]:
        """Return the line of a verb about addresses, plain sockets or memory."""
        function = _SOCKETS[step.method]
        self.names.uses |= {function, "note"} if function == "told" else {function}
        given = [source(one, self.names) for one in step.arguments]
        if step.method == "tell":
            label, value = given
            return [f'note("told", {label}, {value})']
        if step.method == "await_told":
            return [f"{identifier(step.bind)} = told({given[0]})"] if step.bind else []
        if step.method == "memory_peak" or not self._plain(name, index, step):
            line = f"see({quoted(name)}, {index}, {', '.join([function, *given])})"
        else:
            line = f"{function}({', '.join(given)})"
        return [f"{identifier(step.bind)} = {line}" if step.bind else line]

    def _quiet(self, name: str, index: int, method: str, arguments: Sequence[Json]) -> list[str]:
        """Return function and arguments of a verb that returns."""
        uses = self.names.uses
        if method == "rendezvous":
            point, others = arguments
            if [*others] == [name]:
                uses.add("note")
                return ["note", '"at"', str(point), quoted(name)]
            uses.add("meet")
            return ["meet", str(point), quoted(name), quoted(" ".join(others))]
        if method.startswith("await_"):
            return self._await(name, method, arguments)
        if method == "hold":
            return ["time.sleep", f"{arguments[0]:g}"]
        if method in {"pid", "parent_pid"}:
            return ["os.getpid" if method == "pid" else "os.getppid"]
        if method == "echo":
            return ["list", f"echo_{index}" if name != "main" else source(list(arguments), self.names)]
        if method in {"fill", "scan", "emit"}:
            helper = "emit_at_once" if method == "emit" and len(arguments) > _ONE_THREAD else method
            uses.add(helper)
            first = quoted(name) if method == "emit" else ""
            given = [source(one, self.names) for one in arguments if one is not None]
            return [helper, *([first] if first else []), *given]
        if method == "output":
            uses.add("output")
            return ["output"]
        if method in {"launch", "reap"}:  # It may as well be a process of the backend's.
            return [f"{identifier(arguments[0])}.{'start' if method == 'launch' else 'join'}"]
        if method == "publish":
            uses.add("published")
            return ["publish", quoted(arguments[0]), source(arguments[1], self.names)]
        return [""]

    def _await(self, name: str, method: str, arguments: Sequence[Json]) -> list[str]:
        """Return function and arguments of a wait for what another actor has done."""
        uses = self.names.uses
        if method == "await_exit":
            uses.add("wait_exit")
            if name == "main":
                return ["wait_exit", *(f"{identifier(one)}.pid" for one in arguments[0])]
            uses |= {"noted", "note"}
            whose = f'one[2] for one in noted() if one[0] == "pid" and one[1] in {list(arguments[0])}'
            return ["wait_exit", f"*({whose})"]
        uses.add("wait_for")
        if method == "await_done":
            return ["wait_for", *(f'["done", {quoted(one)}]' for one in arguments[0])]
        return ["wait_for", f'["begin", {quoted(arguments[0])}, {arguments[1]}]']

    def _end(self, method: str, arguments: Sequence[Json]) -> list[str]:
        given = ", ".join(source(one, self.names) for one in arguments)
        if method == "raise":
            kind = "Departure" if list(arguments[1:]) == ["BaseException"] else "Deliberate"
            self.names.uses.add(kind)
            return [f"raise {kind}({source(arguments[0], self.names)})"]
        if method == "signal":
            try:
                told = f"signal.{signal.Signals(arguments[0]).name}"
            except ValueError:
                told = given
            return [f"os.kill(os.getpid(), {told})"]
        if method == "linger":
            return ["while True:", "    signal.pause()"]
        return [f"os._exit({given})" if method == "exit" else f"sys.exit({given})"]

    def steady(self) -> bool:
        """Return whether every run puts and gets as many items as the recorded one."""
        bounded = any(spec.arguments or spec.keywords for spec in self.history.scenario.objects.values())
        moods = {
            op.outcome == "ok"
            and op.timeout_s is None
            and (not op.method.endswith("_nowait") or (op.method == "put_nowait" and not bounded))
            for op in self.history.operations
            if op.target and op.step >= 0 and op.method.startswith(("put", "get")) and not _drained(self, op)
        }
        return self.history.ended == "normally" and moods <= {True}

    def lock(self, thing: str, arguments: Sequence[Json]) -> str:
        """Return the lock of a verb: the one that is given, or the thing's own."""
        return source(arguments[0], self.names) if arguments else f"{thing}.get_lock()"


def _as_slice(text: str) -> str:
    """Return a subscript: ``slice(1, None)`` is written ``1:``."""
    found_ = re.fullmatch(r"slice\(([^()]*)\)", text)
    return ":".join(part.replace("None", "") for part in found_[1].split(", ")) if found_ else text


def _drained(writer: Writer, op: Operation) -> bool:
    step = writer.history.scenario.actors[op.actor].steps[op.step] if "." not in op.actor else None
    return step is not None and step.method == "drain"


def _increment(writer: Writer, name: str, index: int, arguments: Sequence[Json]) -> list[str]:
    thing, times, *lock = arguments
    told = source(thing, writer.names)
    if (name, index) in writer.needed.steps:
        writer.names.uses.add("add")
        seen = f"see({quoted(name)}, {index}, add, {told}, {writer.lock(told, lock)})"
        return [seen] if times == 1 else [f"for _ in range({times}):", f"    {seen}"]
    if "hold_up" in writer.names.uses:  # Whoever is to be held within, must have been called.
        writer.names.uses.add("add")
        return _times(times, f"add({told}, {writer.lock(told, lock)})")
    return _repeated(times, writer.lock(told, lock), f"{told}.value += 1")


def _increment_index(writer: Writer, name: str, index: int, arguments: Sequence[Json]) -> list[str]:
    thing, place, times, *lock = arguments
    told = source(thing, writer.names)
    if (name, index) in writer.needed.steps:
        writer.names.uses.add("add_at")
        seen = f"see({quoted(name)}, {index}, add_at, {told}, {place}, {writer.lock(told, lock)})"
        return [seen] if times == 1 else [f"for _ in range({times}):", f"    {seen}"]
    if "hold_up" in writer.names.uses:
        writer.names.uses.add("add_at")
        return _times(times, f"add_at({told}, {place}, {writer.lock(told, lock)})")
    return _repeated(times, writer.lock(told, lock), f"{told}[{place}] += 1")


def _times(times: int, line: str) -> list[str]:
    return [line] if times == 1 else [f"for _ in range({times}):", f"    {line}"]


def _repeated(times: int, lock: str, statement: str) -> list[str]:
    lines = [f"with {lock}:", f"    {statement}"]
    return lines if times == 1 else [f"for _ in range({times}):", *(f"    {line}" for line in lines)]


def _drain(writer: Writer, name: str, index: int, arguments: Sequence[Json]) -> list[str]:
    got = [op for op in writer.ops.get((name, index), []) if op.method == "get"]
    main = writer.history.scenario.actors["main"].steps
    puts = any(step.method.startswith("put") for step in main)
    if not puts and not writer.needed.all and (name, index) not in writer.needed.steps:
        return []  # It only tidies up.
    queue = source(arguments[0], writer.names)
    looked = (name, index) in writer.needed.steps
    if writer.needed.nothing:
        # What main itself put, it would wait for when it ends; what others did is flushed, and may stay.
        writer.names.uses |= {"attempt"} if puts else set()
        return [f"while attempt({queue}.get, timeout=1) is not None:", "    pass"] if puts else []
    timed = writer.history.scenario.objects.get(str(arguments[0].get("$object")))
    if writer.steady() and timed is not None and timed.factory != "SimpleQueue":
        # So many items are left in every run.
        line = f"see({quoted(name)}, {index}, {queue}.get, timeout=5)"
        if not looked:
            line = f"{queue}.get(timeout=5)"
        if not got:
            return []
        return [line] if len(got) == 1 else [f"for _ in range({len(got)}):", f"    {line}"]
    writer.names.uses.add("drain")
    return [f"drain({quoted(name)}, {index}, {source(arguments[0], writer.names)})"]


#: Verbs about addresses, plain sockets and memory, and the helpers that they are in a script.
_SOCKETS = {
    "tell": "told",
    "await_told": "told",
    "wire": "plain_socket",
    "wire_listen": "plain_listener",
    "memory_limit": "memory_limit",
    "memory_peak": "memory_peak",
}

_OWN: dict[str, Callable[[Writer, str, int, Sequence[Json]], list[str]]] = {
    "increment": _increment,
    "increment_index": _increment_index,
    "drain": _drain,
}
