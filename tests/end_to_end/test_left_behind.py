"""Whatever is killed, whenever: nothing of a run is left behind."""

import contextlib
import os
import random
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from mpconform.clock import Deadline, wait_until
from running import METHODS, Footprint, processes_of

#: Runs scenarios until it is killed; tells on its first line that it has begun.
ORCHESTRATOR = """
import signal
import sys
from running import backend, scenario
from mpconform.errors import MpconformError
from mpconform.runner import Runner, workdir
from mpconform.values import ObjectSpec
from mpconform_scenarios.build import call, item, join_all, ref, start_all, verb

signal.signal(signal.SIGHUP, signal.SIG_DFL)  # Under nohup it would be ignored.
method, rounds = sys.argv[1], int(sys.argv[2])
names = ["a", "b"]
what = scenario(
    [
        call("@", "shared_memory.SharedMemory", {"$unique": "seg"}, create=True, size=64, bind="segment"),
        *start_all(names), *join_all(names), verb("drain", ref("q")),
        call("segment", "close"), call("segment", "unlink"),
    ],
    objects={"q": ObjectSpec(factory="Queue"), "v": ObjectSpec(factory="Value", arguments=("i", 0))},
    a=[
        *(call("q", "put", item("a", n, 2000)) for n in range(9)), verb("increment", ref("v"), 5),
        verb("hold", 0.02),
    ],
    b=[*(call("q", "get") for n in range(8)), verb("increment", ref("v"), 5), verb("hold", 0.02)],
)
with workdir() as folder, Runner(backend(method), workdir=folder, patience_s=1.0) as runner:
    print("begun", flush=True)
    for _ in range(rounds):
        try:
            runner.run(what).history
        except MpconformError as error:
            print(error, file=sys.stderr)
            raise SystemExit(2)
"""


class Orchestrated:
    """An orchestrator in a process of its own, and what it may leave behind."""

    def __init__(self, method: str, *, rounds: int = 1000, shm: str = "private") -> None:
        self.footprint = Footprint()
        environment = {
            **os.environ,
            "TMPDIR": str(self.footprint.folder),
            "MPCONFORM_SHM": shm,
            "PYTHONPATH": os.pathsep.join(
                [str(Path(__file__).parents[1] / "support"), os.environ.get("PYTHONPATH", "")]
            ),
        }
        self.process = subprocess.Popen(
            [sys.executable, "-c", ORCHESTRATOR, method, str(rounds)],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        assert self.process.stdout is not None
        assert self.process.stdout.readline() == "begun\n"

    def below(self, word: str = "") -> list[int]:
        """The processes of the run, but for wardens and orchestrator, whose command line has *word*."""
        found = processes_of(self.footprint.folder)
        wardens = {pid for pid, command in found if "warden.py" in command}
        return [pid for pid, command in found if pid not in {self.process.pid, *wardens} and word in command]

    def wardens(self) -> list[int]:
        """Those that watch over the run."""
        return [pid for pid, command in processes_of(self.footprint.folder) if "warden.py agent" in command]

    def kill(self, pid: int) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)

    def left(self) -> list[str]:
        """What is left, at most 10 s after the orchestrator was killed."""
        self.process.kill()
        self.process.communicate(timeout=60)
        return self.footprint.left(seconds=10.0)


def assault(method: str, victim: str, moment_s: float, choice: random.Random, shm: str) -> list[str]:
    """Kill the victim at the moment; return what is left once the orchestrator is dead too."""
    orchestrated = Orchestrated(method, shm=shm)
    # A random moment is what is tested: there is no condition to wait for.
    wait_until(lambda: False, deadline=Deadline(moment_s))
    if victim == "agent":
        pids = orchestrated.below("_mpconform_agent.start")
    elif victim == "child":
        pids = orchestrated.below()
    elif victim == "warden":
        pids = orchestrated.wardens()
    elif victim == "all":
        pids = orchestrated.below()
        for pid in pids:
            orchestrated.kill(pid)
        pids = []
    else:
        pids = []
    if pids:
        orchestrated.kill(choice.choice(pids))
        wait_until(lambda: False, deadline=Deadline(moment_s / 2))
    return orchestrated.left()


VICTIMS = ("orchestrator", "agent", "child", "all", "warden")


def assaults(count: int, seed: int) -> list[tuple[str, str, float, str]]:
    choice = random.Random(seed)
    return [
        (METHODS[n % 3], VICTIMS[n % 5], choice.uniform(0.0, 0.6), "shared" if n % 7 == 3 else "private")
        for n in range(count)
    ]


@pytest.mark.parametrize(("method", "victim", "moment_s", "shm"), assaults(10, seed=1))
def test_nothing_is_left_after_a_kill(method: str, victim: str, moment_s: float, shm: str) -> None:
    """No process, no folder, no segment: ten kills."""
    assert assault(method, victim, moment_s, random.Random(moment_s), shm) == []


@pytest.mark.slow
@pytest.mark.parametrize(("method", "victim", "moment_s", "shm"), assaults(40, seed=2))
def test_nothing_is_left_after_any_kill(method: str, victim: str, moment_s: float, shm: str) -> None:
    """The same, forty times more."""
    assert assault(method, victim, moment_s, random.Random(moment_s), shm) == []


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("shm", ["private", "shared"])
def test_nothing_is_left_after_a_run(method: str, shm: str) -> None:
    """A run that ends by itself cleans up before it ends."""
    orchestrated = Orchestrated(method, rounds=3, shm=shm)

    _, errors = orchestrated.process.communicate(timeout=60)

    assert orchestrated.process.returncode == 0, errors
    assert orchestrated.footprint.left(seconds=0.0) == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_nothing_is_left_when_the_user_interrupts(number: signal.Signals) -> None:
    """Ctrl-C, a polite kill, a closed terminal."""
    orchestrated = Orchestrated("fork")
    orchestrated.process.send_signal(number)

    _, errors = orchestrated.process.communicate(timeout=60)

    assert orchestrated.process.returncode != 0, errors
    assert orchestrated.footprint.left(seconds=10.0) == []
