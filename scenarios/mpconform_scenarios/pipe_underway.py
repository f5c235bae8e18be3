"""Programs that start a process while a connection is on its way through a pipe."""

from hypothesis import strategies as st

from mpconform.values import Scenario
from mpconform_scenarios.context_build import alone, runs, ways

__all__ = ("underway",)

_UNDERWAY = """
def to_itself(number, between):
    # What is sent, is kept by who sends it until it is received.
    near, far = ctx.Pipe()
    inner, outer = ctx.Pipe()
    near.send(outer)
    code = between()
    with far.recv() as arrived:
        arrived.send(number)
    return [code, inner.recv()]


def nothing():
    return 0


def in_child(number):
    sys.exit(to_itself(number, nothing)[1])


def child(number):
    process = ctx.Process(target=in_child, args=(number,))
    process.start()
    process.join()
    return process.exitcode
"""


@st.composite
def underway(draw: st.DrawFn) -> Scenario:
    """Send a connection, start a process that does the same, and receive it.  Shrinks to the number 1."""
    number = draw(st.integers(1, 200))
    asked = [f'ask("underway", lambda: to_itself({number}, lambda: child({number})), wanted={number})']
    return alone(
        "underway", runs("underway", _UNDERWAY, asked, module=False, run=draw(ways())), family="pipe"
    )
