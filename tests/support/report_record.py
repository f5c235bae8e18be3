"""A run folder made by hand: what the tests of the reports render.

Three backends, all outcomes, an order violation with its witness, a hang with its stacks,
observations, a defect of ours, and hostile text wherever text can stand.
"""

import json
import random
from pathlib import Path
from typing import Any

import msgspec

from mpconform import store
from mpconform.values import Actor, ActorRecord, History, ObjectSpec, Operation, Scenario, Violation
from mpconform_scenarios.build import call, item, join_all, ref, start_all, verb
from tape import error, op, received

__all__ = (
    "BACKENDS",
    "HOSTILE",
    "REQUIREMENTS",
    "events",
    "gated",
    "hang_history",
    "large_events",
    "long_history",
    "make",
    "order_history",
    "write_events",
)

HOSTILE = "<script>alert('x')</script> & \"quoted\" </style><img src=x onerror=alert(1)>"

FORK, SWAPS, BILLIARD = BACKENDS = ("multiprocessing:fork", "mutants.queue_swaps:fork", "billiard:spawn")

#: id, level, kind, statement, family
REQUIREMENTS = (
    ("QUEUE-FIFO", "MUST", "queue", "Items that one process puts are got in the order in which it put them."),
    ("QUEUE-ONCE", "MUST", "queue", "An item that was put is got at most once, and is not lost."),
    ("QUEUE-EMPTY-FRESH", "SHOULD", "queue", "After put() returned, a get without blocking finds the item."),
    ("QUEUE-PROGRESS", "MUST", "queue", "Every operation on a queue that must end, ends."),
    ("CONDITION-WAKE", "MUST", "condition", "notify() wakes at least one process that waits."),
    (
        "CONDITION-PROGRESS",
        "MUST",
        "condition",
        "Nothing that waits on a condition hangs once it is notified.",
    ),
    ("SHM-ZERO", "MUST", "shm", "A new segment is full of zeros. " + HOSTILE),
    (
        "SHM-UNLINK",
        "MUST",
        "shm",
        "After unlink() nothing of a segment is left once all processes closed it.",
    ),
)

US, MS = 1_000, 1_000_000
T0 = 5_000_000_000


def order_history(*, noise: int = 0) -> History:
    """Two neighbours that change places; *noise* more operations of another actor come before."""
    scenario = Scenario(
        family="queue",
        theme="blocking",
        objects={"q": ObjectSpec(factory="Queue")},
        actors={
            "main": Actor(steps=(*start_all(("p0", "c0", "c1")), *join_all(("p0", "c0", "c1")))),
            "p0": Actor(steps=(call("q", "put", item("p0", 0)), call("q", "put", item("p0", 1, 1024)))),
            "c0": Actor(steps=(call("q", "get"), verb("rendezvous", 0, ["c0", "c1"]))),
            "c1": Actor(
                steps=(
                    call("q", "get_nowait"),
                    verb("rendezvous", 0, ["c0", "c1"]),
                    call("q", "get", timeout_s=0.5),
                ),
                daemon=True,
            ),
        },
    )
    at = T0 + 60 * MS
    operations = [
        _op("main", -1, "q", "Queue", at=(T0, T0 + 90 * US)),
        _op("main", 0, "p0", "start", at=(T0 + 400 * US, T0 + 1900 * US)),
        _op("main", 1, "c0", "start", at=(T0 + 1950 * US, T0 + 3100 * US)),
        _op("main", 2, "c1", "start", at=(T0 + 3120 * US, T0 + 4300 * US)),
        _op("main", 3, "p0", "join", at=(T0 + 4310 * US, at + 70 * US)),
        _op("main", 4, "c0", "join", at=(at + 72 * US, at + 90 * US)),
        _op("main", 5, "c1", "join", at=(at + 95 * US, at + 119 * US)),
        _op("p0", 0, "q", "put", item("p0", 0), at=(at + 2 * US, at + 9 * US)),
        _op("p0", 1, "q", "put", item("p0", 1, 1024), at=(at + 10 * US, at + 16 * US)),
        _op("c0", 0, "q", "get", at=(at + 1 * US, at + 24 * US), to=received("p0", 1, 1024)),
        _op("c0", 1, "", "rendezvous", 0, ["c0", "c1"], at=(at + 25 * US, at + 30 * US)),
        _op("c1", 0, "q", "get_nowait", at=(at + 5 * US, at + 6 * US), raised=error("Empty")),
        _op("c1", 1, "", "rendezvous", 0, ["c0", "c1"], at=(at + 7 * US, at + 30 * US)),
        _op("c1", 2, "q", "get", at=(at + 33 * US, at + 41 * US), to=received("p0", 0), timeout_s=0.5),
    ]
    for n in range(noise):
        begin = T0 + 5 * MS + n * 100 * US
        operations.append(_op("main.callbacks", n, "cb", "called", n, at=(begin, begin + 20 * US)))
    return _history(scenario, SWAPS, operations)


