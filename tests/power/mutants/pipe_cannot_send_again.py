"""Pipe: a process whose parent has sent connections cannot send any.

Breaks: a connection arrives in every process, whatever was on its way before (PIPE-UNDERWAY).
The mistake: the thread that hands them out is thought to be there, but it was not forked with the rest.
"""

from multiprocessing import resource_sharer

from mutants.support import broken_processes


def _refuse(fd):
    raise OSError(9, "nobody hands it out")


class Mixin:
    def run(self):
        resource_sharer.DupFd = _refuse
        super().run()


get_context = broken_processes(Mixin)
