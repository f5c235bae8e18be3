"""The command line: ``mpconform``."""

import json
import os
import sys
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer
from rich.console import Console
from rich.table import Table
from typer.core import TyperGroup

from mpconform import events, store
from mpconform.errors import BadRecord, MpconformError, UsageError
from mpconform.linear.forms import export
from mpconform.linear.judge import MODELS, Settings
from mpconform.runner import workdir
from mpconform_conformance import catalogue, configuration, families, foreign, listing, plan
from mpconform_conformance import manifest as manifests
from mpconform_conformance import merge as merging
from mpconform_conformance import rejudge as rejudging
from mpconform_conformance import replay as replaying
from mpconform_conformance import run as running
from mpconform_conformance.arguments import (
    AsJson,
    BackendCoverage,
    BackendSpecs,
    Badge,
    Budget,
    Ctrf,
    Environment,
    Families,
    Junit,
    KeepHistories,
    Md,
    Out,
    Overwrite,
    Paths,
    ProfileName,
    Python,
    Requirements,
    Sarif,
    Seed,
    Shard,
    Workers,
    options,
    worker_count,
)
from mpconform_conformance.gate import commands as baseline_commands
from mpconform_conformance.gate import gate as gating
from mpconform_conformance.outputs import Outputs, write
from mpconform_conformance.power import report as diagnosing
from mpconform_conformance.suggest import known
from mpconform_reports import diff as comparing
from mpconform_reports import html
from mpconform_reports.record import read

__all__ = ("app", "main")


