"""The runner and the agent, with real processes, under every start method."""

import itertools
import os
import signal
import sys
from pathlib import Path

import pytest

from mpconform import runner as runner_module
from mpconform.errors import BadBackend, HarnessFault
from mpconform.values import Actor, History, ObjectSpec, Step
from mpconform_scenarios.build import call, item, join_all, make, payload, ref, start_all, verb
from mpconform_scenarios.context_build import program
from running import METHODS, backend, burners, run, running, scenario, write_module

QUEUE = {"q": ObjectSpec(factory="Queue")}

every_method = pytest.mark.parametrize("method", METHODS)


@every_method
def test_every_verb_does_what_the_contract_says(method: str) -> None:
    """One scenario takes each verb once, in a child or in main."""
    others = ["a", "b"]
    what = scenario(
        [
            verb("census", "early"),
            *start_all(others),
            verb("await_invoked", "a", 1),
            verb("rendezvous", 0, ["main", *others]),
            verb("await_done", others),
            verb("await_exit", others),
            *join_all(others),
            call("a", ".exitcode"),
            call("b", ".exitcode"),
            verb("drain", ref("q")),
            verb("output"),
            verb("scan", ref("array")),
            call("v", ".value"),
            call("array", "__getitem__", {"$slice": [0, 2]}),
            verb("collect", "q"),
        ],
        objects={
            **QUEUE,
            "v": ObjectSpec(factory="Value", arguments=("i", 0)),
            "array": ObjectSpec(factory="Array", arguments=("i", 3)),
            "lock": ObjectSpec(factory="Lock"),
        },
        a=[
            verb("pid"),
            verb("parent_pid"),
            verb("rendezvous", 0, ["main", *others]),
            verb("echo", item("a", 1, 5), {"$tuple": [1, "x"]}, payload(3, 7)),
            verb("increment", ref("v"), 3),
            verb("increment", ref("v"), 1, ref("lock")),
            verb("increment_index", ref("array"), 1, 2),
            verb("fill", ref("array"), 7),
            verb("emit", 0, 3, ref("lock")),
            verb("emit", 1, 2),
            call("q", "put", item("a", 0)),
            call("q", "put", item("a", 1)),
            verb("hold", 0.001),
            verb("sys_exit", 3),
        ],
        b=[verb("rendezvous", 0, ["main", *others]), verb("raise", "on purpose")],
    )

    history = run(method, what)
    main, a = history.by("main"), history.by("a")
    main_pid, a_pid = history.actors["main"].pids[0], history.actors["a"].pids[0]

    assert history.ended == "normally", history.stacks
    assert all(record.finished for record in history.actors.values())
    assert {"before", "early", "after"} <= set(history.census)
    assert a[0].result == a_pid
    # A fork server is the parent of its children.
    assert (a[1].result == main_pid) == (method != "forkserver")
    assert a[3].result == [
        {"$item": ["a", 1, 5, a[3].result[0]["$item"][3]]},
        {"$tuple": [1, "x"]},
        {"$digest": [7, a[3].result[2]["$digest"][1]]},
    ]
    assert len(history.on("v", "increment")) == 4
    assert len(history.on("array", "increment_index")) == 2
    assert [op.result for op in history.on("a", ".exitcode")] == [3]
    assert [op.result for op in history.on("b", ".exitcode")] == [1]
    assert [op.result["$item"][1] for op in history.on("q", "get")] == [0, 1]
    assert [op.result for op in history.on("", "drain")] == [0]
    assert [op.result for op in main if op.method == "output"] == [["a 0 ...", "a 1 .."]]
    assert [op.result for op in history.on("array", "scan")] == [[7]]
    assert [op.result for op in history.on("v", ".value")] == [4]
    assert [op.result for op in history.on("array", "__getitem__")] == [[7, 7]]
    assert {(op.actor, op.method) for op in history.operations if op.open} == {
        ("a", "sys_exit"),
        ("b", "raise"),
    }


