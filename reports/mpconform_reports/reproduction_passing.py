"""Direct checks of what queues and pipes pass on, as reproduction scripts have them."""

from dataclasses import dataclass

from mpconform.store import StoredViolation
from mpconform.values import History
from mpconform_reports.reproduction_facts import (
    HUNG,
    Make,
    Sign,
    accused_of,
    condition,
    fact_of,
    key,
    lists,
    steps_on,
)
from mpconform_reports.reproduction_steps import Needed
from mpconform_reports.reproduction_values import quoted

__all__ = ("PASSING_CHECKS",)

_PUTS = frozenset({"put", "put_nowait", "send"})
_GETS = frozenset({"get", "get_nowait", "recv"})


def _names_of(stored: StoredViolation, history: History) -> tuple[str, ...]:
    """Return the names of the object that the witness is about: a pipe has one for each end."""
    targets = [op.target for op in stored.witness if op.method in _PUTS | _GETS]
    for name, spec in history.scenario.objects.items():
        names = spec.unpack or (name,)
        if targets and targets[0] in names:
            return names
    return ()


#: An actor, and the place of one of its steps.
_Place = tuple[str, int]
#: Kinds that lie in what an item carries.
_CONTENTS = frozenset({"altered", "payload-changed"})


@dataclass(frozen=True, kw_only=True)
class _Passing:
    """The steps that pass things on through one object, *got* those that take; *body* picks their notes.

    *rising* says that each producer numbers its items in the order in which it puts them.
    """

    steps: frozenset[tuple[str, int]]
    got: frozenset[tuple[str, int]]
    body: tuple[str, ...] = ()
    rising: bool = True


def _passing(stored: StoredViolation, history: History) -> _Passing | None:
    """Return who passes on what through the object of the witness, if each producer numbers its items.

    Values that are no items may be among them: the checks do not look at these.
    """
    names = _names_of(stored, history)
    steps: list[tuple[str, int]] = []
    got: list[tuple[str, int]] = []
    rising = True
    owners: dict[str, str] = {}
    for name, actor in history.scenario.actors.items():
        mine: list[tuple[str, int]] = []
        for index, step in enumerate(actor.steps):
            if not step.target and step.method == "drain" and step.arguments[0].get("$object") in names:
                steps.append((name, index))
                got.append((name, index))
            if step.target not in names:
                continue
            if step.method in _PUTS | _GETS:
                steps.append((name, index))
            if step.method in _GETS:
                got.append((name, index))
            if step.method in _PUTS:
                value = step.arguments[0] if step.arguments else None
                item = value.get("$item") if isinstance(value, dict) else None
                if item is None:
                    continue
                if owners.setdefault(item[0], name) != name:
                    return None
                mine.append((item[0], item[1]))
        numbers = [[n for who, n in mine if who == one] for one, _ in mine]
        rising = rising and all(one == sorted(one) for one in numbers)
        if len(mine) > len(set(mine)):
            return None
    if not steps:
        return None
    others = len(history.scenario.objects) > 1
    body = (f"notes = [one for one in notes if one[:2] in {lists(sorted(steps))}]",) if others else ()
    return _Passing(steps=frozenset(steps), got=frozenset(got), body=body, rising=rising)


def _overtaken(stored: StoredViolation, history: History) -> Sign | None:
    passing = _passing(stored, history)
    if passing is None:
        return None
    told = [op.arguments[0] for op in stored.witness if op.method in _PUTS and op.arguments]
    if not all(isinstance(one, dict) and "$item" in one for one in told):
        return None
    steps = passing.got if passing.rising else passing.steps
    before = "first[1] < later[1]" if passing.rising else "sent.index(first) < sent.index(later)"
    return Sign(
        needed=Needed(steps=steps),
        uses=frozenset({"times"} if passing.rising else {"times", "gets", "puts"}),
        body=(
            *passing.body,
            "got = [one[:5] for one in notes if len(one) > 4 and isinstance(one[2], list)]",
            *(
                []
                if passing.rising
                else ["sent = [one[5] for one in sorted(puts(notes), key=lambda one: one[3])]"]
            ),
            "for _, _, first, began, _ in got:",
            "    for _, _, later, _, ended in got:",
            f"        if first[0] == later[0] and {before} and ended < began:",
            '            return "%s, put later, was got before %s" % (later[:2], first[:2])',
        ),
    )


