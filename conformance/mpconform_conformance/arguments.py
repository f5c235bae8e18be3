"""Arguments: what the commands of the command line have in common, each described once.

Everything can be given in the environment too, as ``MPCONFORM_BACKEND``, and in a file (``configuration``).
"""

import shlex
import sys
from typing import Annotated

import typer

from mpconform.errors import UsageError
from mpconform_conformance import budget, plan
from mpconform_conformance.run import DEFAULT_OUT

__all__ = (
    "AsJson",
    "BackendCoverage",
    "BackendSpecs",
    "Badge",
    "Budget",
    "Ctrf",
    "Environment",
    "Families",
    "Junit",
    "KeepHistories",
    "Md",
    "Out",
    "Overwrite",
    "Paths",
    "ProfileName",
    "Python",
    "Requirements",
    "Sarif",
    "Seed",
    "Shard",
    "Workers",
    "options",
    "worker_count",
)

_PROFILES = " ".join(
    f"{name} ({profile.budget_s:g} s a backend)" for name, profile in budget.PROFILES.items()
)

BackendSpecs = Annotated[
    list[str] | None,
    typer.Option(
        "--backend",
        metavar="SPEC",
        envvar="MPCONFORM_BACKEND",
        help="MODULE or MODULE:METHOD; MODULE alone: each start method.",
    ),
]
Families = Annotated[
    list[str] | None, typer.Option("--family", envvar="MPCONFORM_FAMILY", help="Only this family.")
]
Requirements = Annotated[
    list[str] | None,
    typer.Option("--requirement", envvar="MPCONFORM_REQUIREMENT", help="Only this requirement."),
]
ProfileName = Annotated[
    str, typer.Option("--profile", envvar="MPCONFORM_PROFILE", help=f"How long: {_PROFILES}.")
]
Budget = Annotated[
    str | None,
    typer.Option(
        "--budget",
        metavar="TIME",
        envvar="MPCONFORM_BUDGET",
        help="Wall time of the whole run, such as 90s or 5m.",
    ),
]
Seed = Annotated[
    int | None,
    typer.Option("--seed", envvar="MPCONFORM_SEED", help="Names the scenarios; a random one if not given."),
]
Python = Annotated[
    str,
    typer.Option(
        "--python", metavar="EXE", envvar="MPCONFORM_PYTHON", help="The interpreter that has the backend."
    ),
]
Paths = Annotated[
    list[str] | None,
    typer.Option(
        "--path",
        metavar="DIR",
        envvar="MPCONFORM_PATH",
        help="Goes on PYTHONPATH of the backend's processes, first.",
    ),
]
Environment = Annotated[
    list[str] | None,
    typer.Option(
        "--env", metavar="NAME=VALUE", envvar="MPCONFORM_ENV", help="Set for the backend's processes."
    ),
]
Workers = Annotated[
    str,
    typer.Option(
        "-n", "--workers", metavar="N|auto", envvar="MPCONFORM_WORKERS", help="Campaigns at a time."
    ),
]
Out = Annotated[
    str | None,
    typer.Option(
        "--out", metavar="DIR", envvar="MPCONFORM_OUT", help=f"The run folder; {DEFAULT_OUT} if not given."
    ),
]
Overwrite = Annotated[bool, typer.Option("--overwrite", help="Replace an earlier run in --out.")]
KeepHistories = Annotated[bool, typer.Option("--keep-histories", help="Store every history.")]
Junit = Annotated[
    str, typer.Option("--junit", metavar="FILE", envvar="MPCONFORM_JUNIT", help="Write JUnit XML there.")
]
Ctrf = Annotated[
    str, typer.Option("--ctrf", metavar="FILE", envvar="MPCONFORM_CTRF", help="Write CTRF JSON there.")
]
Md = Annotated[
    str,
    typer.Option("--md", metavar="FILE", envvar="MPCONFORM_MD", help="Write a summary in Markdown there."),
]
Badge = Annotated[
    str,
    typer.Option(
        "--badge",
        metavar="FILE",
        envvar="MPCONFORM_BADGE",
        help="Write a badge there: an .svg, or JSON for shields.io.",
    ),
]
Sarif = Annotated[
    str, typer.Option("--sarif", metavar="FILE", envvar="MPCONFORM_SARIF", help="Write SARIF 2.1.0 there.")
]
BackendCoverage = Annotated[
    bool,
    typer.Option(
        "--backend-coverage",
        help="Measure how much of the backend's own package is executed; needs mpconform[coverage].",
    ),
]
Shard = Annotated[
    str,
    typer.Option(
        "--shard",
        metavar="I/N",
        envvar="MPCONFORM_SHARD",
        help="Only the I-th of N parts; mpconform report puts them together.",
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def options(  # noqa: PLR0913 - one for each option of the command line
    *,
    backend: list[str] | None,
    family: list[str] | None,
    requirement: list[str] | None,
    profile: str,
    budget_time: str | None,
    seed: int | None,
    python: str,
    path: list[str] | None,
    env: list[str] | None,
    workers: str,
    shard: str,
) -> plan.Options:
    """Return what a run is to do, as it was given; raises UsageError."""
    return plan.Options(
        backends=tuple(backend or ()),
        families=tuple(family or ()),
        requirements=tuple(requirement or ()),
        profile=profile,
        budget_s=budget.duration(budget_time) if budget_time else None,
        seed=seed,
        python=python,
        paths=tuple(path or ()),
        environment=tuple(env or ()),
        workers=worker_count(workers),
        shard=_shard(shard),
        command=shlex.join(["mpconform", *sys.argv[1:]]),
    )


def _shard(words: str) -> tuple[int, int] | None:
    """Return the shard that ``--shard`` asks for."""
    if not words:
        return None
    number, _, of = words.partition("/")
    if number.isdecimal() and of.isdecimal() and 1 <= int(number) <= int(of) <= 1000:
        return int(number), int(of)
    raise UsageError(f"--shard {words}: not I/N with I from 1 to N, such as 2/3")


def worker_count(words: str) -> int:
    """Return the number of workers that ``-n`` asks for."""
    if words == "auto":
        return plan.cores()
    if words.isdecimal() and 1 <= int(words) <= 64:
        return int(words)
    raise UsageError(f"-n {words}: not auto, nor a number from 1 to 64")
