"""Whether what was done to one referent, by whatever processes and proxies, has an order that explains it."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from mpconform.checkers.manager_models import (
    ABSENT,
    KEYED,
    MODELLED,
    Asked,
    initial_of,
    matches,
    outcomes,
)
from mpconform.checkers.manager_reading import Referent, Use, read
from mpconform.checkers.manager_values import Mapping, Value
from mpconform.checkers.once import once
from mpconform.checkers.telling import Teller, counted
from mpconform.linear.columns import OPEN
from mpconform.linear.search import Answer, Calls, search
from mpconform.linear.spending import Budget
from mpconform.values import Finding, History, Operation, Violation

__all__ = ("FACETS", "Call", "Part", "explained", "judge", "parts_of", "state_at")

#: So often the model is asked about one part of a referent.
_BUDGET = Budget(steps=20_000)
#: Ways to ask that have requirements of their own.
FACETS = {"__str__": "str", "_getvalue": "getvalue"}
#: What the models can raise; any other exception leaves open whether the call took effect.
_MODELLED_ERRORS = frozenset(
    {
        *("AttributeError", "Empty", "Full", "IndexError", "KeyError"),
        *("OverflowError", "RuntimeError", "TypeError", "ValueError"),
    }
)


@dataclass(frozen=True, slots=True)
class Call:
    """What *op* asked of a referent; *returned_ns* is None if it is not known whether it took effect."""

    asked: Asked
    op: Operation
    returned_ns: int | None

    @property
    def invoked_ns(self) -> int:
        """When it was invoked."""
        return self.op.invoked_ns


@dataclass(frozen=True, slots=True)
class Part:
    """What can be judged by itself: a key of a dictionary, an attribute of a Namespace, a whole object."""

    referent: Referent
    initial: Value
    calls: tuple[Call, ...]


def _calls(uses: Iterable[tuple[Use, Asked]]) -> tuple[Call, ...]:
    return tuple(Call(asked, use.op, None if _lost(use.op) else use.op.returned_ns) for use, asked in uses)


def _lost(op: Operation) -> bool:
    """Return whether it is not known if *op* took effect: it never returned, or the connection broke."""
    return op.open or (op.outcome == "raised" and op.result["type"] not in _MODELLED_ERRORS)


@once
def parts_of(referent: Referent, *, but: frozenset[str] = frozenset()) -> tuple[Part, ...]:
    """Return the parts of *referent*, without uses by the methods *but*; none if too little is known.

    Calls on different keys of a dictionary are calls on different objects, if none concerns all of it.
    """
    if referent.clouded or referent.kind not in MODELLED:
        return ()
    if any(use.asked is None and not _idle(use.op) for use in referent.uses):
        return ()
    return tuple(_parts(referent, but))


def _parts(referent: Referent, but: frozenset[str]) -> Iterator[Part]:
    uses = [(use, use.asked) for use in referent.uses if use.asked and use.asked.method not in but]
    initial = initial_of(referent.kind, referent.arguments, referent.keywords)
    if referent.kind == "Namespace":
        known = dict(initial.pairs) if isinstance(initial, Mapping) else {}
        for name in dict.fromkeys(asked.arguments[-1] for _, asked in uses):
            mine = [(use, asked) for use, asked in uses if asked.arguments[-1] == name]
            yield Part(referent, known.get(name, ABSENT), _calls(mine))
    elif referent.kind == "dict" and all(asked.method in KEYED for _, asked in uses):
        known = dict(initial.pairs) if isinstance(initial, Mapping) else {}
        for key in dict.fromkeys(asked.arguments[0] for _, asked in uses):
            mine = [(use, asked) for use, asked in uses if asked.arguments[0] == key]
            yield Part(referent, Mapping(((key, known[key]),) if key in known else ()), _calls(mine))
    elif uses:
        yield Part(referent, initial, _calls(uses))


_SILENT = frozenset({"__repr__", "__eq__", "__ne__", "__iter__", "__hash__", "__reduce__"})


def _idle(op: Operation) -> bool:
    """Return whether *op* changes nothing in the server: it concerns the proxy itself, or nothing at all."""
    own = op.method.startswith("._") or (op.method == "__delattr__" and str(op.arguments[0]).startswith("_"))
    missing = op.outcome == "raised" and op.result["type"] in {"AttributeError", "RemoteError"}
    return own or missing or op.method in _SILENT


def state_at(referent: Referent, op: Operation) -> tuple[Value] | None:
    """Return the state in which *op* finds *referent*; None if that is not known, or not certain."""
    before = [use for use in referent.uses if use.op is not op and use.op.invoked_ns <= (op.returned_ns or 0)]
    if referent.clouded or referent.kind not in MODELLED or op.returned_ns is None:
        return None
    state = initial_of(referent.kind, referent.arguments, referent.keywords)
    last: Operation | None = None
    for use in before:
        if (last is not None and not last.precedes(use.op)) or not use.op.precedes(op):
            return None
        if use.asked is None:
            if not _idle(use.op):
                return None
            continue
        if _lost(use.op):
            return None
        last = use.op
        after = [
            state_
            for state_, outcome in outcomes(referent.kind, state, use.asked)
            if matches(outcome, ok=use.op.ok, result=use.op.result)
        ]
        if len(after) != 1:
            return None
        state = after[0]
    return (state,)


@once
def explained(part: Part) -> Answer:
    """Return whether there is an order of the calls of *part* that explains them."""
    kind = part.referent.kind

    def step(states: tuple[Value], call: Call) -> tuple[Value] | None:
        # In a tuple, because a Value may hold None.
        for after, outcome in outcomes(kind, states[0], call.asked):
            if call.returned_ns is None or matches(outcome, ok=call.op.ok, result=call.op.result):
                return (after,)
        return None

    calls = Calls(
        np.array([call.invoked_ns for call in part.calls], dtype=np.int64),
        np.array([_end(call) for call in part.calls], dtype=np.int64),
        part.calls,
    )
    return search(calls, (part.initial,), step, budget=_BUDGET)


def _end(call: Call) -> int:
    return int(OPEN) if call.returned_ns is None else call.returned_ns


def judge(
    history: History,
    wanted: Callable[[Referent], bool],
    *,
    facet: str = "",
    by: Callable[[Referent, Part], bool] = lambda _referent, _part: True,
) -> Finding:
    """Judge the referents that are *wanted*, of them the parts *by*, and of these the calls of one *facet*.

    Counts the completed calls.  What could not be decided within the budget is no evidence, and counted.
    """
    teller = Teller(history)
    others = frozenset(method for method, name in FACETS.items() if name != facet)
    judged = undecided = 0
    violations = []
    for referent in read(history).referents:
        if not wanted(referent):
            continue
        for part in parts_of(referent, but=others):
            asked = sum(1 for call in part.calls if call.returned_ns is not None and _is(facet, call))
            if not asked or not by(referent, part):
                continue
            answer = explained(part)
            if answer.exists is None:
                undecided += 1
                continue
            if answer.exists is False and facet and not _is_explained_without(part, facet):
                continue  # It is not that way of asking which is wrong.
            judged += asked
            if answer.exists is False:
                violations.append(_violation(teller, part, answer))
    measures = {"undecided": undecided} if undecided else {}
    return Finding(judged=judged, violations=tuple(violations), measures=measures)


def _is(facet: str, call: Call) -> bool:
    return not facet or FACETS.get(call.asked.method) == facet


def _is_explained_without(part: Part, facet: str) -> bool:
    rest = tuple(call for call in part.calls if not _is(facet, call))
    return explained(Part(part.referent, part.initial, rest)).exists is True


def _violation(teller: Teller, part: Part, answer: Answer) -> Violation:
    """Return the violation that the calls of *part* have no order."""
    op = part.calls[answer.stuck].op
    came = [part.calls[index] for index in answer.before]
    before = sorted(came, key=lambda call: (call.returned_ns or 0, call.invoked_ns))
    around = [call.op for call in before[-4:]]
    referent = part.referent
    told = " ".join(f"{teller.tell(one)}." for one in (*around, op))
    return Violation(
        kind=f"{referent.kind}-{op.method.strip('_.=')}-unexplained".lower(),
        summary=f"{teller.call(op)} {teller.outcome(op)}: no order of calls on {referent.name} explains it.",
        story=f"{told} Of {counted(len(part.calls), 'call')} on this {referent.kind}, "
        f"{len(answer.before) or 'none'} {'have' if len(answer.before) > 1 else 'has'} an order"
        " that respects time and leads to what each returned; this one fits nowhere after them.",
        witness=(*around, op),
    )
