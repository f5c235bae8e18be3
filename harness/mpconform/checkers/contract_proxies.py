"""Which contract the dictionaries and lists of one manager kept.

Linearizable: one order of all calls explains all answers.  Per key: so does, for each key, one order of the
calls that concern it, those on the whole dictionary taken apart: what ``clear``, ``update`` and ``popitem``
do to each key.  Last write wins: what a call finds at its key was left there by a call that had begun by
then, and that no other surely replaced before.  Both searches are exact up to a budget; what they cannot
decide within it is counted, and is no evidence.
"""

from collections.abc import Iterable, Iterator, Sequence

from mpconform.checkers.manager_models import KEYED, Asked, initial_of, matches, outcomes
from mpconform.checkers.manager_orders import FACETS, Call, Part, explained, parts_of
from mpconform.checkers.manager_reading import managed
from mpconform.checkers.manager_values import Mapping, Tuple, Unclear, Value, frozen
from mpconform.contracts import LATTICES, Seen
from mpconform.values import History, Operation

__all__ = ("by_key", "last_write", "proxies", "reads")

_FACETS = frozenset(FACETS)
#: Calls on a whole dictionary that change it.
_CHANGING = frozenset({"clear", "update", "popitem"})
_NEVER = 1 << 63
_NO_KEY = object()


def proxies(history: History) -> Iterator[Seen]:
    """Yield what *history* says about each contract of each dictionary and list of a manager."""
    for referent in managed(history):
        parts = parts_of(referent, but=_FACETS) if referent.kind in {"dict", "list"} else ()
        if referent.kind == "dict":
            yield from _of_dictionary(parts)
        elif parts:
            yield from (_told("Manager().list", "linearizable", [part], len(part.calls)) for part in parts)


def _told(kind: str, contract: str, parts: Sequence[Part], operations: int) -> Seen:
    """Return whether each of *parts* has an order that explains it."""
    answers = [explained(part).exists for part in parts]
    done = [sum(call.returned_ns is not None for call in part.calls) for part in parts]
    return Seen(
        kind=kind,
        contract=contract,
        judged=sum(count for count, answer in zip(done, answers, strict=True) if answer is not None),
        operations=operations,
        broken=("no-order",) if False in answers else (),
        undecided=answers.count(None),
    )


def _of_dictionary(parts: Sequence[Part]) -> Iterator[Seen]:
    """Yield what the *parts* of one dictionary say: one for each key, or one whole if a call concerns all."""
    if not parts:
        return
    strong, keyed, wins = LATTICES["Manager().dict"].contracts
    operations = sum(len(part.calls) for part in parts)
    whole = [part for part in parts if any(call.asked.method not in KEYED for call in part.calls)]
    # Where no call concerns all keys, the order of each is all that there is.
    linear = _told("Manager().dict", strong, whole, operations)
    by_keys = list(by_key(whole[0])) if whole else list(parts)
    if whole and not (linear.broken or linear.undecided):
        done = sum(call.returned_ns is not None for part in by_keys for call in part.calls)
        each = Seen(kind=linear.kind, contract=keyed, judged=done, operations=operations)
    else:
        each = _told(linear.kind, keyed, by_keys, operations)
    asking, wrong = 0, False
    for part in by_keys:
        found = reads(part.calls)
        asking += len(found)
        # An order that explains a key explains each read of it.
        if each.broken or each.undecided:
            wrong = wrong or any(not last_write(op, part) for op in found)
    last = Seen(
        kind=linear.kind, contract=wins, judged=asking, operations=operations,
        broken=("not-the-last-write",) if wrong else (),
    )  # fmt: skip
    for seen, weaker in ((linear, (*each.broken, *last.broken)), (each, last.broken), (last, ())):
        ways = tuple(sorted({*seen.broken, *weaker}))
        yield Seen(
            kind=seen.kind, contract=seen.contract, judged=max(seen.judged, bool(ways)),
            operations=operations, broken=ways, undecided=seen.undecided,
        )  # fmt: skip


def by_key(part: Part) -> Iterator[Part]:
    """Yield for each key that a call names what was done to it; nothing if it cannot be told."""
    popped = {id(call): _popped(call) for call in part.calls if call.asked.method == "popitem"}
    if any(key is _NO_KEY for key in popped.values()):
        return
    keys = dict.fromkeys(call.asked.arguments[0] for call in part.calls if call.asked.method in KEYED)
    initial = part.initial.pairs if isinstance(part.initial, Mapping) else ()
    for key in keys:
        calls = [one for call in part.calls for one in _on_key(call, key, popped.get(id(call)))]
        mine = tuple(pair for pair in initial if pair[0] == key)
        yield Part(part.referent, Mapping(mine), tuple(calls))


def _on_key(call: Call, key: Value, popped: Value) -> Iterator[Call]:
    """Yield what *call* did to *key*, if anything."""
    asked, op = call.asked, call.op
    match asked.method:
        case "clear":
            yield call
        case "update":
            given = asked.arguments[0] if asked.arguments else Mapping(())
            pairs = given.pairs if isinstance(given, Mapping) else ()
            mine = tuple(pair for pair in pairs if pair[0] == key)
            if mine:
                yield Call(Asked(asked.actor, "update", (Mapping(mine),)), op, call.returned_ns)
        case "popitem":
            # Who found none, found none of any key; who never returned may have taken any.
            if op.outcome != "ok" or popped == key:
                yield call
        case method if method in KEYED and asked.arguments[0] == key:
            yield call


def _popped(call: Call) -> Value:
    """Return the key that a popitem took; None if it took none, or never returned."""
    op: Operation = call.op
    if not op.ok:
        return None
    try:
        pair = frozen(op.result)
    except Unclear:
        return _NO_KEY
    return pair.parts[0] if isinstance(pair, Tuple) and len(pair.parts) == 2 else _NO_KEY


def reads(calls: Iterable[Call]) -> list[Call]:
    """Return the completed calls whose answer depends on what is there."""
    return [
        call for call in calls
        if call.returned_ns is not None and call.asked.method not in {"__setitem__", *_CHANGING}
    ]  # fmt: skip


def last_write(asking: Call, part: Part) -> bool:
    """Return whether *asking* found what the first contents, or a call not surely replaced by then, left."""
    writes = [(-1, -1, True, part.initial)] + [
        (call.invoked_ns, _NEVER if call.returned_ns is None else call.returned_ns, certain, left)
        for call in part.calls
        if call is not asking
        for certain, left in _left(call)
    ]
    over = [begin for begin, end, certain, _ in writes if certain and end < asking.invoked_ns]
    newest = max(over)
    asked, op = asking.asked, asking.op
    return any(
        any(
            matches(outcome, ok=op.ok, result=op.result)
            for _, outcome in outcomes(part.referent.kind, left, asked)
        )
        for begin, end, _, left in writes
        if begin <= (asking.returned_ns or _NEVER) and end >= newest
    )


def _left(call: Call) -> Iterator[tuple[bool, Value]]:
    """Yield whether *call* surely left something at its key, and what: the key with a value, or nothing."""
    asked, op = call.asked, call.op
    done = call.returned_ns is not None
    if done and not op.ok:
        return
    match asked.method:
        case "__setitem__":
            yield done, Mapping((asked.arguments[:2],))
        case "setdefault":
            yield False, Mapping(((asked.arguments[0], (*asked.arguments, None)[1]),))
        case "update":
            yield done, asked.arguments[0]
        case "pop" | "__delitem__" | "clear" | "popitem":
            yield done, initial_of("dict", (), {})
