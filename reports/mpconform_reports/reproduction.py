"""Reproduction: a violation as a script of its own, for the bug tracker of a backend.

The script needs the standard library and the backend, and nothing of ours.  It has the shrunk scenario
written out, runs it in fresh processes, looks in what they noted for the sign of the violation, and
tells in how many runs it was there.  What processes note goes into a file, and not through the backend.
"""

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

import msgspec

from mpconform.store import StoredViolation
from mpconform.values import History, Json, Scenario, Step
from mpconform_reports.reproduction_actors import Functions, indented, run_once
from mpconform_reports.reproduction_facts import Sign
from mpconform_reports.reproduction_folds import closely
from mpconform_reports.reproduction_head import docstring
from mpconform_reports.reproduction_loop import loop
from mpconform_reports.reproduction_managers import custom_manager
from mpconform_reports.reproduction_packed import packed
from mpconform_reports.reproduction_programs import program_script
from mpconform_reports.reproduction_races import goes_on, holding, is_held, rounds_of, turns
from mpconform_reports.reproduction_signs import sign
from mpconform_reports.reproduction_steps import Writer
from mpconform_reports.reproduction_text import (
    HELPERS,
    IMPORTS,
    MEET_BY_WAITING,
    MOST_LINES,
    NEEDS,
    STROKE,
    WAIT_EXIT_BY_STATES,
    WIDTH,
    see,
)
from mpconform_reports.reproduction_values import SHORT, Names, intact

__all__ = ("MOST_LINES", "SCRIPT", "WIDTH", "rate_words", "runs_for", "script")

#: The name of the script in the folder of its violation.
SCRIPT = "repro.py"
_CONTENT = re.compile(r"\d+ bytes, crc [0-9a-f]{8}")
_ITEM = re.compile(r"'\$item': \('?\[?[^\]]*?, \d+, (\d+)\]")
#: A count of processes, and the question for one of them.
_COUNT = re.compile(r'\s+note\("census", "([^"]+)", states\(\)\)')
_ASKED_COUNT = re.compile(r'\["census", "([^"]+)"\]')
_BETWEEN = re.compile(r"\n\n(?=def (?!main))")
_ALL_BETWEEN = re.compile(r"\n\n(?=def |if __name__)")
#: A note, written as a line of the log in two lines of the script; one does.
_LOGGED = re.compile(r'    with open\(LOG, "a"\) as log:.*\n        log\.write\((.*) \+ "\\n"\)')
_IN_ONE = r'    print(\1, file=open(LOG, "a", 1))'
#: A script looks at least, and at most, so often.
_LEAST, _MOST = 5, 300
#: Of a run that hangs, which takes its time, at most so often.
_MOST_HANGS = 20
#: The chance that a script shows nothing although all is as it was.
_MISSED = 0.01
#: How long a run may take: at least, and where its hang is what is looked for.
_PATIENCE_S = 6
#: A script whose runs are many rounds each looks so often.
_MOST_LONG = 60
#: Longer timeouts are there for what never happens.
_MOST_WAITS_S = 20


def runs_for(reproduced: tuple[int, int]) -> int:
    """Return how many runs show a violation at least once in 99 of 100 cases."""
    failed, runs = reproduced
    if not failed:
        return _MOST if runs else 100
    chance = failed / (runs + 1)
    return min(_MOST, max(_LEAST, math.ceil(math.log(_MISSED) / math.log(1 - chance))))


def rate_words(reproduced: tuple[int, int], ran: tuple[int, int] = (0, 0)) -> str:
    """Return the rate to expect, in words: of the scenario, and of the script if it was tried."""
    failed, runs = ran
    if failed:
        return f"When it was recorded, this script failed in {failed} of {runs} run{'s' * (runs != 1)}."
    if runs:
        return (
            f"When it was recorded, this script did not fail in {runs} run{'s' * (runs != 1)}, the replay"
            f" in {reproduced[0]} of {reproduced[1]}."
        )
    failed, runs = reproduced
    if not runs:
        return "It was not run again when it was recorded: how often it fails is not known."
    return f"When it was recorded, the replay failed in {failed} of {runs} run{'s' * (runs != 1)}."


