"""Facts: what a verdict in a reproduction script is made of, and how it is written."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from mpconform.store import StoredViolation
from mpconform.values import History, Json, Operation
from mpconform_reports import pseudocode
from mpconform_reports.reproduction_steps import Needed
from mpconform_reports.reproduction_values import quoted, recorded

__all__ = (
    "FIRST",
    "HUNG",
    "SILENT",
    "UNSTEADY",
    "Make",
    "Sign",
    "accused_of",
    "at",
    "call_of",
    "condition",
    "ended",
    "fact_of",
    "foreseen",
    "key",
    "lists",
    "steps_on",
    "told_of",
)

#: Kinds whose witness begins with what was wrong; what comes after it is proof.
FIRST = frozenset(
    [
        "join-before-end",
        "join-timeout-early",
        "dead-while-running",
        "exitcode-before-end",
        "sentinel-early",
        "early-end",
        "ready-but-nothing-sent",
        "running-process-answered",
        "unready-end-answered",
        "empty-wrong-at-rest",
        "qsize-wrong-at-rest",
        "full-wrong-at-rest",
    ]
)
#: Kinds that lie in what a call returned and nothing that others did: a lock that was held, say.
_SECOND = frozenset({"lock-not-used", "lock-not-shared"})
#: How a note tells that the run hung: the alarm of its main process ended it.
HUNG = '["ended", -signal.SIGALRM]'
#: What differs from run to run: numbers that the operating system gives, and the room that memory takes.
UNSTEADY = frozenset(
    {"fileno", ".sentinel", ".native_id", "pid", "parent_pid", ".pid", ".ident", "memory_peak"}
)
#: So many steps of one actor are counted rather than written out.
_MANY = 4
#: Verbs of which a process notes nothing.
SILENT = frozenset(
    [
        *("exit", "sys_exit", "raise", "signal", "linger", "predicate", "action"),
        *("collect", "census", "tell", "await_told"),
    ]
)


@dataclass(frozen=True, kw_only=True)
class Sign:
    """A verdict: what must be noted, and the body of ``wrong(notes)`` that returns what was seen.

    Of *uses*, which are helpers, ``contents`` says that it matters what travels.  *before* are lines that the
    scenario begins with.  *hangs* says that it is seen by the run not coming to its end.
    """

    needed: Needed
    body: tuple[str, ...]
    hangs: bool = False
    uses: frozenset[str] = field(default_factory=frozenset)
    before: tuple[str, ...] = ()


#: Makes the verdict of one violation, if it is of a form that it knows.
Make = Callable[[StoredViolation, History], Sign | None]


def accused_of(stored: StoredViolation) -> Operation | None:
    """Return the operation of the witness that was wrong; the others prove it."""
    if not stored.witness:
        return None
    if stored.kind == "join-returned-too-soon":
        return next((op for op in stored.witness if op.method == "join"), stored.witness[-1])
    place = 0 if stored.kind in FIRST else 1 if stored.kind in _SECOND and len(stored.witness) > 1 else -1
    return stored.witness[place]


def call_of(op: Operation) -> str:
    """Return an operation as a call, not too long."""
    return f"{op.actor}'s {_cut(pseudocode.operation_line(op), 44)}"


def told_of(op: Operation) -> str:
    """Return an operation with its outcome, for a person."""
    return _cut(f"{op.actor}: {_cut(pseudocode.operation_line(op), 44)} -> {pseudocode.result(op)}", 84)


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"


def key(op: Operation) -> str:
    """Return how the note of *op* begins."""
    return f'["{op.actor}", {op.step}]'


def fact_of(op: Operation, pids: dict[int, str], *, deep: bool = False, modules: bool = False) -> str | None:
    """Return the note of *op* as it was recorded, without its times; None if that cannot be foretold."""
    if op.actor == "main.callbacks":
        value = recorded(op.arguments[0] if op.arguments else None)
        return None if value is None else f'["called", {quoted(op.target)}, {value}]'
    if op.open or op.method in SILENT or op.method in {"increment", "increment_index"}:
        return None
    if op.outcome == "raised":
        of = f"{op.result['module']}." if modules else ""
        name = quoted(f"raised {of}{op.result['type']}")
        if deep:
            name = f"[{', '.join([name, *(str(recorded(one)) for one in op.result['args'])])}]"
        return f'["{op.actor}", {op.step}, {name}]'
    value = _pid(op.result, pids) or _listing(op)
    if value is None and not (op.method in UNSTEADY and isinstance(op.result, int)):
        value = recorded(op.result)
    return None if value is None else f'["{op.actor}", {op.step}, {value}]'


def foreseen(stored: StoredViolation) -> bool:
    """Return whether the arguments of all exceptions in the witness are known."""
    raised = [op for op in stored.witness if op.outcome == "raised"]
    return bool(raised) and all(recorded(one) is not None for op in raised for one in op.result["args"])


def _pid(result: Json, pids: dict[int, str]) -> str | None:
    known = isinstance(result, int) and not isinstance(result, bool) and result in pids
    return f"pid.get({quoted(pids[result])})" if known else None


def _listing(op: Operation) -> str | None:
    """Return what ``names`` gives for a listing of things; a number in it is the only sentinel asked for."""
    if op.method.rpartition(".")[2] not in {"wait", "active_children"} or not isinstance(op.result, list):
        return None
    asked = op.arguments[0] if op.arguments and isinstance(op.arguments[0], list) else []
    sentinels = [
        ".".join(one["$attribute"]) for one in asked if isinstance(one, dict) and "$attribute" in one
    ]
    told = []
    for one in op.result:
        if isinstance(one, dict) and "$object" in one:
            told.append(one["$object"])
        elif isinstance(one, int) and len(sentinels) == 1:
            told += sentinels
        else:
            return None
    return "[" + ", ".join(map(quoted, sorted(told))) + "]"


def condition(conditions: list[str]) -> list[str]:
    """Return the line of a condition, wrapped where it is long."""
    whole = f"if {' and '.join(conditions)}:"
    if len(whole) < 100 or len(conditions) == 1:
        return [whole]
    first, *rest = conditions
    return [f"if ({first}", *(f"        and {one}" for one in rest[:-1]), f"        and {rest[-1]}):"]


def at(op: Operation) -> str:
    """Return the times of *op*, as an expression of the verdict."""
    return f'at["{op.actor}", {op.step}]'


def ended(op: Operation) -> int:
    """Return when *op* returned; 0 if it never did."""
    return op.returned_ns or 0


def lists(keys: Iterable[tuple[str, int]], *more: str) -> str:
    """Return the beginnings of the notes of *keys*, as a list of lists."""
    steps: dict[str, list[int]] = {}
    for name, index in keys:
        steps.setdefault(name, []).append(index)
    told = []
    for name, mine in steps.items():
        rows = (", ".join([quoted(name), str(index), *more]) for index in mine)
        if len(mine) < _MANY:
            told += [f"[{row}]" for row in rows]
            continue
        spread = f"range({mine[0]}, {mine[-1] + 1})" if mine == [*range(mine[0], mine[-1] + 1)] else f"{mine}"
        told.append(f"*([{', '.join([quoted(name), 'n', *more])}] for n in {spread})")
    return f"[{', '.join(told)}]"


def steps_on(history: History, target: str, beginning: str) -> list[tuple[str, int]]:
    """Return the steps that call a method of *target* whose name begins so."""
    return [
        (name, index)
        for name, actor in history.scenario.actors.items()
        for index, step in enumerate(actor.steps)
        if step.target == target and step.method.startswith(beginning)
    ]
