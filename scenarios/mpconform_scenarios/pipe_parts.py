"""What the themes of the pipe family are made of: messages, sizes, and actors around pipes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from hypothesis import strategies as st

from mpconform.values import Actor, Json, ObjectSpec, Scenario, Step
from mpconform_scenarios.build import buffer, call, item, join_all, payload, start_all, verb

__all__ = (
    "ENDINGS",
    "SIZES",
    "SMALL_SIZES",
    "Sent",
    "meet",
    "messages",
    "pipe",
    "receives",
    "scenario",
    "sends",
)

#: Sizes of messages that may wait in a pipe, unread: a few of them are far below any system's buffer.
SMALL_SIZES: Final = (8, 0, 1, 7, 100, 255, 256)

#: Sizes of messages whose receiver is reading: on both sides of each change of header or buffer.
SIZES: Final = (*SMALL_SIZES, 4096, 16_383, 16_384, 16_385, 65_535, 65_536, 65_537, 1_048_576)

#: Values that are easily changed into others on their way.
_VALUES: Final[tuple[Json, ...]] = (
    None, 0, 1, True, False, "", [], "a", -1, 1.5, [None, [0, ""]], {"$tuple": [1, 2]}, "\u20ac" * 400, 2**53,
)  # fmt: skip

#: Receives that meet the end of a pipe: name and arguments.
ENDINGS: Final[tuple[tuple[str, tuple[Json, ...]], ...]] = (
    ("recv", ()),
    ("recv_bytes", ()),
    ("recv_bytes", (8,)),
    ("recv_bytes_into", (buffer("rest", 8),)),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A message that a scenario sends: how, and what."""

    method: str
    argument: Json

    @property
    def receive(self) -> str:
        """The method that receives it."""
        return "recv" if self.method == "send" else "recv_bytes"


@st.composite
def messages(
    draw: st.DrawFn, sender: str, *, least: int = 1, most: int = 8, sizes: Sequence[int] = SIZES
) -> tuple[Sent, ...]:
    """Draw some messages of *sender*: items, bytes and plain values.

    Each shrinks towards an item of 8 bytes; items are numbered and bytes are seeded in order, so
    that those of 8 bytes or more differ from each other.
    """
    kinds = st.sampled_from(("item", "bytes", "value"))
    drawn = draw(st.lists(st.tuples(kinds, st.sampled_from(tuple(sizes))), min_size=least, max_size=most))
    return tuple(
        Sent(method="send", argument=item(sender, n, size))
        if kind == "item"
        else Sent(method="send_bytes", argument=payload(n + 1, size))
        if kind == "bytes"
        else Sent(method="send", argument=draw(st.sampled_from(_VALUES)))
        for n, (kind, size) in enumerate(drawn)
    )


def sends(end: str, sent: Sequence[Sent]) -> list[Step]:
    """Return the steps that send *sent* to *end*."""
    return [call(end, message.method, message.argument) for message in sent]


def receives(end: str, sent: Sequence[Sent]) -> list[Step]:
    """Return the steps that receive *sent* from *end*."""
    return [call(end, message.receive) for message in sent]


def meet(point: int, *actors: str) -> Step:
    """Return the step that waits until all *actors* have arrived at *point*."""
    return verb("rendezvous", point, list(actors))


def pipe(first: str, second: str, *, duplex: bool = True) -> dict[str, ObjectSpec]:
    """Return the object that is a pipe with these ends; of a one-way pipe the first one receives."""
    spec = ObjectSpec(factory="Pipe", arguments=() if duplex else (False,), unpack=(first, second))
    return {f"pipe_{first}_{second}": spec}


def scenario(
    theme: str,
    objects: Mapping[str, ObjectSpec],
    actors: Mapping[str, Sequence[Step]],
    *,
    main: Sequence[Step] = (),
) -> Scenario:
    """Return a scenario in which main starts all *actors*, takes its own steps, and joins the actors."""
    steps = (*start_all(actors), *main, *join_all(actors))
    return Scenario(
        family="pipe",
        theme=theme,
        objects=dict(objects),
        actors={"main": Actor(steps=steps)} | {name: Actor(steps=tuple(own)) for name, own in actors.items()},
    )
