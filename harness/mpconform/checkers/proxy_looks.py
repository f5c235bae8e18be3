"""What a proxy is to its process: how it shows itself, to what it is equal, what it returns copies of."""

import ast

from mpconform.checkers.manager_ends import may_be_over, violation
from mpconform.checkers.manager_orders import state_at
from mpconform.checkers.manager_reading import Referent, bound_to, read
from mpconform.checkers.manager_values import Mapping, fits, thawed
from mpconform.checkers.telling import Teller
from mpconform.values import Finding, History, Json, Operation, Violation

__all__ = ("copies", "equality", "iteration", "own_attributes", "reassigned", "representation")

_FETCHES = frozenset({"__getitem__", "get"})
_MUTATIONS = frozenset(
    {"append", "extend", "insert", "pop", "remove", "clear", "__setitem__", "sort", "reverse"}
)


def representation(history: History) -> Finding:
    """Check that the repr() of a proxy shows the proxy, and not what it refers to.

    Judges `__repr__` of lists and dictionaries: what it returns is no literal.
    """
    teller = Teller(history)
    judged, broken = 0, []
    for referent in _of(history, "list", "dict"):
        for use in referent.uses:
            op = use.op
            if op.method != "__repr__" or op.open:
                continue
            judged += 1
            if not op.ok or not isinstance(op.result, str) or _is_literal(op.result):
                broken.append(violation(teller, "repr-of-referent", op, "a text that tells of a proxy"))
    return Finding(judged=judged, violations=tuple(broken))


def _is_literal(text: str) -> bool:
    try:
        ast.literal_eval(text)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return False
    return True


def equality(history: History) -> Finding:
    """Check that a proxy is not equal to a value like that of its referent, nor to a proxy of another one.

    Judges `__eq__` with anything but the proxy itself.  Exact.
    """
    teller = Teller(history)
    judged, broken = 0, []
    for referent in _of(history, "list", "dict"):
        for use in referent.uses:
            op = use.op
            if op.method != "__eq__" or op.open or op.arguments[:1] == ({"$object": op.target},):
                continue
            judged += 1
            if op.result is True:
                broken.append(violation(teller, "equal-by-value", op, "not to be equal"))
    return Finding(judged=judged, violations=tuple(broken))


def _of(history: History, *kinds: str) -> list[Referent]:
    return [referent for referent in read(history).referents if referent.kind in kinds]


def iteration(history: History) -> Finding:
    """Check that iterating over a dict proxy yields each key once, in their order, and then ends.

    Judges iterators over dictionaries whose content is certain, and that nobody changes meanwhile.  Exact.
    """
    teller = Teller(history)
    judged, broken = 0, []
    for referent in _of(history, "dict"):
        for use in referent.uses:
            op = use.op
            state = (
                state_at(referent, op) if op.method == "__iter__" and not may_be_over(history, op) else None
            )
            if state is None or not isinstance(state[0], Mapping) or op.open:
                continue
            judged += 1
            if not op.ok:
                broken.append(violation(teller, "dict-not-iterable", op, "an iterator"))
                continue
            keys = [thawed(key) for key, _ in state[0].pairs]
            nexts = _nexts(history, op, referent)
            wrong = _first_wrong(keys, nexts)
            judged += len(nexts)
            if wrong is not None:
                due = "the next key, and then the end"
                broken.append(violation(teller, "dict-yields-otherwise", wrong, due, op))
    return Finding(judged=judged, violations=tuple(broken))


def _nexts(history: History, begun: Operation, referent: Referent) -> list[Operation]:
    """Return the calls of next on what *begun* returned, up to the first change of *referent*."""
    name = bound_to(history, begun)
    later = [op for op in history.by(begun.actor) if begun.precedes(op)]
    changes = [
        use.op.invoked_ns
        for use in referent.uses
        if use.asked is not None
        and use.op.method not in {"__getitem__", "get", "__len__", "__str__", "_getvalue"}
    ]
    found = []
    for op in later:
        if bound_to(history, op) == name:
            break
        over = any(begun.invoked_ns <= change <= (op.returned_ns or change) for change in changes)
        if op.open or over or may_be_over(history, op):
            break
        if name and op.target == name and op.method == "__next__":
            found.append(op)
    return found


def _first_wrong(keys: list[object], nexts: list[Operation]) -> Operation | None:
    for index, op in enumerate(nexts):
        if index < len(keys):
            if not op.ok or not fits(keys[index], op.result):
                return op
        elif not op.raised("StopIteration"):
            return op
    return None


