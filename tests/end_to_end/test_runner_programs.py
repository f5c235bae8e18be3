"""Programs of scenarios, in real processes: their hangs are seen, and nothing of them is left."""

from pathlib import Path

import pytest

from mpconform.values import History
from mpconform_scenarios.build import verb
from mpconform_scenarios.context_build import GUARD, THROUGH_CONTEXT, program
from running import METHODS, run, running, scenario

CHILD = """
def works(number):
    sys.exit(number)


def waits():
    signal.pause()


def code(target, *arguments):
    process = ctx.Process(target=target, args=arguments)
    process.start()
    process.join()
    return process.exitcode
"""
SOURCE = "import signal\n" + THROUGH_CONTEXT + CHILD + GUARD


def results(history: History) -> list[dict[str, object]]:
    return [op.result["$program"] for op in history.by("main") if op.method == "program" and op.ok]


@pytest.mark.parametrize("method", METHODS)
def test_a_program_starts_processes_by_every_method(method: str) -> None:
    """Run from a file and as a module; what it told and how it ended is the result of its step."""
    asked = ['ask("code", lambda: code(works, 7))']
    history = run(method, scenario([program("x", SOURCE, asked, run=how) for how in ("file", "module")]))

    assert history.ended == "normally"
    assert [(one["method"], one["code"], one["left"]) for one in results(history)] == [(method, 0, [])] * 2
    assert all(one["output"] == ['{"question": "code", "got": 7}'] for one in results(history))


def test_a_program_that_hangs_is_a_hang_and_is_ended() -> None:
    """What it wrote until then is shown below the stacks; its children are gone with it."""
    asked = ['tell("begun")', "code(waits)"]
    with running() as runner:
        history = runner.run(scenario([program("x", SOURCE, asked), verb("pid")])).history
        warden = runner._agent

    assert warden is None  # The agent is given up, and its whole tree with it.
    assert history.ended == "hung"
    assert [op.method for op in history.by("main") if op.open] == ["program"]
    assert 'output of the program:\n{"question": "begun"}' in history.stacks
    assert not [p for p in history.census["hung"].processes if Path(f"/proc/{p.pid}").exists()]
