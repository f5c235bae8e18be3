"""Who holds an end of a pipe open, and who surely no longer does.

Every process that holds a copy of an end keeps it open.  Under fork a child holds whatever the main
process held when it was started, named or not; so a checker that knows no start method must count
every actor that may hold a copy as one that does.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Final

from mpconform.checkers.pipe_messages import READS, SENDS
from mpconform.checkers.pipe_model import Model, Pipe, last_name, references
from mpconform.values import Operation

__all__ = ("Holders",)

#: What makes no further process, which would inherit ends under fork.
_CHILDLESS: Final = frozenset({
    "Pipe", "Queue", "JoinableQueue", "SimpleQueue", "Lock", "RLock", "Semaphore", "BoundedSemaphore",
    "Condition", "Event", "Barrier", "Value", "Array", "RawValue", "RawArray", "wait", "active_children",
    "cpu_count", "current_process", "parent_process", "get_start_method", "SharedMemory", "ShareableList",
    "Listener", "Client", "answer_challenge", "deliver_challenge",
})  # fmt: skip

_FOREVER: Final = float("inf")


@dataclass(frozen=True)
class Holders:
    """Who holds the ends of *model*'s pipes."""

    model: Model

    def holding(self, end: str, at_ns: int | None) -> Operation | None:
        """Return an operation that shows that some actor surely holds *end* at *at_ns*, or None.

        An actor holds its objects from its first step to its last, unless it begins to close or to
        drop them; so an operation of it that ended after *at_ns* is the evidence.
        """
        if at_ns is None:
            return None
        for actor in self._actors:
            if self._released_by(actor, end, at_ns):
                continue
            evidence = self._alive(actor, at_ns)
            if evidence is not None and self._owns(actor, end, at_ns):
                return evidence
        return None

    def _released_by(self, actor: str, end: str, at_ns: int) -> bool:
        return any(r.actor == actor and r.invoked_ns <= at_ns for r in self.model.releasing[end])

    def _alive(self, actor: str, at_ns: int) -> Operation | None:
        """Return an operation of *actor* that was not over at *at_ns*."""
        operations = self.model.history.by(actor)
        if not operations or operations[0].invoked_ns > at_ns:
            return None
        # An open one is no evidence for the time after its beginning; but main lives in a run that hung.
        hangs = actor == "main" and self.model.history.ended == "hung"
        waiting = next((op for op in operations if hangs and op.open), None)
        return next((op for op in operations if max(op.invoked_ns, op.returned_ns or 0) > at_ns), waiting)

    def _owns(self, actor: str, end: str, at_ns: int) -> bool:
        """Whether *actor* had *end* open from before *at_ns*, as long as it did not release it."""
        model, pipe = self.model, self.model.by_end[end]
        if actor == pipe.maker_of(end):
            made = pipe.made_by(end)
            return made is None or (made.returned_ns is not None and made.returned_ns <= at_ns)
        uses = [op for op in model.on(end, *SENDS, *READS, "poll", "fileno") if op.actor == actor and op.ok]
        if any(op.invoked_ns >= at_ns for op in uses) and not self._received(actor, end):
            return True
        starts = self._starts(actor)
        if not starts or actor not in self._named.get(end, ()) or self._received(actor, end):
            return False
        # Main may have closed the end before it gave it to the actor.
        return not any(
            r.actor == pipe.maker_of(end)
            and any(start.returned_ns is None or r.invoked_ns <= start.returned_ns for start in starts)
            for r in model.releasing[end]
        )

    def _received(self, actor: str, end: str) -> bool:
        return any(a == actor and key == end for (a, _), key in self.model.names.items())

    def released(self, end: str, before_ns: int | None) -> tuple[Operation, ...] | None:
        """Return the operations that show that every copy of *end* was surely closed before *before_ns*.

        With None the question is whether it was ever closed.  None is the answer if any process may
        have held a copy.  The last of the operations that returned comes last.
        """
        pipe, limit = self.model.by_end[end], _FOREVER if before_ns is None else before_ns
        if end in self.model.gifts or self._other_processes:
            return None
        maker = pipe.maker_of(end)
        # Whoever made one end of a connection may as well have ended.
        own = self._closed(maker, end, limit) or (self._dead(maker, limit) if pipe.second else None)
        if own is None:
            return None
        shown = [own]
        for actor in self._actors:
            if actor != maker and self._may_have_inherited(actor, pipe, end, own):
                ended = self._closed(actor, end, limit) or self._dead(actor, limit)
                if ended is None:
                    return None
                shown.append(ended)
        return tuple(sorted(shown, key=lambda op: op.returned_ns or 0))

    def _may_have_inherited(self, actor: str, pipe: Pipe, end: str, own: Operation) -> bool:
        if pipe.maker_of(end) != "main":
            return False
        made = pipe.made_by(end)
        return any(
            not own.precedes(start) and not (made is not None and start.precedes(made))
            for start in self._starts(actor)
        )

    def _closed(self, actor: str, end: str, limit: float) -> Operation | None:
        """Return the operation by which *actor* surely closed its copy, over before *limit*."""
        closing = (r for r in self.model.releasing[end] if r.actor == actor and r.ok and r.target)
        return next((r for r in closing if (r.returned_ns or 0) < limit), None)

    def _dead(self, actor: str, limit: float) -> Operation | None:
        """Return the operation that showed that the process of *actor* had ended, over before *limit*."""
        for op in self.model.history.operations:
            joined = op.target == actor and op.method == "join" and _unlimited(op)
            awaited = op.target == "" and op.method == "await_exit" and actor in _names(op)
            if op.ok and (joined or awaited) and (op.returned_ns or 0) < limit:
                return op
        return None

    @cached_property
    def _actors(self) -> tuple[str, ...]:
        return tuple(self.model.history.scenario.actors)

    def _starts(self, actor: str) -> list[Operation]:
        return [op for op in self.model.history.on(actor, "start") if op.actor == "main"]

    @cached_property
    def _named(self) -> dict[str, set[str]]:
        """For each end the actors that were given it, because their steps name it."""
        named: dict[str, set[str]] = {}
        for actor, spec in self.model.history.scenario.actors.items():
            for step in spec.steps:
                for name in (step.target, *references([*step.arguments, *step.keywords.values()])):
                    named.setdefault(name, set()).add(actor)
        for end in self.model.by_end:
            for op in self.model.on(end):
                named.setdefault(end, set()).add(op.actor)
        return named

    @cached_property
    def _other_processes(self) -> bool:
        """Whether there may have been processes besides the actors."""
        history = self.model.history
        made = [last_name(spec.factory) for spec in history.scenario.objects.values()]
        made += [last_name(op.method) for op in history.operations if op.target == "@"]
        started = (op for op in history.operations if op.method == "start")
        return not _CHILDLESS.issuperset(made) or any(
            op.actor != "main" or op.target not in self._actors for op in started
        )


def _unlimited(op: Operation) -> bool:
    return op.timeout_s is None and not op.arguments and op.keywords.get("timeout") is None


def _names(op: Operation) -> tuple[str, ...]:
    names = op.arguments[0] if op.arguments else ()
    return tuple(names) if isinstance(names, list | tuple) else (names,)
