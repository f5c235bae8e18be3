"""What the verb ``emit`` writes into the shared output."""

from mpconform.values import Operation

__all__ = ("lines_of",)


def lines_of(emit: Operation) -> list[str]:
    """Return the lines that *emit* writes, one a thread: its actor, number, and a dot for each piece."""
    n, pieces, *_ = emit.arguments
    threads = emit.arguments[3] if len(emit.arguments) > 3 else 1
    return [f"{emit.actor} {number} {'.' * pieces}" for number in range(n, n + threads)]
