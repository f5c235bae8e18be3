"""Direct checks of what memory and processes do, as reproduction scripts have them."""

import re
from collections.abc import Callable, Iterable

from mpconform.checkers.wire_receiving import ROOM
from mpconform.emitted import lines_of
from mpconform.payload import digest_of
from mpconform.store import StoredViolation
from mpconform.values import History, Json, Operation
from mpconform_reports import pseudocode
from mpconform_reports.reproduction_facts import HUNG, Sign, call_of, ended, key, lists
from mpconform_reports.reproduction_steps import Needed
from mpconform_reports.reproduction_values import UNIQUE, quoted, recorded, shown

__all__ = ("CHECKS", "Make")

Make = Callable[[StoredViolation, History], Sign | None]


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


def _server(stored: StoredViolation, history: History) -> Sign | None:
    """Return that a process that came with a manager is still there, or a zombie, after the manager's end."""
    end = stored.witness[-1]
    told = re.match(r"process (\d+) ", stored.observed[0])
    if told is None:
        return None
    pid = int(told[1])
    taken = sorted((one.at_ns, label) for label, one in history.census.items() if label != "hung")
    labels = [label for _, label in taken]
    alive = [at for at, label in enumerate(labels) if pid in {p.pid for p in history.census[label].processes}]
    later = [label for at_ns, label in taken if at_ns > ended(end)]
    if not later or not alive or not alive[0] or labels[alive[0]] == later[0]:
        return None
    zombie = ' and state == "Z"' if "zombie" in stored.kind else ""
    helper = "helper = mp.Process(); helper.start(); helper.join()  # So that the fork server is there."
    return Sign(
        needed=Needed(
            topics=frozenset({"census", "pids"}),
            steps=frozenset({(end.actor, end.step)} if end.step >= 0 else ()),
        ),
        body=(
            'counted = {one[1]: one[2] for one in notes if one[0] == "census"}',
            'others = {one[2] for one in notes if one[0] == "pid"}',
            f'others |= {{pid for pid, _ in counted.get("{labels[alive[0] - 1]}", ())}}',
            f'came = {{pid for pid, _ in counted.get("{labels[alive[0]]}", ())}} - others',
            f'for pid, state in counted.get("{later[0]}", ()):',
            f"    if pid in came{zombie}:",
            f'        return "a process of the manager was left in state %s after {call_of(end)}" % state',
        ),
        before=(helper,) if stored.backend.method == "forkserver" else (),
    )


