"""Signs of what goes wrong with barriers and conditions: in what they call, and in whom they wake."""

from collections.abc import Callable

from mpconform.store import StoredViolation
from mpconform.values import History
from mpconform_reports.reproduction_facts import Sign, at, key
from mpconform_reports.reproduction_steps import Needed

__all__ = ("BARRIER_CHECKS",)

#: More than ever wait.
_EVERYBODY = 1000

Make = Callable[[StoredViolation, History], Sign | None]


def _generations(stored: StoredViolation, history: History) -> list[list[tuple[str, int]]] | None:
    """Return the waits of each generation: the first of each party, the second of each, and so on."""
    name = stored.witness[0].target
    waits = [
        [(actor, at) for at, step in enumerate(one.steps) if (step.target, step.method) == (name, "wait")]
        for actor, one in history.scenario.actors.items()
    ]
    waits = [mine for mine in waits if mine]
    if len({len(mine) for mine in waits}) != 1:
        return None
    return [list(generation) for generation in zip(*waits, strict=True)]


def _counted(stored: StoredViolation, history: History) -> Sign | None:
    """Return that the action was called more or less often than generations passed."""
    generations = _generations(stored, history)
    parties = history.scenario.objects[stored.witness[0].target].arguments[0]
    if generations is None or sum(map(len, generations)) % parties:
        return None
    steps = [step for generation in generations for step in generation]
    due = len(steps) // parties
    return Sign(
        needed=Needed(steps=frozenset(steps)),
        body=(
            f"passed = [one for one in notes if one[:2] in {[list(step) for step in steps]}]",
            'called = sum(one[0] == "action" for one in notes)',
            f"if len(passed) == {len(steps)} and not any('raised' in str(one) for one in passed):",
            f"    if called != {due}:",
            f'        return "the action was called %d times, and {due} generations passed" % called',
        ),
    )


def _timed(stored: StoredViolation, history: History) -> Sign | None:
    """Return that the action was called before all had come, or had not returned when one went on."""
    generations = _generations(stored, history)
    parties = history.scenario.objects[stored.witness[0].target].arguments[0]
    if generations is None or len(generations[0]) != parties:
        return None
    steps = [step for generation in generations for step in generation]
    return Sign(
        needed=Needed(steps=frozenset(steps)),
        uses=frozenset({"times"}),
        body=(
            "at = {tuple(one[:2]): one[3:5] for one in notes if len(one) > 4}",
            'calls = sorted(one[1:] for one in notes if one[0] == "action")',
            f"for (began, ended), waits in zip(calls, {generations}):",
            "    times = [at[one] for one in waits if one in at]",
            "    if any(came > began or went < ended for came, went in times):",
            '        return "the action was not called between the last arrival and the first departure"',
        ),
    )


def _asked(stored: StoredViolation, _history: History) -> Sign | None:
    """Return that a predicate was called while another process had the lock."""
    taken, call, *given = stored.witness
    if taken.method not in {"acquire", "__enter__", "wait"} or not given:
        return None
    steps = frozenset((op.actor, op.step) for op in (taken, *given))
    return Sign(
        needed=Needed(steps=steps),
        uses=frozenset({"times"}),
        body=(
            "at = {tuple(one[:2]): one[3:5] for one in notes if len(one) > 4}",
            'for _, who, began, ended, _ in [one for one in notes if one[0] == "asked"]:',
            f'    if who == "{call.actor}" and {at(taken)}[1] < ended and began < {at(given[0])}[0]:',
            f'        return "{taken.actor} had the lock when the predicate of %s was called" % who',
        ),
    )


