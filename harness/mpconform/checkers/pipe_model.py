"""The pipes of a history: their ends, by whatever names the actors know them, and their directions.

A pipe is an object of the scenario, or was bound in a step; its ends are then known by the names
that ``__getitem__`` bound.  A connection between a listener and a client is one too, if it is certain who
met whom.  An end that was sent through another pipe is known to the receiver by
the name that the receiving step bound.

What the documentation leaves undefined is left alone: if two actors used one end at the same time,
the pipe is not judged at all; what follows a torn message is not judged either.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property

from mpconform.checkers.once import once
from mpconform.checkers.pipe_messages import READS, SENDS, Message, message_of
from mpconform.meetings import Meeting, meetings
from mpconform.values import History, Json, Operation, Step

__all__ = ("Direction", "Model", "Pipe", "last_name", "model_of", "references", "releases")


def last_name(dotted: str) -> str:
    """Return the last part of a dotted name."""
    return dotted.rpartition(".")[2]


def references(value: Json) -> Iterator[str]:
    """Yield the names that an argument refers to by ``$object``."""
    if isinstance(value, dict):
        name = value.get("$object")
        if isinstance(name, str):
            yield name
        for inner in value.values():
            yield from references(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from references(inner)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pipe:
    """One pipe: its two *ends* in the order in which they were made, and who made it.

    The pipe of an unpacked object has the names of its ends as keys; that of a step has keys that
    no actor uses as a name.  *made* is the operation that made it, if it is recorded.

    The ends of a connection between a listener and a client were made one by one: *second* made the second.
    """

    ends: tuple[str, str]
    duplex: bool
    maker: str
    made: Operation | None = None
    second: Operation | None = None

    def maker_of(self, end: str) -> str:
        """Return the actor that had *end* first."""
        return self.second.actor if self.second is not None and end == self.ends[1] else self.maker

    def made_by(self, end: str) -> Operation | None:
        """Return the operation that made *end*, if it is recorded."""
        return self.second if self.second is not None and end == self.ends[1] else self.made

    def peer(self, end: str) -> str:
        """Return the other end."""
        return self.ends[1] if end == self.ends[0] else self.ends[0]

    def readable(self, end: str) -> bool:
        """Return whether messages can be received from *end*."""
        return self.duplex or end == self.ends[0]

    def writable(self, end: str) -> bool:
        """Return whether messages can be sent to *end*."""
        return self.duplex or end == self.ends[1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Direction:
    """One direction of a pipe: what was written to *writer*, and the receives on *reader*, in order."""

    pipe: Pipe
    writer: str
    reader: str
    messages: tuple[Message, ...]
    reads: tuple[Operation, ...]

    @property
    def torn(self) -> bool:
        """Whether a part of a message may be in it."""
        return any(message.torn for message in self.messages)


def releases(op: Operation) -> bool:
    """Return whether *op* may have closed the end that it was called on.

    A message over ``maxlength`` makes the end unreadable, and may close it.
    """
    if op.method in ("close", "__exit__"):
        return True
    return op.method == "recv_bytes" and op.raised("OSError") and bool(op.arguments or op.keywords)


@dataclass(frozen=True)
class Model:
    """The pipes of *history*, and which operations touched which end."""

    history: History
    #: The ends that actors received through pipes, by (actor, name) ...
    aliases: dict[tuple[str, str], str] = field(default_factory=dict)
    #: ... and those ends of which it is known where each copy went.
    followed: frozenset[str] = frozenset()

    @cached_property
    def pipes(self) -> tuple[Pipe, ...]:
        """All pipes, those of the scenario's objects first."""
        return (*self._object_pipes(), *self._step_pipes(), *(pipe for pipe, _ in self._connected))

    def _object_pipes(self) -> Iterator[Pipe]:
        for name, spec in self.history.scenario.objects.items():
            if last_name(spec.factory) == "Pipe" and len(spec.unpack) == 2:
                made = next((op for op in self.history.on(name) if op.step == -1), None)
                if made is None or made.ok:
                    first, second = spec.unpack
                    duplex = _duplex(spec.arguments, spec.keywords)
                    yield Pipe(ends=(first, second), duplex=duplex, maker="main", made=made)

    def _step_pipes(self) -> Iterator[Pipe]:
        for op in self.history.operations:
            step = self.step_of(op)
            if op.target == "@" and last_name(op.method) == "Pipe" and op.ok and step and step.bind:
                root = f"{op.actor}/{op.step}/{step.bind}"
                duplex = _duplex(op.arguments, op.keywords)
                yield Pipe(ends=(f"{root}[0]", f"{root}[1]"), duplex=duplex, maker=op.actor, made=op)

    @cached_property
    def _connected(self) -> tuple[tuple[Pipe, Meeting], ...]:
        """The connections between listeners and clients of the backend, each with who met there."""
        found = []
        for meeting in meetings(self.history):
            accept, connect = meeting.accept, meeting.connect
            plain = meeting.door.plain or not connect.target
            if meeting.met and meeting.server and meeting.client and not plain:
                ends = (
                    f"{accept.actor}/{accept.step}/{meeting.server}",
                    f"{connect.actor}/{connect.step}/{meeting.client}",
                )
                pipe = Pipe(ends=ends, duplex=True, maker=accept.actor, made=accept, second=connect)
                found.append((pipe, meeting))
        return tuple(found)

    def step_of(self, op: Operation) -> Step | None:
        """Return the step that *op* was, if the scenario has it."""
        actor = self.history.scenario.actors.get(op.actor)
        return actor.steps[op.step] if actor and 0 <= op.step < len(actor.steps) else None

    @cached_property
    def by_end(self) -> dict[str, Pipe]:
        """The pipe of each end."""
        return {end: pipe for pipe in self.pipes for end in pipe.ends}

    @cached_property
    def names(self) -> dict[tuple[str, str], str]:
        """The end that each actor knows by each bound name."""
        names = dict(self.aliases)
        for pipe, meeting in self._connected:
            names[meeting.accept.actor, meeting.server] = pipe.ends[0]
            names[meeting.connect.actor, meeting.client] = pipe.ends[1]
        for pipe in self.pipes:
            root, bracket, _ = pipe.ends[0].rpartition("[0]")
            if not bracket or pipe.made is None:
                continue
            tuple_name = root.rpartition("/")[2]
            for op in self.history.on(tuple_name, "__getitem__"):
                step = self.step_of(op)
                if (
                    op.actor == pipe.maker
                    and op.ok
                    and step
                    and step.bind
                    and op.arguments[0] in (0, 1, -1, -2)
                ):
                    names[op.actor, step.bind] = pipe.ends[op.arguments[0]]
        for actor, spec in self.history.scenario.actors.items():
            for step in spec.steps:
                key = names.get((actor, step.target), step.target)
                if step.method == "__enter__" and step.bind and key in self.by_end:
                    names[actor, step.bind] = key
        return names

    def end(self, actor: str, name: str) -> str | None:
        """Return the key of the end that *actor* means by *name*, or None if it is no end."""
        key = self.names.get((actor, name), name)
        return key if key in self.by_end else None

    def socket(self, actor: str, name: str) -> str | None:
        """Return *name* if *actor* means a plain socket by it that it never closed, else None."""
        own = self.history.by(actor)
        made = any(
            not op.target
            and op.method == "wire"
            and op.ok
            and (step := self.step_of(op))
            and step.bind == name
            for op in own
        )
        return None if not made or any(op.target == name and op.method == "close" for op in own) else name

    @cached_property
    def _touching(self) -> dict[str, list[Operation]]:
        touching: dict[str, list[Operation]] = defaultdict(list)
        for op in self.history.operations:
            key = self.end(op.actor, op.target)
            if key is not None and op.step != -1:
                touching[key].append(op)
        return touching

    def on(self, end: str, *methods: str) -> list[Operation]:
        """Return the operations on *end*, under whatever name, in order."""
        return [op for op in self._touching.get(end, ()) if not methods or op.method in methods]

    @cached_property
    def releasing(self) -> dict[str, list[Operation]]:
        """For each end the operations that may have closed it in the process of their actor."""
        found = {end: [op for op in self.on(end) if releases(op)] for end in self.by_end}
        for op in self.history.operations:
            if op.target == "" and op.method == "collect":
                plain = (name for name in op.arguments if isinstance(name, str))
                for name in (*plain, *references([*op.arguments])):
                    key = self.end(op.actor, name)
                    if key is not None:
                        found[key].append(op)
        return found

    def closed_before(self, op: Operation, end: str) -> Operation | None:
        """Return the release of *end* that *op*'s actor began before *op*, if there is one."""
        earlier = (r for r in self.releasing[end] if r.actor == op.actor and r.invoked_ns < op.invoked_ns)
        return next(earlier, None)

    def perhaps_closed(self, op: Operation, end: str) -> bool:
        """Return whether *end* may have been closed in the process of *op*'s actor when *op* began.

        Either by the actor itself, or by the maker before the actor got it.
        """
        if self.closed_before(op, end) is not None:
            return True
        maker = self.by_end[end].maker_of(end)
        starts = [start.returned_ns or start.invoked_ns for start in self.history.on(op.actor, "start")]
        given_by = max(starts, default=op.invoked_ns)
        return op.actor != maker and any(
            r.actor == maker and r.invoked_ns <= given_by for r in self.releasing[end]
        )

    @cached_property
    def gifts(self) -> dict[str, list[Operation]]:
        """For each end the operations that gave it away, so that copies of it may be anywhere."""
        found: dict[str, list[Operation]] = defaultdict(list)
        for op in self.history.operations:
            if last_name(op.method) != "wait" and op.target:
                for name in references([*op.arguments, *op.keywords.values()]):
                    key = self.end(op.actor, name)
                    if key is not None:
                        found[key].append(op)
        return found

    @cached_property
    def _shadowed(self) -> frozenset[str]:
        """Ends whose name an actor may have bound to something else."""
        bound = [
            (name, step.bind)
            for name, actor in self.history.scenario.actors.items()
            for step in actor.steps
            if step.bind
        ]
        twice = {self.names[pair] for pair in self.names if bound.count(pair) > 1}
        return frozenset({name for _, name in bound if name in self.by_end} | twice)

    def contended(self, pipe: Pipe) -> bool:
        """Return whether two actors used an end of *pipe* at the same time: the documentation warns of it.

        Intervals are closed, so operations that touch count as simultaneous.  O(n).
        """
        return any(_overlapping(self.on(end, *SENDS, *READS)) for end in pipe.ends)

    @cached_property
    def directions(self) -> tuple[Direction, ...]:
        """The directions of all pipes whose use is defined, in order."""
        found: list[Direction] = []
        for pipe in self.pipes:
            if self.contended(pipe) or any(self._obscure(end) for end in pipe.ends):
                continue
            writers = (end for end in reversed(pipe.ends) if pipe.writable(end))
            found += [self._direction(pipe, writer) for writer in writers]
        return tuple(found)

    def _obscure(self, end: str) -> bool:
        return end in self._shadowed or (end in self.gifts and end not in self.followed)

    def _direction(self, pipe: Pipe, writer: str) -> Direction:
        reader = pipe.peer(writer)
        sends = [op for op in self.on(writer, *SENDS) if not self._refused(op, writer)]
        reads = [op for op in self.on(reader, *READS) if not self._refused(op, reader)]
        messages = tuple(message_of(op) for op in sends)
        return Direction(pipe=pipe, writer=writer, reader=reader, messages=messages, reads=tuple(reads))

    def _refused(self, op: Operation, end: str) -> bool:
        """Whether *op* may have raised because *end* was closed in its process: it touched no message."""
        return op.raised("OSError") and self.perhaps_closed(op, end)

    def direction_to(self, end: str) -> Direction | None:
        """Return the direction whose messages are received from *end*."""
        return next((d for d in self.directions if d.reader == end), None)


