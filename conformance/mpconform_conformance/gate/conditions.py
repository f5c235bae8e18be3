"""Conditions: where an entry of a baseline applies, in a small language that is parsed, never evaluated.

    condition  = all { "or" all }
    all        = one { "and" one }
    one        = "not" one | "(" condition ")" | comparison
    comparison = NAME OPERATOR TEXT | NAME [ "not" ] "in" "(" TEXT { "," TEXT } ")"
    OPERATOR   = "==" | "!=" | "<" | "<=" | ">" | ">="

NAME is one of ``NAMES``; TEXT stands in single or double quotes.  ``python`` and ``version`` are compared
as versions (PEP 440), so that 3.9 comes before 3.12; the others only for equality.
"""

import operator
import re
from collections.abc import Callable, Collection, Mapping
from typing import Any

from packaging.version import InvalidVersion, Version

from mpconform.errors import UsageError
from mpconform.events import BackendRow
from mpconform_conformance.suggest import suggestion

__all__ = ("NAMES", "Condition", "facts", "parse")

#: What a condition may ask for, and what that is.
NAMES = {
    "start_method": "fork, spawn, forkserver, or whatever else the backend calls it",
    "python": "the version of the interpreter that runs the backend",
    "implementation": "CPython, PyPy",
    "version": "the version of the backend",
    "spec": "the backend as the run names it: billiard:fork",
}

Condition = Callable[[Mapping[str, str]], bool]

_VERSIONS = frozenset({"python", "version"})
_OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<=": operator.le,
    ">=": operator.ge,
    "<": operator.lt,
    ">": operator.gt,
}
_TOKEN = re.compile(
    r"\s*(?:(?P<text>'[^']*'|\"[^\"]*\")|(?P<word>\w+)|(?P<sign>[=!<>]=|[<>(),])|(?P<bad>\S))"
)


def facts(backend: BackendRow) -> dict[str, str]:
    """Return what conditions are asked about *backend*, by name."""
    return {
        "start_method": backend.spec.partition(":")[2],
        "python": backend.python,
        "implementation": backend.implementation,
        "version": backend.version,
        "spec": backend.spec,
    }


def parse(text: str) -> Condition:
    """Return the condition that *text* says; the empty one always holds.

    Raises UsageError, naming what is wrong and where.
    """
    parser = _Parser(text)
    if not parser.more():
        return lambda _: True
    found = parser.condition()
    if parser.more():
        raise parser.error("expected 'and', 'or' or the end")
    return found


class _Parser:
    """Reads one condition from left to right."""

    def __init__(self, text: str) -> None:
        self._text = text
        matches = _TOKEN.finditer(text.rstrip())
        self._tokens = [(match.lastgroup or "", match.group().strip(), match) for match in matches]
        self._at = 0

    def more(self) -> bool:
        """Return whether something is left."""
        return self._at < len(self._tokens)

    def error(self, expected: str) -> UsageError:
        """Return what to raise at this place."""
        if not self.more():
            return UsageError(f"{expected}, but it ends: {self._text!r}")
        _, found, match = self._tokens[self._at]
        column = match.start() + len(match.group()) - len(found) + 1
        return UsageError(f"{expected}, found {found} at column {column} of {self._text!r}")

    def condition(self) -> Condition:
        """Read alternatives."""
        parts = [self._all()]
        while self._take("or"):
            parts.append(self._all())
        return parts[0] if len(parts) == 1 else lambda known: any(part(known) for part in parts)

    def _all(self) -> Condition:
        parts = [self._one()]
        while self._take("and"):
            parts.append(self._one())
        return parts[0] if len(parts) == 1 else lambda known: all(part(known) for part in parts)

    def _one(self) -> Condition:
        if self._take("not"):
            negated = self._one()
            return lambda known: not negated(known)
        if self._take("("):
            inner = self.condition()
            self._need(")")
            return inner
        return self._comparison()

    def _comparison(self) -> Condition:
        name = self._name()
        negated = self._take("not")
        if self._take("in"):
            choices = [_valued(name, text) for text in self._texts()]
            return lambda known: (_valued(name, known[name]) in choices) is not negated
        if negated:
            raise self.error("expected 'in' after 'not'")
        sign = self._take_any(_OPERATORS)
        if sign is None:
            raise self.error(f"expected one of {' '.join(_OPERATORS)} or 'in'")
        if name not in _VERSIONS and sign not in ("==", "!="):
            self._at -= 1
            raise self.error(f"{name} can only be compared by == and !=")
        wanted = _valued(name, self._quoted())
        compare = _OPERATORS[sign]
        return lambda known: compare(_valued(name, known[name]), wanted)

    def _name(self) -> str:
        kind, found, _ = self._tokens[self._at] if self.more() else ("", "", None)
        if kind != "word" or found in ("and", "or", "in"):
            raise self.error(f"expected one of {', '.join(NAMES)}")
        if found not in NAMES:
            raise self.error(f"expected one of {', '.join(NAMES)}; {suggestion(found, NAMES)}")
        self._at += 1
        return found

    def _texts(self) -> list[str]:
        self._need("(")
        texts = [self._quoted()]
        while self._take(","):
            texts.append(self._quoted())
        self._need(")")
        return texts

    def _quoted(self) -> str:
        if not self.more() or self._tokens[self._at][0] != "text":
            raise self.error("expected a text in quotes")
        found = self._tokens[self._at][1][1:-1]
        self._at += 1
        return found

    def _need(self, sign: str) -> None:
        if not self._take(sign):
            raise self.error(f"expected {sign!r}")

    def _take(self, word: str) -> bool:
        return self._take_any((word,)) is not None

    def _take_any(self, words: Collection[str]) -> str | None:
        if self.more() and self._tokens[self._at][0] != "text" and self._tokens[self._at][1] in words:
            self._at += 1
            return self._tokens[self._at - 1][1]
        return None


def _valued(name: str, text: str) -> "Version | str":
    """Return *text* as what it is compared as; raises UsageError for a version that is none."""
    if name not in _VERSIONS:
        return text
    try:
        return Version(text)
    except InvalidVersion:
        raise UsageError(f"{name} {text!r} is no version such as 3.12 or 4.2.1") from None
