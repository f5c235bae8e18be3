"""Programs: a script of a scenario in an interpreter of its own, and what is told of it."""

import signal
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from _mpconform_agent import programs
from _mpconform_agent.scope import Context

HELPER = "NUMBER = 7\n"


def ran(folder: Path, source: str, run: str = "file", **rest: Any) -> dict[str, Any]:
    """What is told of a program that was run in *folder*."""
    context = Context(str(folder), 1, ["main"], "u-", ("multiprocessing", "spawn"))
    told: dict[str, Any] = programs.run(
        SimpleNamespace(context=context), {"name": "x", "run": run, "source": source, **rest}
    )
    return dict(told["$program"])


@pytest.mark.parametrize("run", ["file", "module", "command", "stdin"])
def test_a_program_is_run_in_every_way(tmp_path: Path, run: str) -> None:
    """It finds the files beside it, and the backend and start method filled in."""
    where = "package/helper.py" if run == "module" else "helper.py"
    first = "from .helper import NUMBER" if run == "module" else "from helper import NUMBER"
    found = ran(
        tmp_path,
        f"{first}\nimport $MODULE, sys\nprint(NUMBER, __name__, '$METHOD', $MODULE.__name__)\nsys.exit(3)\n",
        run,
        files={where: HELPER},
    )

    assert found == {
        "method": "spawn",
        "code": 3,
        "output": ["7 __main__ spawn multiprocessing"],
        "errors": [],
        "left": [],
    }


def test_questions_stand_below_the_source(tmp_path: Path) -> None:
    """Indented, each on its own lines."""
    found = ran(tmp_path, "if True:\n", questions=["print(1)", "for n in (2, 3):\n    print(n)"])

    assert found["output"] == ["1", "2", "3"]


def test_a_program_may_have_a_stdin_of_its_own(tmp_path: Path) -> None:
    """Without a text, it is empty."""
    source = "import sys\nprint(repr(sys.stdin.read()))\n"

    assert ran(tmp_path, source, stdin="words\n")["output"] == [r"'words\n'"]
    assert ran(tmp_path, source)["output"] == ["''"]


def test_how_it_ended_is_told(tmp_path: Path) -> None:
    """By a signal, with a traceback, or well; and nothing is left of the one before."""
    killed = ran(tmp_path, "import os\nos.kill(os.getpid(), 9)\n", files={"old": "x"})
    failed = ran(tmp_path, "raise KeyError(1)\n")

    assert killed["code"] == -signal.SIGKILL
    assert failed["code"] == 1
    assert failed["errors"][-1] == "KeyError: 1"
    assert not (tmp_path / programs.FOLDER / "old").exists()


def test_what_it_leaves_is_told(tmp_path: Path) -> None:
    """A process that lives on is named by its command line; one that ends meanwhile is waited for."""
    begin = (
        "import subprocess, sys\nsubprocess.Popen([sys.executable, '-c', {!r}], stdout=subprocess.DEVNULL)\n"
    )
    found = ran(tmp_path, begin.format("import sys, time; time.sleep(4)"))
    ended = ran(tmp_path, begin.format("import time; time.sleep(0.3)"))

    assert found["code"] == 0
    assert [command.startswith(sys.executable) for command in found["left"]] == [True]
    assert "time.sleep(4)" in found["left"][0]
    assert ended["left"] == []


def test_a_flood_of_words_is_cut(tmp_path: Path) -> None:
    """To so many lines, of so many characters each."""
    found = ran(tmp_path, "for n in range(1000):\n    print(n, 'x' * 1000)\n")

    assert len(found["output"]) < 1000
    assert max(map(len, found["output"])) < 1000
    assert found["output"][0].startswith("0 xxx")
