"""Which referents a history shows, and what was asked of each, through whatever proxy."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from mpconform.checkers.manager_asking import asked_of
from mpconform.checkers.manager_models import Asked
from mpconform.checkers.manager_values import Ref, Unclear, Value, frozen
from mpconform.checkers.once import once
from mpconform.values import History, Json, Operation

__all__ = ("FACTORIES", "Reading", "Referent", "Use", "bound_to", "managed", "read")

#: What makes a manager.
FACTORIES = frozenset({"Manager", "managers.SyncManager", "managers.BaseManager", "custom.Manager"})
#: Objects of which there is one for each name in a server's process, whoever asks for it.
_COMMON = {"shared_dict": "dict", "shared_list": "list"}
_STORING = frozenset(
    {"__setitem__", "append", "insert", "extend", "put", "put_nowait", "setdefault", "update"}
)
_KEYED_FETCHES = frozenset({"__getitem__", "get", "pop", "setdefault"})
_ANY = ("any key",)


@dataclass(slots=True, eq=False)
class Use:
    """One operation on a referent; *asked* is None if a checker cannot know what it did.

    *nested* says that it was by a proxy that the actor had fetched from another referent.
    """

    op: Operation
    asked: Asked | None
    nested: bool = False


@dataclass(slots=True, eq=False)
class Referent:
    """An object in a server's process, made by *op* (None: it was there before), and its uses in order.

    *clouded* says that not all of its uses, or not its first contents, are known.
    """

    name: str
    kind: str
    op: Operation | None
    arguments: tuple[Value, ...] = ()
    keywords: dict[str, Value] = field(default_factory=dict)
    uses: list[Use] = field(default_factory=list)
    clouded: bool = False
    #: What was stored in it: key (or that it may be any) and argument.
    stored: list[tuple[object, Json]] = field(default_factory=list)


@dataclass(slots=True)
class Manager:
    """A manager, as one actor has it."""

    op: Operation | None


_UNKNOWN = object()
Meaning = Referent | Manager | object


@dataclass(slots=True, eq=False)
class Reading:
    """All referents of a history, and the operations on managers by the name of the manager's object."""

    referents: list[Referent] = field(default_factory=list)
    managed: list[Operation] = field(default_factory=list)


def bound_to(history: History, op: Operation) -> str:
    """Return the name to which the actor of *op* bound its result; empty for none."""
    actor = history.scenario.actors.get(op.actor)
    if actor is None or not 0 <= op.step < len(actor.steps):
        return ""
    return actor.steps[op.step].bind


def managed(history: History) -> tuple[Referent, ...]:
    """Return the referents of *history*; quickly none if it has no manager."""
    if any(spec.factory in FACTORIES for spec in history.scenario.objects.values()) or any(
        op.method in FACTORIES for op in history.operations
    ):
        return tuple(read(history).referents)
    return ()


@once
def read(history: History) -> Reading:
    """Return what *history* shows of managers and their referents.

    A proxy that was fetched from a referent is known if nothing else can have been there.  O(n).
    """
    # In the first pass it is learnt what is stored where; what is fetched meanwhile may have come later.
    first = _Reader(history, {})
    first.run()
    stored = {referent.name: referent.stored for referent in first.reading.referents}
    second = _Reader(history, stored)
    second.run()
    return second.reading