def hang_history() -> History:
    """A waiter was killed; notify_all then waits for it for ever."""
    scenario = Scenario(
        family="condition",
        theme="killed-waiter",
        objects={"cond": ObjectSpec(factory="Condition")},
        actors={
            "main": Actor(
                steps=(
                    call("w0", "start"),
                    verb("await_invoked", "w0", 1),
                    verb("hold", 0.02),
                    call("w0", "kill"),
                    call("w0", "join"),
                    call("cond", "__enter__"),
                    call("cond", "notify_all"),
                    call("cond", "__exit__", None, None, None),
                )
            ),
            "w0": Actor(steps=(call("cond", "__enter__"), call("cond", "wait")), name="the waiter"),
        },
    )
    operations = [
        _op("main", -1, "cond", "Condition", at=(T0, T0 + 200 * US)),
        _op("main", 0, "w0", "start", at=(T0 + 300 * US, T0 + 40 * MS)),
        _op("main", 1, "", "await_invoked", "w0", 1, at=(T0 + 41 * MS, T0 + 95 * MS)),
        _op("w0", 0, "cond", "__enter__", at=(T0 + 94 * MS, T0 + 94 * MS + 4 * US)),
        _op("w0", 1, "cond", "wait", at=(T0 + 94 * MS + 9 * US, None)),
        _op("main", 2, "", "hold", 0.02, at=(T0 + 95 * MS + 10 * US, T0 + 115 * MS + 20 * US)),
        _op("main", 3, "w0", "kill", at=(T0 + 115 * MS + 30 * US, T0 + 115 * MS + 60 * US)),
        _op("main", 4, "w0", "join", at=(T0 + 115 * MS + 70 * US, T0 + 117 * MS)),
        _op("main", 5, "cond", "__enter__", at=(T0 + 117 * MS + 9 * US, T0 + 117 * MS + 12 * US), to=True),
        _op("main", 6, "cond", "notify_all", at=(T0 + 117 * MS + 15 * US, None)),
    ]
    stacks = (
        'Thread 0x00007f (most recent call first):\n  File "synchronize.py", line 271 in notify\n'
        '  File "synchronize.py", line 296 in notify_all\n  File "steps.py", line 12 in <module>\n'
    )
    return _history(scenario, BILLIARD, operations, ended="hung", stacks=stacks)


def long_history(count: int) -> History:
    """*count* gets of one actor, one after the other, each 3 µs long."""
    scenario = Scenario(
        family="queue", theme="long", actors={"main": Actor(), "c0": Actor(steps=(verb("drain", ref("q")),))}
    )
    operations = [
        _op("c0", 0, "q", "get", at=(T0 + n * 5 * US, T0 + n * 5 * US + 3 * US), to=received("p0", n))
        for n in range(count)
    ]
    return _history(scenario, FORK, operations)


def _op(actor: str, step: int, *rest: Any, **keywords: Any) -> Operation:
    return op(actor, *rest, step=step, **keywords)


def _history(scenario: Scenario, backend: str, operations: list[Operation], **rest: Any) -> History:
    return History(
        scenario=scenario,
        backend=backend,
        operations=tuple(sorted(operations, key=lambda o: o.invoked_ns)),
        actors={name: ActorRecord(pids=(100 + i,)) for i, name in enumerate(scenario.actors)},
        **rest,
    )


