"""Signs: how a reproduction script sees, in what one run noted, that it broke the rule.

For some kinds of violations there is a direct check, which sees the defect in whatever shape it
comes; all others are seen by their witness: the same operations, ending as they did, in the same order.
"""

import ast
import json
import re
import zlib
from operator import attrgetter

from mpconform.store import StoredViolation
from mpconform.values import History, Operation, Scenario
from mpconform_reports.reproduction_barriers import BARRIER_CHECKS
from mpconform_reports.reproduction_checks import CHECKS
from mpconform_reports.reproduction_doors import DOOR_CHECKS
from mpconform_reports.reproduction_facts import (
    FIRST,
    HUNG,
    SILENT,
    UNSTEADY,
    Sign,
    accused_of,
    at,
    call_of,
    condition,
    ended,
    fact_of,
    foreseen,
    key,
    lists,
    told_of,
)
from mpconform_reports.reproduction_passing import PASSING_CHECKS
from mpconform_reports.reproduction_pools import POOL_CHECKS
from mpconform_reports.reproduction_steps import Needed
from mpconform_reports.reproduction_values import pids_of, quoted

__all__ = ("sign",)

#: What differs from run to run in the text of an object: where it is, and process ids.
_FLEETING = "(0x|pid=|parent=)[0-9a-f]+"
#: What was recorded is written out if it is no longer than this.
_LONGEST = 400

#: A timed call is too early by more than this, as the checkers have it.
_GRAIN_NS = 2_000_000
_EARLY = ("early", "too-early")
_SENDING = frozenset({"put", "put_nowait", "send", "send_bytes", "sendall"})
_RECEIVING = frozenset({"get", "get_nowait", "recv", "recv_bytes", "recv_bytes_into"})


def sign(stored: StoredViolation, history: History) -> Sign:
    """Return the sign of a violation, by its kind; one that nothing else fits is its witness again."""
    for fits, make in (*POOL_CHECKS, *PASSING_CHECKS, *BARRIER_CHECKS, *DOOR_CHECKS, *CHECKS):
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
    modules = "another-class" in stored.kind
    deep = "exception" in stored.kind and foreseen(stored)
    facts = [
        fact for op in stored.witness if (fact := fact_of(op, pids, deep=deep, modules=modules)) is not None
    ]
    steady = [re.sub(_FLEETING, r"\1", fact) for fact in facts]
    fleeting = steady != facts
    facts = list(dict.fromkeys(steady))
    waiting = [op for op in stored.witness if op.open and hung]
    more = [*_orders(stored), *_haste(stored)]
    if waiting:  # Each run comes to its end, whoever it is that does not.
        return _hung(waiting)
    for again in (_raised_again(stored, history, deep=deep), _hasty_again(stored, history)):
        if again is not None:
            return again
    relations = _relations(stored, pids)
    more += relations
    if accused is not None and accused.ok and fact_of(accused, pids) is None and not relations:
        more.append(f'not any(one[:2] == {key(accused)} and "raised" in str(one[2]) for one in notes)')
        more.append(f"any(one[:2] == {key(accused)} for one in notes)")
    if not facts and not more:
        more.append('["ended", 0] not in notes')
    body = []
    if fleeting:
        masked = f're.sub("{_FLEETING}", r"\\1", json.dumps(notes))'
        body.append(f"notes = json.loads({masked})  # Addresses differ from run to run.")
    if any("pid." in fact for fact in [*facts, *more]):
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
    topics = {"pids"} if any("pid." in fact for fact in [*facts, *more]) else set()
    topics |= {"errors"} if deep else set()
    topics |= {"modules"} if modules else set()
    # Where a run hangs, what raises must not end an actor: others would wait for it.
    return Sign(
        needed=Needed(steps=steps, all=hung, topics=frozenset(topics)),
        body=tuple(body),
        uses=frozenset({"times"} if any("at[" in one for one in more) else set()),
    )


def _hung(waiting: list[Operation]) -> Sign:
    """Return that the run did not come to its end."""
    seen = f"the run hung; when recorded, in {call_of(waiting[-1])}"
    return Sign(
        needed=Needed(nothing=True),
        body=(f"if {HUNG} in notes:", f"    return {quoted(seen)}"),
        hangs=True,
    )


