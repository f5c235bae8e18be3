"""Errors: BufferTooShort is a ValueError.

Breaks: ProcessError is the base of all of them (ERRORS-CLASSES).
The mistake: it was said to be an error of the caller.
"""

from mutants.context_support import replaced


class BufferTooShort(ValueError):
    """One that is no ProcessError."""


replaced(__name__, BufferTooShort=BufferTooShort)
