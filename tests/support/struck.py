"""Faults in hand-written histories."""

import msgspec

from mpconform.values import Actor, Fault, History, Hold, Step

__all__ = ("steps_of", "struck")


def struck(history: History, *faults: Fault, at: int, pid: int = 7, told: bool = True) -> History:
    """*history* in which *faults* struck at instant *at*, each where it says; not *told*: none did."""
    holds = tuple(
        Hold(
            actor=fault.actor,
            pid=pid,
            began_ns=at,
            length_ns=0,
            function="" if fault.step is not None and not fault.after else "connection.Connection._send",
            line=fault.step or 0,
            fault=fault.signal,
        )
        for fault in faults
    )
    scenario = msgspec.structs.replace(history.scenario, faults=faults)
    return msgspec.structs.replace(history, scenario=scenario, holds=holds if told else ())


def steps_of(history: History) -> History:
    """*history* with a scenario whose actors' steps are what it tells that they did, in order."""
    actors = {}
    for name in history.scenario.actors:
        done = sorted((op for op in history.by(name) if op.step >= 0), key=lambda op: op.step)
        old = history.scenario.actors[name].steps
        actors[name] = Actor(
            steps=old
            or tuple(
                Step(
                    target=op.target,
                    method=op.method,
                    arguments=op.arguments,
                    keywords=op.keywords,
                    timeout_s=op.timeout_s,
                    bind=op.result["$object"] if _binds(op.result) else "",
                )
                for op in done
            )
        )
    return msgspec.structs.replace(history, scenario=msgspec.structs.replace(history.scenario, actors=actors))


def _binds(result: object) -> bool:
    return isinstance(result, dict) and "$object" in result
