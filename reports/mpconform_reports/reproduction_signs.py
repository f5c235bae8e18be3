"""Signs: how a reproduction script sees, in what one run noted, that it broke the rule.

For some kinds of violations there is a direct check, which sees the defect in whatever shape it
comes; all others are seen by their witness: the same operations, ending as they did, in the same order.
"""

import ast
import json
import zlib

from mpconform.store import StoredViolation
from mpconform.values import History, Operation
from mpconform_reports.reproduction_barriers import BARRIER_CHECKS
from mpconform_reports.reproduction_checks import CHECKS
from mpconform_reports.reproduction_facts import (
    FIRST,
    SILENT,
    Sign,
    accused_of,
    at,
    condition,
    ended,
    fact_of,
    foreseen,
    key,
    told_of,
)
from mpconform_reports.reproduction_pools import POOL_CHECKS
from mpconform_reports.reproduction_steps import Needed
from mpconform_reports.reproduction_values import pids_of, quoted

__all__ = ("sign",)

#: What was recorded is written out if it is no longer than this.
_LONGEST = 400

#: A timed call is too early by more than this, as the checkers have it.
_GRAIN_S = 0.002
_EARLY = ("early", "too-early")
_SENDING = frozenset({"put", "put_nowait", "send", "send_bytes", "sendall"})
_RECEIVING = frozenset({"get", "get_nowait", "recv", "recv_bytes", "recv_bytes_into"})


def sign(stored: StoredViolation, history: History) -> Sign:
    """Return the sign of a violation, by its kind; one that nothing else fits is its witness again."""
    for fits, make in (*POOL_CHECKS, *BARRIER_CHECKS, *CHECKS):
        if fits in stored.kind:
            try:
                made = make(stored, history)
            except LookupError:
                continue  # Of this kind, but told by other operations than the check is made for.
            if made is not None:
                return made
    return _by_witness(stored, history)


def _by_witness(stored: StoredViolation, history: History) -> Sign:
    pids = pids_of(history)
    accused = accused_of(stored)
    hung = history.ended == "hung"
    deep = "exception" in stored.kind and foreseen(stored)
    facts = [fact for op in stored.witness if (fact := fact_of(op, pids, deep=deep)) is not None]
    facts = list(dict.fromkeys(facts))
    waiting = [op for op in stored.witness if op.open and hung]
    more = [*_orders(stored), *_haste(stored)]
    if accused is not None and accused.ok and fact_of(accused, pids) is None and not waiting:
        more.append(f'not any(one[:2] == {key(accused)} and "raised" in str(one[2]) for one in notes)')
        more.append(f"any(one[:2] == {key(accused)} for one in notes)")
    for op in waiting:
        more.append(f'["begin", "{op.actor}", {op.step}] in notes')
        more.append(f"not any(one[:2] == {key(op)} for one in notes)")
    if waiting:
        more.append('["ended", "hung"] in notes')
    elif not facts and not more:
        more.append('["ended", 0] not in notes')
    body = []
    if any("pid.get" in fact for fact in facts):
        body.append('pid = {one[1]: one[2] for one in notes if one[0] == "pid"}')
    if any("at[" in one for one in more):
        body.append("at = {tuple(one[:2]): one[3:] for one in notes if len(one) > 4}")
    conditions = [_digested(fact) for fact in facts if len(fact) > _LONGEST]
    facts = [fact for fact in facts if len(fact) <= _LONGEST]
    if len(facts) == 1:
        conditions.append(f"{facts[0]} in [one[:3] for one in notes]")
    elif facts:
        body += [f"facts = [{', '.join(facts)}]"]
        conditions.append("all(fact in [one[:3] for one in notes] for fact in facts)")
    seen = told_of(accused) if accused is not None else stored.summary
    body += [*condition([*conditions, *more]), f"    return {quoted(seen)}"]
    steps = frozenset((op.actor, op.step) for op in stored.witness if op.actor != "main.callbacks")
    topics = {"pids"} if any("pid.get" in fact for fact in facts) else set()
    topics |= {"begins"} if waiting else set()
    topics |= {"errors"} if deep else set()
    # Where a run hangs, what raises must not end an actor: others would wait for it.
    return Sign(
        needed=Needed(steps=steps, all=hung, topics=frozenset(topics)),
        body=tuple(body),
        hangs=bool(waiting),
        uses=frozenset({"times"} if any("at[" in one for one in more) else set()),
    )


def _digested(fact: str) -> str:
    """Return a *fact* that is too long to be read as a condition on its checksum."""
    actor, step, value = ast.literal_eval(fact)
    crc = zlib.crc32(json.dumps(value).encode())
    return (
        f'["{actor}", {step}, {crc}] in'
        " [[*one[:2], zlib.crc32(json.dumps(one[2]).encode())] for one in notes if len(one) > 2]"
    )


def _orders(stored: StoredViolation) -> list[str]:
    """Return what of the order of the witness is part of the proof: what others did before and after it."""
    accused = accused_of(stored)
    ops = [op for op in stored.witness if not op.open and op.actor != "main.callbacks" and op.step >= 0]
    ops = [op for op in ops if op.method not in {"increment", "increment_index", *SILENT}]
    if accused is None or accused not in ops:
        return []
    others = [op for op in ops if op.actor != accused.actor]
    if accused.method in _RECEIVING and not accused.raised("Empty", "EOFError"):
        others = [op for op in others if op.method not in _SENDING]  # Nothing is received before it is sent.
    before = [f"{at(op)}[1]" for op in others if op.precedes(accused)]
    after = [f"{at(op)}[0]" for op in others if accused.precedes(op)]
    if stored.kind in FIRST:  # That others were still at it is the proof.
        after += [f"{at(op)}[1]" for op in others if ended(accused) < ended(op) and not accused.precedes(op)]
    told = []
    if before:
        told.append(f"{_all('max', before)} < {at(accused)}[0]")
    if after:
        told.append(f"{at(accused)}[1] < {_all('min', after)}")
    return told


def _all(which: str, times: list[str]) -> str:
    return times[0] if len(times) == 1 else f"{which}({', '.join(times)})"


def _haste(stored: StoredViolation) -> list[str]:
    """Return that a call gave up before its time, if that is what was wrong."""
    if not stored.kind.endswith(_EARLY):
        return []
    for op in stored.witness:
        timeout = _timeout(op)
        if timeout is not None and not op.open and op.elapsed_s < timeout:
            return [f"{at(op)}[1] - {at(op)}[0] < {round((timeout - _GRAIN_S) * 1e9)}"]
    return []


def _timeout(op: Operation) -> float | None:
    """Return the timeout of *op* in seconds, however it was given."""
    if op.timeout_s is not None:
        return op.timeout_s
    last = op.keywords.get("timeout", op.arguments[-1] if op.arguments else None)
    return float(last) if isinstance(last, (int, float)) and not isinstance(last, bool) else None