@every_method
def test_a_child_that_ends_itself_is_told_by_its_exit_code(method: str) -> None:
    """``exit`` ends a child with that code; a signal, with its number; ``linger`` waits to be killed."""
    others = ["a", "b", "c"]
    what = scenario(
        [
            *start_all(others),
            verb("await_invoked", "c", 0),
            call("c", "kill"),
            *join_all(others),
            *(call(name, ".exitcode") for name in others),
        ],
        a=[verb("exit", 5), verb("pid")],
        b=[verb("signal", int(signal.SIGUSR1)), verb("pid")],
        c=[verb("linger")],
    )

    history = run(method, what)

    assert [op.result for op in history.operations if op.method == ".exitcode"] == [
        5,
        -signal.SIGUSR1,
        -signal.SIGKILL,
    ]
    assert history.actors["a"].finished
    assert not history.actors["b"].finished
    assert [op.method for op in history.by("b")] == ["signal"]


@every_method
def test_pool_tasks_initializers_and_callbacks_are_recorded(method: str) -> None:
    """Executions tell who did which task, and callbacks what they were given."""
    what = scenario(
        [
            make("pool", "Pool", 2, initializer={"$function": "initialise"}, initargs={"$tuple": [7]}),
            call("pool", "map", {"$function": "run_task"}, {"$tasks": [0, 4, "square"]}),
            call("pool", "map", {"$function": "run_task"}, {"$iterator": {"$tasks": [4, 1, "initialised"]}}),
            call("pool", "starmap", {"$function": "run_pair"}, [{"$tuple": [{"$task": [5, "pid"]}, 9]}]),
            call("pool", "apply", {"$function": "run_task"}, {"$tuple": [{"$task": [6, "echo", 4]}]}),
            call("pool", "apply", {"$function": "run_task"}, {"$tuple": [{"$task": [7, "fail"]}]}),
            call("pool", "apply", {"$function": "run_task"}, {"$tuple": [{"$task": [8, "value_error"]}]}),
            verb("rendezvous", 3, ["main"]),
            call("pool", "apply", {"$function": "run_task"}, {"$tuple": [{"$task": [9, "wait_point", 3]}]}),
            call("pool", "apply", {"$function": "run_task"}, {"$tuple": [{"$task": [10, "hold", 0.001]}]}),
            call(
                "pool",
                "apply_async",
                {"$function": "square"},
                {"$tuple": [4]},
                bind="r",
                callback={"$callback": "done"},
            ),
            call("r", "get"),
            call("pool", "close"),
            call("pool", "join"),
        ]
    )

    history = run(method, what)
    steps = {op.step: op for op in history.by("main")}

    assert history.ended == "normally", history.stacks
    assert steps[1].result == [0, 1, 4, 9]
    assert steps[2].result == [7]
    assert steps[3].result == [[25, 9]]
    assert steps[4].result["$item"][:3] == ["task", 6, 4]
    assert steps[5].raised("TaskError")
    assert steps[6].raised("ValueError")
    assert [steps[n].result for n in (8, 9)] == [9, 10]
    assert steps[11].result == 16
    (called,) = history.by("main.callbacks")
    assert (called.target, called.arguments) == ("done", (16,))
    assert sorted(e.task for e in history.executions) == [-1, -1, *range(11)]
    assert all(e.returned_ns >= e.invoked_ns for e in history.executions)
    assert len({e.pid for e in history.executions}) <= 2


@every_method
def test_a_step_whose_names_were_never_bound_is_skipped(method: str) -> None:
    """What an earlier step should have bound, and raised instead, is not called and not recorded."""
    what = scenario(
        [
            call("q", "get", timeout_s=0.01, bind="x"),
            call("x", "anything"),
            call("q", "put", ref("x")),
            verb("echo", [ref("x")]),
            call("@", "Nothing.of.the.kind", bind="y"),
            verb("collect", "x", "y"),
            call("q", "empty"),
        ],
        objects=QUEUE,
    )

    history = run(method, what)

    assert [(op.step, op.outcome) for op in history.by("main")] == [
        (-1, "ok"),
        (0, "raised"),
        (4, "raised"),
        (5, "ok"),
        (6, "ok"),
    ]
    assert history.by("main")[1].raised("Empty")


