"""The processes of a reproduction script: a function for each, and the one that makes and starts them."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from mpconform.mentions import mentioned
from mpconform.values import Actor, History, Scenario, Step
from mpconform_reports.reproduction_facts import Sign
from mpconform_reports.reproduction_folds import folded, gathered
from mpconform_reports.reproduction_races import begins
from mpconform_reports.reproduction_steps import Writer, found
from mpconform_reports.reproduction_values import Names, identifier, quoted, source

__all__ = ("Functions", "indented", "run_once")

_NUMBER = re.compile(r"(?<![\w.-])\d+(?![\w.])")
#: So many numbers at most may make the difference between processes that share a function.
_MOST_PARAMETERS = 2
_PARAMETERS = ("count", "other")


def indented(lines: Iterable[str]) -> list[str]:
    """Return *lines* one level further in."""
    return [f"    {line}" for line in lines]


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


@dataclass(frozen=True, kw_only=True)
class _Shared:
    """A function of several actors: its name, and what each of them gives it beside its objects."""

    called: str
    values: dict[str, tuple[int, ...]]

    @property
    def alone(self) -> bool:
        """Whether only one actor runs it."""
        return len(self.values) == 1


@dataclass
class Functions:
    """The functions of all actors but main: alike ones share one; *of* tells which is whose."""

    history: History
    writer: Writer
    names: Names
    blocks: list[list[str]] = field(default_factory=list)
    of: dict[str, _Shared] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Write them."""
        scenario = self.history.scenario
        bodies: dict[str, str] = {}
        groups: dict[tuple[str, str], list[str]] = {}
        for name, actor in scenario.actors.items():
            if name == "main":
                continue
            given = _given(actor.steps, _objects_of(scenario))
            inputs = [*map(identifier, given), *(f"echo_{i}" for i, _ in _echoes(actor.steps))]
            body = folded(self.writer.body(name, given)) or ["pass"]
            body[:0] = begins(scenario, name, rounds=self.names.rounds)
            bodies[name] = "\n".join(indented(body)).replace(quoted(name), "who")
            # Numbers may make the difference, but not what is in quotes.
            alike = (
                ", ".join(inputs),
                _NUMBER.sub("#", bodies[name]) if self.names.compact else bodies[name],
            )
            groups.setdefault(alike, []).append(name)
        for (inputs_, _), mine in groups.items():
            columns = _differing([bodies[name] for name in mine])
            if columns is None:
                for name in mine:
                    self._write([name], inputs_, bodies[name], ())
            else:
                self._write(mine, inputs_, bodies[mine[0]], columns)

    def _write(
        self, mine: Sequence[str], inputs: str, body: str, columns: Sequence[tuple[int, tuple[int, ...]]]
    ) -> None:
        """Write the function of the actors *mine*, to whom the numbers of *columns* are given."""
        called = f"run_{'_'.join(map(identifier, mine if len(mine) < 4 else (*mine[:1], 'and_others')))}"
        values = list(dict.fromkeys(numbers for _, numbers in columns))
        parameters = dict(zip(values, _PARAMETERS, strict=False))
        places = {place: parameters[numbers] for place, numbers in columns}
        if len(mine) == 1:
            text, given = re.sub(r"\bwho\b", lambda _: quoted(mine[0]), body), inputs
        else:
            counter = iter(range(len(body)))
            text = _NUMBER.sub(lambda found: places.get(next(counter), found[0]), body)
            given = ", ".join(filter(None, ["who", inputs, *parameters.values()]))
        self.blocks.append([f"def {called}({given}):", *text.split("\n")])
        for at, name in enumerate(mine):
            numbers = {one: tuple(value[at] for value in values) for one in [name]}
            self.of[name] = _Shared(called=called, values=dict.fromkeys(mine, ()) | numbers)


def _differing(bodies: Sequence[str]) -> list[tuple[int, tuple[int, ...]]] | None:
    """Return at which places *bodies* have which numbers, where these differ; None if it is too much."""
    columns = list(zip(*([int(found) for found in _NUMBER.findall(body)] for body in bodies), strict=True))
    differing = [(place, column) for place, column in enumerate(columns) if len(set(column)) > 1]
    starts = [match.start() for match in _NUMBER.finditer(bodies[0])]
    in_quotes = any(bodies[0][: starts[place]].count(mark) % 2 for place, _ in differing for mark in "'\"")
    if in_quotes or len({column for _, column in differing}) > _MOST_PARAMETERS:
        return None
    return differing


