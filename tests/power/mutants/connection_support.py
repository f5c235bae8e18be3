"""What the mutants of listeners and clients share: both, with a part replaced; the old proof of a key."""

import hashlib
import hmac
import os
import types
from multiprocessing import AuthenticationError
from multiprocessing import connection as _real

__all__ = ("Listener", "as_kind", "client_of", "module", "prove", "verify")

_CHALLENGE, _WELCOME, _FAILURE = b"#CHALLENGE#", b"#WELCOME#", b"#FAILURE#"


def as_kind(kind, made):
    """Return connection *made* as one of class *kind*, None for the standard library's own."""
    if kind is None:
        return made
    number, made._handle = made._handle, None
    return kind(number)


class Listener(_real.Listener):
    """A listener whose connections are of class *kind*, and whose handshake can be replaced."""

    kind = None
    deliver = staticmethod(_real.deliver_challenge)
    answer = staticmethod(_real.answer_challenge)

    def accept(self):
        """Return a connection, as the standard library does."""
        if self._listener is None:
            raise OSError("listener is closed")
        made = as_kind(self.kind, self._listener.accept())
        if self._authkey:
            self.deliver(made, self._authkey)
            self.answer(made, self._authkey)
        return made


def client_of(listener):
    """Return the Client that goes with the class *listener*."""

    def client(address, family=None, authkey=None):
        made = as_kind(listener.kind, _real.Client(address, family))
        if authkey is not None and not isinstance(authkey, bytes):
            raise TypeError("authkey should be a byte string")
        if authkey is not None:
            listener.answer(made, authkey)
            listener.deliver(made, authkey)
        return made

    return client


def module(listener=None, **replaced):
    """Return a module ``connection`` like the standard library's, with *listener* and what is *replaced*."""
    names = ("Client", "Connection", "Listener", "answer_challenge", "deliver_challenge", "wait")
    own = {name: getattr(_real, name) for name in names}
    if listener is not None:
        own.update(Listener=listener, Client=client_of(listener))
    return types.SimpleNamespace(**{**own, **replaced})


def _digest(key, message):
    return hmac.new(key, message, hashlib.md5).digest()


def prove(connection, key):
    """Answer a challenge, as versions before 3.12 do."""
    message = connection.recv_bytes(256)
    if message[: len(_CHALLENGE)] != _CHALLENGE:
        raise AuthenticationError("no challenge")
    connection.send_bytes(_digest(key, message[len(_CHALLENGE) :]))
    if connection.recv_bytes(256) != _WELCOME:
        raise AuthenticationError("digest sent was rejected")


def verify(connection, key, passes=lambda response, digest: response == digest, fails=None):
    """Deliver a challenge, as versions before 3.12 do; *passes* says which answers are good.

    *fails* is called for one that is not, after the other side was told; else AuthenticationError is raised.
    """
    message = os.urandom(20)
    connection.send_bytes(_CHALLENGE + message)
    if passes(connection.recv_bytes(256), _digest(key, message)):
        connection.send_bytes(_WELCOME)
        return
    connection.send_bytes(_FAILURE)
    if fails is None:
        raise AuthenticationError("digest received was wrong")
    fails()