def _twice(stored: StoredViolation, history: History) -> Sign | None:
    passing = _passing(stored, history)
    if passing is None:
        return None
    return Sign(
        needed=Needed(steps=passing.got),
        body=(
            *passing.body,
            "got = [one[2][:2] for one in notes if len(one) > 2 and isinstance(one[2], list)]",
            "for item in got:",
            "    if got.count(item) > 1:",
            '        return "%s was put once and got %d times" % (item, got.count(item))',
        ),
    )


def _lost(stored: StoredViolation, history: History) -> Sign | None:
    """Return that an item of the same producer was not got by anyone, and somebody waited in vain."""
    passing = _passing(stored, history)
    accused = accused_of(stored)
    put = stored.witness[0] if stored.witness else None
    if passing is None or accused is None or put is None or put.method not in _PUTS:
        return None
    if accused.open:  # Who hangs, and for whose item, is luck.
        vain, seen = f"{HUNG} in ended", '"nobody ever got %s, and somebody waits for ever"'
        mine, proofs = "", []
    else:
        # A drain of a queue without timeouts returns how many items did not come.
        said = 'one[2] == "raised Empty"' if accused.outcome == "raised" else "one[2]"
        vain = f"any(one[:2] == {key(accused)} and {said} for one in notes)"
        seen = '"nobody ever got %s"'
        mine = f"one[0] == {quoted(put.actor)} and "
        # Which of the items another one followed is luck; that their process ended is not.
        proofs = [] if _ends_well(history) else [op for op in stored.witness[1:-1] if op.method not in _PUTS]
    more = [f"{told} in [one[:3] for one in notes]" for op in proofs if (told := fact_of(op, {}))]
    body = [
        *(["ended = notes[-1:]"] if accused.open else []),
        *passing.body,
        "got = [one[2] for one in gets(notes)]",
        f"lost = [one[5] for one in puts(notes) if {mine}one[5] not in got]",
        *condition(["lost", vain, *more]),
        f"    return {seen} % lost[0][:2]",
    ]
    keys = passing.steps | {(op.actor, op.step) for op in (*proofs, accused)}
    return Sign(
        needed=Needed(steps=frozenset(keys), all=accused.open),
        body=tuple(body),
        uses=frozenset({"gets", "puts"}),
        hangs=accused.open,
    )


def _ends_well(history: History) -> bool:
    """Return whether no process of the scenario ends before its items are flushed."""
    rude = {"terminate", "kill", "cancel_join_thread", "exit", "signal", "linger"}
    return not any(step.method in rude for actor in history.scenario.actors.values() for step in actor.steps)


def _overfull(stored: StoredViolation, history: History) -> Sign | None:
    passing = _passing(stored, history)
    spec = history.scenario.objects.get(stored.witness[0].target)
    if passing is None or spec is None or not spec.arguments:
        return None
    return Sign(
        needed=Needed(steps=passing.steps),
        uses=frozenset({"gets", "puts"}),
        body=(
            *passing.body,
            "for put in puts(notes):",
            "    inside = sum(one[4] <= put[4] for one in puts(notes))",
            "    inside -= sum(one[3] <= put[4] for one in gets(notes))",
            f"    if inside > {spec.arguments[0]}:",
            '        return "%d items were in the queue after %s was put" % (inside, put[5][:2])',
        ),
    )


