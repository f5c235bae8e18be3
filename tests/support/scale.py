"""On how many random histories a checker is compared with exhaustive search: few, or many at leisure."""

from typing import Any

import pytest

__all__ = ("FEW", "MANY", "SCALE")

FEW, MANY = 1_000, 100_000

#: The seeds of a thousand histories, and, where slow tests are asked for (``tox -e exhaustive``), of a
#: hundred thousand others.
SCALE: list[Any] = [
    pytest.param(range(FEW), id="few", marks=pytest.mark.dense),
    pytest.param(range(FEW, FEW + MANY), id="many", marks=[pytest.mark.slow, pytest.mark.dense]),
]
