"""Tagged values (``{"$item": …}``, ``{"$object": …}``) in the arguments of a step, wherever they stand."""

from collections.abc import Callable
from typing import Any

import msgspec

from mpconform.values import Json, Step

__all__ = ("Change", "with_changed")

#: What stands in the place of a tagged value; that value itself, if it is to stay.
Change = Callable[[dict[str, Any]], Json]


def with_changed(step: Step, change: Change) -> Step:
    """Return *step* with *change* made to every tagged value in its arguments, those by keyword too."""
    return msgspec.structs.replace(
        step,
        arguments=tuple(_deep(one, change) for one in step.arguments),
        keywords={key: _deep(one, change) for key, one in step.keywords.items()},
    )


def _deep(value: Json, change: Change) -> Json:
    if isinstance(value, dict):
        found = change(value)
        return found if found != value else {tag: _deep(content, change) for tag, content in value.items()}
    if isinstance(value, list | tuple):
        return [_deep(one, change) for one in value]
    return value