class _Reader:
    def __init__(self, history: History, stored: dict[str, list[tuple[object, Json]]]) -> None:
        self._history = history
        self._stored = stored
        self._shared: dict[str, Meaning] = {}
        self._own: dict[str, dict[str, Meaning]] = {}
        self._common: dict[str, Referent] = {}
        #: Actors and names of proxies that they fetched from a referent.
        self._fetched: set[tuple[str, str]] = set()
        self._servers = 0
        self.reading = Reading()
        for name, spec in history.scenario.objects.items():
            if spec.factory in FACTORIES:
                # Of a later round there is no operation that makes it.
                self._shared[name] = Manager(None)

    def run(self) -> None:
        for op in self._history.operations:
            self._take(op)
        if self._servers > 1:
            for referent in self._common.values():
                referent.clouded = True

    def _meaning(self, actor: str, name: str) -> Meaning | None:
        own = self._own.get(actor, {})
        return own[name] if name in own else self._shared.get(name)

    def _take(self, op: Operation) -> None:
        bound = bound_to(self._history, op)
        made: Meaning | None = None
        spec = self._history.scenario.objects.get(op.target) if op.step == -1 else None
        if spec is not None:
            maker = self._shared.get(spec.maker)
            if op.method in FACTORIES:
                made = Manager(op)
            elif isinstance(maker, Manager) and op.ok:
                made = self._make(op, op.method.partition(".")[2], op.target)
            if made is not None and op.ok:
                self._shared[op.target] = made
            return
        if op.target == "@":
            made = Manager(op) if op.method in FACTORIES else None
        elif op.target:
            made = self._called(op, self._meaning(op.actor, op.target), bound)
        if bound and not op.open and op.outcome == "ok":
            self._own.setdefault(op.actor, {})[bound] = made if made is not None else _UNKNOWN

    def _called(self, op: Operation, subject: Meaning | None, bound: str) -> Meaning | None:
        if isinstance(subject, Manager):
            self.reading.managed.append(op)
            self._servers += op.method in {"start", "get_server", "__enter__"}
            if op.method == "__enter__":
                return subject
            if op.method[0] in "._" or not op.ok or not bound or op.method in _LIFE:
                return None
            return self._make(op, op.method, f"{op.actor}'s {bound}")
        if isinstance(subject, Referent):
            return self._use(op, subject, bound)
        self._cloud(op)
        return None

    def _cloud(self, op: Operation) -> None:
        """Note that something unknown was done, perhaps with proxies among its arguments."""
        for name in _names([*op.arguments, *op.keywords.values()]):
            meaning = self._meaning(op.actor, name)
            if isinstance(meaning, Referent) and op.target and op.method not in {"__eq__", "__ne__"}:
                meaning.clouded = True

    def _make(self, op: Operation, kind: str, name: str) -> Referent:
        if kind in _COMMON:
            label = f"{kind} {op.arguments[0] if op.arguments else ''}"
            if label not in self._common:
                self._common[label] = Referent(label, _COMMON[kind], None)
                self.reading.referents.append(self._common[label])
            return self._common[label]
        referent = Referent(name, kind, op)
        try:
            referent.arguments = tuple(self._frozen(op, one) for one in op.arguments)
            referent.keywords = {key: self._frozen(op, one) for key, one in op.keywords.items()}
        except Unclear:
            referent.clouded = True
        for given in op.arguments:
            pairs = given["$dict"].items() if isinstance(given, dict) and "$dict" in given else ()
            referent.stored += [*pairs]
            referent.stored += [(_ANY, one) for one in (given if isinstance(given, (list, tuple)) else ())]
        self.reading.referents.append(referent)
        return referent

    def _frozen(self, op: Operation, argument: Json) -> Value:
        def resolve(name: str) -> Value:
            meaning = self._meaning(op.actor, name)
            if isinstance(meaning, Referent):
                return Ref(meaning.name)
            raise Unclear

        return frozen(argument, resolve)

    def _use(self, op: Operation, referent: Referent, bound: str) -> Meaning | None:
        arguments = op.arguments
        if op.method in _STORING:
            keyed = (
                referent.kind == "dict" and op.method in {"__setitem__", "setdefault"} and len(arguments) > 1
            )
            key = arguments[0] if keyed else _ANY
            referent.stored += [(key, one) for one in _flat(arguments[1:] if keyed else arguments)]
        if referent.kind == "dict" and op.method == "pop" and len(arguments) > 1:
            referent.stored.append((arguments[0], arguments[1]))
        try:
            asked = asked_of(referent.kind, op, lambda one: self._frozen(op, one))
        except Unclear:
            asked = None
        nested = (op.actor, op.target) in self._fetched
        referent.uses.append(Use(op, asked, nested))
        return self._fetch(op, referent, bound) if bound and op.ok else None

    def _fetch(self, op: Operation, referent: Referent, bound: str) -> Meaning | None:
        """Return what the actor of *op* got from *referent*, if it is a proxy."""
        key = op.arguments[0] if op.method in _KEYED_FETCHES and op.arguments else _ANY
        stored = [one for at, one in self._stored.get(referent.name, ()) if _ANY in (at, key) or at == key]
        found = [self._named(one) for one in stored]
        proxies = [one for one in found if isinstance(one, Referent)]
        if not proxies:
            return None
        if len(set(map(id, proxies))) == 1 and len(proxies) == len(found):
            self._fetched.add((op.actor, bound))
            return proxies[0]
        for one in proxies:
            one.clouded = True
        return _UNKNOWN

    def _named(self, value: Json) -> Meaning | None:
        """Return the referent of a proxy that was stored; it is known by a name that all actors share."""
        if not isinstance(value, dict) or "$object" not in value:
            return None
        name = value["$object"]
        if name in self._shared:
            return self._shared[name]
        owners = [known[name] for known in self._own.values() if name in known]
        return owners[0] if len(owners) == 1 else _UNKNOWN


_LIFE = frozenset({"start", "connect", "shutdown", "join", "get_server", "register"})


def _names(values: list[Json]) -> Iterator[str]:
    for value in values:
        if isinstance(value, dict):
            if "$object" in value:
                yield value["$object"]
            yield from _names(list(value.values()))
        elif isinstance(value, (list, tuple)):
            yield from _names(list(value))


def _flat(values: tuple[Json, ...]) -> Iterator[Json]:
    """Yield *values*, and those in a list or dictionary among them: of extend, of update."""
    for value in values:
        yield value
        if isinstance(value, (list, tuple)):
            yield from value
        elif isinstance(value, dict) and "$dict" in value:
            yield from value["$dict"].values()
