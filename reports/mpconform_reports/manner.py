"""The manner in which a scenario was run: rounds, and where its processes were held up."""

from collections.abc import Iterable

from mpconform.checkers.telling import duration
from mpconform.values import Fault, History, Hold, Operation, Preemption, Scenario
from mpconform_reports import wording
from mpconform_reports.pseudocode import step_line

__all__ = ("found", "held", "manner")


def manner(scenario: Scenario) -> str:
    """Return how *scenario* is run, in sentences; nothing if it is run once, and nobody is held."""
    told = []
    if scenario.rounds > 1:
        told.append(
            f"All of it is repeated in {scenario.rounds} rounds by the same processes, "
            "each round on objects of its own."
        )
    plan = scenario.preemption
    if plan:
        told += _plan(plan)
    told += [_fault(scenario, fault) for fault in scenario.faults]
    return " ".join(told)


def _fault(scenario: Scenario, fault: Fault) -> str:
    """Return whom *fault* befalls, when, and how it ends, in a sentence."""
    deed = {"exit": "is ended on the spot"}.get(fault.signal, f"is sent {fault.signal}")
    steps = scenario.actors[fault.actor].steps if fault.actor in scenario.actors else ()
    known = fault.step is not None and fault.step < len(steps)
    step = (
        f"{step_line(steps[fault.step or 0])} (its step {fault.step})" if known else f"its step {fault.step}"
    )
    if fault.signal == "EMFILE":
        return f"During {step}, {fault.actor} can open {fault.left or 'no'} more descriptors."
    if fault.signal == "EFBIG":
        return f"During {step}, no file of {fault.actor} can grow beyond {fault.left} bytes."
    if fault.signal == "ENOSPC":
        return f"During {step} of {fault.actor}, /dev/shm has room for {fault.left or 'no'} more bytes."
    passed = f"has come past {fault.after} instructions of the backend's code"
    when = f"when it {passed}" if fault.step is None else f"when it has begun {step}"
    if fault.step is not None and fault.after:
        when += f" and {passed}"
    elif fault.later_s:
        when = f"{_seconds(fault.later_s)} after it has begun {step}"
    back = f", and continued {_seconds(fault.length_s)} later" if fault.signal == "SIGSTOP" else ""
    return f"{fault.actor} {deed} {when}{back}."


def _plan(plan: Preemption) -> Iterable[str]:
    if plan.probability:
        who = wording.listed(plan.actors) if plan.actors else "Every process"
        where = wording.listed(plan.functions) if plan.functions else "the backend's code"
        odds = f"{plan.probability * 100:.2g} % of its {plan.grain}s in {where}"
        shortest, longest = plan.pause_s
        if longest > 0:
            yield f"{who} is held before {odds}, for {_seconds(shortest)} to {_seconds(longest)}."
        else:
            yield f"{who} gives up the processor before {odds}."
    if plan.together:
        yield "The actors begin their steps at one instant."
    if plan.priorities:
        yield "Actors begin an operation only when no actor of a higher priority gets on."
    if plan.one_cpu:
        yield "All processes share one processor."


def _seconds(seconds: float) -> str:
    return duration(int(seconds * 1e9))


def held(history: History | None, witness: Iterable[Operation]) -> str:
    """Return who was held where while it was in an operation of *witness*: the longest such hold."""
    if history is None:
        return ""
    spans = [(op.actor, op.invoked_ns, op.returned_ns) for op in witness]
    inside = [hold for hold in history.holds if any(_during(hold, *span) for span in spans)]
    if not inside:
        return ""
    longest = max(inside, key=lambda hold: hold.length_ns)
    others = len(inside) - 1
    more = f", and {others} more {'time' if others == 1 else 'times'} in the witness" if others else ""
    return (
        f"{longest.actor} was held inside {longest.function} (line {longest.line}) "
        f"for {duration(longest.length_ns)}{more}."
    )


def _during(hold: Hold, actor: str, invoked_ns: int, returned_ns: int | None) -> bool:
    ended = returned_ns is None or hold.began_ns <= returned_ns
    return hold.actor == actor and invoked_ns <= hold.began_ns and ended


def found(strategy: str, found_s: float) -> str:
    """Return under which strategy, and how long after the campaign began, a violation was first seen."""
    return f"First seen under the strategy {strategy}, after {found_s:.1f} s."
