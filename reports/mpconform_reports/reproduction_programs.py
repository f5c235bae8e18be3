"""Reproduction of what a program showed: a script that holds the program, runs it, and looks at what it says.

What a program says when it goes wrong is known: the script compares, and takes no notice of the numbers
that differ from run to run.
"""

import re
import textwrap
from collections.abc import Iterator, Sequence
from typing import Any

from mpconform.store import StoredViolation
from mpconform.values import History, Json, Scenario

__all__ = ("MASK", "PLACE", "alike", "program_script")

#: What differs from run to run: process ids and keys.
MASK = (
    r'(?<="pid": )\d+|(?<="starter": )[1-9]\d*|(?<="main": )\d+|(?<="parent": )\d+|(?<="parent": \[)\d+'
    r"|[0-9a-f]{32,}"
)

#: Where a frame of a traceback is.
PLACE = r'File ".*", line \d+'

_HEAD = """import os, re, signal, subprocess, sys, tempfile, time
RULE = {rule}
"""
_RUN = """
def left(session):  # What lives in a session.
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open("/proc/%s/stat" % pid) as stat:
                state, _, _, its_session = stat.read().rpartition(")")[2].split()[:4]
        except OSError:
            continue
        found += [int(pid)] if int(its_session) == session and state not in "ZX" else []
    return found

def run(folder, words, files):
    for name, text in files.items():
        os.makedirs(os.path.dirname(os.path.join(folder, name)), exist_ok=True)
        with open(os.path.join(folder, name), "w") as file:
            file.write(text)
    names = set(os.listdir("/dev/shm"))
    with open(os.path.join(folder, "stdin")) as stdin, open(os.path.join(folder, "out"), "a+") as out, \\
            open(os.path.join(folder, "err"), "a+") as err:
        child = subprocess.Popen([sys.executable, *words], cwd=folder, stdin=stdin, stdout=out, stderr=err,
                                 start_new_session=True)
        try:
            code = child.wait(20)
        except subprocess.TimeoutExpired:
            code = "hangs"
        until = time.time() + 2
        while left(child.pid) and time.time() < until:
            time.sleep(0.01)
        stays = len(left(child.pid))
        for pid in left(child.pid):
            os.kill(pid, signal.SIGKILL)
        out.seek(0), err.seek(0)
        said = [line[:400] for line in out.read().splitlines()]
        errors = [re.sub(PLACE, "File", line[:400]) for line in err.read().splitlines()]
    return code, said, errors, stays > 0, any(map(abandoned, set(os.listdir("/dev/shm")) - names))

def abandoned(name):  # Whether nobody has it mapped: what other programs have made meanwhile, they map.
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open("/proc/%s/maps" % pid, errors="replace") as maps:
                if name in maps.read():
                    return False
        except OSError:
            continue
    return True

def alike(lines, known):  # Process ids and keys differ from run to run: they are numbered as they appear.
    def number(match):
        return "#%d" % known.setdefault(match[0], len(known))
    return [re.sub(MASK, number, line) for line in lines]

def once():
    known, found = {}, []
    for words, files in PROGRAMS:
        with tempfile.TemporaryDirectory() as folder:
            code, said, errors, stays, names = run(folder, words, files)
        if code == "hangs":
            return [*found, code]
        found.append((code, alike(said, known), errors if ERRORS else [], stays, NAMES and names))
    return found

def main(runs=5):
    failed = 0
    for _ in range(runs):
        if once() == SEEN:
            if not failed:
                print("seen: %s\\nrule: %s" % (WRONG, RULE))
            failed += 1
    print("FAILED %d of %d" % (failed, runs) if failed else "not seen in %d runs" % runs)
    return failed > 0

if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
"""


def alike(lines: Sequence[str], known: dict[str, int]) -> list[str]:
    """Return *lines* with what differs from run to run numbered as it appears, and *known* from then on."""
    return [re.sub(MASK, lambda m: f"#{known.setdefault(m[0], len(known))}", line) for line in lines]


