"""The crew of a campaign: a runner for each of its lanes, and some for when those do nothing but wait."""

import contextlib
from collections.abc import Iterator

from mpconform.runner import Runner, workdir
from mpconform_conformance.campaign import Cell

__all__ = ("crew",)

#: So many runners beyond the lanes of a cell are at work while those do nothing but wait.
_SPARE = 5


@contextlib.contextmanager
def crew(cell: Cell) -> Iterator[list[Runner]]:
    """Make the runners of a campaign on *cell*, in a folder that does not outlive them."""
    with workdir() as folder, contextlib.ExitStack() as stack:
        yield [
            stack.enter_context(Runner(cell.backend, workdir=folder, measured=cell.measured))
            for _ in range(cell.lanes + _SPARE)
        ]
