"""Programs: actors that are no children of the backend's, but programs that someone else began.

``python -m _mpconform_agent.programs FOLDER NAME`` takes the steps of actor NAME, of which it reads in
a file that ``launch`` wrote.  It has none of the scenario's objects.
"""

import json
import os
import subprocess
import sys

TYPE_CHECKING = False  # As typing has it, without its import.
if TYPE_CHECKING:
    from typing import Any

__all__ = ("end", "launch", "main", "reap")

#: The programs of the run under way, by actor.
_running: "dict[str, subprocess.Popen[bytes]]" = {}


def launch(context, name, python=None):
    """Begin a program that is actor *name*, under the interpreter *python*, or under this one."""
    known = {key: value for key, value in context.__dict__.items() if key not in ("steps", "folder")}
    with open(context.path("program-%s" % name), "w", encoding="utf-8") as file:
        json.dump([known, context.steps[name]], file)
    command = [python or sys.executable, "-m", "_mpconform_agent.programs", context.folder, name]
    _running[name] = subprocess.Popen(command, stdin=subprocess.DEVNULL)  # noqa: S603  # ours


def reap(name):
    """Wait until the program that is actor *name* has ended; return its exit code, None if it never began."""
    program = _running.get(name)
    return None if program is None else program.wait()


def end():
    """Wait until every program has ended."""
    for name in list(_running):
        _running.pop(name).wait()


def main(folder, name):
    """Be actor *name* of the run in *folder*."""
    from _mpconform_agent.actor import run_actor
    from _mpconform_agent.scope import Context

    with open(os.path.join(folder, "program-%s" % name), encoding="utf-8") as file:
        known, steps = json.load(file)
    context: "Any" = Context.__new__(Context)
    context.__dict__.update(known, folder=folder, steps=None)
    run_actor(context, name, {}, steps)


if __name__ == "__main__":
    main(*sys.argv[1:])
