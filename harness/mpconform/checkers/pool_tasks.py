"""What a pool is asked to do: the calls of a submission, and how each of them must end."""

from dataclasses import dataclass, field, replace
from typing import Any

from mpconform.payload import digest_of, intact, item_of
from mpconform.values import Json, Operation

__all__ = ("Element", "Error", "elements_of", "one_call", "same")

#: An exception as a checker compares it: the name of its class, and its arguments.
Error = tuple[str, tuple[Json, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Element:
    """One call of a task function, as the scenario asks for it.

    *number* is the task number of its executions (None: it has none); *recorded* says whether
    the language promises a record of each execution.  It ends with *value*, or raises *error*.
    If *free*, the scenario does not determine the value.  *point* is the rendezvous that it
    waits for, *behaviour* the name of what it does.
    """

    number: int | None = None
    recorded: bool = False
    behaviour: str = ""
    value: Json = None
    error: Error | None = None
    free: bool = False
    point: int | None = None
    argument: Json = field(default=None, repr=False)

    def gives(self, recorded: Json) -> bool:
        """Return whether *recorded* may be what this call returned."""
        if self.error is not None:
            return False
        if self.free:
            return self.behaviour != "pid" or (isinstance(recorded, int) and not isinstance(recorded, bool))
        if item_of(self.value) is not None or (isinstance(self.value, dict) and "$bytes" in self.value):
            return intact(self.value, recorded)
        return same(self.value, recorded)

    def raises(self, recorded: Json) -> bool:
        """Return whether *recorded* (``{"type", "args", ...}``) is the exception of this call."""
        if self.error is None or not isinstance(recorded, dict):
            return False
        return bool(recorded.get("type") == self.error[0]) and same(
            list(self.error[1]), list(recorded.get("args", ()))
        )


def same(expected: Json, recorded: Json) -> bool:
    """Return whether two encoded values are equal and of one type: 1 is neither 1.0 nor True."""
    if isinstance(expected, (list, tuple)) and isinstance(recorded, (list, tuple)):
        return len(expected) == len(recorded) and all(map(same, expected, recorded))
    return type(expected) is type(recorded) and bool(expected == recorded)


def _plain(value: Json) -> tuple[bool, Json]:
    """Return whether the record of *value* is known, and that record."""
    if value is None or isinstance(value, (bool, int, float)):
        return True, value
    if isinstance(value, str):
        return len(value) <= 1_000, value
    if isinstance(value, dict) and len(value) == 1:
        if "$bytes" in value:
            return True, {"$digest": list(digest_of(*value["$bytes"]))}
        if "$tuple" in value:
            known, parts = _plain(list(value["$tuple"]))
            return known, {"$tuple": parts}
    if isinstance(value, (list, tuple)):
        parts = [_plain(v) for v in value]
        return all(known for known, _ in parts), [v for _, v in parts]
    return False, None


def _task(words: Json) -> Element | None:
    """Return the call ``run_task`` of ``{"$task": words}``."""
    if len(words) < 2 or not isinstance(words[0], int):
        return None
    n, behaviour, *rest = words
    common: dict[str, Any] = {"number": n, "recorded": True, "behaviour": behaviour, "argument": list(words)}
    if behaviour == "square":
        return Element(value=n * n, **common)
    if behaviour == "echo" and rest:
        return Element(value={"$item": ["task", n, rest[0]]}, **common)
    if behaviour == "fail":
        return Element(error=("TaskError", (n,)), **common)
    if behaviour == "value_error":
        return Element(error=("ValueError", (f"task {n}",)), **common)
    if behaviour == "hold":
        return Element(value=n, **common)
    if behaviour == "wait_point" and rest:
        return Element(value=n, point=rest[0], **common)
    return Element(free=True, **common) if behaviour in {"pid", "initialised"} else None


#: What the functions that are understood call their arguments.
_PARAMETERS = {"run_task": ("task",), "run_pair": ("task", "b"), "square": ("x",)}


def one_call(function: str, arguments: list[Json]) -> Element | None:
    """Return the call ``function(*arguments)``, or None if this module does not understand it.

    Understands ``run_task``, ``run_pair`` and ``square`` of ``_mpconform_agent.tasks``.
    """
    first: Json = arguments[0] if arguments else None
    task = first.get("$task") if isinstance(first, dict) else None
    if function == "run_task" and len(arguments) == 1 and task is not None:
        return _task(task)
    if function == "run_pair" and len(arguments) == 2 and task is not None:
        inner, (known, b) = _task(task), _plain(arguments[1])
        if inner is None:
            return None
        n: Json = inner.number
        return replace(inner, behaviour="pair", value=[n * n, b], free=not known, argument=arguments)
    plain = isinstance(first, (int, float)) and not isinstance(first, bool)
    if function == "square" and len(arguments) == 1 and plain:
        return Element(behaviour="plain", value=first * first, argument=first)
    return None


def _listed(iterable: Json) -> list[Json] | None:
    """Return what *iterable* iterates over, or None if it is nothing that we can list."""
    if isinstance(iterable, (list, tuple)):
        return list(iterable)
    if not isinstance(iterable, dict) or len(iterable) != 1:
        return None
    if "$iterator" in iterable:
        return _listed(iterable["$iterator"])
    if "$tuple" in iterable:
        return list(iterable["$tuple"])
    if "$tasks" in iterable:
        first, count, *how = iterable["$tasks"]
        return [{"$task": [first + i, *how]} for i in range(count)]
    return None


def _called(function: str, given: list[Json] | None, keywords: Json) -> list[Json] | None:
    """Return the arguments of a call by position, also those given by keyword; None if they do not fit."""
    if not keywords or given is None:
        return given
    named = keywords.get("$dict") if isinstance(keywords, dict) else None
    left = _PARAMETERS.get(function, ())[len(given) :]
    if not isinstance(named, dict) or set(left) != set(named):
        return None
    return [*given, *(named[name] for name in left)]


def elements_of(op: Operation, asked: dict[str, Json], form: str) -> tuple[Element, ...] | None:
    """Return the calls that the submission *op* asks for; None if any of them is not understood.

    *asked* are its arguments by name; *form* is ``apply``, ``map``, ``starmap``, ``imap`` or
    ``imap_unordered``.  O(n).
    """
    function = asked.get("func")
    name = function.get("$function") if isinstance(function, dict) else None
    if not isinstance(name, str) or op.timeout_s is not None:
        return None
    calls: list[list[Json] | None]
    if form == "apply":
        calls = [_called(name, _listed(asked.get("args", [])), asked.get("kwds"))]
    else:
        elements = _listed(asked.get("iterable"))
        if elements is None:
            return None
        calls = [_listed(e) for e in elements] if form == "starmap" else [[e] for e in elements]
    found: list[Element] = []
    for call in calls:
        element = None if call is None else one_call(name, call)
        if element is None:
            return None
        found.append(element)
    return tuple(found)
