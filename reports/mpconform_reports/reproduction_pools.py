"""Direct checks of what pools do, as reproduction scripts have them."""

from collections import Counter
from collections.abc import Iterator

from mpconform.store import StoredViolation
from mpconform.values import History, Json
from mpconform_reports.reproduction_facts import Make, Sign, condition, ended, fact_of, key
from mpconform_reports.reproduction_steps import Needed
from mpconform_reports.reproduction_values import pids_of, quoted

__all__ = ("POOL_CHECKS",)


def _repeated(stored: StoredViolation, history: History) -> Sign | None:
    """Return that a callback was called oftener than calls name it."""
    op = stored.witness[-1]
    if op.actor != "main.callbacks":
        return None
    uses = [
        step
        for actor in history.scenario.actors.values()
        for step in actor.steps
        if {"$callback": op.target} in step.keywords.values()
    ]
    return Sign(
        needed=Needed(),
        body=(
            f'calls = [one for one in notes if one[:2] == ["called", {quoted(op.target)}]]',
            f"if len(calls) > {len(uses)}:",
            f'    return "{op.target} was called %d times, where {len(uses)} was due" % len(calls)',
        ),
    )


def _uncalled(stored: StoredViolation, _history: History) -> Sign | None:
    """Return that a callback was not called by the end of the join of its pool."""
    if len(stored.witness) < 2:
        return None
    job, *_, join = stored.witness
    role = "error_callback" if stored.kind.startswith("error") else "callback"
    name = job.keywords.get(role, {}).get("$callback")
    if name is None:
        return None
    return Sign(
        needed=Needed(steps=frozenset({(join.actor, join.step)})),
        body=(
            f'joined = [one for one in notes if one[:3] == ["{join.actor}", {join.step}, None]]',
            f'if joined and not any(one[:2] == ["called", {quoted(name)}] for one in notes):',
            f'    return "{name} was never called for {job.method}"',
        ),
    )


def _numbers(value: Json) -> list[int]:
    """Return the numbers of the tasks in an argument."""
    if isinstance(value, dict):
        match value:
            case {"$task": [n, *_]}:
                return [n]
            case {"$tasks": [first, count, *_]}:
                return list(range(first, first + count))
            case {"$dict": inner}:
                return _numbers(list(inner.values()))
            case {"$tuple": inner} | {"$iterator": inner}:
                return _numbers(inner)
        return []
    return [n for one in value for n in _numbers(one)] if isinstance(value, (list, tuple)) else []


def _submitted(history: History) -> Counter[int]:
    """Return how often the scenario submits each task, by its number."""
    steps = [step for actor in history.scenario.actors.values() for step in actor.steps]
    return Counter(n for step in steps for n in _numbers([*step.arguments, *step.keywords.values()]))


def _executed(_stored: StoredViolation, history: History) -> Sign | None:
    """Return that some task was executed oftener than it was submitted."""
    asked = _submitted(history)
    most = max(asked.values(), default=1)
    if set(asked.values()) - {most} and (several := {n: k for n, k in asked.items() if k > 1}):
        limit = f"{several}.get(n, 1)"
    else:
        limit = str(most)
    return Sign(
        needed=Needed(topics=frozenset({"tasks"})),
        body=(
            'ran = [one[1] for one in notes if one[0] == "task" and one[1] >= 0]',
            "for n in ran:",
            f"    if ran.count(n) > {limit}:",
            f'        return "task %d was executed %d times, submitted %d" % (n, ran.count(n), {limit})',
        ),
    )


def _unexecuted(stored: StoredViolation, history: History) -> Sign | None:
    """Return that a task has fewer executions than operations show that it was done."""
    words = stored.summary.split()
    try:
        number, due = int(words[1].rstrip(":")), int(words[-2])
    except (IndexError, ValueError):
        return None
    pids = pids_of(history)
    facts = [fact for op in stored.witness if (fact := fact_of(op, pids)) is not None]
    waits = [f"all(fact in [one[:3] for one in notes] for fact in [{', '.join(facts)}])"] if facts else []
    return Sign(
        needed=Needed(
            steps=frozenset((op.actor, op.step) for op in stored.witness), topics=frozenset({"tasks"})
        ),
        body=(
            f'ran = [one for one in notes if one[:2] == ["task", {number}]]',
            *condition([f"len(ran) < {due}", *waits]),
            f'    return "task {number} was executed %d times, where {due} was due" % len(ran)',
        ),
    )


