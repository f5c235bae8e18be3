"""Stories: a violation as a text that a reader can follow without the report."""

from mpconform.events import ViolationEvent
from mpconform.values import Requirement, Violation

__all__ = ("story_of", "told")


def story_of(event: ViolationEvent, requirement: Requirement) -> str:
    """Return requirement, backend, what happened, the size of the scenario, and how to replay it."""
    failed, repeated = event.reproduced
    times = "once" if event.seen == 1 else f"in {event.seen} histories"
    again = f"; its repeats failed {failed} of {repeated} times" if repeated else ""
    lines = [
        f"VIOLATES  {event.requirement}  {event.backend}",
        f"  {requirement.statement}",
        _paragraph(event.summary, event.story, event.observed),
        f"  smallest scenario: {event.actors} actors, {event.steps} steps (seen {times}{again})",
        f"  replay: {event.replay}",
    ]
    return "\n".join(lines)


def told(violation: Violation) -> str:
    """Return what happened, without its circumstances."""
    return _paragraph(violation.summary, violation.story, violation.observed)


def _paragraph(summary: str, story: str, observed: tuple[str, ...]) -> str:
    """Return summary, story, and the first things observed, each on a line of its own."""
    lines = [summary, story, *(f"observed: {line}" for line in observed[:4])]
    return "\n".join(f"  {line}" for line in lines if line)