def _raised_again(stored: StoredViolation, history: History, *, deep: bool) -> Sign | None:
    """Return that a call raised what it never may, whichever of the calls that are alike it is."""
    accused = accused_of(stored)
    told = "raised" in stored.kind or "refused" in stored.kind
    if accused is None or accused.outcome != "raised" or not told or deep:
        return None
    alike = _alike(history.scenario, accused, "target", "method")
    if len(alike) < 2 or any(op.outcome == "raised" for op in stored.witness[:-1]):  # more than one
        return None
    name = quoted(f"raised {accused.result['type']}")
    steps = ", ".join(f"[{quoted(one)}, {index}]" for one, index in alike)
    return Sign(
        needed=Needed(steps=frozenset(alike), all=history.ended == "hung"),
        body=(
            f"calls = [{steps}]",
            f"if any(one[:2] in calls and one[2] == {name} for one in notes):",
            f"    return {quoted(told_of(accused))}",
        ),
    )


def _alike(scenario: Scenario, accused: Operation, *parts: str) -> list[tuple[str, int]]:
    """Return the steps of *scenario*, by actor and number, that are the *accused* call in all *parts*."""
    same = attrgetter(*parts)
    return [
        (name, index)
        for name, actor in scenario.actors.items()
        for index, step in enumerate(actor.steps)
        if same(step) == same(accused)
    ]


def _hasty_again(stored: StoredViolation, history: History) -> Sign | None:
    """Return that a call gave up before its time, whichever of the calls that are alike it is."""
    accused = accused_of(stored)
    if accused is None or len(stored.witness) > 1 or not _haste(stored):
        return None
    alike = _alike(history.scenario, accused, "target", "method", "timeout_s", "arguments", "keywords")
    fact, least = fact_of(accused, {}), _least_ns(accused)
    if len(alike) < 2 or fact is None or least is None:  # more than one
        return None
    given_up = fact[len(key(accused)) + 1 : -1]
    return Sign(
        needed=Needed(steps=frozenset(alike), all=history.ended == "hung"),
        uses=frozenset({"times"}),
        body=(
            f"for one in [one for one in notes if one[:3] in {lists(alike, given_up)}]:",
            f"    if one[4] - one[3] < {least}:",
            f'        return "{call_of(accused)}, after %.3f s" % ((one[4] - one[3]) / 1e9)',
        ),
    )


def _relations(stored: StoredViolation, pids: dict[int, str]) -> list[str]:
    """Return how numbers that differ from run to run stand to each other."""
    found: list[str] = []
    ops = [op for op in stored.witness if op.ok and op.method in UNSTEADY and isinstance(op.result, int)]
    unknown = [op for op in ops if op.result not in pids]
    for method in dict.fromkeys(op.method for op in unknown):
        mine = [op for op in unknown if op.method == method]
        keys = list(dict.fromkeys(map(key, mine)))
        if len(keys) > 1:
            same = len({op.result for op in mine}) == 1
            values = f"{{one[2] for one in notes if one[:2] in [{', '.join(keys)}]}}"
            found.append(f"len({values}) {'==' if same else '>'} 1")
        elif "pid" in method or method == ".ident":
            # The parent may be a fork server, which notes nothing: only whoever has none is an orphan.
            strange = "in (0, 1)" if stored.backend.method == "forkserver" else "not in pid.values()"
            found.append(f"any(one[:2] == {keys[0]} and one[2] {strange} for one in notes)")
    return found


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
    # Whoever waits for others was at it for as long as it waited.
    after = [f"{at(op)}[{int(op.method == 'rendezvous')}]" for op in others if accused.precedes(op)]
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
        least = _least_ns(op)
        if least is not None and not op.open and op.elapsed_s * 1e9 < least + _GRAIN_NS:
            return [f"{at(op)}[1] - {at(op)}[0] < {least}"]
    return []


def _least_ns(op: Operation) -> int | None:
    """Return how many nanoseconds *op* has to wait before it gives up; None if it has no timeout."""
    timeout = _timeout(op)
    return None if timeout is None else round(timeout * 1e9) - _GRAIN_NS


def _timeout(op: Operation) -> float | None:
    """Return the timeout of *op* in seconds, however it was given."""
    if op.timeout_s is not None:
        return op.timeout_s
    last = op.keywords.get("timeout", op.arguments[-1] if op.arguments else None)
    return float(last) if isinstance(last, (int, float)) and not isinstance(last, bool) else None