def copies(history: History) -> Finding:
    """Check that changing a plain value that was fetched by a proxy, changes nothing in the referent.

    Judges reads after such a change, where the content of the referent is certain.  Exact.
    """
    teller = Teller(history)
    judged, broken = 0, []
    for referent in _of(history, "list", "dict"):
        fetched: dict[tuple[str, str], Operation] = {}
        changed: dict[tuple[str, str], Operation] = {}
        ours = {id(use.op): use for use in referent.uses}
        for op in history.operations:
            key = (op.actor, op.target)
            use = ours.get(id(op))
            if key in fetched and op.method in _MUTATIONS and op.ok:
                changed[key] = op
            bound = bound_to(history, op)
            if bound:
                fetched.pop((op.actor, bound), None)
                changed.pop((op.actor, bound), None)
            if use is None or op.method not in _FETCHES or op.open:
                continue
            if bound and op.ok and op.result == {"$object": bound} and not use.nested:
                fetched[op.actor, bound] = op
                continue
            mine = [one for at, one in changed.items() if _key(fetched[at]) == _key(op) and one.precedes(op)]
            state = state_at(referent, op) if mine and op.ok else None
            held = _held(thawed(state[0]), _key(op)) if state else ()
            if not held:
                continue
            judged += 1
            (expected,) = held
            same = any(op.result == {"$object": name} for _, name in changed)
            if same or not fits(expected, op.result):
                source = next(fetched[at] for at in changed if changed[at] is mine[0])
                broken.append(
                    violation(teller, "copy-is-shared", op, "what was there before", source, mine[0])
                )
    return Finding(judged=judged, violations=tuple(broken))


def _held(container: object, key: Json) -> tuple[object, ...]:
    """Return what *container*, a list or a dictionary, has at *key*; nothing if that is nothing."""
    if isinstance(container, dict):
        return (container[key],) if isinstance(key, (str, int)) and key in container else ()
    fits_ = isinstance(container, list) and isinstance(key, int) and -len(container) <= key < len(container)
    return (container[key],) if isinstance(container, list) and fits_ else ()


def _key(op: Operation) -> Json:
    return op.arguments[0] if op.arguments else None


def reassigned(history: History) -> Finding:
    """Check that a value that was changed and is assigned again, replaces what was there.

    Judges reads of a key after one actor assigned a list to it that it had copied just before, with no
    other use of the dictionary in between.  Exact.
    """
    teller = Teller(history)
    judged = 0
    broken: list[Violation] = []
    for referent in _of(history, "dict"):
        uses = [use.op for use in referent.uses]
        for at, op in enumerate(uses[:-1]):
            following = uses[at + 1]
            assigns = op.method == "__setitem__" and op.ok and isinstance(op.arguments[1], dict)
            name = op.arguments[1].get("$object") if assigns else None
            known = _copied_just_before(history, op, name) if name else None
            reads = (
                following.method == "__getitem__"
                and op.precedes(following)
                and not bound_to(history, following)
            )
            if known is None or not reads or _key(following) != _key(op) or following.open:
                continue
            if may_be_over(history, following):
                continue
            judged += 1
            if following.result != known.result:
                broken.append(violation(teller, "assignment-lost", following, "what was assigned", known, op))
    return Finding(judged=judged, violations=tuple(broken))


def _copied_just_before(history: History, op: Operation, name: str) -> Operation | None:
    """Return the copy that was made of *name* last before *op*, if nothing was done to it since."""
    mine = [one for one in history.by(op.actor) if one.target == name and one.precedes(op)]
    last = mine[-1] if mine else None
    return last if last is not None and last.method == "copy" and isinstance(last.result, list) else None


def own_attributes(history: History) -> Finding:
    """Attributes of a Namespace's proxy that begin with an underscore are the proxy's, not the referent's.

    Judges reads by the actor that set one: it is on the same proxy, and not on another of the referent.
    """
    teller = Teller(history)
    judged, broken = 0, []
    for referent in _of(history, "Namespace"):
        kept: dict[tuple[str, str], Operation] = {}
        for use in referent.uses:
            op = use.op
            if not op.method.startswith("._") or op.open or op.method.startswith(".__"):
                continue
            key = (op.actor, op.method.removesuffix("="))
            if op.method.endswith("="):
                kept[key] = op
            elif key in kept and kept[key].ok:
                judged += 1
                same = kept[key].target == op.target
                right = op.ok and op.result == kept[key].arguments[0] if same else op.raised("AttributeError")
                if not right:
                    due = "what was set" if same else "AttributeError"
                    broken.append(violation(teller, "private-attribute-shared", op, due, kept[key]))
    return Finding(judged=judged, violations=tuple(broken))
