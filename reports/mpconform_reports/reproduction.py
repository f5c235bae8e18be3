"""Reproduction: a violation as a script of its own, for the bug tracker of a backend.

The script needs the standard library and the backend, and nothing of ours.  It has the shrunk scenario
written out, runs it in fresh processes, looks in what they noted for the sign of the violation, and
tells in how many runs it was there.  What processes note goes into a file, and not through the backend.
"""

import math
import re
import textwrap
from collections import Counter
from collections.abc import Iterable, Mapping

from mpconform.mentions import mentioned
from mpconform.store import StoredViolation
from mpconform.values import History, Json, Preemption, Scenario, Step
from mpconform_reports.reproduction_facts import Sign
from mpconform_reports.reproduction_managers import custom_manager
from mpconform_reports.reproduction_programs import program_script
from mpconform_reports.reproduction_signs import sign
from mpconform_reports.reproduction_steps import Writer, folded, found, gathered
from mpconform_reports.reproduction_text import (
    HELPERS,
    IMPORTS,
    LOOP,
    MEET_BY_WAITING,
    NEEDS,
    WAIT,
    WAIT_ONLY,
    see,
)
from mpconform_reports.reproduction_values import Names, identifier, intact, quoted, source

__all__ = ("SCRIPT", "WIDTH", "rate_words", "runs_for", "script")

#: The name of the script in the folder of its violation.
SCRIPT = "repro.py"
WIDTH = 110
_CONTENT = re.compile(r"\d+ bytes, crc [0-9a-f]{8}")
#: What a reader takes in within a minute.
MOST_LINES = 80
#: A script looks at least, and at most, so often.
_LEAST, _MOST = 5, 300
#: Of a run that hangs, which takes its time, at most so often.
_MOST_HANGS = 20
#: The chance that a script shows nothing although all is as it was.
_MISSED = 0.01
#: How long a run may take: at least, and where its hang is what is looked for.
_PATIENCE_S = 12
#: A run that hung, but was not judged for that, need not be waited for so long.
_SHORT_S = 8


def runs_for(reproduced: tuple[int, int]) -> int:
    """Return how many runs show a violation at least once in 99 of 100 cases."""
    failed, runs = reproduced
    if not failed:
        return _MOST if runs else 100
    chance = failed / (runs + 1)
    return min(_MOST, max(_LEAST, math.ceil(math.log(_MISSED) / math.log(1 - chance))))


def rate_words(reproduced: tuple[int, int]) -> str:
    """Return the rate to expect, in words."""
    failed, runs = reproduced
    if not runs:
        return "It was not run again when it was recorded: how often it fails is not known."
    return f"When it was recorded, it failed in {failed} of {runs} run{'' if runs == 1 else 's'}."


def script(stored: StoredViolation, history: History, statement: str = "") -> str:
    """Return the script that shows *stored* again by the scenario of *history*; *statement* is the rule."""
    of_programs = program_script(stored, history, statement, rate_words(stored.reproduced))
    if of_programs is not None:
        return of_programs
    whole = _script(stored, history, statement, lean=False)
    if whole.count("\n") <= MOST_LINES:
        return whole
    return min(whole, _script(stored, history, statement, lean=True), key=lambda text: text.count("\n"))


def _script(stored: StoredViolation, history: History, statement: str, *, lean: bool) -> str:
    seen = sign(stored, history)
    names = Names()
    names.uses |= {*seen.uses, *seen.needed.topics, "see"}
    names.behaviours = list(dict.fromkeys(_behaviours(history.scenario)))
    names.single = len(names.behaviours) == 1
    writer = Writer(history, seen.needed, names, lean=lean)
    actors, targets = _actors(history, writer, names)
    once = _once(history, writer, names, seen, targets)
    wrong = ["def wrong(notes):  # Returns what broke the rule, if anything did.", *_indented(seen.body)]
    return _assembled(stored, history, seen, names, [*actors, once, wrong], statement)


def _indented(lines: Iterable[str]) -> list[str]:
    return [f"    {line}" for line in lines]


