"""Types of managers: those that are there from the beginning, and those that a user registers."""

from mpconform.checkers.manager_ends import may_be_over, violation
from mpconform.checkers.manager_reading import bound_to, read
from mpconform.checkers.telling import Teller
from mpconform.values import Finding, History, Json, Operation

__all__ = ("barriers", "conditions", "exposed", "made", "method_types", "pools", "registered")

_DOCUMENTED = frozenset(
    {
        *("list", "dict", "Namespace", "Value", "Array", "Queue", "JoinableQueue", "Lock", "RLock"),
        *("Semaphore", "BoundedSemaphore", "Condition", "Event", "Barrier", "Pool"),
    }
)
_REGISTERED = frozenset(
    {"Tally", "Meek", "Bold", "Maker", "Failing", "Entry", "Ledger", "shared_dict", "shared_list"}
)
#: Of each registered type with Tally behind it, the public methods that its proxies have.
_EXPOSED = {"Tally": {"add", "read"}, "Meek": {"add"}, "Bold": {"add", "_hidden"}}


def _makings(history: History, kinds: frozenset[str]) -> list[Operation]:
    """Return the calls that make something of one of *kinds*, while its server surely lives."""
    begun = [op for op in read(history).managed if op.method in {"start", "connect", "__enter__"} and op.ok]
    steps = [
        op
        for op in read(history).managed
        if op.method in kinds
        and (not _is_late(history, op) or any(b.actor == op.actor and b.precedes(op) for b in begun))
    ]
    objects = [op for op in history.operations if op.step == -1 and op.method.partition(".")[2] in kinds]
    return [op for op in (*objects, *steps) if not op.open and not may_be_over(history, op)]


def _is_late(history: History, op: Operation) -> bool:
    """Return whether the manager of *op* must be started, or connected, before it makes anything."""
    spec = history.scenario.objects.get(op.target)
    if spec is not None:
        return spec.factory != "Manager"
    actor = history.scenario.actors.get(op.actor)
    makers = [step.method for step in (actor.steps if actor else ()) if step.bind == op.target]
    return makers != ["Manager"]


def made(history: History) -> Finding:
    """Check that a manager makes objects of every documented type.

    Judges each that is made while the server lives.
    """
    return _all_made(history, _DOCUMENTED, "type-not-made")


def registered(history: History) -> Finding:
    """Check that what is registered can be made by a method of its name, unless it is registered without one.

    Judges each that is made while the server lives.
    """
    found = _all_made(history, _REGISTERED, "registered-not-made")
    teller = Teller(history)
    hidden = _makings(history, frozenset({"Hidden"}))
    broken = [
        violation(teller, "made-without-method", op, "AttributeError")
        for op in hidden
        if not op.raised("AttributeError")
    ]
    return Finding(judged=found.judged + len(hidden), violations=(*found.violations, *broken))


def _all_made(history: History, kinds: frozenset[str], kind: str) -> Finding:
    teller = Teller(history)
    makings = _makings(history, kinds)
    broken = [violation(teller, kind, op, "a proxy") for op in makings if not op.ok]
    return Finding(judged=len(makings), violations=tuple(broken))


def exposed(history: History) -> Finding:
    """Check that a proxy has the methods that are exposed, by default all that are public, and no others.

    Judges calls on registered types, by attribute; what is not exposed raises AttributeError.
    """
    teller = Teller(history)
    judged, broken = 0, []
    for referent in read(history).referents:
        if referent.kind not in _EXPOSED:
            continue
        for use in referent.uses:
            op = use.op
            if op.open or op.method not in {"add", "read", "_hidden"} or may_be_over(history, op):
                continue
            judged += 1
            if op.method in _EXPOSED[referent.kind]:
                if not op.ok:
                    broken.append(violation(teller, "exposed-missing", op, "its result", *_op(referent.op)))
            elif not op.raised("AttributeError"):
                broken.append(violation(teller, "not-exposed-works", op, "AttributeError", *_op(referent.op)))
    return Finding(judged=judged, violations=tuple(broken))


def _op(op: Operation | None) -> tuple[Operation, ...]:
    return (op,) if op is not None else ()


def method_types(history: History) -> Finding:
    """Check that a method returns a proxy if method_to_typeid says so, and else a copy.

    Judges what the object tells of itself after a call by what the method returned.  Exact, for one client.
    """
    teller = Teller(history)
    judged, broken = 0, []
    for referent in read(history).referents:
        if referent.kind != "Maker" or any(use.op.actor != "main" for use in referent.uses):
            continue
        total, last = 5, None
        names: set[str] = set()
        ours = {id(use.op) for use in referent.uses}
        for op in history.by("main"):
            if may_be_over(history, op) or op.open:
                break
            if id(op) in ours and op.method == "by_proxy":
                names.add(bound_to(history, op))
                judged += 1
                if not op.ok:
                    broken.append(violation(teller, "no-proxy", op, "a proxy"))
            elif op.target in names - {""} and op.method == "add":
                total += op.arguments[0] if op.arguments else 1
                last = op
                judged += 1
                if op.result != total:
                    broken.append(violation(teller, "proxy-of-something-else", op, str(total)))
            elif id(op) in ours and op.method == "by_copy":
                judged += 1
                if op.result != [total]:
                    broken.append(violation(teller, "copy-for-proxy", op, f"[{total}]", *_op(last)))
    return Finding(judged=judged, violations=tuple(broken))