def _overworked(stored: StoredViolation, history: History) -> Sign | None:
    """Return that one worker executed more tasks than maxtasksperchild."""
    limit = stored.witness[0].keywords.get("maxtasksperchild")
    if not isinstance(limit, int):
        return None
    # Of what is submitted in chunks, one chunk counts, because one is the least that a worker took.
    chunked = ", ".join(_chunked(history))
    more = (
        f"chunked = [{chunked}]",
        "workers = [one[2] for one in tasks if not any(one[1] in job for job in chunked)]",
        "workers += [pid for pid, _ in {(one[2], job) for one in tasks for job in chunked if one[1] in job}]",
    )
    return Sign(
        needed=Needed(topics=frozenset({"tasks"})),
        body=(
            'tasks = [one for one in notes if one[0] == "task" and one[1] >= 0]',
            *(more if chunked else ("workers = [one[2] for one in tasks]",)),
            "for pid in workers:",
            f"    if workers.count(pid) > {limit}:",
            f'        return "one worker executed %d tasks, where {limit} are the most" % workers.count(pid)',
        ),
    )


def _chunked(history: History) -> Iterator[str]:
    """Yield the ranges of tasks that are not surely submitted one by one."""
    for actor in history.scenario.actors.values():
        for step in actor.steps:
            alone = step.method.startswith("apply")
            by_default = 1 if step.method.startswith("imap") else None
            place = 2 if len(step.arguments) > 2 else None
            size = step.arguments[2] if place else step.keywords.get("chunksize", by_default)
            numbers = _numbers(list(step.arguments))
            if numbers and not alone and size != 1:
                yield f"range({min(numbers)}, {max(numbers) + 1})"


def _outlives(_stored: StoredViolation, _history: History) -> Sign:
    """Return that a process besides main is alive when all is over."""
    return Sign(
        needed=Needed(topics=frozenset({"census", "pids"})),
        body=(
            'mine = [one[2] for one in notes if one[:2] == ["pid", "main"]]',
            'counted = [pair for one in notes if one[:2] == ["census", "after"] for pair in one[2]]',
            "for pid, state in counted:",
            '    if pid not in mine and state != "Z":',
            '        return "a worker was left after terminate and join, in state " + state',
        ),
    )


def _few_workers(stored: StoredViolation, _history: History) -> Sign | None:
    """Return that fewer workers than there should be called the initializer."""
    made, join = stored.witness[0], stored.witness[-1]
    count = made.arguments[0] if made.arguments else made.keywords.get("processes")
    if not isinstance(count, int):
        return None
    return Sign(
        needed=Needed(steps=frozenset({(join.actor, join.step)}), topics=frozenset({"tasks"})),
        body=(
            'workers = {one[2] for one in notes if one[:2] == ["task", -1]}',
            f'joined = any(one[:3] == ["{join.actor}", {join.step}, None] for one in notes)',
            f"if joined and len(workers) < {count}:",
            f'    return "%d workers called the initializer, of {count}" % len(workers)',
        ),
    )


def _crowd(stored: StoredViolation, _history: History) -> Sign | None:
    """Return that more workers than the pool has executed its tasks."""
    made = stored.witness[0]
    count = made.arguments[0] if made.arguments else made.keywords.get("processes")
    if not isinstance(count, int):
        return None
    each = made.keywords.get("maxtasksperchild")
    if each is not None:
        # A worker is replaced when it has executed so many tasks, and not before.
        return Sign(
            needed=Needed(topics=frozenset({"tasks"})),
            body=(
                "left = {}  # How many tasks each worker may still execute.",
                'for _, n, pid, *_ in [one for one in notes if one[0] == "task"]:',
                f"    left[pid] = left.get(pid, {each}) - (n >= 0)",
                "    workers = sum(tasks > 0 for tasks in left.values())",
                f"    if workers > {count}:",
                f'        return "%d processes worked for a pool of {count} at one time" % workers',
            ),
        )
    return Sign(
        needed=Needed(topics=frozenset({"tasks"})),
        body=(
            'workers = {one[2] for one in notes if one[0] == "task"}',
            f"if len(workers) > {count}:",
            f'    return "%d processes worked for a pool of {count}" % len(workers)',
        ),
    )


