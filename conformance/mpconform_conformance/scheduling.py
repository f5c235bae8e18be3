"""How pytest-xdist distributes the suite: campaign by campaign, the longest first."""

import re

from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]

__all__ = ("CampaignScheduling", "judged_by")

_NODE = re.compile(r"(?P<path>[^:]*)::(?P<requirement>[A-Z0-9-]+)\[(?P<backend>[^\]]+)\]")


def judged_by(nodeid: str) -> tuple[str, str] | None:
    """Return requirement and backend of one of our items, or None for an item of somebody else."""
    found = _NODE.match(nodeid)
    return (found["requirement"], found["backend"]) if found else None


class CampaignScheduling(LoadScopeScheduling):  # type: ignore[misc]
    """Keeps the items of one campaign together on one worker.

    The ``loadgroup`` of pytest-xdist would do, but it writes the group into the node id,
    which pytest from 9.1 on computes anew.
    """

    def _split_scope(self, nodeid: str) -> str:
        """Return the campaign that the item *nodeid* belongs to; another item is a scope of its own."""
        found = _NODE.match(nodeid)
        return f"{found['path']}[{found['backend']}]" if found else nodeid
