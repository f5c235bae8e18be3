"""Repetitions: what all actors do again and again, or between two meetings, and can do less often together.

One step of a turn cut out of one actor leaves the others waiting; a whole turn cut out of all of them does
not.
"""

from collections.abc import Iterator
from typing import NamedTuple

from mpconform.values import Scenario, Step
from mpconform_conformance.without import Gone, meets

__all__ = ("repetitions",)


class _Repeated(NamedTuple):
    """From place *start* on, a piece of *length* steps, so many *times* in a row."""

    start: int
    length: int
    times: int


def repetitions(scenario: Scenario) -> Iterator[Gone]:
    """Yield all turns but one, half of them, and one; then what is done from one meeting to the next."""
    yield from _repetitions(scenario)
    yield from _phases(scenario)


def _repetitions(scenario: Scenario) -> Iterator[Gone]:
    """Yield what those do again who repeat something equally often: most of it, half of it, the last time."""
    alike: dict[int, list[tuple[str, _Repeated]]] = {}
    for name, actor in scenario.actors.items():
        found = _repeated(actor.steps)
        if found:
            alike.setdefault(found.times, []).append((name, found))
    for times, group in sorted(alike.items(), reverse=True):
        for kept in dict.fromkeys((1, times // 2, times - 1)):
            yield frozenset(
                (name, at)
                for name, one in group
                for at in range(one.start + kept * one.length, one.start + times * one.length)
            )


def _repeated(steps: tuple[Step, ...]) -> _Repeated | None:
    """Return the repetition that covers most of *steps*, in its smallest pieces; O(n³) of a few dozen."""
    shapes = [(step.target, step.method) for step in steps]
    best: _Repeated | None = None
    for length in range(1, len(shapes) // 2 + 1):
        start = 0
        while start + 2 * length <= len(shapes):
            piece = shapes[start : start + length]
            end = start + length
            while shapes[end : end + length] == piece:
                end += length
            covers = end - start if end - start > length and any(target for target, _ in piece) else 0
            if covers > (best.times * best.length if best else 0):
                best = _Repeated(start, length, covers // length)
            # What begins inside of a repetition covers no more than that.
            start = end - length + 1
    return best


def _phases(scenario: Scenario) -> Iterator[Gone]:
    """Yield what all do up to a meeting and since the one before, with that meeting; halves of all first."""
    points = list(
        dict.fromkeys(
            step.arguments[0] for actor in scenario.actors.values() for step in actor.steps if meets(step)
        )
    )
    cut = {point: _phase(scenario, point) for point in points}
    half = len(points) // 2
    if half > 1:
        yield frozenset().union(*(cut[point] for point in points[half:]))
        yield frozenset().union(*(cut[point] for point in points[:half]))
    yield from (cut[point] for point in reversed(points))


def _phase(scenario: Scenario, point: object) -> Gone:
    gone: set[tuple[str, int]] = set()
    for name, actor in scenario.actors.items():
        since: list[int] = []
        for at, step in enumerate(actor.steps):
            if step.target in scenario.actors:
                continue
            since.append(at)
            if meets(step):
                if step.arguments[0] == point:
                    gone.update((name, place) for place in since)
                since = []
    return frozenset(gone)
