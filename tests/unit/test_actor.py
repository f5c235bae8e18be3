"""An actor takes its steps: calls, attributes, verbs, what is skipped, what is told."""

import queue
import threading
import weakref
from pathlib import Path
from typing import Any

import pytest

from _mpconform_agent import actor, verbs
from _mpconform_agent import tape as layout
from _mpconform_agent.actor import take
from _mpconform_agent.board import SIZE
from _mpconform_agent.scope import Context, Scope
from _mpconform_agent.tasks import Deliberate, Departure
from mpconform import tape
from mpconform.values import Actor, Operation, Scenario, Step
from mpconform_scenarios.build import call, item, ref, verb


class Value:
    """A value with a lock, as a backend might have it."""

    def __init__(self, number: int = 0, lock: Any = None) -> None:
        self.value = number
        self.lock = lock or Lock()

    def get_lock(self) -> Any:
        return self.lock


class Lock:
    def __init__(self, *, broken: str = "") -> None:
        self.broken = broken
        self.held = 0

    def __enter__(self) -> None:
        self.held += 1
        if self.broken == "enter":
            raise OSError("broken")

    def __exit__(self, *rest: object) -> None:
        self.held -= 1
        if self.broken == "exit":
            raise OSError("broken")


class Array(list[int]):
    def __init__(self, *numbers: int) -> None:
        super().__init__(numbers)
        self.lock = Lock()

    def get_lock(self) -> Any:
        return self.lock


class Acting:
    """One actor called main, in this process."""

    def __init__(self, folder: Path) -> None:
        for name, size in (
            ("tape-0", 1 << 16),
            ("tape-1", 1 << 16),
            ("tape-callbacks", 1 << 16),
            ("board", SIZE),
        ):
            (folder / name).write_bytes(bytes(size))
        self.folder = folder
        self.context = Context(str(folder), 1, ["main", "p0"], "u-", ("multiprocessing", "fork"))

    def __call__(self, *steps: Step, name: str = "main", **objects: Any) -> tuple[Operation, ...]:
        written = [_written(step) for step in steps]
        known = {other: [] for other in self.context.names} | {name: written}
        self.scope = Scope(self.context.with_steps(known), name, objects)
        take(self.scope, layout.Tape(self.context.tape_path(name), 1), written)
        return self.operations(*steps, name=name)

    def operations(self, *steps: Step, name: str = "main") -> tuple[Operation, ...]:
        actors = {other: Actor() for other in self.context.names} | {name: Actor(steps=steps)}
        data = Path(self.context.tape_path(name)).read_bytes()
        return tape.operations(
            Scenario(family="f", theme="t", actors=actors), {name: data[: tape.used(data, 1)]}
        )


@pytest.fixture
def acting(tmp_path: Path) -> Acting:
    return Acting(tmp_path)


def test_calls_attributes_and_items(acting: Acting) -> None:
    """A method is called; with a dot an attribute is read; with an equals sign it is set."""
    found = acting(
        call("v", ".value"),
        Step(target="v", method=".value=", arguments=(7,)),
        call("v", ".value"),
        call("a", "__getitem__", {"$slice": [0, 2]}),
        call("a", "__setitem__", 0, 9),
        call("a", "__len__"),
        call("a", "index", 9, 0),
        v=Value(3), a=Array(1, 2, 3),
    )  # fmt: skip

    assert [op.result for op in found] == [3, None, 7, [1, 2], None, 3, 0]


def test_a_timeout_is_passed_as_a_keyword(acting: Acting) -> None:
    """As the caller of the backend would write it."""
    (found,) = acting(call("q", "get", timeout_s=0.001), q=queue.Queue())

    assert found.raised("Empty")
    assert found.elapsed_s >= 0.001


def test_whatever_a_call_raises_is_recorded_and_the_next_step_taken(acting: Acting) -> None:
    """Also exceptions that usually end a program."""

    class Raising:
        def leave(self, kind: str) -> None:
            raise {"exit": SystemExit, "interrupt": KeyboardInterrupt}[kind]("x")

    found = acting(call("r", "leave", "exit"), call("r", "leave", "interrupt"), verb("pid"), r=Raising())

    assert [op.outcome for op in found] == ["raised", "raised", "ok"]
    assert found[0].raised("SystemExit")
    assert found[1].raised("KeyboardInterrupt")