class _Group(TyperGroup):
    """Ends with exit code 130 when interrupted."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command that was asked for."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            raise typer.Exit(130) from None


app = typer.Typer(
    cls=_Group,
    help="Conformance and stress tests for multiprocessing and everything that claims to behave like it.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    add_completion=False,
)
lists = typer.Typer(help="Show what there is.", no_args_is_help=True)
app.add_typer(lists, name="list")
app.add_typer(baseline_commands.app, name="baseline")

#: The width of tables where there is no terminal.
_WIDTH = 200

_ISSUES = "This is a defect of mpconform, not of the backend. Please report it with the text above."


def console() -> Console:
    """Return where to print; without a terminal there is no width that tables must fit into."""
    found = Console()
    return found if found.is_terminal else Console(width=_WIDTH)


@app.callback()
def configure(context: typer.Context) -> None:
    """Take from the environment and from a file what the command line does not say."""
    context.default_map = configuration.defaults(Path.cwd(), os.environ)


@app.command()
def run(  # noqa: PLR0913 - Typer makes an option of each
    *,
    backend: BackendSpecs = None,
    family: Families = None,
    requirement: Requirements = None,
    profile: ProfileName = "quick",
    budget: Budget = None,
    seed: Seed = None,
    python: Python = "",
    path: Paths = None,
    env: Environment = None,
    workers: Workers = "auto",
    out: Out = None,
    overwrite: Overwrite = False,
    keep_histories: KeepHistories = False,
    backend_coverage: BackendCoverage = False,
    shard: Shard = "",
    junit: Junit = "",
    ctrf: Ctrf = "",
    md: Md = "",
    badge: Badge = "",
    sarif: Sarif = "",
) -> None:
    """Judge backends: exit code 0 all conform, 1 a violation, 2 usage, 5 nothing judged, 70 our defect."""
    asked = options(
        backend=backend,
        family=family,
        requirement=requirement,
        profile=profile,
        budget_time=budget,
        seed=seed,
        python=python,
        path=path,
        env=env,
        workers=workers,
        shard=shard,
    )
    outputs = Outputs(junit=junit, ctrf=ctrf, md=md, badge=badge, sarif=sarif)
    raise typer.Exit(
        running.run(
            asked,
            console=console(),
            out=out,
            overwrite=overwrite,
            keep_histories=keep_histories,
            backend_coverage=backend_coverage,
            outputs=outputs,
        )
    )


@app.command()
def gate(  # noqa: PLR0913 - Typer makes an option of each
    *,
    baseline: Annotated[
        str,
        typer.Option(
            metavar="FILE", envvar="MPCONFORM_BASELINE", help="What is known; nothing if not given."
        ),
    ] = "",
    edition: Annotated[
        str,
        typer.Option(
            envvar="MPCONFORM_EDITION",
            help="The frozen list of requirements that count; the baseline's, or the newest, if not given.",
        ),
    ] = "",
    level: Annotated[
        str,
        typer.Option(metavar="must|should", envvar="MPCONFORM_LEVEL", help="The lowest level that counts."),
    ] = "must",
    inconclusive: Annotated[
        str,
        typer.Option(
            metavar="fail|warn", envvar="MPCONFORM_INCONCLUSIVE", help="If a requirement could not be judged."
        ),
    ] = "fail",
    stale: Annotated[
        str,
        typer.Option(
            metavar="fail|warn", envvar="MPCONFORM_STALE", help="If the baseline lists what is mended."
        ),
    ] = "fail",
    backend: BackendSpecs = None,
    family: Families = None,
    requirement: Requirements = None,
    profile: ProfileName = "quick",
    budget: Budget = None,
    seed: Seed = None,
    python: Python = "",
    path: Paths = None,
    env: Environment = None,
    workers: Workers = "auto",
    out: Out = None,
    overwrite: Overwrite = False,
    keep_histories: KeepHistories = False,
    shard: Shard = "",
    junit: Junit = "",
    ctrf: Ctrf = "",
    md: Md = "",
    badge: Badge = "",
    sarif: Sarif = "",
) -> None:
    """Judge a backend against its baseline, for CI.

    Exit code 0 holds, 1 something new, 2 usage, 3 inconclusive, 4 only the baseline is stale, 5 nothing
    judged, 70 our defect, 130 interrupted.
    """
    asked = options(
        backend=backend,
        family=family,
        requirement=requirement,
        profile=profile,
        budget_time=budget,
        seed=seed,
        python=python,
        path=path,
        env=env,
        workers=workers,
        shard=shard,
    )
    outputs = Outputs(junit=junit, ctrf=ctrf, md=md, badge=badge, sarif=sarif)
    policy = gating.Policy(
        baseline=baseline, edition=edition, level=level, inconclusive=inconclusive, stale=stale
    )
    raise typer.Exit(
        gating.gate(
            asked,
            policy,
            console=console(),
            out=out,
            overwrite=overwrite,
            keep_histories=keep_histories,
            outputs=outputs,
        )
    )


@app.command()
def report(
    folders: Annotated[list[Path], typer.Argument(metavar="DIR...", help="Run folders.")],
    *,
    html_folder: Annotated[
        str, typer.Option("--html", metavar="DIR", help="Where to put several runs together.")
    ] = "",
    overwrite: Overwrite = False,
    junit: Junit = "",
    ctrf: Ctrf = "",
    md: Md = "",
    badge: Badge = "",
    sarif: Sarif = "",
) -> None:
    """Render the report of a run again, or of several runs and shards as one; runs nothing."""
    folder = folders[0]
    if len(folders) > 1 or html_folder:
        if not html_folder:
            raise UsageError("several runs become one in a folder of its own; name it with --html")
        folder = Path(html_folder)
        merging.merge(folders, folder, overwrite=overwrite)
    console().print(str(html.write(folder)), markup=False, highlight=False, soft_wrap=True)
    record = read(folder)
    if record.footer is None:
        typer.echo(f"mpconform: the run in {folder} did not come to its end; this is what it left", err=True)
    write(record, Outputs(junit=junit, ctrf=ctrf, md=md, badge=badge, sarif=sarif))


@app.command()
def diff(
    old: Annotated[Path, typer.Argument(metavar="OLD", help="A run folder.")],
    new: Annotated[Path, typer.Argument(metavar="NEW", help="A later one.")],
    *,
    form: Annotated[str, typer.Option("--format", metavar="text|md", help="How to tell it.")] = "text",
) -> None:
    """Show what changed from one run to another: exit code 0, or 1 if something regressed."""
    known(form, "--format", ("text", "md"))
    for folder in (old, new):
        # What was cut short would look like what is gone.
        events.read(folder / store.EVENTS)
    found = comparing.changes(read(old), read(new))
    typer.echo(comparing.text(found) if form == "text" else comparing.markdown(found))
    raise typer.Exit(1 if any(change.what == "regressed" for change in found) else 0)


@app.command()
def replay(
    folder: Annotated[
        Path,
        typer.Argument(
            metavar="DIR|WITNESS", help="A folder of a run's violations/, or a baseline's witness."
        ),
    ],
    times: Annotated[int, typer.Option(help="How often.")] = 50,
    backend: Annotated[str, typer.Option(metavar="SPEC", help="Run it on this one instead.")] = "",
    python: Python = "",
    path: Paths = None,
) -> None:
    """Run the scenario of a violation again: FIXED (exit code 0), or FAILED k of n (1)."""
    replayed = replaying.replay(folder, times=times, backend=backend, python=python, paths=tuple(path or ()))
    console().print(replayed.words, markup=False, highlight=False, soft_wrap=True)
    raise typer.Exit(replayed.exit_code)


@app.command()
def judge(
    folder: Annotated[
        Path | None,
        typer.Argument(metavar="[DIR]", help="A run folder: its stored histories are judged again."),
    ] = None,
    *,
    history: Annotated[
        str, typer.Option(metavar="FILE", help="Or anybody's history: one JSON object a line, or columns.")
    ] = "",
    model: Annotated[str, typer.Option(help=f"{', '.join(MODELS[:-1])} or {MODELS[-1]}.")] = "",
    capacity: Annotated[int, typer.Option(help="The room of a queue; 0: unbounded.")] = 0,
    value: Annotated[str, typer.Option(metavar="JSON", help="What the object held at first.")] = "null",
    to: Annotated[str, typer.Option("--to", help="Do not judge: print it as jsonl, edn or porcupine.")] = "",
    stream: Annotated[
        bool,
        typer.Option("--stream", help="Judge the history as it comes, in bounded memory; FILE may be -."),
    ] = False,
    workers: Workers = "auto",
) -> None:
    """Judge stored histories, or anybody's: exit code 0 legal, 1 a violation, 3 not known, 5 nothing."""
    if (folder is None) == (not history):
        raise UsageError("name a run folder, or a file with --history")
    if folder is not None and to:
        if to != "jsonl":
            raise UsageError(f"--to {to}: the histories of a run are written as jsonl")
        for one in rejudging.stored(folder):
            typer.echo(msgspec.json.encode(one))
        return
    if folder is not None:
        found = rejudging.rejudge(folder, workers=worker_count(workers))
        console().print(listing.rejudged(found.rows))
        if found.contracts:
            console().print(listing.contracts(found.contracts))
        red = any(one.after == "violates" for one in found.rows)
        raise typer.Exit(1 if red else 0 if any(one.judged for one in found.rows) else 5)
    if to:
        typer.echo(export(foreign.read_history(Path(history), model), to), nl=False)
        return
    settings = Settings(capacity=capacity, value=foreign.first_value(value))
    verdict = foreign.judged(history, model, settings, stream=stream)
    console().print(foreign.told(verdict), markup=False, highlight=False, soft_wrap=True)
    raise typer.Exit(3 if verdict.legal is None else int(not verdict.legal))


