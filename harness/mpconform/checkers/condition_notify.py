"""How many waits a notify wakes: so many as it says, all, never one more, never one less."""

from collections.abc import Iterator

from mpconform.checkers.condition_model import GRAIN_NS, Group, Notify, Waiting, groups
from mpconform.checkers.condition_proof import at_rest, hangs, peaceful, shown
from mpconform.checkers.surprises import Surprises
from mpconform.checkers.telling import Teller, counted
from mpconform.values import Finding, History, Operation, Violation

__all__ = ("all_woken", "at_least", "at_most", "returns")


def at_most(history: History) -> Finding:
    """Check that notify(n) wakes at most n of those that wait.

    Each wait that returned True needs a notify, between its two critical sections, that woke it; each
    notify(n) can be that of n waits.  Judges each notify(n) when more than n waits were under way, where
    the order of the sections is certain.  Exact: earliest end first.  O(waits x notifies).
    """
    judged = 0
    violations = []
    teller = Teller(history)
    for group in _sound(history):
        for name in group.conditions:
            notifies = [one for one in group.notifies if one.name == name and one.most is not None]
            judged += sum(_many(group, one) for one in notifies)
            excess = _excess(group, name, notifies)
            if excess is None:
                continue
            wait, heard, others = excess
            called = [f"{teller.tell(one.op)}." for one in heard]
            woken = [f"{teller.tell(one.op)}." for one in (*others, wait)]
            violations.append(
                Violation(
                    kind="too-many-woken",
                    summary=f"{counted(len(others) + 1, 'wait')} on {name} were woken where "
                    f"{sum(one.most or 0 for one in heard)} could be, with {wait.op.actor}'s.",
                    story=" ".join((*called, *woken)),
                    witness=shown((*(one.op for one in heard[:1]), wait.op, *(one.op for one in others))),
                )
            )
    return Finding(judged=judged, violations=tuple(violations))


def at_least(history: History) -> Finding:
    """Check that notify(n) wakes n of those that wait, or all if they are fewer, unless a time is over.

    A wait that surely had begun, and was woken neither by a notify(n) nor ever after, shows that this one
    woke n others.  Judges each notify(n) while a wait surely waited.  Sound: of 7,624 illegal random
    histories of a notify that wakes one too few, all checkers of conditions together missed 453.
    O(waits x notifies x waits).
    """
    judged = 0
    violations = []
    teller = Teller(history)
    for group in _sound(history):
        judged += len({id(one.op) for wait in group.waits for one in _surely(group, wait) if one.most})
        for wait in _unwoken(history, group):
            needy = [one for one in _surely(group, wait) if one.most]
            short = _short_of(group, wait, needy, resting=at_rest(history, group))
            if short is not None:
                notify, takers = short
                violations.append(_lost(teller, wait, notify, takers))
                break
    return Finding(judged=judged, violations=tuple(violations))


def all_woken(history: History) -> Finding:
    """Check that notify_all wakes everybody who waits.

    Judges each wait that surely had begun when notify_all was called, and whose time was not over when that
    returned: it must not give up later, nor wait for ever in a run that hung while the lock was free.  Sound.
    O(waits x notifies).
    """
    judged = 0
    violations = []
    teller = Teller(history)
    for group in _sound(history):
        judged += sum(
            not wait.stretch and any(one.most is None for one in _surely(group, wait)) for wait in group.waits
        )
        for wait in _unwoken(history, group):
            notify = next((one for one in _surely(group, wait) if one.most is None), None)
            if notify is not None:
                violations.append(_lost(teller, wait, notify, []))
    return Finding(judged=judged, violations=tuple(violations))


def returns(history: History) -> Finding:
    """Check that notify and notify_all, by the owner of the lock, return, and raise nothing.

    Judges each of them, but in scenarios in which somebody is killed: of a dead waiter it is only noted
    whether the notify after it blocked.  Exact.
    """
    judged = 0
    violations = []
    teller = Teller(history)
    surprises = Surprises(history)
    for group in groups(history):
        owned = [op for op in group.operations if op.method in {"notify", "notify_all"}]
        owned = [op for op in owned if op not in group.unowned]
        for op in owned:
            if not peaceful(history):
                how = "blocked" if op.open else "raised" if op.outcome == "raised" else "worked"
                surprises.took(f"{op.method} beside a kill {how}", op)
                continue
            hung = hangs(history, op)
            judged += not op.open or hung
            if hung or op.outcome == "raised":
                violations.append(_stuck(teller, group, op))
    return surprises.finding(judged, violations)


def _stuck(teller: Teller, group: Group, op: Operation) -> Violation:
    how = "never returned" if op.open else f"raised {op.result['type']}"
    waits = [one.op for one in group.waits if one.op.actor != op.actor and one.op.invoked_ns < op.invoked_ns]
    told = " ".join(f"{teller.tell(one)}." for one in waits[-2:])
    return Violation(
        kind=f"{op.method}-{'hangs' if op.open else 'raises'}",
        summary=f"{op.actor}'s {op.target}.{op.method}(), with the lock, {how}.",
        story=f"{told} {teller.tell(op)}; nobody was killed.".strip(),
        witness=shown((*waits[-2:], op)),
    )


