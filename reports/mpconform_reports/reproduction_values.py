"""Values of a scenario, and of what was recorded of it, as a reproduction script writes them."""

import builtins
import json
import keyword
import re
from collections.abc import Sequence

from _mpconform_agent import payload
from mpconform.payload import digest_of
from mpconform.values import History, Json, Scenario

__all__ = ("UNIQUE", "UNKNOWN", "Names", "identifier", "intact", "pids_of", "quoted", "recorded", "source")

#: What stands for a recorded value that cannot be foretold, and so not be compared with.
UNKNOWN = None

#: Payloads of so many bytes are written out.
_SHORT = 12
#: What stands in a log for the name of the run, which begins what is unique.
UNIQUE = "THIS-RUN-"
#: How the strings begin that are the same all over one run, and different in every other.
_UNIQUE = re.compile(r"^/?mpc[0-9a-f]{8}-\d+-")
#: Names that mean something else in a script.
_TAKEN = frozenset(
    "LOG LEFT UNIQUE RULE backend mp main note noted show see wrong Path wait_for meet work work_pair square "  # noqa: SIM905
    "initialise item payload drain add add_at puts gets fill scan emit output names states wait_exit hold_up "
    "told plain_socket plain_listener memory_limit memory_peak socket resource "
    "Action ActionFailed asked run_once json os re signal subprocess sys tempfile time zlib gc random "
    "threading contextlib".split()
)
#: What is passed to processes under their own names in the scenario's language.
_FUNCTIONS = {"run_task": "work", "run_pair": "work_pair"}


def identifier(name: str) -> str:
    """Return *name* as a variable of the script."""
    plain = re.sub(r"\W", "_", name, flags=re.ASCII)
    taken = keyword.iskeyword(plain) or plain in _TAKEN or hasattr(builtins, plain)
    return f"{plain}_" if taken or not plain or plain[0].isdigit() else plain


def quoted(text: str) -> str:
    """Return *text* as a literal in double quotes."""
    return json.dumps(text, ensure_ascii=not text.isprintable())


class Names:
    """What a script has to define because something in it is written so.

    *uses* are the helpers; *behaviours* are those of the tasks, with their arguments.
    """

    def __init__(self) -> None:
        """Begin with nothing."""
        self.uses: set[str] = set()
        self.behaviours: list[tuple[Json, ...]] = []
        self.single = False
        #: The actor whose steps are being written.
        self.who = ""

    def task(self, content: Sequence[Json]) -> str:
        """Return the argument of one task: its number alone, if all tasks behave alike."""
        n, *behaviour = content
        if self.single:
            return str(n)
        return f"({', '.join([str(n), *map(_literal, behaviour)])})"


def _literal(value: Json) -> str:
    return quoted(value) if isinstance(value, str) else repr(value)


def source(value: Json, names: Names) -> str:
    """Return the expression that an argument of a scenario is in Python."""
    if isinstance(value, dict):
        return _tagged(value, names)
    if isinstance(value, (list, tuple)):
        return f"[{_commas(value, names)}]"
    return quoted(value) if isinstance(value, str) else repr(value)


def _commas(values: Sequence[Json], names: Names) -> str:
    return ", ".join(source(one, names) for one in values)


