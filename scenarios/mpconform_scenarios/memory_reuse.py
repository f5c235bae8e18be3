"""Programs about shared memory that is used again and again."""

from hypothesis import strategies as st

from mpconform.values import Scenario
from mpconform_scenarios.context_build import alone, runs, ways

__all__ = ("reused",)

_REUSED = """
import gc


def reused(count, times):
    found = []
    kept = ctx.RawArray("d", [1.0, 2.0])
    for n in range(times):
        array = ctx.RawArray("d", count)
        found.append([len(array), sum(array)])
        array[:1000] = [1.5] * 1000
        array[-1] = 2.5
        del array
        gc.collect()
    return [found, list(kept)]
"""


@st.composite
def reused(draw: st.DrawFn) -> Scenario:
    """Make a large array where another one has been.  Shrinks to two of 600,000 numbers, and two of 1,000."""
    sizes = (draw(st.sampled_from((600_000, 700_001))), draw(st.sampled_from((1000, 5000, 100_000))))
    asked = [
        f'ask("reused", lambda: reused({count}, {times}), count={count}, times={times})'
        for count in sizes
        for times in (draw(st.integers(2, 3)),)
    ]
    return alone("reused", runs("reused", _REUSED, asked, module=False, run=draw(ways())), family="memory")
