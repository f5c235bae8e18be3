"""Measured: how much of a backend's own package is executed, and by whom that is counted.

The backend's interpreter does both: it measures its processes (``_mpconform_agent.measure``), and counts
afterwards (``_mpconform_agent.measured``), because only it knows the branches of its own code.
"""

import json
import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

import _mpconform_agent
from mpconform.backend import Backend, Offer
from mpconform.errors import HarnessFault, UsageError
from mpconform.events import ModuleRow

__all__ = ("Measured", "check", "count", "measured")

_OLDEST = (7, 10)
_ASK = "import coverage; print('%d.%d' % coverage.version_info[:2])"
_PATIENCE_S = 120.0


class Measured(msgspec.Struct, frozen=True, kw_only=True):
    """That the modules in *folder*, the package of *module*, are measured, and where that is told.

    *folder* is a file if the module is no package; processes tell in the file *record* what they executed.
    """

    module: str
    folder: str
    record: str

    @property
    def asked(self) -> str:
        """What processes are told by the environment."""
        pattern = self.folder if self.folder.endswith(".py") else os.path.join(self.folder, "*")  # noqa: PTH118
        return json.dumps([self.module, [pattern], self.record])


def check(backend: Backend) -> None:
    """Raise UsageError if the interpreter of *backend* cannot measure: it needs coverage 7.10 or later."""
    environment = {**os.environ, **dict(backend.environment)}
    asked = subprocess.run(  # noqa: S603  # the interpreter that the user named
        [backend.python, "-c", _ASK],
        capture_output=True,
        text=True,
        check=False,
        env=environment,
        stdin=subprocess.DEVNULL,
    )
    found = asked.stdout.strip()
    if asked.returncode == 0 and tuple(map(int, found.split("."))) >= _OLDEST:
        return
    has = f"coverage {found}" if asked.returncode == 0 else "no coverage"
    raise UsageError(
        f"--backend-coverage: {backend.python} has {has}, and 7.10 or later is needed; "
        "install mpconform[coverage] there, or coverage alone"
    )


def measured(offer: Offer, record: Path) -> Measured:
    """Return how a backend that offers *offer* is measured; raises UsageError for one without source."""
    file = Path(offer.file)
    if file.suffix != ".py":
        raise UsageError(f"--backend-coverage: {offer.module} has no source in Python to be measured")
    folder = file.parent if file.name == "__init__.py" else file
    return Measured(module=offer.module, folder=str(folder), record=str(record))


def count(
    backend: Backend, folder: str, groups: Mapping[str, Sequence[str]]
) -> dict[str, tuple[ModuleRow, ...]]:
    """Return what was executed of the package in *folder*, for each of *groups* of records, by name.

    The interpreter of *backend* counts.  Raises HarnessFault if it cannot.
    """
    path = str(Path(_mpconform_agent.__file__).parents[1])
    counted = subprocess.run(  # noqa: S603  # the interpreter that the user named
        [backend.python, "-m", "_mpconform_agent.measured"],
        input=json.dumps({"folder": folder, "groups": groups}),
        capture_output=True,
        text=True,
        check=False,
        timeout=_PATIENCE_S,
        env={**os.environ, "PYTHONPATH": path},
    )
    if counted.returncode:
        raise HarnessFault(f"what was executed of {folder} could not be counted:\n{counted.stderr}")
    return msgspec.json.decode(counted.stdout, type=dict[str, tuple[ModuleRow, ...]])
