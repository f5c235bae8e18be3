"""Manager: of two clients that fail at a time, both are given the exception of one.

Breaks: an exception comes to the client that made the call (PROXY-EXCEPTION).
The mistake: the latest exception is kept in one place for all.
A race.
"""

import time
from multiprocessing import connection, get_all_start_methods, shared_memory  # noqa: F401
from multiprocessing import managers as real

from mutants.manager_support import broken


class _Connection:
    def __init__(self, real_one, server):
        self._real, self._server = real_one, server

    def __getattr__(self, name):
        return getattr(self._real, name)

    def send(self, message):
        if message[0] == "#ERROR":
            self._server.latest = message
            time.sleep(0.0002)
            message = self._server.latest
        self._real.send(message)


class _Server(real.Server):
    def serve_client(self, conn):
        super().serve_client(_Connection(conn, self))


class Manager(real.SyncManager):
    """A manager with another server."""

    _Server = _Server


managers, get_context = broken(Manager)
