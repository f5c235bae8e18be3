"""Which contracts the objects of a history kept: from the strongest that anybody could wish to the weakest.

No requirement: only one of the contracts of each kind is documented, and judged as one.  What else held is
told so that backends can be compared, and so that a program knows on what it has come to rely.
"""

from mpconform.checkers.contract_locks import locks
from mpconform.checkers.contract_proxies import proxies
from mpconform.checkers.contract_queues import queues
from mpconform.checkers.faults import spared
from mpconform.contracts import Seen
from mpconform.values import History

__all__ = ("seen",)


def seen(history: History) -> tuple[Seen, ...]:
    """Return what *history* says about each contract of each object that has some.

    What faults leave undefined is left out, as it is for requirements.
    """
    history = spared(history)
    return (*queues(history), *locks(history), *proxies(history))
