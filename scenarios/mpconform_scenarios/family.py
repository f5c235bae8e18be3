"""A family: the themes that one campaign draws its scenarios from."""

from collections.abc import Callable
from dataclasses import dataclass

from hypothesis.strategies import SearchStrategy

from mpconform.values import Scenario

__all__ = ("Family", "Theme")


@dataclass(frozen=True, slots=True, kw_only=True)
class Theme:
    """One kind of scenario.

    *scenarios* makes the strategy; *needs* are the capabilities without which its scenarios cannot run, and
    *kinds* those that only some of them use; *weight* is its share of a campaign relative to the family's
    other themes.  *bursts* says that its scenarios can be repeated in the same processes: nothing in them
    hangs on the end of a process.  *timed* says that they measure time, so that nobody may be held up, or
    that all happens in programs, where nobody can be.  After its first, it has a turn in one of *every*
    rounds only, if its scenarios take many times as long as others.  *title* says what it does, of a litmus
    program.
    """

    name: str
    scenarios: Callable[[], SearchStrategy[Scenario]]
    needs: frozenset[str]
    kinds: frozenset[str] = frozenset()
    weight: int = 1
    bursts: bool = False
    timed: bool = False
    every: int = 1
    title: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """The themes whose histories are judged by the same requirements; the *litmus* programs among them."""

    name: str
    title: str
    themes: tuple[Theme, ...]
    litmus: tuple[Theme, ...] = ()

    @property
    def all_themes(self) -> tuple[Theme, ...]:
        """All of them, in the order in which they are run first."""
        return (*self.litmus, *self.themes)
