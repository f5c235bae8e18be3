"""A hunt: one campaign on one mutant, until its defect is found or the time is over."""

import msgspec

from mpconform.backend import Backend, Offer
from mpconform.clock import Deadline, now_ns
from mpconform_conformance import directed
from mpconform_conformance.campaign import Campaign, Cell, Met
from mpconform_conformance.catalogue import checker_of, requirements
from mpconform_conformance.crew import crew
from mpconform_conformance.families import family
from mpconform_conformance.power.mutants import Mutant, folder
from mpconform_conformance.strategies import dress_of

__all__ = ("Hunt", "Until", "backend_of", "hunt")


class Until:
    """A deadline that is over at once when something was found."""

    def __init__(self, seconds: float) -> None:
        """Be over in so many *seconds* at the latest."""
        self._deadline = Deadline(seconds)
        self.found = False

    @property
    def left_s(self) -> float:
        """The seconds that are left."""
        return 0.0 if self.found else self._deadline.left_s

    @property
    def over(self) -> bool:
        """Whether it is over."""
        return self.left_s <= 0


class Hunt(msgspec.Struct, frozen=True, kw_only=True):
    """What came of a hunt: after how many seconds, under which strategy; *met* is None if nothing did.

    *private_shm* says whether the agent had a /dev/shm of its own, if that is known.
    """

    seconds: float
    private_shm: bool | None = None
    strategy: str = ""
    met: Met | None = None
    faults: tuple[str, ...] = ()


def backend_of(mutant: Mutant, *, method: str, python: str) -> Backend:
    """Return *mutant* as the backend that it is."""
    return Backend(module=mutant.module, method=method, python=python, paths=(str(folder()),))


def hunt(mutant: Mutant, backend: Backend, offer: Offer, *, seed: int, limit_s: float) -> Hunt:
    """Explore the family of *mutant* until its requirement is seen broken, for *limit_s* seconds at most.

    All requirements of the family are judged, as in any campaign.
    """
    until = Until(limit_s)
    began_ns = now_ns()
    caught: list[tuple[float, Met]] = []

    def meet(met: Met) -> None:
        if met.requirement.id == mutant.requirement and not caught:
            caught.append(((now_ns() - began_ns) / 1e9, met))
            until.found = True

    campaign = Campaign(
        Cell(family=mutant.family, backend=backend, offer=offer, budget_s=limit_s, shrink_s=0.0),
        family=family(mutant.family),
        requirements=[(r, checker_of(r)) for r in requirements() if r.family == mutant.family],
        seed=seed,
        directed=directed.scenarios(mutant.family),
        named=directed.simplest(mutant.family),
        met=meet,
    )
    with crew(campaign.cell) as runners:
        campaign.explore(runners, until, first_round=until)
        private = runners[0].private_shm
    faults = tuple(event.text for event in campaign.fault_events())
    if not caught:
        return Hunt(seconds=(now_ns() - began_ns) / 1e9, private_shm=private, faults=faults)
    seconds, met = caught[0]
    strategy = dress_of(met.witnessed.history.scenario).name
    return Hunt(seconds=seconds, private_shm=private, strategy=strategy, met=met, faults=faults)
