"""What the campaign put over a scenario is plain code at the beginning of each process of the script."""

import ast
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from test_reports_reproduction import stored

from mpconform.values import Actor, Fault, History, Operation, Preemption, Scenario, Step
from mpconform_reports.reproduction_loop import loop
from mpconform_reports.reproduction_races import MOST_ROUNDS, begins, goes_on, holding, is_held, rounds_of
from mpconform_scenarios.build import call, join_all, start_all, verb


def scenario(**more: Any) -> Scenario:
    """Two actors that meet nobody, and a main that starts them."""
    return Scenario(
        family="queue",
        theme="x",
        actors={
            "main": Actor(steps=(*start_all(["p0", "p1"]), *join_all(["p0", "p1"]))),
            "p0": Actor(steps=(call("q", "put", 1),)),
            "p1": Actor(steps=(call("q", "get"),)),
        },
        **more,
    )


def told(plan: Preemption, name: str = "p0", *, rounds: int = 1) -> list[str]:
    return begins(scenario(preemption=plan), name, rounds=rounds)


def test_together_is_a_stroke_of_the_clock() -> None:
    """All sleep until the same instant; main, who starts them, does not."""
    plan = Preemption(strategy="together", together=True)

    assert told(plan)[0].startswith("time.sleep(0.01 - time.monotonic() % 0.01)")
    assert told(plan, "main") == []
    assert told(Preemption(strategy="x")) == []
    assert told(Preemption(strategy="x"), rounds=32)[0].startswith("time.sleep(")


def test_nobody_waits_for_a_stroke_while_main_is_at_it() -> None:
    """It would be ahead of all others, in each of many rounds; what was together before stays so."""
    acts = (*start_all(["p0", "p1"]), call("q", "put", 1), *join_all(["p0", "p1"]))
    before = (call("q", "put", 1), *start_all(["p0", "p1"]), *join_all(["p0", "p1"]))

    def of_main(steps: tuple[Step, ...], **more: Any) -> list[str]:
        actors = {**scenario().actors, "main": Actor(steps=steps)}
        return begins(Scenario(family="queue", theme="x", actors=actors, **more), "p0", rounds=32)

    assert of_main(acts) == []
    assert len(of_main(before)) == 1
    assert len(of_main(acts, preemption=Preemption(strategy="together", together=True))) == 1


def test_one_processor_is_for_all() -> None:
    """Main keeps to one before it starts the others, which inherit that."""
    plan = Preemption(strategy="one processor", one_cpu=True, probability=0.1)

    assert told(plan, "main")[0].startswith("os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})")
    assert told(plan) == ["hold_up()"]


def test_only_those_who_are_named_are_held() -> None:
    """An actor by its name, and workers through main, from whom they inherit."""
    plan = Preemption(strategy="preemption", probability=0.1, pause_s=(1e-4, 1e-2), actors=("p1", "worker"))

    assert [name for name in ("main", "p0", "p1") if is_held(scenario(preemption=plan), name)] == [
        "main",
        "p1",
    ]


def test_a_fault_is_given_its_place_and_signal() -> None:
    """After so many instructions; a stop is told for how long."""
    faults = (
        Fault(actor="p0", signal="SIGKILL", after=300),
        Fault(actor="p1", signal="SIGSTOP", after=9, length_s=0.2),
    )
    hurt = scenario(faults=faults)

    assert begins(hurt, "p0", rounds=1) == ['hold_up("SIGKILL", 300)']
    assert begins(hurt, "p1", rounds=1) == ['hold_up("SIGSTOP", 9, 0.2)']


@pytest.mark.parametrize(
    ("signal", "code"), [("SIGKILL", -9), ("exit", 77), ("SIGTERM", -15), ("SIGSTOP", 0)]
)
def test_a_fault_strikes_in_the_backend(signal: str, code: int, tmp_path: Path) -> None:
    """The helper counts instructions of multiprocessing, and then does what the fault says."""
    helper = holding(
        scenario(faults=(Fault(actor="p0", signal=signal, after=5, length_s=0.1),)), "multiprocessing"
    )
    path = tmp_path / "script.py"
    path.write_text(
        "import multiprocessing, os, signal, subprocess, sys, threading\n"
        f"{helper}\nhold_up({signal!r}, 5, 0.1)\nmultiprocessing.Queue().empty()\n"
    )
    ended = subprocess.run([sys.executable, str(path)], check=False, timeout=60, capture_output=True)

    assert ended.returncode == code, ended.stderr


@pytest.mark.parametrize("pause", [(0.0, 0.0), (1e-4, 1e-3)])
@pytest.mark.parametrize("grain", ["line", "instruction"])
def test_a_hold_is_in_the_backend_only(pause: tuple[float, float], grain: str) -> None:
    """In its modules and those of multiprocessing."""
    plan = Preemption(strategy="x", probability=0.5, pause_s=pause, grain=grain)
    text = holding(scenario(preemption=plan), "billiard.context")
    ast.parse(text)

    assert 'startswith(("billiard", "multiprocessing"))' in text
    assert ("os.sched_yield()" in text) == (pause[1] == 0)


@pytest.mark.parametrize(
    ("seen", "steps", "raises"),
    [
        pytest.param("main", (call("q", "get"), call("q", "close")), True, id="a call after it"),
        pytest.param("main", (call("q", "get"), *join_all(["p0"])), False, id="only a join"),
        pytest.param("main", (call("q", "get"),), False, id="nothing"),
        pytest.param("p0", (call("q", "get"), call("q", "close")), False, id="seen by another"),
    ],
)
def test_what_main_calls_after_what_was_seen_may_raise(
    *, seen: str, steps: tuple[Step, ...], raises: bool
) -> None:
    """Where it is not seen: then the next round has to begin all the same."""
    op = Operation(actor=seen, step=0, target="q", method="get", invoked_ns=0, returned_ns=1, outcome="ok")
    ran = Scenario(family="queue", theme="x", actors={"main": Actor(steps=steps), "p0": Actor()})

    assert goes_on(stored(witness=(op,)), ran) is raises
    text = loop(most=1, rounds=32, ended=False, hangs=False, unique=False, apart=False, goes_on=raises)
    ast.parse(text)
    assert ("suppress(Exception)" in text) is raises


def test_what_seldom_fails_has_many_rounds() -> None:
    """What always fails has one; what waits in each has fewer."""
    history = History(scenario=scenario(), backend="x")
    slow = scenario()
    slow = Scenario(
        family="queue", theme="x", actors={**slow.actors, "p1": Actor(steps=(verb("hold", 0.1),))}
    )

    assert rounds_of(stored(reproduced=(20, 20)), history) == 1
    assert rounds_of(stored(reproduced=(2, 20)), history) == MOST_ROUNDS
    assert 1 < rounds_of(stored(reproduced=(2, 20)), History(scenario=slow, backend="x")) < MOST_ROUNDS
    assert rounds_of(stored(reproduced=(20, 20)), History(scenario=scenario(rounds=40), backend="x")) == 40
