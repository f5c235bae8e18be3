"""Tests of reproduction scripts: what they say, that they compile, and that they name nothing they lack."""

import ast
import builtins
import re
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mpconform.backend import Backend
from mpconform.store import First, StoredViolation
from mpconform.values import Actor, History, Json, ObjectSpec, Operation, Preemption, Scenario, Violation
from mpconform_conformance.families import NAMES, family
from mpconform_reports.reproduction import MOST_LINES, WIDTH, rate_words, runs_for, script
from mpconform_reports.reproduction_checks import CHECKS
from mpconform_reports.reproduction_doors import DOOR_CHECKS
from mpconform_reports.reproduction_pools import POOL_CHECKS
from mpconform_scenarios.build import call, item, join_all, make, ref, start_all, verb

#: Of each family every theme; the first one alone where each line is traced.
THEMES = [
    pytest.param(name, theme, marks=pytest.mark.dense if number else (), id=f"{name}-{theme.name}")
    for name in NAMES
    for number, theme in enumerate(family(name).themes)
]


def stored(
    kind: str = "some-kind",
    *,
    witness: tuple[Operation, ...] = (),
    observed: tuple[str, ...] = (),
    reproduced: tuple[int, int] = (20, 20),
    summary: str = "Something was wrong.",
    backend: Backend | None = None,
) -> StoredViolation:
    """A violation as the store holds it."""
    observed = observed or (() if witness else ("something",))
    violation = Violation(kind=kind, summary=summary, witness=witness, observed=observed)
    return StoredViolation(
        id="x", requirement="QUEUE-FIFO", family="queue", kind=kind, summary=summary, story="", folder="x",
        backend=backend or Backend(module="multiprocessing", method="fork"), observed=observed,
        witness=witness, seen=1, reproduced=reproduced, actors=1, steps=1, replay="", violation=violation,
        first=First(violation=violation),
    )  # fmt: skip


class Tape:
    """Operations one after the other, each by its actor, step and result."""

    def __init__(self, scenario: Scenario) -> None:
        """Begin an empty history of *scenario*."""
        self.scenario = scenario
        self.operations: list[Operation] = []

    def did(
        self, actor: str, step: int, result: Json = None, *, outcome: str = "ok", took_ns: int = 500
    ) -> Operation:
        """Let *actor* have taken *step* after all that was done before."""
        told = self.scenario.actors[actor].steps[step]
        at = 1_000 * (len(self.operations) + 1)
        op = Operation(
            actor=actor, step=step, target=told.target, method=told.method, arguments=told.arguments,
            keywords=told.keywords, timeout_s=told.timeout_s, outcome=outcome, result=result, invoked_ns=at,
            returned_ns=None if outcome == "open" else at + took_ns,
        )  # fmt: skip
        self.operations.append(op)
        return op

    def history(self, **more: Any) -> History:
        """The history of all that was done."""
        return History(
            scenario=self.scenario, backend="multiprocessing:fork", operations=tuple(self.operations), **more
        )


def raised(name: str, *bases: str) -> Json:
    """A recorded exception."""
    return {"type": name, "module": "x", "mro": [name, *bases, "Exception"], "args": []}


def unknown_names(text: str) -> set[str]:
    """The names that the script *text* uses and nothing defines."""
    tree = ast.parse(text)
    known = set(dir(builtins)) | {"__file__", "__name__", "__doc__"}
    for node in ast.walk(tree):
        match node:
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                known.add(name)
            case ast.Import(names=names) | ast.ImportFrom(names=names):
                known |= {(alias.asname or alias.name).partition(".")[0] for alias in names}
            case ast.Name(id=name, ctx=ast.Store() | ast.Del()) | ast.arg(arg=name):
                known.add(name)
            case ast.ExceptHandler(name=str(name)):
                known.add(name)
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)} - known


def section(text: str, name: str) -> str:
    """The function *name* of the script *text*, as it stands there; no empty line need follow."""
    found = re.search(rf"^def {name}\(.*?(?=\n\s*\n|\n\S|\Z)", text, re.DOTALL | re.MULTILINE)
    assert found, text
    return found[0] + "\n"