def _behaviours(scenario: Scenario) -> Iterable[tuple[Json, ...]]:
    """Yield how the tasks of *scenario* behave, with their arguments."""
    for actor in scenario.actors.values():
        for step in actor.steps:
            yield from _behaviours_in([*step.arguments, *step.keywords.values()])


def _behaviours_in(value: Json) -> Iterable[tuple[Json, ...]]:
    if isinstance(value, dict):
        for tag, content in value.items():
            if tag == "$task":
                yield tuple(content[1:])
            elif tag == "$tasks":
                yield tuple(content[2:])
            elif tag == "$dict":
                yield from _behaviours_in(list(content.values()))
            elif tag in {"$tuple", "$iterator"}:
                yield from _behaviours_in(content)
    elif isinstance(value, (list, tuple)):
        for one in value:
            yield from _behaviours_in(one)


def _objects_of(scenario: Scenario) -> list[str]:
    """Return the names of the scenario's objects."""
    return [name for key, spec in scenario.objects.items() for name in (spec.unpack or (key,))]


def _given(steps: Iterable[Step], objects: Iterable[str]) -> list[str]:
    """Return the objects that *steps* name: those that an actor gets as arguments of its process."""
    named: set[str] = set()
    for step in steps:
        named |= {step.target} | mentioned(step)
    return sorted(named & set(objects))


def _echoes(steps: Iterable[Step]) -> list[tuple[int, Step]]:
    return [(i, step) for i, step in enumerate(steps) if not step.target and step.method == "echo"]


def _actors(history: History, writer: Writer, names: Names) -> tuple[list[list[str]], dict[str, str]]:
    """Return the functions of all actors but main, and by actor which is its: alike ones share one."""
    scenario = history.scenario
    bodies: dict[str, str] = {}
    groups: dict[tuple[str, str], list[str]] = {}
    for name, actor in scenario.actors.items():
        if name == "main":
            continue
        given = _given(actor.steps, _objects_of(scenario))
        inputs = [*map(identifier, given), *(f"echo_{i}" for i, _ in _echoes(actor.steps))]
        body = folded(writer.body(name, given)) or ["pass"]
        if _held(scenario.preemption, name):
            names.uses.add("hold_up")
            body.insert(0, "hold_up()")
        bodies[name] = "\n".join(_indented(body))
        alike = (", ".join(inputs), bodies[name].replace(quoted(name), "who"))
        groups.setdefault(alike, []).append(name)
    blocks: list[list[str]] = []
    targets: dict[str, str] = {}
    for (inputs_, text), mine in groups.items():
        called = f"run_{'_'.join(map(identifier, mine if len(mine) < 4 else (*mine[:1], 'and_others')))}"
        shared = len(mine) > 1
        given_ = ", ".join(filter(None, ["who", inputs_])) if shared else inputs_
        blocks.append([f"def {called}({given_}):", *(text if shared else bodies[mine[0]]).split("\n")])
        targets.update(dict.fromkeys(mine, called))
    return blocks, targets


def _held(preemption: Preemption | None, name: str) -> bool:
    """Return whether the actor *name* is to be held up."""
    if preemption is None or not (preemption.probability or preemption.pause_s[1]):
        return False
    return not preemption.actors or name in preemption.actors


