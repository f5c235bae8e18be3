"""Everything this package raises on purpose.

A backend that misbehaves is never an exception: it is a ``Violation``.  An exception means
that we could not find out.

* MpconformError
  + UsageError       what the user asked for cannot be done; exit code 2
    - BadBackend     the backend cannot be imported, or the interpreter cannot run it
  + Unsupported      this backend does not offer what is asked; never a failure
  + BadRecord        a stored file is not what its format says; exit code 2
  + HarnessFault     a defect of ours, or of this machine; exit code 70
"""

__all__ = ("BadBackend", "BadRecord", "HarnessFault", "MpconformError", "Unsupported", "UsageError")


class MpconformError(Exception):
    """Why we could not find out, in one sentence: the place, the value, what to do."""


class UsageError(MpconformError):
    """What the user asked for cannot be done."""


class BadBackend(UsageError):
    """The backend cannot be imported, or its interpreter cannot run it."""


class Unsupported(MpconformError):
    """This backend does not offer what is asked."""


class BadRecord(MpconformError):
    """A stored file is not what its format says."""


class HarnessFault(MpconformError):
    """A defect of ours: never blamed on the backend."""