def swapped() -> tuple[StoredViolation, History]:
    """Two items of one producer, got in the wrong order."""
    scenario = Scenario(
        family="queue",
        theme="flow",
        objects={"q": ObjectSpec(factory="Queue")},
        actors={
            "main": Actor(steps=(*start_all(["p0", "c0"]), *join_all(["p0", "c0"]))),
            "p0": Actor(steps=tuple(call("q", "put", item("p0", n)) for n in range(3))),
            "c0": Actor(steps=tuple(call("q", "get") for _ in range(3))),
        },
    )
    tape = Tape(scenario)
    for n in range(2):
        tape.did("main", n)
    puts = [tape.did("p0", n) for n in range(3)]
    gets = [tape.did("c0", n, {"$item": ["p0", k, 0, 0]}) for n, k in enumerate((1, 0, 2))]
    for n in (2, 3):
        tape.did("main", n)
    summary = "c0 got p0's item 1 from q before c0 began to get p0's item 0, which p0 had put earlier."
    witness = (puts[0], puts[1], gets[0], gets[1])
    seen = stored("later-item-got-first", witness=witness, reproduced=(7, 20), summary=summary)
    return seen, tape.history()


def early() -> tuple[StoredViolation, History]:
    """A get that raised Empty before its timeout."""
    scenario = Scenario(
        family="queue",
        theme="emptiness",
        objects={"q": ObjectSpec(factory="Queue", arguments=(1,))},
        actors={"main": Actor(steps=(call("q", "get", timeout_s=0.02),))},
    )
    tape = Tape(scenario)
    op = tape.did("main", 0, raised("Empty"), outcome="raised", took_ns=10_000_000)
    return stored("empty-too-early", witness=(op,)), tape.history()


def hung(more: int = 0) -> tuple[StoredViolation, History]:
    """A get that waits for ever; main puts something into so many *more* queues at last."""
    others = [f"r{number}" for number in range(more)]
    puts = [call(name, "put", item("main", 0)) for name in others]
    scenario = Scenario(
        family="queue",
        theme="wakeups",
        objects={name: ObjectSpec(factory="Queue") for name in ("q", *others)},
        actors={
            "main": Actor(
                steps=(*start_all(["c0"]), call("q", "put", item("main", 0)), *join_all(["c0"]), *puts)
            ),
            "c0": Actor(steps=(call("q", "get"),)),
        },
    )
    tape = Tape(scenario)
    tape.did("main", 0)
    tape.did("main", 1)
    get = tape.did("c0", 0, outcome="open")
    tape.did("main", 2, outcome="open")
    return stored("hang-in-get", witness=(get,), reproduced=(1, 1)), tape.history(ended="hung")


def counted() -> tuple[StoredViolation, History]:
    """A counter that lost an increment."""
    scenario = Scenario(
        family="memory",
        theme="counters",
        objects={"v": ObjectSpec(factory="Value", arguments=("i", 0))},
        actors={
            "main": Actor(steps=(*start_all(["p0", "p1"]), *join_all(["p0", "p1"]), call("v", ".value"))),
            "p0": Actor(steps=(verb("rendezvous", 0, ["p0", "p1"]), verb("increment", ref("v"), 50))),
            "p1": Actor(steps=(verb("rendezvous", 0, ["p0", "p1"]), verb("increment", ref("v"), 50))),
        },
    )
    tape = Tape(scenario)
    read = tape.did("main", 4, 99)
    return stored("lost-update", witness=(read,)), tape.history()