@every_method
def test_an_argument_that_the_backend_refuses_is_recorded_with_its_step(method: str) -> None:
    """An attribute that raises is what the step raised: neither a skip nor a fault of ours."""
    what = scenario(
        [
            *start_all(["a"]),
            *join_all(["a"]),
            call("a", "close"),
            call("@", "connection.wait", [{"$attribute": ["a", "sentinel"]}], timeout_s=0.1),
        ],
        a=[],
    )

    history = run(method, what)

    assert history.ended == "normally"
    assert history.by("main")[-1].raised("ValueError")


@every_method
def test_a_hang_is_seen_and_shows_the_stacks_of_every_process(method: str) -> None:
    """Nothing moves: the run is given up, and every process shows where it is, pool workers too."""
    what = scenario(
        [
            *start_all(["a"]),
            make("pool", "Pool", 1),
            call("pool", "apply", {"$function": "square"}, {"$tuple": [2]}),
            call("q", "get"),
        ],
        objects=QUEUE,
        a=[call("q", "get")],
    )

    history = run(method, what, patience_s=1.0)

    assert history.ended == "hung"
    assert "no process of the run made progress for" in history.detail
    assert {(op.actor, op.method) for op in history.operations if op.open} == {("main", "get"), ("a", "get")}
    assert "(main), state S\n" in history.stacks
    assert "(a), state S\n" in history.stacks
    parts = history.stacks.split("process ")[1:]
    silent = [part for part in parts if "most recent call first" not in part]
    assert all("resource_tracker" in part or "multiprocessing.forkserver" in part for part in silent)
    assert len(parts) - len(silent) >= 3
    assert sum("in worker\n" in part for part in parts) == 1


@every_method
def test_a_task_that_waits_for_main_is_no_sign_of_life(method: str) -> None:
    """Its worker looks at the board now and then, as actors do, so the patience is enough the first time."""
    held = {"$task": [0, "wait_point", 0]}
    what = scenario(
        [
            make("pool", "Pool", 1),
            call("pool", "apply_async", {"$function": "run_task"}, [held], bind="r"),
            call("r", "get"),
        ]
    )

    history = run(method, what, patience_s=1.0)

    waited_s = (history.census["hung"].at_ns - history.operations[-1].invoked_ns) / 1e9
    assert history.ended == "hung"
    assert waited_s < runner_module._SURELY


def test_what_hung_on_another_runner_is_known_at_once() -> None:
    """And so is what hangs in some of the methods that were blocked together there."""
    stuck = scenario([*start_all(["a"]), *join_all(["a"])], objects=QUEUE, a=[call("q", "get")])
    both = scenario(
        [*start_all(["a", "b"]), *join_all(["a", "b"])],
        objects={**QUEUE, "l": ObjectSpec(factory="Lock")},
        a=[call("q", "get")],
        b=[call("l", "acquire"), call("l", "acquire")],
    )
    with running("fork", patience_s=2.0) as one:
        hung = one.run(both).history
    with running("fork", patience_s=2.0) as other:
        other.remember(hung)
        history = other.run(stuck).history

    assert history.ended == "hung"
    assert float(history.detail.split()[-2]) < 2.0


def test_in_a_hurry_what_hangs_is_given_up_soon_and_forgotten() -> None:
    """After that, the whole patience is there again, and it has not hung before."""
    stuck = scenario([*start_all(["a"]), *join_all(["a"])], objects=QUEUE, a=[call("q", "get")])
    with running("fork", patience_s=2.0) as runner:
        with runner.hurried():
            soon = runner.run(stuck).history
        after = runner.run(stuck).history

    assert [soon.ended, after.ended] == ["hung", "hung"]
    assert 0.4 <= float(soon.detail.split()[-2]) < 2.0
    assert float(after.detail.split()[-2]) >= 2.0


