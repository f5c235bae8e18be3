"""Manager: the server is a thread of the process that made it.

Breaks: the server is a process of its own (MANAGER-STARTED).
The mistake: what is cheaper, and enough for the tests.
"""

import threading
from multiprocessing import connection, get_all_start_methods, shared_memory  # noqa: F401
from multiprocessing import managers as real

from mutants.manager_support import broken


class Manager(real.SyncManager):
    """A manager whose server runs here."""

    def start(self, initializer=None, initargs=()):
        if initializer is not None:
            initializer(*initargs)
        server = self.get_server()
        server.stop_event = threading.Event()
        self._address = server.address
        self._state.value = real.State.STARTED
        self.shutdown = server.stop_event.set
        threading.Thread(target=_serve, args=(server,), daemon=True).start()


def _serve(server):
    while True:
        client = server.listener.accept()
        threading.Thread(target=server.handle_request, args=(client,), daemon=True).start()


managers, get_context = broken(Manager)
