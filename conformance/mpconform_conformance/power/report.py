"""What ``mpconform doctor`` prints."""

from pathlib import Path

from rich.console import Console
from rich.table import Table

from mpconform.errors import HarnessFault
from mpconform.probe import probe
from mpconform_conformance.power.doctor import Diagnosis, abilities, examine
from mpconform_conformance.power.hunt import backend_of

__all__ = ("report",)


def report(*, python: str, method: str, workdir: Path, console: Console) -> int:
    """Hunt the chosen mutants and print what came of each; return 0 if all were caught, else 1.

    Raises HarnessFault for a defect of ours.
    """
    found: list[Diagnosis] = []
    for diagnosis in examine(python=python, method=method, workdir=workdir):
        if diagnosis.ours:
            raise HarnessFault(diagnosis.ours)
        found.append(diagnosis)
        console.print(_line(diagnosis), highlight=False, soft_wrap=True)
    missed = [one for one in found if one.seconds is None]
    offer = probe(backend_of(found[0].mutant, method=method, python=python), workdir=workdir)
    table = Table(box=None, padding=(0, 2, 0, 0), show_header=False, pad_edge=False)
    for name, sentence in abilities(offer, private_shm=found[0].private_shm):
        table.add_row(f"[bold]{name}[/]", sentence)
    console.print()
    console.print(table)
    console.print()
    console.print(_verdict(found, missed, python=f"{offer.implementation} {offer.python}", method=method))
    return 1 if missed else 0


def _line(diagnosis: Diagnosis) -> str:
    mutant = diagnosis.mutant
    rare = "[dim] (rare)[/]" if mutant.rare else ""
    if diagnosis.seconds is None:
        return f"[bold red]✗ missed[/]          [bold]{mutant.requirement}[/]  {mutant.defect}{rare}"
    told = f"[bold]{mutant.requirement}[/]  {mutant.defect}{rare} [dim]{diagnosis.strategy}[/]"
    return f"[green]✓ caught[/] {diagnosis.seconds:5.1f} s  {told}"


def _verdict(found: list[Diagnosis], missed: list[Diagnosis], *, python: str, method: str) -> str:
    caught = len(found) - len(missed)
    told = f"{caught} of {len(found)} broken backends were caught with {python} under {method}."
    if missed:
        told += f" A green cell of {', '.join(one.mutant.requirement for one in missed)} means less here."
    return told