def _duplex(arguments: Iterable[Json], keywords: dict[str, Json]) -> bool:
    return bool(next(iter(arguments), keywords.get("duplex", True)))


def _overlapping(operations: list[Operation]) -> bool:
    latest: dict[str, Operation] = {}
    for op in operations:
        if any(actor != op.actor and not other.precedes(op) for actor, other in latest.items()):
            return True
        latest[op.actor] = op
    return False


@once
def model_of(history: History) -> Model:
    """Return the pipes of *history*, with ends followed where they were sent through other pipes.

    An end is followed if every operation that gave it away was a send whose receive is certain.
    A pipe with an end that cannot be followed has no directions: nothing is said about it.  O(n).
    """
    plain = Model(history)
    if not plain.gifts:
        return plain
    aliases: dict[tuple[str, str], str] = {}
    settled: list[Operation] = []
    for direction in plain.directions:
        for message, read in _received_in_turn(direction):
            settled.append(message.send)
            step = plain.step_of(read) if read is not None else None
            for name in references([*message.send.arguments]):
                key = plain.end(message.send.actor, name)
                if key is not None and read is not None and step and step.bind:
                    aliases[read.actor, step.bind] = key
    followed = {key for key, gifts in plain.gifts.items() if all(gift in settled for gift in gifts)}
    return Model(history, aliases, frozenset(followed))


def _received_in_turn(direction: Direction) -> Iterator[tuple[Message, Operation | None]]:
    """Yield each message with its receive, None if it was never received, as far as that is certain."""
    reads = iter(direction.reads)
    for message in direction.messages:
        read = next(reads, None)
        if not message.certain or (read is not None and not read.ok):
            return
        yield message, read
