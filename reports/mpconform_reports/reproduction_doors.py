"""Direct checks of where listeners are, and who comes to them, as reproduction scripts have them."""

from mpconform.store import StoredViolation
from mpconform.values import History
from mpconform_reports.reproduction_facts import Make, Sign, call_of, key
from mpconform_reports.reproduction_steps import Needed

__all__ = ("DOOR_CHECKS",)

#: Where a listener is, where its last client came from, and where a plain socket is.
_LOOKS = frozenset({".address", ".last_accepted", "getsockname"})


def _differ(stored: StoredViolation, _history: History) -> Sign | None:
    """Return that two looks at one address, which differs from run to run, told two."""
    looks = [op for op in stored.witness if op.ok and op.method in _LOOKS]
    if len(looks) < 2:  # two looks
        return None
    return Sign(
        needed=Needed(steps=frozenset((op.actor, op.step) for op in looks)),
        body=(
            f"told = [one[2] for one in notes if one[:2] in [{', '.join(map(key, looks))}]]",
            "if len(told) > 1 and told[0] != told[1]:",
            f'    return "{call_of(looks[-1])}: one was told %s, and one %s" % (told[0], told[1])',
        ),
    )


#: What a kind contains, and what sees it.
DOOR_CHECKS: tuple[tuple[str, Make], ...] = (
    ("wrong-address", _differ),
    ("wrong-last-accepted", _differ),
)
