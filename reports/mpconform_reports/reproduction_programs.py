"""Reproduction of what a program showed: a script that holds the program, runs it, and looks at what it says.

What a program says when it goes wrong is known: the script compares, and takes no notice of the numbers
that differ from run to run; where all of it differs, it looks whether it is wrong.
"""

import enum
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from mpconform.backend import Backend
from mpconform.store import StoredViolation
from mpconform.values import History, Json, Scenario
from mpconform_reports.reproduction_head import docstring
from mpconform_reports.reproduction_packed import packed
from mpconform_reports.reproduction_text import MOST_LINES, WIDTH
from mpconform_reports.trim import trimmed, without_comments

__all__ = ("MASK", "PLACE", "alike", "program_script")

#: What differs from run to run: process ids, addresses, keys, and the names of blocks and of folders.
_MASKS = (
    r'(?<="pid": )\d+',
    r'(?<="starter": )[1-9]\d*',
    r'(?<="main": )\d+',
    r'(?<="parent": )\d+',
    r'(?<="parent": \[)\d+',
    r"(?<=pid=)\d+",
    r"(?<=parent=)\d+",
    r"(?<=0x)[0-9a-f]+",
    r"[0-9a-f]{32,}",
    r"(?<=psm_)[0-9a-f]+",
    r"(?<=pymp-)\w+",
)
MASK = "|".join(_MASKS)

#: Where a frame of a traceback is.
PLACE = r'File ".*", line \d+'

_LEFT = """
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
"""
_ABANDONED = """
def abandoned(name):  # Whether nobody has it mapped: what other programs have made meanwhile, they map.
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open("/proc/%s/maps" % pid, errors="replace") as maps:
                if name in maps.read():
                    return False
        except OSError:
            continue
    return True
"""
_ALIKE = """
def alike(lines, known):  # What differs from run to run is numbered as it appears.
    number = lambda match: "#%d" % known.setdefault(match[0], len(known))
    return [re.sub(MASK, number, line) for line in lines]
"""
#: By kind, what is wrong with an answer that is another one each time.
_WRONG = {
    "threads-not-met": """
def wrong(code, said):  # Whether the places of any meeting are not all that there are, each once.
    ours, theirs = json.loads(said[0]).get("got", ((), ())) if code == 0 else ((), ())
    return any(sorted(one + other) != [*range(len(one + other))] for one, other in zip(ours, theirs))
""",
}
_MAIN = """
if __name__ == "__main__":
    runs = int([*sys.argv, 5][1])
    failed = sum({once})
    print(f"{__doc__}\\nFAILED {failed} of" if failed else "not seen in", runs, "runs")
    sys.exit(failed > 0)
"""


class _Layout(enum.Enum):
    """How much room a script takes, the most first."""

    AIRY = "empty lines between functions"
    DENSE = "no empty lines, and no more words of a program's answers than were seen"
    BARE = "no comments in the program either, and what is broken told in brief"
    ROWS = "several statements on a line, too"


_BARE = (_Layout.BARE, _Layout.ROWS)


@dataclass(frozen=True, kw_only=True)
class _Looks:
    """What counts of a run, beside the exit code and the output: what is compared, and so has to be found."""

    errors: bool
    names: bool
    stays: bool
    masks: tuple[str, ...]
    input: bool
    package: bool
    raises: bool

    def told(self) -> str:
        """Return in words what there is of each program in what was seen."""
        more = [("stderr", self.errors), ("processes left", self.stays), ("names left", self.names)]
        *most, last = ["exit code", "output", *(word for word, counts in more if counts)]
        return f"{', '.join(most)} and {last}".capitalize()


def _run(looks: _Looks, *, alone: bool) -> str:
    """Return the function that runs one of the programs, or that which is *alone*: what is compared of it."""
    file, words = ('"program.py"', '"program.py"') if alone else ("name", "*words")
    opened = ["tempfile.TemporaryDirectory() as folder", 'open(os.path.join(folder, "out"), "a+") as out']
    into = "subprocess.DEVNULL"
    stdin = 'open(os.path.join(folder, "stdin"))' if looks.input else into
    writes = [f"pathlib.Path(folder, {file}).write_text({'PROGRAM' if alone else 'text'})"]
    lines = [
        *(['os.mkdir(os.path.join(folder, "package"))'] if looks.package else []),
        *(writes if alone else ["for name, text in files.items():", f"    {writes[0]}"]),
        *(['err = open(os.path.join(folder, "err"), "a+")'] if looks.errors else []),
        *(['names = set(os.listdir("/dev/shm"))'] if looks.names else []),
        f"child = subprocess.Popen([sys.executable, {words}], cwd=folder, start_new_session=True,",
        f"                         stdin={stdin}, stdout=out, stderr={'err' if looks.errors else into})",
        "with contextlib.suppress(subprocess.TimeoutExpired):",
        "    child.wait(20)",
        "code = child.poll()",
        *(_STAYS if looks.stays else _ENDED),
        "said = [line[:400] for line in open(out.name).read().splitlines()]",
    ]
    found = ["code", "alike(said, known)" if looks.masks else "said"]
    if looks.errors:
        lines += [
            'errors = [re.sub(PLACE, "File", line[:400]) for line in open(err.name).read().splitlines()]',
        ]
        found.append("errors")
    if looks.stays:
        found.append("stays")
    if looks.names:
        lines.append('names = any(map(abandoned, set(os.listdir("/dev/shm")) - names))')
        found.append("names")
    takes = [*([] if alone else ["words", "files"]), *(["known"] if looks.masks else [])]
    return "\n".join(
        (
            f"def run({', '.join(takes)}):",
            f"    with {', '.join(opened)}:",
            *(f"        {line}" for line in lines),
            f'    return "hangs" if code is None else ({", ".join(found)})\n',
        )
    )


