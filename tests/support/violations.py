"""Where checkers make violations, and which of those places are reached while something else runs."""

import ast
import importlib
import pkgutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from types import FrameType
from typing import Any, NamedTuple

from mpconform import checkers
from mpconform.values import Violation

__all__ = ("Place", "places", "watched")

_FOLDER = Path(checkers.__path__[0])


class Place(NamedTuple):
    """A call of ``Violation`` in a *module* of checkers, from its *first* line to its *last*.

    What is made there is always of the same kinds if it is *fixed*: the kind is not put together of parts.
    """

    module: str
    first: int
    last: int
    fixed: bool


@cache
def places() -> tuple[Place, ...]:
    """Return all of them, module by module."""
    return tuple(place for path in sorted(_FOLDER.glob("*.py")) for place in _of(path))


def _of(path: Path) -> Iterator[Place]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        match node:
            case ast.Call(func=ast.Name(id="Violation"), keywords=given):
                (kind,) = (keyword.value for keyword in given if keyword.arg == "kind")
                fixed = not isinstance(kind, ast.JoinedStr)
                yield Place(path.stem, node.lineno, node.end_lineno or node.lineno, fixed)


@contextmanager
def watched(made: Callable[[Place, str, FrameType], None]) -> Iterator[None]:
    """Tell *made* of each violation: its place, its kind, and the frame that makes it."""
    known = {(place.module, line): place for place in places() for line in range(place.first, place.last + 1)}

    def making(*arguments: Any, **fields: Any) -> Violation:
        frame = sys._getframe(1)
        made(known[Path(frame.f_code.co_filename).stem, frame.f_lineno], fields["kind"], frame)
        return Violation(*arguments, **fields)

    modules = [
        importlib.import_module(f"{checkers.__name__}.{found.name}")
        for found in pkgutil.iter_modules(checkers.__path__)
    ]
    using: list[Any] = [module for module in modules if getattr(module, "Violation", None) is Violation]
    for module in using:
        module.Violation = making
    try:
        yield
    finally:
        for module in using:
            module.Violation = Violation
