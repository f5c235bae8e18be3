"""Which part of the power tests is run: all, or with each commit another sixth."""

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar

__all__ = ("PARTS", "of_today")

PARTS = 6
One = TypeVar("One")


def _part() -> int | None:
    """The number of the sixth, by the number of commits; None: everything."""
    if os.environ.get("MUTANTS") != "a sixth":
        return None
    counted = subprocess.run(
        ["git", "rev-list", "--count", "HEAD"],
        cwd=Path(__file__).parent, capture_output=True, text=True, check=False,
    )  # fmt: skip
    return int(counted.stdout or 0) % PARTS


def of_today(whole: Sequence[One]) -> Sequence[One]:
    """Return the sixth of *whole* that is this commit's turn, or all of it."""
    part = _part()
    return whole if part is None else whole[part::PARTS]