def _elsewhere(stored: StoredViolation, _history: History) -> Sign | None:
    """Return that a task told of another process than the one that it ran in."""
    op = stored.witness[0]
    tasks = (
        op.arguments[1].get("$tasks") if len(op.arguments) > 1 and isinstance(op.arguments[1], dict) else None
    )
    if tasks is None or not isinstance(op.result, list):
        return None
    return Sign(
        needed=Needed(steps=frozenset({(op.actor, op.step)}), topics=frozenset({"tasks"})),
        body=(
            'ran = {(one[1], one[2]) for one in notes if one[0] == "task"}',
            f"for told in (one[2] for one in notes if one[:2] == {key(op)}):",
            f"    for n, pid in enumerate(told, {tasks[0]}):",
            "        if (n, pid) not in ran:",
            '            return "task %d told of process %d, where it did not run" % (n, pid)',
        ),
    )


def _unfinished(stored: StoredViolation, _history: History) -> Sign | None:
    """Return that a join of a pool returned before a task had ended."""
    words = stored.summary.split()
    join = next((op for op in stored.witness if op.method == "join"), None)
    if join is None or "task" not in words:
        return None
    number = words[words.index("task") + 1]
    return Sign(
        needed=Needed(steps=frozenset({(join.actor, join.step)}), topics=frozenset({"tasks"})),
        uses=frozenset({"times"}),
        body=(
            f'joined = [one[4] for one in notes if one[:3] == ["{join.actor}", {join.step}, None]]',
            f'ended = [one[4] for one in notes if one[:2] == ["task", {number}]]',
            "if joined and (not ended or joined[0] < min(ended)):",
            f'    return "join returned, and task {number} had not ended"',
        ),
    )


def _workers_left(stored: StoredViolation, history: History) -> Sign | None:
    """Return that a worker lives, or is a zombie, in a census after the join."""
    join = stored.witness[0]
    labels = [label for label, census in history.census.items() if census.at_ns > ended(join)]
    old = [label for label, census in history.census.items() if census.at_ns < join.invoked_ns]
    label = min(labels, key=lambda one: history.census[one].at_ns, default=None)
    if label is None:
        return None
    zombies = stored.kind.startswith("zombie")
    body = ['counted = {one[1]: one[2] for one in notes if one[0] == "census"}']
    if zombies:
        body.append(f"before = [one[0] for one in counted.get({quoted(old[-1] if old else 'before')}, [])]")
        test = 'state == "Z" and pid not in before'
    else:
        body.append('workers = [one[2] for one in notes if one[0] == "task"]')
        test = "pid in workers"
    body += [
        f"for pid, state in counted.get({quoted(label)}, []):",
        f"    if {test}:",
        '        return "a worker was left after join, in state " + state',
    ]
    return Sign(
        needed=Needed(topics=frozenset({"census", "zombies" if zombies else "tasks"})), body=tuple(body)
    )


def _at_home(_stored: StoredViolation, _history: History) -> Sign:
    """Return that a task ran in the program itself."""
    return Sign(
        needed=Needed(topics=frozenset({"tasks", "pids"})),
        body=(
            'mine = [one[2] for one in notes if one[:2] == ["pid", "main"]]',
            'for n in (one[1] for one in notes if one[0] == "task" and one[2] in mine):',
            '    return "task %d ran in the program itself" % n',
        ),
    )


def _bare(_stored: StoredViolation, _history: History) -> Sign:
    """Return that a worker executed a task, and never called the initializer."""
    return Sign(
        needed=Needed(topics=frozenset({"tasks"})),
        body=(
            'begun = [one[2] for one in notes if one[:2] == ["task", -1]]',
            'for n in (one[1] for one in notes if one[0] == "task" and one[2] not in begun):',
            '    return "task %d ran in a worker that never called the initializer" % n',
        ),
    )


