"""Errors: which exceptions an operation on shared memory may raise, and in which situation."""

from typing import Final

from mpconform.checkers.memory_accesses import index_of, span_of
from mpconform.checkers.memory_blocks import Blocks
from mpconform.checkers.memory_reading import read
from mpconform.checkers.memory_regions import Making, Reading, Region, Use
from mpconform.checkers.memory_types import Unknown, is_known, plain, stored
from mpconform.checkers.telling import Teller
from mpconform.values import Finding, History, Json, Operation, Violation

__all__ = ("documented",)

_NOTHING: Final[frozenset[str]] = frozenset()
_GUARDING: Final = frozenset({"get_lock", "get_obj"})
_VERBS: Final = frozenset({"increment", "increment_index", "fill", "scan"})


def documented(history: History) -> Finding:
    """No operation raises anything that the documentation does not name for its situation.

    Judges each operation whose situation we know: arguments that suit the type, objects that
    are not closed, names of which it is certain whether they stand for a block.  Sound.  O(n),
    besides the names of blocks.
    """
    teller = Teller(history)
    reading = read(history)
    blocks = Blocks(reading)
    judged = 0
    violations = []
    pairs: list[tuple[Operation, frozenset[str] | None]] = [
        *((making.op, _making(blocks, making)) for making in reading.makings),
        *((use.op, _use(reading, blocks, use)) for use in reading.uses),
    ]
    for op, allowed in pairs:
        if op.open or allowed is None:
            continue
        judged += 1
        if op.outcome == "raised" and not op.raised(*allowed):
            named = " or ".join(sorted(allowed)) or "nothing"
            violation = Violation(
                kind=f"{op.method.rpartition('.')[2].strip('_=')}-raised-{op.result['type']}",
                summary=f"{teller.call(op)} {teller.outcome(op)}.",
                story=f"{teller.tell(op)}. In this situation it may raise {named}.",
                witness=(op,),
            )
            violations.append(violation)
    return Finding(judged=judged, violations=tuple(violations))


def _making(blocks: Blocks, making: Making) -> frozenset[str] | None:
    if making.maker in {"SharedMemory", "ShareableList"}:
        return _making_block(blocks, making)
    region = making.region
    if region is None:
        return _making_refused(making)
    return _NOTHING


def _making_refused(making: Making) -> frozenset[str] | None:
    """Judge a Value or an Array that was not made."""
    if len(making.arguments) > 2 or set(making.keywords) - {"lock"}:
        return None
    typecode = making.arguments[0] if making.arguments else None
    lock = making.keywords.get("lock", True)
    if not isinstance(typecode, str) or typecode not in set("bBhHiIlLqQfdc"):
        return None
    if lock is not True and lock is not False and "$object" not in (lock or {}):
        return None
    given = plain(making.arguments[1]) if len(making.arguments) > 1 else 0
    if "Value" in making.maker:
        right = len(making.arguments) < 2 or is_known(stored(typecode, given))
    elif isinstance(given, list):
        right = all(is_known(stored(typecode, one)) for one in given)
    else:
        right = (type(given) is int and given >= 0) or (typecode == "c" and isinstance(given, bytes))
    return _NOTHING if right else None


def _making_block(blocks: Blocks, making: Making) -> frozenset[str] | None:
    if making.maker == "ShareableList" and making.fresh and not _storable(making):
        return None
    if making.fresh and making.size is not None and making.size <= 0:
        return frozenset({"ValueError", "FileExistsError"})
    if making.fresh:
        free = blocks.free(making.key, making.op, forgiving=frozenset({"ValueError"}))
        return _NOTHING if free else frozenset({"FileExistsError"})
    if making.key.startswith("auto:"):
        return frozenset({"ValueError"})  # Neither a name nor create=True.
    return _NOTHING if blocks.stands(making.key, making.op) else frozenset({"FileNotFoundError"})


def _storable(making: Making) -> bool:
    sequence = making.arguments[0] if making.arguments else making.keywords.get("sequence")
    values = plain(sequence if sequence is not None else [])
    return isinstance(values, list) and not any(isinstance(one, Unknown) for one in values)


def _use(reading: Reading, blocks: Blocks, use: Use) -> frozenset[str] | None:
    region = use.region
    if region is None or use.over or region.clouded or use.role == "lock":
        return None
    if region.kind in {"value", "array"}:
        return _use_ctypes(reading, region, use)
    if use.op.method == "unlink":
        others = [other.op for other in blocks.unlinks(region.key) if other.op is not use.op]
        first = all(use.op.precedes(other) for other in others)
        return _NOTHING if first else frozenset({"FileNotFoundError"})
    if region.kind == "list":
        return _use_list(region, use)
    return _use_block(reading, region, use)


def _use_ctypes(reading: Reading, region: Region, use: Use) -> frozenset[str] | None:
    method = use.op.method
    if method in _GUARDING:
        return _NOTHING if use.lock else frozenset({"AttributeError"})
    if method in _VERBS:
        return _by_verb(reading, region, use)
    if method == ".value" and (region.kind == "value" or region.typecode == "c"):
        return _NOTHING
    if method == ".value=" and region.kind == "value":
        return _NOTHING if is_known(stored(region.typecode, _plain(use, 0))) else None
    if region.kind == "array" and region.typecode == "c" and method in {".raw", ".value=", ".raw="}:
        return _chars(region, use)
    if region.kind != "array" or region.length is None:
        return None
    if method == "__len__":
        return _NOTHING
    return _by_index(region, use) if method in {"__getitem__", "__setitem__"} else None


