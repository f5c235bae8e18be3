"""References: an object in the server lives for as long as a proxy of it does, and no longer."""

from mpconform.checkers.manager_ends import may_be_over, violation
from mpconform.checkers.manager_reading import Referent, bound_to, read
from mpconform.checkers.program_model import Answer, Program, joined, judge, unless
from mpconform.checkers.telling import Teller
from mpconform.values import Finding, History, Operation

__all__ = ("freed", "kept")


class _Entry:
    """What is known of one counted object: who had a proxy of it, and when it was let go."""

    def __init__(self, history: History, referent: Referent, op: Operation) -> None:
        self.op = op
        self.name = bound_to(history, op)
        self.label = op.arguments[0]
        self.drops = [
            one
            for one in history.on("", "collect")
            if one.actor == op.actor and self.name in one.arguments and op.precedes(one)
        ]
        #: Where the name was given to something else.
        self.renamed = [
            one for one in history.by(op.actor) if op.precedes(one) and bound_to(history, one) == self.name
        ]
        reference = {"$object": self.name}
        #: Where a proxy was put, besides.
        self.stored = [
            one
            for one in history.by(op.actor)
            if one.target and (reference in one.arguments or reference in one.keywords.values())
        ]
        self.uses = [use.op for use in referent.uses]


def _entries(history: History) -> list[_Entry]:
    found = [
        _Entry(history, referent, referent.op)
        for referent in read(history).referents
        if referent.kind == "Entry" and referent.op is not None and referent.op.step >= 0
    ]
    labels = [entry.label for entry in found]
    return [entry for entry in found if labels.count(entry.label) == 1]


def _counts(history: History, label: object) -> list[Operation]:
    """Return the answers of ledgers to how many objects called *label* there are."""
    return [
        use.op
        for referent in read(history).referents
        if referent.kind == "Ledger"
        for use in referent.uses
        if use.op.method == "count" and use.op.ok and use.op.arguments == (label,)
        and not may_be_over(history, use.op)
    ]  # fmt: skip


def kept(history: History) -> Finding:
    """Check that an object in the server is kept while a proxy refers to it, wherever that is.

    Judges what the server counts while a proxy has not been dropped, or was stored in a dictionary; and calls
    by proxies that were fetched from there after all others had been dropped.  Programs tell what became of
    objects that were left to children, which had inherited a proxy or were sent one.
    """
    teller = Teller(history)
    judged, broken = 0, []
    for entry in _entries(history):
        held = [one for one in entry.stored if one.method == "__setitem__" and one.ok]
        for op in _counts(history, entry.label):
            own = (
                entry.op.precedes(op)
                and (op.actor == entry.op.actor or not entry.drops)
                and not any(
                    drop.invoked_ns <= (op.returned_ns or 0) for drop in (*entry.drops, *entry.renamed)
                )
            )
            own = own and (op.actor == entry.op.actor or _is_alive(history, entry.op.actor, op))
            within = any(one.precedes(op) for one in held) and _is_never_removed(history, held)
            if not own and not within:
                continue
            judged += 1
            if op.result != 1:
                broken.append(
                    violation(teller, "referent-dropped", op, "1", entry.op, *held[:1], *entry.drops[:1])
                )
    for referent in read(history).referents:
        drops = [
            one
            for one in history.on("", "collect")
            if referent.op and _names(history, referent) & {*one.arguments}
        ]
        for use in referent.uses:
            op = use.op
            if (
                not use.nested
                or op.open
                or may_be_over(history, op)
                or not any(d.precedes(op) for d in drops)
            ):
                continue
            judged += 1
            if op.raised("RemoteError", "AssertionError") or (
                op.raised("KeyError") and referent.kind != "dict"
            ):
                broken.append(violation(teller, "referent-dropped", op, "its result", *drops[:1]))
    called = Finding(judged=judged, violations=tuple(broken))
    return joined(called, judge(history, "referent-dropped", _left_to_children, "left"))


def _left_to_children(_: Program, answer: Answer) -> str:
    n = answer.fields["number"]
    wanted = [[[n, *range(1, k + 1)], {"n": n, "k": k}, k, k, [k, True]] for k in (1, 2)]
    manner = "had inherited" if answer.fields["inherited"] else "were sent"
    sentence = f"Two children {manner} proxies, of which main had let go; what each of them found by his"
    return unless(answer.got == wanted, sentence, answer)


def _is_alive(history: History, actor: str, op: Operation) -> bool:
    """Return whether *actor* took a step after *op*: it had not ended, nor dropped what it has."""
    return any(op.precedes(one) for one in history.by(actor))


def _is_never_removed(history: History, held: list[Operation]) -> bool:
    targets = {one.target for one in held}
    return not any(
        op.target in targets and op.method in {"pop", "popitem", "clear", "__delitem__", "update"}
        for op in history.operations
    ) and len({(one.target, str(one.arguments[0])) for one in held}) == sum(
        op.target in targets
        and op.method == "__setitem__"
        and op.arguments[0] in [h.arguments[0] for h in held]
        for op in history.operations
    )


def _names(history: History, referent: Referent) -> set[str]:
    return {bound_to(history, referent.op)} - {""} if referent.op else set()


def freed(history: History) -> Finding:
    """Check that an object in the server is gone when no proxy refers to it any more.

    Judges what the server counts after the only proxy was dropped by the process that had it, and no other
    process can have inherited it; and after that process ended by itself and was joined.
    """
    teller = Teller(history)
    judged, broken = 0, []
    begun = [
        op
        for op in history.operations
        if op.method in {"start", "launch"} and op.target in history.scenario.actors
    ]
    for entry in _entries(history):
        if entry.stored:
            continue
        actor = entry.op.actor
        drop = entry.drops[0] if entry.drops else None
        joins = [
            op for op in history.on(actor, "join") if op.ok and not op.arguments and op.timeout_s is None
        ]
        finished = history.actors.get(actor)
        for op in _counts(history, entry.label):
            mine = drop is not None and drop.ok and drop.precedes(op) and op.actor == actor
            mine = mine and not any(
                entry.op.invoked_ns <= one.invoked_ns <= (drop.returned_ns or 0) for one in begun if drop
            )
            ended = finished is not None and finished.finished and joins and joins[0].precedes(op)
            ended = ended and not history.scenario.faults and _asked_last(history, entry)
            again = [use for use in entry.uses if drop is not None and drop.precedes(use)]
            if again or not (mine or ended):
                continue
            judged += 1
            if op.result != 0:
                last = drop if mine and drop else joins[0]
                broken.append(violation(teller, "referent-kept", op, "0", entry.op, last))
    return Finding(judged=judged, violations=tuple(broken))


def _asked_last(history: History, entry: _Entry) -> bool:
    """Return whether the last call of the process that had *entry* was on something else.

    A server may keep what it was last asked for by a process, until that asks for something else, or goes.
    """
    calls = [
        use.op
        for referent in read(history).referents
        for use in referent.uses
        if use.op.actor == entry.op.actor and use.op.method != "collect"
    ]
    last = max(calls, key=lambda op: op.invoked_ns, default=None)
    return last is not None and last not in entry.uses
