"""Ask a backend, in its own interpreter, what it offers."""

import os
import shutil
import subprocess
from pathlib import Path

import msgspec

from mpconform.agent import Agent
from mpconform.backend import Backend, Offer
from mpconform.errors import BadBackend, HarnessFault

__all__ = ("probe",)

_OLDEST = (3, 9)
_ASK = "import sys; print('%d.%d' % tuple(sys.version_info)[:2])"


def _interpreter(python: str) -> str:
    found = shutil.which(python)
    if found is None:
        raise BadBackend(f"--python {python}: no such interpreter; give the path of a Python 3.9 or later")
    return os.path.abspath(found)  # noqa: PTH100  # not resolved: a venv's python is a link


def _check_version(python: str) -> None:
    try:
        asked = subprocess.run(  # noqa: S603  # the interpreter that the user named
            [python, "-c", _ASK],
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
            stdin=subprocess.DEVNULL,
        )
        version = tuple(map(int, asked.stdout.strip().split(".")))
    except (OSError, ValueError, subprocess.TimeoutExpired) as error:
        raise BadBackend(f"--python {python}: it does not run Python programs ({error})") from error
    if version < _OLDEST:
        raise BadBackend(
            f"--python {python}: it is Python {asked.stdout.strip()}, the agent needs 3.9 or later"
        )


def probe(backend: Backend, *, workdir: Path, deadline_s: float = 30.0) -> Offer:
    """Return what *backend* offers.

    Raises BadBackend, with one sentence, if its interpreter cannot run, if it cannot be imported or
    not within *deadline_s*, or if it has no such start method.
    """
    python = _interpreter(backend.python)
    _check_version(python)
    backend = msgspec.structs.replace(backend, python=python)
    whole = msgspec.structs.replace(backend, method="")
    offer = _ask(whole, workdir, deadline_s, cannot=f"cannot import {backend.module}")
    if not backend.method:
        return offer
    if offer.methods and backend.method not in offer.methods:
        raise BadBackend(
            f"backend {backend.spec}: {backend.module} has no start method {backend.method!r}; "
            f"it offers {', '.join(offer.methods)}"
        )
    # Some have a get_context and do not say what it takes: it is tried.
    return _ask(
        backend, workdir, deadline_s, cannot=f"{backend.module} has no start method {backend.method!r}"
    )


def _ask(backend: Backend, workdir: Path, deadline_s: float, *, cannot: str) -> Offer:
    agent = Agent(backend, workdir / f"probe-{os.urandom(4).hex()}", probing=True)
    try:
        offer = agent.hello(deadline_s)
    except BadBackend as error:
        raise BadBackend(f"backend {backend.spec}: {cannot} with {backend.python}: {error}") from error
    finally:
        agent.stop()
    if offer is None:
        raise HarnessFault("an agent that was to probe did not")
    return offer
