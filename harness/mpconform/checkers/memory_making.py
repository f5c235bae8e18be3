"""What a call that makes shared memory asks for, and the region that it makes."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from mpconform.checkers.memory_regions import Region
from mpconform.checkers.memory_types import UNKNOWN, Content, Unknown, kept, plain, stored, zero
from mpconform.values import Json, Operation

__all__ = ("BLOCKS", "CTYPES", "Asked", "Call", "asked_of", "block_region", "ctypes_region")

#: The makers of shared ctypes objects.
CTYPES: Final = frozenset({"Value", "Array", "RawValue", "RawArray"})
#: The makers of named blocks.
BLOCKS: Final = frozenset({"SharedMemory", "ShareableList"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A call of something of the backend that binds its result to *name*.

    *maker* is the last word of a factory that we know, empty for any other.  *op* is None
    for an object of a scenario whose making is not on the tape.
    """

    op: Operation | None
    name: str
    maker: str
    arguments: tuple[Json, ...]
    keywords: dict[str, Json]

    @classmethod
    def of(
        cls,
        op: Operation | None,
        name: str,
        factory: str,
        arguments: tuple[Json, ...],
        keywords: dict[str, Json],
    ) -> "Call":
        """Return the call of *factory*, a dotted name of the backend."""
        module, _, last = factory.rpartition(".")
        known = (last in CTYPES and module in {"", "sharedctypes"}) or (
            last in BLOCKS and module == "shared_memory"
        )
        return cls(op=op, name=name, maker=last if known else "", arguments=arguments, keywords=keywords)

    @property
    def actor(self) -> str:
        """Who calls."""
        return "main" if self.op is None else self.op.actor

    @property
    def instance(self) -> str:
        """What tells the object that it makes from the same memory's other objects."""
        if self.op is None or self.op.step < 0:
            return f"{self.actor}/{self.name}"
        return f"{self.actor}/{self.name}#{self.op.step}"

    def given(self, *names: str) -> dict[str, Json]:
        """Return the arguments by name, the positional ones being called *names*."""
        return dict(zip(names, self.arguments, strict=False)) | self.keywords


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a call asks of a named block: to be made (*fresh*) or found, its name's key, its size."""

    fresh: bool
    key: str
    size: int | None


def asked_of(call: Call, key_of: Callable[[str, Json], str]) -> Asked:
    """Return what *call* asks for; *key_of* identifies a name that an actor gives."""
    size = None
    if call.maker == "ShareableList":
        given = call.given("sequence")
        fresh = given.get("sequence") is not None or given.get("name") is None
    else:
        given = call.given("name", "create", "size")
        fresh = bool(given.get("create", False))
        size = given.get("size", 0) if isinstance(given.get("size", 0), int) else None
    name = given.get("name")
    if name is None and call.op is not None:
        return Asked(fresh=fresh, key=f"auto:{call.instance}", size=size)
    return Asked(fresh=fresh, key=key_of(call.actor, name), size=size)


def block_region(call: Call, asked: Asked) -> Region:
    """Return the region that a call makes which asks for a fresh block."""
    region = Region(
        name=call.name or "a block", kind="segment", maker=call.maker, born=call.op, length=asked.size,
        key=asked.key, clouded=not asked.key,
    )  # fmt: skip
    if call.maker == "ShareableList":
        sequence = call.given("sequence").get("sequence")
        values = plain(sequence if sequence is not None else [])
        region.kind = "list"
        region.length = len(values) if isinstance(values, list) else None
        region.initial = tuple(map(kept, values)) if isinstance(values, list) else None
        region.clouded = region.clouded or region.initial is None
    return region


def ctypes_region(call: Call, locks: dict[str, str]) -> Region:
    """Return the region that a call of Value, Array, RawValue or RawArray makes.

    *locks* are the locks among the scenario's objects.
    """
    first = call.given("typecode_or_type").get("typecode_or_type")
    typecode = first if isinstance(first, str) else ""
    initial = _initial(call, typecode)
    region = Region(
        name=call.name or f"an unnamed {call.maker}", kind="value" if "Value" in call.maker else "array",
        maker=call.maker, born=call.op, typecode=typecode, length=None if initial is None else len(initial),
        initial=initial, clouded=initial is None,
        counted=type(call.given("", "size_or_initializer").get("size_or_initializer")) is int,
    )  # fmt: skip
    lock = call.keywords.get("lock", True)
    if region.wrapped and lock is not False:
        own = lock is True or lock is None
        given = lock.get("$object") if isinstance(lock, dict) else None
        region.lock = f"the lock of {region.name}" if own else str(given)
        region.bare = not own and given not in locks
    return region


def _initial(call: Call, typecode: str) -> tuple[Content | Unknown, ...] | None:
    """Return the first contents of all elements, None if we cannot even tell their number."""
    given = call.given("typecode_or_type", "size_or_initializer")
    there, second = "size_or_initializer" in given, plain(given.get("size_or_initializer"))
    if "Value" in call.maker:
        return (stored(typecode, second) if there else zero(typecode),)
    if type(second) is int and second >= 0:
        return (zero(typecode),) * second
    if isinstance(second, bytes) and typecode == "c":
        return tuple(bytes([byte]) for byte in second)
    if isinstance(second, list):
        return tuple(stored(typecode, one) for one in second)
    return None if there else (UNKNOWN,)