def _unready(stored: StoredViolation, history: History) -> Sign | None:
    """Return that a poll was False although more messages had been sent than were taken."""
    poll = stored.witness[-1]
    ends = next((spec.unpack for spec in history.scenario.objects.values() if poll.target in spec.unpack), ())
    if poll.method != "poll" or len(ends) != 2:  # a pipe has two ends
        return None
    (far,) = set(ends) - {poll.target}
    sends, receives = steps_on(history, far, "send"), steps_on(history, poll.target, "recv")
    polls = steps_on(history, poll.target, "poll")
    return Sign(
        needed=Needed(steps=frozenset([*sends, *receives, *polls])),
        uses=frozenset({"times"}),
        body=(
            f"sent = [one for one in notes if one[:2] in {lists(sends)} and one[2] is None]",
            f"took = [one for one in notes if one[:2] in {lists(receives)}]",
            f"for poll in [one for one in notes if one[:2] in {lists(polls)} and one[2] is False]:",
            "    if sum(one[4] < poll[3] for one in sent) > sum(one[3] < poll[4] for one in took):",
            f'        return "{poll.target}.poll() was False after more was sent than had been taken"',
        ),
    )


def _in_order(stored: StoredViolation, history: History) -> Sign | None:
    """Return that what one actor received is not what one other had sent, one after the other."""
    ends = _names_of(stored, history)
    got = next((op for op in reversed(stored.witness) if op.method.startswith("recv")), None)
    if got is None or len(ends) != 2:  # a pipe has two ends
        return None
    (far,) = set(ends) - {got.target}
    sends, receives = steps_on(history, far, "send"), steps_on(history, got.target, "recv")
    plain = all(
        history.scenario.actors[name].steps[index].method in {"recv", "recv_bytes"}
        for name, index in receives
    )
    if not plain or len({name for name, _ in sends}) != 1 or len({name for name, _ in receives}) != 1:
        return None
    return Sign(
        needed=Needed(steps=frozenset([*sends, *receives])),
        uses=frozenset({"times", "items", "show"}),
        body=(
            f"sent = [one[5] for one in notes if one[:2] in {lists(sends)} and one[2] is None]",
            f"came = [one[2] for one in notes if one[:2] in {lists(receives)}]",
            "for n, (due, got) in enumerate(zip(sent, came)):",
            "    if got != due:",
            '        return "message %d was %.60s, where %.60s had been sent" % (n, got, due)',
        ),
    )


def _ended_early(stored: StoredViolation, history: History) -> Sign | None:
    """Return that the end was told before all was received that had been sent."""
    ends = _names_of(stored, history)
    ended = next((op for op in stored.witness if op.raised("EOFError")), None)
    if ended is None or len(ends) != 2:  # a pipe has two ends
        return None
    (far,) = set(ends) - {ended.target}
    sends, receives = steps_on(history, far, "send"), steps_on(history, ended.target, "recv")
    return Sign(
        needed=Needed(steps=frozenset([*sends, *receives])),
        body=(
            f"sent = [one for one in notes if one[:2] in {lists(sends)} and one[2] is None]",
            f"came = [str(one[2]) for one in notes if one[:2] in {lists(receives)}]",
            'good = [one for one in came if not one.startswith("raised ")]',
            'if "raised EOFError" in came and len(good) < len(sent):',
            '    return "%d messages were sent, %d received, then came EOFError" % (len(sent), len(good))',
        ),
    )


def _bound_ends(history: History) -> tuple[str, ...]:
    """Return what actors have bound and send through or receive from; none if something else writes to it."""
    steps = [step for actor in history.scenario.actors.values() for step in actor.steps if step.target]
    if any(step.method == "sendall" for step in steps):
        return ()
    known = {name for key_, spec in history.scenario.objects.items() for name in spec.unpack or (key_,)}
    ends = (step.target for step in steps if step.method.startswith(("send", "recv")))
    return tuple(name for name in dict.fromkeys(ends) if name not in known)


