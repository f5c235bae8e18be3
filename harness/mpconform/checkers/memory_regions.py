"""Regions of shared memory, and the uses that a history makes of them."""

from dataclasses import dataclass, field

import msgspec

from mpconform.checkers.memory_types import Content, Unknown
from mpconform.values import Json, Operation

__all__ = ("Making", "Reading", "Region", "Use", "mentioned")


@dataclass(eq=False, slots=True, kw_only=True)
class Region:
    """One piece of shared memory: a Value, an Array, a named block, or a ShareableList.

    *kind* is ``value``, ``array``, ``segment`` or ``list``; *maker* the name it was made by.
    *length* counts elements (bytes of a segment: as many as were asked for).  *initial* is
    None if nothing is promised about the first contents; *counted* if an array was made from
    its length.  *lock* names the lock that guards
    it, empty if none does; *bare* says that it was also reached around that lock.  *key*
    identifies the name of a segment.  *clouded*: something that we do not follow may write to
    it, so that nothing is concluded from its contents.
    """

    name: str
    kind: str
    maker: str
    born: Operation | None
    typecode: str = ""
    length: int | None = None
    initial: tuple[Content | Unknown, ...] | None = None
    counted: bool = False
    lock: str = ""
    bare: bool = False
    key: str = ""
    clouded: bool = False
    uses: "list[Use]" = field(default_factory=list)

    @property
    def atomic(self) -> bool:
        """Whether every single access is made under the region's own lock."""
        return bool(self.lock) and not self.bare

    @property
    def wrapped(self) -> bool:
        """Whether it was made by Value or Array, and not by RawValue or RawArray."""
        return self.maker in {"Value", "Array"}


class Use(msgspec.Struct, frozen=True, kw_only=True):
    """One operation on a region, on a view of it, or on a lock.

    *role* is ``whole``, ``view`` or ``lock``.  *instance* tells one process's object from
    another's, and two attachments of one process apart; *over* says that this instance had
    been closed, or the view released, before.  *lock* is the lock that the object offers, or
    under which a verb works.  *arguments* are as the scenario writes them.
    """

    op: Operation
    region: Region | None
    role: str
    lock: str = ""
    instance: str
    over: bool = False
    arguments: tuple[Json, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Making:
    """One call that makes something of shared memory, or attaches to it.

    *key* identifies the name of a block (empty: we cannot tell which); *fresh* says that the
    block is to be made; *size* is the size asked for, None if it is not a number.
    """

    op: Operation
    maker: str
    fresh: bool
    key: str = ""
    size: int | None = None
    region: Region | None
    instance: str
    arguments: tuple[Json, ...] = ()
    keywords: dict[str, Json] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a history does to shared memory.

    *locks* gives the kind (``Lock``, ``RLock``) of each lock that guards a region and of
    which we see every use; *names* the strings that keys of blocks turned out to stand for,
    *echoed* the keys of which an ``echo`` showed that.
    """

    regions: tuple[Region, ...]
    uses: tuple[Use, ...]
    makings: tuple[Making, ...]
    locks: dict[str, str]
    names: dict[str, str]
    echoed: frozenset[str]

    def of(self, *kinds: str) -> tuple[Region, ...]:
        """Return the regions of these kinds, in the order in which they were made."""
        return tuple(region for region in self.regions if region.kind in kinds)

    def blocks(self) -> tuple[Making, ...]:
        """Return the makings of named blocks, by SharedMemory or as a ShareableList."""
        return tuple(m for m in self.makings if m.maker in {"SharedMemory", "ShareableList"})

    def unlinks(self, key: str) -> tuple[Use, ...]:
        """Return the calls of unlink on blocks of the name *key*."""
        return tuple(
            use
            for use in self.uses
            if use.op.method == "unlink" and use.region is not None and use.region.key == key
        )


def mentioned(argument: Json) -> set[tuple[str, str]]:
    """Return (name, attribute) of every object in an argument; of a whole object, (name, "")."""
    if isinstance(argument, dict):
        if "$object" in argument:
            return {(str(argument["$object"]), "")}
        if "$attribute" in argument:
            name, attribute = argument["$attribute"]
            return {(str(name), str(attribute))}
        return mentioned(list(argument.values()))
    if isinstance(argument, (list, tuple)):
        return {pair for part in argument for pair in mentioned(part)}
    return set()