@app.command()
def probe(
    *,
    backend: BackendSpecs = None,
    python: Python = "",
    path: Paths = None,
    env: Environment = None,
    manifest: Annotated[
        str, typer.Option(metavar="FILE", help="Write it as JSON besides; '-' prints that instead.")
    ] = "",
) -> None:
    """Show what a backend offers, as a table and as a capability manifest."""
    plan.check_platform()
    options = plan.Options(
        backends=tuple(backend or ()), python=python, paths=tuple(path or ()), environment=tuple(env or ())
    )
    with workdir() as scratch:
        offers = plan.offers(options, scratch)
    text = manifests.render(offers)
    if manifest == "-":
        typer.echo(text, nl=False)
        return
    console().print(listing.offers(offers))
    if manifest:
        store.write_whole(Path(manifest), text.encode(), advice="choose another file with --manifest")
        console().print(manifest, markup=False, highlight=False, soft_wrap=True)


@app.command()
def doctor(
    *,
    python: Python = "",
    method: Annotated[str, typer.Option(help="The start method.")] = "fork",
) -> None:
    """Hunt a few backends that are broken on purpose: what can be detected here? Exit code 1 if not all."""
    plan.check_platform()
    shown = console()
    with workdir() as scratch:
        code = diagnosing.report(
            python=plan.interpreter(python), method=method, workdir=scratch, console=shown
        )
    raise typer.Exit(code)


