"""Turn the arguments of a scenario into values, and results into what a tape can hold.

The two directions of the contract in ``docs/scenarios.md``.
"""

import math
import os
from time import monotonic_ns
from zlib import crc32

from _mpconform_agent import payload
from _mpconform_agent.tape import BOOL_FALSE, BOOL_TRUE, DIGEST, INT, ITEM, JSON, NONE

__all__ = ("Refused", "decode", "encode", "encode_exception", "is_static", "names_in", "record")

_TEXT_LIMIT = 1000
_LIST_LIMIT = 1000
_REPR_LIMIT = 200
_DEPTH_LIMIT = 8
_BIT_LIMIT = 1024
_BEYOND = 1 << 63
_STATIC_SIZE = 1 << 16
_STATIC_TAGS = ("$hex", "$slice", "$function", "$float", "$action")


class Refused(Exception):
    """The backend raised *error* while an argument was made of one of its objects."""

    def __init__(self, error):
        super().__init__(error)
        self.error = error


def is_static(value):
    """Return whether *value* can be decoded before the run: it names nothing, and is small."""
    if isinstance(value, dict):
        for tag, content in value.items():
            if tag == "$item":
                return content[2] <= _STATIC_SIZE
            if tag == "$bytes":
                return content[1] <= _STATIC_SIZE
            if tag == "$tuple":
                return all(is_static(one) for one in content)
            return tag in _STATIC_TAGS
        return True
    if isinstance(value, (list, tuple)):
        return all(is_static(one) for one in value)
    return True


def names_in(value):
    """Return the set of names that the argument *value* refers to."""
    found = set()
    if isinstance(value, dict):
        for tag, content in value.items():
            if tag == "$object":
                found.add(content)
            elif tag in ("$attribute", "$predicate"):
                found.add(content[0])
            elif tag in ("$tuple", "$iterator", "$task", "$tasks"):
                found |= names_in(content)
            elif tag == "$dict":
                found |= names_in(list(content.values()))
    elif isinstance(value, (list, tuple)):
        for one in value:
            found |= names_in(one)
    return found


def decode(value, scope):
    """Return what the JSON *value* stands for; *scope* knows objects, names and callbacks.

    Raises scope's ``Unbound`` for a name that means nothing (yet), Refused if the backend does
    not let the value be made, and LookupError for a tag that does not exist.
    """
    if isinstance(value, dict):
        if not value:
            return {}
        ((tag, content),) = value.items()
        if tag == "$item":
            return payload.item(*content)
        if tag == "$bytes":
            return _bytes(*content)
        if tag == "$object":
            return scope.named(content)
        if tag not in _RARE:
            raise LookupError("no argument is written with the tag %r" % (tag,))
        return _RARE[tag](content, scope)
    if isinstance(value, (list, tuple)):
        return [decode(one, scope) for one in value]
    return value


def _task(content, scope):
    return (content[0], tuple(decode(one, scope) for one in content[1:]), scope.folder, scope.serial)


def _tasks(content, scope):
    first, count, rest = content[0], content[1], content[2:]
    return [_task([n, *rest], scope) for n in range(first, first + count)]


def _function(content, scope):
    from _mpconform_agent import tasks

    if content == "initialise_server":
        from _mpconform_agent import custom

        return custom.initialise
    function = getattr(tasks, content)
    if content == "initialise":
        from functools import partial

        return partial(function, folder=scope.folder, serial=scope.serial)
    return function


def _bytes(seed, size, elements=None):
    return _seen_as(payload.message(seed, size), elements)


def _buffer(content, scope):
    name, size = content[:2]
    scope.bind(name, bytearray(b"\xee" * size))
    return _seen_as(scope.named(name), *content[2:])


def _seen_as(data, elements=None):
    return data if elements is None else memoryview(data).cast(elements)


def _predicate(content, scope):
    from _mpconform_agent.heard import Predicate

    return Predicate(scope.named(content[0]), content[1])


def _action(content, scope):
    from _mpconform_agent.heard import Action

    return Action(*content)


def _attribute(content, scope):
    owner = scope.named(content[0])
    try:
        return getattr(owner, content[1])
    except Exception as error:
        raise Refused(error) from error


_RARE = {
    "$hex": lambda content, scope: bytes.fromhex(content),
    "$attribute": _attribute,
    "$path": lambda content, scope: scope.context.path("%s-%d-%d" % (content, scope.serial, scope.round)),
    "$unique": lambda content, scope: scope.unique + content,
    "$socket": lambda content, scope: os.path.join(os.environ.get("TMPDIR", "/tmp"), scope.unique + content),
    "$buffer": _buffer,
    "$slice": lambda content, scope: slice(*content),
    "$tuple": lambda content, scope: tuple(decode(one, scope) for one in content),
    "$dict": lambda content, scope: {key: decode(one, scope) for key, one in content.items()},
    "$function": _function,
    "$task": _task,
    "$tasks": _tasks,
    "$iterator": lambda content, scope: iter(decode(content, scope)),
    "$callback": lambda content, scope: scope.callback(content),
    "$float": lambda content, scope: float(content),
    "$published": lambda content, scope: decode(scope.published(content), scope),
    "$predicate": _predicate,
    "$action": _action,
}


