"""Threads: what can be asked of a backend whose processes are threads of one process, as those of dummy are.

A scenario that needs processes of their own, which have ids and exit codes, can be ended, and share no memory
but what was shared, is not run; nor is a requirement judged that is about those.  Actors of all others are
threads of the agent.  Their steps are fitted to what threading documents otherwise than multiprocessing.
"""

import dataclasses
import sys
from collections.abc import Callable, Iterator, Mapping
from functools import cache, partial
from pathlib import Path

import msgspec
from hypothesis.strategies import SearchStrategy

from _mpconform_agent.namespace import THREADS
from mpconform.backend import Offer
from mpconform.values import Json, ObjectSpec, Requirement, Scenario, Step
from mpconform_scenarios.family import Theme

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

__all__ = ("Table", "fitted", "fitting", "met", "run", "table", "why_not")

_FILE = Path(__file__).with_name("threads.toml")
_OTHERS = "it is about processes"
_NOTHING = Step(target="", method="hold", arguments=(0.0,))
_LOCKS = frozenset({"Lock", "RLock", "Semaphore", "BoundedSemaphore", "Condition"})


class Reason(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Why some requirements are not asked."""

    why: str
    requirements: tuple[str, ...]


class Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What stands in ``threads.toml``: themes by family, methods that objects lack, what is not asked."""

    themes: Mapping[str, tuple[str, ...]]
    lacks: Mapping[str, tuple[str, ...]]
    reason: tuple[Reason, ...]


@cache
def table() -> Table:
    """Return what stands in ``threads.toml``."""
    return msgspec.convert(tomllib.loads(_FILE.read_text(encoding="utf-8")), Table)


def met(offer: Offer) -> bool:
    """Return whether *offer* is that of a backend whose processes are threads."""
    return THREADS in offer.capabilities


def run(family: str, theme: str) -> bool:
    """Return whether the scenarios of *theme* can be run by threads."""
    return theme in table().themes.get(family, ())


def why_not(requirement: Requirement) -> str:
    """Return why *requirement* cannot be asked of threads; empty if it can."""
    if requirement.family not in table().themes:
        return _OTHERS
    return next((reason.why for reason in table().reason if requirement.id in reason.requirements), "")


def fitting(theme: Theme) -> Theme:
    """Return *theme* with scenarios that are fitted to threads."""
    return dataclasses.replace(theme, scenarios=partial(_fitting, theme.scenarios))


def _fitting(scenarios: Callable[[], SearchStrategy[Scenario]]) -> SearchStrategy[Scenario]:
    return scenarios().map(fitted)


def fitted(scenario: Scenario) -> Scenario:
    """Return *scenario* without calls of what objects of threads lack, and with locks as threading has them.

    What is called by another name, or means something else, is written so that it means the same to both:
    ``block`` is given by position, a wait that is over at once as one that does not block.
    """
    made = dict.fromkeys(scenario.actors, "Process")
    made |= {
        name: _kind(spec.factory)
        for key, spec in scenario.objects.items()
        for name in (spec.unpack or (key,))
    }
    for actor in scenario.actors.values():
        made |= {step.bind: _kind(step.method) for step in actor.steps if step.bind}
    objects = {key: _without_limit(spec) for key, spec in scenario.objects.items()}
    actors = {
        name: msgspec.structs.replace(actor, steps=tuple(_steps(actor.steps, made)))
        for name, actor in scenario.actors.items()
    }
    return msgspec.structs.replace(scenario, objects=objects, actors=actors)


def _kind(factory: str) -> str:
    """Return what *factory* makes, whoever makes it: ``list`` of ``m.list``."""
    return factory.rpartition(".")[2]


def _without_limit(spec: ObjectSpec) -> ObjectSpec:
    keywords = {key: value for key, value in spec.keywords.items() if key != "maxtasksperchild"}
    return msgspec.structs.replace(spec, keywords=keywords) if spec.factory == "Pool" else spec


def _steps(steps: tuple[Step, ...], made: Mapping[str, str]) -> Iterator[Step]:
    for step in steps:
        factory = made.get(step.target, "")
        if step.method in table().lacks.get(factory, ()):
            yield _NOTHING  # Others wait for steps by their numbers.
        elif step.target == "@" and step.method == "Pool":
            keywords = {key: value for key, value in step.keywords.items() if key != "maxtasksperchild"}
            yield msgspec.structs.replace(step, keywords=keywords)
        elif factory in _LOCKS and step.method == "acquire":
            yield _acquire(step)
        else:
            yield step


def _acquire(step: Step) -> Step:
    """Return the call of acquire that means to threading what *step* means to multiprocessing."""
    given: list[Json] = [*step.arguments, *(True, None)[len(step.arguments) :]]
    block = step.keywords.get("block", given[0])
    timeout = step.timeout_s if step.timeout_s is not None else step.keywords.get("timeout", given[1])
    if not block or (isinstance(timeout, (int, float)) and timeout <= 0):
        arguments: tuple[Json, ...] = (False,)
    else:
        arguments = (True,) if timeout is None else (True, timeout)
    return msgspec.structs.replace(step, arguments=arguments, keywords={}, timeout_s=None)
