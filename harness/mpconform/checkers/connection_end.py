"""The end of connections between listeners and clients: what was sent before it is received before it."""

import msgspec

from mpconform.checkers import pipe_end
from mpconform.checkers.pipe_diagnosis import streams_of
from mpconform.checkers.pipe_match import Stream
from mpconform.values import Finding, History

__all__ = ("data_before_end",)


def data_before_end(history: History) -> Finding:
    """Check that what was sent before the other side closed or ended is received before EOFError comes.

    As of pipes; but a socket of the network that is closed with something unread in it may throw away
    what it had sent, so such connections are not judged.  O(n).
    """
    found = pipe_end.data_before_end(history)
    _, streams = streams_of(history)
    unread = [
        stream for stream in streams if stream.direction.pipe.second is not None and _unread(streams, stream)
    ]
    if not unread:
        return found
    readers = {op for stream in unread for op in map(id, stream.direction.reads)}
    kept = tuple(v for v in found.violations if not any(id(op) in readers for op in v.witness))
    return msgspec.structs.replace(found, violations=kept)


def _unread(streams: tuple[Stream, ...], stream: Stream) -> bool:
    """Whether the writer of *stream* may have left unread what was sent to it."""
    twin = next(s for s in streams if s.direction.writer == stream.direction.reader)
    return sum(1 for op in twin.direction.reads if op.ok) < len(twin.messages)
