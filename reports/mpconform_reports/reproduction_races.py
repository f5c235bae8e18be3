"""How a scenario was run, as a reproduction script writes it: rounds, holds, stops, one processor, an order.

What the campaign's strategy put over the scenario is written as plain code at the beginning of each process.
"""

from mpconform.store import StoredViolation
from mpconform.values import Actor, Fault, History, Preemption, Scenario
from mpconform_reports.reproduction_values import quoted

__all__ = ("MOST_ROUNDS", "begins", "goes_on", "holding", "is_held", "rounds_of", "turns")

#: A run of the script takes the scenario so often, if it does not fail nearly every time.
MOST_ROUNDS = 32
#: So many rounds of what ends processes, or waits, before it fails.
_SLOW_ROUNDS = 8
#: What fails so often needs no rounds.
_SURE = 0.9
#: How long a process is held, all in all.
_MOST_S = 2
_STROKE_S = 0.01


def rounds_of(stored: StoredViolation, history: History) -> int:
    """Return how often one run of the script takes the scenario: once, if it fails nearly every time."""
    failed, runs = stored.reproduced
    scenario = history.scenario
    if scenario.rounds == 1 and runs and failed >= _SURE * runs:
        return 1
    if scenario.rounds == 1 and not runs and history.ended == "hung":
        return 1
    waits = any(
        step.timeout_s or "timeout" in step.keywords or step.method in {"hold", "drain", "await_exit"}
        for actor in scenario.actors.values()
        for step in actor.steps
    )
    starving = scenario.preemption is not None and scenario.preemption.pause_s[1] > 0.1
    return _SLOW_ROUNDS if waits or starving else max(MOST_ROUNDS, scenario.rounds)


def goes_on(stored: StoredViolation, scenario: Scenario) -> bool:
    """Return whether main makes calls after what was seen, which may raise where it is not seen."""
    steps = scenario.actors.get("main", Actor()).steps
    seen = [op.step for op in stored.witness if op.actor == "main"]
    return bool(seen) and any(
        step.target and step.method not in {"start", "join"} for step in steps[max(seen) + 1 :]
    )


def is_held(scenario: Scenario, name: str) -> bool:
    """Return whether the actor *name* is to be held up, or a fault is to befall it."""
    if any(fault.actor == name for fault in _of_code(scenario)):
        return True
    plan = scenario.preemption
    if plan is None or not plan.probability:
        return False
    # Workers of a pool inherit what main does.
    return not plan.actors or name in plan.actors or (name == "main" and "worker" in plan.actors)


def _of_code(scenario: Scenario) -> tuple[Fault, ...]:
    """Return the faults that strike anywhere in the backend's code; of a step are others (``befallen``)."""
    return tuple(fault for fault in scenario.faults if fault.step is None)


def begins(scenario: Scenario, name: str, *, rounds: int) -> list[str]:
    """Return what the actor *name* does before its first step."""
    lines: list[str] = []
    plan = scenario.preemption
    if plan is not None and plan.one_cpu and name == "main":
        lines.append("os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})  # All on one processor.")
    if is_held(scenario, name):
        lines.append(_call(next((one for one in _of_code(scenario) if one.actor == name), None)))
    together = (plan is not None and plan.together) or (rounds > 1 and not _busy(scenario))
    others = [one for one, actor in scenario.actors.items() if one != "main" and actor.steps]
    first = scenario.actors[name].steps[:1]
    meets = any(not step.target and step.method == "rendezvous" for step in first)
    if together and name != "main" and len(others) > 1 and not meets:
        lines.append(
            f"time.sleep({_STROKE_S} - time.monotonic() % {_STROKE_S})  # All begin at a stroke of the clock."
        )
    return lines


def _busy(scenario: Scenario) -> bool:
    """Return whether main does more than start, join and meet the others: it would be ahead of them."""
    steps = [step.method for step in scenario.actors.get("main", Actor()).steps if step.target]
    first = steps.index("start") if "start" in steps else 0
    return any(method not in {"start", "join"} for method in steps[first:])


