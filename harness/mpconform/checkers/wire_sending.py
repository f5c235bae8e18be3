"""The wire: what a connection sends is framed as every version of the library frames it."""

import zlib

from mpconform.checkers.pipe_messages import data_of, message_of
from mpconform.checkers.telling import Teller, sized
from mpconform.checkers.wire_model import Wire, header_of, wires
from mpconform.values import Finding, History, Violation

__all__ = ("framed_sent",)


def framed_sent(history: History) -> Finding:
    """Check that a plain socket receives each message of bytes with the header that all versions write.

    Judged are the socket's receives of which all bytes came, as long as it is known what was sent.  Exact.
    O(bytes).
    """
    teller, judged, violations = Teller(history), 0, []
    for wire in wires(history):
        stream, place = _stream(wire), 0
        for op in wire.read:
            size = op.arguments[0]
            expected = stream[place : place + size]
            got = op.result.get("$digest") if op.ok and isinstance(op.result, dict) else None
            # A signal may end a receive before all has come.
            if len(expected) < size or got is None or got[0] != size:
                break
            judged += 1
            place += size
            if got[1] != zlib.crc32(expected):
                witness = (*wire.sends, op)
                violations.append(
                    Violation(
                        kind="framed-otherwise",
                        summary=f"{op.actor} received {sized(size)} that are not what was sent, with the "
                        "usual header.",
                        story=" ".join(f"{teller.tell(one)}." for one in witness),
                        witness=witness,
                    )
                )
                break
    return Finding(judged=judged, violations=tuple(violations))


def _stream(wire: Wire) -> bytes:
    """Return what is on the wire, as far as it is known."""
    parts = []
    for send in wire.sends:
        data = data_of(message_of(send)) if send.ok and send.method == "send_bytes" else None
        if data is None:
            break
        parts += [header_of(len(data)), data]
    return b"".join(parts)
