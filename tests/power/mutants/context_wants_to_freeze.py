"""Context: freeze_support() raises where nothing is frozen.

Breaks: freeze_support() does nothing in a program that is not frozen (CONTEXT-FREEZE).
The mistake: what is of no use there was taken for a mistake of the caller.
"""

import sys

from mutants.context_support import replaced


def _freeze_support(real):
    if not getattr(sys, "frozen", False):
        raise RuntimeError("this program is not frozen")


replaced(__name__, freeze_support=_freeze_support)