def _chars(region: Region, use: Use) -> frozenset[str] | None:
    if use.op.method == ".raw":
        return _NOTHING
    value = _plain(use, 0)
    if not isinstance(value, bytes):
        return None
    return _NOTHING if len(value) <= (region.length or 0) else frozenset({"ValueError"})


def _by_verb(reading: Reading, region: Region, use: Use) -> frozenset[str] | None:
    """Judge a verb that works under a lock of which we know that it can be taken twice."""
    if reading.locks.get(use.lock) != "RLock":
        return None
    if use.op.method == "fill":
        return _NOTHING if is_known(stored(region.typecode, _plain(use, 1))) else None
    if use.op.method == "increment_index":
        index = use.arguments[1] if len(use.arguments) > 1 else None
        inside = index_of(index, region.length or 0) is not None
        return _NOTHING if inside and region.typecode != "c" else frozenset({"IndexError", "TypeError"})
    return _NOTHING if use.op.method == "scan" or region.typecode != "c" else None


def _by_index(region: Region, use: Use) -> frozenset[str] | None:
    length = region.length or 0
    where: Json = use.arguments[0] if use.arguments else None
    span = span_of(where, length)
    if span is None:
        if type(where) is not int:
            return None
        if index_of(where, length) is None:
            return frozenset({"IndexError"})
        right = use.op.method == "__getitem__" or is_known(stored(region.typecode, _plain(use, 1)))
        return _NOTHING if right else None
    if use.op.method == "__getitem__":
        return _NOTHING
    value = _plain(use, 1)
    values = list(value) if isinstance(value, (bytes, list)) else None
    if span.step != 1 or values is None or not all(is_known(stored(region.typecode, v)) for v in values):
        return None
    return _NOTHING if len(values) == len(span) else frozenset({"ValueError"})


def _use_list(region: Region, use: Use) -> frozenset[str] | None:
    method, length = use.op.method, region.length
    if use.role == "block":
        return _NOTHING if method in {".name", ".size"} else None
    if length is None or _beyond_ascii(region):
        return None
    if method == "index":
        return frozenset({"ValueError"})
    if method in {"__getitem__", "__setitem__"}:
        if type(use.arguments[0] if use.arguments else None) is not int:
            return None
        if index_of(use.arguments[0], length) is None:
            return None  # SHLIST-BOUNDS says what may happen.
        text = method == "__setitem__" and isinstance(_plain(use, 1), (str, bytes))
        known = method == "__getitem__" or not isinstance(_plain(use, 1), (list, Unknown))
        return (frozenset({"ValueError"}) if text else _NOTHING) if known else None
    return _NOTHING if method in {"__len__", "count", ".shm", ".format"} else None


def _beyond_ascii(region: Region) -> bool:
    """Whether the list may hold text that SHLIST-TEXT is about."""
    stored_here = [*(region.initial or ())]
    stored_here += [p for u in region.uses for p in map(plain, u.arguments) if not isinstance(p, list)]
    return any(isinstance(one, str) and not one.isascii() for one in stored_here)


def _use_block(reading: Reading, region: Region, use: Use) -> frozenset[str] | None:
    method = use.op.method
    if use.role == "view":
        return _use_view(reading, region, use)
    if method in {".name=", ".size="}:
        return frozenset({"AttributeError"})
    if method == "close":
        # With a view that is bound, or under way, the memory cannot be given back.
        return frozenset({"BufferError"}) if _viewed(region, use) else _NOTHING
    return _NOTHING if method in {".buf", ".name", ".size"} else None


def _viewed(region: Region, use: Use) -> bool:
    return any(
        other.role == "view"
        and other.op.method in {"__getitem__", "tobytes"}
        and other.instance == use.instance
        for other in region.uses
    )


def _use_view(reading: Reading, region: Region, use: Use) -> frozenset[str] | None:
    method = use.op.method
    if not all(use.op.precedes(other.op) for other in reading.unlinks(region.key)):
        return None
    if method in {"__len__", "tobytes", ".nbytes"}:
        return _NOTHING
    where: Json = use.arguments[0] if use.arguments else None
    length = region.length or 0
    if type(where) is int and 0 <= where < length:
        value = _plain(use, 1) if method == "__setitem__" else 0
        return _NOTHING if type(value) is int and 0 <= value < 256 else None
    span = span_of(where, length)
    if span is None or where["$slice"][1] is None or not 0 <= where["$slice"][1] <= length:
        return None
    if method == "__getitem__":
        return _NOTHING
    value = _plain(use, 1)
    fits = isinstance(value, bytes) and len(value) == len(span) and (where["$slice"][0] or 0) >= 0
    return _NOTHING if method == "__setitem__" and fits else None


def _plain(use: Use, at: int) -> object:
    return plain(use.arguments[at]) if len(use.arguments) > at else Unknown()
