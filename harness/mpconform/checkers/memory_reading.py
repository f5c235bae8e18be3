"""Read a history for what it does to shared memory: which region each operation touches.

Follows names through each actor: objects, attached blocks, views, locks from ``get_lock``,
raw objects from ``get_obj``.  Whatever it cannot follow clouds the region, for a checker
must not judge contents that something unseen may have written.
"""

from dataclasses import dataclass
from typing import Final

from mpconform.checkers.memory_making import (
    BLOCKS,
    CTYPES,
    Asked,
    Call,
    asked_of,
    block_region,
    ctypes_region,
)
from mpconform.checkers.memory_regions import Making, Reading, Region, Use, mentioned
from mpconform.checkers.once import once
from mpconform.values import History, Json, Operation

__all__ = ("read",)

_GUARDED: Final = frozenset({"get_lock", "get_obj", "acquire", "release", "__enter__", "__exit__"})
_VERBS: Final = frozenset({"increment", "increment_index", "fill", "scan", "emit", "collect", "echo"})

_SEQUENCE: Final = frozenset({"__getitem__", "__setitem__", "__len__"})
#: Where a verb has the lock under which it works, if the scenario names one.
_LOCK_AT: Final = {"increment": 2, "increment_index": 3, "fill": 2, "scan": 1}

#: Methods that we follow; any other clouds the region.
_FOLLOWED: Final = {
    ("value", "whole"): _GUARDED | {".value", ".value=", "increment"},
    ("array", "whole"): _GUARDED
    | _SEQUENCE
    | {".value", ".value=", ".raw", ".raw=", "increment_index", "fill", "scan"},
    ("segment", "whole"): frozenset({".buf", ".name", ".size", ".name=", ".size=", "close", "unlink"}),
    ("segment", "view"): _SEQUENCE | {"tobytes", "release", ".nbytes"},
    ("list", "whole"): _SEQUENCE | {"count", "index", ".format", ".shm"},
    ("list", "block"): frozenset({".name", ".size", "close", "unlink"}),
}
#: Attributes that may stand as an argument somewhere without anybody writing to the region.
_HARMLESS: Final = frozenset({"name", "size"})


@dataclass(slots=True, eq=False)
class _Thing:
    """What a name stands for in one process."""

    region: Region | None
    role: str
    lock: str
    instance: str
    released: bool = False


@once
def read(history: History) -> Reading:
    """Return what *history* does to shared memory.  O(n), besides the names of blocks."""
    return _Reader(history).reading()