def _differing(stored: StoredViolation, _history: History) -> Sign | None:
    """Return that two calls came to different results, which should be the same."""
    if len(stored.witness) < 2 or not all(op.ok for op in stored.witness):  # one and the other
        return None
    one, other = stored.witness[-2:]
    return Sign(
        needed=Needed(steps=frozenset({(one.actor, one.step), (other.actor, other.step)})),
        body=(
            f"said = [one[2] for one in notes if one[:2] in [{key(one)}, {key(other)}]]",
            "if len(said) > 1 and said[0] != said[1]:",
            '    return "%d results of %d differ" % (sum(a != b for a, b in zip(*said)), len(said[0]))',
        ),
    )


def _results(stored: StoredViolation, _history: History) -> Sign | None:
    """Return that a list of results is not, element for element, what its tasks return."""
    job, op = stored.witness[0], stored.witness[-1]
    numbers = _numbers([*job.arguments, *job.keywords.values()])
    behaviours = set(_behaviours([*job.arguments, *job.keywords.values()]))
    if len(numbers) < 2 or behaviours - {"square", "echo"} or len(behaviours) != 1:
        return None
    first, last = numbers[0], numbers[-1]
    if numbers != list(range(first, last + 1)):
        return None
    due = "n * n" if behaviours == {"square"} else "n"
    return Sign(
        needed=Needed(steps=frozenset({(op.actor, op.step)})),
        body=(
            f"due = [{due} for n in range({first}, {last + 1})]",
            f"for one in [one for one in notes if one[:2] == {key(op)} and isinstance(one[2], list)]:",
            "    got = [said[1] if isinstance(said, list) else said for said in one[2]]",
            "    if got != due:",
            '        return "results of %s came back where those of %s were due" % (got[:9], due[:9])',
        ),
    )


def _squares(stored: StoredViolation, history: History) -> Sign | None:
    """Return that some ``get`` gave another square than that of its own task."""
    accused = stored.witness[-1]
    steps = history.scenario.actors[accused.actor].steps
    numbers = {
        step.bind: _numbers(step.arguments)
        for step in steps
        if step.method == "apply_async" and {*_behaviours(step.arguments)} == {"square"}
    }
    tasks = {
        index: numbers[step.target][0]
        for index, step in enumerate(steps)
        if step.method == "get" and len(numbers.get(step.target, ())) == 1
    }
    if accused.step not in tasks:
        return None
    return Sign(
        needed=Needed(steps=frozenset((accused.actor, index) for index in tasks)),
        body=(
            f"tasks = {tasks}  # Of each get, the number.",
            f"for step, said in [one[1:3] for one in notes if one[0] == {quoted(accused.actor)}]:",
            "    if step in tasks and isinstance(said, int) and said != tasks[step] ** 2:",
            '        return "%d came back for the square of %d" % (said, tasks[step])',
        ),
    )


def _behaviours(value: Json) -> Iterator[str]:
    """Yield how the tasks in an argument behave."""
    if isinstance(value, dict):
        for tag, content in value.items():
            if tag in {"$task", "$tasks"}:
                yield content[1 if tag == "$task" else 2]
            else:
                yield from _behaviours(content)
    elif isinstance(value, (list, tuple)):
        for one in value:
            yield from _behaviours(one)


#: What a kind contains, and what sees it.
POOL_CHECKS: tuple[tuple[str, Make], ...] = (
    ("executed-in-the-program", _at_home),
    ("not-initialised", _bare),
    ("chunk-size-changes", _differing),
    ("results-out-of-order", _results),
    ("wrong-length", _results),
    ("wrong-result", _results),
    ("wrong-result", _squares),
    ("callback-repeated", _repeated),
    ("callback-missing", _uncalled),
    ("executed-again", _executed),
    ("never-executed", _unexecuted),
    ("too-many-tasks", _overworked),
    ("too-few-workers", _few_workers),
    ("too-many-workers", _crowd),
    ("another-process-told", _elsewhere),
    ("join-left-tasks", _unfinished),
    ("worker-left", _workers_left),
    ("worker-outlives", _outlives),
)