def _tagged(value: dict[str, Json], names: Names) -> str:  # noqa: C901, PLR0912, PLR0915 - a table: one case for each tag
    match value:
        case {"$item": [producer, n, size]} if size <= _SHORT:
            told = f'("{producer}", {n}, {payload.message(payload.seed_of(producer, n), size)!r})'
        case {"$item": [producer, n, size]}:
            names.uses |= {"item"}
            told = f'item("{producer}", {n}, {size})'
        case {"$bytes": [seed, size]} if size <= _SHORT:
            told = repr(payload.message(seed, size))
        case {"$bytes": [seed, size]}:
            names.uses.add("payload")
            told = f"payload({seed}, {size})"
        case {"$hex": digits}:
            told = repr(bytes.fromhex(digits))
        case {"$object": name}:
            told = identifier(name)
        case {"$attribute": [name, attribute]}:
            told = f"{identifier(name)}.{attribute}"
        case {"$unique": label}:
            names.uses.add("unique")
            told = f"UNIQUE + {quoted(label)}"
        case {"$socket": label}:
            told = f"LOG + {quoted(f'-{label}')}"
        case {"$buffer": [name, _]}:
            told = identifier(name)
        case {"$published": label}:
            names.uses.add("published")
            told = f"published({quoted(label)})"
        case {"$path": label}:
            told = f"LOG + {quoted('.' + label)}"
        case {"$slice": bounds}:
            told = f"slice({', '.join(map(repr, bounds))})"
        case {"$tuple": parts}:
            told = f"({_commas(parts, names)}{',' if len(parts) == 1 else ''})"
        case {"$dict": parts}:
            # A task is called ``n`` where its number is all that there is of it.
            keys = {"task": "n"} if names.single else {}
            pairs = (f"{quoted(keys.get(key, key))}: {source(one, names)}" for key, one in parts.items())
            told = "{" + ", ".join(pairs) + "}"
        case {"$function": name}:
            told = _FUNCTIONS.get(str(name), str(name))
            names.uses.add(told)
        case {"$task": content}:
            told = names.task(content)
        case {"$tasks": [first, count, *behaviour]}:
            told = f"[{names.task(['n', *behaviour])} for n in range({first}, {first + count})]"
            if names.single:
                told = f"list(range({first}, {first + count}))"
        case {"$iterator": inner}:
            told = f"iter({source(inner, names)})"
        case {"$callback": name}:
            names.uses.add("note")
            told = f'lambda value: note("called", {quoted(name)}, value)'
        case {"$predicate": [name, least]}:
            names.uses.add("asked")
            told = f"lambda: asked({quoted(names.who)}, {identifier(name)}, {least})"
        case {"$action": [*behaviour]}:
            names.uses.add("Action")
            told = f"Action({', '.join(map(_literal, behaviour))})"
        case {"$float": name}:
            told = f'float("{name}")'
        case other:
            told = "{" + ", ".join(f"{key!r}: {source(one, names)}" for key, one in other.items()) + "}"
    return told


def recorded(value: Json) -> str | None:
    """Return the expression for what `see` notes of a *value* that was recorded; UNKNOWN for some."""
    if isinstance(value, dict):
        return _known(value)
    if isinstance(value, (list, tuple)):
        parts = [recorded(one) for one in value]
        return UNKNOWN if UNKNOWN in parts else f"[{', '.join(str(one) for one in parts)}]"
    if isinstance(value, str) and (found := _UNIQUE.match(value)):
        return quoted(f"{'/' * value.startswith('/')}{UNIQUE}{value[found.end() :]}")
    return _literal(value)


def _known(value: dict[str, Json]) -> str | None:
    match value:
        case {"$item": [producer, n, size, crc]}:
            return f'[{quoted(producer)}, {n}, "{_shown(size, crc)}"]'
        case {"$digest": [size, crc]}:
            return f'"{_shown(size, crc)}"'
        case {"$tuple": parts}:
            return recorded(parts)  # JSON knows no tuples.
        case {"$exception": {"type": name}}:
            return quoted(name)
        case {"$other": [name, _]}:
            return quoted(name.rpartition(".")[2])
        case _:
            return UNKNOWN


def intact(scenario: Scenario) -> set[str]:
    """Return what ``show`` gives for the payloads of *scenario*, as they are made."""
    whole: set[str] = set()

    def look(value: Json) -> None:
        match value:
            case {"$item": [producer, n, size]}:
                whole.add(_shown(*digest_of(payload.seed_of(producer, n), size)))
            case {"$bytes": [seed, size]}:
                whole.add(_shown(*digest_of(seed, size)))
            case dict():
                for one in value.values():
                    look(one)
            case [*parts]:
                for one in parts:
                    look(one)

    for actor in scenario.actors.values():
        for step in actor.steps:
            look([*step.arguments, *step.keywords.values()])
    return whole


def _shown(size: int, crc: int) -> str:
    return f"{size} bytes, crc {crc:08x}"


def pids_of(history: History) -> dict[int, str]:
    """Return the processes of *history* by id: the actor that each was."""
    found = {pid: name for name, actor in history.actors.items() for pid in actor.pids}
    found.update({census.agent_pid: "main" for census in history.census.values()})
    return found