def script(
    stored: StoredViolation,
    history: History,
    statement: str = "",
    *,
    ran: tuple[int, int] = (0, 0),
    rounds: int = 0,
) -> str:
    """Return the script that shows *stored* again by the scenario of *history*; *statement* is the rule.

    *ran* tells how often it failed when it was tried, and in how many runs; each run takes the scenario
    *rounds* times, or as often as the rate at which it failed asks for.
    """
    history = _joined(history)
    of_programs = program_script(stored, history, statement, rate_words(stored.reproduced, ran))
    if of_programs is not None:
        return of_programs
    told = _Told(stored=stored, statement=statement, ran=ran, rounds=rounds)
    whole = _script(told, history, lean=False)
    if whole.count("\n") <= MOST_LINES:
        return whole
    whole = min(whole, _script(told, history, lean=True), key=lambda text: text.count("\n"))
    # Without the empty lines between functions, then the last ones, and then without what only helps to read
    # what it says, if that is what is needed.
    layouts = (whole, _BETWEEN.sub("\n", whole), _ALL_BETWEEN.sub("\n", whole))
    fitting = next((text for text in layouts if text.count("\n") <= MOST_LINES), None)
    bare = fitting or _ALL_BETWEEN.sub("\n", _script(told, history, lean=True, bare=True))
    return bare if bare.count("\n") <= MOST_LINES else packed(bare, most=MOST_LINES, width=WIDTH)


def _joined(history: History) -> History:
    """Return *history* of a scenario in which main joins, at last, those whom nobody does, by steps."""
    scenario = history.scenario
    if not scenario.unjoined:
        return history
    main = scenario.actors["main"]
    joins = [Step(target=name, method="join") for name in scenario.unjoined]
    actors = {**scenario.actors, "main": msgspec.structs.replace(main, steps=(*main.steps, *joins))}
    return msgspec.structs.replace(history, scenario=msgspec.structs.replace(scenario, actors=actors))


@dataclass(frozen=True, kw_only=True)
class _Told:
    """What a script is made for."""

    stored: StoredViolation
    statement: str
    ran: tuple[int, int]
    rounds: int


def _script(told: _Told, history: History, *, lean: bool, bare: bool = False) -> str:
    """Return the script: a *lean* one of what its verdict needs, a *bare* one that shows no stacks either."""
    stored = told.stored
    seen = sign(stored, history)
    names = Names()
    names.uses |= {*seen.uses, *seen.needed.topics}
    names.behaviours = list(dict.fromkeys(_behaviours(history.scenario)))
    names.single = len(names.behaviours) == 1 and "'starmap" not in str(history.scenario.actors)
    names.long = _has_long(history.scenario)
    # What travels may be zeros, unless it is what went wrong.
    contents = "contents" in seen.uses or "$buffer" in str(history.scenario)
    names.lean = lean and not contents and _plain_contents(history, "".join(seen.body))
    names.compact = lean
    names.deaf = bare and '"called"' not in "".join(seen.body)
    names.rounds = max(told.rounds, rounds_of(stored, history))
    if "$unique" in str(history.scenario.objects) + str(history.scenario.actors):
        names.rounds = 1  # Names of one run are told from those of others by the name of its log.
    if any(is_held(history.scenario, name) for name in history.scenario.actors):
        names.uses.add("hold_up")
    if turns(history.scenario):
        names.uses.add("turns")
    writer = Writer(history, seen.needed, names, lean=lean)
    functions = Functions(history, writer, names)
    once = run_once(history, writer, names, seen, functions)
    once.insert(1, f"    signal.alarm({_limit(history)})  # Ends what hangs.")
    wrong = ["def wrong(notes):  # Returns what broke the rule, if anything did.", *indented(seen.body)]
    blocks = [_counting(block, "".join(seen.body)) for block in (*functions.blocks, once)]
    if bare:
        seen = replace(seen, hangs=False)
    return _assembled(told, history, seen, names, [*blocks, wrong], bare=bare)