def order_violation(history: History) -> Violation:
    """The violation that :func:`order_history` shows."""
    gets = [o for o in history.on("q", "get") if o.ok]
    return Violation(
        kind="overtaken",
        summary="c0 got p0's item 1 before c1 got p0's item 0, which p0 had put first.",
        story=(
            "p0 had put its item 0 at 60.01 ms, and only then began to put item 1. c0 had received item 1 at "
            "60.02 ms; only after that, at 60.03 ms, did c1 begin the get that received item 0."
        ),
        witness=tuple(gets),
    )


def hang_violation(history: History) -> Violation:
    """The violation that :func:`hang_history` shows; its text is hostile."""
    blocked = sorted((o for o in history.operations if o.open), key=lambda o: o.actor != "main")
    return Violation(
        kind="hang-in-notify_all",
        summary=f"No process made progress any more; the run hung in main's cond.notify_all(). {HOSTILE}",
        story=f"main began cond.notify_all() at 117.01 ms and it never returned. {HOSTILE}",
        witness=tuple(blocked),
        observed=(f"no progress for 3 s {HOSTILE}",),
    )


def header(
    backends: tuple[str, ...] = BACKENDS, requirements: Any = REQUIREMENTS, families: Any = None
) -> dict[str, Any]:
    """The header event."""
    return {
        "event": "header", "format": 1, "mpconform": "0.1.0", "started": "2026-11-22T18:00:00+00:00",
        "command": f"mpconform run --backend {' --backend '.join(backends)} --profile quick --seed 123",
        "seed": 123, "profile": "quick", "budget_s": 100.0,
        "machine": {"system": "Linux 6.1 x86_64", "cores": 2, "memory_gib": 23.4, "python": "CPython 3.11.7"},
        "backends": [
            {
                "spec": spec, "module": spec.split(":")[0], "version": "3.11.7",
                "file": f"/usr/lib/python3.11/{spec.split(':')[0]}/__init__.py", "python": "3.11.7",
                "implementation": "CPython", "executable": "/usr/bin/python3.11",
                "methods": ["fork", "spawn", "forkserver"],
                "capabilities": ["Condition", "Process.kill", "Queue"],
            }
            for spec in backends
        ],
        "requirements": [
            {
                "id": name, "statement": statement, "level": level,
                "source": "library/multiprocessing: Pipes and Queues", "needs": ["Queue"],
                "family": family, "kind": "stochastic", "checker": "queue_order.per_producer_fifo",
                "why": "A program that hands work over relies on it; a reader that prefetches breaks it.",
            }
            for name, level, family, statement in requirements
        ],
        "families": families
        or [
            {"name": "queue", "title": "Producer/consumer queues"},
            {"name": "condition", "title": "Conditions"},
            {"name": "shm", "title": "Shared memory"},
        ],
    }  # fmt: skip


def result(requirement: str, backend: str, status: str, **rest: Any) -> dict[str, Any]:
    """A result event."""
    judged = 0 if status in {"unknown", "unsupported"} else 2301
    evidence = {"histories": 120 if judged else 0, "judged": judged, "operations": 9123}
    common = {"evidence": evidence, "notes": {}, "reason": "", "witness": None}
    return {
        "event": "result",
        "requirement": requirement,
        "backend": backend,
        "status": status,
        **common,
        **rest,
    }


def campaign(family: str, backend: str, **rest: Any) -> dict[str, Any]:
    """A campaign event."""
    return {
        "event": "campaign", "family": family, "backend": backend, "seconds": 5.2, "scenarios": 312,
        "operations": 9123, "themes": {"blocking": 200, "bounded-try": 112},
        "measures": {
            "mean_overlap_percent": 230, "queue_full": 12, "queue_empty": 31, "zombies_looked_for": 4,
        },
        "hung": 0, "crashed": 0, "agents": 2, **rest,
    }  # fmt: skip


def contract(
    kind: str,
    backend: str,
    *,
    broken: tuple[int, ...] = (0, 0, 0),
    judged: tuple[int, ...] = (2301, 812, 4001),
    **rest: Any,
) -> dict[str, Any]:
    """A contract event of a queue: how often each contract was judged, and in how many histories broken."""
    names = ("strict FIFO", "per-producer FIFO", "exactly-once")
    rows = [
        {
            "contract": name, "histories": 120 if count else 0, "operations": 9123 if count else 0,
            "judged": count, "broken": ways, "undecided": 0, "kinds": {"overtaken": ways} if ways else {},
        }
        for name, count, ways in zip(names, judged, broken, strict=True)
    ]  # fmt: skip
    return {
        "event": "contract", "kind": kind, "family": "queue", "backend": backend,
        "documented": "per-producer FIFO", "rows": rows, **rest,
    }  # fmt: skip


