"""The names of a backend: in its context, its module, its submodules."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from _mpconform_agent.namespace import CANDIDATES, Namespace, offer

Make = Callable[..., str]


@pytest.fixture
def make(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Make:
    """Write a package of submodules; it can be imported for the length of a test."""
    monkeypatch.syspath_prepend(str(tmp_path))
    made = []

    def write(name: str, text: str, **submodules: str) -> str:
        made.append(name)
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text(text)
        for one, body in submodules.items():
            (tmp_path / name / f"{one}.py").write_text(body)
        return name

    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    yield write
    for name in [n for n in sys.modules if n.partition(".")[0] in made]:
        del sys.modules[name]


def test_the_context_comes_before_the_module(make: Make) -> None:
    """A start method's own Queue, and the module's where the context has none."""
    name = make(
        "ctx_first",
        "Queue, Pipe = 'module queue', 'module pipe'\n"
        "class Context: Queue = 'context queue'\n"
        "def get_context(method): return Context()",
    )

    assert Namespace(name, "fork").find("Queue") == "context queue"
    assert Namespace(name, "fork").find("Pipe") == "module pipe"
    assert Namespace(name, "").find("Queue") == "module queue"


def test_a_submodule_is_imported_on_need(make: Make) -> None:
    """``shared_memory.SharedMemory`` need not be imported by the package."""
    name = make("with_sub", "", shared_memory="class SharedMemory: size = 3")

    assert Namespace(name, "").find("shared_memory.SharedMemory.size") == 3


def test_what_does_not_exist_is_an_attribute_error(make: Make) -> None:
    """Neither name, nor attribute, nor submodule."""
    namespace = Namespace(make("empty_one", "class Pool: pass"), "")

    for dotted in ("Queue", "Pool.map", "connection.wait", "connection"):
        with pytest.raises(AttributeError):
            namespace.find(dotted)
        assert not namespace.offers(dotted)


def test_a_submodule_that_fails_is_news(make: Make) -> None:
    """An import error inside of it is not taken for its absence."""
    namespace = Namespace(make("bad_sub", "", connection="import no_such_thing"), "")

    with pytest.raises(ModuleNotFoundError, match="no_such_thing"):
        namespace.find("connection.wait")
    assert not namespace.offers("connection.wait")


def test_a_factory_is_asked_for_what_its_objects_have(make: Make) -> None:
    """``Queue.close`` of a function that makes queues; what cannot be made has nothing."""
    name = make(
        "factories",
        "class _Q:\n  def close(self): pass\ndef Queue(): return _Q()\ndef SimpleQueue(): raise OSError",
    )
    namespace = Namespace(name, "")

    assert namespace.offers("Queue.close")
    assert not namespace.offers("Queue.qsize")
    assert namespace.offers("SimpleQueue")
    assert not namespace.offers("SimpleQueue.close")


@pytest.mark.parametrize(
    ("text", "version"),
    [("__version__ = '1.2'", "1.2"), ("__version__ = 3", "3"), ("", "unknown")],
)
def test_an_offer_tells_version_and_file(make: Make, text: str, version: str) -> None:
    """Of the module, or of its package, or that it is unknown."""
    name = make(f"versions{len(text)}", text)

    told = offer(name, "")

    assert told["version"] == version
    assert told["file"].endswith("__init__.py")
    assert told["methods"] == []
    assert told["capabilities"] == []
    assert told["python"] == ".".join(map(str, sys.version_info[:3]))


def test_a_submodule_has_the_version_of_its_package(make: Make) -> None:
    """``package.backend`` is released with ``package``."""
    assert offer(make("outer", "__version__ = '7'", inner="") + ".inner", "")["version"] == "7"


def test_candidates_are_sorted_and_distinct() -> None:
    """Each capability is asked for once."""
    assert list(CANDIDATES) == sorted(set(CANDIDATES))
