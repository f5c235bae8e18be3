"""Write the history of a pool by hand: what main bound under which name, and who executed what."""

from typing import Any

from mpconform.values import (
    Actor,
    ActorRecord,
    Census,
    Execution,
    History,
    Json,
    Operation,
    ProcessRecord,
    Step,
)
from tape import history, op

__all__ = ("MAIN", "bound", "census", "done", "on", "pool", "ran", "run", "tape", "task", "tasks")

#: The process of main.
MAIN = 10
RUN: Json = {"$function": "run_task"}

Line = Operation | tuple[Operation, str]


def task(n: int, *behaviour: Json) -> Json:
    """The argument that stands for task *n*."""
    return {"$task": [n, *behaviour]}


def tasks(first: int, count: int, *behaviour: Json) -> Json:
    """The argument that stands for *count* tasks from *first*."""
    return {"$tasks": [first, count, *behaviour]}


def on(target: str, method: str, *arguments: Json, at: tuple[int, int | None], **more: Any) -> Operation:
    """An operation of main on *target*."""
    return op("main", target, method, *arguments, at=at, **more)


def run(method: str, *arguments: Json, at: tuple[int, int | None], **more: Any) -> Operation:
    """A submission of run_task by main to the pool called ``pool``."""
    return op("main", "pool", method, RUN, *arguments, at=at, **more)


def bound(name: str, operation: Operation) -> Line:
    """An operation whose result main bound to *name*."""
    return operation, name


def pool(workers: int = 2, at: tuple[int, int | None] = (0, 1), *more: Json, **keywords: Any) -> Line:
    """The making of the pool called ``pool``."""
    return bound("pool", op("main", "@", "Pool", workers, *more, at=at, **keywords))


def done(n: int, pid: int = 20, at: tuple[int, int | None] = (3, 4)) -> Execution:
    """An execution of task *n* in process *pid*."""
    return Execution(task=n, pid=pid, invoked_ns=at[0], returned_ns=at[1])


def ran(*numbers: int) -> tuple[Execution, ...]:
    """Executions of tasks, one after the other, in one worker, from 3 ns on."""
    return tuple(done(n, at=(3 + 2 * i, 4 + 2 * i)) for i, n in enumerate(numbers))


def census(at_ns: int, *processes: tuple[int, int, str]) -> Census:
    """A census of main and *processes*: (pid, parent, state)."""
    everyone = ((MAIN, 1, "R"), *processes)
    return Census(
        at_ns=at_ns,
        agent_pid=MAIN,
        processes=tuple(ProcessRecord(pid=p, parent_pid=parent, state=s) for p, parent, s in everyone),
    )


def tape(*lines: Line, **rest: Any) -> History:
    """A history of main, alone, in which names mean what *lines* bound to them."""
    pairs = [line if isinstance(line, tuple) else (line, "") for line in lines]
    mine = sorted((p for p in pairs if p[0].actor == "main"), key=lambda p: p[0].invoked_ns)
    steps = tuple(Step(target=o.target, method=o.method, bind=name) for o, name in mine)
    made: History = history(
        *(o for o, _ in pairs), family="pool", actors={"main": Actor(steps=steps)}, **rest
    )
    fields = {name: getattr(made, name) for name in made.__struct_fields__}
    return History(**fields | {"actors": {"main": ActorRecord(pids=(MAIN,), finished=True)}})