#: The words after the interpreter, as source, of a program that is a file.
_ONE_FILE = "['program.py']"
#: How a program tells what it is asked, an error or not; and how, if what was recorded is no error.
_ASKS = re.compile(r"(?<=\ndef ask\(question, function, \*\*about\):\n).*?\n(?=\n|\S)", re.DOTALL)
_ASKS_ONLY = (
    '    print(json.dumps({"question": question, **about, "got": function()}, default=repr), flush=True)\n'
)

#: What a program has left, ends with it: what does not by itself, by force.
_ENDED = (
    "with contextlib.suppress(ProcessLookupError):",
    "    for deed in [0] * 200 + [signal.SIGKILL]:  # What it has left may end by itself.",
    "        os.killpg(child.pid, deed)",
    "        time.sleep(0.01)",
)
_STAYS = (
    "until = time.time() + 2",
    "while left(child.pid) and time.time() < until:",
    "    time.sleep(0.01)",
    "stays = len(left(child.pid)) > 0",
    "for pid in left(child.pid):",
    "    os.kill(pid, signal.SIGKILL)",
)
#: What a script may import.
_IMPORTS = ("contextlib", "json", "os", "pathlib", "re", "signal", "subprocess", "sys", "tempfile", "time")


def alike(lines: Sequence[str], known: dict[str, int]) -> list[str]:
    """Return *lines* with what differs from run to run numbered as it appears, and *known* from then on."""
    return [re.sub(MASK, lambda m: f"#{known.setdefault(m[0], len(known))}", line) for line in lines]


def program_script(stored: StoredViolation, history: History, statement: str, rate: str) -> str | None:
    """Return the script that shows *stored* by the programs of its scenario; None if there are none."""
    if not any(_programs(history.scenario)):
        return None
    for layout in _Layout:
        whole = _written(stored, history, statement, rate, layout)
        if whole.count("\n") <= MOST_LINES:
            break
    return whole


def _written(stored: StoredViolation, history: History, statement: str, rate: str, layout: _Layout) -> str:
    """Return the script in a *layout*."""
    dense = layout is not _Layout.AIRY
    looks, seen = _seen(history, stored)
    backend = stored.backend
    head = [f"MASK = {'|'.join(looks.masks)!r}"] if looks.masks else []
    head += [f"PLACE = {PLACE!r}"] if looks.errors else []
    furnished = [
        _furnished(program, backend, layout, shortly=dense and not looks.raises)
        for program in _programs(history.scenario)
    ]
    words, files = furnished[0]
    alone = len(furnished) == len(seen) == 1 and words == _ONE_FILE and [*files] == ["program.py"]
    rule = "" if looks.masks or not alone or '"got":' not in seen[0] else _WRONG.get(stored.kind, "")
    if alone:
        head += [f"PROGRAM = {_quoted(files['program.py'])}"]
        if rule:
            run = 'wrong(*found) for found in (run() for _ in range(runs)) if found != "hangs"'
        else:
            head += [f"SEEN = {seen[0]}  # {looks.told()}."]
            run = "run({}) == SEEN for _ in range(runs)".format("{}" if looks.masks else "")
    else:
        head += _texts_and_programs(furnished, stdin=looks.input)
        head += _listed("SEEN", seen, what=f"{looks.told()} of each program.")
        known = ("known", "known", "[{} for _ in range(runs)]") if looks.masks else ("", "_", "range(runs)")
        run = "[run({}) for program in PROGRAMS] == SEEN for {} in {}".format(
            ", ".join(filter(None, ("*program", known[0]))), *known[1:]
        )
    blocks = [_LEFT * looks.stays, _ABANDONED * looks.names, _ALIKE * bool(looks.masks)]
    blocks += [f"\n{_run(looks, alone=alone)}", rule, _MAIN.replace("{once}", run)]
    code = "".join(blocks)
    code = re.sub(r"\n\n(?=def |if __name__)", "\n", code).removeprefix("\n") if dense else code
    imports = ", ".join(name for name in _IMPORTS if re.search(rf"\b{name}\.", code))
    told = docstring(stored, statement, rate, brief=layout in _BARE)
    whole = "\n".join([*told, f"import {imports}", *head]) + "\n" + code
    return packed(whole, most=MOST_LINES, width=WIDTH) if layout is _Layout.ROWS else whole


