"""Which part of the tests that take long is run: all, or with each commit another part."""

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar

__all__ = ("TURNS", "of_today")

#: Into so many parts the power tests divide themselves.
TURNS = 32

One = TypeVar("One")


def of_today(whole: Sequence[One], *, parts: int) -> Sequence[One]:
    """Return *whole*; or, if ``LONG_TESTS`` asks for what is due, one of so many *parts* of it.

    Which one, the number of commits says.
    """
    if os.environ.get("LONG_TESTS") != "in turn":
        return whole
    counted = subprocess.run(
        ["git", "rev-list", "--count", "HEAD"],
        cwd=Path(__file__).parent, capture_output=True, text=True, check=False,
    )  # fmt: skip
    return whole[int(counted.stdout or 0) % parts :: parts]
