"""Programs: what can be asked only in an interpreter whose main module is the user's own.

A program is a small script that stands in its scenario.  It runs in a fresh interpreter, the same as
the agent's, in a folder of its own, and leads a session of its own, by which whatever it leaves behind is
known.  Nothing here ends a process: a program that never ends is a hang, and the warden's to end.
"""

import os
import sys
import time

__all__ = ("ERRORS", "FOLDER", "OUTPUT", "run")

#: Where programs run, and where what they write is kept, in the folder of the agent.
FOLDER, OUTPUT, ERRORS = "program", "program-output", "program-errors"
#: What is still there when nothing of it has run for so long, was left behind; ...
_REST_S = 1.0
#: ... and so is what runs on for so much longer than its program.
_LONGEST_S = 10.0
_SHORTEST_S, _NAP_S = 0.001, 0.05
#: More than this of what a program writes is not kept: lines, and characters of each.
_MOST_LINES, _MOST_CHARACTERS = 300, 400
_MOST_BYTES = 1 << 18


def run(scope, program):
    """Run *program* to its end; return how it ended, what it wrote, and which processes it left.

    Raises OSError if it cannot be run.
    """
    from subprocess import Popen

    module, method = scope.context.backend

    def filled(text):
        return text.replace("$MODULE", module).replace("$METHOD", method)

    source = filled(_written(program))
    folder = _furnished(scope.context.path(FOLDER), program, source, filled)
    command = [sys.executable, *_words(program["run"], source)]
    output, errors = scope.context.path(OUTPUT), scope.context.path(ERRORS)
    given = os.path.join(folder, "program.py" if program["run"] == "stdin" else "stdin")
    with open(given, "rb") as stdin, _emptied(output) as stdout, _emptied(errors) as stderr:
        started = Popen(  # noqa: S603  # the interpreter that runs the agent
            command, cwd=folder, stdin=stdin, stdout=stdout, stderr=stderr, start_new_session=True
        )
        code = started.wait()
    left = _left(started.pid)
    return {
        "$program": {
            "method": method,
            "code": code,
            "output": _lines(output),
            "errors": _lines(errors),
            "left": left,
        }
    }


def _written(program):
    """Return the text of *program*: its questions stand, indented, at its end."""
    lines = [line for question in program.get("questions", ()) for line in question.splitlines()]
    return program["source"] + "".join("    %s\n" % line for line in lines)


def _furnished(folder, program, source, filled):
    """Return *folder* with the files of *program* in it, and with nothing else."""
    import shutil

    shutil.rmtree(folder, ignore_errors=True)
    os.mkdir(folder, 0o700)
    files = {name: filled(text) for name, text in program.get("files", {}).items()}
    files["stdin"] = program.get("stdin", "")
    if program["run"] == "module":
        files["package/__init__.py"] = ""
        files["package/program.py"] = source
    elif program["run"] != "command":
        files["program.py"] = source
    for name, text in files.items():
        path = os.path.join(folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
    return folder


def _words(how, source):
    """Return the words of a command line after the interpreter, to run *source*."""
    words = {
        "file": ["program.py"],
        "module": ["-m", "package.program"],
        "command": ["-c", source],
        "stdin": ["-"],
    }
    return words[how]


def _emptied(path):
    # Appended to, so that the lines of several processes do not overwrite each other.
    return open(path, "wb", opener=lambda name, flags: os.open(name, flags | os.O_APPEND, 0o600))


def _lines(path):
    with open(path, "rb") as file:
        lines = file.read(_MOST_BYTES).decode("utf-8", "replace").splitlines()
    return [line[:_MOST_CHARACTERS] for line in lines[:_MOST_LINES]]


def _left(session):
    """Return the commands of what lives in *session* when it has come to rest; nothing, as a rule."""
    began = since = time.monotonic()
    seen, nap = None, _SHORTEST_S
    while True:
        found = _members(session)
        now = time.monotonic()
        if not found or now - began > _LONGEST_S:
            break
        if found != seen or any(state != "S" for state, _, _ in found.values()):
            seen, since = found, now
        elif now - since > _REST_S:
            break
        time.sleep(nap)
        nap = min(nap * 1.5, _NAP_S)
    return sorted(command for _, _, command in found.values())


def _members(session):
    """Return state, processor time and command of each living process in *session*."""
    found = {}
    for name in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open("/proc/%s/stat" % name, "rb", buffering=0) as file:
                fields = file.read().rpartition(b")")[2].split()
            if int(fields[3]) != session or fields[0] in b"ZX":
                continue
            with open("/proc/%s/cmdline" % name, "rb", buffering=0) as file:
                command = file.read().replace(b"\0", b" ").decode("utf-8", "replace").strip()
        except OSError:  # It has ended meanwhile.
            continue
        found[int(name)] = fields[0].decode(), (fields[11], fields[12]), command[:200]
    return found