def program_script(stored: StoredViolation, history: History, statement: str, rate: str) -> str | None:
    """Return the script that shows *stored* by the programs of its scenario; None if there are none."""
    programs = tuple(_programs(history.scenario))
    if not programs:
        return None
    backend = stored.backend
    spec = backend.spec
    title = textwrap.wrap(f"{stored.requirement} is broken by {spec}: {stored.summary}", 105)
    told = "\n".join([*title, f"{rate} Run it: python repro.py [runs]"]).replace("\\", "\\\\")
    parts = ['"""' + told.replace('"""', "'''") + '"""', _HEAD.format(rule=repr(statement or stored.summary))]
    parts.append(f"WRONG = {stored.summary!r}")
    parts += [f"MASK = {MASK!r}", f"PLACE = {PLACE!r}"]
    parts.append(
        f"ERRORS, NAMES = {_looks_at_errors(stored)}, {_looks_at_names(stored)}  # Whether they count."
    )
    rows = []
    for number, program in enumerate(programs):
        words, files = _furnished(program, backend.module, backend.method)
        for name, text in files.items():
            variable = "_".join(("TEXT", str(number), *re.findall("[A-Z]+", name.upper())))
            parts.append(f"{variable} = {_quoted(text)}")
            rows.append((number, name, variable))
        shown = ", ".join(f"{name!r}: {variable}" for n, name, variable in rows if n == number)
        parts.append(f"PROGRAM_{number} = ({words}, {{{shown}}})")
    parts.append(f"PROGRAMS = [{', '.join(f'PROGRAM_{n}' for n in range(len(programs)))}]")
    parts.append(f"SEEN = {_seen(history, stored)}  # Code, output, stderr, processes and names left.")
    return "\n".join(parts) + "\n" + _RUN


def _programs(scenario: Scenario) -> Iterator[dict[str, Any]]:
    for actor in scenario.actors.values():
        for step in actor.steps:
            if not step.target and step.method == "program":
                yield step.arguments[0]


def _furnished(program: dict[str, Any], module: str, method: str) -> tuple[str, dict[str, str]]:
    """Return the words after the interpreter, as source, and the files of *program*."""

    def filled(text: str) -> str:
        return text.replace("$MODULE", module).replace("$METHOD", method)

    lines = [line for question in program.get("questions", ()) for line in question.splitlines()]
    source = filled(program["source"] + "".join(f"    {line}\n" for line in lines))
    files = {name: filled(text) for name, text in program.get("files", {}).items()}
    files["stdin"] = source if program["run"] == "stdin" else program.get("stdin", "")
    if program["run"] == "module":
        files |= {"package/__init__.py": "", "package/program.py": source}
    elif program["run"] == "file":
        files["program.py"] = source
    words = {
        "file": "['program.py']",
        "module": "['-m', 'package.program']",
        "command": f"['-c', {_quoted(source)}]",
        "stdin": "['-']",
    }
    return words[program["run"]], files


def _quoted(text: str) -> str:
    """Return *text* as a literal of several lines where that can be read."""
    if "\n" in text and "'''" not in text and not text.endswith("'") and "\\" not in text:
        return f"'''\\\n{text}'''"
    if "\n" in text and "'''" not in text and not text.endswith(("'", "\\")):
        return f"r'''{text}'''"
    return repr(text)


def _looks_at_errors(stored: StoredViolation) -> bool:
    return stored.kind in {"no-traceback", "no-message", "words-on-stderr", "log-lines", "unguarded"}


def _looks_at_names(stored: StoredViolation) -> bool:
    return stored.kind in {"semaphores-left", "segments-left"}


def _seen(history: History, stored: StoredViolation) -> str:
    """Return what the programs of *history* were seen to do, as the script sees it."""
    known: dict[str, int] = {}
    found: list[Json] = []
    for op in history.operations:
        if op.target or op.method != "program":
            continue
        if op.open:
            found.append("hangs")
            break
        ended = op.result["$program"]
        errors = ended["errors"] if _looks_at_errors(stored) else []
        errors = [re.sub(PLACE, "File", line) for line in errors]
        names = _looks_at_names(stored) and len(found) == len(_before(history, stored))
        found.append((ended["code"], alike(ended["output"], known), errors, bool(ended["left"]), names))
    return repr(found)


def _before(history: History, stored: StoredViolation) -> list[Json]:
    """Return the programs of *history* that came before the one that *stored* is about."""
    ops = [op for op in history.operations if not op.target and op.method == "program"]
    about = [n for n, op in enumerate(ops) if op in stored.witness]
    return list(ops[: about[0]]) if about else []
