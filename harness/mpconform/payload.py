"""Read recorded items and bytes: whose they are, and whether they are whole."""

from functools import lru_cache

from _mpconform_agent import payload
from mpconform.values import Json

__all__ = ("code_of", "digest_of", "intact", "item_of")


@lru_cache(maxsize=1024)
def digest_of(seed: int, size: int) -> tuple[int, int]:
    """Return the (length, CRC-32) of the bytes that ``{"$bytes": [seed, size]}`` stands for."""
    return payload.digest(payload.message(seed, size))


def item_of(argument: Json) -> tuple[str, int, int] | None:
    """Return (producer, n, size) of an ``$item`` argument, or None if it is none."""
    if isinstance(argument, dict) and "$item" in argument:
        producer, n, size = argument["$item"]
        return producer, n, size
    return None


def code_of(result: Json) -> tuple[str, int] | None:
    """Return (producer, n) of a recorded item, or None if it is none."""
    if isinstance(result, dict) and "$item" in result:
        return result["$item"][0], result["$item"][1]
    return None


def intact(argument: Json, result: Json) -> bool:
    """Return whether the recorded *result* is, byte for byte, what *argument* stands for.

    Knows ``$item`` and ``$bytes``; anything else must be equal.
    """
    if isinstance(argument, dict) and "$item" in argument:
        producer, n, size = argument["$item"]
        expected = [producer, n, *digest_of(payload.seed_of(producer, n), size)]
        return isinstance(result, dict) and list(result.get("$item", ())) == expected
    if isinstance(argument, dict) and "$bytes" in argument:
        seed, size, *_ = argument["$bytes"]
        return isinstance(result, dict) and list(result.get("$digest", ())) == list(digest_of(seed, size))
    return bool(argument == result)