def _exchanged(stored: StoredViolation, history: History) -> tuple[list[_Place], list[_Place]] | None:
    """Return the steps that send what the accused could receive, and those that receive it."""
    accused = accused_of(stored)
    if accused is None or not accused.ok or accused.method not in _GETS | {"recv_bytes"}:
        return None
    names = next(
        (spec.unpack or (name,) for name, spec in history.scenario.objects.items()
         if accused.target in (spec.unpack or (name,))), _bound_ends(history)
    )  # fmt: skip
    sends = [key_ for name in names for word in ("put", "send") for key_ in steps_on(history, name, word)]
    receives = [key_ for name in names for word in ("get", "recv") for key_ in steps_on(history, name, word)]
    steps = [history.scenario.actors[name].steps[index] for name, index in (*sends, *receives)]
    if any(step.method == "recv_bytes_into" for step in steps):
        return None
    if any(step.method == "send_bytes" and len(step.arguments) > 1 for step in steps) or not receives:
        return None
    receives += [
        (name, index)
        for name, actor in history.scenario.actors.items()
        for index, step in enumerate(actor.steps)
        if not step.target and step.method == "drain" and step.arguments[0].get("$object") in names
    ]
    return sends, receives


def _altered(stored: StoredViolation, history: History) -> Sign | None:
    """Return that something was received that nobody had sent."""
    exchanged = _exchanged(stored, history)
    if exchanged is None:
        return None
    sends, receives = exchanged
    return Sign(
        needed=Needed(steps=frozenset([*sends, *receives])),
        uses=frozenset({"exact", "note", "contents"})
        if stored.kind in _CONTENTS
        else frozenset({"exact", "note"}),
        body=(
            f"sent = [one[3] for one in notes if one[:2] in {lists(sends)}]",
            f"for came in (one[2] for one in notes if one[:2] in {lists(receives)}):",
            '    if came not in sent and not came.startswith("raised "):',
            '        return "%s was received, and nobody had sent it" % came',
        ),
    )


def _again(stored: StoredViolation, history: History) -> Sign | None:
    """Return that something was received more often than it was sent, whatever it is."""
    exchanged = _exchanged(stored, history)
    if exchanged is None:
        return None
    sends, receives = exchanged
    return Sign(
        needed=Needed(steps=frozenset([*sends, *receives])),
        uses=frozenset({"exact", "note", "contents"}),
        body=(
            f"sent = [one[3] for one in notes if one[:2] in {lists(sends)}]",
            f"came = [one[2] for one in notes if one[:2] in {lists(receives)}]",
            # What was sent as an object and received as bytes is not known again.
            "for one in filter(sent.__contains__, came):",
            "    if came.count(one) > sent.count(one):",
            '        return "%s was received %d times, sent %d" % (one, came.count(one), sent.count(one))',
        ),
    )


def _joined_early(stored: StoredViolation, history: History) -> Sign | None:
    """Return that a join of a queue returned while fewer items were done than had been put before it."""
    join = accused_of(stored)
    if join is None or join.method != "join":
        return None
    puts, dones = steps_on(history, join.target, "put"), steps_on(history, join.target, "task_done")
    joins = steps_on(history, join.target, "join")
    return Sign(
        needed=Needed(steps=frozenset([*puts, *dones, *joins])),
        uses=frozenset({"times"}),
        body=(
            f"puts = [one for one in notes if one[:2] in {lists(puts)} and one[2] is None]",
            f"done = [one for one in notes if one[:2] in {lists(dones)} and one[2] is None]",
            f"for join in [one for one in notes if one[:2] in {lists(joins)} and one[2] is None]:",
            "    due = sum(one[4] < join[3] for one in puts)",
            "    if sum(one[3] < join[4] for one in done) < due:",
            '        return "join returned, and fewer than the %d items were done that had been put" % due',
        ),
    )


#: What a kind contains, and what sees it.
PASSING_CHECKS: tuple[tuple[str, Make], ...] = (
    ("later-item-got-first", _overtaken),
    ("overtaken", _overtaken),
    ("overtaken", _in_order),
    ("got-twice", _twice),
    ("received-twice", _twice),
    ("received-twice", _again),
    ("item-lost", _lost),
    ("more-than-maxsize", _overfull),
    ("not-ready-but-sent", _unready),
    ("end-before-data", _ended_early),
    ("altered", _altered),
    ("payload-changed", _altered),
    ("got-what-nobody-put", _altered),
    ("received-unsent", _altered),
    ("join-returned-too-soon", _joined_early),
)