def test_what_a_step_binds_later_steps_can_use(acting: Acting) -> None:
    """As target and as argument; it is recorded under its name if it is no plain value."""
    found = acting(
        call("q", "get", bind="x"),
        call("q", "put", ref("x")),
        call("q", "get"),
        call("q", "qsize", bind="n"),
        q=_filled(lock := Lock()),
    )

    assert [op.result for op in found] == [{"$object": "x"}, None, {"$object": "x"}, 0]
    assert acting.scope.named("x") is lock


def _filled(*things: object) -> "queue.Queue[object]":
    made: queue.Queue[object] = queue.Queue()
    for thing in things:
        made.put(thing)
    return made


def test_a_step_with_a_name_that_was_never_bound_is_skipped(acting: Acting) -> None:
    """Target, argument, keyword, a verb's argument: nothing is called, nothing recorded."""
    found = acting(
        call("nobody", "put", 1),
        call("q", "put", ref("nobody")),
        call("q", "put", item=ref("nobody")),
        call("q", "put", {"$tuple": [ref("nobody")]}),
        verb("echo", [ref("nobody")]),
        verb("increment", ref("nobody"), 3),
        call("q", "empty"),
        q=queue.Queue(),
    )

    assert [(op.step, op.result) for op in found] == [(6, True)]


def test_names_of_the_backend_are_found(acting: Acting) -> None:
    """Context, module, submodule; and what does not exist raises as an operation."""
    found = acting(
        call("@", "active_children"),
        call("@", "connection.wait", [], timeout_s=0.001),
        call("@", "nothing.at.all"),
    )

    assert [op.result for op in found[:2]] == [[], []]
    assert found[2].raised("AttributeError")


def test_increments_are_recorded_one_by_one(acting: Acting) -> None:
    """Under the value's own lock, or the one that is given."""
    found = acting(
        verb("increment", ref("v"), 3),
        verb("increment", ref("v"), 1, ref("lock")),
        verb("increment_index", ref("a"), 1, 2),
        v=Value(), a=Array(1, 2), lock=Lock(),
    )  # fmt: skip

    assert [(op.step, op.target) for op in found] == [*[(0, "v")] * 3, (1, "v"), *[(2, "a")] * 2]
    assert all(op.ok for op in found)
    assert acting.scope.named("v").value == 4
    assert acting.scope.named("a") == [1, 4]


@pytest.mark.parametrize("broken", ["enter", "exit"])
def test_an_increment_that_raises_is_itself_recorded_as_raised(acting: Acting, broken: str) -> None:
    """No open operation is left beside it, and the rest of the increments is given up."""
    found = acting(verb("increment", ref("v"), 3), verb("pid"), v=Value(0, Lock(broken=broken)))

    assert [(op.method, op.outcome) for op in found] == [("increment", "raised"), ("pid", "ok")]


def test_a_value_without_a_lock_raises_as_an_increment(acting: Acting) -> None:
    """What cannot be begun is recorded, too."""
    found = acting(
        verb("increment", ref("v"), 3), verb("fill", ref("v"), 3), verb("scan", ref("v")), v=object()
    )

    assert [(op.method, op.outcome) for op in found] == [(m, "raised") for m in ("increment", "fill", "scan")]
    assert all(op.raised("AttributeError") for op in found)


def test_fill_and_scan_hold_the_lock(acting: Acting) -> None:
    """Every element is written; the distinct ones are read."""
    found = acting(
        verb("scan", ref("a")), verb("fill", ref("a"), 5), verb("scan", ref("a")), a=Array(3, 1, 3)
    )

    assert [op.result for op in found] == [[1, 3], None, [5]]
    assert all(op.target == "a" for op in found)


def test_emitted_lines_come_out_whole_and_in_order(acting: Acting) -> None:
    """Pieces make up the line, however many."""
    found = acting(
        verb("output"),
        *(verb("emit", n, pieces) for n, pieces in enumerate((1, 2, 9, 30))),
        verb("output"),
    )

    assert found[0].result == []
    assert [line.split()[:2] for line in found[-1].result] == [["main", str(n)] for n in range(4)]


