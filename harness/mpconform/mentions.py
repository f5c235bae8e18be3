"""The names that a step, an operation or the making of an object mentions in its arguments."""

from _mpconform_agent.coding import names_in
from mpconform.values import ObjectSpec, Operation, Step

__all__ = ("mentioned",)


def mentioned(said: Operation | Step | ObjectSpec) -> set[str]:
    """Return the names in the arguments of *said*, those by keyword too; its target is none of them.

    An object mentions the one that makes it.
    """
    found: set[str] = names_in([*said.arguments, *said.keywords.values()])
    if isinstance(said, ObjectSpec) and said.maker:
        found.add(said.maker)
    return found