def test_an_order_is_checked_for_all_items() -> None:
    """The scenario is plain code, and any item that was overtaken breaks the rule."""
    text = script(*swapped(), "Items of one process are got in the order of its puts.")

    assert text.startswith(
        '"""QUEUE-FIFO is broken by multiprocessing:fork: c0 got p0\'s item 1 from q before c0 began to get'
    )
    assert "the replay failed in 7 of 20 runs" in text
    assert "Rule: Items of one process are got in the order of its puts." in text
    assert 'mp = multiprocessing.get_context("fork")' in text
    assert section(text, "run_p0") == textwrap.dedent("""\
        def run_p0(q):
            time.sleep(0.01 - time.monotonic() % 0.01)  # All begin at a stroke of the clock.
            for n in range(3):
                q.put(("p0", n, b\'\'))
        """)
    assert section(text, "run_once") == textwrap.dedent("""\
        def run_once():
            signal.alarm(6)  # Ends what hangs.
            q = mp.Queue()
            p0 = mp.Process(target=run_p0, args=(q,))
            c0 = mp.Process(target=run_c0, args=(q,))
            p0.start()
            c0.start()
            p0.join()
            c0.join()
        """)
    assert "first[0] == later[0] and first[1] < later[1] and ended < began" in section(text, "wrong")


def test_too_early_is_measured_against_the_timeout() -> None:
    """A call with a timeout of 20 ms that raised after less than 18 breaks the rule."""
    text = script(*early())

    assert 'see("main", 0, q.get, timeout=0.02)' in text
    assert section(text, "wrong") == textwrap.dedent("""\
        def wrong(notes):  # Returns what broke the rule, if anything did.
            at = {tuple(one[:2]): one[3:] for one in notes if len(one) > 4}
            if (["main", 0, "raised Empty"] in [one[:3] for one in notes]
                    and at["main", 0][1] - at["main", 0][0] < 18000000):
                return "main: q.get(timeout=0.02) -> raised Empty"
        """)


def test_a_hang_is_a_run_that_does_not_end() -> None:
    """Whoever hangs: the run is ended after a while, and that is the violation."""
    text = script(*hung())

    assert 'if ["ended", -signal.SIGALRM] in notes:' in section(text, "wrong")
    assert "signal.alarm(6)" in section(text, "run_once")
    assert "faulthandler.register(signal.SIGALRM, sys.stdout, chain=True)" in text
    assert "[signal.SIGTERM] * 20 + [signal.SIGKILL]" in text
    seen, history = hung()
    rare = stored("hang-in-get", witness=seen.witness, reproduced=(0, 0))
    assert "but at most 20." in script(rare, history)


def test_a_counter_is_judged_by_what_was_added_when_it_was_read() -> None:
    """Wrong is a count below the increments that were over, or above those that had begun."""
    text = script(*counted())

    assert section(text, "run_p0_p1") == textwrap.dedent("""\
        def run_p0_p1(who, v):
            meet(0, who, "p0 p1")
            for _ in range(50):
                see(who, 1, add, v, v.get_lock())
        """)
    assert "if not least <= count <= most:" in section(text, "wrong")


@pytest.mark.parametrize("make", [swapped, early, hung, counted])
def test_a_small_scenario_is_a_small_script(make: Any) -> None:
    """Under 80 lines, none of them too wide, and nothing of ours in it."""
    text = script(*make(), "What must hold.")

    assert len(text.splitlines()) <= MOST_LINES < 80
    assert max(map(len, text.splitlines())) <= WIDTH
    assert "mpconform" not in text
    assert unknown_names(text) == set()


def test_what_only_helps_to_read_goes_last_of_all() -> None:
    """Empty lines first, then stacks and paragraphs, then lines of their own, each only where it is long."""
    texts = [script(*hung(more), "What must hold.") for more in range(60)]
    airy, dense, bare = (
        [at for at, text in enumerate(texts) if ("\n\n" in text, "faulthandler" in text) == layout]
        for layout in ((True, True), (False, True), (False, False))
    )
    rows = [at for at, text in enumerate(texts) if "; attempt(r" in text]

    assert airy + dense + bare == [*range(60)]
    assert bare[-len(rows) :] == rows
    assert 0 < len(rows) < len(bare) < 60
    assert max(text.count("\n") for text in texts) <= MOST_LINES
    assert all("Rule: What must hold. When" in texts[at] for at in bare)
    assert not any("Rule: What must hold. When" in texts[at] for at in airy + dense)


