"""What the mutants of pipes share: an end of another class than the standard library's."""

from multiprocessing import connection, reduction

from mutants.support import Context

__all__ = ("End", "context")


class End(connection.Connection):
    """An end that travels to children, and through pipes, as what it is."""

    def __reduce__(self):
        return _rebuild, (type(self), reduction.DupFd(self.fileno()), self.readable, self.writable)


def _rebuild(kind, duplicate, readable, writable):
    return kind(duplicate.detach(), readable, writable)


def _pipe(kind, duplex=True):
    ends = []
    for end in connection.Pipe(duplex):
        number, end._handle = end._handle, None
        ends.append(kind(number, end.readable, end.writable))
    return tuple(ends)


def context(method, kind):
    """Return the context of *method*, with pipes whose ends are of class *kind*."""
    return Context(method, Pipe=lambda real, duplex=True: _pipe(kind, duplex))