def _counting(block: list[str], verdict: str) -> list[str]:
    """Return *block* without the counts of processes for which the *verdict* does not ask.

    It names the one that it asks for, or asks for all.
    """
    asked = _ASKED_COUNT.findall(verdict)
    counts = ((line, _COUNT.fullmatch(line)) for line in block)
    return [line for line, count in counts if not (asked and count and count[1] not in asked)]


def _plain_contents(history: History, verdict: str) -> bool:
    """Return whether the contents of what travels are no part of what the *verdict* looks at."""
    return (
        history.scenario.family != "memory"
        and "bytearray(" not in verdict
        and set(_CONTENT.findall(verdict)) <= intact(history.scenario)
    )


def _has_long(scenario: Scenario) -> bool:
    """Return whether some item of *scenario* is too long to be written out."""
    text = str(scenario.actors)
    return any(int(size) > SHORT for size in _ITEM.findall(text))


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


def _assembled(
    told: _Told, history: History, seen: Sign, names: Names, blocks: list[list[str]], *, bare: bool
) -> str:
    """Return the script from its parts, with the helpers and the imports that these need."""
    stored = told.stored
    code = "\n\n".join("\n".join(block) for block in blocks)
    if "show" not in seen.uses and (names.lean or _plain_contents(history, code)):
        code = _CONTENT.sub("bytes", code)  # What travelled is whole: to know that it is bytes is enough.
    elif _CONTENT.search(code):
        names.uses |= {"show"}
    if re.search(r"\bsee\(", code) or "drain" in names.uses:
        names.uses.add("see")
    uses = _closure(names, code)
    made = {
        "see": see(uses, returns="= see(" in code or "drain" in uses),
        "work": _work(names, told="tasks" in uses),
    }
    if {"states", "wait_exit"} <= uses:
        made["wait_exit"] = WAIT_EXIT_BY_STATES
    if "wait_for" in uses:
        made["meet"] = MEET_BY_WAITING
    made["custom_manager"] = custom_manager(history.scenario)
    made["hold_up"] = holding(history.scenario, stored.backend.module)
    several = _initialises_with_several(history.scenario)
    made["initialise"] = _initialise(names, told="tasks" in uses, several=several)
    helpers = [made.get(name) or text for name, text in HELPERS.items() if name in uses]
    if names.rounds == 1:  # It is no race.
        helpers = [text.removesuffix(STROKE) for text in helpers]
    if "show" not in uses:
        helpers = [text.replace("default=show", "default=lambda it: type(it).__name__") for text in helpers]
    hung = history.ended == "hung"
    ending = loop(
        most=_most(told, rounds=names.rounds, hung=hung),
        rounds=names.rounds,
        ended='"ended", ' in code,
        hangs=seen.hangs,
        unique="THIS-RUN-" in code,
        apart="crowded" in uses,
        goes_on=goes_on(stored, history.scenario),
        brief=bare,
    )
    if bare:
        helpers = [_LOGGED.sub(_IN_ONE, text) for text in helpers]
        code = "\n".join(closely(code.split("\n"), width=WIDTH))
    between = "\n" if names.compact else "\n\n"
    whole = "\n\n".join([between.join(helpers), code, ending])
    whole = "\n".join(_wrapped(line) for line in whole.split("\n"))
    needed = [name for name in IMPORTS if re.search(rf"\b{name}\.", whole)]
    needed += ["faulthandler"] if seen.hangs else []
    needed.sort()
    head = [
        *docstring(stored, told.statement, rate_words(stored.reproduced, told.ran), brief=bare),
        f"import {', '.join(needed)}",
        *(_PATHS if "Path(" in whole else []),
        *_backend(stored, uses),
    ]
    head.append('LOG = os.environ.get("REPRO_LOG", "")  # Every run has another.')
    if "unique" in uses:
        head.append("UNIQUE = os.path.basename(os.path.dirname(LOG))  # Begins names that no other run has.")
    if "LEFT[" in whole:
        head.append("LEFT = []")
    if seen.hangs:
        head.append("faulthandler.register(signal.SIGALRM, sys.stdout, chain=True)  # Shows where it hangs.")
    return "\n".join(head) + "\n\n" + whole


