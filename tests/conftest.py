"""What all tests need of the process that they run in."""

import os
import re
import shutil
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from part import of_today

# The same examples each time: a test that fails now and then tells nobody anything.  What is to be found by
# luck, campaigns find.
# A busy machine is no reason to fail, either.
settings.register_profile(
    "tests",
    derandomize=True,
    max_examples=35,
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("tests")


#: Tests of pure functions, and of what the command line says: the same on whichever Python runs them.
_ONCE = re.compile(
    r"test_(\w+_scenarios|\w+_checkers\w*|reports_\w+|linear_\w+|gate_\w+|model\w*|merge|stories"
    r"|campaign_(slices|serial|prune|shrink)|cli_(judge|errors)|ci_entry_points)\.py"
)
#: Tests that draw scenarios by the hundred: eight times as slow where each line is traced.
_DENSE = re.compile(r"test_(\w+_scenarios|themes)\.py")

#: What takes long is run with every twenty-fourth commit, where it is run in turn.
_TURNS = 24


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark what one interpreter alone need run, and what only computes; leave out what is not due.

    What takes long may be run in turn; the power tests divide themselves.
    """
    for item in items:
        if _ONCE.fullmatch(Path(item.path).name):
            item.add_marker(pytest.mark.once)
        if _DENSE.fullmatch(Path(item.path).name):
            item.add_marker(pytest.mark.dense)
    long = [item for item in items if _takes_long(item)]
    others = {*long} - {*of_today(long, parts=_TURNS)}
    if others:
        config.hook.pytest_deselected(items=[*others])
        items[:] = [item for item in items if item not in others]


def _takes_long(item: pytest.Item) -> bool:
    marked = any(item.get_closest_marker(name) for name in ("slow", "dense"))
    return marked and "power" not in Path(item.path).parts


@pytest.fixture(scope="session", autouse=True)
def temporary_files() -> Iterator[None]:
    """Let all that the tests start keep its temporary files in one folder, and remove it at their end.

    What a test kills, cannot remove its own.
    """
    # Not among pytest's: the path of a socket must not be long.
    folder = tempfile.mkdtemp(prefix="t-")
    before = os.environ.get("TMPDIR")
    os.environ["TMPDIR"], tempfile.tempdir = folder, folder
    yield
    tempfile.tempdir = None
    if before is None:
        del os.environ["TMPDIR"]
    else:
        os.environ["TMPDIR"] = before
    shutil.rmtree(folder, ignore_errors=True)


def pytest_configure() -> None:
    """Let Ctrl-C be heard, here and in what the tests start.

    A shell makes its background jobs ignore it, and their children inherit that.
    """
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
