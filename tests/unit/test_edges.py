"""The edges of tapes: whether anything was recorded, who only polls, who may rightly wait."""

import itertools
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from _mpconform_agent import tape as layout
from _mpconform_agent.tasks import POLLER
from mpconform.agent import polling_in
from mpconform.edges import Edges, longest_wait_s
from mpconform.values import Actor, Scenario, Step
from mpconform_scenarios.build import call, ref, verb

SCENARIO = Scenario(
    family="f",
    theme="t",
    actors={
        "main": Actor(
            steps=(
                call("q", "get"),
                call("q", "get", timeout_s=2.0),
                verb("drain", ref("q")),
                call("c", "wait_for", {"$predicate": ["v", 1]}, timeout_s=1.0),
            )
        ),
        "p0": Actor(steps=(verb("rendezvous", 0, ["main", "p0"]), verb("pid"))),
    },
)


@pytest.fixture
def tapes(tmp_path: Path) -> Iterator[tuple[Edges, layout.Tape, layout.Tape]]:
    """The edges of two tapes, and the writing ends of both."""
    descriptors = {}
    for name in ("main", "p0"):
        (tmp_path / name).write_bytes(bytes(1 << 16))
        descriptors[name] = os.open(tmp_path / name, os.O_RDONLY)
    logs = [layout.Tape(str(tmp_path / name), 3) for name in descriptors]
    yield Edges(SCENARIO, 3, descriptors), *logs
    for descriptor in descriptors.values():
        os.close(descriptor)


Tapes = tuple[Edges, layout.Tape, layout.Tape]


def test_nothing_new_looks_the_same(tapes: Tapes) -> None:
    """Also while an operation is under way."""
    edges, main, _ = tapes

    assert edges.look() == edges.look()
    main.invoked(0)
    assert edges.look() == edges.look()


def test_whatever_is_recorded_shows(tapes: Tapes) -> None:
    """An invocation, a return, a long text, a great many records: each look differs from the one before."""
    edges, main, p0 = tapes
    seen = [edges.look()]
    place = main.invoked(0)
    seen.append(edges.look())
    main.returned(place, layout.NONE)
    seen.append(edges.look())
    place = p0.invoked(1)
    seen.append(edges.look())
    p0.told(place, layout.JSON, "x" * 300_000)
    seen.append(edges.look())
    p0.returned(p0.invoked(1), layout.NONE)
    seen.append(edges.look())
    for _ in range(5000):
        p0.returned(p0.invoked(1), layout.NONE)
    seen.append(edges.look())

    assert all(one != other for one, other in itertools.pairwise(seen))


def test_many_records_are_followed_to_their_end(tapes: Tapes) -> None:
    """A few looks catch up, however much was recorded; then nothing is new."""
    edges, main, _ = tapes
    for _ in range(20_000):
        main.returned(main.invoked(0), layout.NONE)
    for _ in range(20):
        edges.look()

    assert edges.look() == edges.look()
    main.invoked(1)
    before = edges.patient_until_ns()
    edges.look()
    assert edges.patient_until_ns() > before


def test_an_actor_at_the_board_only_polls(tapes: Tapes) -> None:
    """From its arrival until it goes on."""
    edges, _, p0 = tapes
    edges.look()
    assert edges.polling() == frozenset()
    place = p0.invoked(0)
    edges.look()
    assert edges.polling() == {os.getpid()}
    p0.returned(place, layout.NONE)
    edges.look()
    assert edges.polling() == frozenset()


def test_an_operation_with_a_timeout_may_wait_for_so_long(tapes: Tapes) -> None:
    """One without has no claim to wait, and one that returned has none any more."""
    edges, main, _ = tapes
    place = main.invoked(0)
    edges.look()
    assert edges.patient_until_ns() == 0
    main.returned(place, layout.NONE)
    place = main.invoked(1)
    edges.look()
    assert edges.patient_until_ns() - main._last == 2_000_000_000
    main.returned(place, layout.NONE)
    edges.look()
    assert edges.patient_until_ns() == 0


