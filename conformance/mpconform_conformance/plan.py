"""A plan: what a run is to do, decided before anything of it begins.

What the user asked for is checked here, and the backends are probed; whatever cannot be done
is refused with one sentence.
"""

import datetime as dt
import importlib.metadata
import os
import platform
import secrets
import shutil
import sys
from pathlib import Path

import msgspec
import psutil

from mpconform.backend import Backend, Offer
from mpconform.errors import UsageError
from mpconform.events import BackendRow, FamilyRow, HeaderEvent, Machine
from mpconform.probe import probe
from mpconform.values import Requirement
from mpconform_conformance import catalogue, families
from mpconform_conformance.budget import PROFILES, slots, weight_of
from mpconform_conformance.campaign import Cell
from mpconform_conformance.gate.standing import Gate
from mpconform_conformance.power.figures import proven
from mpconform_conformance.power.mutants import broken
from mpconform_conformance.suggest import known

__all__ = (
    "Options",
    "Plan",
    "check_platform",
    "cores",
    "interpreter",
    "lanes_for",
    "make_plan",
    "offers",
    "select",
    "untested",
)

_MOST_LANES = 2
#: What they do to end, or to hang, may take much longer than planned.
_LATE = frozenset({"pool", "context", "manager", "condition"})


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """What the user asked for, as it was written."""

    backends: tuple[str, ...] = ()
    families: tuple[str, ...] = ()
    requirements: tuple[str, ...] = ()
    profile: str = "quick"
    budget_s: float | None = None
    seed: int | None = None
    python: str = ""
    paths: tuple[str, ...] = ()
    environment: tuple[str, ...] = ()
    workers: int = 1
    shard: tuple[int, int] | None = None
    command: str = "mpconform"


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What a run does: the header of its record, and its cells, the longest first.

    *folder* is the full path of the run folder, *out* the same as the user wrote it.  *gate* says by what a
    gate judges the run.
    """

    header: HeaderEvent
    cells: tuple[Cell, ...]
    out: str
    folder: str
    keep_histories: bool = False
    gate: Gate | None = None

    @property
    def known(self) -> frozenset[tuple[str, str, str]]:
        """(requirement, backend, kind) of the violations that need not be shrunk."""
        return self.gate.known(self.header.backends) if self.gate else frozenset()

    def requirements_of(self, family: str) -> tuple[Requirement, ...]:
        """Return those requirements of *family* that the run is about."""
        return tuple(r for r in self.header.requirements if r.family == family)


def check_platform() -> None:
    """Raise UsageError on a system whose processes cannot be counted yet."""
    if sys.platform != "linux":
        raise UsageError(f"mpconform runs backends on Linux only so far; this is {platform.system()}")


def select(options: Options) -> tuple[Requirement, ...]:
    """Return the requirements that *options* name; all, if they name none."""
    chapters = catalogue.chapters()
    wanted_families = {known(name, "family", families.NAMES) for name in options.families}
    ids = [r.id for r in catalogue.requirements()]
    wanted_ids = {known(word.upper(), "requirement", ids) for word in options.requirements}
    return tuple(
        requirement
        for chapter in chapters
        if not wanted_families or chapter.family in wanted_families
        for requirement in chapter.requirements
        if not wanted_ids or requirement.id in wanted_ids
    )


def untested(options: Options) -> tuple[Requirement, ...]:
    """Return the documented requirements without a checker, of the families that *options* name.

    None if single requirements are named: these have checkers.
    """
    if options.requirements:
        return ()
    wanted = {known(name, "family", families.NAMES) for name in options.families}
    return tuple(one for one in catalogue.untested() if not wanted or one.family in wanted)


def offers(options: Options, workdir: Path) -> tuple[tuple[Backend, Offer], ...]:
    """Probe what *options* name; a module without a method stands for each one that it offers."""
    found: dict[str, tuple[Backend, Offer]] = {}
    for spec in options.backends or ("multiprocessing",):
        module, colon, method = spec.partition(":")
        if not module or (colon and not method):
            raise UsageError(f"--backend {spec}: not MODULE or MODULE:METHOD")
        backend = Backend(
            module=module,
            method=method,
            python=interpreter(options.python),
            paths=tuple(_folder(path) for path in options.paths),
            environment=tuple(_variable(words) for words in options.environment),
        )
        offer = probe(backend, workdir=workdir)
        if method or not offer.methods:
            found.setdefault(backend.spec, (backend, offer))
            continue
        for each in offer.methods:
            one = msgspec.structs.replace(backend, method=each)
            found.setdefault(one.spec, (one, probe(one, workdir=workdir)))
    return tuple(found.values())


def make_plan(options: Options, *, out: str, workdir: Path, keep_histories: bool = False) -> Plan:
    """Return the plan for *options*; raises UsageError for what cannot be done."""
    profile = PROFILES[known(options.profile, "profile", PROFILES)]
    requirements = select(options)
    if not requirements:
        raise UsageError("no requirement is of a --family and a --requirement that were named")
    probed = offers(options, workdir)
    names = [name for name in families.NAMES if any(r.family == name for r in requirements)]
    # The longest first, so that no worker is left alone with it at the end.
    pairs = sorted(
        ((name, backend, offer) for name in names for backend, offer in probed),
        key=lambda pair: (-weight_of(pair[1].method), pair[0] not in _LATE),
    )
    budget_s = options.budget_s or profile.budget_s * len(probed)
    found = slots(
        [weight_of(b.method) for _, b, _ in pairs],
        budget_s=budget_s,
        shrinking_s=profile.shrinking_s(budget_s, len(probed)),
        workers=options.workers,
    )
    planned = list(zip(pairs, found, strict=True))
    if options.shard:
        # Each part has cells of all kinds, and as much time for each as it would have in the whole.
        number, of = options.shard
        planned = planned[number - 1 :: of]
        if not planned:
            raise UsageError(f"--shard {number}/{of}: there are only {len(pairs)} campaigns to divide")
    lanes = lanes_for(len(planned), workers=options.workers, cores=cores())
    cells = tuple(
        Cell(
            family=name,
            backend=backend,
            offer=offer,
            budget_s=slot.explores_s,
            shrink_s=profile.shrink_s,
            ends_s=slot.ends_s,
            grace_s=slot.grace_s,
            lanes=lanes,
        )
        for (name, backend, offer), slot in planned
    )
    header = HeaderEvent(
        mpconform=importlib.metadata.version("mpconform"),
        started=dt.datetime.now(dt.timezone.utc).isoformat(timespec="seconds"),
        command=options.command,
        seed=secrets.randbelow(2**32) if options.seed is None else options.seed,
        profile=options.profile,
        budget_s=budget_s,
        machine=_machine(),
        backends=tuple(_row(backend, offer) for backend, offer in probed),
        requirements=requirements,
        families=tuple(FamilyRow(name=name, title=catalogue.chapter_of(name).title) for name in names),
        shard=options.shard,
        power=proven(requirement.id for requirement in requirements),
        untested=untested(options),
        mutants=broken(requirement.id for requirement in requirements),
    )
    return Plan(
        header=header,
        cells=cells,
        out=out,
        folder=str(Path(out).absolute()),
        keep_histories=keep_histories,
    )


def lanes_for(cells: int, *, workers: int, cores: int) -> int:
    """Return how many scenarios of a campaign run side by side, so that no core is idle.

    More than two would wait for the one process that judges them.
    """
    busy = max(1, min(cells, workers))
    return max(1, min(_MOST_LANES, cores // busy))


def interpreter(python: str) -> str:
    """Return the full path of an interpreter, so that a replay from elsewhere finds it."""
    found = shutil.which(python or sys.executable)
    # Not resolved: the python of a virtual environment is a link that must stay one.
    return os.path.abspath(found) if found else python  # noqa: PTH100


def _folder(path: str) -> str:
    """Return the full path of a folder that --path names."""
    if not Path(path).is_dir():
        raise UsageError(f"--path {path}: no such folder")
    return str(Path(path).absolute())


def _variable(words: str) -> tuple[str, str]:
    """Return name and value of a variable that --env sets."""
    name, equals, value = words.partition("=")
    if not name or not equals:
        raise UsageError(f"--env {words}: not NAME=VALUE")
    return name, value


def _row(backend: Backend, offer: Offer) -> BackendRow:
    """Return a backend as the header shows it."""
    return BackendRow(
        spec=backend.spec,
        module=offer.module,
        version=offer.version,
        file=offer.file,
        python=offer.python,
        implementation=offer.implementation,
        executable=backend.python,
        methods=offer.methods,
        capabilities=tuple(sorted(offer.capabilities)),
    )


def _machine() -> Machine:
    """Return what this machine is."""
    return Machine(
        system=f"{platform.system()} {platform.release()} {platform.machine()}",
        cores=cores(),
        memory_gib=round(psutil.virtual_memory().total / 2**30, 1),
        python=f"{platform.python_implementation()} {platform.python_version()}",
    )


def cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
