"""Let a process show its Python stacks when the orchestrator asks with a signal.

The dump is written by faulthandler's C code, so it comes even from a process that is
blocked; every process appends to the same file, one at a time, as it is asked.  Where
faulthandler cannot be asked by a signal, the interpreter writes it when it next may.
"""

import os
import signal

__all__ = ("SIGNAL", "install")

SIGNAL = signal.SIGUSR2
_installed: list[int] = []


def install(folder):
    """Answer SIGUSR2 with the stacks of all threads, in ``stacks`` in *folder*."""
    if _installed:
        return  # Forked children inherit it.
    import faulthandler

    path = os.path.join(folder, "stacks")
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
    _installed.append(descriptor)
    if hasattr(faulthandler, "register"):
        faulthandler.register(SIGNAL, file=descriptor, all_threads=True, chain=False)
        return
    signal.signal(SIGNAL, lambda number, frame: os.write(descriptor, _shown().encode("utf-8", "replace")))


def _shown():
    import sys
    import traceback

    parts = []
    for thread, frame in sys._current_frames().items():  # noqa: SLF001  # as documented
        lines = [
            '  File "%s", line %d in %s\n' % (found.filename, found.lineno or 0, found.name)
            for found in reversed(traceback.extract_stack(frame))
        ]
        parts.append("Thread 0x%x (most recent call first):\n%s" % (thread, "".join(lines)))
    return "\n".join(parts)
