"""Probing: what a backend offers, or one sentence on why it cannot be asked."""

import os
import sys
from pathlib import Path

import pytest

from mpconform.backend import Backend, Offer
from mpconform.errors import BadBackend
from mpconform.probe import probe
from mpconform.runner import workdir
from running import METHODS, Footprint, backend, write_module


def ask(tested: Backend, *, deadline_s: float = 20.0) -> Offer:
    with workdir() as folder:
        return probe(tested, workdir=folder, deadline_s=deadline_s)


@pytest.mark.parametrize("method", ["", *METHODS])
def test_the_standard_library_offers_everything(method: str) -> None:
    """Every capability is found, under every start method, with the right names and versions."""
    offer = ask(backend(method))

    assert set(offer.methods) == set(METHODS)
    assert offer.version == offer.python == ".".join(map(str, sys.version_info[:3]))
    assert offer.implementation == "CPython"
    assert Path(offer.file).name == "__init__.py"
    assert offer.capabilities >= {
        "Queue",
        "Queue.qsize",
        "SimpleQueue.close",
        "Process.kill",
        "connection.wait",
    }


def test_a_backend_offers_what_it_has_and_no_more(tmp_path: Path) -> None:
    """What is missing, or cannot be made, is not offered; a module needs no start methods."""
    paths = [
        write_module(
            tmp_path / "lib",
            "little",
            "__version__ = '1.2'\nfrom multiprocessing import Process\n"
            "class SimpleQueue:\n  def __init__(self): raise OSError('no')\n",
        )
    ]
    offer = ask(backend("", "little", paths=paths))

    assert offer.methods == ()
    assert offer.version == "1.2"
    assert offer.capabilities == {
        "Process", "Process.close", "Process.daemon", "Process.exitcode", "Process.kill", "Process.sentinel",
        "Process.terminate", "SimpleQueue", "module.Process",
    }  # fmt: skip


def test_a_start_method_that_a_module_takes_but_does_not_list_is_one(tmp_path: Path) -> None:
    """loky.backend has a get_context, and no get_all_start_methods."""
    paths = [write_module(tmp_path / "lib", "shy", "from multiprocessing import get_context\n")]

    assert ask(backend("", "shy", paths=paths)).methods == ()
    offer = ask(backend("fork", "shy", paths=paths))

    assert offer.methods == ("fork",)
    assert "Queue" in offer.capabilities


def refused(tested: Backend, *, deadline_s: float = 20.0) -> str:
    footprint = Footprint()
    old = os.environ.get("TMPDIR")
    os.environ["TMPDIR"] = str(footprint.folder)
    try:
        with pytest.raises(BadBackend) as caught:
            ask(tested, deadline_s=deadline_s)
    finally:
        os.environ.pop("TMPDIR") if old is None else os.environ.update(TMPDIR=old)
    assert footprint.left() == []
    assert "\n" not in str(caught.value)
    return str(caught.value)


BAD = [
    pytest.param("import no_such_thing_at_all", "no_such_thing_at_all", id="raises-import-error"),
    pytest.param("raise ValueError('many\\nlines')", "ValueError: many lines", id="raises"),
    pytest.param("raise SystemExit(3)", "SystemExit: 3", id="exits"),
    pytest.param(
        "import os; print('last words', flush=True); os._exit(9)", "exit code 9: last words", id="ends"
    ),
    pytest.param("import os; os.kill(os.getpid(), 11)", "by signal 11", id="crashes"),
    pytest.param("def broken(:", "SyntaxError", id="is-no-python"),
]


@pytest.mark.parametrize(("text", "words"), BAD)
def test_a_backend_that_cannot_be_imported_is_told_in_one_sentence(
    tmp_path: Path, text: str, words: str
) -> None:
    """Whatever its import does, one line says what; nothing is left behind."""
    message = refused(
        backend("fork", "broken_backend", paths=[write_module(tmp_path / "lib", "broken_backend", text)])
    )

    assert words in message
    assert "broken_backend" in message


def test_an_import_that_does_not_end_is_given_up(tmp_path: Path) -> None:
    """After the time that it was given, with that time in the message."""
    paths = [write_module(tmp_path / "lib", "endless", "import time\nwhile True: time.sleep(1)")]

    assert "did not end within 1 s" in refused(backend("fork", "endless", paths=paths), deadline_s=1)


def test_an_object_that_cannot_be_made_is_given_up(tmp_path: Path) -> None:
    """A backend that hangs when it is asked what it offers is not said to hang at import."""
    text = "import time\nclass Queue:\n  def __init__(self):\n    while True: time.sleep(1)"
    paths = [write_module(tmp_path / "lib", "endless", text)]

    # Up to the import it takes a busy machine more than a second.
    assert "cannot be made" in refused(backend("", "endless", paths=paths), deadline_s=5)


def test_an_import_may_take_its_time(tmp_path: Path) -> None:
    """A slow import is no fault."""
    paths = [
        write_module(tmp_path / "lib", "slow", "import time; time.sleep(1.5)\nfrom multiprocessing import *")
    ]

    assert "Queue" in ask(backend("", "slow", paths=paths)).capabilities


def test_a_module_that_does_not_exist_is_named() -> None:
    """The user sees which."""
    assert "no_such_backend" in refused(backend("fork", "no_such_backend"))


def test_a_start_method_that_does_not_exist_is_told_with_those_that_do() -> None:
    """Both what was asked and what could be."""
    message = refused(backend("teleport"))

    assert "'teleport'" in message
    assert all(method in message for method in METHODS)


def test_a_module_without_start_methods_says_so(tmp_path: Path) -> None:
    """Rather than showing an empty list of them."""
    paths = [write_module(tmp_path / "lib", "little", "from multiprocessing import Process")]

    assert "no get_context, and so no start methods" in refused(backend("fork", "little", paths=paths))


def test_an_interpreter_that_does_not_exist_is_named() -> None:
    """Neither by path nor by name."""
    assert "/no/such/python" in refused(backend(python="/no/such/python"))
    assert "no such interpreter" in refused(backend(python="no-such-python"))


def test_something_that_is_no_python_is_told() -> None:
    """A program that runs, but not Python programs."""
    assert "does not run Python programs" in refused(backend(python="/bin/true"))


def test_a_file_that_cannot_be_run_is_told(tmp_path: Path) -> None:
    """Executable, but nothing that the system knows."""
    file = tmp_path / "python"
    file.write_bytes(b"\x00\x01\x02")
    file.chmod(0o755)

    assert "does not run Python programs" in refused(backend(python=str(file)))


@pytest.mark.parametrize("version", ["2.7", "3.6", "3.8"])
def test_an_interpreter_that_is_too_old_is_told(version: str) -> None:
    """With its version, and the one that is needed."""
    found = sorted(Path.home().glob(f".pyenv/versions/{version}.*/bin/python"))
    if not found:
        pytest.skip(f"there is no Python {version} in ~/.pyenv")

    message = refused(backend(python=str(found[0])))

    assert f"Python {version}" in message
    assert "3.9 or later" in message
