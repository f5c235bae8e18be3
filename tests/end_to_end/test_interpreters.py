"""The agent under every interpreter that it supports, and what its children may load there."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import _mpconform_agent
from mpconform.probe import probe
from mpconform.runner import Runner, workdir
from mpconform.values import ObjectSpec
from mpconform_scenarios.build import call, item, join_all, ref, start_all, verb
from running import METHODS, backend, interpreters, run, running, scenario, write_module

pytestmark = pytest.mark.interpreters

HARNESS = Path(_mpconform_agent.__file__).parents[1]


def interpreter(name: str) -> str:
    found = interpreters()[name]
    if found is None:
        pytest.skip(f"there is no {name} here")
    return found


every_interpreter = pytest.mark.parametrize("name", interpreters())


@every_interpreter
@pytest.mark.parametrize("method", METHODS)
def test_the_same_scenario_runs_under_every_interpreter(name: str, method: str) -> None:
    """A queue, a value and a pool, with the same record whatever the interpreter."""
    what = scenario(
        [
            *start_all(["p0", "c0"]),
            *join_all(["p0", "c0"]),
            verb("drain", ref("q")),
            call("v", ".value"),
            call("@", "Pool", 1, bind="pool"),
            call("pool", "map", {"$function": "run_task"}, {"$tasks": [0, 3, "square"]}),
            call("pool", "close"),
            call("pool", "join"),
        ],
        objects={"q": ObjectSpec(factory="Queue"), "v": ObjectSpec(factory="Value", arguments=("i", 0))},
        p0=[*(call("q", "put", item("p0", n, n)) for n in range(6)), verb("increment", ref("v"), 3)],
        c0=[*(call("q", "get") for _ in range(4)), verb("increment", ref("v"), 3)],
    )

    history = run(backend(method, python=interpreter(name)), what)

    assert history.ended == "normally", history.stacks
    assert [op.result["$item"][:3] for op in history.on("q", "get")] == [["p0", n, n] for n in range(6)]
    assert history.on("v", ".value")[0].result == 6
    assert history.on("pool", "map")[0].result == [0, 1, 4]
    assert {e.task for e in history.executions} == {0, 1, 2}


@every_interpreter
def test_a_hang_shows_python_stacks_under_every_interpreter(name: str) -> None:
    """Also where faulthandler works in another way."""
    what = scenario(
        [*start_all(["a"]), *join_all(["a"])],
        objects={"q": ObjectSpec(factory="Queue")},
        a=[call("q", "get")],
    )

    history = run(backend("spawn", python=interpreter(name)), what, patience_s=1.0)

    assert history.ended == "hung"
    assert history.stacks.count("most recent call first") >= 2
    assert "run_actor" in history.stacks


@every_interpreter
def test_large_records_outgrow_a_tape_under_every_interpreter(name: str) -> None:
    """Growing a memory map is not the same everywhere."""
    what = scenario([verb("echo", ["x" * 900] * 900), *(verb("pid") for _ in range(2000))])

    history = run(backend("fork", python=interpreter(name)), what)

    assert len(history.by("main")) == 2001
    assert history.by("main")[0].result == [["x" * 900] * 900]


@every_interpreter
@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_a_manager_serves_programs_of_every_interpreter(name: str, method: str) -> None:
    """By its address and key; a wrong key is refused; what one sets, the other finds."""
    key, client = {"$hex": "6b6579"}, {"$published": "address"}
    what = scenario(
        [
            call("@", "custom.Manager", {"$path": "server"}, key, bind="m"),
            call("m", "start"),
            verb("publish", "address", {"$attribute": ["m", "address"]}),
            call("m", "shared_dict", "d", bind="d"),
            call("d", "__setitem__", "mine", [1, "two"]),
            verb("launch", "x0", interpreter(name)),
            verb("reap", "x0"),
            call("d", "copy"),
            call("m", "shutdown"),
        ],
        x0=[
            call("@", "custom.Manager", client, key, bind="c"),
            call("c", "connect"),
            call("c", "shared_dict", "d", bind="d"),
            call("d", "__getitem__", "mine"),
            call("d", "__setitem__", "theirs", {"$tuple": [3, None]}),
            call("d", "__getitem__", "missing"),
            call("@", "custom.Manager", client, {"$hex": "00"}, bind="w"),
            call("w", "connect"),
        ],
    )

    history = run(backend(method), what)

    assert history.ended == "normally", history.stacks
    theirs = [op.result if op.ok else op.result["type"] for op in history.by("x0")[3:]]
    assert theirs == [[1, "two"], None, "KeyError", {"$object": "w"}, "AuthenticationError"]
    pairs = [["mine", [1, "two"]], ["theirs", {"$tuple": [3, None]}]]
    assert history.on("d", "copy")[0].result == {"$pairs": pairs}


@every_interpreter
def test_probing_tells_the_interpreter(name: str) -> None:
    """Its version and implementation are its own, not ours."""
    with workdir() as folder:
        offer = probe(backend("spawn", python=interpreter(name)), workdir=folder)

    assert offer.implementation == ("PyPy" if name == "pypy3" else "CPython")
    assert offer.python.startswith(name.removeprefix("python")) or name == "pypy3"


BARE = (
    "import sys; sys.path.insert(0, {harness!r}); before = set(sys.modules); import {module}; "
    "print(len(set(sys.modules) - before))"
)
FORBIDDEN = ("argparse", "dataclasses", "inspect", "logging", "pathlib", "subprocess", "typing")


@every_interpreter
def test_importing_the_agent_imports_nothing(name: str) -> None:
    """The package itself loads no other module."""
    program = BARE.format(harness=str(HARNESS), module="_mpconform_agent")
    asked = subprocess.run(
        [interpreter(name), "-I", "-S", "-c", program], capture_output=True, text=True, check=True, timeout=60
    )

    assert asked.stdout.strip() == "1"


@every_interpreter
def test_a_spawned_child_loads_only_what_it_must(name: str, tmp_path: Path) -> None:
    """Beyond what multiprocessing itself loads, nothing that takes long to import."""
    paths = [write_module(tmp_path / "lib", "showing", _SHOWING)]
    python = interpreter(name)
    bare = subprocess.run(
        [python, str(write_module(tmp_path / "bare", "bare", _BARE) / "bare.py")],
        capture_output=True, text=True, check=True, timeout=60,
    )  # fmt: skip
    what = scenario(
        [*start_all(["a"]), *join_all(["a"])],
        objects={"q": ObjectSpec(factory="Queue")},
        a=[call("q", "put", item("a", 0)), verb("rendezvous", 0, ["a"]), call("@", "loaded")],
    )
    file = tmp_path / "loaded.json"

    history = run(backend("spawn", "showing", python=python, paths=paths, LOADED=str(file)), what)

    assert history.ended == "normally", history.stacks
    loaded = set(json.loads(file.read_text()))
    assert "_mpconform_agent.actor" in loaded
    assert loaded.isdisjoint(set(FORBIDDEN) - set(json.loads(bare.stdout)))
    assert "_mpconform_agent.serve" not in loaded


_SHOWING = """
import json, os, sys
import multiprocessing
def __getattr__(name):
    return getattr(multiprocessing, name)
