"""Conditions as a history shows them: who held the lock when, who waited, and who notified.

A wait gives the lock up and has it again when it returns, so that an actor's operations cut its time into
critical *sections*.  Two sections of one lock do not overlap; hence, of any two, what is recorded tells which
came first (`Section.before`), and with it which waits had begun, and surely released the lock, when somebody
notified.  That the order is a real one rests on the lock: where sections do overlap, `Group.sound` is False,
and nothing is concluded from an order that there is not.
"""

from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

from mpconform.checkers.memory_regions import mentioned
from mpconform.checkers.once import once
from mpconform.values import History, Operation

__all__ = (
    "ENTER",
    "GRAIN_NS",
    "LEAVE",
    "Group",
    "Notify",
    "Section",
    "Waiting",
    "groups",
    "passed_on",
    "timeout_ns",
)

ENTER = frozenset({"acquire", "__enter__"})
LEAVE = frozenset({"release", "__exit__"})
#: What a clock and a scheduler may be wrong by.
GRAIN_NS = 2_000_000
_NEVER = 1 << 62


@dataclass(slots=True, kw_only=True, eq=False)
class Section:
    """One actor holds the lock: surely from *since_ns* to *until_ns*.

    *taken* is what gave it the lock: an acquire, a wait, or the call of a predicate inside of `wait_for`.
    *given* is what ended that; None if nothing did.  *depth* is how often it had the lock at the end.
    """

    actor: str
    taken: Operation
    since_ns: int
    until_ns: int
    given: Operation | None = None
    depth: int = 1
    #: Further acquires and releases inside, in order.
    inner: list[Operation] = field(default_factory=list)

    def before(self, other: "Section") -> bool:
        """Whether this one surely came before *other*: the lock was taken before the other gave it up."""
        return self is not other and self.since_ns < other.until_ns

    def overlaps(self, other: "Section") -> bool:
        """Whether both surely held the lock at one instant."""
        return max(self.since_ns, other.since_ns) < min(self.until_ns, other.until_ns)


@dataclass(slots=True, kw_only=True, eq=False)
class Notify:
    """A notify of up to *most* waits of condition *name* (None: of all), called in *section*."""

    op: Operation
    name: str
    most: int | None
    section: Section


@dataclass(slots=True, kw_only=True, eq=False)
class Waiting:
    """A wait on condition *name*, or one stretch of a `wait_for`: between two sections of one actor.

    *after* is None if it never came back.  *depth* is how often its actor had the lock.
    *stretch* says that it is part of a `wait_for`, which may wait or not.
    """

    op: Operation
    name: str
    before: Section
    after: Section | None
    depth: int
    stretch: bool = False

    @property
    def woken(self) -> bool:
        """Whether it says that it was notified."""
        return not self.stretch and self.op.ok and self.op.result is True

    @property
    def expired(self) -> bool:
        """Whether it says that its time was over."""
        return not self.stretch and self.op.ok and self.op.result is False

    @property
    def deadline_ns(self) -> int:
        """Before this it has no right to give up."""
        limit = timeout_ns(self.op)
        return _NEVER if limit is None else self.op.invoked_ns + limit

    def may_hear(self, notify: Notify) -> bool:
        """Whether it may have been waiting when *notify* took effect."""
        if notify.name != self.name or notify.section in (self.before, self.after):
            return False
        if notify.section.before(self.before):
            return False
        return self.after is None or not self.after.before(notify.section)

    def surely_begun(self, notify: Notify) -> bool:
        """Whether it surely had released the lock, to wait, before *notify* was called."""
        return notify.name == self.name and self.before.before(notify.section)


