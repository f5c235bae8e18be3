"""The manner in which a scenario was run, in sentences."""

import pytest

from mpconform.values import Actor, History, Hold, Operation, Preemption, Scenario
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