def _once(
    history: History, writer: Writer, names: Names, seen: Sign, targets: Mapping[str, str]
) -> list[str]:
    """Return the function that makes the objects and the processes, and takes the steps of main."""
    scenario = history.scenario
    lines = ["hold_up()"] if _held(scenario.preemption, "main") else []
    if lines:
        names.uses.add("hold_up")
    for key, spec in scenario.objects.items():
        options = [f"{name}={source(value, names)}" for name, value in spec.keywords.items()]
        given = ", ".join([*(source(value, names) for value in spec.arguments), *options])
        made = ", ".join(map(identifier, spec.unpack or (key,)))
        own = spec.maker in scenario.objects  # A method of an object that was made before.
        call = (
            f"{identifier(spec.maker)}{spec.factory[len(spec.maker) :]}"
            if own
            else found(spec.factory, names)
        )
        if ("main", -1) in seen.needed.steps and _raised_making(history):
            lines.append(f'{made} = see("main", -1, {", ".join(filter(None, [call, given]))})')
        else:
            lines.append(f"{made} = {call}({given})")
    objects = _objects_of(scenario)
    others = [name for name in scenario.actors if name != "main"]
    for name in _others(history, targets, lines):
        actor = scenario.actors[name]
        given_ = [*map(identifier, _given(actor.steps, objects))]
        given_ += [source(list(step.arguments), names) for _, step in _echoes(actor.steps)]
        options = [f"target={targets[name]}"]
        if Counter(targets.values())[targets[name]] > 1:
            given_.insert(0, quoted(name))
        if given_:
            options.append(f"args=({', '.join(given_)}{',' if len(given_) == 1 else ''})")
        options += [f"name={quoted(actor.name)}"] if actor.name is not None else []
        options += [f"daemon={actor.daemon}"] if actor.daemon is not None else []
        lines.append(f"{identifier(name)} = mp.Process({', '.join(options)})")
    lines += gathered(folded(writer.body("main", [*objects, *others]))) if "main" in scenario.actors else []
    if "segments" in seen.needed.topics:
        lines.append('note("segments", os.listdir("/dev/shm"))')
    if 'counted.get("after"' in "".join(seen.body) or '["census", "after"]' in "".join(seen.body):
        names.uses.add("states")
        lines.append('note("census", "after", states())')
    return ["def run_once():", *_indented(lines or ["pass"])]


def _others(history: History, targets: Mapping[str, str], lines: list[str]) -> list[str]:
    """Return the actors whose processes are made one by one; those that are alike are made in one line."""
    scenario = history.scenario
    left = []
    groups: dict[str, list[str]] = {}
    for name in targets:
        groups.setdefault(targets[name], []).append(name)
    for called, mine in groups.items():
        plain = all(
            scenario.actors[one].name is None and not _echoes(scenario.actors[one].steps) for one in mine
        )
        if len(mine) < 2 or not plain or len({scenario.actors[one].daemon for one in mine}) > 1:
            left += mine
            continue
        given = ["who", *map(identifier, _given(scenario.actors[mine[0]].steps, _objects_of(scenario)))]
        daemon = scenario.actors[mine[0]].daemon
        more = f", daemon={daemon}" if daemon is not None else ""
        made = f"mp.Process(target={called}, args=({', '.join(given)}){more})".replace("(who)", "(who,)")
        whos = ", ".join(map(quoted, mine))
        lines.append(f"{', '.join(map(identifier, mine))} = [{made} for who in ({whos})]")
    return [name for name in scenario.actors if name in left]


def _raised_making(history: History) -> bool:
    return any(op.step == -1 and op.outcome == "raised" for op in history.operations)


def _docstring(stored: StoredViolation) -> list[str]:
    """Return the head of the script: what, where, how to run it, and what to expect."""
    paths = f"PYTHONPATH={':'.join(stored.backend.paths)} " if stored.backend.paths else ""
    parts = [
        f"{stored.requirement} is broken by {stored.backend.spec}: {' '.join(stored.summary.split())}",
        f"{rate_words(stored.reproduced)} Run it: {paths}python repro.py [runs]",
    ]
    lines: list[str] = []
    for part in parts:
        plain = part.replace("\\", "\\\\").replace('"""', "'''")
        lines += textwrap.wrap(plain, WIDTH - 4, break_long_words=False, break_on_hyphens=False)
    lines[0] = f'"""{lines[0]}'
    lines[-1] += '"""'
    return lines


def _broken(line: str) -> list[str]:
    """Return the assignment of a string, over several lines if it is long."""
    if len(line) <= WIDTH:
        return [line]
    start, _, text = line.partition(' = "')
    room = WIDTH - len(start) - 8
    parts = textwrap.wrap(text[:-1], room, drop_whitespace=False, break_on_hyphens=False)
    indent = " " * (len(start) + 4)
    return f'{start} = ("{f"{chr(34)}{chr(10)}{indent}{chr(34)}".join(parts)}")'.split("\n")


