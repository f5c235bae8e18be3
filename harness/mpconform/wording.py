"""Words for values and calls, as Python or plain English would have them.

The same words in the stories of checkers and in the pseudo-code of reports.
"""

import signal
from collections.abc import Mapping, Sequence

from mpconform.values import Json

__all__ = ("argument", "call", "counted", "often", "phrase", "sized")

#: How a program of a scenario is run.
_RUN = {"file": "from a file", "module": "by -m", "command": "by -c", "stdin": "from stdin"}


def counted(count: int, noun: str) -> str:
    """Return so many of *noun*: ``no releases``, ``1 release``, ``2 processes``."""
    several = "es" if noun.endswith("s") else "s"
    return f"{count or 'no'} {noun}{'' if count == 1 else several}"


def often(count: int) -> str:
    """Return how often: ``never``, ``once``, ``twice``, ``3 times``."""
    return ("never", "once", "twice")[count] if count < 3 else f"{count} times"


def sized(count: int) -> str:
    """Return so many bytes: ``0 bytes``, ``1 byte``, ``2 bytes``."""
    return f"{count} byte{'' if count == 1 else 's'}"


def argument(value: Json) -> str:
    """Return a written or recorded value in words: ``item p0#0``, ``1024 bytes``, ``q``."""
    if isinstance(value, Mapping):
        return _mapping(value)
    if isinstance(value, (list, tuple)):
        return f"[{_commas(value)}]"
    return repr(value)


def _mapping(value: Mapping[str, Json]) -> str:  # noqa: C901, PLR0912, PLR0915 - a table: a case for each tag
    """Return a tagged value in words; anything without a known tag as a dictionary."""
    match dict(value):
        case {"$item": [producer, n, size]}:
            told = f"item {producer}#{n}{f' of {size} bytes' if size else ''}"
        case {"$item": [producer, n, *_]}:
            told = f"item {producer}#{n}"
        case {"$bytes": [_, size, elements]}:
            told = f"{size} bytes in elements of {elements!r}"
        case {"$bytes": [_, size]} | {"$digest": [size, _]}:
            told = f"{size} bytes"
        case {"$bytearray": [size, _]}:
            told = f"a bytearray of {size} bytes"
        case {"$hex": digits}:
            told = f"bytes {digits or '(none)'}"
        case {"$object": name} | {"$function": name} | {"$callback": name} | {"$float": name}:
            told = str(name)
        case {"$attribute": [name, attribute]}:
            told = f"{name}.{attribute}"
        case {"$unique": label}:
            told = f"unique {label!r}"
        case {"$socket": label}:
            told = f"path {label!r}"
        case {"$path": label}:
            told = f"the path {label!r}"
        case {"$published": label}:
            told = f"the {label} that was published"
        case {"$pairs": pairs}:
            told = f"{{{', '.join(f'{argument(key)}: {argument(one)}' for key, one in pairs)}}}"
        case {"$buffer": [name, size]}:
            told = f"{name} = bytearray({size})"
        case {"$buffer": [name, size, elements]}:
            told = f"{name} = bytearray({size}) in elements of {elements!r}"
        case {"$slice": bounds}:
            told = ":".join("" if b is None else str(b) for b in bounds)
        case {"$tuple": parts}:
            told = f"({_commas(parts)}{',' if len(parts) == 1 else ''})"
        case {"$dict": parts}:
            told = f"{{{', '.join(f'{key!r}: {argument(one)}' for key, one in parts.items())}}}"
        case {"$task": [n, *behaviour]} | {"$tasks": [n, 1, *behaviour]}:
            told = f"task {n} ({_plain(behaviour)})"
        case {"$tasks": [first, count, *behaviour]}:
            told = f"tasks {first} to {first + count - 1} ({_plain(behaviour)})" if count else "no tasks"
        case {"$iterator": inner}:
            told = f"iter({argument(inner)})"
        case {"$predicate": [name, least]}:
            told = f"{name}.value >= {least}"
        case {"$action": [behaviour, *rest]}:
            told = f"action ({_plain([behaviour, *rest])})"
        case {"$exception": error} | ({"mro": _} as error):
            told = str(error["type"]) + (f"({_commas(error['args'])})" if error.get("args") else "")
        case {"$other": [_, shown]}:
            told = str(shown)
        case {"$program": ended}:
            told = f"exit code {ended['code']}, {len(ended['output'])} lines"
        case {"$text": [length, *_]}:
            told = f"a string of {length} characters"
        case {"$more": count}:
            told = f"and {count} more"
        case other:
            told = "{" + ", ".join(f"{key!r}: {argument(v)}" for key, v in other.items()) + "}"
    return told


def _commas(values: Sequence[Json]) -> str:
    return ", ".join(argument(v) for v in values)


def _plain(words: Sequence[Json]) -> str:
    return " ".join(w if isinstance(w, str) else argument(w) for w in words)


