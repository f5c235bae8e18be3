"""Process: a process is not alive to itself.

Breaks: current_process() is the process that asks, and is alive (PROC-CURRENT).
The mistake: what is asked is the handle of the child, which only its parent has.
"""

from multiprocessing import connection, current_process, get_all_start_methods, process  # noqa: F401

from mutants.support import broken_processes


class _Mixin:
    def is_alive(self):
        return self._popen is not None and super().is_alive()


get_context = broken_processes(_Mixin)