def run_once(history: History, writer: Writer, names: Names, seen: Sign, functions: Functions) -> list[str]:
    """Return the function that makes the objects and the processes, and takes the steps of main."""
    scenario = history.scenario
    lines = begins(scenario, "main", rounds=names.rounds) if "main" in scenario.actors else []
    lines += seen.before
    lines += _objects(history, names, seen)
    objects = _objects_of(scenario)
    others = [name for name in scenario.actors if name != "main"]
    left = _others(scenario, functions, lines)
    made = [_process(name, scenario, names, seen, functions) for name in left]
    lines += _at_once(made) if names.compact else [line for one in made for line in one]
    if "main" in scenario.actors:
        steps = folded(writer.body("main", [*objects, *others]))
        lines += gathered(steps, {*map(identifier, others)})
    if "segments" in seen.needed.topics:
        lines.append('note("segments", os.listdir("/dev/shm"))')
    if 'counted.get("after"' in "".join(seen.body) or '["census", "after"]' in "".join(seen.body):
        names.uses.add("states")
        lines.append('note("census", "after", states())')
    return ["def run_once():", *indented(lines or ["pass"])]


def _objects(history: History, names: Names, seen: Sign) -> list[str]:
    """Return the lines that make the objects."""
    lines = []
    for key, spec in history.scenario.objects.items():
        options = [f"{name}={source(value, names)}" for name, value in spec.keywords.items()]
        given = ", ".join([*(source(value, names) for value in spec.arguments), *options])
        made = ", ".join(map(identifier, spec.unpack or (key,)))
        # Perhaps a method of an object that was made before.
        own = spec.maker in history.scenario.objects
        maker = (
            f"{identifier(spec.maker)}{spec.factory[len(spec.maker) :]}"
            if own
            else found(spec.factory, names)
        )
        call = f"{maker}({given})"
        if ("main", -1) in seen.needed.steps and _raised_making(history):
            call = f'see("main", -1, {", ".join(filter(None, [maker, given]))})'
        lines.append(f"{made} = {call}")
    return lines


def _raised_making(history: History) -> bool:
    return any(op.step == -1 and op.outcome == "raised" for op in history.operations)


def _process(name: str, scenario: Scenario, names: Names, seen: Sign, functions: Functions) -> list[str]:
    """Return the lines that make the process of one actor."""
    lines: list[str] = []
    named: list[str] = []
    actor, shared = scenario.actors[name], functions.of[name]
    given = [*map(identifier, _given(actor.steps, _objects_of(scenario)))]
    for index, step in _echoes(actor.steps):
        told = source(list(step.arguments), names)
        if "given" in seen.needed.topics:
            lines += [f"given = {told}", f'note("given", {quoted(name)}, {index}, given)']
            told = "given"
        named.append(f'"echo_{index}": {told}')
    if not shared.alone:
        given = [quoted(name), *given, *map(str, shared.values[name])]
    options = [f"target={shared.called}"]
    if given:
        options.append(f"args=({', '.join(given)}{',' if len(given) == 1 else ''})")
    options += [f"kwargs={{{', '.join(named)}}}"] if named else []
    options += [f"name={quoted(actor.name)}"] if actor.name is not None else []
    options += [f"daemon={actor.daemon}"] if actor.daemon is not None else []
    return [*lines, f"{identifier(name)} = mp.Process({', '.join(options)})"]


_MADE = re.compile(r"(\w+) = mp\.Process\(target=(\w+)(.*)\)")


def _at_once(made: Sequence[list[str]]) -> list[str]:
    """Return the lines that make processes, those that are made alike in one line."""
    out: list[str] = []
    row: list[re.Match[str]] = []
    for lines in [*made, []]:
        match = _MADE.fullmatch(lines[0]) if len(lines) == 1 else None
        if row and (match is None or match[3] != row[0][3]):
            names, functions = (", ".join(one[place] for one in row) for place in (1, 2))
            many = f"{names} = [mp.Process(target=run{row[0][3]}) for run in ({functions})]"
            out += [many] if len(row) > 1 else [row[0][0]]
            row = []
        if match is None:
            out += lines
        else:
            row.append(match)
    return out


def _others(scenario: Scenario, functions: Functions, lines: list[str]) -> list[str]:
    """Return the actors whose processes are made one by one; those that are alike are made in one line."""
    left: list[str] = []
    groups: dict[str, list[str]] = {}
    for name, shared in functions.of.items():
        groups.setdefault(shared.called, []).append(name)
    for called, mine in groups.items():
        actors: list[Actor] = [scenario.actors[one] for one in mine]
        plain = all(actor.name is None and not _echoes(actor.steps) for actor in actors)
        if len(mine) == 1 or not plain or len({actor.daemon for actor in actors}) > 1:
            left += mine
            continue
        values = [functions.of[one].values[one] for one in mine]
        loop = ["who", *_PARAMETERS[: len(values[0])]]
        given = ["who", *map(identifier, _given(actors[0].steps, _objects_of(scenario))), *loop[1:]]
        daemon = actors[0].daemon
        more = f", daemon={daemon}" if daemon is not None else ""
        made = f"mp.Process(target={called}, args=({', '.join(given)}{',' * (len(given) == 1)}){more})"
        rows = [", ".join([quoted(one), *map(str, mine_)]) for one, mine_ in zip(mine, values, strict=True)]
        whos = ", ".join(f"({row})" if len(loop) > 1 else row for row in rows)
        lines.append(f"{', '.join(map(identifier, mine))} = [{made} for {', '.join(loop)} in ({whos})]")
    return [name for name in scenario.actors if name in left]