def test_in_a_hurry_what_was_at_rest_before_has_its_time() -> None:
    """A program that waits for seconds is not given up: it came to its end before, whatever hangs besides."""
    rests = program("rests", "import time\ntime.sleep(2)\n")
    hangs = program("hangs", "import time\nwhile True: time.sleep(9)\n")
    with running("fork", patience_s=2.5) as runner:
        assert runner.run(scenario([hangs])).history.ended == "hung"
        with runner.hurried():
            assert runner.run(scenario([rests])).history.ended == "hung"
        with runner.hurried(quiet_s=2.0):
            assert runner.run(scenario([rests])).history.ended == "normally"


@every_method
def test_a_run_that_goes_on_for_ever_ends_at_its_deadline(method: str) -> None:
    """Progress without end is bounded by the scenario's deadline."""
    history = run(method, scenario([verb("hold", 0.2) for _ in range(500)], deadline_s=1.0))

    assert history.ended == "hung"
    assert "deadline of 1 s" in history.detail
    assert history.by("main")[-1].method == "hold"


@pytest.mark.parametrize("number", [signal.SIGSEGV, signal.SIGKILL, signal.SIGTERM])
def test_the_main_process_killed_by_a_signal_is_a_crash(number: signal.Signals) -> None:
    """The signal is named, and the operations before it are there."""
    history = run("fork", scenario([verb("pid"), verb("signal", int(number)), verb("pid")]))

    assert history.ended == "crashed"
    assert number.name in history.detail
    assert [op.method for op in history.by("main")] == ["pid", "signal"]
    assert history.by("main")[-1].open


def test_the_main_process_may_end_itself() -> None:
    """An exit of the main process is told with its code."""
    assert "exit code 5" in run("fork", scenario([verb("exit", 5)])).detail
    assert "exit code 3" in run("fork", scenario([verb("sys_exit", 3)])).detail
    assert "exit code 1" in run("fork", scenario([verb("raise", "x")])).detail


@every_method
def test_a_dirty_agent_is_replaced(method: str) -> None:
    """A process that outlives its scenario is seen, ended by force, and not met by the next scenario."""
    tries = [*start_all(["a"]), call("a", "join", timeout_s=0.01)]
    dirty = scenario(tries, a=Actor(steps=(verb("linger"),), daemon=False))
    clean = scenario([verb("pid")])

    with running(method) as runner:
        first = runner.run(clean).history
        second = runner.run(dirty).history
        third = runner.run(clean).history
        agents = runner.agents

    assert first.by("main")[0].result == second.actors["main"].pids[0] != third.by("main")[0].result
    assert agents == 2
    assert len(second.census["after"].processes) > len(second.census["before"].processes)
    assert not {p.pid for p in third.census["after"].processes} & {
        p.pid for p in second.census["after"].processes
    }


def test_an_agent_serves_many_scenarios_without_growing() -> None:
    """Descriptors and files do not add up from one scenario to the next."""
    what = scenario(
        [*start_all(["a"]), *join_all(["a"]), call("q", "get")],
        objects=QUEUE,
        a=[call("q", "put", item("a", 0))],
    )
    with running("fork") as runner:
        histories = [runner.run(what).history for _ in range(12)]

    assert runner.agents == 1
    assert {h.ended for h in histories} == {"normally"}
    counts = [h.census["after"].processes[0].descriptors for h in histories]
    assert counts[-1] == counts[1]


@every_method
def test_environment_and_paths_reach_every_process(method: str, tmp_path: Path) -> None:
    """What the user gave with ``--env`` and ``--path`` holds in main and in children."""
    paths = [
        write_module(tmp_path / "lib", "told_backend", _TELLING),
        write_module(tmp_path / "more", "helper", "X = 4"),
    ]
    tested = backend(method, "told_backend", paths=paths, TOLD="yes")
    what = scenario([call("@", "told"), *start_all(["a"]), *join_all(["a"])], a=[call("@", "told")])

    history = run(tested, what)

    told = [op.result for op in history.operations if op.method == "told"]
    assert told == [["yes", 4]] * 2


