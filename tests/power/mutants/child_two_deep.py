"""Child: a child of a child may start no process.

Breaks: processes may be started at any depth (CHILD-NESTED).
The mistake: only what main starts is in the table of processes.
"""

from multiprocessing import current_process

from mutants.context_support import replaced_processes


class _Mixin:
    def start(self):
        if len(current_process()._identity) > 1:
            raise RuntimeError("only main and its children may start processes")
        super().start()


replaced_processes(_Mixin)
