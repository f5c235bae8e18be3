"""A backend: one implementation, one start method, one interpreter; and what it offers."""

import sys
from collections.abc import Iterable

import msgspec

from mpconform.errors import Unsupported

__all__ = ("Backend", "Offer", "missing", "require")


class Backend(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is to be tested, and how to reach it.

    *method* is a start method of the module, or empty for a module without start methods.
    *python* is the interpreter that has the module; *paths* go on PYTHONPATH of the agent
    and all its children, before the standard library; *environment* is set for them.
    """

    module: str
    method: str = ""
    python: str = sys.executable
    paths: tuple[str, ...] = ()
    environment: tuple[tuple[str, str], ...] = ()

    @property
    def spec(self) -> str:
        """How it is written on a command line: ``multiprocessing:spawn``."""
        return f"{self.module}:{self.method}" if self.method else self.module


class Offer(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a backend offers, as probed in its own interpreter.

    *capabilities* are dotted names that exist (``Queue``, ``Process.kill``,
    ``connection.wait``); *methods* the start methods, the default first.
    """

    module: str
    version: str
    file: str
    python: str
    implementation: str
    methods: tuple[str, ...]
    capabilities: frozenset[str]


def missing(offer: Offer, needs: Iterable[str]) -> tuple[str, ...]:
    """Return, sorted, what *needs* names and *offer* lacks."""
    return tuple(sorted(set(needs) - offer.capabilities))


def require(offer: Offer, needs: Iterable[str]) -> None:
    """Raise Unsupported, naming every capability that is lacking."""
    if lacking := missing(offer, needs):
        message = f"{offer.module} offers no {', '.join(lacking)}"
        raise Unsupported(message)
