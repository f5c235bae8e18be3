"""The HTML report: one page that needs nothing but itself, a pure function of the run record."""

import base64
import hashlib
import re
from functools import lru_cache
from pathlib import Path

import jinja2
from markupsafe import Markup

from mpconform_reports import (
    breadth,
    contracts,
    gate,
    litmus,
    observations,
    proof,
    traceability,
    wording,
)
from mpconform_reports.matrix import STATUSES, groups, totals
from mpconform_reports.record import Record, read

__all__ = ("TRACES", "render", "render_traces", "write")

#: The page that leads from each requirement to its evidence.
TRACES = "traceability.html"

#: What the measures of a campaign are called; others are shown by their own names.
MEASURES = {
    "mean_overlap_percent": "mean overlap",
    "queue_empty": "queue-empty moments",
    "queue_full": "queue-full moments",
    "zombies_looked_for": "times zombies were looked for",
}


def write(out_dir: Path) -> Path:
    """Write ``index.html`` and `TRACES` into the run folder *out_dir*, and return the path of the first.

    Raises BadRecord if the folder holds no record of this format.
    """
    page, record = out_dir / "index.html", read(out_dir)
    page.write_text(render(record), encoding="utf-8")
    (out_dir / TRACES).write_text(render_traces(record), encoding="utf-8")
    return page


def render(record: Record) -> str:
    """Return the whole page."""
    environment = _environment()
    style, script = _source(environment, "style.css"), _source(environment, "rows.js", "filter.js")
    matrix = groups(record)
    rows, columns = [r.id for r in record.header.requirements], [b.spec for b in record.header.backends]
    violations = sorted(
        record.violations, key=lambda v: (rows.index(v.event.requirement), columns.index(v.event.backend))
    )
    failing = gate.failing(record)
    return environment.get_template("index.html.j2").render(
        record=record,
        header=record.header,
        matrix=matrix,
        totals=totals(matrix),
        powers={row.requirement: row for row in record.header.power},
        statuses=STATUSES,
        headline=gate.verdict(record).rstrip(".") if record.header.gate else wording.headline(record, matrix),
        verdict=wording.verdict(record, matrix),
        ended=wording.ended(record),
        observations=observations.observations(record),
        unknown=observations.gaps(matrix, "unknown"),
        unsupported=observations.gaps(matrix, "unsupported"),
        litmus=litmus.rows(record),
        contracts=contracts.rows(record.contracts, [one.spec for one in record.header.backends]),
        breadth=breadth.tables(record),
        untested=record.header.untested,
        traces=TRACES,
        gate_verdict=gate.verdict(record),
        standings=gate.ordered(record.standings),
        standing_words=gate.WORDS,
        failing=gate.FAILING,
        proofs=[(violation, proof.proof(violation)) for violation in violations],
        # What is known already is further down; first comes what fails.
        heads=[violation.event for violation in violations if violation in failing],
        style=Markup(style),  # noqa: S704 - our own file, not the record's
        script=Markup(script),  # noqa: S704 - our own file, not the record's
        style_hash=_hash(style),
        script_hash=_hash(script),
    )


def render_traces(record: Record) -> str:
    """Return the page that leads from each requirement to its source, checker, mutants and evidence."""
    environment = _environment()
    style, script = _source(environment, "style.css"), _source(environment, "rows.js", "traces.js")
    found = traceability.chapters(record, groups(record))
    traces = [trace for chapter in found for trace in chapter.traces]
    return environment.get_template("traceability.html.j2").render(
        header=record.header,
        chapters=found,
        tested=sum(not trace.untested for trace in traces),
        untested=sum(trace.untested for trace in traces),
        broken=sum(bool(trace.mutants) for trace in traces),
        caught=sum(trace.power is not None for trace in traces),
        statuses=STATUSES,
        style=Markup(style),  # noqa: S704 - our own file, not the record's
        script=Markup(script),  # noqa: S704 - our own file, not the record's
        style_hash=_hash(style),
        script_hash=_hash(script),
    )


@lru_cache(maxsize=1)
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("mpconform_reports"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        breakable=_breakable,
        brief=wording.brief,
        caught=wording.caught,
        contract=contracts.told,
        listed=wording.listed,
        measure=_measure,
        number=wording.number,
        repeats=wording.repeats,
        seconds=wording.seconds,
        slug=wording.slug,
        words=_words,
    )
    environment.globals["counted"] = wording.counted
    return environment


def _source(environment: jinja2.Environment, *names: str) -> str:
    if environment.loader is None:
        raise RuntimeError("the environment has lost its loader")
    return "".join(environment.loader.get_source(environment, name)[0] for name in names)


def _hash(text: str) -> str:
    """Return the source expression by which a content security policy lets *text* in."""
    digest = hashlib.sha256(text.encode()).digest()
    return f"sha256-{base64.b64encode(digest).decode()}"


def _breakable(name: str) -> Markup:
    """Return a dotted name that may be broken after its dots and underscores, and nowhere else."""
    return Markup("<wbr>").join(part for part in re.split(r"(?<=[._])", name) if part)


def _words(slug: str) -> str:
    return slug.replace("-", " ").replace("_", " ")


def _measure(name: str, value: float) -> str:
    """Return a measure of a campaign in words; with its unit if it has one."""
    told = wording.number(value) + (" %" if name.endswith("_percent") else "")
    return f"{MEASURES.get(name, _words(name.removesuffix('_percent')))} {told}"