def pools(history: History) -> Finding:
    """Check that a Pool in the server computes what is asked of its proxy, at once or later.

    Judges results of the function that squares.  Exact.
    """
    teller = Teller(history)
    judged, broken = 0, []
    due: dict[str, list[Json]] = {}
    for op in history.by("main"):
        name = bound_to(history, op)
        if name:
            due.pop(name, None)
        if op.open or may_be_over(history, op):
            continue
        wanted: list[Json] | None = None
        if op.arguments[:1] == ({"$function": "square"},) and len(op.arguments) == 2:
            wanted = _squares(op)
        if op.method in {"apply", "map"} and wanted is not None:
            judged += 1
            right = wanted if op.method == "map" else wanted[0]
            fits = op.raised("TypeError") if right is _ERROR else op.ok and op.result == right
            if not fits:
                broken.append(violation(teller, "pool-wrong", op, str(right)))
        elif op.method in {"apply_async", "imap"} and wanted is not None and name and op.ok:
            due[name] = list(wanted)
        elif op.target in due and op.method in {"get", "__next__"}:
            judged += 1
            left = due[op.target]
            over = op.method == "__next__" and not left
            fits = op.raised("StopIteration") if over else op.ok and op.result == left[0]
            if op.method == "__next__" and left:
                left.pop(0)
            if not fits:
                broken.append(violation(teller, "pool-wrong", op, "StopIteration" if over else "a square"))
    return Finding(judged=judged, violations=tuple(broken))


_ERROR = "TypeError"


def _squares(op: Operation) -> list[Json] | None:
    given = op.arguments[1]
    numbers = given.get("$tuple") if isinstance(given, dict) else given
    if not isinstance(numbers, (list, tuple)):
        return None
    if op.method in {"apply", "apply_async"}:
        numbers = numbers[:1]
    return [one * one if isinstance(one, int) else _ERROR for one in numbers]


def conditions(history: History) -> Finding:
    """Check that a Condition's wait needs the lock, and returns whether it was notified in time.

    Judges waits whose actor surely has not the lock: RuntimeError; waits without a timeout: True; waits with
    one, during which nobody notifies: False.
    """
    teller = Teller(history)
    judged, broken = 0, []
    for referent in read(history).referents:
        if referent.kind != "Condition":
            continue
        depth: dict[str, int] = {}
        notifies = [use.op for use in referent.uses if use.op.method.startswith("notify")]
        for use in referent.uses:
            op = use.op
            if op.method in {"acquire", "__enter__"}:
                depth[op.actor] = depth.get(op.actor, 0) + (op.ok and op.result is not False)
            if op.method in {"release", "__exit__"} and op.ok:
                depth[op.actor] = depth.get(op.actor, 0) - 1
            if op.method != "wait" or op.open or may_be_over(history, op):
                continue
            timed = op.timeout_s is not None or op.arguments or op.keywords
            if not depth.get(op.actor):
                judged += 1
                if not op.raised("RuntimeError"):
                    broken.append(violation(teller, "waits-without-lock", op, "RuntimeError"))
            elif not timed or all(one.precedes(op) or op.precedes(one) for one in notifies):
                judged += 1
                if op.result is not (not timed):
                    broken.append(violation(teller, "wait-wrong-answer", op, str(not timed)))
    return Finding(judged=judged, violations=tuple(broken))


def barriers(history: History) -> Finding:
    """Check that a Barrier lets its parties go on together, each with a number of its own.

    Judges each generation of waits, in order of their returns; and its attributes before anybody waited.
    """
    teller = Teller(history)
    judged, broken = 0, []
    for referent in read(history).referents:
        parties = referent.arguments[0] if referent.kind == "Barrier" and referent.arguments else None
        if not isinstance(parties, int) or referent.clouded:
            continue
        waits = [use.op for use in referent.uses if use.op.method == "wait"]
        first = min((op.invoked_ns for op in waits), default=1 << 62)
        due = {".parties": parties, ".broken": False, ".n_waiting": 0}
        for use in referent.uses:
            op = use.op
            if (
                op.method in due
                and not op.open
                and (op.returned_ns or 0) < first
                and not may_be_over(history, op)
            ):
                judged += 1
                if not op.ok or op.result != due[op.method]:
                    broken.append(violation(teller, "barrier-attribute", op, str(due[op.method])))
        if any(op.open or not op.ok or may_be_over(history, op) for op in waits) or any(
            use.op.method in {"abort", "reset"} for use in referent.uses
        ):
            continue
        # The k-th wait of each actor is of generation k, if each of so many actors waits as often.
        by_actor: dict[str, list[Operation]] = {}
        for op in waits:
            by_actor.setdefault(op.actor, []).append(op)
        if len(by_actor) != parties or len({len(mine) for mine in by_actor.values()}) != 1:
            continue
        for generation in zip(*by_actor.values(), strict=True):
            judged += 1
            last = max(generation, key=lambda op: op.invoked_ns)
            early = [op for op in generation if op.precedes(last)]
            if early:
                broken.append(violation(teller, "barrier-early", early[0], "to wait for all", last))
            elif sorted(repr(op.result) for op in generation) != sorted(map(repr, range(parties))):
                broken.append(
                    violation(teller, "barrier-numbers", last, "a number of its own", *generation[:3])
                )
    return Finding(judged=judged, violations=tuple(broken))
