"""Preemption: who is held where follows from the plan, and ends with it."""

import importlib.util
import json
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from _mpconform_agent import board, preempt
from _mpconform_agent.board import DONE, SIZE, Board
from _mpconform_agent.scope import Context, Scope

_BACKEND = """
class Queue:
    def get(self):
        total = 0
        for n in range(200):
            total += n
        return total

    def put(self):
        return sum(n for n in range(50))
"""


@pytest.fixture
def backend(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """A backend of one module, imported."""
    path = tmp_path / "made_up.py"
    path.write_text(_BACKEND)
    spec = importlib.util.spec_from_file_location("made_up", path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "made_up", module)
    spec.loader.exec_module(module)
    (tmp_path / "holds").touch()
    (tmp_path / "board").write_bytes(bytes(SIZE))
    return module


def context(folder: Path, **plan: Any) -> Context:
    return Context(
        str(folder), 7, ["main", "p0", "p1"], "u-", ("made_up", ""), 1, {"strategy": "x", "seed": 3, **plan}
    )


@pytest.fixture
def held(tmp_path: Path) -> Iterator[Callable[..., list[list[Any]]]]:
    """Do something as an actor under a plan; return the holds that were told."""

    def do(what: Callable[[], object], *, name: str = "p0", **plan: Any) -> list[list[Any]]:
        (tmp_path / "holds").write_bytes(b"")
        preempt.begin(context(tmp_path, **plan), name)
        try:
            what()
        finally:
            preempt.end()
        return [json.loads(line) for line in (tmp_path / "holds").read_bytes().splitlines()]

    yield do
    preempt.end()


SHORT = (1e-6, 1e-5)


def test_a_process_is_held_in_the_code_of_the_backend(backend: ModuleType, held: Any) -> None:
    """Each hold tells run, actor, process, when, for how long, and where."""
    before = time.monotonic_ns()
    found = held(backend.Queue().get, probability=0.05, pause_s=SHORT)
    after = time.monotonic_ns()

    assert 10 < len(found) < 200
    for serial, actor, pid, began_ns, length_ns, function, line, fault in found:
        assert (serial, actor, pid, fault) == (7, "p0", os.getpid(), "")
        assert before <= began_ns <= after
        assert 1_000 <= length_ns <= 10_000
        assert function.startswith("made_up.")
        assert function.endswith("get")
        assert 3 <= line <= 7


def test_the_same_plan_holds_at_the_same_places(backend: ModuleType, held: Any) -> None:
    """What is drawn follows from the seed and the actor, and from nothing else."""

    def places(**plan: Any) -> list[int]:
        return [hold[6] for hold in held(backend.Queue().get, probability=0.05, pause_s=SHORT, **plan)]

    assert places() == places()
    assert places() != places(seed=4)
    assert places() != places(name="p1")


@pytest.mark.parametrize(
    ("plan", "any_held"),
    [
        pytest.param({"functions": ["made_up.Queue.get"]}, True, id="this-function"),
        pytest.param({"functions": ["made_up.Queue.put"]}, False, id="another-function"),
        pytest.param({"functions": ["queues.Queue.get"]}, False, id="another-module"),
        pytest.param({"actors": ["p0"]}, True, id="this-actor"),
        pytest.param({"actors": ["p1", "main"]}, False, id="other-actors"),
        pytest.param({"grain": "line"}, True, id="by-line"),
        pytest.param({"probability": 0.0}, False, id="never"),
        pytest.param({"pause_s": (0.0, 0.0)}, False, id="only-yields"),
    ],
)
def test_the_plan_says_who_is_held_and_where(
    backend: ModuleType,
    held: Any,
    plan: dict[str, Any],
    any_held: bool,  # noqa: FBT001
) -> None:
    """Other functions and other actors run as if there were no plan."""
    found = held(backend.Queue().get, **{"probability": 0.1, "pause_s": SHORT, **plan})

    assert bool(found) is any_held


def test_threads_of_the_backend_are_held_too(backend: ModuleType, held: Any) -> None:
    """Those that begin while the plan is at work: a queue's feeder is one."""

    def in_thread() -> None:
        thread = threading.Thread(target=backend.Queue().get)
        thread.start()
        thread.join()

    assert held(in_thread, probability=0.1, pause_s=SHORT)


def test_when_the_plan_has_ended_nobody_is_held(backend: ModuleType, held: Any, tmp_path: Path) -> None:
    """Also what was instrumented before runs freely."""
    held(backend.Queue().get, probability=0.1, pause_s=SHORT)
    (tmp_path / "holds").write_bytes(b"")
    backend.Queue().get()

    assert not (tmp_path / "holds").read_bytes()
    assert sys.gettrace() is None or "preempt" not in repr(sys.gettrace())


def test_nobody_is_held_for_more_than_a_while_all_in_all(
    backend: ModuleType, held: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run goes on, however often its plan would hold it."""
    monkeypatch.setattr(preempt, "_MOST_S", 0.005)
    found = held(backend.Queue().get, probability=0.9, pause_s=(0.001, 0.001))

    assert 4 <= len(found) <= 6


def test_a_record_that_cannot_be_told_stops_nothing(backend: ModuleType, held: Any, tmp_path: Path) -> None:
    """No descriptor left, or no file: the process is held all the same."""

    def without_file() -> None:
        (tmp_path / "holds").unlink()
        backend.Queue().get()
        (tmp_path / "holds").touch()

    assert held(without_file, probability=0.1, pause_s=SHORT) == []


@pytest.mark.parametrize("told", [True, False])
def test_a_fault_that_cannot_be_told_does_not_strike(
    backend: ModuleType,
    tmp_path: Path,
    told: bool,  # noqa: FBT001
) -> None:
    """Who were stopped by it, would never be continued."""
    struck: list[int] = []
    before = signal.signal(signal.SIGUSR1, lambda number, _: struck.append(number))
    made = context(tmp_path)
    made.faults = ({"actor": "p0", "after": 20, "signal": "SIGUSR1"},)
    if not told:
        (tmp_path / "holds").unlink()
    try:
        preempt.begin(made, "p0")
        backend.Queue().get()
    finally:
        preempt.end()
        signal.signal(signal.SIGUSR1, before)

    assert struck == [signal.SIGUSR1] * told


def test_a_forked_process_draws_for_itself(backend: ModuleType, held: Any, tmp_path: Path) -> None:
    """It is a worker until it says which actor it is."""

    def fork() -> None:
        child = os.fork()
        if not child:
            backend.Queue().get()
            os._exit(0)
        os.waitpid(child, 0)

    found = held(fork, probability=0.1, pause_s=SHORT)

    assert {hold[1] for hold in found} == {"worker"}
    assert held(fork, probability=0.1, pause_s=SHORT, actors=["p0"]) == []


def test_a_worker_finds_the_plan_of_the_run_under_way(backend: ModuleType, tmp_path: Path) -> None:
    """In the folder of the run; without one, or with half of one, it just works."""
    path = tmp_path / preempt.PLAN
    preempt.find_worker(str(tmp_path), "made_up")
    path.write_text('[7, {"stra')
    preempt.find_worker(str(tmp_path), "made_up")
    backend.Queue().get()
    assert not (tmp_path / "holds").read_bytes()

    path.write_text(json.dumps([7, {"strategy": "x", "probability": 0.1, "pause_s": SHORT}]))
    preempt.find_worker(str(tmp_path), "made_up")
    try:
        backend.Queue().get()
    finally:
        preempt.end()

    assert {json.loads(line)[1] for line in (tmp_path / "holds").read_bytes().splitlines()} == {"worker"}


def test_dice_are_fair_and_depend_on_every_word() -> None:
    """Uniform from 0 to below 1."""
    dice = preempt._Dice(1, "p0")
    drawn = [dice.draw() for _ in range(10_000)]

    assert all(0 <= one < 1 for one in drawn)
    assert abs(sum(drawn) / len(drawn) - 0.5) < 0.02
    assert len({preempt._Dice(*words).draw() for words in ((1, "p0"), (1, "p1"), (2, "p0"), ())}) == 4


@pytest.mark.skipif(not hasattr(os, "sched_getaffinity"), reason="this system pins no process")
def test_all_processes_may_be_put_on_one_processor(backend: ModuleType, tmp_path: Path) -> None:
    """And are let go again."""
    before = os.sched_getaffinity(0)
    preempt.begin(context(tmp_path, one_cpu=True), "main")
    during = os.sched_getaffinity(0)
    preempt.end()

    assert len(during) == 1
    assert during <= before
    assert os.sched_getaffinity(0) == before


def scope(folder: Path, name: str, **plan: Any) -> Scope:
    return Scope(context(folder, **plan), name, {})


@pytest.fixture
def naps(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """How long each nap of the waits that follow is; a yield counts as one of nothing."""
    found: list[float] = []

    def sleep(seconds: float) -> None:
        found.append(seconds)
        time.sleep(seconds)

    monkeypatch.setattr(preempt, "time", SimpleNamespace(sleep=sleep, monotonic=time.monotonic))
    for module in preempt, board:
        monkeypatch.setattr(module, "_yield", lambda: found.append(0.0))
    return found


def test_actors_begin_together(backend: ModuleType, tmp_path: Path, naps: list[float]) -> None:
    """The first to come waits for the last, and goes on alone if nobody comes."""
    preempt.together(scope(tmp_path, "p0"))
    assert naps
    naps.clear()
    preempt.together(scope(tmp_path, "p1"))

    assert not naps


def test_an_actor_gives_way_only_to_those_that_get_on(
    backend: ModuleType, tmp_path: Path, naps: list[float]
) -> None:
    """Who is blocked, or has finished, keeps nobody from anything."""
    plan = {"priorities": 2}
    names = ["main", "p0", "p1"]
    ranks = {name: preempt._priority({"seed": 3, **plan}, name, 0) for name in names}
    lowest, highest = min(names, key=ranks.__getitem__), max(names, key=ranks.__getitem__)
    board = Board(str(tmp_path / "board"), names)

    def waits(name: str) -> int:
        naps.clear()
        preempt.order(scope(tmp_path, name, **plan), 0)
        return len(naps)

    assert (waits(highest), waits(lowest)) == (0, 1)
    assert board.moves([highest, lowest]) == b"\x01\x01"
    for name in names:
        board.arrive(DONE, name)
    assert waits(lowest) == 0
