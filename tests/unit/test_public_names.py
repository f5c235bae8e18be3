"""Every public name of multiprocessing is named by a requirement, or excluded with a reason."""

import multiprocessing
import re
import sys
from collections.abc import Iterable
from multiprocessing import connection, managers, pool, shared_memory, sharedctypes
from pathlib import Path

import pytest

from mpconform_conformance import catalogue

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

EXCLUDED = tomllib.loads(Path(__file__).with_name("public_names.toml").read_text("utf-8"))["excluded"]


def attributes(thing: object, name: str) -> set[str]:
    return {f"{name}.{attribute}" for attribute in dir(thing) if not attribute.startswith("_")}


def modules(*named: tuple[str, Iterable[str]]) -> set[str]:
    return {f"{module}.{name}" for module, names in named for name in names}


def public() -> set[str]:
    """The names that this interpreter offers: of the package, its submodules, what they make."""
    context = multiprocessing.get_context("fork")
    one, other = context.Pipe()
    with one, other:
        made = {
            "Process": multiprocessing.Process, "Queue": context.Queue(),
            "JoinableQueue": context.JoinableQueue(),
            "SimpleQueue": context.SimpleQueue(), "Connection": one, "Barrier": context.Barrier(1),
            "Value": context.Value("i"), "Pool": pool.Pool, "AsyncResult": pool.AsyncResult,
            "IMapIterator": pool.IMapIterator, "Listener": connection.Listener,
            "BaseManager": managers.BaseManager, "SharedMemoryManager": managers.SharedMemoryManager,
            "SharedMemory": shared_memory.SharedMemory, "ShareableList": shared_memory.ShareableList,
        }  # fmt: skip
        for name in ("Lock", "RLock", "Semaphore", "BoundedSemaphore", "Condition", "Event"):
            made[name] = getattr(context, name)()
        found = {name for thing in made for name in attributes(made[thing], thing)}
        for queue in ("Queue", "JoinableQueue"):
            made[queue].close()
            made[queue].join_thread()
        made["SimpleQueue"].close()
    return (
        found
        | set(multiprocessing.__all__)
        | modules(
            ("connection", connection.__all__),
            ("managers", managers.__all__),
            ("shared_memory", shared_memory.__all__),
            ("sharedctypes", sharedctypes.__all__),
            ("SyncManager", managers.SyncManager._registry),
        )
    )


def named(name: str) -> bool:
    """Whether some requirement names *name* in its id, its sentence, what it needs, or why it matters."""
    word = re.compile(rf"(?<![A-Za-z_]){re.escape(name.rpartition('.')[2])}(?![A-Za-z_])")
    return any(word.search(" ".join((r.id, r.statement, r.why, *r.needs))) for r in catalogue.requirements())


def test_every_public_name_is_judged_or_excluded_with_a_reason() -> None:
    """None is forgotten; none is excluded that is named after all, or that nobody has."""
    names = public()
    forgotten = {name for name in names if not named(name)} - set(EXCLUDED)

    assert forgotten == set()
    assert {name for name in EXCLUDED if name in names and named(name)} == set()


@pytest.mark.parametrize("name", EXCLUDED)
def test_a_reason_is_a_sentence(name: str) -> None:
    """That says more than the name."""
    assert len(EXCLUDED[name].split()) >= 3
