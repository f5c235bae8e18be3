"""What a general search is given: a model's step, and a budget of steps and bytes."""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

__all__ = ("CONFIGURATION", "PLACE", "Budget", "Step")

#: The state that a call leaves behind in a state, or None if it cannot have been answered so in that state.
Step = Callable[[Any, Any], Any]

#: What a configuration takes besides its state, and a place of a path, in bytes; the first is generous.
CONFIGURATION, PLACE = 240, 24


@dataclass(frozen=True, slots=True)
class Budget:
    """How often a model may be asked, and how many bytes its configurations may take (*room*).

    *size* says what a state takes, in bytes; by itself it is what is new of it, as of a tuple of numbers.
    """

    steps: int = 2_000_000
    room: int = 256 << 20
    size: Callable[[Any], int] = sys.getsizeof
