"""Faults in a reproduction script: the same signals at the same steps, and calls that lack what they did."""

import contextlib
import errno
import os
import resource
import subprocess
import sys

import pytest

from mpconform.values import Actor, Fault, History, Scenario, Step
from mpconform_reports.reproduction_faults import befallen, lacking
from mpconform_reports.reproduction_loop import loop
from mpconform_reports.reproduction_steps import Needed, Writer
from mpconform_reports.reproduction_text import HELPERS
from mpconform_reports.reproduction_values import Names
from mpconform_scenarios.build import call


def told(*faults: Fault) -> History:
    actors = {"main": Actor(), "v0": Actor(steps=(Step(method="pid"), Step(method="linger")))}
    scenario = Scenario(family="process", theme="t", actors=actors, faults=faults)
    return History(scenario=scenario, backend="billiard.context:fork")


@pytest.mark.parametrize(
    ("fault", "line"),
    [
        (Fault(actor="v0", signal="SIGKILL", step=1), "os.kill(os.getpid(), signal.SIGKILL)"),
        (Fault(actor="v0", signal="exit", step=1), "os._exit(77)"),
        (
            Fault(actor="v0", signal="SIGINT", step=1, later_s=0.02),
            "threading.Timer(0.02, os.kill, [os.getpid(), signal.SIGINT]).start()",
        ),
        (
            Fault(actor="v0", signal="exit", step=1, later_s=0.5),
            "threading.Timer(0.5, os._exit, [77]).start()",
        ),
        (
            Fault(actor="v0", signal="SIGTERM", step=1, after=9),
            'strike(9, lambda: os.kill(os.getpid(), signal.SIGTERM), "billiard")',
        ),
    ],
)
def test_a_fault_at_a_step_stands_before_it(fault: Fault, line: str) -> None:
    """Nowhere else, and in nobody else's function."""
    names = Names()

    assert list(befallen(told(fault), "v0", 1, names)) == [line]
    assert not list(befallen(told(fault), "v0", 0, names))
    assert not list(befallen(told(fault), "main", 1, names))
    assert ("strike" in names.uses) == bool(fault.after)


def test_a_fault_without_a_step_is_another_modules() -> None:
    """It is counted from the beginning, by what holds processes up; a stop at a step is left out."""
    killed = told(Fault(actor="v0", signal="SIGKILL", after=300), Fault(actor="v0", signal="SIGSTOP", step=0))

    assert list(befallen(killed, "v0", 0, Names())) == []


def test_a_call_in_a_shortage_lacks_what_it_did() -> None:
    """The helper lowers the limit for the call alone, with exactly so many descriptors left."""
    names = Names()
    short = told(Fault(actor="main", signal="EMFILE", step=2, left=1))
    space: dict[str, object] = {}
    exec("import os, resource\n" + HELPERS["lacking"], space)  # what a script would run
    before = resource.getrlimit(resource.RLIMIT_NOFILE)

    def opens() -> list[int]:
        opened = []
        with contextlib.suppress(OSError):
            while len(opened) < 9:
                opened.append(os.dup(0))
        return opened

    space["opens"] = opens
    opened = eval(lacking(short, "main", 2, "opens", names) + "()", space)
    for one in opened:
        os.close(one)

    assert len(opened) == 1
    assert resource.getrlimit(resource.RLIMIT_NOFILE) == before
    assert lacking(short, "main", 1, "Pipe", names) == "Pipe"
    assert names.uses == {"lacking"}


def test_a_full_shm_is_one_of_the_scripts_own() -> None:
    """It is filled for the call alone."""
    names = Names()
    full = told(Fault(actor="main", signal="ENOSPC", step=2, left=4096))

    assert lacking(full, "main", 2, "Lock", names) == "crowded(4096, Lock)"
    assert names.uses == {"crowded"}
    assert "    own_shm()\n" in loop(most=1, rounds=1, ended=False, hangs=False, unique=False, apart=True)
    assert "own_shm" not in loop(most=1, rounds=1, ended=False, hangs=False, unique=False, apart=False)


_CROWDED = """
def make():
    with open("/dev/shm/x", "wb") as file:
        file.write(bytes(9000))

def tried(call):
    try:
        return call()
    except OSError as error:
        return error.errno

own_shm()
print(tried(crowded(0, make)), tried(crowded(1 << 14, make)), tried(make))
"""


def test_dev_shm_is_full_for_the_length_of_a_call() -> None:
    """Of what is left, whole pages can be used; afterwards, all of it."""
    text = "import ctypes, os, sys\n" + HELPERS["crowded"] + _CROWDED
    ran = subprocess.run([sys.executable, "-c", text], capture_output=True, text=True, check=False)
    if "takes the right" in ran.stderr:
        pytest.skip("no namespaces can be made here")

    assert ran.stdout.split() == [str(errno.ENOSPC), "None", "None"], ran.stderr


def test_whoever_lacks_something_while_it_joins_says_so() -> None:
    """A join is a plain line otherwise."""
    short = Fault(actor="main", signal="ENOSPC", step=1)
    scenario = Scenario(
        family="process",
        theme="t",
        actors={"main": Actor(steps=(call("v0", "start"), call("v0", "join"))), "v0": Actor()},
        faults=(short,),
    )
    history = History(scenario=scenario, backend="multiprocessing:fork")
    lines = Writer(history, Needed(steps=frozenset({("v0", 0)})), Names()).body("main", ["v0"])

    assert lines == ["v0.start()", 'see("main", 1, crowded(0, v0.join))']