def _answered(stored: StoredViolation, _history: History) -> Sign:
    """Return that a wait for a predicate returned something else than this had said last."""
    op = stored.witness[-1]
    endless = " or not one[2]" if "no timeout" in stored.summary else ""
    return Sign(
        needed=Needed(steps=frozenset({(op.actor, op.step)})),
        uses=frozenset({"times"}),
        body=(
            'calls = [one for one in notes if one[0] == "asked"]',
            f"for one in [one for one in notes if one[:2] == {key(op)} and 'raised' not in str(one[2])]:",
            "    said = [call[4] for call in calls if call[1] == one[0] and one[3] < call[2] < one[4]]",
            f"    if not said or json.dumps(said[-1]) != json.dumps(one[2]){endless}:",
            '        return "wait_for returned %r, and its predicate had returned %r" % (one[2], said[-1:])',
        ),
    )


def _both(stored: StoredViolation, history: History) -> Sign | None:
    """Return that two processes had one lock: both had taken it before either gave it back."""
    taken = [(op.actor, op.step) for op in stored.witness[:2]]
    given = [back for actor, at_ in taken if (back := _given_back(history, actor, at_)) is not None]
    if not given or len(dict(taken)) < 2:
        return None
    return Sign(
        needed=Needed(steps=frozenset([*taken, *given])),
        uses=frozenset({"times"}),
        body=(
            "at = {tuple(one[:2]): one[2:5] for one in notes if len(one) > 4}",
            f"taken = [at[one] for one in {taken} if one in at and at[one][0] in (True, None)]",
            f"given = [at[one] for one in {given} if one in at]",
            f"if len(taken) == 2 and len(given) == {len(given)}:",
            "    if max(one[2] for one in taken) < min(one[1] for one in given):",
            f'        return "{taken[0][0]} and {taken[1][0]} had the lock at the same time"',
        ),
    )


def _given_back(history: History, actor: str, taken: int) -> tuple[str, int] | None:
    """Return the step in which *actor* gives back the lock that it took in step *taken*."""
    later = enumerate(history.scenario.actors[actor].steps[taken + 1 :], taken + 1)
    gives = {"release", "__exit__", "wait", "wait_for"}
    return next(((actor, at_) for at_, step in later if step.method in gives), None)


def _woken(stored: StoredViolation, history: History) -> Sign | None:
    """Return that a wait was woken that no notify is left for, whoever it is.

    That all of them were woken in the end proves nothing: others may be notified later.
    """
    name = stored.witness[-1].target
    waits: list[tuple[str, int]] = []
    notifies: list[tuple[str, int, int]] = []
    for actor, one in history.scenario.actors.items():
        for at_, step in enumerate(one.steps):
            if step.target == name and step.method == "wait":
                waits.append((actor, at_))
            elif step.target == name and step.method in {"notify", "notify_all"}:
                most = int(step.keywords.get("n") or (step.arguments or (1,))[0])
                notifies.append((actor, at_, most if step.method == "notify" else _EVERYBODY))
    return Sign(
        needed=Needed(steps=frozenset([*waits, *((actor, at_) for actor, at_, _ in notifies)])),
        uses=frozenset({"times"}),
        body=(
            "at = {tuple(one[:2]): one[2:5] for one in notes if len(one) > 4}",
            f"wakes = [[*at[who, n][1:], most] for who, n, most in {notifies} if (who, n) in at]",
            f"waits = [at[one] for one in {waits} if one in at and at[one][0] is True]",
            "for _, began, ended in sorted(waits, key=lambda wait: wait[2]):",
            "    heard = [wake for wake in sorted(wakes) if wake[0] < ended and wake[1] > began and wake[2]]",
            "    if not heard:",
            f'        return "a wait on {name} was woken, and those whom a notify could wake were others"',
            "    heard[0][2] -= 1",
        ),
    )


#: What a kind contains, and what sees it.
BARRIER_CHECKS: tuple[tuple[str, Make], ...] = (
    ("action-left-out", _counted),
    ("action-too-often", _counted),
    ("action-too-early", _timed),
    ("action-too-late", _timed),
    ("asked-without-lock", _asked),
    ("too-many-woken", _woken),
    ("wrong-answer-of-wait-for", _answered),
    ("lock-not-exclusive", _both),
)
