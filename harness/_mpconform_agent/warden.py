"""The warden: starts one agent, adopts every orphan of its tree, and ends them all.

Run as a script by the orchestrator's interpreter, in a session of its own.  The kernel hands
every orphan below it to the warden ("child subreaper"), so that everything the agent ever
started is at last a direct child of the warden: a process id that nobody can recycle until
the warden reaps it.  It therefore ends the whole tree, and never anything else.  It does so when it is
told to, and also when the orchestrator dies, however that dies: the control socket closes.

    warden.py agent  CONTROL AGENT FOLDER SHM  -- ARGUMENT...   start ARGUMENT... and watch over it
    warden.py keeper CONTROL ROOT              keep ROOT for as long as the orchestrator lives

Where the system allows it (``SHM`` is ``private``), the tree gets a ``/dev/shm`` of its own,
so that what it leaves there is exactly known, and gone with it.
"""

import os
import select
import shutil
import signal
import sys
import time
import zlib

__all__ = ("main",)

_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36
_CLONE_NEWNS = 0x00020000
_CLONE_NEWUSER = 0x10000000
_MS_REC_PRIVATE = 0x4000 | 0x40000
_MS_NOSUID_NODEV = 2 | 4
_TRACKER_GRACE_S = 3.0
_KEEPER_GRACE_S = 30.0
_TICK_S = 0.05  # The file system's clock may be so much behind.
#: Whether what the tree executes is measured; ``measure`` has the name of the variable.
_MEASURED = "_MPCONFORM_MEASURED" in os.environ


def _libc():
    import ctypes

    return ctypes.CDLL(None, use_errno=True)


def _write(path, text):
    with open(path, "w") as file:
        file.write(text)


def _stands_in_shm(*paths):
    """Return whether something that the tree needs stands in /dev/shm, where a private one would hide it."""
    needed = [*paths, *os.environ.get("PYTHONPATH", "").split(os.pathsep)]
    return any(os.path.realpath(path).startswith("/dev/shm/") for path in needed)


def _private_shm(libc):
    """Give this process and its children a /dev/shm of their own; return whether that worked."""
    uid, gid = os.getuid(), os.getgid()
    if libc.unshare(_CLONE_NEWNS) != 0:
        if libc.unshare(_CLONE_NEWUSER | _CLONE_NEWNS) != 0:
            return False
        try:
            _write("/proc/self/setgroups", "deny")
            _write("/proc/self/uid_map", "%d %d 1" % (uid, uid))
            _write("/proc/self/gid_map", "%d %d 1" % (gid, gid))
        except OSError:
            return False
    if libc.mount(b"none", b"/", None, _MS_REC_PRIVATE, None) != 0:
        return False
    return libc.mount(b"tmpfs", b"/dev/shm", b"tmpfs", _MS_NOSUID_NODEV, b"mode=1777") == 0


def _children(pid):
    """Return the process ids of the children of *pid*, zombies included."""
    found = []
    try:
        for thread in os.listdir("/proc/%d/task" % pid):
            with open("/proc/%d/task/%s/children" % (pid, thread)) as file:
                found += [int(word) for word in file.read().split()]
    except OSError:
        if not os.path.exists("/proc/self/task/%d/children" % os.getpid()):
            return _children_by_parent(pid)  # A kernel without CONFIG_PROC_CHILDREN.
    return found


def _children_by_parent(parent):
    found = []
    for name in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open("/proc/%s/stat" % name) as file:
                if int(file.read().rpartition(")")[2].split()[1]) == parent:
                    found.append(int(name))
        except OSError:
            continue
    return found


def _maps(pid):
    """Return the files in /dev/shm that process *pid* maps, as device and inode.

    Not their names: the C library gives a semaphore its name after it has mapped it.
    """
    try:
        with open("/proc/%s/maps" % pid, errors="replace") as file:
            return {tuple(line.split(None, 5)[3:5]) for line in file if " /dev/shm/" in line}
    except OSError:
        return set()


def _mapped():
    """Return the files in /dev/shm that any process below this one maps."""
    found: set[tuple[str, ...]] = set()
    level = [os.getpid()]
    while level:
        level = [child for pid in level for child in _children(pid)]
        for pid in level:
            found |= _maps(pid)
    return found


def _is_tracker(pid):
    """Return whether process *pid* ends by itself when those that it serves have."""
    try:
        with open("/proc/%d/cmdline" % pid, "rb") as file:
            command = file.read()
    except OSError:
        return False
    # A fork server that is measured tells what it executed when it ends, which it does by itself.
    helpers = (b"resource_tracker", b"semaphore_tracker", *([b"forkserver"] if _MEASURED else []))
    return any(helper in command for helper in helpers)


