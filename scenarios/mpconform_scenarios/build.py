"""Short names for the parts of a scenario, so that a strategy reads like what it generates."""

from collections.abc import Iterable

from mpconform.values import Json, Step

__all__ = ("buffer", "call", "item", "join_all", "make", "payload", "ref", "start_all", "verb")


def call(
    target: str,
    method: str,
    *arguments: Json,
    timeout_s: float | None = None,
    bind: str = "",
    **keywords: Json,
) -> Step:
    """Return the step that calls *method* of *target*."""
    return Step(
        target=target, method=method, arguments=arguments, keywords=keywords, timeout_s=timeout_s, bind=bind
    )


def make(name: str, factory: str, /, *arguments: Json, **keywords: Json) -> Step:
    """Return the step that makes something of the backend, and binds it to *name*."""
    return Step(target="@", method=factory, arguments=arguments, keywords=keywords, bind=name)


def verb(method: str, *arguments: Json, bind: str = "") -> Step:
    """Return the step that is one of the agent's own verbs."""
    return Step(method=method, arguments=arguments, bind=bind)


def ref(name: str) -> Json:
    """Return the argument that stands for the object called *name*."""
    return {"$object": name}


def item(producer: str, n: int, size: int = 0) -> Json:
    """Return the argument that stands for item *n* of *producer*, with *size* bytes of payload."""
    return {"$item": [producer, n, size]}


def payload(seed: int, size: int, elements: str | None = None) -> Json:
    """Return the argument that stands for *size* bytes made from *seed*, perhaps seen as wider *elements*."""
    return {"$bytes": [seed, size] if elements is None else [seed, size, elements]}


def buffer(name: str, size: int, elements: str | None = None) -> Json:
    """Return the argument that makes a buffer of *size* bytes, perhaps seen as wider *elements*."""
    return {"$buffer": [name, size] if elements is None else [name, size, elements]}


def start_all(actors: Iterable[str]) -> tuple[Step, ...]:
    """Return the steps of main that start *actors*, in order."""
    return tuple(call(name, "start") for name in actors)


def join_all(actors: Iterable[str]) -> tuple[Step, ...]:
    """Return the steps of main that join *actors*, in order."""
    return tuple(call(name, "join") for name in actors)