def call(
    target: str,
    method: str,
    arguments: Sequence[Json] = (),
    keywords: Mapping[str, Json] | None = None,
    timeout_s: float | None = None,
) -> str:
    """Return a call as Python would write it, or one of the agent's verbs in words."""
    if not target:
        return _verb(method, arguments)
    given = [argument(a) for a in arguments]
    given += [f"{key}={argument(value)}" for key, value in (keywords or {}).items()]
    if timeout_s is not None:
        given.append(f"timeout={timeout_s:g}")
    return phrase(target, method, given)


def phrase(target: str, method: str, given: Sequence[str]) -> str:
    """Return a call whose arguments are words already: ``q.get(timeout=0.05)``, ``v.value = 3``."""
    if target == "@":
        return f"{method}({', '.join(given)})"
    return _special(target, method, given) or f"{target}.{method}({', '.join(given)})"


def _special(target: str, method: str, given: Sequence[str]) -> str:
    """Return an attribute or an operator as Python writes it, or nothing if it is neither."""
    match method, tuple(given):
        case "__getitem__", (key,):
            told = f"{target}[{key}]"
        case "__setitem__", (key, value):
            told = f"{target}[{key}] = {value}"
        case "__delitem__", (key,):
            told = f"del {target}[{key}]"
        case "__contains__", (key,):
            told = f"{key} in {target}"
        case "__len__", ():
            told = f"len({target})"
        case "__next__", ():
            told = f"next({target})"
        case "__iter__", ():
            told = f"iter({target})"
        case "__enter__", ():
            told = f"enter {target}"
        case "__exit__", _:
            told = f"leave {target}"
        case _, (value,) if method.startswith(".") and method.endswith("="):
            told = f"{target}{method[:-1]} = {value}"
        case _, () if method.startswith("."):
            told = f"{target}{method}"
        case _:
            told = ""
    return told


def _verb(method: str, arguments: Sequence[Json]) -> str:  # noqa: C901, PLR0912, PLR0915 - a table: each verb
    """Return one of the agent's verbs in words; one that is not known here as a call."""
    match method, tuple(arguments):
        case "rendezvous", (point, [*actors]):
            told = f"rendezvous {point} of {', '.join(map(str, actors))}"
        case "release", (actor,):
            told = f"let {actor} begin its next round"
        case "await_done", ([*actors],):
            told = f"wait until {', '.join(map(str, actors))} took all steps"
        case "await_exit", ([*actors],):
            told = f"wait until the process of {', '.join(map(str, actors))} is gone"
        case "await_invoked", (actor, step):
            told = f"wait until {actor} has begun step {step}"
        case "tell", (label, value):
            told = f"tell {label} = {argument(value)}"
        case "await_told", (label, actor):
            told = f"wait until {actor} has told {label}"
        case "wire", (address,):
            told = f"plain socket to {argument(address)}"
        case "wire_listen", ():
            told = "plain listening socket"
        case "memory_limit", (room,):
            told = f"take at most {room} bytes more"
        case "memory_peak", ():
            told = "look at the most memory ever taken"
        case "census", (label,):
            told = f"census {label!r}"
        case "exit", (code,):
            told = f"os._exit({argument(code)})"
        case "sys_exit", values:
            told = f"sys.exit({_commas(values)})"
        case "raise", (message, *kind):
            told = f"raise {'Departure' if kind == ['BaseException'] else 'Deliberate'}({message!r})"
        case "signal", (int(code),):
            told = f"signal itself with {_signal_name(code)}"
        case "linger", ():
            told = "linger until a signal ends it"
        case "hold", (duration,):
            told = f"hold for {duration:g} s"
        case "drain", (queue,):
            told = f"drain {argument(queue)}"
        case "collect", names:
            told = f"drop {', '.join(map(str, names))} and collect garbage"
        case "increment", (value, times, *lock):
            told = f"{times} times increment {argument(value)}{_under(lock)}"
        case "increment_index", (array, index, times, *lock):
            told = f"{times} times increment {argument(array)}[{index}]{_under(lock)}"
        case "fill", (array, value, *lock):
            told = f"fill {argument(array)} with {value}{_under(lock)}"
        case "scan", (array, *lock):
            told = f"scan {argument(array)}{_under(lock)}"
        case "emit", (n, pieces, lock, threads):
            told = f"emit lines from {n} on by {threads} threads, in {pieces} pieces each{_under([lock])}"
        case "emit", (n, pieces, *lock):
            told = f"emit line {n} in {pieces} pieces{_under(lock)}"
        case "publish", (label, value):
            told = f"publish {argument(value)} as the {label}"
        case "launch", (actor, *_):
            told = f"begin the program {actor}"
        case "reap", (actor,):
            told = f"wait until the program {actor} has ended"
        case "output", ():
            told = "read the shared output"
        case "program", (Mapping() as program,):
            told = f"run the program {program.get('name', 'of the scenario')!r} {_RUN[program['run']]}"
        case _:
            told = f"{method}({_commas(arguments)})"
    return told


def _under(lock: Sequence[Json]) -> str:
    return f" under {argument(lock[0])}" if lock else ""


def _signal_name(code: int) -> str:
    try:
        return signal.Signals(code).name
    except ValueError:
        return f"signal {code}"