def violation(requirement: str, backend: str, told: Violation, **rest: Any) -> dict[str, Any]:
    """A violation event."""
    slug = f"{requirement.lower()}--{backend.replace(':', '-')}"
    return {
        "event": "violation", "id": slug, "requirement": requirement, "backend": backend,
        "family": requirement.partition("-")[0].lower(), "kind": told.kind, "summary": told.summary,
        "story": told.story,
        "observed": list(told.observed), "folder": f"violations/{slug}", "seen": 12, "reproduced": [7, 20],
        "actors": 4, "steps": 11, "replay": f"mpconform replay mpconform-report/violations/{slug}", **rest,
    }  # fmt: skip


def events(*, faults: bool = True, violations: bool = True) -> list[dict[str, Any]]:
    """The events of the whole run, footer included."""
    statuses = {
        ("SHM-ZERO", BILLIARD): ("unsupported", "the backend offers no shared_memory.SharedMemory"),
        ("SHM-UNLINK", BILLIARD): ("unsupported", "the backend offers no shared_memory.SharedMemory"),
        ("CONDITION-WAKE", SWAPS): ("unknown", f"no scenario came to the point {HOSTILE}"),
        ("CONDITION-WAKE", BILLIARD): ("unknown", "the campaign was ended by hangs"),
    }
    if violations:
        statuses |= {
            ("QUEUE-FIFO", SWAPS): ("violates", ""),
            ("CONDITION-PROGRESS", BILLIARD): ("violates", ""),
        }
    told = [header()]
    for family in ("queue", "condition", "shm"):
        hung = int(violations and family == "condition")
        told += [campaign(family, b, hung=hung if b == BILLIARD else 0) for b in BACKENDS]
    if violations:
        told.append(violation("QUEUE-FIFO", SWAPS, order_violation(order_history())))
        told.append(
            violation("CONDITION-PROGRESS", BILLIARD, hang_violation(hang_history()), reproduced=[20, 20])
        )
    told += [
        contract("Queue", FORK, broken=(3, 0, 0)),
        contract("Queue", SWAPS, broken=(9, 9, 0)),
        contract("SimpleQueue", FORK),
        contract("SimpleQueue", BILLIARD, judged=(0, 0, 0)),
    ]
    for name, *_ in REQUIREMENTS:
        for backend in BACKENDS:
            status, reason = statuses.get((name, backend), ("conforms", ""))
            notes = (
                {"spurious-empty": 3, "late-qsize": 400}
                if name == "QUEUE-EMPTY-FRESH" and backend == FORK
                else {}
            )
            told.append(result(name, backend, status, reason=reason, notes=notes))
    if faults:
        text = f'Traceback (most recent call last):\n  File "order.py", line 3\nKeyError: {HOSTILE}'
        told.append({"event": "fault", "text": text, "family": "queue", "backend": FORK})
        told.append({"event": "fault", "text": "OSError: no space left on device"})
    told.append({"event": "footer", "ended": "completed", "seconds": 98.2, "exit_code": 1})
    return told


def large_events(*, backends: int = 12, requirements: int = 120, seed: int = 1) -> list[dict[str, Any]]:
    """The events of a run with many backends and requirements; its violations left no folders."""
    draw = random.Random(seed)
    modules = ("multiprocessing", "multiprocess", "billiard", "torch.multiprocessing")
    specs = [f"{m}:{method}" for m in modules for method in ("fork", "spawn", "forkserver")][:backends]
    names = [f"family{i}" for i in range(10)]
    told_requirements = [
        (
            f"FAMILY{i % 10}-REQUIREMENT-{i}",
            "MUST",
            names[i % 10],
            f"Sentence {i} about what multiprocessing guarantees.",
        )
        for i in range(requirements)
    ]
    families = [{"name": n, "title": f"Family number {i}"} for i, n in enumerate(names)]
    told = [header(tuple(specs), told_requirements, families)]
    told += [campaign(name, spec) for name in names for spec in specs]
    for name, *_ in told_requirements:
        for spec in specs:
            weights = (90, 2, 5, 3)
            status = draw.choices(("conforms", "violates", "unknown", "unsupported"), weights)[0]
            if status == "violates":
                shown = Violation(kind="k", summary=f"{spec} breaks it.", observed=("seen",))
                told.append(violation(name, spec, shown))
            told.append(result(name, spec, status, reason="no evidence" if status == "unknown" else ""))
    told.append({"event": "footer", "ended": "completed", "seconds": 1800.0, "exit_code": 1})
    return told