def loaded():
    with open(os.environ["LOADED"], "w") as file:
        json.dump(sorted(sys.modules), file)
"""

_BARE = """
import json, sys
def show(queue):
    queue.put(sorted(sys.modules))
if __name__ == "__main__":
    import multiprocessing
    context = multiprocessing.get_context("spawn")
    queue = context.SimpleQueue()
    child = context.Process(target=show, args=(queue,))
    child.start()
    print(json.dumps(queue.get()))
    child.join()
"""


def test_children_find_the_agent_compiled_whatever_the_user_set() -> None:
    """``PYTHONDONTWRITEBYTECODE`` holds for the user's modules; our copy of the agent is compiled once."""
    with workdir() as folder:
        tested = backend("spawn", PYTHONDONTWRITEBYTECODE="1")
        with Runner(tested, workdir=folder) as runner:
            assert (
                runner.run(scenario([*start_all(["a"]), *join_all(["a"])], a=[])).history.ended == "normally"
            )
            cached = {path.name.partition(".")[0] for path in folder.glob("agent/**/*.pyc")}
            elsewhere = list(folder.glob("sp*/**/*.pyc"))

    assert {"actor", "tape", "coding", "scope", "board"} <= cached
    assert elsewhere == []


def test_a_virtual_environment_keeps_its_packages(tmp_path: Path) -> None:
    """The interpreter is run by the path that it was given, not by what the link points to."""
    link = tmp_path / "venv" / "bin" / "python"
    link.parent.mkdir(parents=True)
    link.symlink_to(sys.executable)
    (tmp_path / "venv" / "pyvenv.cfg").write_text(f"home = {Path(os.path.realpath(sys.executable)).parent}\n")
    with running(backend("fork", python=str(link))) as runner:
        history = runner.run(scenario([verb("pid")])).history
        command = history.census["after"].processes[0].command

    assert command.startswith(str(link))