_TELLING = """
import os
from multiprocessing import *
def told():
    import helper
    return [os.environ.get("TOLD"), helper.X]
"""


@every_method
def test_a_child_whose_target_is_called_twice_shows_two_processes(method: str, tmp_path: Path) -> None:
    """Both runs are recorded, and neither spoils the other's tape."""
    paths = [write_module(tmp_path / "lib", "twice", _TWICE)]
    what = scenario([*start_all(["a"]), *join_all(["a"])], a=[verb("pid") for _ in range(20)])

    history = run(backend(method, "twice", paths=paths), what)

    assert history.ended == "normally", history.stacks
    pids = history.actors["a"].pids
    assert len(pids) == len(set(pids)) == 2
    assert history.actors["a"].finished
    assert sorted(op.result for op in history.by("a")) == sorted([*pids] * 20)


_TWICE = """
import multiprocessing, os
from multiprocessing import *
def twice(target, args, kwargs):
    pid = os.fork()
    target(*args, **kwargs)
    if pid:
        os.waitpid(pid, 0)
    else:
        os._exit(0)
def get_context(method=None):
    context = multiprocessing.get_context(method)
    class Context:
        def __getattr__(self, name):
            return getattr(context, name)
        def Process(self, *, target, args=(), kwargs={}, **rest):
            return context.Process(target=twice, args=(target, args, kwargs), **rest)
    return Context()
"""


def test_a_child_that_escapes_out_of_start_is_ended_and_seen(tmp_path: Path) -> None:
    """A start that returns in the child too does not make a second main process."""
    paths = [write_module(tmp_path / "lib", "escaping", _ESCAPING)]
    what = scenario([*start_all(["a"]), verb("pid"), *join_all(["a"]), verb("pid")], a=[verb("pid")])

    history = run(backend("fork", "escaping", paths=paths), what)

    assert history.ended == "normally", history.stacks
    assert len(history.actors["main"].pids) == 2
    assert history.actors["main"].finished
    assert [op.result for op in history.on("", "pid") if op.actor == "main"] == [
        history.actors["main"].pids[0]
    ] * 2
    assert history.actors["a"].pids == ()


_ESCAPING = """
import multiprocessing, os
from multiprocessing import *
class Process:
    def __init__(self, *, target, args=(), kwargs={}, **rest):
        self.pid = None
    def start(self):
        self.pid = os.fork() or None
    def join(self):
        os.waitpid(self.pid, 0)
class Context:
    def __getattr__(self, name):
        return getattr(multiprocessing, name)
Context.Process = Process
def get_context(method=None):
    return Context()
"""


def test_a_chatty_backend_disturbs_nothing(tmp_path: Path) -> None:
    """What a backend prints goes to a file, not into our conversation with the agent."""
    paths = [write_module(tmp_path / "lib", "chatty", _CHATTY)]
    with running(backend("fork", "chatty", paths=paths)) as runner:
        histories = [
            runner.run(
                scenario([make("x", "talk"), *start_all(["a"]), *join_all(["a"])], a=[make("x", "talk")])
            ).history
            for _ in range(3)
        ]

    assert {h.ended for h in histories} == {"normally"}
    assert all(op.result == 3 for h in histories for op in h.operations if op.method == "talk")


_CHATTY = """
import os, sys
from multiprocessing import *
print("hello", '{"done": 1}')
def talk():
    for _ in range(300):
        print('{"done": 1}' * 100)
        print("x" * 1000, file=sys.stderr, flush=True)
        os.write(1, b'{"fault": "none"}\\n')
    return 3
"""


def test_what_an_object_raised_while_it_was_made_ends_the_run() -> None:
    """No step is taken, and the exception is recorded as that of the making."""
    what = scenario([verb("pid")], objects={**QUEUE, "s": ObjectSpec(factory="Semaphore", arguments=(-1,))})

    history = run("fork", what)

    assert history.ended == "normally"
    assert [(op.target, op.method, op.outcome) for op in history.by("main")] == [
        ("q", "Queue", "ok"),
        ("s", "Semaphore", "raised"),
    ]
    assert not history.actors["main"].finished


