"""Named blocks: when a name certainly stands for one, and when it certainly does not."""

from collections.abc import Iterator

from mpconform.checkers.memory_regions import Making, Reading, Region, Use
from mpconform.values import Operation

__all__ = ("Blocks",)


class Blocks:
    """What a history certainly shows about the names of its blocks.

    Only names that the scenario made unique, and those that the backend chose, are judged:
    any other might be somebody else's.  "Throughout an operation" means from before its
    begin until after its end, intervals being closed.
    """

    def __init__(self, reading: Reading) -> None:
        """Sort the makings and the unlinks in *reading* by name."""
        self._makings: dict[str, list[Making]] = {}
        self._unlinks: dict[str, list[Use]] = {}
        self._unfollowed: list[Making] = []
        for making in reading.blocks():
            self._makings.setdefault(making.key, []).append(making)
            if making.region is None and making.op.outcome != "raised":
                self._unfollowed.append(making)
        for use in reading.uses:
            if use.op.method == "unlink" and use.region is not None:
                self._unlinks.setdefault(use.region.key, []).append(use)

    def judgeable(self, key: str, until: Operation | None = None) -> bool:
        """Return whether we see all that happens to the name *key*, until an operation is over."""
        if not key.startswith(("unique:", "auto:")):
            return False
        # Who attached to something that we do not know may have unlinked it afterwards.
        return not any(
            making.key in {key, ""} and making.op is not until and not (until and until.precedes(making.op))
            for making in self._unfollowed
        )

    def stands(self, key: str, op: Operation) -> Making | None:
        """Return the making of the block that the name certainly stands for throughout *op*."""
        if not self.judgeable(key, op):
            return None
        for making in self._makings.get(key, ()):
            if not making.fresh or not making.op.ok or making.op is op or not making.op.precedes(op):
                continue
            later = [use.op for use in self.unlinks(key) if not use.op.precedes(making.op)]
            if all(op.precedes(unlink) for unlink in later):
                return making
        return None

    def free(self, key: str, op: Operation, *, forgiving: frozenset[str] = frozenset()) -> bool:
        """Return whether the name certainly stands for nothing throughout *op*.

        A making that failed may have left something, unless because the name was taken, or
        with an exception among *forgiving*.
        """
        if not self.judgeable(key, op):
            return False
        return all(
            making.op is op
            or not making.fresh
            or op.precedes(making.op)
            or making.op.raised("FileExistsError", *forgiving)
            or self._removed(making, op)
            for making in self._makings.get(key, ())
        )

    def attachments(self, reading: Reading, region: Region | None = None) -> Iterator[Making]:
        """Yield the completed attachments throughout which their block certainly stood."""
        for making in reading.blocks():
            if making.fresh or making.op.open:
                continue
            made = self.stands(making.key, making.op)
            if made is not None and (region is None or made.region is region):
                yield making

    def _removed(self, making: Making, op: Operation) -> bool:
        return any(
            use.op.ok and making.op.precedes(use.op) and use.op.precedes(op)
            for use in self.unlinks(making.key)
        )

    def unlinks(self, key: str) -> list[Use]:
        """Return the calls of unlink on blocks of the name *key*."""
        return self._unlinks.get(key, [])

    def makings(self, key: str) -> list[Making]:
        """Return the calls that made, or attached to, blocks of the name *key*."""
        return self._makings.get(key, [])

    def judged_keys(self) -> list[str]:
        """Return the names that can be judged."""
        return [key for key in self._makings if self.judgeable(key)]