def test_what_calls_back_may_wait_on(tapes: Tapes) -> None:
    """A wait_for is still under way when the call of its predicate is what was recorded last."""
    edges, main, _ = tapes
    main.invoked(3)
    place = main.invoked(3, 6)
    main.returned(place, layout.NONE, 6)
    edges.look()

    assert edges.patient_until_ns() == main._last + 1_000_000_000


def test_a_drain_may_wait_for_each_item(tapes: Tapes) -> None:
    """While it gets one, and while it looks for the next."""
    edges, main, _ = tapes
    main.invoked(2)
    place = main.invoked(2, 1)
    edges.look()
    first = edges.patient_until_ns()
    main.returned(place, layout.NONE, 1)
    edges.look()

    assert first == pytest.approx(main._last + 5e9, rel=1e-3)
    assert edges.patient_until_ns() == main._last + 5_000_000_000


@pytest.mark.parametrize(
    ("step", "seconds"),
    [
        (call("q", "get"), 0.0),
        (call("q", "get", timeout_s=0.5), 0.5),
        (call("q", "get", True, 3), 3.0),  # noqa: FBT003
        (call("q", "get", timeout=2), 2.0),
        (call("lk", "acquire", True, 3), 3.0),  # noqa: FBT003
        (call("lk", "acquire", timeout=3), 3.0),
        (call("lk", "acquire", False, 60), 0.0),  # noqa: FBT003
        (call("lk", "acquire", block=False, timeout=60), 0.0),
        (call("q", "put", 100), 100.0),
        (call("q", "put", 100, False, 60), 0.0),  # noqa: FBT003
        (call("q", "get", False, 60), 0.0),  # noqa: FBT003
        (call("q", "get", block=False, timeout_s=60), 0.0),
        (call("v", "increment", 100), 0.0),
        (call("a", "join", None), 0.0),
        (call("a", "join", 1.5), 1.5),
        (verb("hold", 0.25), 0.25),
        (verb("rendezvous", 5, ["a"]), 0.0),
    ],
)
def test_the_longest_wait_of_a_step(step: Step, seconds: float) -> None:
    """By keyword, by position, or the length of a hold; a larger number than meant does no harm.

    What is not to block is not waited for, whatever its timeout.
    """
    assert longest_wait_s(step) == seconds


def test_workers_poll_from_one_record_to_the_next() -> None:
    """Those of this run; a record that is not whole says nothing yet."""
    records = [(3, 100, 1), (3, 101, 1), (2, 102, 1), (3, 101, 0), (3, 101, 1), (3, 100, 0)]
    data = b"".join(POLLER.pack(*one) for one in records)

    assert polling_in(b"", 3) == frozenset()
    assert polling_in(data, 3) == {101}
    assert polling_in(data[:-1], 3) == {100, 101}
    assert polling_in(data, 2) == {102}


@pytest.mark.parametrize("joined", [False, True])
def test_main_polls_at_its_end_while_somebody_is_not_joined(tmp_path: Path, *, joined: bool) -> None:
    """After its last step; not before that, nor if all are joined."""
    steps = (call("p0", "start"), *([call("p0", "join")] if joined else []), verb("pid"))
    scenario = Scenario(family="f", theme="t", actors={"main": Actor(steps=steps), "p0": Actor()})
    path = tmp_path / "main"
    path.write_bytes(bytes(1 << 16))
    log = layout.Tape(str(path), 3)
    descriptor = os.open(path, os.O_RDONLY)
    edges = Edges(scenario, 3, {"main": descriptor})

    for index in range(len(steps)):
        edges.look()
        assert not edges.polling()
        log.returned(log.invoked(index), layout.NONE)
    edges.look()
    polling = edges.polling()
    os.close(descriptor)

    assert polling == (frozenset() if joined else {os.getpid()})
