"""What the themes of the connection family are made of: doors, keys, and actors on both sides of them.

The address of a listener is told by the actor that made it, and awaited by those who connect; so nothing
that cannot be pickled travels, whatever the start method.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from hypothesis import strategies as st

from mpconform.values import Actor, Json, ObjectSpec, Scenario, Step
from mpconform_scenarios.build import join_all, make, ref, start_all, verb

__all__ = (
    "KEYS",
    "PATH",
    "TCP",
    "addresses",
    "client",
    "door",
    "frame",
    "header",
    "keys",
    "listen",
    "plain",
    "scenario",
    "tell",
)

#: Where listeners are: a socket of the file system, a port of the system's choice, or no address at all.
PATH: Final[dict[str, Json]] = {"address": {"$socket": "door"}}
TCP: Final[dict[str, Json]] = {"address": {"$tuple": ["127.0.0.1", 0]}}
_ADDRESSES: Final[tuple[dict[str, Json], ...]] = (
    PATH, TCP, {}, {"family": "AF_INET"}, {"family": "AF_UNIX"}, PATH | {"family": "AF_UNIX"},
)  # fmt: skip

#: Keys in hexadecimal digits: one of few bytes, a zero byte, one longer than the block of a hash.
KEYS: Final = ("6b6579", "00", "ff" * 200, "6b65790a")


def addresses() -> st.SearchStrategy[dict[str, Json]]:
    """Draw where a listener is; it shrinks towards a socket of the file system."""
    return st.sampled_from(_ADDRESSES)


def keys() -> st.SearchStrategy[Json]:
    """Draw a key or none; it shrinks towards none."""
    return st.none() | st.sampled_from([{"$hex": one} for one in KEYS])


def listen(where: Mapping[str, Json], *, key: Json = None, backlog: int = 1, name: str = "l") -> Step:
    """Return the step that makes a listener called *name*."""
    options: dict[str, Json] = {key: value for key, value in where.items() if key != "address"}
    if backlog != 1:
        options["backlog"] = backlog
    if key is not None:
        options["authkey"] = key
    given = (where["address"],) if "address" in where else ()
    return make(name, "connection.Listener", *given, **options)


def tell(name: str = "l", label: str = "door") -> Step:
    """Return the step that tells the address of listener *name*."""
    return verb("tell", label, {"$attribute": [name, "address"]})


def door(server: str = "p0", label: str = "door") -> Step:
    """Return the step that waits until *server* has told where its listener is."""
    return verb("await_told", label, server, bind=label)


def client(name: str, *, key: Json = None, label: str = "door") -> Step:
    """Return the step that connects to the listener whose address was told."""
    options: dict[str, Json] = {} if key is None else {"authkey": key}
    return make(name, "connection.Client", ref(label), **options)


def plain(name: str, label: str = "door") -> Step:
    """Return the step that connects a plain socket to the listener whose address was told."""
    return verb("wire", ref(label), bind=name)


def header(size: int) -> str:
    """Return the header of a message of *size* bytes, in hexadecimal digits, as every version writes it."""
    if size > 0x7FFFFFFF:
        return "ffffffff" + size.to_bytes(8, "big").hex()
    return size.to_bytes(4, "big", signed=True).hex()


def frame(data: str) -> str:
    """Return the message *data* with its header, both in hexadecimal digits."""
    return header(len(data) // 2) + data


def scenario(
    theme: str,
    actors: Mapping[str, Sequence[Step]],
    *,
    main: Sequence[Step] = (),
    objects: Mapping[str, ObjectSpec] | None = None,
) -> Scenario:
    """Return a scenario in which main starts all *actors*, takes its own steps, and joins the actors."""
    steps = (*start_all(actors), *main, *join_all(actors))
    return Scenario(
        family="connection",
        theme=theme,
        objects=dict(objects or {}),
        actors={"main": Actor(steps=steps)} | {name: Actor(steps=tuple(own)) for name, own in actors.items()},
    )