class _Reader:
    def __init__(self, history: History) -> None:
        self._scenario = history.scenario
        self._operations = history.operations
        self._regions: list[Region] = []
        self._uses: list[Use] = []
        self._makings: list[Making] = []
        self._names: dict[str, str] = {}
        self._shared: dict[str, _Thing] = {}
        self._own: dict[tuple[str, str], _Thing] = {}
        self._born: dict[int, Region] = {}
        self._closed: set[str] = set()
        self._echoed: set[str] = set()
        self._locks = {
            name: spec.factory
            for name, spec in self._scenario.objects.items()
            if spec.factory in {"Lock", "RLock"}
        }

    def reading(self) -> Reading:
        made = {op.target for op in self._operations if op.step < 0}
        for name, spec in self._scenario.objects.items():
            if name not in made:  # A tape written by hand may leave this out.
                self._make(Call.of(None, name, spec.factory, spec.arguments, spec.keywords))
        self._bear_blocks()
        for op in self._operations:
            self._take(op)
        return Reading(
            regions=tuple(self._regions), uses=tuple(self._uses), makings=tuple(self._makings),
            locks=self._locks, names=self._names, echoed=frozenset(self._echoed),
        )  # fmt: skip

    # What a step says

    def _written(self, op: Operation) -> tuple[tuple[Json, ...], dict[str, Json], str]:
        actor = self._scenario.actors.get(op.actor)
        if actor is not None and 0 <= op.step < len(actor.steps):
            step = actor.steps[op.step]
            if step.method == op.method:
                return step.arguments, step.keywords, step.bind
        return op.arguments, op.keywords, ""

    def _call(self, op: Operation) -> Call:
        arguments, keywords, bind = self._written(op)
        return Call.of(op, op.target if op.step < 0 else bind, op.method, arguments, keywords)

    def _take(self, op: Operation) -> None:
        arguments, keywords, bind = self._written(op)
        if op.step < 0 or op.target == "@":
            self._make(self._call(op))
            return
        if op.method not in _VERBS:
            self._cloud_mentioned(op.actor, [arguments, keywords])
        if op.target == "":
            self._verb(op, arguments)
            return
        thing = self._thing(op.actor, op.target)
        if thing is None:
            return
        self._use(op, thing, arguments)
        if bind and op.outcome != "raised":
            self._bind(op, thing, bind)

    def _verb(self, op: Operation, arguments: tuple[Json, ...]) -> None:
        if op.method == "echo" and op.ok and isinstance(op.result, (list, tuple)):
            for argument, shown in zip(arguments, op.result, strict=False):
                key = self._key(op.actor, argument)
                if key and isinstance(shown, str):
                    self._names[key] = shown
                    self._echoed.add(key)

    def _thing(self, actor: str, name: str) -> _Thing | None:
        """Return what *name* means to *actor*; a process has its own instance of a shared object."""
        own = self._own.get((actor, name))
        if own is None and name in self._shared:
            model = self._shared[name]
            own = _Thing(model.region, model.role, model.lock, f"{actor}/{name}")
            self._own[actor, name] = own
        if own is None and name in self._locks:
            own = _Thing(None, "lock", name, f"{actor}/{name}")
        return own

    def _use(self, op: Operation, thing: _Thing, arguments: tuple[Json, ...]) -> None:
        region = thing.region
        use = Use(
            op=op, region=region, role=thing.role, lock=self._guard(op, thing, arguments),
            arguments=arguments, instance=thing.instance,
            over=thing.released or thing.instance in self._closed,
        )  # fmt: skip
        self._uses.append(use)
        if region is None:
            return
        region.uses.append(use)
        if thing.role == "lock" or op.raised("AttributeError"):
            return
        if op.method not in _FOLLOWED.get((region.kind, thing.role), frozenset()):
            region.clouded = True
        if op.method == "close" and op.outcome != "raised":
            self._closed.add(thing.instance)
        if op.method == "release" and thing.role == "view":
            thing.released = True
        if op.method == ".name" and op.ok and isinstance(op.result, str):
            self._names.setdefault(region.key, op.result)

    def _guard(self, op: Operation, thing: _Thing, arguments: tuple[Json, ...]) -> str:
        """Return the lock that *thing* offers, or the one under which a verb works."""
        at = _LOCK_AT.get(op.method)
        if at is None or len(arguments) <= at or arguments[at] is None:
            return thing.lock
        locks = (self._thing(op.actor, name) for name, _ in mentioned(arguments[at]))
        return next((lock.lock for lock in locks if lock is not None), "")

    def _bind(self, op: Operation, thing: _Thing, bind: str) -> None:
        region, instance = thing.region, f"{thing.instance}.{op.step}"
        bound = {
            "get_lock": _Thing(region, "lock", thing.lock, instance),
            "get_obj": _Thing(region, "whole", "", instance),
            ".buf": _Thing(region, "view", "", thing.instance),
            ".shm": _Thing(region, "block", "", thing.instance),
        }.get(op.method)
        self._own.pop((op.actor, bind), None)
        followed = region is None or op.method in _FOLLOWED.get((region.kind, thing.role), frozenset())
        if bound is not None and followed:
            self._own[op.actor, bind] = bound
            if region is not None and op.method == "get_obj":
                region.bare = True
        elif region is not None and op.method not in {".name", ".size", "__len__"}:
            region.clouded = True

    def _cloud_mentioned(self, actor: str, arguments: Json) -> None:
        for name, attribute in mentioned(arguments):
            thing = self._thing(actor, name)
            if thing is None or attribute in _HARMLESS:
                continue
            if thing.region is not None:
                thing.region.clouded = True
            self._locks.pop(thing.lock, None)

    # What makes things

    def _make(self, call: Call) -> None:
        op = call.op
        if call.maker in CTYPES:
            thing = self._make_ctypes(call)
        elif call.maker in BLOCKS:
            thing = None if op is None else self._make_block(op, call)
        else:
            self._cloud_mentioned(call.actor, [call.arguments, call.keywords])
            thing = None
        self._own.pop((call.actor, call.name), None)
        if thing is None or not call.name:
            return
        if op is None or op.step < 0:
            self._shared[call.name] = thing
        else:
            self._own[call.actor, call.name] = thing

    def _make_ctypes(self, call: Call) -> _Thing | None:
        region = None
        if call.op is None or call.op.outcome != "raised":
            region = ctypes_region(call, self._locks)
            self._regions.append(region)
            if region.lock and region.lock not in self._scenario.objects:
                self._locks[region.lock] = "RLock"
        self._made(call, region)
        return None if region is None else _Thing(region, "whole", region.lock, call.instance)

    def _make_block(self, op: Operation, call: Call) -> _Thing | None:
        asked = asked_of(call, self._key)
        region = self._born.get(id(op)) if asked.fresh else self._attached(op, asked.key)
        self._made(call, region, asked)
        if op.outcome == "raised" or region is None:
            return None
        if (region.kind == "list") != (call.maker == "ShareableList"):
            region.clouded = True
        return _Thing(region, "whole", "", call.instance)

    def _made(self, call: Call, region: Region | None, asked: Asked | None = None) -> None:
        if call.op is None:
            return
        key = asked.key if asked else ""
        making = Making(
            op=call.op, maker=call.maker, fresh=asked is None or asked.fresh,
            key=region.key if region and region.key else key, size=asked.size if asked else None,
            region=region, instance=call.instance, arguments=call.arguments, keywords=call.keywords,
        )  # fmt: skip
        self._makings.append(making)

    def _key(self, actor: str, name: Json) -> str:
        if isinstance(name, str):
            return f"str:{name}"
        if isinstance(name, dict) and "$unique" in name:
            return f"unique:{name['$unique']}"
        for owner, attribute in mentioned(name):
            thing = self._thing(actor, owner)
            if thing is not None and thing.region is not None and attribute == "name":
                return thing.region.key
        return ""

    def _bear_blocks(self) -> None:
        """Make a region of every block first: an attachment may be invoked before that is made."""
        for op in self._operations:
            if not (op.step < 0 or op.target == "@") or op.outcome == "raised":
                continue
            call = self._call(op)
            if call.maker not in BLOCKS:
                continue
            asked = asked_of(call, self._key)
            if asked.fresh:
                region = block_region(call, asked)
                self._born[id(op)] = region
                self._regions.append(region)

    def _attached(self, op: Operation, key: str) -> Region | None:
        """Return the block that an attachment reached, if that is certain; else cloud all it may be."""
        if op.outcome == "raised":
            return None
        blocks = [(r, r.born) for r in self._born.values() if (r.key == key or not key) and r.born]
        near = [(region, born) for region, born in blocks if not op.precedes(born)]
        # A block whose successor was made before we began is gone: its name was given away.
        last = max((born.invoked_ns for _, born in near if born.precedes(op)), default=0)
        near = [(r, born) for r, born in near if born.returned_ns is None or born.returned_ns >= last]
        if len(near) == 1 and key:
            return near[0][0]
        for region, _ in near:
            region.clouded = True
        return None