@app.command()
def explain(requirement: Annotated[str, typer.Argument(help="Its id, such as QUEUE-FIFO.")]) -> None:
    """Show one requirement: the sentence, its source, why it matters, how it is judged."""
    everything = {r.id: r for r in (*catalogue.requirements(), *catalogue.untested())}
    wanted = everything[known(requirement.upper(), "requirement", everything)]
    console().print(listing.explained(wanted), markup=False, highlight=False)


@lists.command("requirements")
def list_requirements(
    *,
    family: Annotated[list[str] | None, typer.Option(help="Only this family.")] = None,
    run: Annotated[
        Path | None, typer.Option(metavar="DIR", help="With what this run found, as JSON.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Show the catalogue: also what is documented, and not tested yet."""
    options = plan.Options(families=tuple(family or ()))
    chosen = (*plan.select(options), *plan.untested(options))
    found = read(run) if run else None
    rows = [msgspec.to_builtins(r) | listing.traced(r, found) for r in chosen]
    _show(rows, lambda: listing.requirements(chosen), as_json=as_json)


@lists.command("families")
def list_families(*, as_json: AsJson = False) -> None:
    """Show the families and their themes."""
    rows = [
        {
            "name": chapter.family,
            "title": chapter.title,
            "requirements": len(chapter.requirements),
            "themes": [theme.name for theme in families.family(chapter.family).themes],
        }
        for chapter in catalogue.chapters()
    ]
    _show(rows, lambda: listing.families(rows), as_json=as_json)


@lists.command("backends")
def list_backends(*, python: Python = "", path: Paths = None, as_json: AsJson = False) -> None:
    """Show which known backends an interpreter has."""
    plan.check_platform()
    with workdir() as scratch:
        found = listing.installed(plan.Options(python=python, paths=tuple(path or ())), scratch)
    rows = [{"spec": backend.spec, "version": offer.version, "file": offer.file} for backend, offer in found]
    _show(rows, lambda: listing.backends(rows), as_json=as_json)


def _show(rows: Sequence[object], table: Callable[[], Table], *, as_json: bool) -> None:
    """Print *rows* as JSON, or *table* for a person."""
    if as_json:
        typer.echo(json.dumps(rows, indent=1))
    else:
        console().print(table())


def main() -> None:
    """Run the command line; every error that is not ours is one sentence."""
    try:
        app(standalone_mode=True)
    except (UsageError, BadRecord) as error:
        print(f"mpconform: {error}", file=sys.stderr)  # noqa: T201 - this is a command line
        sys.exit(2)
    except MpconformError as error:
        print(f"mpconform: {error}\n{_ISSUES}", file=sys.stderr)  # noqa: T201
        sys.exit(70)
    except Exception:  # noqa: BLE001 - whatever else it is, it is a defect of ours
        print(f"{traceback.format_exc()}{_ISSUES}", file=sys.stderr)  # noqa: T201
        sys.exit(70)
