"""Managers: the server that get_server returns does not catch the interrupt that ends it.

Breaks: serve_forever serves until it is interrupted, and then exits (MANAGER-SERVES).
The mistake: it waits, and leaves the rest to its caller.
"""

from multiprocessing import managers as real

from mutants.manager_support import broken


class _Server(real.Server):
    def serve_forever(self):
        try:
            super().serve_forever()
        except SystemExit:
            raise KeyboardInterrupt from None


class Manager(real.SyncManager):
    def get_server(self):
        server = super().get_server()
        server.__class__ = _Server
        return server


managers, get_context = broken(Manager)
