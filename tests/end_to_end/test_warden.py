"""Wardens: whatever a backend starts is ended, and what it leaves is removed."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from mpconform import warden
from mpconform.errors import HarnessFault, UsageError
from mpconform.runner import Runner, workdir
from mpconform.values import History, ObjectSpec
from mpconform_scenarios.build import call, join_all, make, start_all, verb
from running import BESIDE, METHODS, Footprint, backend, processes_of, run, running, scenario, write_module

every_method = pytest.mark.parametrize("method", METHODS)
every_shm = pytest.mark.parametrize("shm", ["private", "shared"])


@pytest.fixture
def footprint(monkeypatch: pytest.MonkeyPatch) -> Iterator[Footprint]:
    """What is left, looked at by the tests; recordings go into its folder."""
    found = Footprint()
    monkeypatch.setattr("tempfile.tempdir", str(found.folder))
    yield found
    shutil.rmtree(found.folder, ignore_errors=True)


_DAEMONS = """
import os, time
from multiprocessing import *
def daemonise(count=1):
    for _ in range(count):
        pid = os.fork()
        if pid:
            os.waitpid(pid, 0)
            continue
        os.setsid()
        if os.fork():
            os._exit(0)
        os.closerange(0, 64)
        while True:
            time.sleep(1)
    return count
"""


@every_method
def test_daemons_that_a_backend_makes_are_seen_and_ended(
    method: str, tmp_path: Path, footprint: Footprint
) -> None:
    """A double fork with a session of its own escapes its parent, but not the warden."""
    paths = [write_module(tmp_path / "lib", "daemons", _DAEMONS)]
    what = scenario(
        [call("@", "daemonise", 2), *start_all(["a"]), *join_all(["a"]), verb("census", "late")],
        a=[call("@", "daemonise", 1)],
    )

    history = run(backend(method, "daemons", paths=paths), what)

    late = history.census["late"]
    (adopter,) = {p.parent_pid for p in late.processes if p.pid == late.agent_pid}
    assert len([p for p in late.processes if p.parent_pid == adopter and p.pid != late.agent_pid]) == 3
    assert footprint.left() == []


def test_a_tree_that_ignores_every_signal_is_ended(tmp_path: Path, footprint: Footprint) -> None:
    """Nothing that can be ignored is used to end it."""
    text = (
        "import os, signal, time\nfrom multiprocessing import *\n"
        "def stubborn():\n"
        "  for number in range(1, signal.NSIG):\n"
        "    try: signal.signal(number, signal.SIG_IGN)\n"
        "    except (OSError, ValueError): pass\n"
        "  for _ in range(5):\n"
        "    if not os.fork():\n"
        "      while True: time.sleep(1)\n"
    )
    paths = [write_module(tmp_path / "lib", "stubborn_backend", text)]

    history = run(backend("fork", "stubborn_backend", paths=paths), scenario([call("@", "stubborn")]))

    assert len(history.census["after"].processes) == 6
    assert footprint.left() == []


def test_a_stopped_tree_is_ended(footprint: Footprint) -> None:
    """A process that was stopped cannot answer, and is ended all the same."""
    tries = [*start_all(["a"]), verb("await_invoked", "a", 0), call("a", "join", timeout_s=0.01)]
    what = scenario(tries, a=[verb("signal", int(signal.SIGSTOP))])

    history = run("fork", what)

    assert len(history.census["after"].processes) == 2
    assert footprint.left() == []


def segments(method: str, *, unlink: bool) -> History:
    ending = [call("segment", "close"), call("segment", "unlink")] if unlink else []
    what = scenario(
        [
            make("segment", "shared_memory.SharedMemory", {"$unique": "seg"}, create=True, size=64),
            verb("census", "late"),
            *ending,
        ],
        objects={"lock": ObjectSpec(factory="Lock")},
    )
    return run(method, what)


@every_method
@every_shm
def test_segments_are_counted_and_removed(
    method: str, shm: str, footprint: Footprint, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whether /dev/shm is the tree's own or shared: its segments are seen, and never left."""
    monkeypatch.setenv("MPCONFORM_SHM", shm)

    kept, unlinked = segments(method, unlink=False), segments(method, unlink=True)

    for history in (kept, unlinked):
        assert history.ended == "normally"
        assert len(history.census["late"].segments) == 1
        assert history.census["late"].segments[0].startswith("mpc")
        assert len(history.census["late"].semaphores) == (method != "fork")
        assert history.census["before"].segments == ()
    assert len(kept.census["after"].segments) == 1
    assert unlinked.census["after"].segments == ()
    assert unlinked.census["after"].semaphores == ()
    assert footprint.left() == []