def record(log, place, result, scope, inner=0, at=0):
    """Write *result* as the outcome of the operation at *place* of the tape *log*.

    It ended at stamp *at*, or now.
    """
    at = at or monotonic_ns()  # Before encoding: a digest of a large message takes its time.
    kind = type(result)
    if result is None:
        log.returned(place, NONE, inner, 0, 0, at)
        return
    if kind is tuple and len(result) == 3:
        # A number from 0 to 2**31 - 1, in a type that has no surprises, fits into half a field.
        producer, n, data = result
        if type(data) is bytes and type(n) is int and not n >> 31 and type(producer) is str:
            index = scope.indices.get(producer)
            if index is not None:
                size_and_crc = len(data) << 32 | crc32(data) if data else 0
                log.returned(place, ITEM, inner, index | n, size_and_crc, at)
                return
    if kind is bool:
        log.returned(place, BOOL_TRUE if result else BOOL_FALSE, inner, 0, 0, at)
    elif kind is int and -_BEYOND <= result < _BEYOND:
        log.returned(place, INT, inner, result, 0, at)
    elif kind is bytes:
        log.returned(place, DIGEST, inner, len(result), crc32(result), at)
    else:
        log.told(place, JSON, encode(result, scope), inner, at)


def _is_item(value):
    return len(value) == 3 and type(value[0]) is str and type(value[1]) is int and type(value[2]) is bytes


def encode(value, scope, depth=0):
    """Return the JSON that stands for *value* on a tape."""
    kind = type(value)
    if kind in _SIMPLE:
        return _simple(value, kind)
    if isinstance(value, (bytes, bytearray)):
        return {"$digest" if isinstance(value, bytes) else "$bytearray": list(payload.digest(value))}
    if isinstance(value, memoryview):
        return _view(value)
    if kind is tuple and _is_item(value):
        return {"$item": [value[0], value[1], *payload.digest(value[2])]}
    name = scope.name_of(value)
    if name is not None:
        return {"$object": name}
    if isinstance(value, BaseException):
        return {"$exception": encode_exception(value, scope, depth + 1)}
    if isinstance(value, (list, tuple)) and depth < _DEPTH_LIMIT:
        try:
            coded = [encode(one, scope, depth + 1) for one in value[:_LIST_LIMIT]]
        except Exception:  # A list of the backend's own kind, and broken.
            return _other(value)
        if len(value) > _LIST_LIMIT:
            coded.append({"$more": len(value) - _LIST_LIMIT})
        return {"$tuple": coded} if isinstance(value, tuple) else coded
    if kind is dict and depth < _DEPTH_LIMIT and len(value) <= _LIST_LIMIT:
        pairs = [[encode(one, scope, depth + 1) for one in pair] for pair in value.items()]
        return {"$pairs": pairs}
    return _other(value)


_SIMPLE = frozenset({type(None), bool, int, float, str})


def _simple(value, kind):
    if kind is float and not math.isfinite(value):
        return {"$float": repr(value)}
    if kind is int and value.bit_length() > _BIT_LIMIT:
        return {"$other": ["builtins.int", hex(value)[:_REPR_LIMIT]]}
    return _text(value) if kind is str else value


def _text(value):
    if len(value) <= _TEXT_LIMIT:
        try:
            value.encode()
        except UnicodeEncodeError:  # A lone surrogate: JSON readers refuse it.
            pass
        else:
            return value
    return {"$text": [len(value), crc32(value.encode("utf-8", "surrogatepass"))]}


def _view(value):
    try:
        return {"$digest": list(payload.digest(value.tobytes()))}
    except ValueError:  # Released.
        return _other(value)


def _other(value):
    kind = type(value)
    return {"$other": ["%s.%s" % (kind.__module__, kind.__qualname__), _shown(value)]}


def encode_exception(error, scope, depth=0):
    """Return the JSON that stands for an exception."""
    kind = type(error)
    arguments = error.args if depth < _DEPTH_LIMIT else ()
    return {
        "type": kind.__name__,
        "module": str(kind.__module__),
        "mro": [base.__name__ for base in kind.__mro__],
        "args": [encode(one, scope, depth + 1) for one in arguments],
    }


def _shown(value):
    try:
        return repr(value)[:_REPR_LIMIT]
    except Exception as error:  # A broken repr is the backend's, and no reason to stop.
        return "<repr raised %s>" % type(error).__name__
