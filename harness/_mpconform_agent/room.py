"""A full /dev/shm: how much the tree's own one can hold is lowered, and raised again.

Nothing is filled but one page: a tmpfs that may hold no more than it does is full for everybody.  It takes
a /dev/shm that is the tree's own (``MPCONFORM_SHM`` is ``private``) and the right to mount.
"""

import os

__all__ = ("give_back", "take")

_SHM = "/dev/shm"
_FILLER = os.path.join(_SHM, ".mpconform-filler")
_MS_REMOUNT_NOSUID_NODEV = 32 | 2 | 4
#: What a tmpfs can hold if nothing is said.
_USUAL = "50%"
_TRIES = 5


def take(left):
    """Let /dev/shm have room for *left* more bytes, in whole pages; return whether that could be done."""
    if os.environ.get("MPCONFORM_SHM") != "private" or not _sized(_USUAL):
        return False
    with open(_FILLER, "wb") as file:  # Of one that holds nothing, the size cannot be limited to that.
        file.write(b"\0")
    for _ in range(_TRIES):  # Somebody else may come between the look and the limit.
        found = os.statvfs(_SHM)
        pages = found.f_blocks - found.f_bfree + left // found.f_frsize
        if _sized("%d" % (pages * found.f_frsize)):
            return True
    os.unlink(_FILLER)
    return False


def give_back():
    """Let /dev/shm have room again, if it has been taken."""
    if os.path.exists(_FILLER):
        _sized(_USUAL)
        os.unlink(_FILLER)


def _sized(size):
    import ctypes

    libc = ctypes.CDLL(None, use_errno=True)
    options = ("size=%s" % size).encode()
    return libc.mount(b"tmpfs", _SHM.encode(), b"tmpfs", _MS_REMOUNT_NOSUID_NODEV, options) == 0
