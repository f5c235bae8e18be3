"""Pipes on the model: how many messages are on their way to an end, and who holds it open."""

from mpconform.mentions import mentioned
from mpconform.values import ObjectSpec, Step
from mpconform_conformance.model.builder import ROOM, SKIP, Builder, size_of, uses, waits
from mpconform_conformance.model.machine import (
    GO,
    NEVER,
    Changes,
    Choices,
    Instruction,
    NotModelledError,
    State,
)

__all__ = ("Pipe",)

_SENDS = frozenset({"send", "send_bytes"})
_RECEIVES = frozenset({"recv", "recv_bytes", "recv_bytes_into"})
_CLOSES = frozenset({"close", "__exit__"})


class Pipe:
    """One pipe and its two ends."""

    def __init__(self, builder: Builder, spec: ObjectSpec) -> None:
        """Look at what is ever done with its ends; raises NotModelledError if that is not sure enough."""
        one, two = spec.unpack
        self.other = {one: two, two: one}
        duplex = spec.keywords.get("duplex", spec.arguments[0] if spec.arguments else True)
        self._receiving = {one, two} if duplex else {one}
        self._inbox = {end: builder.variable() for end in self.other}
        #: The actors that may hold an end open, and those whose own steps name it, a bit for each.
        self._may = {end: builder.variable(1) for end in self.other}
        self._named = {end: builder.variable(1) for end in self.other}
        self._users = {end: _users(builder, end) for end in self.other}
        self._sizes = {
            end: [
                size_of(step.arguments[0]) for _, _, step in uses(builder.scenario, (end,)) if _is_sent(step)
            ]
            for end in self.other
        }
        #: The lengths of the messages, in order: each end has one sender, and one receiver.
        self._lengths = {
            end: [_length(step) for _, _, step in uses(builder.scenario, (end,)) if _is_sent(step)]
            for end in self.other
        }
        self._sent, self._received = dict.fromkeys(self.other, 0), dict.fromkeys(self.other, 0)
        self._broken: set[str] = set()
        for end in self.other:
            for methods in (_SENDS, _RECEIVES):
                if len({who for who, _, s in uses(builder.scenario, (end,)) if s.method in methods}) > 1:
                    raise NotModelledError  # Two that send, or receive, at a time may break messages.

    def inherited(self, builder: Builder, state: State, child: str) -> Changes:
        """Return what changes when main starts *child*: it holds what main holds, or what it names."""
        bit = 1 << builder.index[child]
        changes = []
        for end in self.other:
            if state[self._may[end]] & 1:
                changes.append((self._may[end], state[self._may[end]] | bit))
                if child in self._users[end]:
                    changes.append((self._named[end], state[self._named[end]] | bit))
        return tuple(changes)

    def dropped(self, builder: Builder, state: State, actor: str) -> Changes:
        """Return what changes when the process of *actor* has ended."""
        if builder.bursts:
            return ()  # Its process goes on to the next round.
        keep = ~(1 << builder.index[actor])
        return tuple(
            (variable, state[variable] & keep)
            for masks in (self._may, self._named)
            for variable in masks.values()
            if state[variable] & ~keep
        )

    def calls(
        self, builder: Builder, actor: str, step: Step, *, closed: bool, buffers: dict[str, int]
    ) -> list[Instruction]:
        """Return what *step* of *actor* does; *closed* says whether it has closed this end before.

        *buffers* are the sizes of those that it has made.
        """
        end, method = step.target, step.method
        if closed or method in {"fileno", "__enter__"}:
            return [SKIP]
        if method in _CLOSES:
            return [self._close(builder.index[actor], end)]
        if method in _SENDS:
            return self._send(builder, end, step)
        if method in _RECEIVES or method == "poll":
            if end not in self._receiving or end in self._broken:
                return [SKIP]
            if method == "poll":
                waiting = waits(step, block=None, timeout=0, default=0.0)
                return [self._await(builder, end, take=False)] if waiting else [SKIP]
            return self._receive(builder, end, step, buffers)
        raise NotModelledError

    def ready(self, builder: Builder, end: str, state: State) -> tuple[bool, bool]:
        """Return whether *end* may be ready to be received from, and whether it surely is."""
        if state[self._inbox[end]]:
            return True, True
        other = self.other[end]
        return not self._surely_held(builder, other, state), not state[self._may[other]]

    def _surely_held(self, builder: Builder, end: str, state: State) -> bool:
        """Return whether an actor that has steps left holds *end* open."""
        holders = state[self._named[end]]
        return any(
            holders >> at & 1 and 0 <= state[at] < builder.finished[name]
            for name, at in builder.index.items()
        )

    def _close(self, number: int, end: str) -> Instruction:
        keep = ~(1 << number)
        variables = (self._may[end], self._named[end])
        return Instruction(choices=lambda s: (tuple((v, s[v] & keep) for v in variables),))

    def _send(self, builder: Builder, end: str, step: Step) -> list[Instruction]:
        other = self.other[end]
        if other not in self._receiving:
            return [SKIP]  # The wrong direction.
        inbox, may = self._inbox[other], self._may[other]
        if step.method == "send_bytes" and len(step.arguments) > 1 and not _lies_within(step):
            return [SKIP]  # It raises, and sends nothing.

        def choices(state: State) -> Choices:
            sent: Choices = (((inbox, state[inbox] + 1),),) if state[may] else NEVER
            raised: Choices = GO if not self._surely_held(builder, other, state) else NEVER
            return (*sent, *raised)

        send = Instruction(choices=choices, eager=True)
        self._sent[end] += 1
        if sum(self._sizes[end]) <= ROOM:
            return [send]
        sent = self._sizes[end][: self._sent[end]]

        def may_wait(state: State) -> bool:
            unread = state[inbox]
            return bool(state[may] and unread and sum(sent[-unread:]) > ROOM)

        return [send, Instruction(choices=lambda _: GO, unsure=may_wait)]

    def _await(self, builder: Builder, end: str, *, take: bool) -> Instruction:
        inbox = self._inbox[end]

        def choices(state: State) -> Choices:
            if state[inbox]:
                return (((inbox, state[inbox] - 1),),) if take else GO
            return GO if self.ready(builder, end, state)[0] else NEVER

        return Instruction(choices=choices, eager=True, unsure=lambda s: not self.ready(builder, end, s)[1])

    def _receive(self, builder: Builder, end: str, step: Step, buffers: dict[str, int]) -> list[Instruction]:
        """Return what a receive does, which may be refused at once, or break the end for good."""
        if step.keywords:
            raise NotModelledError
        if step.method == "recv_bytes_into" and not _has_place(step, buffers):
            return [SKIP]
        lengths, at = self._lengths[self.other[end]], self._received[end]
        self._received[end] += 1
        if step.method == "recv_bytes" and step.arguments and at < len(lengths):
            length, limit = lengths[at], step.arguments[0]
            if length is None or not isinstance(limit, int):
                raise NotModelledError
            if length > limit:
                # What did not fit stays unread.
                self._broken.add(end)
        return [self._await(builder, end, take=end not in self._broken)]


