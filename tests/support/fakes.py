"""Backends that cost no process: a runner that makes histories up, and small themes for it."""

import contextlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from hypothesis import strategies as st

from mpconform.backend import Backend, Offer
from mpconform.events import HeaderEvent, Machine
from mpconform.values import Actor, Finding, History, Operation, Requirement, Scenario, Step, Violation
from mpconform_conformance.campaign import Cell
from mpconform_scenarios.family import Family, Theme

__all__ = (
    "BACKEND",
    "OFFER",
    "FakeRun",
    "FakeRunner",
    "FakeTimer",
    "cell",
    "failing_if",
    "family",
    "finding",
    "header",
    "numbers",
    "numbers_of",
    "requirement",
    "theme",
    "violation",
)

BACKEND = Backend(module="made.up", method="fork")
OFFER = Offer(
    module="made.up",
    version="1",
    file="/made/up.py",
    python="3.11.7",
    implementation="CPython",
    methods=("fork",),
    capabilities=frozenset({"Queue"}),
)


@st.composite
def numbers(draw: st.DrawFn, *, name: str = "numbers") -> Scenario:
    """A scenario whose main actor holds numbers: small ones are simple."""
    found = draw(st.lists(st.integers(0, 100), min_size=1, max_size=8))
    return Scenario(
        family="queue", theme=name, actors={"main": Actor(steps=tuple(_step(number) for number in found))}
    )


def _step(number: int) -> Step:
    return Step(target="q", method="put", arguments=(number,))


def numbers_of(scenario: Scenario) -> list[int]:
    return [step.arguments[0] for step in scenario.actors["main"].steps]


def theme(
    name: str = "numbers", *, weight: int = 1, needs: frozenset[str] = frozenset(), every: int = 1
) -> Theme:
    return Theme(name=name, scenarios=lambda: numbers(name=name), needs=needs, weight=weight, every=every)


def family(*themes: Theme) -> Family:
    return Family(name="queue", title="Queues", themes=themes or (theme(),))


def cell(*, budget_s: float = 60.0, offer: Offer = OFFER, shrink_s: float = 5.0, **rest: Any) -> Cell:
    return Cell(family="queue", backend=BACKEND, offer=offer, budget_s=budget_s, shrink_s=shrink_s, **rest)


def requirement(name: str = "QUEUE-FIFO", *, needs: tuple[str, ...] = ("Queue",)) -> Requirement:
    return Requirement(
        id=name,
        statement="Items that one process puts are got in order.",
        level="MUST",
        source="library/multiprocessing",
        needs=needs,
        family="queue",
        kind="stochastic",
        checker="queue_order.per_producer_fifo",
    )


def violation(kind: str = "overtaken", *, witness: tuple[Operation, ...] = ()) -> Violation:
    return Violation(
        kind=kind, summary="It came late.", story="It came too late.", observed=("late",), witness=witness
    )


def finding(*kinds: str, judged: int = 1) -> Finding:
    return Finding(judged=judged, violations=tuple(violation(kind) for kind in kinds), measures={"items": 2})


def failing_if(
    condition: Callable[[Scenario], bool], kind: str = "overtaken"
) -> Callable[[History], Finding]:
    """A checker that sees a violation in each history whose scenario meets *condition*."""

    def judge(history: History) -> Finding:
        return finding(kind) if condition(history.scenario) else finding()

    return judge


@dataclass
class FakeRun:
    """A run that took no process."""

    history: History
    tapes: dict[str, bytes] = field(default_factory=lambda: {"main": b"tape"})
    seconds: float = 0.01

    @property
    def histories(self) -> tuple[History, ...]:
        return (self.history,)

    @property
    def ended(self) -> str:
        return self.history.ended


class FakeRunner:
    """Runs nothing: *react*, if given, makes the history of a scenario, or raises."""

    def __init__(
        self,
        react: Callable[[Scenario], History] | None = None,
        *,
        calls: list[str] | None = None,
        seconds: float = 0.01,
    ) -> None:
        self.agents = 1
        self._seconds = seconds
        self.ran: list[Scenario] = []
        self.calls = [] if calls is None else calls
        self._react = react or history_of
        self._pending: Scenario | None = None

    def submit(self, scenario: Scenario) -> None:
        assert self._pending is None, "two scenarios under way"
        self.calls.append("submit")
        self._pending = scenario

    @property
    def heard(self) -> tuple[Any, ...]:
        return ()

    @property
    def used_s(self) -> float:
        return 0.0

    def ended(self, wait_s: float) -> bool:
        return True

    def collect(self) -> FakeRun:
        assert self._pending is not None
        scenario, self._pending = self._pending, None
        self.calls.append("collect")
        self.ran.append(scenario)
        return FakeRun(self._react(scenario), seconds=self._seconds)

    def run(self, scenario: Scenario) -> FakeRun:
        self.submit(scenario)
        return self.collect()

    def remember(self, history: History) -> None:
        self.calls.append("remember")

    def hurried(self, *, quiet_s: float = 0.0) -> contextlib.AbstractContextManager[None]:
        return contextlib.nullcontext()


def history_of(scenario: Scenario, **rest: Any) -> History:
    """The history of a run in which every step took one microsecond."""
    operations = tuple(
        Operation(
            actor="main",
            step=index,
            target=step.target,
            method=step.method,
            arguments=step.arguments,
            outcome="ok",
            invoked_ns=index * 1000,
            returned_ns=index * 1000 + 999,
        )
        for index, step in enumerate(scenario.actors["main"].steps)
    )
    return History(scenario=scenario, backend="made.up:fork", operations=operations, **rest)


class FakeTimer:
    """Time that passes by being asked for: it is over after so many questions."""

    def __init__(self, questions: float = float("inf")) -> None:
        self.left = questions

    @property
    def left_s(self) -> float:
        self.left -= 1
        return max(0.0, self.left)

    @property
    def over(self) -> bool:
        return self.left_s <= 0


def header(*requirements: Requirement) -> HeaderEvent:
    return HeaderEvent(
        mpconform="0.1.0",
        started="2026-11-22T18:00:00+00:00",
        command="mpconform run",
        seed=1,
        profile="smoke",
        budget_s=20.0,
        machine=Machine(system="Linux", cores=2, memory_gib=4.0, python="CPython 3.11.7"),
        backends=(),
        requirements=requirements,
        families=(),
    )