def _assembled(
    stored: StoredViolation,
    history: History,
    seen: Sign,
    names: Names,
    blocks: list[list[str]],
    statement: str,
) -> str:
    """Return the script from its parts, with the helpers and the imports that these need."""
    runs = runs_for(stored.reproduced)
    if history.ended == "hung":
        runs = min(runs, _MOST_HANGS)
    code = "\n\n".join("\n".join(block) for block in blocks)
    contents = set(_CONTENT.findall(code))
    if (
        history.scenario.family != "memory"
        and "bytearray(" not in code
        and contents <= intact(history.scenario)
    ):  # What travelled is whole: to know that it is bytes is enough.
        code = _CONTENT.sub("bytes", code)
    else:
        names.uses |= {"show"}
    uses = _closure(names, code)
    made = {
        "see": see(uses, returns="= see(" in code or "drain" in uses),
        "work": _work(names, told="tasks" in uses),
    }
    if "wait_for" in uses:
        made["meet"] = MEET_BY_WAITING
    made["custom_manager"] = custom_manager(history.scenario)
    made["initialise"] = _initialise(names, told="tasks" in uses)
    helpers = [made.get(name) or text for name, text in HELPERS.items() if name in uses]
    if "show" not in uses:
        helpers = [
            text.replace("default=show", "default=lambda thing: type(thing).__name__") for text in helpers
        ]
    helpers = [_tuned(text, history.scenario, stored) for text in helpers]
    limit = _limit(history, seen, hung=history.ended == "hung")
    ended = '"ended", ' in code
    loop = LOOP.replace("@WAIT@", WAIT if ended else WAIT_ONLY)
    loop = loop.replace(", @ENDED@", ', ["ended", ended]' if ended else "")
    loop = loop.replace("@RUNS@", str(runs)).replace("@LIMIT@", str(limit))
    if "THIS-RUN-" in code:
        loop = loop.replace(
            "*map(json.loads, log)",
            '*map(json.loads, log.read().replace(log.name[5:], "THIS-RUN-").splitlines())',
        )
    if (rounds := history.scenario.rounds) > 1:
        loop = loop.replace(f"runs={runs}", f"runs={min(_MOST, runs * rounds)}")
    whole = "\n\n".join([*helpers, code, loop])
    whole = "\n".join(_wrapped(line) for line in whole.split("\n"))
    needed = [name for name in IMPORTS if re.search(rf"\b{name}\.", whole)]
    head = [
        *_docstring(stored),
        f"import {', '.join(needed)}",
        *(_PATHS if "Path(" in whole else []),
        *_backend(stored, uses),
    ]
    rule = quoted(" ".join(statement.split()) or stored.requirement)
    head += _broken(f"RULE = {rule}")
    head.append('LOG = os.environ.get("REPRO_LOG", "")  # Every run has another.')
    if "unique" in uses:
        head.append("UNIQUE = os.path.basename(LOG)  # Begins names that no other run has.")
    if "LEFT[" in whole:
        head.append("LEFT = []")
    return "\n".join(head) + "\n\n" + whole


_PATHS = ["from pathlib import Path"]


def _wrapped(line: str) -> str:
    """Return *line* broken after commas where it is too long; what cannot be broken stays as it is."""
    if len(line) <= WIDTH:
        return line
    depth, quote, places = 0, "", []
    for at, sign_ in enumerate(line[:WIDTH]):
        if quote:
            quote = "" if sign_ == quote and line[at - 1] != "\\" else quote
        elif sign_ in "'\"":
            quote = sign_
        else:
            depth += (sign_ in "([{") - (sign_ in ")]}")
            if depth and line[at : at + 2] == ", ":
                places.append(at + 1)
    if not places:
        return line
    indent = " " * (len(line) - len(line.lstrip()) + 8)
    return f"{line[: places[-1]]}\n{_wrapped(indent + line[places[-1] + 1 :])}"


def _closure(names: Names, code: str) -> set[str]:
    """Return what the script uses, with all that this needs in turn."""
    uses = set(names.uses)
    for behaviour in names.behaviours if uses & {"work", "work_pair"} else ():
        needs = {"fail": "TaskError", "wait_point": "wait_for", "echo": "item", "initialised": "initialise"}
        uses |= {needs[behaviour[0]]} if behaviour[0] in needs else set()
    while more := {need for use in uses for need in NEEDS.get(use, ())} - uses:
        uses |= more
    if "note(" in re.sub(r"def note", "", code):
        uses.add("note")
    return uses


