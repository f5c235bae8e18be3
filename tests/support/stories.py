"""Histories that break a requirement, and the stories that are told of them, as a person has read them."""

import textwrap
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

import msgspec

from mpconform.checkers.telling import Teller
from mpconform.values import History, Violation
from mpconform_conformance.catalogue import checker_of, requirements
from violations import Place, watched

__all__ = ("FOLDER", "Kept", "kept", "reached_by", "reviewed", "story_of", "text_of", "violation_of")

FOLDER = Path(__file__).parents[1] / "unit" / "stories"


class Kept(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One history in which *mutant* broke *requirement* in the way *kind*; without one, a tape of a test."""

    requirement: str
    family: str
    kind: str
    history: msgspec.Raw
    mutant: str = ""

    @property
    def name(self) -> str:
        """What its story is called."""
        return f"{self.requirement}: {self.kind} ({self.mutant or 'a tape'})"


@cache
def kept() -> tuple[Kept, ...]:
    """Return all histories that are kept, family by family."""
    return tuple(_lines())


def _lines() -> Iterator[Kept]:
    for path in sorted(FOLDER.glob("*.jsonl")):
        for line in path.read_bytes().splitlines():
            yield msgspec.json.decode(line, type=Kept)


def violation_of(one: Kept) -> Violation:
    """Judge *one* again; return the violation of its kind.  Raises LookupError if there is none."""
    (requirement,) = (r for r in requirements() if r.id == one.requirement)
    found = checker_of(requirement)(msgspec.json.decode(one.history, type=History))
    for violation in found.violations:
        if violation.kind == one.kind:
            return violation
    raise LookupError(f"{one.name}: judged {found.judged}, found {[v.kind for v in found.violations]}")


def reached_by(histories: Iterable[Kept]) -> set[tuple[Place, str]]:
    """Return what the stories of *histories* are of: the place that makes the violation, and its kind."""
    reached: set[tuple[Place, str]] = set()
    for one in histories:
        made: list[tuple[Place, str]] = []
        with watched(lambda place, kind, _, made=made: made.append((place, kind))):
            violation_of(one)
        reached.update((place, kind) for place, kind in made if kind == one.kind)
    return reached


def story_of(one: Kept, violation: Violation) -> str:
    """Return what is told of *violation*, found in *one*: summary, story, and what proves it."""
    teller = Teller(msgspec.json.decode(one.history, type=History))
    proof = [f"{op.actor}#{op.step} {teller.call(op)}" for op in violation.witness] + [*violation.observed]
    return " ".join(f"{violation.summary} {violation.story} Witness: {'; '.join(proof)}".split())


def text_of(family: str, told: Iterable[tuple[str, str]]) -> str:
    """Return the file of the stories *told* of *family*."""
    head = f"The stories of the family {family}. A change here is to be read by a person."
    blocks = (
        f"{name}\n"
        + textwrap.fill(
            story, 110, initial_indent="    ", subsequent_indent="    ",
            break_long_words=False, break_on_hyphens=False,
        )
        for name, story in told
    )  # fmt: skip
    return "\n\n".join([head, *blocks]) + "\n"


def reviewed(name: str) -> dict[str, str]:
    """Return the stories in the file *name*, by what they are called."""
    text = (FOLDER / f"{name}.txt").read_text("utf-8")
    found: dict[str, str] = {}
    for block in text.split("\n\n")[1:]:
        title, *lines = block.strip().split("\n")
        found[title] = " ".join(line.strip() for line in lines)
    return found
