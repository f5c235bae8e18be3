"""The commands ``mpconform baseline create | update | prune | check``."""

from pathlib import Path
from typing import Annotated

import typer

from mpconform_conformance.gate import gate, lockfile
from mpconform_conformance.run import DEFAULT_OUT

__all__ = ("app",)

app = typer.Typer(help="Make and mend the list of what is known.", no_args_is_help=True)

File = Annotated[Path, typer.Argument(metavar="FILE", help="The baseline.")]
Run = Annotated[Path, typer.Option("--run", metavar="DIR", help="The folder of the run to learn from.")]


def _tell(change: lockfile.Change) -> None:
    for line in change.lines:
        typer.echo(line)


@app.command()
def create(file: File, *, run: Run = Path(DEFAULT_OUT)) -> None:
    """Write a new baseline with everything that a whole run violated."""
    _tell(lockfile.create(file, run))


@app.command()
def update(file: File, *, run: Run = Path(DEFAULT_OUT)) -> None:
    """Add what a whole run violated and the baseline does not list; reasons, comments and order stay."""
    _tell(lockfile.update(file, run))


@app.command()
def prune(file: File, *, run: Run = Path(DEFAULT_OUT)) -> None:
    """Take out what a gate found to be mended."""
    _tell(lockfile.prune(file, run))


@app.command()
def check(file: File) -> None:
    """Read a baseline and its witnesses, and say what is open in it; runs nothing."""
    _tell(lockfile.check(file, today=gate.today()))
