"""Process: start() does not look after the children that have ended.

Breaks: starting a process reaps the children that have ended (PROC-ZOMBIE-START).
The mistake: a start is made faster; whoever wants to be rid of zombies may ask for the active children.
"""

from multiprocessing import connection, get_all_start_methods, process  # noqa: F401

from mutants.support import broken_processes


class _Mixin:
    def start(self):
        others = set(process._children)
        process._children.clear()
        try:
            super().start()
        finally:
            process._children.update(others)


get_context = broken_processes(_Mixin)