def test_a_lock_that_breaks_while_emitting_is_told_as_raised(acting: Acting) -> None:
    """The backend's object raised: neither ours nor a crash."""
    (found,) = acting(verb("emit", 0, 2, ref("lock")), lock=Lock(broken="exit"))

    assert found.raised("OSError")


def test_echo_shows_the_arguments(acting: Acting) -> None:
    """As decoded in this process."""
    (found,) = acting(verb("echo", 1, item("p0", 3, 0), {"$tuple": [2]}))

    assert found.result == [1, {"$item": ["p0", 3, 0, 0]}, {"$tuple": [2]}]


def test_a_drain_gets_what_is_left(acting: Acting) -> None:
    """As many as were put and not got, as all tapes tell, by this verb or by others."""
    found = acting(
        *(call("q", "put", item("main", n)) for n in range(4)),
        call("q", "get"),
        verb("drain", ref("q")),
        verb("drain", ref("q")),
        q=queue.Queue(),
    )

    assert [op.method for op in found] == ["put"] * 4 + ["get", "drain", "get", "get", "get", "drain"]
    assert [op.result for op in found if op.method == "drain"] == [0, 0]


def test_a_drain_counts_what_other_actors_put(acting: Acting) -> None:
    """Their tapes are read, those of a second run too."""
    shared: queue.Queue[object] = queue.Queue()
    acting(call("q", "put", item("p0", 0)), name="p0", q=shared)
    put = {"target": "q", "method": "put", "arguments": [1], "keywords": {}, "timeout_s": None, "bind": ""}
    take(acting.scope, layout.Tape(acting.context.tape_path("p0"), 1), [put])
    layout.announce(acting.context.tape_path("p0"), 1)
    context = acting.context.with_steps({"main": [_drain()], "p0": [put]})
    scope = Scope(context, "main", {"q": shared})

    take(scope, layout.Tape(acting.context.tape_path("main"), 1), [_drain()])

    assert shared.empty()


def _drain() -> dict[str, Any]:
    return {
        "target": "", "method": "drain", "arguments": [{"$object": "q"}], "keywords": {}, "timeout_s": None,
        "bind": "",
    }  # fmt: skip


