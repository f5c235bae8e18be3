"""The manner in which a scenario was run, in sentences."""

import pytest

from mpconform.values import Actor, Fault, History, Hold, Operation, Preemption, Scenario, Step
from mpconform_reports.manner import found, held, manner

BARE = Scenario(family="queue", theme="t", actors={"main": Actor(), "c0": Actor()})
HOLD = Hold(actor="c0", pid=9, began_ns=2_000, length_ns=1_500_000, function="queues.Queue.get", line=105)


def run(*, rounds: int = 1, preemption: Preemption | None = None) -> Scenario:
    return Scenario(family="queue", theme="t", actors=BARE.actors, rounds=rounds, preemption=preemption)


@pytest.mark.parametrize(
    ("scenario", "told"),
    [
        (BARE, ""),
        (
            run(rounds=8),
            "All of it is repeated in 8 rounds by the same processes, each round on objects of its own.",
        ),
        (
            run(preemption=Preemption(strategy="p", probability=0.0042, pause_s=(5e-5, 0.005))),
            (
                "Every process is held before 0.42 % of its instructions in the backend's code, "
                "for 50.0 µs to 5.00 ms."
            ),
        ),
        (
            run(
                preemption=Preemption(
                    strategy="p", probability=0.05, actors=("c0",), functions=("queues.Queue.get",)
                )
            ),
            "c0 gives up the processor before 5 % of its instructions in queues.Queue.get.",
        ),
        (
            run(preemption=Preemption(strategy="together", together=True)),
            "The actors begin their steps at one instant.",
        ),
        (
            run(preemption=Preemption(strategy="priorities", priorities=2)),
            "Actors begin an operation only when no actor of a higher priority gets on.",
        ),
        (
            run(preemption=Preemption(strategy="one processor", one_cpu=True)),
            "All processes share one processor.",
        ),
    ],
)
def test_a_scenario_says_how_it_is_run(scenario: Scenario, told: str) -> None:
    """Nothing, if it is run as it stands."""
    assert manner(scenario) == told


def send() -> Step:
    return Step(target="q", method="put", arguments=(5,))


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        (
            Fault(actor="c0", signal="SIGKILL", after=300),
            "c0 is sent SIGKILL when it has come past 300 instructions of the backend's code.",
        ),
        (
            Fault(actor="c0", signal="exit", step=0, after=9),
            (
                "c0 is ended on the spot when it has begun q.put(5) (its step 0) "
                "and has come past 9 instructions of the backend's code."
            ),
        ),
        (
            Fault(actor="c0", signal="SIGINT", step=0, later_s=0.02),
            "c0 is sent SIGINT 20.00 ms after it has begun q.put(5) (its step 0).",
        ),
        (
            Fault(actor="c0", signal="SIGSTOP", step=7, length_s=0.5),
            "c0 is sent SIGSTOP when it has begun its step 7, and continued 500.00 ms later.",
        ),
        (
            Fault(actor="c0", signal="EMFILE", step=0),
            "During q.put(5) (its step 0), c0 can open no more descriptors.",
        ),
        (
            Fault(actor="c0", signal="EFBIG", step=0, left=32),
            "During q.put(5) (its step 0), no file of c0 can grow beyond 32 bytes.",
        ),
        (
            Fault(actor="c0", signal="ENOSPC", step=0),
            "During q.put(5) (its step 0) of c0, /dev/shm has room for no more bytes.",
        ),
    ],
)
def test_a_scenario_says_what_befalls_whom(fault: Fault, told: str) -> None:
    """When, and what is done to it."""
    actors = {"main": Actor(), "c0": Actor(steps=(send(),))}

    assert manner(Scenario(family="queue", theme="t", actors=actors, faults=(fault,))) == told


def get(actor: str = "c0", *, returned_ns: int | None = 3_000_000) -> Operation:
    outcome = "open" if returned_ns is None else "ok"
    return Operation(
        actor=actor,
        step=0,
        target="q",
        method="get",
        outcome=outcome,
        invoked_ns=1_000,
        returned_ns=returned_ns,
    )


def test_who_was_held_during_the_witness_is_told() -> None:
    """The longest such hold, and how many others there were."""
    short = Hold(actor="c0", pid=9, began_ns=5_000, length_ns=10, function="queues.Queue.put", line=1)
    history = History(scenario=BARE, backend="m:fork", holds=(short, HOLD))
    words = "c0 was held inside queues.Queue.get (line 105) for 1.50 ms"

    assert held(history, [get()]) == f"{words}, and 1 more time in the witness."
    assert held(history, [get(returned_ns=None)]) == f"{words}, and 1 more time in the witness."
    assert held(History(scenario=BARE, backend="m:fork", holds=(HOLD,)), [get()]) == f"{words}."


def test_who_was_held_elsewhere_is_not() -> None:
    """Another actor, another time, or no history at all."""
    history = History(scenario=BARE, backend="m:fork", holds=(HOLD,))

    assert held(history, [get("main")]) == ""
    assert held(history, [get(returned_ns=1_500)]) == ""
    assert held(None, [get()]) == ""


def test_the_strategy_is_named() -> None:
    """With the time that it took."""
    assert found("yields, 6 rounds", 3.21) == "First seen under the strategy yields, 6 rounds, after 3.2 s."
