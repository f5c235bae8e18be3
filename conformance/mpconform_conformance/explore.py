"""Explore: a theme's scenarios, as a pure function of the seed.

Hypothesis is used as a generator only.  Whatever would make its choices depend on anything
but the seed is switched off: its database, its profiles, and its reading of constants out
of whichever modules happen to be imported.  It prints nothing and writes no folder.
"""

import contextlib
import functools
import hashlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import hypothesis
import msgspec
from hypothesis import HealthCheck, Phase, Verbosity, configuration
from hypothesis.internal.conjecture import providers
from hypothesis.strategies import SearchStrategy

from mpconform.values import Json, Scenario
from mpconform_scenarios.family import Theme

__all__ = ("Batch", "batch", "batches", "generate", "key_of", "length_of", "size_of")

#: The sizes of a theme's batches, the last one for ever.  They are no function of the time
#: that scenarios take, so that a seed names the same scenarios on a slow machine: it only
#: comes less far.  A batch is made while one scenario runs, so it is small.
_SIZES = (1, 4, 8, 12)


class Batch(msgspec.Struct, frozen=True, kw_only=True):
    """Where a scenario came from: enough to generate it again, and to shrink it.

    *size* is the number of examples that Hypothesis is asked for.
    """

    theme: Theme
    seed: int
    index: int
    size: int


def size_of(index: int) -> int:
    """Return the size of a theme's batch number *index*; batch 0 is the simplest scenario alone."""
    return _SIZES[min(index, len(_SIZES) - 1)]


def key_of(scenario: Scenario) -> bytes:
    """Return what two equal scenarios have in common: their JSON."""
    return msgspec.json.encode(scenario)


def length_of(scenario: Scenario) -> int:
    """Return how much there is of *scenario* to be read: its steps, and an actor counts as four."""
    return scenario.step_count + 4 * len(scenario.actors)


def batch(theme: Theme, *, seed: int, index: int, size: int) -> list[Scenario]:
    """Return the scenarios of one batch, without duplicates.

    The same theme, seed, index and size give the same list in every process.
    """
    found: dict[bytes, Scenario] = {}

    def keep(scenario: Scenario) -> None:
        found.setdefault(key_of(scenario), scenario)

    generate(Batch(theme=theme, seed=seed, index=index, size=size), keep)
    return list(found.values())


def batches(theme: Theme, *, seed: int) -> Iterator[tuple[Batch, Scenario]]:
    """Yield the scenarios of *theme* for ever, each with the batch that it belongs to.

    Every batch begins with the simplest scenario, which is skipped after the first time
    unless the theme has no other.
    """
    simplest: bytes | None = None
    index = 0
    while True:
        source = Batch(theme=theme, seed=seed, index=index, size=size_of(index))
        found = batch(theme, seed=seed, index=index, size=source.size)
        fresh = [scenario for scenario in found if key_of(scenario) != simplest]
        yield from ((source, scenario) for scenario in fresh or found)
        simplest = simplest or key_of(found[0])
        index += 1


def generate(source: Batch, body: Callable[[Scenario], None], *, shrink: bool = False) -> None:
    """Give the scenarios of one batch to *body*, one by one.

    With *shrink*, an exception of *body* ends the batch, and smaller scenarios follow for as
    long as they raise it too; it then propagates.  The scenarios up to the first exception
    are the same either way.
    """
    phases = (Phase.generate, Phase.shrink) if shrink else (Phase.generate,)
    settings = hypothesis.settings(
        max_examples=source.size,
        phases=phases,
        database=None,
        deadline=None,
        derandomize=False,
        print_blob=False,
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
        verbosity=Verbosity.quiet,
        backend="hypothesis",
    )

    def run(scenario: Scenario) -> None:
        body(scenario)

    digest = hashlib.sha256(f"{source.seed}/{source.theme.name}/{source.index}".encode()).digest()
    seeded = hypothesis.seed(int.from_bytes(digest[:8], "big"))
    with _sealed():
        seeded(settings(hypothesis.given(_strategy(source.theme))(run)))()


@functools.cache
def _strategy(theme: Theme) -> SearchStrategy[Scenario]:
    """Return the strategy of *theme*; making and validating one costs as much as some scenarios."""
    return theme.scenarios()


@contextlib.contextmanager
def _sealed() -> Iterator[None]:
    """Keep Hypothesis from reading constants out of imported modules, and from writing anywhere.

    Neither has a switch.  Constants of "local" modules are drawn with a probability of 5 %;
    which modules those are depends on how this package was installed and on what else the
    process imported, so that a seed would mean one thing in a worker and another in a replay.
    """
    nowhere = Path(os.devnull, "hypothesis")
    with contextlib.ExitStack() as stack:
        stack.enter_context(_replaced(configuration, "__hypothesis_home_directory", nowhere))
        if hasattr(providers, "_get_local_constants"):
            none = vars(providers)["Constants"]()
            stack.enter_context(_replaced(providers, "_get_local_constants", lambda: none))
            # What is permitted is cached together with the constants that it was chosen from.
            cached = getattr(getattr(providers, "CONSTANTS_CACHE", None), "cache", None)
            if cached is not None:
                cached.clear()
                stack.callback(cached.clear)
        yield


@contextlib.contextmanager
def _replaced(module: ModuleType, name: str, value: Json) -> Iterator[None]:
    """Give the variable *name* of *module*, if there is one, another value for the length of the block."""
    if not hasattr(module, name):
        yield  # Another Hypothesis: it may read constants, but must not be broken by us.
        return
    before = getattr(module, name)
    setattr(module, name, value)
    try:
        yield
    finally:
        setattr(module, name, before)