_PATHS = ["from pathlib import Path"]


def _wrapped(line: str, depth: int = 0) -> str:
    """Return *line* broken after commas where it is too long; what cannot be broken stays as it is.

    It begins within *depth* brackets.
    """
    if len(line) <= WIDTH:
        return line
    quote, begun = "", depth
    places: list[tuple[int, int]] = []
    for at, sign_ in enumerate(line[:WIDTH]):
        if quote:
            quote = "" if sign_ == quote and line[at - 1] != "\\" else quote
        elif sign_ in "'\"":
            quote = sign_
        else:
            depth += (sign_ in "([{") - (sign_ in ")]}")
            if depth and line[at : at + 2] == ", ":
                places.append((at + 1, depth))
    if not places:
        return line
    at, depth = places[-1]
    indent = " " * (len(line) - len(line.lstrip()) + (0 if begun else 8))
    return f"{line[:at]}\n{_wrapped(indent + line[at + 1 :], depth)}"


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


def _most(told: _Told, *, rounds: int, hung: bool) -> int:
    """Return how many runs are enough to see it fail, if it fails at all."""
    if told.ran[0]:
        return runs_for(told.ran)
    most = _MOST_HANGS if hung else _MOST_LONG if rounds > 1 else _MOST
    return most if rounds > 1 else min(runs_for(told.stored.reproduced), most)


def _limit(history: History) -> int:
    """Return how many seconds one round may take."""
    waits = sum(
        float(step.timeout_s or 0) + (5.0 if not step.target and step.method == "drain" else 0.0)
        for actor in history.scenario.actors.values()
        for step in actor.steps
    )
    return round(_PATIENCE_S + min(waits, _MOST_WAITS_S))


def _backend(stored: StoredViolation, uses: set[str]) -> list[str]:
    """Return the lines that import the backend and what the scenario names of it."""
    module, method = stored.backend.module, stored.backend.method
    parts = sorted(use.removeprefix("from ") for use in uses if use.startswith("from "))
    lines = [f"import {module}" + ("" if module == "multiprocessing" else " as backend")]
    lines += [f"from {module} import {', '.join(parts)}"] if parts else []
    name = "multiprocessing" if module == "multiprocessing" else "backend"
    return [*lines, f'mp = {name}.get_context("{method}")' if method else f"mp = {name}"]


def _initialises_with_several(scenario: Scenario) -> bool:
    """Return whether some pool of *scenario* gives its initializer more than one argument."""
    made = (step for actor in scenario.actors.values() for step in actor.steps if step.method == "Pool")
    given = (step.keywords.get("initargs", [*step.arguments, *[()] * 3][2]) for step in made)
    return any(isinstance(one, (list, tuple)) and len(one) > 1 for one in given)


def _initialise(names: Names, *, told: bool, several: bool) -> str:
    """Return the initializer: it leaves its argument if a task asks for it, and is noted if that counts.

    Of several arguments it leaves the list.
    """
    asked = any(behaviour[:1] == ("initialised",) for behaviour in names.behaviours)
    left = "list(values) if values[1:] else values[0]" if several else "value"
    lines = [f"LEFT[:] = [{left}]"] if asked else []
    lines += ['note("task", -1, os.getpid(), 0, 0)'] if told else []
    head = "def initialise(*values):" if several else "def initialise(value):"
    return "\n".join([head, *indented(lines or ["pass"])])


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
        return "\n".join([f"def work({argument}):", *indented(lines)])
    start = [] if names.single else lines[:1]
    rest_ = lines if names.single else lines[1:]
    noted = 'note("task", n, os.getpid(), began, time.monotonic_ns())'
    body = [*start, "began = time.monotonic_ns()", "try:", *indented(rest_), "finally:", f"    {noted}"]
    return "\n".join([f"def work({argument}):", *indented(body)])