def _reap(*, wait=False):
    """Reap every child that has ended; return the status of each by process id."""
    ended: dict[int, int] = {}
    while True:
        try:
            pid, status = os.waitpid(-1, 0 if wait else os.WNOHANG)
        except ChildProcessError:
            return ended
        if pid == 0:
            return ended
        ended[pid] = status
        if wait:
            return ended


def end_tree():
    """End everything below this process; return when nothing is left.

    Resource trackers go last, and get a moment to remove what the others left: they end by
    themselves when the last process that could use them has gone.
    """
    deadline = time.monotonic() + _TRACKER_GRACE_S
    while True:
        _reap()
        children = _children(os.getpid())
        if not children:
            return
        late = time.monotonic() > deadline
        doomed = [pid for pid in children if late or not _is_tracker(pid)]
        for pid in doomed:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        if doomed:
            _reap(wait=True)
        else:
            time.sleep(0.002)


def _start(arguments, agent, folder, libc):
    """Start the agent; return its process id."""
    parent = os.getpid()
    pid = os.fork()
    if pid:
        return pid
    try:
        os.setsid()
        libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        if os.getppid() != parent:
            os._exit(70)
        # What is ignored or blocked here would be so in everything below: no child could be terminated.
        for number in range(1, signal.NSIG):
            try:
                signal.signal(number, signal.SIG_DFL)
            except (OSError, ValueError):
                pass  # SIGKILL, SIGSTOP, and those that the C library keeps for itself.
        signal.pthread_sigmask(signal.SIG_SETMASK, [])
        signal.set_wakeup_fd(-1)
        null = os.open("/dev/null", os.O_RDONLY)
        output = os.open(os.path.join(folder, "stdio"), os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        os.dup2(null, 0)
        os.dup2(output, 1)
        os.dup2(output, 2)
        os.chdir(os.path.join(folder, "cwd"))
        os.set_inheritable(agent, True)
        os.execv(arguments[0], arguments)  # noqa: S606  # the backend's interpreter, by its path
    except OSError as error:
        sys.stderr.write("cannot run %s: %s\n" % (arguments[0], error.strerror))
    finally:
        os._exit(127)


def _prefix(folder):
    """Return how the names begin that the scenarios of the agent in *folder* give to segments."""
    return "mpc%08x-" % zlib.crc32(os.fsencode(folder))


def _remove_segments(folder, since_s, mapped):
    """Remove what a tree that has ended left in a shared /dev/shm, of what was made after *since_s*.

    That is what is its own by name; what it *mapped*; and semaphores of this user that no process
    maps at all: nobody can open them any more but who knows their random names, and had they an
    owner, it would map them.  Anything else may be anybody's, and stays.
    """
    new = {}
    for name in os.listdir("/dev/shm"):
        try:
            status = os.stat("/dev/shm/" + name)
        except OSError:
            continue
        if status.st_ctime >= since_s and status.st_uid == os.getuid():
            device = "%02x:%02x" % (os.major(status.st_dev), os.minor(status.st_dev))
            new[name] = (device, str(status.st_ino))
    used = set()
    if any(name.startswith("sem.mp-") for name in new):
        used = set().union(*map(_maps, filter(str.isdigit, os.listdir("/proc"))))
    for name, file in new.items():
        abandoned = name.startswith("sem.mp-") and file not in used
        if name.startswith(_prefix(folder)) or file in mapped or abandoned:
            try:
                os.unlink("/dev/shm/" + name)
            except OSError:
                pass  # It has gone by itself.


def watch(control, agent, folder, shm, arguments):
    """Make the folder, start the agent, and watch over it until told to end, or nobody is there to tell."""
    since_s = time.time() - _TICK_S
    try:
        for part in ("", "tmp", "cwd"):
            os.mkdir(os.path.join(folder, part), 0o700)
    except OSError as error:
        shutil.rmtree(folder, ignore_errors=True)
        _say(control, "failed %s" % (error.strerror or error))
        return 1
    libc = _libc()
    libc.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    private = shm == "private" and not _stands_in_shm(folder, arguments[0]) and _private_shm(libc)
    reading, writing = os.pipe()
    for end in (reading, writing):
        os.set_blocking(end, False)
    signal.signal(signal.SIGCHLD, lambda number, frame: None)
    signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
    os.environ["MPCONFORM_SHM"] = "private" if private else "shared"
    pid = _start(arguments, agent, folder, libc)
    os.close(agent)
    _say(control, "started %d %s" % (pid, "private" if private else "shared"))
    told = _serve(control, reading, pid)
    mapped = set() if private else _mapped()
    end_tree()
    if not private:
        _remove_segments(folder, since_s, mapped)
    shutil.rmtree(folder, ignore_errors=True)
    if told:
        _say(control, "ended")
    return 0


def _say(control, line):
    try:
        os.write(control, line.encode() + b"\n")
    except OSError:
        pass  # Nobody is there to hear it: the next read says so.


def _serve(control, reading, agent):
    """Tell of the agent's end; return True when told to end, False when the orchestrator has gone."""
    while True:
        ready = select.select([control, reading], [], [])[0]
        if reading in ready:
            os.read(reading, 4096)
            status = _reap().get(agent)
            if status is not None:
                _say(control, "exited %d" % os.waitstatus_to_exitcode(status))
        if control in ready:
            try:
                return bool(os.read(control, 4096))
            except OSError:
                return False


def _furnish(root):
    """Make the folder *root*, with a copy of the agent for any interpreter to read."""
    own = os.path.dirname(os.path.abspath(__file__))
    copy = os.path.join(root, "agent", "_mpconform_agent")
    os.mkdir(root, 0o700)
    os.makedirs(copy)
    for name in os.listdir(own):
        if name.endswith(".py"):
            shutil.copyfile(os.path.join(own, name), os.path.join(copy, name))


def _marked(pid, mark, files=("cmdline", "environ")):
    """Return whether process *pid* bears *mark*, the path of a folder with a random name."""
    try:
        for file in files:
            with open("/proc/%s/%s" % (pid, file), "rb") as stream:
                if mark in stream.read():
                    return True
    except OSError:
        pass
    return False


def _end_unwatched(folder, since_s):
    """Remove *folder* if its warden has been killed, after ending what that warden watched over."""
    mark = os.fsencode(folder) + b"\0"
    others = [pid for pid in filter(str.isdigit, os.listdir("/proc")) if int(pid) != os.getpid()]
    if any(
        _marked(pid, b"warden.py\0agent\0", ("cmdline",)) and _marked(pid, mark, ("cmdline",))
        for pid in others
    ):
        return
    mark = os.fsencode(os.path.join(folder, "tmp"))
    mapped: set[tuple[str, ...]] = set()
    for pid in others:
        if not _marked(pid, mark):
            continue
        mapped |= _maps(pid)
        try:
            handle = os.pidfd_open(int(pid))
        except OSError:
            continue
        # Asked again: by handle, the number cannot mean another process by now.
        if _marked(pid, mark):
            try:
                signal.pidfd_send_signal(handle, signal.SIGKILL)
            except OSError:
                pass
        os.close(handle)
    _remove_segments(folder, since_s, mapped)
    shutil.rmtree(folder, ignore_errors=True)


def keep(control, root):
    """Make the folder *root*, and remove it when the orchestrator ends, however it ends."""
    since_s = time.time() - _TICK_S
    try:
        _furnish(root)
    except OSError as error:
        shutil.rmtree(root, ignore_errors=True)
        _say(control, "failed %s" % (error.strerror or error))
        return 1
    _say(control, "kept")
    try:
        told = bool(os.read(control, 4096))
    except OSError:
        told = False
    deadline = time.monotonic() + _KEEPER_GRACE_S
    # The wardens of this orchestrator have seen its end too, and remove their own folders; one that has
    # only just begun may still make its folder, while this one is being removed.
    while os.path.exists(root) and time.monotonic() < deadline:
        left = set(os.listdir(root)) - {"agent"}
        for name in left:
            _end_unwatched(os.path.join(root, name), since_s)
        if left:
            time.sleep(0.01)
        else:
            shutil.rmtree(root, ignore_errors=True)
    shutil.rmtree(root, ignore_errors=True)
    if told:
        _say(control, "ended")
    return 0


def main(arguments):
    """Be a warden or a keeper, as *arguments* say."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)  # It ends when its work is done.
    signal.signal(signal.SIGPIPE, signal.SIG_IGN)
    role, control, *rest = arguments
    os.set_inheritable(int(control), False)  # In the tree it would outlive this process, and hide its end.
    if role == "keeper":
        return keep(int(control), rest[0])
    agent, folder, shm, _, *command = rest
    return watch(int(control), int(agent), folder, shm, command)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
