"""Markdown: the summary of a run for a pull request, and the annotations that GitHub shows first."""

import html
from collections import defaultdict
from collections.abc import Iterable

from mpconform_reports import gate, wording
from mpconform_reports import matrix as tables
from mpconform_reports.judgements import Judgement, judgements
from mpconform_reports.record import Record

__all__ = ("annotations", "cells", "render")

#: A step summary may have 1 MiB; GitHub shows less, and nobody reads that much.
_MOST_BYTES = 190_000
_MOST_STORIES = 20
_MOST_ROWS = 200
_MOST_ANNOTATIONS = 8


def render(record: Record) -> str:
    """Return the summary, at most 200 KB of it."""
    found, groups = judgements(record), tables.groups(record)
    parts = [f"## {_text(wording.headline(record, groups))}", ""]
    if record.header.gate:
        parts += [f"**{_text(gate.verdict(record))}**", ""]
    parts += [_text(wording.verdict(record, groups)), "", *_counts(record, groups)]
    parts += _failing([judgement for judgement in found if judgement.verdict in ("failed", "error")])
    parts += _standings(record)
    text = "\n".join(parts) + "\n"
    if len(text.encode()) <= _MOST_BYTES:
        return text
    cut = text.encode()[:_MOST_BYTES].decode(errors="ignore").rpartition("\n")[0]
    return f"{cut}\n\n_The rest is in the report._\n"


def cells(*values: str) -> str:
    """Return one row of a table."""
    return f"| {' | '.join(_text(value).replace('|', chr(92) + '|') for value in values)} |"


def _text(words: str) -> str:
    """Return *words* as text that Markdown takes for nothing else, in one line."""
    for sign in ("\\", "`", "*", "_", "[", "#"):
        words = words.replace(sign, f"\\{sign}")
    return " ".join(words.replace("&", "&amp;").replace("<", "&lt;").split())


def _counts(record: Record, groups: Iterable[tables.Group]) -> list[str]:
    """Return the table of families and backends."""
    backends = [backend.spec for backend in record.header.backends]
    rows = [cells("family", *backends), f"|---|{'---|' * len(backends)}"]
    for group in groups:
        counted = []
        for backend in backends:
            count = group.counts(backend)
            counted.append(
                " ".join(f"{s.symbol} {count[s.name]}" for s in tables.STATUSES.values() if count[s.name])
            )
        rows.append(cells(group.title, *counted))
    return [*rows, ""]


def _failing(found: list[Judgement]) -> list[str]:
    """Return what fails, each with its story folded."""
    if not found:
        return []
    rows = ["### What fails", "", cells("requirement", "backend", "why"), "|---|---|---|"]
    rows += [cells(judgement.name, judgement.backend, judgement.why) for judgement in found[:_MOST_ROWS]]
    rows.append("")
    for violation in [v for judgement in found for v in judgement.violations][:_MOST_STORIES]:
        event = violation.event
        title = html.escape(f"{event.requirement} on {event.backend}")  # HTML, and no Markdown
        rows += [f"<details><summary>{title}</summary>", "", _text(event.story or event.summary), ""]
        rows += [f"Failed again in {event.reproduced[0]} of {event.reproduced[1]} runs. Replay it:", ""]
        rows += [f"    {' '.join(event.replay.split())}", "", "</details>", ""]
    return rows


def _standings(record: Record) -> list[str]:
    """Return what else the gate has to say: known, stale, advisory."""
    others = [s for s in gate.ordered(record.standings) if s.standing not in gate.FAILING]
    if not others:
        return []
    rows = ["<details><summary>Baseline</summary>", ""]
    rows += [cells("standing", "requirement", "backend", "signature", "why"), "|---|---|---|---|---|"]
    rows += [
        cells(gate.WORDS[s.standing], s.requirement, s.backend, s.signature, s.reason)
        for s in others[:_MOST_ROWS]
    ]
    return [*rows, "", "</details>", ""]


def annotations(record: Record) -> tuple[str, ...]:
    """Return the workflow commands by which GitHub shows what fails: at most eight, one a requirement."""
    grouped: dict[str, list[Judgement]] = defaultdict(list)
    for judgement in judgements(record):
        if judgement.verdict in ("failed", "error"):
            grouped[judgement.name].append(judgement)
    found = [_annotation(name, group) for name, group in grouped.items()]
    if len(found) > _MOST_ANNOTATIONS:
        left = len(found) - _MOST_ANNOTATIONS + 1
        more = f"::error title=mpconform::and {left} more requirements fail; the report has each"
        found = [*found[: _MOST_ANNOTATIONS - 1], more]
    stale = gate.counts(record).get("stale", 0)
    if stale and record.header.gate and record.header.gate.stale == "warn" and len(found) < _MOST_ANNOTATIONS:
        found.append(f"::warning title=mpconform::{stale} entries of the baseline are stale")
    return tuple(found)


def _annotation(name: str, group: Iterable[Judgement]) -> str:
    group = tuple(group)
    where = ", ".join(judgement.backend for judgement in group)
    title = _escaped(f"{name} on {where}").replace(":", "%3A").replace(",", "%2C")
    return f"::error title={title}::{_escaped(group[0].why)}"


def _escaped(words: str) -> str:
    return words.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
