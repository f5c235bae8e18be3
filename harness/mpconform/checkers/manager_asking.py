"""What an operation asked of an object in a server's process, whatever way it was written."""

from collections.abc import Callable

from mpconform.checkers.manager_models import DESCENDING, Asked
from mpconform.checkers.manager_values import Mapping, Tuple, Unclear, Value
from mpconform.values import Json, Operation

__all__ = ("asked_of",)

_COMMON = frozenset(
    {"__getitem__", "__setitem__", "__delitem__", "__contains__", "__len__", "__str__", "_getvalue"}
)
_METHODS = {
    "list": _COMMON
    | {
        "append",
        "extend",
        "insert",
        "pop",
        "remove",
        "index",
        "count",
        "reverse",
        "sort",
        "__add__",
        "__mul__",
    }
    | {"__rmul__", "__iadd__", "__imul__"},
    "dict": _COMMON
    | {"get", "setdefault", "pop", "popitem", "keys", "values", "items", "copy", "update", "clear"},
    "Array": frozenset({"__getitem__", "__setitem__", "__len__"}),
    "Value": frozenset({"get", "set", ".value", ".value="}),
    "Tally": frozenset({"add", "read"}),
    "Event": frozenset({"set", "clear", "is_set", "wait"}),
}
_QUEUE = frozenset({"put", "get", "put_nowait", "get_nowait", "qsize", "empty", "full", "task_done", "join"})
_LOCK = {"acquire": "acquire", "__enter__": "acquire", "release": "release", "__exit__": "release"}
#: Methods of which the answer is proof of nothing, and that change nothing.
_IDLE = frozenset({"__repr__", "__eq__", "__ne__", "__iter__", "__hash__", "__reduce__"})


def asked_of(kind: str, op: Operation, resolve: Callable[[Json], Value]) -> Asked | None:
    """Return what *op* asked of an object of *kind*, None if that says nothing and changes nothing.

    Raises Unclear if it cannot be known.
    """
    if op.method in _IDLE:
        return None
    method, arguments = op.method, tuple(resolve(one) for one in op.arguments)
    keywords = {key: resolve(one) for key, one in op.keywords.items()}
    if method == "_callmethod":
        method, *rest = arguments
        given = rest[0] if rest else ()
        arguments = given.parts if isinstance(given, Tuple) else given
        if len(rest) > 1 or keywords or not isinstance(method, str) or not isinstance(arguments, tuple):
            raise Unclear
    if kind in {"Queue", "JoinableQueue"}:
        return _of_queue(op, method, arguments, keywords)
    if kind in {"Lock", "RLock", "Semaphore", "BoundedSemaphore"}:
        return _of_lock(op, method, arguments, keywords)
    if kind == "Namespace":
        return _of_namespace(op, method, arguments)
    if method not in _METHODS.get(kind, ()):
        raise Unclear
    if kind == "Event":
        patient = not (arguments or op.timeout_s is not None or keywords.get("timeout") is not None)
        return Asked(op.actor, method, (), patient)
    if keywords:
        return _with_keywords(op, kind, method, arguments, keywords)
    return Asked(op.actor, method, arguments)


def _with_keywords(
    op: Operation, kind: str, method: str, arguments: tuple[Value, ...], keywords: dict[str, Value]
) -> Asked:
    """Return what *op* asked of a list or a dictionary, as it would be without keywords."""
    match kind, method, arguments:
        case "list", "sort", () if keywords == {"reverse": True}:
            return Asked(op.actor, DESCENDING)
        case "dict", "update", ():
            return Asked(op.actor, method, (Mapping(tuple(keywords.items())),))
        case "dict", "update", (Mapping(pairs),):
            return Asked(op.actor, method, (Mapping(tuple({**dict(pairs), **keywords}.items())),))
    raise Unclear


def _of_namespace(op: Operation, method: str, arguments: tuple[Value, ...]) -> Asked | None:
    if method == "__delattr__":
        name, said = arguments[0], Asked(op.actor, "del", ())
    elif method.startswith("."):
        name = method[1:].removesuffix("=")
        said = Asked(op.actor, "set" if method.endswith("=") else "get", arguments)
    else:
        raise Unclear
    if not isinstance(name, str):
        raise Unclear
    # What begins with an underscore is the proxy's own.
    return None if name.startswith("_") else Asked(op.actor, said.method, (*said.arguments, name))


def _of_queue(
    op: Operation, method: str, arguments: tuple[Value, ...], keywords: dict[str, Value]
) -> Asked | None:
    if method not in _QUEUE:
        raise Unclear
    if not method.startswith(("put", "get")):
        return Asked(op.actor, method)
    items, rest = (arguments[:1], arguments[1:]) if method.startswith("put") else ((), arguments)
    block = keywords.get("block", rest[0] if rest else True)
    timed = op.timeout_s is not None or keywords.get("timeout") is not None or len(rest) > 1
    patient = not method.endswith("nowait") and bool(block) and not timed
    return Asked(op.actor, method.removesuffix("_nowait"), items, patient)


def _of_lock(op: Operation, method: str, arguments: tuple[Value, ...], keywords: dict[str, Value]) -> Asked:
    if method not in _LOCK:
        raise Unclear
    block = keywords.get("blocking", arguments[0] if arguments and method == "acquire" else True)
    timed = op.timeout_s is not None or keywords.get("timeout") is not None
    timed = timed or (method == "acquire" and len(arguments) > 1)
    return Asked(op.actor, _LOCK[method], (), bool(block) and not timed)