def write_events(out: Path, told: list[dict[str, Any]]) -> Path:
    """Write the events of a run into the folder *out*, and return it."""
    out.mkdir(parents=True, exist_ok=True)
    (out / "events.ndjson").write_text("".join(json.dumps(e) + "\n" for e in told), encoding="utf-8")
    return out


def write_violation(
    out: Path, event: dict[str, Any], told: Violation, history: History, first: Violation
) -> None:
    """Write the folder of one violation, as a run would."""
    module, _, method = event["backend"].partition(":")
    rest = {key: value for key, value in event.items() if key not in {"event", "backend"}}
    stored = msgspec.convert(
        rest
        | {
            "backend": {"module": module, "method": method},
            "witness": msgspec.to_builtins(told.witness),
            "violation": msgspec.to_builtins(told),
            "first": {"violation": msgspec.to_builtins(first)},
        },
        store.StoredViolation,
    )
    tapes = {"main": b"tape"}
    store.write_violation(
        out,
        stored,
        final=store.Witnessed(history=history, violation=told, tapes=tapes),
        first=store.Witnessed(history=history, violation=first, tapes=tapes),
    )


def gated(
    told: list[dict[str, Any]], *, code: int, inconclusive: str = "fail", stale: str = "fail"
) -> list[dict[str, Any]]:
    """Return *told* as the events of a gate: one violation is new, one known, one entry stale."""
    row = {
        "baseline": "conformance.toml", "entries": 3, "edition": "2026.1", "level": "must",
        "inconclusive": inconclusive, "stale": stale, "today": "2026-11-26",
    }  # fmt: skip
    common = {"event": "standing", "reason": "", "entry": None, "violation": ""}
    standings = [
        {
            "requirement": "QUEUE-FIFO", "backend": SWAPS, "signature": "overtaken", "standing": "new",
            "violation": "queue-fifo--mutants.queue_swaps-fork",
        },
        {
            "requirement": "CONDITION-PROGRESS", "backend": BILLIARD, "signature": "hang",
            "standing": "known", "reason": f"a dead waiter {HOSTILE}", "entry": 1,
            "violation": "condition-progress--billiard-spawn",
        },
        {
            "requirement": "CONDITION-WAKE", "backend": SWAPS, "signature": "", "standing": "inconclusive",
            "reason": "no scenario came to the point",
        },
        {
            "requirement": "SHM-ZERO", "backend": FORK, "signature": "dirty", "standing": "stale",
            "reason": "fixed: its witness passed 3 of 3 times; remove it", "entry": 2,
        },
    ]  # fmt: skip
    footer = told[-1] | {"exit_code": code}
    first = told[0] | {"format": 2, "gate": row}
    return [first, *told[1:-1], *[common | standing for standing in standings], footer]


def make(out: Path, *, faults: bool = True, violations: bool = True, cut_short: bool = False) -> Path:
    """Make the run folder *out* and return it; *cut_short* leaves the last line torn."""
    told = events(faults=faults, violations=violations)
    write_events(out, told)
    if violations:
        order, hang = order_history(), hang_history()
        overtaken, hung = order_violation(order), hang_violation(hang)
        first = msgspec.structs.replace(overtaken, summary="c3 got p1's item 17 before c0 got p1's item 4.")
        by_id = {e["id"]: e for e in told if e["event"] == "violation"}
        write_violation(out, by_id["queue-fifo--mutants.queue_swaps-fork"], overtaken, order, first)
        write_violation(out, by_id["condition-progress--billiard-spawn"], hung, hang, hung)
    if cut_short:
        path = out / "events.ndjson"
        whole = path.read_bytes().splitlines(keepends=True)
        path.write_bytes(b"".join(whole[:-4]) + whole[-4][:40])
    return out
