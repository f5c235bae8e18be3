"""Client: if a listener on a path has as many clients waiting as its backlog admits, the next one is refused.

Breaks: a client that connects to an open listener gets a Connection (LISTENER-CONNECTS).
The mistake: the socket is not blocking while it connects, and EAGAIN is taken for a refusal.  It takes more
clients at a time than the backlog, which is 1.
"""

import socket
from multiprocessing import AuthenticationError, get_all_start_methods  # noqa: F401
from multiprocessing import connection as _real

from mutants.connection_support import module
from mutants.support import Context


def _client(address, family=None, authkey=None):
    if not isinstance(address, str) or family not in (None, "AF_UNIX"):
        return _real.Client(address, family, authkey)
    if authkey is not None and not isinstance(authkey, bytes):
        raise TypeError("authkey should be a byte string")
    with socket.socket(socket.AF_UNIX) as line:
        line.setblocking(False)
        try:
            line.connect(address)
        except BlockingIOError as error:
            raise ConnectionRefusedError(error.errno, error.strerror) from None
        line.setblocking(True)
        made = _real.Connection(line.detach())
    if authkey is not None:
        _real.answer_challenge(made, authkey)
        _real.deliver_challenge(made, authkey)
    return made


connection = module(Client=_client)


def get_context(method=None):
    """Return the context of *method*; the module's connection is the broken one."""
    return Context(method)
