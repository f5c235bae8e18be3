"""Errors: BufferTooShort comes without the message.

Breaks: the message is its argument (ERRORS-SHORT).
The mistake: the message is dropped when its length is known.
"""

from multiprocessing import BufferTooShort, connection

from mutants.context_support import replaced

_original = connection.Connection.recv_bytes_into


def _recv_bytes_into(self, buf, offset=0):
    try:
        return _original(self, buf, offset)
    except BufferTooShort:
        raise BufferTooShort from None


connection.Connection.recv_bytes_into = _recv_bytes_into
replaced(__name__)
