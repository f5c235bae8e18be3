"""Read tapes: the records that actors left, as operations.

The layout is ``_mpconform_agent.tape``'s.  A tape may end anywhere: its writer may have been
killed while writing.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from _mpconform_agent import tape as layout
from _mpconform_agent.heard import ACTION, PREDICATE
from _mpconform_agent.verbs import GET_S, UNTIMED
from mpconform.errors import BadRecord
from mpconform.values import Actor, ActorRecord, Json, Operation, Scenario, Step

__all__ = (
    "CALLBACKS",
    "actor_record",
    "fault_of",
    "joined",
    "operations",
    "place_of",
    "rounds_of",
    "runs_of",
    "used",
)

#: Target, method, arguments and timeout.
_Call = tuple[str, str, tuple[Json, ...], float | None]

#: What the backend called in the middle of an operation, by the inner code of its record.
_HEARD = {PREDICATE: "predicate", ACTION: "action"}

#: The tape that callbacks are recorded on, and the pseudo-actor that they belong to.
CALLBACKS = "callbacks"


def used(data: Any, serial: int) -> int:
    """Return how many bytes of the tape *data* belong to run *serial*; 0 if it never began."""
    if len(data) < layout.HEADER_SIZE:
        return 0
    magic, found, *_ = layout.HEADER.unpack_from(data, 0)
    if magic != layout.MAGIC or found != serial:
        return 0
    end = layout.HEADER_SIZE
    for end, _ in layout.records(data, serial):  # noqa: B007  # the last one counts
        pass
    return end


def _header(data: bytes, where: str) -> tuple[Any, ...]:
    if len(data) < layout.HEADER_SIZE or not data.startswith(layout.MAGIC):
        message = (
            f"{where}: not a tape of this format: begins with {bytes(data[:8])!r}, expected {layout.MAGIC!r}"
        )
        raise BadRecord(message)
    return layout.HEADER.unpack_from(data, 0)


def actor_record(data: bytes, number: int = 0) -> ActorRecord:
    """Return what the header of a tape says of its actor in round *number*; empty *data*: it never ran."""
    if not data:
        return ActorRecord()
    _, _, runs, finished, _, *pids = _header(data, "tape")
    return ActorRecord(pids=tuple(pids[: min(runs, len(pids))]), finished=finished > number)


def place_of(recorded: int, *, rounds: int) -> tuple[int, int]:
    """Return the round, and the step in it, of what was *recorded* as the number of a step."""
    number = (recorded + 1) // layout.ROUND if rounds > 1 else 0
    return number, recorded - number * layout.ROUND


def runs_of(data: bytes) -> int:
    """Return how many processes ran the actor of a tape; of empty *data*: 0."""
    return int(_header(data, "tape")[2]) if data else 0


def joined(first: bytes, further: bytes) -> bytes:
    """Return one tape of two runs of an actor: the records of both; the *further* one tells of its end."""
    if not further:
        return first
    magic, serial, runs, _, fault, *pids = _header(first, "tape")
    *_, finished, further_fault = _header(further, "tape")[:5]
    header = layout.HEADER.pack(magic, serial, runs, finished, fault or further_fault, *pids)
    return header + first[len(header) :] + further[layout.HEADER_SIZE :]


def fault_of(data: bytes) -> int:
    """Return the errno that stopped the recording, or 0."""
    return int(_header(data, "tape")[4]) if data else 0


def operations(scenario: Scenario, tapes: Mapping[str, bytes]) -> tuple[Operation, ...]:
    """Return all operations on *tapes* (raw bytes by actor), of all rounds, ordered by invocation.

    Raises BadRecord for a record that contradicts the scenario.
    """
    found = [op for one in rounds_of(scenario, tapes) for op in one]
    if scenario.rounds > 1:
        found.sort(key=_order)
    return tuple(found)


def rounds_of(scenario: Scenario, tapes: Mapping[str, bytes]) -> tuple[tuple[Operation, ...], ...]:
    """Return the operations on *tapes* (raw bytes by actor) round by round, each ordered by invocation.

    Raises BadRecord for a record that contradicts the scenario.
    """
    names = scenario.actor_names
    found: list[list[Operation]] = [[] for _ in range(scenario.rounds)]
    for name, data in tapes.items():
        if not data:
            continue
        serial = _header(data, f"tape {name}")[1]
        if name == CALLBACKS:
            found[0] += _callbacks(data, serial)
        elif name in scenario.actors:
            _read_actor(name, scenario.actors[name], data, serial, names, scenario, found)
    for one in found:
        one.sort(key=_order)
    return tuple(map(tuple, found))


def _order(op: Operation) -> tuple[int, str]:
    return op.invoked_ns, op.actor


def _text(data: bytes, place: int, length: int, where: str) -> Json:
    try:
        return msgspec.json.decode(data[place : place + length])
    except msgspec.DecodeError as error:
        message = f"{where}: a result is not JSON ({error}): {bytes(data[place : place + min(length, 60)])!r}"
        raise BadRecord(message) from error


def _callbacks(data: bytes, serial: int) -> Iterator[Operation]:
    for _, (_, kind, _, invoked, returned, length, _, place) in layout.records(data, serial):
        if kind != layout.CALLED:
            continue
        name, argument = _text(data, place, length, "tape of callbacks")
        yield Operation(
            actor="main.callbacks",
            step=0,
            target=name,
            method="called",
            arguments=(argument,),
            outcome="ok",
            invoked_ns=invoked,
            returned_ns=returned or None,
        )


def _result(data: bytes, fields: tuple[int, ...], names: tuple[str, ...], where: str) -> tuple[str, Json]:
    _, kind, _, _, _, a, b, place = fields
    if kind == layout.NONE:
        return "ok", None
    if kind == layout.OPEN:
        return "open", None
    if kind in (layout.BOOL_TRUE, layout.BOOL_FALSE):
        return "ok", kind == layout.BOOL_TRUE
    if kind == layout.INT:
        return "ok", a
    if kind == layout.ITEM:
        index = a >> 32
        producer = names[index] if index < len(names) else "task"
        return "ok", {"$item": [producer, a & 0xFFFFFFFF, b >> 32, b & 0xFFFFFFFF]}
    if kind == layout.DIGEST:
        return "ok", {"$digest": [a, b]}
    if kind in (layout.JSON, layout.RAISED):
        return "raised" if kind == layout.RAISED else "ok", _text(data, place, a, where)
    message = f"{where}: a record of kind {kind}, which this version does not know"
    raise BadRecord(message)


def _read_actor(
    name: str,
    actor: Actor,
    data: bytes,
    serial: int,
    names: tuple[str, ...],
    scenario: Scenario,
    found: list[list[Operation]],
) -> None:
    """Add the operations of one actor to those *found*, by round."""
    where = f"tape {name}"
    rounds = scenario.rounds
    calls: dict[tuple[int, int], Any] = {}  # One step may have many records.
    for _, fields in layout.records(data, serial):
        index, kind, inner, invoked, returned, *_ = fields
        if kind == layout.TEXT:
            continue
        number, index = place_of(index, rounds=rounds)
        if number >= rounds:
            message = f"{where}: a record of round {number}, but the scenario has {rounds}"
            raise BadRecord(message)
        outcome, result = _result(data, fields, names, where)
        if not returned:
            outcome, result = "open", None
        if index < 0:
            found[number].append(_making(name, scenario, outcome, result, invoked, returned))
            continue
        if index >= len(actor.steps):
            message = f"{where}: a record of step {index}, but the actor has {len(actor.steps)} steps"
            raise BadRecord(message)
        step = actor.steps[index]
        call = calls.get((index, inner))
        if call is None:
            call = calls[index, inner] = _call_of(step, inner)
        target, method, arguments, timeout_s = call
        if rounds > 1 and target in scenario.actors:
            target, method, arguments, timeout_s = _between(call, number, rounds)
        found[number].append(
            Operation(
                actor=name,
                step=index,
                target=target,
                method=method,
                arguments=arguments,
                keywords={} if inner in _HEARD else step.keywords,
                timeout_s=timeout_s,
                outcome=outcome,
                result=result,
                invoked_ns=invoked,
                returned_ns=returned or None,
            )
        )


def _between(call: _Call, number: int, rounds: int) -> _Call:
    """Return what was done in place of *call*, a start or join of a round of a burst."""
    target, method, *_ = call
    if method == "start" and number:
        return "", "release", (target,), None
    if method == "join" and number < rounds - 1:
        return "", "await_done", ([target],), None
    return call


def _made(actor: str, outcome: str, result: Json) -> tuple[str, Json]:
    """Return the name of what was made, and the result; of a making that never ended nothing is known."""
    if outcome == "open":
        return "", None
    if not isinstance(result, list) or len(result) != 2 or not isinstance(result[0], str):
        raise BadRecord(
            f"tape {actor}: the making of an object is told as {result!r}, expected [name, result]"
        )
    return result[0], result[1]


def _making(
    name: str, scenario: Scenario, outcome: str, result: Json, invoked: int, returned: int
) -> Operation:
    target, made = _made(name, outcome, result)
    spec = scenario.objects.get(target)
    return Operation(
        actor=name,
        step=-1,
        target=target,
        method=spec.factory if spec else "Process",
        arguments=spec.arguments if spec else (),
        keywords=spec.keywords if spec else {},
        outcome=outcome,
        result=made,
        invoked_ns=invoked,
        returned_ns=returned or None,
    )


def _call_of(step: Step, inner: int) -> _Call:
    """Return target, method, arguments and timeout of what *step* did, as its record's *inner* tells."""
    if inner in _HEARD:
        return step.target, _HEARD[inner], (), None
    if step.target or step.method not in {"drain", "increment", "increment_index", "fill", "scan", "emit"}:
        return step.target, step.method, step.arguments, step.timeout_s
    if step.method != "drain":
        return _worked_on(step), step.method, step.arguments, step.timeout_s
    if not inner:
        return "", step.method, step.arguments, step.timeout_s
    # One of its gets; a SimpleQueue's has no timeout.
    return _worked_on(step), "get", (), None if inner == UNTIMED else GET_S


def _worked_on(step: Step) -> str:
    references = (one["$object"] for one in step.arguments if isinstance(one, dict) and "$object" in one)
    return next(references, "")