@dataclass(slots=True, kw_only=True, eq=False)
class Group:
    """The conditions that share one lock, with everything that was done to it.

    *lock* is its name (that of the condition, if it has its own), *kind* ``"Lock"`` or ``"RLock"``.
    *refused* are releases that raised though their actor had the lock.  *sound* is whether sections exclude
    each other and nothing else happened to the lock, so that their order means something.
    """

    lock: str
    kind: str
    conditions: tuple[str, ...]
    operations: tuple[Operation, ...]
    sections: list[Section] = field(default_factory=list)
    waits: list[Waiting] = field(default_factory=list)
    notifies: list[Notify] = field(default_factory=list)
    refused: list[tuple[Operation, Section]] = field(default_factory=list)
    #: Acquires that never returned, and those that returned False, with the section of an owner that tried
    #: again.
    pending: list[tuple[Operation, Section | None]] = field(default_factory=list)
    failed: list[tuple[Operation, Section | None]] = field(default_factory=list)
    #: Operations that need the lock, called by an actor that surely had it not.
    unowned: list[Operation] = field(default_factory=list)
    clear: bool = True
    #: Somebody used the lock without having it, and was let: its owner may have lost it by that.
    foreign: bool = False

    @property
    def own(self) -> bool:
        """Whether its one condition was made without a lock."""
        return self.lock in self.conditions

    @property
    def sound(self) -> bool:
        """Whether the order of its sections is certain."""
        return self.clear and not self.refused and not any(True for _ in self.overlaps())

    def overlaps(self) -> Iterable[tuple[Section, Section]]:
        """Yield the pairs of sections of two actors that were held at one instant."""
        ordered = [] if self.foreign else sorted(self.sections, key=lambda one: one.since_ns)
        latest: Section | None = None
        for one in ordered:
            if latest is not None and latest.actor != one.actor and latest.overlaps(one):
                yield latest, one
            if latest is None or one.until_ns > latest.until_ns:
                latest = one

    def heard_by(self, wait: Waiting) -> list[Notify]:
        """Return the notifies that *wait* may have heard, in the order of their sections."""
        return [one for one in self.notifies if wait.may_hear(one)]


def timeout_ns(op: Operation) -> int | None:
    """Return the timeout of a wait, or None if it waits for ever."""
    given = op.timeout_s if op.timeout_s is not None else op.keywords.get("timeout")
    place = 1 if op.method in {"wait_for", "acquire"} else 0
    if given is None and len(op.arguments) > place:
        given = op.arguments[place]
    return None if given is None else max(0, int(given * 1e9))


def passed_on(history: History, names: AbstractSet[str]) -> bool:
    """Return whether one of *names* was an argument of a call: whoever gets it may do anything with it."""
    return any(
        name in names
        for op in history.operations
        if op.step >= 0
        for name, _ in mentioned([*op.arguments, *op.keywords.values()])
    )


@once
def groups(history: History) -> tuple[Group, ...]:
    """Return the groups of the conditions of *history*.  O(operations x actors)."""
    objects = history.scenario.objects
    locks: dict[str, list[str]] = {}
    for name, spec in objects.items():
        if spec.factory == "Condition":
            given = [*spec.arguments, *spec.keywords.values()]
            lock = given[0]["$object"] if given and isinstance(given[0], dict) else name
            locks.setdefault(lock, []).append(name)
    found = []
    for lock, conditions in locks.items():
        kind = "RLock" if lock in conditions else objects[lock].factory
        names = {lock, *conditions}
        operations = tuple(op for op in history.operations if op.target in names and op.step >= 0)
        group = Group(lock=lock, kind=kind, conditions=tuple(conditions), operations=operations)
        group.foreign = passed_on(history, names)
        group.clear = not group.foreign
        for actor in history.scenario.actor_names:
            _Reader(group, actor).read([op for op in operations if op.actor == actor])
        group.sections.sort(key=lambda one: one.since_ns)
        group.notifies.sort(key=lambda one: (one.section.since_ns, one.op.invoked_ns))
        found.append(group)
    return tuple(found)