def test_where_the_backend_is_found_is_said() -> None:
    """A backend that was found on a path of its own is found there again."""
    seen, history = early()
    backend = Backend(module="some.backend", method="spawn", paths=("/a/path",))
    text = script(stored("empty-too-early", witness=seen.witness, backend=backend), history)

    assert "PYTHONPATH=/a/path python repro.py" in " ".join(text.split())
    assert "import some.backend as backend\n" in text
    assert 'mp = backend.get_context("spawn")' in text


def test_a_backend_without_start_methods_is_its_own_context() -> None:
    """Its names are looked up in the module itself."""
    seen, history = early()
    text = script(stored("x-early", witness=seen.witness, backend=Backend(module="plain")), history)

    assert "import plain as backend\nmp = backend\n" in text


def test_preemption_is_written_out() -> None:
    """A process that was held up is held up by the script too, in the functions that are named."""
    seen, history = swapped()
    held = Preemption(
        strategy="preemption",
        probability=0.01,
        pause_s=(0.0001, 0.01),
        actors=("c0",),
        functions=("queues.Queue.get",),
    )
    operations = history.operations
    scenario = Scenario(
        family="queue",
        theme="flow",
        objects=history.scenario.objects,
        actors=history.scenario.actors,
        preemption=held,
    )
    text = script(seen, History(scenario=scenario, backend="x", operations=operations))

    assert section(text, "run_c0").split("\n")[1] == "    hold_up()"
    assert "hold_up()" not in section(text, "run_p0")
    assert "frame.f_code.co_name in ['get']" in section(text, "hold_up")
    assert "random.random() < 0.01" in text
    assert unknown_names(text) == set()


@pytest.mark.parametrize(
    ("reproduced", "runs"), [((20, 20), 5), ((7, 20), 12), ((1, 20), 95), ((0, 20), 300), ((0, 0), 100)]
)
def test_a_script_runs_often_enough(reproduced: tuple[int, int], runs: int) -> None:
    """So often that it fails at least once in 99 of 100 cases, at its recorded rate."""
    assert runs_for(reproduced) == runs


def test_a_rate_is_told() -> None:
    """How often it failed, or that nobody knows."""
    assert rate_words((7, 20)) == "When it was recorded, the replay failed in 7 of 20 runs."
    assert rate_words((1, 1)) == "When it was recorded, the replay failed in 1 of 1 run."
    assert "not known" in rate_words((0, 0))
    assert rate_words((7, 20), (3, 9)) == "When it was recorded, this script failed in 3 of 9 runs."
    assert "this script did not fail in 9 runs, the replay in 7 of 20" in rate_words((7, 20), (0, 9))


