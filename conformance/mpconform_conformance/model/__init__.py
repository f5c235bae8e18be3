"""Model: whether a scenario ends on every right implementation, whoever comes first.

A scenario that its theme drew is valid by construction; one from which parts were cut is not.  Here
its actors take their steps on a model of queues, locks, conditions, barriers, pipes and pools, in every
order that matters; of listeners, where one actor alone has connections; and of processes that are killed,
where nobody else uses what they do.
What the model does not know, it says so of: it errs on that side alone.
"""

from mpconform.values import Scenario
from mpconform_conformance.model.machine import Ending, NotModelledError, explored
from mpconform_conformance.model.program import compiled

__all__ = ("Ending", "ending_of")


def ending_of(scenario: Scenario) -> Ending:
    """Return whether *scenario* surely ends, may get stuck, or cannot be told.

    Takes no more than some tenths of a second.  Timeouts of a second and more are taken for ones that
    something comes before: a scenario that waits one of them out is said to get stuck.
    """
    try:
        return explored(compiled(scenario))
    except NotModelledError:
        return Ending.UNKNOWN
