"""Accesses: which elements of a region an operation reads or writes, and with what contents.

Elements are numbers of a Value or an Array, single bytes of a char array, bytes (as whole
numbers) of a segment, or values of a ShareableList.
"""

from collections.abc import Sequence

import msgspec

from mpconform.checkers.memory_regions import Region, Use
from mpconform.checkers.memory_types import UNKNOWN, Content, Unknown, kept, plain, stored
from mpconform.checkers.once import once
from mpconform.values import Json, Operation

__all__ = ("Access", "accesses_of", "index_of", "span_of")

_READING = frozenset({".value", ".raw", "__getitem__"})


class Access(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A read or a write of the elements *indices* of a region.

    *content* is what was written, None if that is not known.  *whole*: when it returned it
    had certainly taken effect.  *form* says what was recorded of a read: ``elements`` (each
    of them), or a digest of all: ``bytes``, ``chars``, or ``text`` (up to the first NUL).
    """

    op: Operation
    instance: str
    indices: range
    writes: bool = False
    content: Sequence[Content | Unknown] | None = None
    whole: bool = True
    form: str = "elements"

    @property
    def reads(self) -> bool:
        """Whether it is a read."""
        return not self.writes

    def edges(self) -> set[int]:
        """Where the cells must be cut for it."""
        if self.indices.step == 1:
            return {self.indices.start, self.indices.stop} if self.indices else set()
        return {edge for index in self.indices for edge in (index, index + 1)}

    def results(self) -> Sequence[Json]:
        """Return what a read of the form ``elements`` returned, one by one."""
        sliced = self.op.method == "__getitem__" and _is_slice(self.op.arguments)
        if not sliced:
            return (self.op.result,)
        return self.op.result if isinstance(self.op.result, (list, tuple)) else ()

    def shown(self, contents: Sequence[Content]) -> bytes:
        """Return what a read of another form returns if the elements are *contents*."""
        if self.form == "bytes":
            return bytes(one for one in contents if isinstance(one, int))
        chars = b"".join(one for one in contents if isinstance(one, bytes))
        return chars.partition(b"\0")[0] if self.form == "text" else chars


@once
def accesses_of(region: Region) -> tuple[Access, ...]:
    """Return the accesses that the uses of *region* make, in their order.  O(uses)."""
    found = [access for use in region.uses if (access := _access(region, use)) is not None]
    reach = max([region.length or 0, *(a.indices.stop for a in found if a.indices.step == 1)])
    return tuple(_anywhere(access, reach) if access.indices == _SOMEWHERE else access for access in found)


def index_of(argument: Json, length: int) -> int | None:
    """Return the element that the index *argument* of a sequence of *length* means, None for none."""
    if not isinstance(argument, int) or isinstance(argument, bool) or not -length <= argument < length:
        return None
    return argument % length


def span_of(argument: Json, length: int) -> range | None:
    """Return the elements that the slice *argument* of a sequence of *length* means, None for no slice."""
    if not isinstance(argument, dict) or "$slice" not in argument:
        return None
    return range(*slice(*argument["$slice"]).indices(length))


#: A write of which we do not know where it went.
_SOMEWHERE = range(-2, -1)


def _anywhere(access: Access, reach: int) -> Access:
    return Access(
        op=access.op, instance=access.instance, indices=range(reach), writes=True, content=None, whole=False
    )  # fmt: skip


def _is_slice(arguments: tuple[Json, ...]) -> bool:
    return bool(arguments) and isinstance(arguments[0], dict) and "$slice" in arguments[0]


def _access(region: Region, use: Use) -> Access | None:
    op, length = use.op, region.length or 0
    if op.target == "" or use.role in {"lock", "block"}:
        return None
    if op.method in {"increment", "increment_index", "fill"}:
        return _by_verb(region, use, length)
    if op.method in {".value", ".raw", ".value=", ".raw="}:
        return _by_attribute(region, use, length)
    if op.method in {"__getitem__", "__setitem__"} and (region.kind != "segment" or use.role == "view"):
        return _by_index(region, use, length)
    return None


def _by_verb(region: Region, use: Use, length: int) -> Access | None:
    op = use.op
    if op.method == "increment":
        return _writing(use, range(1), None)
    if op.method == "fill":
        number = stored(region.typecode, plain(use.arguments[1]) if len(use.arguments) > 1 else UNKNOWN)
        return _writing(use, range(length), [number] * length)
    index = index_of(use.arguments[1] if len(use.arguments) > 1 else None, length)
    return _writing(use, range(length) if index is None else range(index, index + 1), None)


def _by_attribute(region: Region, use: Use, length: int) -> Access | None:
    op = use.op
    if op.method in _READING:
        if region.kind == "value":
            return Access(op=op, instance=use.instance, indices=range(1))
        form = {".value": "text", ".raw": "chars"}[op.method]
        return Access(op=op, instance=use.instance, indices=range(length), form=form)
    value = plain(use.arguments[0]) if use.arguments else UNKNOWN
    if region.kind == "value":
        return _writing(use, range(1), [stored(region.typecode, value)])
    if not isinstance(value, bytes) or len(value) > length:
        return None if op.outcome == "raised" else _writing(use, range(length), None)
    if op.method == ".value=" and len(value) < length:
        value += b"\0"
    return _writing(use, range(len(value)), [bytes([byte]) for byte in value])


def _by_index(region: Region, use: Use, length: int) -> Access | None:
    op = use.op
    where = use.arguments[0] if use.arguments else None
    if region.kind == "segment" and _depends_on_size(where, length):
        return None if op.method in _READING or op.outcome == "raised" else _writing(use, _SOMEWHERE, None)
    span = span_of(where, length)
    if span is None:
        index = index_of(where, length)
        if index is None:
            return None
        span, sliced = range(index, index + 1), False
    else:
        sliced = True
    if op.method == "__getitem__":
        return _reading(region, use, span, sliced=sliced)
    if region.kind == "list" and op.raised("ValueError", "IndexError", "TypeError"):
        return None  # SHLIST-REPLACE: what was refused must not be there.
    value = plain(use.arguments[1]) if len(use.arguments) > 1 else UNKNOWN
    contents = _contents(region, value, sliced=sliced)
    return _writing(use, span, contents if contents is not None and len(contents) == len(span) else None)


def _depends_on_size(where: Json, length: int) -> bool:
    """Whether we would have to know how much larger than asked for the block is."""
    if isinstance(where, dict) and "$slice" in where:
        start, stop, *step = where["$slice"]
        return bool(step) or not (
            isinstance(stop, int) and 0 <= stop <= length and (start is None or start >= 0)
        )
    return not (isinstance(where, int) and 0 <= where < length)


def _reading(region: Region, use: Use, span: range, *, sliced: bool) -> Access | None:
    form = "elements"
    if sliced and region.kind == "segment":
        form = "bytes"
    elif sliced and region.typecode == "c":
        form = "chars"
    elif sliced and (region.kind == "list" or len(span) > 1000):
        return None
    if span.step < 0:
        return None if form != "elements" else Access(op=use.op, instance=use.instance, indices=span)
    return Access(op=use.op, instance=use.instance, indices=span, form=form)


def _contents(region: Region, value: object, *, sliced: bool) -> list[Content | Unknown] | None:
    if region.kind == "list":
        return None if sliced or isinstance(value, list) else [kept(value)]
    if not sliced:
        return [_byte(value) if region.kind == "segment" else stored(region.typecode, value)]
    if isinstance(value, bytes):
        return list(value) if region.kind == "segment" else [stored(region.typecode, one) for one in value]
    if isinstance(value, list) and region.kind == "array":
        return [stored(region.typecode, one) for one in value]
    return None


def _byte(value: object) -> Content | Unknown:
    return value if type(value) is int and 0 <= value < 256 else UNKNOWN


def _writing(use: Use, indices: range, content: Sequence[Content | Unknown] | None) -> Access:
    return Access(
        op=use.op, instance=use.instance, indices=indices, writes=True, content=content, whole=use.op.ok
    )  # fmt: skip