@pytest.mark.parametrize(("name", "theme"), THEMES)
def test_every_theme_can_be_written_out(name: str, theme: Any) -> None:
    """Whatever a scenario holds, its script compiles, and names nothing that it does not define."""

    @settings(max_examples=8, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(st.data())
    def check(data: st.DataObject) -> None:
        drawn = data.draw(theme.scenarios())
        scenario = drawn if isinstance(drawn, Scenario) else drawn[0]
        for kind in ("some-kind", "hang-in-x"):
            text = script(
                stored(kind),
                History(scenario=scenario, backend="x", ended="hung" if "-in-" in kind else "normally"),
            )
            compile(text, "repro.py", "exec", dont_inherit=True)
            assert unknown_names(text) == set(), text

    check()


def test_an_interrupted_script_leaves_nothing(tmp_path: Path) -> None:
    """Whoever gives up waiting for a run that hangs has none of its processes left."""
    seen, history = hung()
    text = script(seen, history).replace("def run_once():", "def run_once():\n    time.sleep(300)")
    path = tmp_path / "repro.py"
    path.write_text(text, encoding="utf-8")
    running = subprocess.Popen([sys.executable, str(path)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    children = Path(f"/proc/{running.pid}/task/{running.pid}/children")
    deadline = time.monotonic() + 30
    while not (found := children.read_text().split()) and time.monotonic() < deadline:
        time.sleep(0.01)
    time.sleep(0.2)  # It is to be interrupted while it waits, not while it starts.
    running.send_signal(signal.SIGINT)
    running.communicate(timeout=30)

    assert found
    assert not [pid for pid in found if _lives(pid)]


def _lives(pid: str) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


@pytest.mark.parametrize("make", [swapped, early, counted])
@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_it_runs_in_a_clean_environment(make: Any, method: str, tmp_path: Path) -> None:
    """Of a backend that keeps the rule it says so, under each start method, and exits with 0."""
    seen, history = make()
    backend = Backend(module="multiprocessing", method=method)
    path = tmp_path / "repro.py"
    path.write_text(
        script(stored(seen.kind, witness=seen.witness, backend=backend), history), encoding="utf-8"
    )
    ended = subprocess.run(
        [sys.executable, "-I", str(path), "2"],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        env={},
    )

    assert (ended.stdout, ended.returncode) == ("not seen in 2 runs\n", 0), ended.stderr


@pytest.mark.parametrize("kind", sorted({fits for fits, _ in (*CHECKS, *DOOR_CHECKS, *POOL_CHECKS)}))
@pytest.mark.parametrize("observed", [(), ("somewhat odd",)])
def test_any_violation_of_any_kind_can_be_written_out(kind: str, observed: tuple[str, ...]) -> None:
    """Also if it is told by other operations than its check is made for: then its witness is the sign."""
    seen, history = early()
    told = msgspec.structs.replace(stored(kind, witness=seen.witness), observed=observed)
    text = script(told, history)

    assert "def wrong(notes):" in text
    assert unknown_names(text) == set()


@pytest.mark.parametrize("others", [(), ({"$task": [2, "pid"]},)])
def test_a_task_given_by_keyword_is_called_as_the_script_has_it(
    others: tuple[Json, ...], tmp_path: Path
) -> None:
    """Run against the standard library, the call returns what the task returns."""
    task = {"$dict": {"task": {"$task": [3, "square"]}}}
    run = {"$function": "run_task"}
    scenario = Scenario(
        family="pool",
        theme="apply",
        actors={
            "main": Actor(
                steps=(
                    make("pool", "Pool", 1),
                    call("pool", "apply", run, kwds=task),
                    *(call("pool", "apply", run, [other]) for other in others),
                    call("pool", "terminate"),
                    call("pool", "join"),
                )
            )
        },
    )
    tape = Tape(scenario)
    op = tape.did("main", 1, 9)
    backend = Backend(module="multiprocessing", method="fork")
    path = tmp_path / "repro.py"
    path.write_text(script(stored("wrong-result", witness=(op,), backend=backend), tape.history()))
    ended = subprocess.run(
        [sys.executable, str(path), "1"], capture_output=True, text=True, check=False, timeout=60
    )

    # What the witness shows is what happens: the result of the task.
    assert ended.returncode == 1, path.read_text() + ended.stdout + ended.stderr


def test_those_whom_nobody_joins_are_joined_at_the_end() -> None:
    """As the run did by itself: each by its name, many in a loop."""
    for names, expected in (
        (("a",), ["a.join()"]),
        (("a", "b", "c"), ["for one in (a, b, c):", "one.join()"]),
    ):
        actors = {name: Actor(steps=(call("q", "get"),)) for name in names}
        main = (*(call(name, "start") for name in names), call("q", "close"))
        scenario = Scenario(
            family="queue", theme="t", objects={"q": ObjectSpec(factory="Queue")},
            actors={"main": Actor(steps=main), **actors},
        )  # fmt: skip
        text = script(stored(), Tape(scenario).history())
        body = [line.strip() for line in text.split("def run_once():")[1].split("def ")[0].splitlines()]

        assert [line for line in body if line][-len(expected) :] == expected