def test_a_drain_stops_at_the_first_item_that_does_not_come(
    acting: Acting, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And returns how many did not."""

    class Losing(queue.Queue[object]):
        def put(self, *arguments: Any, **keywords: Any) -> None:
            pass

    monkeypatch.setattr(verbs, "DRAIN_S", 0.01)
    found = acting(call("q", "put", 1), call("q", "put", 1), verb("drain", ref("q")), q=Losing())

    assert [(op.method, op.outcome) for op in found[2:]] == [("drain", "ok"), ("get", "raised")]
    assert found[2].result == 2


def test_a_queue_without_timeouts_is_looked_at_before_it_is_waited_on(
    acting: Acting, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A SimpleQueue's get would wait for ever for what was lost."""

    class Simple:
        def __init__(self) -> None:
            self.items: list[object] = []

        def put(self, thing: object) -> None:
            self.items.append(thing)

        def empty(self) -> bool:
            return len(self.items) < 2

        def get(self) -> object:
            return self.items.pop()

    monkeypatch.setattr(verbs, "DRAIN_S", 0.01)
    found = acting(call("q", "put", 1), call("q", "put", 1), verb("drain", ref("q")), q=Simple())

    assert [(op.method, op.outcome, op.timeout_s) for op in found[3:]] == [("get", "ok", None)]
    assert found[2].result == 1


def test_awaiting_an_invocation_does_not_await_its_return(acting: Acting) -> None:
    """The step is under way, or a later one is, or the actor is through."""
    log = layout.Tape(acting.context.tape_path("p0"), 1)
    log.returned(log.invoked(0), layout.NONE)
    log.invoked(2)

    (found,) = acting(verb("await_invoked", "p0", 2))

    assert found.ok


def test_awaiting_an_invocation_follows_a_tape_that_grows(acting: Acting) -> None:
    """Each look reads what is new, also when the file has become longer."""
    log = layout.Tape(acting.context.tape_path("p0"), 1)
    reader = verbs._Reader(acting.context.tape_path("p0"), 1)
    seen = [reader.latest()]
    place = log.invoked(0)
    seen.append(reader.latest()[0])
    log.told(place, layout.JSON, "x" * 200_000)
    log.invoked(5)
    seen.append(reader.latest()[0])
    for _ in range(3000):
        log.returned(log.invoked(6), layout.NONE)
    seen.append(reader.latest()[0])
    reader.close()

    assert seen == [None, 0, 5, 6]


def test_the_process_of_an_actor_is_told_by_its_tape(acting: Acting) -> None:
    """Not by the backend's Process object, unless there is no tape yet."""

    class Process:
        pid = 12345

    acting(verb("pid"), p0=Process())
    assert verbs.pid_of(acting.scope, "p0") == 12345
    layout.announce(acting.context.tape_path("p0"), 1)

    assert verbs.pid_of(acting.scope, "p0") not in {None, 12345}


def test_dropped_names_are_really_gone(acting: Acting) -> None:
    """Nothing of the agent's keeps what was collected alive."""
    thing = Value()
    alive = weakref.ref(thing)
    objects = {"v": thing}
    del thing

    scope = Scope(acting.context, "main", objects)
    steps = [_written(call("v", ".value")), _written(verb("collect", "v", "unknown"))]
    take(scope, layout.Tape(acting.context.tape_path("main"), 1), steps)

    assert alive() is None


def _written(step: Step) -> dict[str, Any]:
    return {
        "target": step.target, "method": step.method, "arguments": list(step.arguments),
        "keywords": step.keywords, "timeout_s": step.timeout_s, "bind": step.bind,
    }  # fmt: skip


def test_verbs_that_end_the_actor_finish_it_first(acting: Acting) -> None:
    """It has come to the end of its steps when it takes them."""
    with pytest.raises(SystemExit, match="3"):
        acting(verb("sys_exit", 3))
    assert tape.actor_record(Path(acting.context.tape_path("main")).read_bytes()).finished
    with pytest.raises(Deliberate, match="words"):
        acting(verb("raise", "words"), name="p0")
    with pytest.raises(Departure, match="last"):
        acting(verb("raise", "last", "BaseException"))
    assert acting.scope.board().arrived(63, ["main", "p0"])


def test_what_no_scenario_can_mean_is_a_defect_of_ours(acting: Acting) -> None:
    """It is raised, not recorded."""
    with pytest.raises(KeyError, match="no_such_verb"):
        acting(verb("no_such_verb"))
    with pytest.raises(ValueError, match="points"):
        acting(verb("rendezvous", 63, ["main"]))
    with pytest.raises(LookupError, match="nonsense"):
        acting(call("q", "put", {"$nonsense": 1}), q=queue.Queue())


def test_a_callback_records_what_it_was_given(acting: Acting) -> None:
    """On a tape of its own, from whatever thread."""

    class Calling:
        def later(self, function: Any) -> None:
            threads = [threading.Thread(target=function, args=(n,)) for n in range(20)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()

    acting(call("c", "later", {"$callback": "done"}), c=Calling())
    data = (acting.folder / "tape-callbacks").read_bytes()
    found = tape.operations(Scenario(family="f", theme="t", actors={"main": Actor()}), {tape.CALLBACKS: data})

    assert sorted(op.arguments[0] for op in found) == list(range(20))
    assert {op.target for op in found} == {"done"}


def test_holding_takes_its_time(acting: Acting) -> None:
    """Workload, as long as the scenario says."""
    (found,) = acting(verb("hold", 0.01))

    assert found.elapsed_s >= 0.01


def test_a_process_that_is_not_its_own_parent_stays(acting: Acting, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only a fork makes another process of it."""
    acting(verb("pid"))
    log = layout.Tape(acting.context.tape_path("p0"), 1)
    ended: list[int] = []
    monkeypatch.setattr(actor.os, "_exit", ended.append)

    actor.stay_home(acting.scope, log)
    assert ended == []
    monkeypatch.setattr(layout, "_forks", [None] * (layout.forked() + 1))
    actor.stay_home(acting.scope, log)

    assert ended == [actor.ESCAPED]
