"""Threads: a dummy connection always has something to receive, if one asks poll().

Breaks: it polls like one of connection (DUMMY-MEETINGS).
The mistake: poll waits for nothing, so that nobody has to wait.
"""

import multiprocessing.dummy
import multiprocessing.dummy.connection
from multiprocessing import pool  # noqa: F401

from mutants.context_support import part, replaced


def _client(address):
    end = multiprocessing.dummy.connection.Client(address)
    end.poll = lambda timeout=0.0: True
    return end


connection = part(multiprocessing.dummy.connection, Client=_client)
dummy = part(multiprocessing.dummy, connection=connection)
replaced(__name__)
