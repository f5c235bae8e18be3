"""The extensible data notation, as far as Jepsen's histories need it: read into what JSON can say."""

import json
import re
from typing import Any

__all__ = ("Keyword", "read_edn", "written")

_TOKEN = re.compile(
    r"""(?P<skip>[\s,]+|;[^\n]*)|(?P<open>\#\{|[\[({])|(?P<close>[\])}])|(?P<string>"(?:\\.|[^"\\])*")"""
    r"""|(?P<tag>\#[A-Za-z][\w./*+!?-]*|\#_)|(?P<atom>[^\s,;\[\](){}"]+)""",
    re.DOTALL,
)
_NUMBER = re.compile(r"[+-]?\d+N?")
_CLOSING = {"[": "]", "(": ")", "{": "}", "#{": "}"}


class Keyword(str):
    """A keyword, without its colon."""

    __slots__ = ()


def read_edn(text: str) -> list[Any]:
    """Return the forms in *text*, those of a single vector or list if it is one; raises ValueError.

    Maps become dicts, whose keys are strings without the colon; vectors, lists and sets become lists; tags
    are left out, what they stand before is kept.
    """
    found, at = _until(text, 0, "")
    if at < len(text):
        raise ValueError(f"{text[at]!r} at character {at} closes nothing")
    return found[0] if len(found) == 1 and isinstance(found[0], list) else found


def _until(text: str, at: int, closing: str) -> tuple[list[Any], int]:
    """Return the forms from *at* up to *closing*, and where that is."""
    found: list[Any] = []
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise ValueError(f"{text[at : at + 20]!r} at character {at} is no form")
        kind, word = match.lastgroup, match.group()
        if kind == "close":
            if word != closing:
                return found, at if not closing else _unclosed(closing, at)
            return found, match.end()
        at = match.end()
        if kind == "open":
            inner, at = _until(text, at, _CLOSING[word])
            found.append(_map(inner) if word == "{" else inner)
        elif kind == "string":
            found.append(json.loads(word, strict=False))
        elif kind == "atom":
            found.append(_atom(word))
        elif word == "#_":
            raise ValueError(f"#_ at character {match.start()} is not understood")
    if closing:
        _unclosed(closing, at)
    return found, at


def _unclosed(closing: str, at: int) -> int:
    raise ValueError(f"a {closing!r} is missing at character {at}")


def _map(inner: list[Any]) -> dict[str, Any]:
    if len(inner) % 2:
        raise ValueError(f"a map with a key without a value: {str(inner)[:60]}")
    return {str(key): value for key, value in zip(inner[::2], inner[1::2], strict=True)}


def _atom(word: str) -> Any:
    if word in ("nil", "true", "false"):
        return {"nil": None, "true": True, "false": False}[word]
    if word.startswith(":"):
        return Keyword(word[1:])
    if _NUMBER.fullmatch(word):
        return int(word.rstrip("N"))
    try:
        return float(word.rstrip("M"))
    except ValueError:
        return word


def written(value: Any) -> str:
    """Return a JSON value in the extensible data notation."""
    if value is None:
        return "nil"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(key)} {written(one)}" for key, one in value.items()) + "}"
    if isinstance(value, list):
        return "[" + " ".join(map(written, value)) + "]"
    return json.dumps(value)
