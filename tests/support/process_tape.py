"""Histories of processes: written by hand, or made at random from what really was the case."""

import math
import random
from typing import Any

from mpconform.values import Actor, ActorRecord, Census, History, Operation, ProcessRecord, Step
from tape import history, op

__all__ = ("MAIN_PID", "census", "child", "legal", "main", "run", "started")

MAIN_PID = 1
_CHILD_PID = 100


def main(target: str, method: str, *arguments: Any, at: tuple[int, int | None], **rest: Any) -> Operation:
    """One operation of main."""
    return op("main", target, method, *arguments, at=at, **rest)


def child(
    method: str, *arguments: Any, at: tuple[int, int | None], name: str = "c0", **rest: Any
) -> Operation:
    """One of the agent's verbs, taken by a child."""
    return op(name, "", method, *arguments, at=at, **rest)


def started(name: str = "c0", at: tuple[int, int] = (10, 20)) -> Operation:
    """The start of a child."""
    return main(name, "start", at=at)


def census(at_ns: int, *processes: tuple[int, str, int]) -> Census:
    """A census of main and of *processes*: pid, state, parent."""
    found = [ProcessRecord(pid=MAIN_PID, parent_pid=0, state="R", threads=1)]
    found += [ProcessRecord(pid=p, parent_pid=parent, state=s, threads=1) for p, s, parent in processes]
    return Census(at_ns=at_ns, agent_pid=MAIN_PID, processes=tuple(found))


def run(
    *operations: Operation,
    pids: dict[str, tuple[int, ...]] | None = None,
    binds: dict[str, dict[int, str]] | None = None,
    given: dict[str, dict[str, Any]] | None = None,
    finished: bool = True,
    **rest: Any,
) -> History:
    """A history of main and the children that appear in it, the first with process id 100.

    *binds* gives names to results by actor and step; *given* the name and flag of an actor.
    """
    names = {o.actor for o in operations} | {o.target for o in operations if o.target[:1] == "c"}
    names |= {*(given or {}), *(pids or {})}
    children = sorted(name for name in names if name[:1] == "c")
    ordered = sorted(operations, key=lambda o: o.invoked_ns)
    actors = {}
    for actor in ("main", *children):
        taken = [o for o in ordered if o.actor == actor]
        steps = [
            Step(
                target=o.target, method=o.method, arguments=o.arguments, timeout_s=o.timeout_s,
                bind=(binds or {}).get(actor, {}).get(index, ""),
            )
            for index, o in enumerate(taken)
        ]  # fmt: skip
        actors[actor] = Actor(steps=tuple(steps), **(given or {}).get(actor, {}))
    own = {name: (_CHILD_PID + index,) for index, name in enumerate(children)} | (pids or {})
    records = {name: ActorRecord(pids=own[name], finished=finished) for name in children}
    records["main"] = ActorRecord(pids=(MAIN_PID,), finished=True)
    return _with_records(history(*operations, family="process", actors=actors, **rest), records)


def _with_records(made: History, records: dict[str, ActorRecord]) -> History:
    fields = {name: getattr(made, name) for name in made.__struct_fields__}
    return History(**fields | {"actors": records})


def legal(seed: int) -> History:
    """A history of two children such as a correct backend may leave, whatever its timing.

    Each child truly runs from an instant within its start to an instant of its end; whatever
    main asks is answered by what is the case at some instant within the call.
    """
    world = _World(random.Random(seed))
    for name in world.children:
        world.start(name)
    for _ in range(world.source.randint(3, 12)):
        world.step(world.source.choice(tuple(world.children)))
    return world.history()


class _World:
    """What really is the case, and what main and the children record of it."""

    def __init__(self, source: random.Random) -> None:
        self.source = source
        self.children = ("c0", "c1")
        self.lingers = {name: source.random() < 0.4 for name in self.children}
        self.begun: dict[str, int] = {}
        self.ends = dict.fromkeys(self.children, math.inf)
        self.joined: set[str] = set()
        self.operations: list[Operation] = []
        self._clock = 0

    def _span(self, least: float = 0) -> tuple[tuple[int, int], int]:
        """Return a closed interval after all others of main, and an instant in it, not before *least*."""
        begin = self._clock + self.source.randint(1, 6)
        moment = max(begin + self.source.randint(0, 4), int(least))
        self._clock = moment + self.source.randint(0, 4)
        return (begin, self._clock), moment

    def start(self, name: str) -> None:
        at, self.begun[name] = self._span()
        self.operations.append(started(name, at))
        if not self.lingers[name]:
            self.ends[name] = self.begun[name] + self.source.randint(1, 60)

    def step(self, name: str) -> None:
        """Let main do something about *name*."""
        waits = ["join", "await_exit"] if math.isfinite(self.ends[name]) else []
        shots = ["terminate"] if name not in self.joined else []
        method = self.source.choice(
            [*waits, *shots, "is_alive", ".exitcode", ".pid", "timed", "active_children"]
        )
        at, moment = self._span(self.ends[name] if method in waits else 0)
        made = {
            "timed": lambda: main(name, "join", at=at, timeout_s=0.0),
            "await_exit": lambda: main("", "await_exit", [name], at=at),
            "active_children": lambda: main("@", "active_children", at=at, to=self._active(moment)),
        }.get(method, lambda: main(name, method, at=at, to=self._answer(name, method, moment)))
        self.operations.append(made())
        if method == "join":
            self.joined.add(name)
        if method == "terminate" and not math.isfinite(self.ends[name]):
            self.ends[name] = moment + self.source.randint(0, 5)

    def _active(self, moment: int) -> list[dict[str, str]]:
        return [{"$object": name} for name in self.children if moment < self.ends[name]]

    def _answer(self, name: str, method: str, moment: int) -> Any:
        alive = moment < self.ends[name]
        code = -15 if self.lingers[name] else 0
        answers = {"is_alive": alive, ".exitcode": None if alive else code, ".pid": _pid(name)}
        return answers.get(method)

    def _deeds(self, name: str) -> list[Operation]:
        """What a child records that truly ran."""
        begin, end = self.begun[name], int(min(self.ends[name], self._clock + 5))
        cuts = sorted(self.source.sample(range(begin, end), k=min(4, end - begin)))
        deeds = [child("pid", at=at, name=name, to=0) for at in zip(cuts[::2], cuts[1::2], strict=False)]
        last = max([begin, *(deed.returned_ns or 0 for deed in deeds)])
        if self.lingers[name] and last < end:
            deeds.append(child("linger", at=(last + 1, None), name=name))
        return deeds

    def history(self) -> History:
        deeds = [deed for name in self.children for deed in self._deeds(name)]
        made = run(*self.operations, *deeds)
        over = {name for name in self.children if not self.lingers[name] and math.isfinite(self.ends[name])}
        return _with_records(
            made,
            {
                name: ActorRecord(pids=record.pids, finished=name in {"main", *over})
                for name, record in made.actors.items()
            },
        )


def _pid(name: str) -> int:
    return _CHILD_PID + int(name[1:])
