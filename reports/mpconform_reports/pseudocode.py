"""Pseudo-code: a scenario as a reader would have written it down, one line per step."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mpconform.values import Json, ObjectSpec, Operation, Scenario, Step
from mpconform.wording import argument, call

__all__ = ("Block", "Line", "argument", "call", "lines", "listing", "operation_line", "result", "step_line")


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One step of one actor, as text; *step* is its index (-1 for the making of an object)."""

    actor: str
    step: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """Everything that one actor does; *remark* is what distinguishes its process."""

    actor: str
    remark: str
    lines: tuple[Line, ...]


def step_line(step: Step) -> str:
    """Return one step: ``q.put(item p0#0)``; what it binds stands before it."""
    told = call(step.target, step.method, step.arguments, step.keywords, step.timeout_s)
    return f"{step.bind} = {told}" if step.bind else told


def operation_line(op: Operation) -> str:
    """Return one operation as a call; the making of an object, as an assignment."""
    if op.step == -1 and op.target:
        return _made(op.target, op.method, op.arguments, op.keywords)
    return call(op.target, op.method, op.arguments, op.keywords, op.timeout_s)


def result(op: Operation) -> str:
    """Return how an operation ended: ``"item p0#1"``, ``"raised Empty()"``, ``"never returned"``."""
    if op.open:
        return "never returned"
    return f"raised {argument(op.result)}" if op.outcome == "raised" else argument(op.result)


def _made(names: str, factory: str, arguments: Sequence[Json], keywords: Mapping[str, Json]) -> str:
    return f"{names} = {call('@', factory, arguments, keywords)}"


def _object_line(name: str, spec: ObjectSpec) -> str:
    return _made(", ".join(spec.unpack) or name, spec.factory, spec.arguments, spec.keywords)


def listing(scenario: Scenario) -> tuple[Block, ...]:
    """Return the scenario as blocks: the objects if there are any, then each actor, main first."""
    blocks = []
    unjoined = scenario.unjoined
    if scenario.objects:
        made = (
            Line(actor="main", step=-1, text=_object_line(n, spec)) for n, spec in scenario.objects.items()
        )
        blocks.append(Block(actor="objects", remark="made by main first", lines=tuple(made)))
    for name in sorted(scenario.actors, key=lambda name: name != "main"):
        actor = scenario.actors[name]
        remarks = ["main process"] if name == "main" else []
        if actor.name is not None:
            remarks.append(f"name={actor.name!r}")
        if actor.daemon is not None:
            remarks.append(f"daemon={actor.daemon}")
        if name in unjoined:
            remarks.append("joined at the end")
        told = (Line(actor=name, step=i, text=step_line(step)) for i, step in enumerate(actor.steps))
        blocks.append(Block(actor=name, remark=", ".join(remarks), lines=tuple(told)))
    return tuple(blocks)


def lines(scenario: Scenario) -> tuple[str, ...]:
    """Return the scenario as plain lines: ``"p0: q.put(item p0#0)"``."""
    return tuple(f"{block.actor}: {line.text}" for block in listing(scenario) for line in block.lines)