def _texts_and_programs(furnished: Sequence[tuple[str, dict[str, str]]], *, stdin: bool) -> list[str]:
    """Return the assignments of the texts, each once, and of the programs: words and files."""
    texts: dict[str, str] = {}
    rows = []
    for words, own in furnished:
        files = own | ({"stdin": own.get("stdin", "")} if stdin else {})
        shown = []
        for name, text in files.items():
            variable = texts.setdefault(text, f"TEXT_{len(texts)}") if "\n" in text else repr(text)
            shown.append(f"{name!r}: {variable}")
        rows.append(f"({words}, {{{', '.join(shown)}}})")
    return [
        *(f"{variable} = {_quoted(text)}" for text, variable in texts.items()),
        *_listed("PROGRAMS", rows),
    ]


def _listed(name: str, rows: Sequence[str], *, what: str = "") -> list[str]:
    """Return the assignment of a list of *rows*, with *what* it is; each on its own line if they are long."""
    told = f"  # {what}" if what else ""
    whole = f"{name} = [{', '.join(rows)}]{told}"
    if len(whole) <= WIDTH:
        return [whole]
    *most, last = rows
    return [f"{name} = [{told}", *(f"    {row}," for row in most), f"    {last}]"]


def _programs(scenario: Scenario) -> Iterator[dict[str, Any]]:
    for actor in scenario.actors.values():
        for step in actor.steps:
            if not step.target and step.method == "program":
                yield step.arguments[0]


def _furnished(
    program: dict[str, Any], backend: Backend, layout: _Layout, *, shortly: bool
) -> tuple[str, dict[str, str]]:
    """Return the words after the interpreter, as source, and the files of *program*.

    One that asks *shortly* ends with whatever is raised.
    """
    module, method = backend.module, backend.method

    def filled(text: str) -> str:
        return text.replace("$MODULE", module).replace("$METHOD", method)

    lines = [line for question in program.get("questions", ()) for line in question.splitlines()]
    files = {name: filled(text) for name, text in program.get("files", {}).items()}
    whole = filled(program["source"] + "".join(f"    {line}\n" for line in lines))
    whole = _ASKS.sub(lambda _: _ASKS_ONLY, whole) if shortly else whole
    source = trimmed(
        whole, elsewhere=files.values(), keep=module.partition(".")[0], dense=layout is not _Layout.AIRY
    )
    source = without_comments(source) if layout in _BARE else source
    source = packed(source, most=0, width=WIDTH) if layout is _Layout.ROWS else source
    if program["run"] == "stdin" or program.get("stdin"):
        files["stdin"] = source if program["run"] == "stdin" else program["stdin"]
    if program["run"] == "module":
        files |= {"package/__init__.py": "", "package/program.py": source}
    elif program["run"] == "file":
        files["program.py"] = source
    words = {
        "file": _ONE_FILE,
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


def _seen(history: History, stored: StoredViolation) -> tuple[_Looks, list[str]]:
    """Return what counts, and what the programs of *history* were seen to do, as the script sees it."""
    known: dict[str, int] = {}
    asked = tuple(_programs(history.scenario))
    ops = [op for op in history.operations if not op.target and op.method == "program"]
    lines = [line for op in ops if not op.open for line in op.result["$program"]["output"]]
    looks = _Looks(
        errors=_looks_at_errors(stored),
        names=_looks_at_names(stored),
        stays=stored.kind == "daemon-left",
        masks=tuple(mask for mask in _MASKS if any(re.search(mask, line) for line in lines)),
        input=any(step.get("stdin") or step["run"] == "stdin" for step in asked),
        raises=any('"raised":' in line for line in lines),
        package=any(step["run"] == "module" or "package/" in str(step.get("files")) for step in asked),
    )
    about = len(_before(history, stored))
    found: list[str] = []
    for at, op in enumerate(ops):
        if op.open:
            found.append(repr("hangs"))
            break
        ended = op.result["$program"]
        row: list[Json] = [ended["code"], alike(ended["output"], known)]
        row += [[re.sub(PLACE, "File", line) for line in ended["errors"]]] if looks.errors else []
        row += [bool(ended["left"])] if looks.stays else []
        row += [at == about] if looks.names else []
        found.append(_broken(row))
    return looks, found


def _broken(row: list[Json]) -> str:
    """Return *row* as source: a tuple, its lists with a line for each element where they are long."""
    if len(repr(tuple(row))) <= WIDTH - 10:
        return repr(tuple(row))
    parts = []
    for one in row:
        if isinstance(one, list) and len(repr(one)) > WIDTH // 2:
            parts.append("[\n" + ",\n".join(f"        {line!r}" for line in one) + "]")
        else:
            parts.append(repr(one))
    return f"({', '.join(parts)})"


def _before(history: History, stored: StoredViolation) -> list[Json]:
    """Return the programs of *history* that came before the one that *stored* is about."""
    ops = [op for op in history.operations if not op.target and op.method == "program"]
    about = [n for n, op in enumerate(ops) if op in stored.witness]
    return list(ops[: about[0]]) if about else []
