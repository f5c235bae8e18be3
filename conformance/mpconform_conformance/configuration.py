"""Configuration: what the command line does not say, from ``mpconform.toml`` or ``[tool.mpconform]``.

The command line comes first, then the environment (``MPCONFORM_BACKEND``), then the file.  Its keys are the
long names of the options.  What nobody knows is an error, in the file and in the environment.
"""

import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from mpconform.errors import UsageError
from mpconform_conformance.suggest import suggestion

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

__all__ = ("FILE", "KEYS", "defaults")

FILE = "mpconform.toml"
_PROJECT = "pyproject.toml"
_PREFIX = "MPCONFORM_"

#: What may be configured, and the commands that it is for; a list may be written as its only element.
_LISTS = frozenset({"backend", "family", "requirement", "path", "env"})
_NUMBERS = frozenset({"seed"})
_PROBING = ("backend", "python", "path", "env")
_WRITING = ("junit", "ctrf", "md", "badge", "sarif")
_RUNNING = (
    *(*_PROBING, "family", "requirement", "profile", "budget", "seed", "workers", "out", "shard"),
    *_WRITING,
)
_GATING = (*_RUNNING, "baseline", "edition", "level", "inconclusive", "stale")
_COMMANDS = {"run": _RUNNING, "gate": _GATING, "probe": _PROBING, "doctor": ("python",), "report": _WRITING}
KEYS = frozenset(_GATING)

#: Variables that are no options: how /dev/shm is kept apart, and the day by which entries expire.
_OTHERS = frozenset({"MPCONFORM_SHM", "MPCONFORM_TODAY"})


def defaults(folder: Path, environment: Mapping[str, str]) -> dict[str, dict[str, Any]]:
    """Return, by command, what the file in *folder* configures; raises UsageError for what nobody knows."""
    _check_environment(environment)
    where, table = _table(folder)
    values = {key: _checked(where, key, value) for key, value in table.items()}
    return {
        command: {key: values[key] for key in keys if key in values} for command, keys in _COMMANDS.items()
    }


def _check_environment(environment: Iterable[str]) -> None:
    known = {*_OTHERS, *(_PREFIX + key.upper() for key in KEYS)}
    for name in environment:
        if name.startswith(_PREFIX) and name not in known:
            raise UsageError(f"environment: no such variable {name}; {suggestion(name, sorted(known))}")


def _table(folder: Path) -> tuple[str, dict[str, Any]]:
    """Return what is configured in *folder*, and where that stands."""
    own, project = folder / FILE, folder / _PROJECT
    shared = _read(project).get("tool", {}).get("mpconform") if project.is_file() else None
    if not own.is_file():
        return f"{_PROJECT}, [tool.mpconform]", shared or {}
    if shared is not None:
        raise UsageError(
            f"both {FILE} and [tool.mpconform] of {_PROJECT} configure mpconform; keep one of them"
        )
    return FILE, _read(own)


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(f"cannot read {path}: {(error.strerror or str(error)).lower()}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: not TOML: {error}") from error


def _checked(where: str, key: str, value: Any) -> Any:
    """Return *value* of *key* as the option takes it."""
    if key not in KEYS:
        raise UsageError(f"{where}: no such key {key!r}; {suggestion(key, sorted(KEYS))}")
    if key in _LISTS:
        found = [value] if isinstance(value, str) else value
        if not isinstance(found, list) or not all(isinstance(one, str) for one in found):
            raise UsageError(f"{where}: {key} is {value!r}, not a text or a list of texts")
        return found
    # bool is an int, and no number that anybody means.
    fitting = int if key in _NUMBERS else str
    if key == "workers" and isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if not isinstance(value, fitting) or isinstance(value, bool):
        raise UsageError(f"{where}: {key} is {value!r}, not a {'number' if key in _NUMBERS else 'text'}")
    return value