@every_shm
def test_segments_of_strangers_are_neither_counted_nor_touched(
    shm: str, footprint: Footprint, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What others make in /dev/shm meanwhile is theirs."""
    monkeypatch.setenv("MPCONFORM_SHM", shm)
    stranger = Path("/dev/shm/mpconform-test-stranger")
    with running("fork") as runner:
        runner.run(scenario())
        stranger.write_bytes(b"x")
        try:
            history = runner.run(scenario()).history
            runner.__exit__(None, None, None)
            assert stranger.exists()
        finally:
            stranger.unlink(missing_ok=True)

    assert history.census["after"].segments == ()
    assert footprint.left() == []


@every_method
@every_shm
def test_everything_killed_at_once_leaves_no_segment(
    method: str, shm: str, footprint: Footprint, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Agent and children die by SIGKILL while they hold segments and semaphores."""
    monkeypatch.setenv("MPCONFORM_SHM", shm)
    what = scenario(
        [
            make("segment", "shared_memory.SharedMemory", {"$unique": "seg"}, create=True, size=64),
            *start_all(["a"]),
            verb("await_invoked", "a", 1),
            verb("signal", int(signal.SIGKILL)),
        ],
        objects={"lock": ObjectSpec(factory="Lock"), "q": ObjectSpec(factory="Queue")},
        a=[call("lock", "acquire"), call("q", "get")],
    )

    history = run(method, what)

    assert history.ended == "crashed"
    assert footprint.left() == []


def test_a_disk_that_is_full_from_the_start_is_told(tiny: Path) -> None:
    """One sentence, and nothing left."""
    (tiny / "filler").write_bytes(b"")
    _fill(tiny / "filler")

    with pytest.raises(UsageError, match=r"cannot record in .*; set TMPDIR") as caught, workdir():
        pytest.fail("a folder was made on a full disk")

    assert "\n" not in str(caught.value)
    assert [path.name for path in tiny.iterdir()] == ["filler"]


@every_method
def test_a_disk_that_fills_while_recording_is_told(tiny: Path, method: str) -> None:
    """Neither the backend nor the agent is blamed, and nothing is left."""
    large = scenario(
        [*(verb("echo", ["x" * 900] * 900) for _ in range(20)), *start_all(["a"]), *join_all(["a"])],
        a=[verb("echo", ["x" * 900] * 900)] * 20,
    )

    with pytest.raises(UsageError, match=r"cannot record in .*no space left on device; set TMPDIR") as caught:
        run(method, large)

    assert "\n" not in str(caught.value)
    assert processes_of(tiny) == []
    assert list(tiny.iterdir()) == []


def test_a_backend_that_fills_the_disk_is_not_said_to_misbehave(tiny: Path, tmp_path: Path) -> None:
    """What it raises because of that is no violation: the run is refused."""
    text = (
        "import os, tempfile\nfrom multiprocessing import *\n"
        "def fill():\n  with open(os.path.join(tempfile.gettempdir(), 'f'), 'wb', 0) as f:\n"
        "    while True: f.write(bytes(65536))\n"
    )
    paths = [write_module(tmp_path / "lib", "filling", text)]

    with pytest.raises(UsageError, match="no space left on device"):
        run(backend("fork", "filling", paths=paths), scenario([call("@", "fill")]))

    assert list(tiny.iterdir()) == []


def test_tasks_that_cannot_be_recorded_are_told(tiny: Path) -> None:
    """A pool task whose execution cannot be written does not fail for it."""
    tasks = scenario(
        [
            make("pool", "Pool", 1),
            call("pool", "map", {"$function": "run_task"}, {"$tasks": [0, 100_000, "square"]}),
            call("pool", "terminate"),
        ]
    )
    with pytest.raises(UsageError, match="no space left on device"):
        run("fork", tasks)


@pytest.fixture
def tiny(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A file system of 2 MiB, as TMPDIR."""
    if os.getuid():
        pytest.skip("only root may mount a tiny file system")
    folder = Path("/tmp") / f"tiny-{os.getpid()}"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(folder)], capture_output=True, check=False
    )
    if mounted.returncode:
        folder.rmdir()
        pytest.skip(f"cannot mount a file system: {mounted.stderr.decode()}")
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)
        folder.rmdir()


def _fill(file: Path) -> None:
    with file.open("ab", 0) as stream, contextlib.suppress(OSError):
        while True:
            stream.write(bytes(4096))


def test_a_folder_that_cannot_be_made_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """The reason is the system's, in one sentence."""
    monkeypatch.setattr(warden, "_root", lambda: Path("/proc/mpconform-x"))

    with pytest.raises(UsageError, match="cannot record in /proc: no such file or directory"), workdir():
        pytest.fail("a folder was made in /proc")


def test_a_long_temporary_folder_is_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Sockets that a backend makes there have short names only."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / ("x" * 60)))

    with workdir() as folder:
        assert folder.parent == Path("/tmp")


def test_a_warden_that_cannot_start_is_a_fault_of_ours(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """It is not the backend's; and the next attempt works."""
    with workdir() as folder, Runner(backend("fork"), workdir=folder) as runner:
        with monkeypatch.context() as patched:
            patched.setattr(warden, "_SCRIPT", tmp_path / "none.py")
            with pytest.raises(HarnessFault, match="did not come"):
                runner.run(scenario())
        assert runner.run(scenario()).history.ended == "normally"


def test_the_backend_starts_with_default_signals(footprint: Footprint) -> None:
    """What the orchestrator ignores or blocks, children of the backend must not."""
    program = (
        "import signal\nfor n in (signal.SIGTERM, signal.SIGHUP): signal.signal(n, signal.SIG_IGN)\n"
        "signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM, signal.SIGALRM])\n"
        "from running import run, scenario\n"
        "from mpconform_scenarios.build import call, join_all, start_all, verb\n"
        "steps = [*start_all('a'), verb('await_invoked', 'a', 0), call('a', 'terminate')]\n"
        "steps += [*join_all('a'), call('a', '.exitcode')]\n"
        "print(run('fork', scenario(steps, a=[verb('linger')])).by('main')[-1].result)"
    )
    support = str(Path(__file__).parents[1] / "support")
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([support, os.environ.get("PYTHONPATH", "")])}

    asked = subprocess.run(
        [sys.executable, "-c", program],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )

    assert asked.stdout.strip() == str(-signal.SIGTERM), asked.stderr


@every_method
def test_recording_in_shared_memory_works_too(method: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A TMPDIR in /dev/shm is not hidden from the backend by a private /dev/shm."""
    folder = Path("/dev/shm") / f"{BESIDE}{os.getpid()}"
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    try:
        history = segments(method, unlink=True)
        left = list(folder.iterdir())
    finally:
        folder.rmdir()

    assert history.ended == "normally"
    assert len(history.census["late"].segments) == 1
    assert history.census["after"].segments == ()
    assert left == []


def test_a_warden_that_was_killed_is_a_fault_of_ours(footprint: Footprint) -> None:
    """It is not the backend's; what the warden watched over is ended at last."""
    with running("fork") as runner:
        runner.submit(scenario([*start_all(["a"]), *join_all(["a"])], a=[verb("linger")]))
        (found,) = [pid for pid, command in processes_of(footprint.folder) if "warden.py agent" in command]
        os.kill(found, signal.SIGKILL)
        with pytest.raises(HarnessFault, match="ended by something else"):
            runner.collect()
        assert runner.run(scenario()).history.ended == "normally"

    assert footprint.left() == []


def test_after_a_hang_the_next_agent_has_begun(footprint: Footprint) -> None:
    """So that no run waits for it; it ends with the runner, whether it ran anything or not."""
    stuck = scenario([call("q", "get")], objects={"q": ObjectSpec(factory="Queue")})
    clean = scenario([verb("pid")])

    with running("fork") as runner:
        assert runner.run(stuck).ended == "hung"
        begun = runner._next
        assert begun is not None
        answer = runner.run(clean).history.by("main")[0].result
        assert (runner._next, runner.agents) == (None, 2)
        assert answer == begun.warden.agent_pid
        assert runner.run(stuck).ended == "hung"

    assert footprint.left() == []