def _tuned(text: str, scenario: Scenario, stored: StoredViolation) -> str:
    """Return a helper with the strategy of preemption written into it."""
    preemption = scenario.preemption
    if preemption is None or "@MATCHES@" not in text:
        return text
    matches = f"name.startswith({quoted(stored.backend.module.split('.')[0])})"
    if preemption.functions:
        last = sorted({function.rpartition(".")[2] for function in preemption.functions})
        matches += f" and frame.f_code.co_name in {last}"
    low, high = preemption.pause_s
    opcodes = preemption.grain == "instruction"
    changes = {
        "@MATCHES@": f"({matches})",
        "@OPCODES@": str(opcodes),
        "@EVENT@": "opcode" if opcodes else "line",
        "@PROBABILITY@": f"{preemption.probability:g}",
        "@PAUSE@": f"{low:g} * {high / low:g} ** random.random()"
        if low > 0
        else f"{high:g} * random.random()",
    }
    for mark, told in changes.items():
        text = text.replace(mark, told)
    return text


def _limit(history: History, seen: Sign, *, hung: bool) -> int:
    """Return how long one run may take."""
    waits = sum(
        float(step.timeout_s or 0) + (5.0 if not step.target and step.method == "drain" else 0.0)
        for actor in history.scenario.actors.values()
        for step in actor.steps
    )
    base = _SHORT_S if hung and not seen.hangs else _PATIENCE_S
    return round(base + waits)


def _backend(stored: StoredViolation, uses: set[str]) -> list[str]:
    """Return the lines that import the backend and what the scenario names of it."""
    module, method = stored.backend.module, stored.backend.method
    parts = sorted(use.removeprefix("from ") for use in uses if use.startswith("from "))
    lines = [f"import {module}" + ("" if module == "multiprocessing" else " as backend")]
    lines += [f"from {module} import {', '.join(parts)}"] if parts else []
    name = "multiprocessing" if module == "multiprocessing" else "backend"
    return [*lines, f'mp = {name}.get_context("{method}")' if method else f"mp = {name}"]


def _initialise(names: Names, *, told: bool) -> str:
    """Return the initializer: it leaves its argument if a task asks for it, and is noted if that counts."""
    asked = any(behaviour[:1] == ("initialised",) for behaviour in names.behaviours)
    lines = ["LEFT[:] = [value]"] if asked else []
    lines += ['note("task", -1, os.getpid(), 0, 0)'] if told else []
    return "\n".join(["def initialise(value):", *_indented(lines or ["pass"])])


def _work(names: Names, *, told: bool) -> str:
    """Return the function that tasks call, with the behaviours that occur."""
    done = {
        "square": "return n * n",
        "echo": 'return item("task", n, {0})',
        "fail": "raise TaskError(n)",
        "value_error": 'raise ValueError("task %d" % n)',
        "pid": "return os.getpid()",
        "hold": "time.sleep({0}); return n",
        "initialised": "return LEFT[0] if LEFT else None",
        "die": 'os._exit(77) if {0} == "exit" else os.kill(os.getpid(), signal.Signals[{0}])',
        "wait_point": 'wait_for(["at", {0}, "main"]); return n',
    }
    lines: list[str] = []
    if not names.behaviours:
        return ""
    if names.single:
        do, *rest = names.behaviours[0]
        lines += done[do].format(*map(repr, rest)).split("; ")
    else:
        lines.append("n, do, *rest = task")
        kinds = dict.fromkeys(behaviour[0] for behaviour in names.behaviours)
        for do in kinds:
            *before, last = done[do].format("rest[0]").split("; ")
            lines += [f'if do == "{do}":', *(f"    {line}" for line in [*before, last])]
    argument = "n" if names.single else "task"
    if not told:
        return "\n".join([f"def work({argument}):", *_indented(lines)])
    start = [] if names.single else lines[:1]
    rest_ = lines if names.single else lines[1:]
    noted = 'note("task", n, os.getpid(), began, time.monotonic_ns())'
    body = [*start, "began = time.monotonic_ns()", "try:", *_indented(rest_), "finally:", f"    {noted}"]
    return "\n".join([f"def work({argument}):", *_indented(body)])
