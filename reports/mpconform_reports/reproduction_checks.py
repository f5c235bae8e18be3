"""Direct checks of what queues, pipes, memory and processes do, as reproduction scripts have them."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from mpconform.store import StoredViolation
from mpconform.values import History, Json, Operation
from mpconform_reports import pseudocode
from mpconform_reports.reproduction_facts import Sign, accused_of, call_of, condition, fact_of, key
from mpconform_reports.reproduction_steps import Needed
from mpconform_reports.reproduction_values import UNIQUE, quoted, recorded

__all__ = ("CHECKS", "Make")

Make = Callable[[StoredViolation, History], Sign | None]
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


@dataclass(frozen=True, kw_only=True)
class _Passing:
    """The steps that pass things on through one object; *body* picks their notes."""

    steps: frozenset[tuple[str, int]]
    body: tuple[str, ...] = ()


def _passing(stored: StoredViolation, history: History) -> _Passing | None:
    """Return who passes on what through the object of the witness, if each producer numbers its items.

    Values that are no items may be among them: the checks do not look at these.
    """
    names = _names_of(stored, history)
    steps: list[tuple[str, int]] = []
    for name, actor in history.scenario.actors.items():
        mine: list[int] = []
        for index, step in enumerate(actor.steps):
            if not step.target and step.method == "drain" and step.arguments[0].get("$object") in names:
                steps.append((name, index))
            if step.target not in names:
                continue
            if step.method.startswith(("send_bytes", "recv_bytes")):
                return None
            if step.method in _PUTS | _GETS:
                steps.append((name, index))
            if step.method in _PUTS:
                value = step.arguments[0] if step.arguments else None
                item = value.get("$item") if isinstance(value, dict) else None
                if item is not None and item[0] != name:
                    return None
                mine += [item[1]] if item is not None else []
        if mine != sorted(set(mine)):
            return None
    if not steps:
        return None
    others = len(history.scenario.objects) > 1
    body = (f"notes = [one for one in notes if one[:2] in {_lists(sorted(steps))}]",) if others else ()
    return _Passing(steps=frozenset(steps), body=body)


def _overtaken(stored: StoredViolation, history: History) -> Sign | None:
    passing = _passing(stored, history)
    if passing is None:
        return None
    return Sign(
        needed=Needed(steps=passing.steps),
        uses=frozenset({"times"}),
        body=(
            *passing.body,
            "got = [one[:5] for one in notes if len(one) > 4 and isinstance(one[2], list)]",
            "for _, _, first, began, _ in got:",
            "    for _, _, later, _, ended in got:",
            "        if first[0] == later[0] and first[1] < later[1] and ended < began:",
            '            return "%s, put later, was got before %s" % (later[:2], first[:2])',
        ),
    )


def _twice(stored: StoredViolation, history: History) -> Sign | None:
    passing = _passing(stored, history)
    if passing is None:
        return None
    return Sign(
        needed=Needed(steps=passing.steps),
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
        vain, seen = '["ended", "hung"] in ended', '"nobody ever got %s, and somebody waits for ever"'
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


def _zombies(stored: StoredViolation, _history: History) -> Sign | None:
    """Return that a child of main that had ended is still a zombie in the census after a call."""
    call = stored.witness[-1]
    label = stored.observed[-1].partition("census '")[2].partition("'")[0] or "after"
    name = stored.summary.split(",")[0].split("'")[0]
    zombie = "zombie" in stored.kind
    # Who ended only after the call, may well be a zombie.
    test = "[pid, state] in before" if zombie else "True"
    before = 'before = [pair for one in notes if one[0] == "before" for pair in one[1] if pair[1] == "Z"]'
    topics = {"census", "pids", *(["before"] if zombie else [])}
    return Sign(
        needed=Needed(topics=frozenset(topics), steps=frozenset({(call.actor, call.step)})),
        body=(
            f'mine = [one[2] for one in notes if one[:2] == ["pid", "{name}"]]',
            f'counted = [pair for one in notes if one[:2] == ["census", "{label}"] for pair in one[2]]',
            *([before] if zombie else []),
            "for pid, state in counted:",
            f"    if pid in mine and {test}:",
            f'        return "{name} was left in state %s after {pseudocode.operation_line(call)}" % state',
        ),
    )


def _segments(stored: StoredViolation, _history: History) -> Sign | None:
    """Return that a block still has its name when all is over."""
    label = stored.observed[0].rpartition(" ")[2]
    value = recorded(label)
    if value is None or UNIQUE not in value:
        return None
    return Sign(
        needed=Needed(topics=frozenset({"segments"})),
        body=(
            'left = [name for one in notes if one[0] == "segments" for name in one[1]]',
            f"if {value} in left:",
            f'    return {value} + " was unlinked, and is still in /dev/shm"',
        ),
    )


def _counter(stored: StoredViolation, history: History) -> Sign | None:
    """Return that a count lies below the increments that were over, or above those that had begun."""
    read = stored.witness[-1]
    place, target = _place(read), {"$object": read.target}
    adding: list[tuple[str, int]] = []
    reading: list[tuple[str, int]] = []
    for name, actor in history.scenario.actors.items():
        for index, step in enumerate(actor.steps):
            if step.method in {"increment", "increment_index"} and not step.target:
                if step.arguments[0] == target and _index(step.method, step.arguments) == place:
                    adding.append((name, index))
            elif step.target == read.target and (step.method, step.arguments) == (
                read.method,
                read.arguments,
            ):
                reading.append((name, index))
    made = history.scenario.objects.get(read.target)
    start = _start(made.arguments, place) if made is not None else None
    if start is None or not adding or not reading or read.method not in {".value", "__getitem__"}:
        return None
    more = f"{start} + " if start else ""
    return Sign(
        needed=Needed(steps=frozenset([*adding, *reading])),
        uses=frozenset({"times"}),
        body=(
            f"added = [one for one in notes if one[:3] in {_lists(adding, 'None')}]",
            f"for who, _, count, began, ended in [one for one in notes if one[:2] in {_lists(reading)}]:",
            "    least, most = sum(one[4] < began for one in added), sum(one[3] < ended for one in added)",
            f"    if not {more}least <= count <= {more}most:",
            f"        seen = (who, {quoted(read.target)}, count, least, most)",
            '        return "%s read %s as %s, after %d to %d increments" % seen',
        ),
    )


def _lists(keys: Iterable[tuple[str, int]], *more: str) -> str:
    """Return the beginnings of the notes of *keys*, as a list of lists."""
    told = (", ".join([quoted(name), str(index), *more]) for name, index in keys)
    return f"[{', '.join(f'[{one}]' for one in told)}]"


def _index(method: str, arguments: Iterable[Json]) -> Json:
    return None if method == "increment" else list(arguments)[1]


def _place(op: Operation) -> Json:
    """Return the index that *op* is about, None for a value."""
    if op.method in {"increment", "increment_index"}:
        return _index(op.method, op.arguments)
    return op.arguments[0] if op.method == "__getitem__" else None


def _start(arguments: tuple[Json, ...], place: Json) -> int | None:
    """Return with what number an object that was made with *arguments* begins."""
    first = arguments[1] if len(arguments) > 1 else 0
    if isinstance(first, list) and isinstance(place, int) and 0 <= place < len(first):
        first = first[place]
    elif place is not None:
        first = 0
    return first if isinstance(first, int) else None


def _ran_twice(stored: StoredViolation, _history: History) -> Sign | None:
    """Return that the target of a process ran more than once."""
    name = stored.witness[0].target
    return Sign(
        needed=Needed(topics=frozenset({"pids"})),
        body=(
            f'runs = [one for one in notes if one[:2] == ["pid", "{name}"]]',
            "if len(runs) > 1:",
            f'    return "the target of {name} ran %d times" % len(runs)',
        ),
    )


def _stuck(stored: StoredViolation, history: History) -> Sign | None:
    """Return that the run did not come to its end, whoever it was that hung."""
    where = next((op for op in stored.witness if op.open), None)
    seen = "the run did not come to its end" + (f"; when recorded, in {call_of(where)}" if where else "")
    if history.ended != "hung":
        return None
    return Sign(
        needed=Needed(all=True),
        body=('if ["ended", "hung"] in notes:', f"    return {quoted(seen)}"),
        hangs=True,
    )


def _mixed(stored: StoredViolation, history: History) -> Sign | None:
    """Return that the lines of the shared output are not those that were written."""
    output = stored.witness[-1]
    wanted = sorted(
        f"{op.actor} {op.arguments[0]} {'.' * op.arguments[1]}"
        for op in history.operations
        if op.method == "emit"
    )
    return Sign(
        needed=Needed(steps=frozenset({(output.actor, output.step)})),
        body=(
            f"for lines in (one[2] for one in notes if one[:2] == {key(output)}):",
            f"    if sorted(lines) != {wanted}:",
            '        return "lines that were written under the lock came out as %s" % lines',
        ),
    )


#: What a kind contains, and what sees it.
CHECKS: tuple[tuple[str, Make], ...] = (
    ("later-item-got-first", _overtaken),
    ("overtaken", _overtaken),
    ("got-twice", _twice),
    ("received-twice", _twice),
    ("item-lost", _lost),
    ("more-than-maxsize", _overfull),
    ("zombie-", _zombies),
    ("process-left", _zombies),
    ("block-left-behind", _segments),
    ("lost-update", _counter),
    ("impossible-count", _counter),
    ("count-ahead", _counter),
    ("target-ran-twice", _ran_twice),
    ("hang-in-", _stuck),
    ("lines-mixed", _mixed),
    ("lines-lost", _mixed),
)