def _socket(stored: StoredViolation, _history: History) -> Sign | None:
    """Return that the socket of a listener is there when all is over."""
    label = next(
        (
            one["$socket"]
            for op in stored.witness
            for one in [*op.arguments, *op.keywords.values()]
            if isinstance(one, dict) and "$socket" in one
        ),
        None,
    )
    if label is None:
        return None
    close = stored.witness[-1]
    return Sign(
        needed=Needed(steps=frozenset({(close.actor, close.step)})),
        body=(
            f'socket_of = os.environ["REPRO_LOG"] + "-{label}"',
            f"if any(one[:3] == {key(close)[:-1]}, None] for one in notes) and os.path.exists(socket_of):",
            '    return socket_of + " is there, and its listener was closed"',
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


def _one_name(stored: StoredViolation, history: History) -> Sign | None:
    """Return that two blocks have one name."""
    steps = {
        (op.actor, op.step): history.scenario.actors[op.actor].steps[op.step].bind
        for op in stored.witness
        if op.step >= 0
    }
    if len(steps) < 2 or not all(steps.values()):  # two blocks
        return None
    return Sign(
        needed=Needed(steps=frozenset(steps), topics=frozenset({"names"})),
        body=(
            'names = [one[2] for one in notes if one[0] == "named"]',
            "if len(names) > len(set(names)):",
            '    return "two blocks have one name, of %s" % names',
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
            f"added = [one for one in notes if one[:3] in {lists(adding, 'None')}]",
            f"for who, _, count, began, ended in [one for one in notes if one[:2] in {lists(reading)}]:",
            "    least, most = sum(one[4] < began for one in added), sum(one[3] < ended for one in added)",
            f"    if not {more}least <= count <= {more}most:",
            f"        seen = (who, {quoted(read.target)}, count, least, most)",
            '        return "%s read %s as %s, after %d to %d increments" % seen',
        ),
    )


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
        needed=Needed(nothing=True),
        body=(f"if {HUNG} in notes:", f"    return {quoted(seen)}"),
        hangs=True,
    )


def _mixed(stored: StoredViolation, history: History) -> Sign | None:
    """Return that the lines of the shared output are not those that were written."""
    output = stored.witness[-1]
    wanted = sorted(line for op in history.operations if op.method == "emit" for line in lines_of(op))
    return Sign(
        needed=Needed(steps=frozenset({(output.actor, output.step)})),
        body=(
            f"for lines in (one[2] for one in notes if one[:2] == {key(output)}):",
            f"    if sorted(lines) != {wanted}:",
            '        return "lines that were written under the lock came out as %s" % lines',
        ),
    )


def _torn(stored: StoredViolation, history: History) -> Sign | None:
    """Return that a scan under the lock saw the work of two fills under the lock."""
    scan = stored.witness[-1]
    target = scan.target or scan.arguments[0].get("$object")
    scans = [
        (name, index)
        for name, actor in history.scenario.actors.items()
        for index, step in enumerate(actor.steps)
        if step.method == "scan" and not step.target and step.arguments[0] == {"$object": target}
    ]
    if not scans:
        return None
    return Sign(
        needed=Needed(steps=frozenset(scans)),
        body=(
            f"for who, _, values in (one[:3] for one in notes if one[:2] in {lists(scans)}):",
            "    if isinstance(values, list) and len(values) > 1:",
            '        return "%s saw %s under the lock, of which all fill the whole array" % (who, values)',
        ),
    )


def _not_zero(stored: StoredViolation, history: History) -> Sign | None:
    """Return that something else than zeros was read; what it is, is luck."""
    read = stored.witness[-1]
    made = history.scenario.objects.get(read.target)
    first: tuple[str, ...] = ()
    if made is not None and made.factory == "Array" and isinstance(made.arguments[1], int):
        code, size = made.arguments[:2]
        first = (f"mp.Array({quoted(code)}, [1] * {size})  # What comes next may take memory that was used.",)
    zero = (
        0
        if isinstance(read.result, int)
        else [0] * len(read.result)
        if isinstance(read.result, list)
        else None
    )
    if zero is None:
        return None
    due = f"[0] * {len(zero)}" if isinstance(zero, list) and len(zero) > 1 else str(zero)
    return Sign(
        needed=Needed(steps=frozenset({(read.actor, read.step)})),
        body=(
            f"for said in (one[2] for one in notes if one[:2] == {key(read)}):",
            f"    if said != {due}:",
            f'        return "{call_of(read)} is %s, and nobody wrote to it" % str(said)[:60]',
        ),
        before=first,
    )


def _arguments(stored: StoredViolation, history: History) -> Sign | None:
    """Return that a process did not receive the arguments that it was given."""
    echo = stored.witness[-1]
    actor = history.scenario.actors.get(echo.actor)
    if echo.method != "echo" or actor is None or echo.actor == "main":
        return None
    return Sign(
        needed=Needed(steps=frozenset({(echo.actor, echo.step)}), topics=frozenset({"given"})),
        uses=frozenset({"note", "show", "contents"}),
        body=(
            f'given = [one[3] for one in notes if one[:3] == ["given", {quoted(echo.actor)}, {echo.step}]]',
            f"for came in (one[2] for one in notes if one[:2] == {key(echo)}):",
            "    if came != given[0]:",
            f'        return "{echo.actor} received %.80s instead of %.80s" % (came, given[0])',
        ),
    )


def _key(stored: StoredViolation, _history: History) -> Sign | None:
    """Return that a process has another key than was set for it before it began."""
    read = stored.witness[-1]
    due = next((op for op in stored.witness if op.method == ".authkey=" and op.ok), None)
    if due is None or not isinstance(due.arguments[0], dict) or "$bytes" not in due.arguments[0]:
        return None
    seed, size = due.arguments[0]["$bytes"]
    value = shown(*digest_of(seed, size))
    return Sign(
        needed=Needed(steps=frozenset({(read.actor, read.step)})),
        uses=frozenset({"show", "contents"}),
        body=(
            f"for said in (one[2] for one in notes if one[:2] == {key(read)}):",
            f"    if said != {quoted(value)}:",
            f'        return "{call_of(read)} is not the key that was set, but %s" % said',
        ),
    )


def _memory(stored: StoredViolation, _history: History) -> Sign | None:
    """Return that a process took memory between two looks at the most that it ever had."""
    looks = [op for op in stored.witness if op.method == "memory_peak"]
    if len(looks) < 2:  # before and after
        return None
    return Sign(
        needed=Needed(steps=frozenset((op.actor, op.step) for op in looks)),
        body=(
            f"looks = [one[2] for one in notes if one[:2] in [{', '.join(map(key, looks))}]]",
            f"if looks and looks[-1] - looks[0] > {ROOM >> 20} << 20:",
            f'    return "{looks[-1].actor} took %d MiB more" % (looks[-1] - looks[0] >> 20)',
        ),
    )


def _joined_alive(stored: StoredViolation, _history: History) -> Sign | None:
    """Return that a process still ran when its join had returned, whatever it did afterwards."""
    join = next((op for op in stored.witness if op.method == "join" and op.target), None)
    if join is None:
        return None
    return Sign(
        needed=Needed(steps=frozenset({(join.actor, join.step)}), topics=frozenset({"alive"})),
        body=(
            f'returned = ["{join.actor}", {join.step}, None] in [one[:3] for one in notes]',
            'if returned and ["alive", True] in notes:',
            f'    return "{join.target} ran on after its join had returned"',
        ),
    )


#: What a kind contains, and what sees it.
CHECKS: tuple[tuple[str, Make], ...] = (
    ("join-before-end", _joined_alive),
    ("never-returned", _stuck),
    ("does-not-end", _stuck),
    ("zombie-", _zombies),
    ("server-left", _server),
    ("socket-left", _socket),
    ("process-left", _zombies),
    ("block-left-behind", _segments),
    ("name-of-two-blocks", _one_name),
    ("lost-update", _counter),
    ("impossible-count", _counter),
    ("count-ahead", _counter),
    ("target-ran-twice", _ran_twice),
    ("hang-in-", _stuck),
    ("torn-pattern", _torn),
    ("not-zeroed", _not_zero),
    ("arguments-differ", _arguments),
    ("authkey-differs", _key),
    ("lines-mixed", _mixed),
    ("lines-lost", _mixed),
    ("memory-taken", _memory),
)