def _call(fault: Fault | None) -> str:
    if fault is None:
        return "hold_up()"
    length = f", {fault.length_s:g}" if fault.length_s else ""
    return f"hold_up({quoted(fault.signal)}, {fault.after}{length})"


def turns(scenario: Scenario) -> bool:
    """Return whether processes give way to each other before each call."""
    return scenario.preemption is not None and bool(scenario.preemption.priorities)


def holding(scenario: Scenario, module: str) -> str:
    """Return the helper that holds a process up inside the backend, as *scenario* has it."""
    plan = scenario.preemption if scenario.preemption and scenario.preemption.probability else None
    faults = _of_code(scenario)
    roots = ", ".join(map(quoted, dict.fromkeys([module.split(".", maxsplit=1)[0], "multiprocessing"])))
    within = f'frame.f_globals.get("__name__", "").startswith(({roots}))'
    if not roots.count(","):
        within = f'frame.f_globals.get("__name__", "").startswith({roots})'
    if scenario.family == "memory":
        within = f'({within} or frame.f_code.co_name in ("add", "add_at", "fill", "scan"))'
    if plan is not None and plan.functions and not faults:
        last = sorted({function.rpartition(".")[2] for function in plan.functions})
        within = f"({within} and frame.f_code.co_name in {last})"
    event = "line" if plan is not None and plan.grain == "line" and not faults else "opcode"
    counted = [f"{_MOST_S}"] if plan is not None and plan.pause_s[1] > 0 else []
    counted[:0] = ["after"] if faults else []
    lines = [
        f"def hold_up({_arguments(faults)}):  # {_purpose(faults, plan)}",
        *([f"    left = [{', '.join(counted)}]"] if counted else []),
        "    def trace(frame, event, _):",
        f"        if {within}:",
        *(["            frame.f_trace_opcodes = True"] if event == "opcode" else []),
    ]
    if faults:
        lines += [
            f'            left[0] -= event == "{event}"',
            f'            if event == "{event}" and left[0] == 0:',
            *(f"                {line}" for line in _strike(faults)),
        ]
    if plan is not None:
        lines += _pause(plan, event, place=1 if faults else 0)
    lines += ["            return trace", "    threading.settrace(trace)"]
    if event == "opcode":
        lines.append("    sys._getframe().f_trace_opcodes = True  # Python 3.12 looks here alone.")
    return "\n".join([*lines, "    sys.settrace(trace)"])


def _arguments(faults: tuple[Fault, ...]) -> str:
    if not faults:
        return ""
    return "fault=None, after=-1" + (", seconds=0" if any(fault.length_s for fault in faults) else "")


def _purpose(faults: tuple[Fault, ...], plan: Preemption | None) -> str:
    if faults:
        return "Counts the backend's instructions; after so many comes the fault."
    if plan is not None and plan.pause_s[1] <= 0:
        return "Yields the processor now and then, inside the backend, so that races show."
    return "Holds this process now and then, inside the backend, so that races show."


def _strike(faults: tuple[Fault, ...]) -> list[str]:
    """Return what happens to a process that a fault befalls."""
    lines = []
    if any(fault.signal == "SIGSTOP" for fault in faults):
        lines += [
            'wakes = "sleep %g; kill -CONT %d" % (seconds, os.getpid())',
            'subprocess.Popen(["sh", "-c", wakes])',
        ]
    if any(fault.signal == "exit" for fault in faults):
        return [*lines, "os._exit(77)"]
    return [*lines, "os.kill(os.getpid(), getattr(signal, fault))"]


def _pause(plan: Preemption, event: str, *, place: int) -> list[str]:
    low, high = plan.pause_s
    condition = f'if event == "{event}" and random.random() < {plan.probability:.3g}'
    if high <= 0:
        return [f"            {condition}:", "                os.sched_yield()"]
    length = f"{low:g} * {high / low:g} ** random.random()" if low > 0 else f"{high:g} * random.random()"
    return [
        f"            {condition} and left[{place}] > 0:",
        f"                pause = {length}",
        f"                left[{place}] -= pause  # All in all, not for long.",
        "                time.sleep(pause)",
    ]