class _Reader:
    """Cuts the operations of one actor into sections."""

    def __init__(self, group: Group, actor: str) -> None:
        self._group = group
        self._actor = actor
        self._section: Section | None = None
        self._depth = 0

    def read(self, operations: list[Operation]) -> None:
        """Read them in order; what follows on something that makes no sense is left out."""
        for op in operations:
            if op.method == "predicate":
                continue
            if op.method == "wait_for":
                within = [
                    one
                    for one in operations
                    if one.method == "predicate" and one.step == op.step and _inside(one, op)
                ]
                known = self._wait_for(op, within)
            else:
                known = self._take(op)
            if not known:
                self._group.clear = False
                return

    def _take(self, op: Operation) -> bool:
        if op.method in ENTER:
            return self._enter(op)
        if op.method in LEAVE:
            return self._leave(op)
        if self._section is None:
            if op.method in {"wait", "notify", "notify_all"}:
                return self._without(op)
            return True
        self._section.until_ns = max(self._section.until_ns, op.invoked_ns)
        if op.method == "wait":
            return self._wait(op)
        if op.method in {"notify", "notify_all"}:
            most = _most(op)
            self._group.notifies.append(Notify(op=op, name=op.target, most=most, section=self._section))
            if op.returned_ns is not None:
                self._section.until_ns = op.returned_ns
            return op.outcome != "raised"
        return True

    def _without(self, op: Operation) -> bool:
        """Note what needs the lock, of an actor that has it not."""
        self._group.unowned.append(op)
        refused = op.outcome == "raised"
        self._group.foreign = self._group.foreign or not refused
        return refused

    def _enter(self, op: Operation) -> bool:
        if op.open:
            self._group.pending.append((op, self._section))
            return True
        if op.outcome == "raised":
            return True
        if op.result is False:
            self._group.failed.append((op, self._section))
            return True
        self._depth += 1
        if self._section is None:
            self._begin(op, op.returned_ns or 0)
        else:
            self._section.inner.append(op)
            self._section.until_ns = max(self._section.until_ns, op.returned_ns or 0)
            self._section.depth = self._depth
        return True

    def _leave(self, op: Operation) -> bool:
        section = self._section
        if section is None:
            return self._without(op)
        section.until_ns = max(section.until_ns, op.invoked_ns)
        if op.outcome == "raised":
            self._group.refused.append((op, section))
            return False
        self._depth -= 1
        section.inner.append(op)
        if self._depth == 0:
            section.given = op
            self._section = None
        return True

    def _wait(self, op: Operation) -> bool:
        section = self._section
        assert section is not None
        section.given = op
        if op.outcome == "raised":
            return False
        after = None if op.open else self._begin(op, op.returned_ns or 0)
        self._group.waits.append(
            Waiting(op=op, name=op.target, before=section, after=after, depth=self._depth)
        )
        return True

    def _wait_for(self, op: Operation, within: list[Operation]) -> bool:
        if self._section is None:
            return self._without(op)
        self._section.until_ns = max(self._section.until_ns, op.invoked_ns)
        for n, call in enumerate(within):
            if n:
                before = self._section
                self._stretch(op, before, self._begin(call, call.invoked_ns))
            self._section.until_ns = max(self._section.until_ns, call.returned_ns or call.invoked_ns)
        if op.outcome == "raised":
            return False
        last = within[-1] if within else None
        if last is not None and last.ok and last.result:
            if op.returned_ns is not None:
                self._section.until_ns = op.returned_ns
            return True
        before = self._section
        self._stretch(op, before, None if op.open else self._begin(op, op.returned_ns or 0))
        return True

    def _stretch(self, op: Operation, before: Section, after: Section | None) -> None:
        """Note that *op* may have waited between the sections *before* and *after*."""
        before.given = op
        wait = Waiting(op=op, name=op.target, before=before, after=after, depth=self._depth, stretch=True)
        self._group.waits.append(wait)

    def _begin(self, taken: Operation, since_ns: int) -> Section:
        section = Section(
            actor=self._actor, taken=taken, since_ns=since_ns, until_ns=since_ns, depth=self._depth
        )
        self._section = section
        self._group.sections.append(section)
        return section


def _inside(call: Operation, op: Operation) -> bool:
    return op.invoked_ns <= call.invoked_ns and (op.returned_ns is None or call.invoked_ns <= op.returned_ns)


def _most(op: Operation) -> int | None:
    if op.method == "notify_all":
        return None
    given = op.arguments[0] if op.arguments else op.keywords.get("n", 1)
    return int(given)