def _has_place(step: Step, buffers: dict[str, int]) -> bool:
    """Return whether the offset of a receive lies within its buffer; raises NotModelledError."""
    buffer, *offset = step.arguments
    if not isinstance(buffer, dict) or not all(isinstance(n, int) for n in offset):
        raise NotModelledError
    name = buffer["$buffer"][0] if "$buffer" in buffer else buffer.get("$object")
    if name not in buffers:
        raise NotModelledError
    return 0 <= (offset[0] if offset else 0) <= buffers[name]


def _users(builder: Builder, end: str) -> set[str]:
    return {
        actor
        for actor, spec in builder.scenario.actors.items()
        if any(step.target == end or end in mentioned(step) for step in spec.steps)
    }


def _is_sent(step: Step) -> bool:
    """Return whether *step* sends something, if the other end is open; raises NotModelledError."""
    if step.method == "send_bytes" and len(step.arguments) > 1:
        return _lies_within(step)
    return step.method in _SENDS


def _length(step: Step) -> int | None:
    """Return the length of a message as a receiver of bytes sees it, None if that is not known."""
    data, *where = step.arguments
    if step.method != "send_bytes" or not isinstance(data, dict) or "$bytes" not in data:
        return None
    size = int(data["$bytes"][1])
    return int(where[1]) if len(where) > 1 else size - (where[0] if where else 0)


def _lies_within(step: Step) -> bool:
    """Return whether a send of a slice is one of what is there; raises NotModelledError."""
    data, *where = step.arguments
    if not isinstance(data, dict) or "$bytes" not in data or not all(isinstance(n, int) for n in where):
        raise NotModelledError
    size, offset = data["$bytes"][1], where[0]
    length = where[1] if len(where) > 1 else size - offset
    return bool(0 <= offset <= size and 0 <= length <= size - offset)