@every_method
def test_a_defect_of_ours_in_a_child_is_never_the_backends(method: str) -> None:
    """A scenario that the agent cannot run is a fault of ours, told with the traceback."""
    what = scenario([*start_all(["a"]), *join_all(["a"])], a=[Step(method="no_such_verb")])

    with pytest.raises(HarnessFault, match="no_such_verb"):
        run(method, what)


@pytest.mark.parametrize(
    ("what", "words"),
    [
        pytest.param(scenario([Step(method="no_such_verb")]), "no_such_verb", id="verb"),
        pytest.param(scenario([verb("echo", {"$nonsense": 1})]), "nonsense", id="tag"),
        pytest.param(scenario([verb("rendezvous", 63, ["main"])]), "point", id="point"),
        pytest.param(scenario(**{f"a{n}": [] for n in range(64)}), "65 actors", id="actors"),
    ],
)
def test_a_scenario_that_makes_no_sense_is_a_fault_of_ours(what: object, words: str) -> None:
    """It is said which, and the next scenario runs."""
    with running("fork") as runner:
        with pytest.raises(HarnessFault, match=words):
            runner.run(what)
        history = runner.run(scenario([verb("pid")])).history

    assert history.ended == "normally"


def test_only_one_scenario_runs_at_a_time() -> None:
    """A second one is refused until the first is collected, and nothing can be collected twice."""
    with running("fork") as runner:
        runner.submit(scenario([verb("pid")]))
        with pytest.raises(HarnessFault, match="while another one runs"):
            runner.submit(scenario([verb("pid")]))
        assert runner.collect().history.ended == "normally"
        with pytest.raises(HarnessFault, match="no scenario under way"):
            runner.collect()


def test_a_backend_that_cannot_be_imported_any_more_is_told(tmp_path: Path) -> None:
    """Also the agents after the probe may fail to start: then nothing of them is left."""
    with running(backend("fork", "no_such_backend")) as runner:
        for _ in range(2):
            with pytest.raises(BadBackend, match="no_such_backend"):
                runner.run(scenario())


def test_a_drain_that_waits_in_vain_is_no_hang(tmp_path: Path) -> None:
    """An item that was lost is told by the drain itself, the second time as soon as nothing moves."""
    paths = [write_module(tmp_path / "lib", "losing", _LOSING)]
    what = scenario(
        [call("q", "put", item("main", n)) for n in range(2)] + [verb("drain", ref("q"))], objects=QUEUE
    )

    with running(backend("fork", "losing", paths=paths), patience_s=1.0) as runner:
        patient, hasty = (runner.run(what).history for _ in range(2))

    for history in (patient, hasty):
        assert history.ended == "normally", history.stacks
        assert [op.result for op in history.on("", "drain")] == [1]
        assert {op.outcome for op in history.on("q", "get")[1:]} == {"raised"}
        assert all(op.raised("Empty") for op in history.on("q", "get")[1:])
    assert len(hasty.on("q", "get")) < len(patient.on("q", "get"))


_LOSING = """
import multiprocessing, multiprocessing.queues
from multiprocessing import *
class Queue(multiprocessing.queues.Queue):
    lost = False
    def put(self, *args, **kwargs):
        if self.lost or kwargs:
            return super().put(*args, **kwargs)
        self.lost = True
class Context:
    def __getattr__(self, name):
        return getattr(multiprocessing, name)
    def Queue(self, maxsize=0):
        return Queue(maxsize, ctx=multiprocessing.get_context())
def get_context(method=None):
    return Context()
"""


def test_what_one_drain_got_the_next_does_not_wait_for() -> None:
    """A second drain of the same queue has nothing left to get."""
    what = scenario(
        [call("q", "put", item("main", 0)), verb("drain", ref("q")), verb("drain", ref("q"))], objects=QUEUE
    )

    history = run("fork", what)

    assert _found(history) == [("main", "ok")]


