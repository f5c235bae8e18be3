"""Outputs: what a run is besides its folder: files for the machines of a CI, and what a CI shows at once.

All of them are pure functions of the run record (``mpconform_reports``); here they are written.
"""

import os
from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec
from rich.console import Console

from mpconform import store
from mpconform.errors import UsageError
from mpconform_reports import badge, ctrf, junit, markdown, sarif
from mpconform_reports.record import Record

__all__ = ("NONE", "Outputs", "tell_ci", "write")

_ADVICE = "choose another file"


class Outputs(msgspec.Struct, frozen=True, kw_only=True):
    """The files that the user asked for; an empty name is none."""

    junit: str = ""
    ctrf: str = ""
    md: str = ""
    badge: str = ""
    sarif: str = ""


#: Nothing but the run folder.
NONE = Outputs()


def write(record: Record, outputs: Outputs) -> None:
    """Write what was asked for; raises UsageError if something cannot be written, after the rest was."""
    renderers: tuple[tuple[str, Callable[[Record], str]], ...] = (
        (outputs.junit, junit.render),
        (outputs.ctrf, ctrf.render),
        (outputs.md, markdown.render),
        (outputs.badge, badge.as_svg if outputs.badge.endswith(".svg") else badge.as_json),
        (outputs.sarif, sarif.render),
    )
    refused: list[UsageError] = []
    for name, render in renderers:
        if not name:
            continue
        try:
            store.write_whole(Path(name), render(record).encode(), advice=_ADVICE)
        except UsageError as error:
            refused.append(error)
    if refused:
        raise refused[0]


def tell_ci(record: Record, console: Console, environment: Mapping[str, str] = os.environ) -> None:
    """Tell a CI that is recognised what it shows at once: on GitHub annotations, summary and outputs.

    Elsewhere nothing is said: GitLab takes the JUnit file that its job names as a report.
    """
    if environment.get("GITHUB_ACTIONS") != "true":
        return
    for line in markdown.annotations(record):
        console.print(line, markup=False, highlight=False, soft_wrap=True)
    _append(environment.get("GITHUB_STEP_SUMMARY"), markdown.render(record))
    counts = dict.fromkeys(("new", "stale"), 0)
    for standing in record.standings:
        if standing.standing in counts:
            counts[standing.standing] += 1
    code = record.footer.exit_code if record.footer else ""
    told = {"exit-code": code, **counts, "report": record.folder / "index.html"}
    _append(environment.get("GITHUB_OUTPUT"), "".join(f"{name}={value}\n" for name, value in told.items()))


def _append(path: str | None, text: str) -> None:
    """Append *text* to the file that the CI names, if it names one; raises UsageError."""
    if not path:
        return
    try:
        with Path(path).open("a", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        raise UsageError(f"cannot write {path}: {(error.strerror or str(error)).lower()}") from error
