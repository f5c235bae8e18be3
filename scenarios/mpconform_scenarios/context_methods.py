"""Programs about start methods: which is in force, what a child gets of its parent, what runs it."""

from hypothesis import strategies as st

from mpconform.values import Json, Scenario
from mpconform_scenarios.context_build import GUARD, THROUGH_CONTEXT, THROUGH_MODULE, alone, program, ways

__all__ = ("executables", "inheritances", "methods", "preloads")

_METHODS = """
GUARDED = False


def copied():
    sys.exit(10 if GUARDED else 11)


def started():
    process = mp.Process(target=copied)
    process.start()
    process.join()
    return process.exitcode


def used():
    mp.Lock()

"""
_ALL = '    GUARDED = True\n    tell("methods", got=mp.get_all_start_methods())\n'

#: What can be asked or done about start methods: how it is told, and how it is written.
_NONE: tuple[list[Json], str] = (["none"], "mp.get_start_method(allow_none=True)")
_GET: tuple[list[Json], str] = (["get"], "mp.get_start_method()")
_CONTEXT: tuple[list[Json], str] = (["context"], "mp.get_context().get_start_method()")
_USE: tuple[list[Json], str] = (["use"], "used()")
_START: tuple[list[Json], str] = (["start"], "started()")


def _set(name: str | None, *, force: bool = False) -> tuple[list[Json], str]:
    return ["set", name, force], f"mp.set_start_method({name!r}{', force=True' if force else ''})"


_NAMES = st.sampled_from(("spawn", "fork", "forkserver"))
_STEPS = st.one_of(
    st.sampled_from((_NONE, _GET, _CONTEXT, _USE, _START)),
    st.builds(_set, st.one_of(_NAMES, st.sampled_from((None, "nosuch")))),
    st.builds(lambda name: _set(name, force=True), st.one_of(_NAMES, st.sampled_from((None, "nosuch")))),
)


def _asked(step: tuple[list[Json], str]) -> str:
    told, written = step
    return f'ask("step", lambda: {written}, call={told!r})'


@st.composite
def methods(draw: st.DrawFn) -> Scenario:
    """Set, ask, force, unset and use start methods, in one program; others use them, or ask, first.

    Shrinks to "spawn" set first and "fork" next.
    """
    first, then = draw(st.permutations(("spawn", "fork")))
    steps = [
        _NONE, _set(first), _NONE, _START, _set(then), _set(first), _GET,
        _set(then, force=True), _NONE, _START, _set(None, force=True), _NONE, _CONTEXT,
        _set("nosuch", force=True), _GET, _set(first),
        *draw(st.lists(_STEPS, max_size=6)),
    ]  # fmt: skip
    use = draw(st.sampled_from((_USE, _START)))
    later = [use, _NONE, _set(then), _set(None), _set("nosuch"), *draw(st.lists(_STEPS, max_size=6))]
    asked = [_GET, _NONE, _set(then), *draw(st.lists(_STEPS, max_size=4))]
    default = [_set(None), _NONE, _set(None, force=True), _NONE, *draw(st.lists(_STEPS, max_size=4))]
    return alone(
        "methods",
        *(
            program("methods", THROUGH_MODULE + _METHODS + GUARD + _ALL, [*map(_asked, found)])
            for found in (steps, later, asked, default)
        ),
    )


_INHERITED = """
GUARDED = False


def code(target, *arguments):
    process = ctx.Process(target=target, args=arguments)
    process.start()
    process.join()
    return process.exitcode


def copied():
    sys.exit(10 if GUARDED else 11)


def has(device, inode):
    for name in os.listdir("/proc/self/fd"):
        try:
            status = os.fstat(int(name))
        except OSError:
            continue
        if (status.st_dev, status.st_ino) == (device, inode):
            sys.exit(10)
    sys.exit(11)


def pipes(inheritable):
    ends = os.pipe()
    for end in ends:
        os.set_inheritable(end, inheritable)
    status = os.fstat(ends[0])
    return code(has, status.st_dev, status.st_ino)


def parent(main):
    with open("/proc/%d/status" % os.getppid()) as file:
        threads = [int(line.split()[1]) for line in file if line.startswith("Threads:")]
    tell("server", main=main, parent=os.getppid(), threads=threads[0])
"""


@st.composite
def inheritances(draw: st.DrawFn) -> Scenario:
    """Ask children what they have of their parent: its variables, its descriptors; and who their parent is.

    Shrinks to two children of one server, in a file.
    """
    count = draw(st.integers(2, 3))
    asked = (
        'ask("copied", lambda: code(copied))',
        'ask("pipe", lambda: pipes(False))',
        'ask("pipe", lambda: pipes(True))',
        f'ask("served", lambda: [code(parent, os.getpid()) for _ in range({count})])',
    )
    source = THROUGH_CONTEXT + _INHERITED + GUARD + "    GUARDED = True\n"
    return alone("inheritance", program("inheritance", source, asked, run=draw(ways())))


_PRELOADED = """
def there():
    sys.exit(10 + ("quopri" in sys.modules) + 2 * ("netrc" in sys.modules))


def started():
    process = ctx.Process(target=there)
    process.start()
    process.join()
    return process.exitcode


def preloaded(count):
    # One module that is not there, and one that nothing else imports.
    ctx.set_forkserver_preload(["not_there_at_all", "quopri"])
    return [started() for _ in range(count)]
"""


@st.composite
def preloads(draw: st.DrawFn) -> Scenario:
    """Children find a module imported that the fork server was told to import.  Shrinks to two, in a file."""
    source, count = THROUGH_CONTEXT + _PRELOADED + GUARD, draw(st.integers(2, 4))
    asked = (f'ask("preloaded", lambda: preloaded({count}), wanted={count})',)
    return alone("preloads", program("preloads", source, asked, run=draw(ways())))


_EXECUTABLE = """
import pathlib


def wrapped():
    path = os.path.abspath("wrapper")
    with open(path, "w") as file:
        file.write("#!/bin/sh\\nMARKED=yes exec '%s' \\"$@\\"\\n" % sys.executable)
    os.chmod(path, 0o700)
    return path


def marked():
    sys.exit(11 if os.environ.get("MARKED") == "yes" else 10)


def started(executable):
    ctx.set_executable(executable)
    process = ctx.Process(target=marked)
    process.start()
    process.join()
    return process.exitcode
"""


@st.composite
def executables(draw: st.DrawFn) -> Scenario:
    """Children are run by another executable, given as text and as a path.  Shrinks to files."""
    source = THROUGH_CONTEXT + _EXECUTABLE + GUARD
    texts = ('ask("executable", lambda: started(wrapped()))',)
    paths = ('ask("executable path", lambda: started(pathlib.Path(wrapped())))',)
    return alone(
        "executables",
        *(program("executable", source, asked, run=draw(ways())) for asked in (texts, paths)),
    )