def _found(history: History) -> list[tuple[str, str]]:
    """Who got something of the queue, and how later looks ended: until it has come, a drain looks in vain."""
    looks = [(op.actor, op.outcome) for op in history.on("q", "get")]
    return [*itertools.dropwhile(lambda look: look[1] == "raised", looks)]


@every_method
def test_a_child_may_drain_too(method: str) -> None:
    """A child counts what others put as main does."""
    what = scenario(
        [call("q", "put", item("main", 0)), *start_all(["a"]), *join_all(["a"])],
        objects=QUEUE,
        a=[verb("drain", ref("q"))],
    )

    history = run(method, what)

    assert _found(history) == [("a", "ok")]


@pytest.mark.slow
def test_a_starved_run_is_not_taken_for_a_hang() -> None:
    """On one processor with many that compete for it, a run that works is late, not stuck."""
    busy = scenario(
        [*start_all(["a", "b"]), *join_all(["a", "b"])],
        a=[call("@", "connection.Pipe") for _ in range(3000)],
        b=[verb("pid") for _ in range(3000)],
    )
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(before)})
    try:
        with burners(12):
            for method in METHODS:
                history = run(method, busy, patience_s=0.8)
                assert history.ended == "normally", (method, history.detail, history.stacks)
    finally:
        os.sched_setaffinity(0, before)


@pytest.mark.slow
@every_method
def test_a_hang_is_found_in_time_although_processors_are_busy(method: str) -> None:
    """Actors that wait at the board for one that hangs are no sign of life.

    What hangs for the first time is given several times the patience, and after that once.
    """
    others = ["a", "b", "c", "d"]
    stuck = scenario(
        [*start_all(others), verb("await_done", others)],
        objects=QUEUE,
        a=[call("q", "get")],
        **{name: [verb("rendezvous", 0, others)] for name in others[1:]},
    )
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(before)})
    try:
        with burners(4), running(method, patience_s=2.0) as runner:
            histories = [runner.run(stuck).history for _ in range(2)]
    finally:
        os.sched_setaffinity(0, before)

    for history, patience_s in zip(histories, (runner_module._SURELY * 2.0, 2.0), strict=True):
        last = max(op.invoked_ns for op in history.operations)
        assert history.ended == "hung"
        assert (history.census["hung"].at_ns - last) / 1e9 < patience_s + 2.0


def test_a_python_given_by_name_is_found_on_the_path() -> None:
    """As a shell would."""
    name = Path(sys.executable).name
    found = Path(sys.executable).parent
    old = os.environ["PATH"]
    os.environ["PATH"] = f"{found}{os.pathsep}{old}"
    try:
        history = run(backend("fork", python=name), scenario([verb("pid")]))
    finally:
        os.environ["PATH"] = old

    assert history.ended == "normally"


@every_method
def test_main_waits_at_its_end_for_those_whom_nobody_joins(method: str) -> None:
    """As a program does; they are reaped, so that the agent can go on."""
    what = scenario(
        [*start_all(["a", "b"]), call("b", "join")], objects=QUEUE,
        a=[verb("await_done", ["main"]), verb("hold", 0.05), call("q", "put", item("a", 0))], b=[],
    )  # fmt: skip

    with running(method) as runner:
        for _ in range(3):
            history = runner.run(what).histories[0]
            after = history.census["after"]
            assert history.ended == "normally", history.stacks
            assert history.actors["a"].finished == 1
            assert history.actors["a"].pids[0] not in {process.pid for process in after.processes}
            assert not after.zombies
        assert runner.agents == 1


def test_who_is_not_joined_and_never_ends_is_a_hang() -> None:
    """Of which it is seen soon that nothing goes on but main's waiting."""
    history = run("fork", scenario([*start_all(["a"])], objects=QUEUE, a=[call("q", "get")]))

    assert history.ended == "hung"
    assert [(op.actor, op.method) for op in history.operations if op.open] == [("a", "get")]