def _sound(history: History) -> Iterator[Group]:
    yield from (group for group in groups(history) if group.sound)


def _many(group: Group, notify: Notify) -> bool:
    """Whether more waits were surely under way, when *notify* was called, than it may wake."""
    waits = [one for one in group.waits if one.surely_begun(notify) and one.may_hear(notify)]
    return len(waits) > (notify.most or 0)


def _excess(
    group: Group, name: str, notifies: list[Notify]
) -> tuple[Waiting, list[Notify], list[Waiting]] | None:
    """Return a wait that no notify is left for, those that it may have heard, and whom they woke."""
    spans: list[tuple[int, int, Waiting]] = []
    for wait in group.waits:
        if wait.woken and wait.name == name:
            heard = group.heard_by(wait)
            places = [at for at, one in enumerate(notifies) if one in heard]
            if places and all(one.most is not None for one in heard):
                spans.append((places[-1], places[0], wait))
    spans.sort(key=lambda span: span[:2])
    left = [one.most or 0 for one in notifies]
    woken: dict[int, list[Waiting]] = {}
    for last, first, wait in spans:
        place = next((at for at in range(first, last + 1) if left[at]), None)
        if place is None:
            others = [one for at in range(first, last + 1) for one in woken.get(at, ())]
            return wait, notifies[first : last + 1], others
        left[place] -= 1
        woken.setdefault(place, []).append(wait)
    return None


def _surely(group: Group, wait: Waiting) -> list[Notify]:
    """Return the notifies that returned while *wait* surely waited, if no other one had woken it before."""
    return [
        one
        for one in group.heard_by(wait)
        if wait.surely_begun(one)
        and one.op.returned_ns is not None
        and one.op.returned_ns < wait.deadline_ns - GRAIN_NS
    ]


def _unwoken(history: History, group: Group) -> list[Waiting]:
    """Return the waits that surely were never woken."""
    if not peaceful(history):
        return []
    resting = at_rest(history, group)
    return [one for one in group.waits if one.expired or (resting and _waits_on(history, one))]


def _waits_on(history: History, wait: Waiting) -> bool:
    return not wait.stretch and wait.after is None and hangs(history, wait.op)


def _short_of(
    group: Group, wait: Waiting, needy: list[Notify], *, resting: bool
) -> tuple[Notify, list[Waiting]] | None:
    """Return the first of the *needy* that cannot have woken as many others as it says, and whom it can have.

    Who never came back was not woken in a run at rest; in any other, it may have been.
    """
    never = {id(one) for one in group.waits if one is wait or (resting and _silent(one))}
    places = {id(one): at for at, one in enumerate(group.notifies)}
    takers = []
    for one in group.waits:
        heard = [places[id(n)] for n in group.heard_by(one) if not one.expired or _late(one, n)]
        if id(one) not in never and heard:
            takers.append((heard[-1], set(heard), one))
    takers.sort(key=lambda taker: taker[0])
    for notify in needy:
        place = places[id(notify)]
        fit = [taker for taker in takers if place in taker[1]][: notify.most]
        if len(fit) < (notify.most or 0):
            return notify, [taker[2] for taker in fit]
        for taker in fit:
            takers.remove(taker)
    return None


def _silent(wait: Waiting) -> bool:
    """Whether *wait* never came back."""
    return wait.after is None and not wait.stretch


def _late(wait: Waiting, notify: Notify) -> bool:
    """Whether the time of *wait* may have been over before *notify* returned, which was spent on it."""
    return wait.expired and (
        notify.op.returned_ns is None or notify.op.returned_ns >= wait.deadline_ns - GRAIN_NS
    )


def _lost(teller: Teller, wait: Waiting, notify: Notify, takers: list[Waiting]) -> Violation:
    others = " ".join(f"{teller.tell(one.op)}." for one in takers)
    end = "gave up later" if wait.expired else "waits for ever"
    return Violation(
        kind="wake-up-lost" if notify.most is not None else "notify-all-missed-one",
        summary=f"{wait.op.actor} waited on {wait.name} when {teller.call(notify.op)} was called, which woke "
        f"{counted(len(takers), 'other') if takers else 'nobody else'}, and {end}."
        if notify.most is not None
        else f"{wait.op.actor} waited on {wait.name} when {teller.call(notify.op)} was called, and {end}.",
        story=f"{teller.tell(wait.op)}. {teller.tell(notify.op)}, when {wait.op.actor} surely had released "
        "the "
        f"lock and its time was not over. {others}".strip(),
        witness=shown((wait.before.taken, wait.op, notify.op, *(one.op for one in takers))),
    )
