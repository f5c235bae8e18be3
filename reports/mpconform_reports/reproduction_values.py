"""Values of a scenario, and of what was recorded of it, as a reproduction script writes them."""

import builtins
import json
import keyword
import re
from collections.abc import Sequence

from _mpconform_agent import payload
from mpconform.payload import digest_of
from mpconform.values import History, Json, Scenario
from mpconform_reports.reproduction_folds import listed

__all__ = (
    "SHORT",
    "UNIQUE",
    "UNKNOWN",
    "Names",
    "identifier",
    "intact",
    "pids_of",
    "quoted",
    "recorded",
    "shown",
    "source",
)

#: What stands for a recorded value that cannot be foretold, and so not be compared with.
UNKNOWN = None

#: Payloads of so many bytes are written out.
SHORT = 12
#: A string that repeats itself so often is written as that.
_REPEATED = 16
#: What stands in a log for the name of the run, which begins what is unique.
UNIQUE = "THIS-RUN-"
#: How the strings begin that are the same all over one run, and different in every other.
_UNIQUE = re.compile(r"^/?mpc[0-9a-f]{8}-\d+-")
#: Names that mean something else in a script.
_TAKEN = frozenset(
    "LOG LEFT UNIQUE backend mp main note noted show exact see wrong Path wait_for meet work work_pair "  # noqa: SIM905
    "square initialise item payload drain add add_at puts gets fill scan emit emit_at_once output names "
    "states alive wait_exit told plain_socket plain_listener memory_limit memory_peak socket resource strike "
    "lacking hold_up run_once called attempt json os re signal subprocess sys tempfile time zlib gc glob "
    "random threading contextlib faulthandler Action ActionFailed asked ignored".split()
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

    *uses* are the helpers; *behaviours* are those of the tasks, with their arguments; *rounds* is how often
    a run takes the scenario; *long* says that some item is too long to be written out, *lean* that
    zeros may travel in place of it, *compact* that the script is to be short, *deaf* that nobody asks
    which callbacks were called.
    """

    def __init__(self) -> None:
        """Begin with nothing."""
        self.uses: set[str] = set()
        self.behaviours: list[tuple[Json, ...]] = []
        self.single = False
        #: The actor whose steps are being written.
        self.who = ""
        self.rounds = 1
        self.long = False
        self.lean = False
        self.compact = False
        self.deaf = False

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
        return listed([source(one, names) for one in value]) or f"[{_commas(value, names)}]"
    return _text(value) if isinstance(value, str) else repr(value)


def _text(value: str) -> str:
    """Return a literal for a string; what is one character over and over is written so."""
    for width in (1, 2, 3, 4, 8):
        times, rest = divmod(len(value), width)
        if times > _REPEATED and not rest and value == value[:width] * times:
            return f"{quoted(value[:width])} * {times}"
    return quoted(value)


def _commas(values: Sequence[Json], names: Names) -> str:
    return ", ".join(source(one, names) for one in values)


def _tagged(value: dict[str, Json], names: Names) -> str:  # noqa: C901, PLR0912, PLR0915 - a table: one case for each tag
    match value:
        case {"$item": [producer, n, size]}:
            told = _item(producer, n, size, names)
        case {"$bytes": [seed, size, *elements]}:
            told = _seen_as(_bytes(seed, size, names), elements)
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
        case {"$buffer": [name, _, *elements]}:
            told = _seen_as(identifier(name), elements)
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
            bounds = f"{first}, {first + count}" if first else f"{count}"
            told = f"[{names.task(['n', *behaviour])} for n in range({bounds})]" if count else "[]"
            if names.single and count:
                told = f"list(range({bounds}))"
        case {"$iterator": inner}:
            told = f"iter({source(inner, names)})"
        case {"$callback": name}:
            names.uses |= {"ignored"} if names.deaf else {"note", "called"}
            told = "ignored" if names.deaf else f"called({quoted(name)})"
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


def _item(producer: str, n: int, size: int, names: Names) -> str:
    """Return an item: what it carries may be zeros in a lean script."""
    if names.lean and size:
        return f'("{producer}", {n}, bytes({size}))'
    if size <= SHORT and (names.lean or not names.long):
        return f'("{producer}", {n}, {payload.message(payload.seed_of(producer, n), size)!r})'
    names.uses |= {"item"}
    return f'item("{producer}", {n}, {size})'


def _bytes(seed: int, size: int, names: Names) -> str:
    if names.lean:
        return f"bytes({size})"
    if size <= SHORT:
        return repr(payload.message(seed, size))
    names.uses.add("payload")
    return f"payload({seed}, {size})"


def _seen_as(data: str, elements: Sequence[str]) -> str:
    return f"memoryview({data}).cast({quoted(elements[0])})" if elements else data


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
            return f'[{quoted(producer)}, {n}, "{shown(size, crc)}"]'
        case {"$digest": [size, crc]} | {"$bytearray": [size, crc]}:
            return f'"{shown(size, crc)}"'
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
                whole.add(shown(*digest_of(payload.seed_of(producer, n), size)))
            case {"$bytes": [seed, size, *_]}:
                whole.add(shown(*digest_of(seed, size)))
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


def shown(size: int, crc: int) -> str:
    """Return what ``show`` gives for bytes of this size and checksum."""
    return f"{size} bytes, crc {crc:08x}"


def pids_of(history: History) -> dict[int, str]:
    """Return the processes of *history* by id: the actor that each was."""
    found = {pid: name for name, actor in history.actors.items() for pid in actor.pids}
    found.update({census.agent_pid: "main" for census in history.census.values()})
    return found
