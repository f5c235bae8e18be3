"""The fixed parts of reproduction scripts: what is written the same wherever it is needed."""

__all__ = (
    "HELPERS",
    "IMPORTS",
    "MEET_BY_WAITING",
    "MOST_LINES",
    "NEEDS",
    "STROKE",
    "WAIT_EXIT_BY_STATES",
    "WIDTH",
    "see",
)

#: What a reader takes in within a minute.
MOST_LINES = 79
#: No line of a script that can be broken is longer.
WIDTH = 110

#: What a script may import, in the order in which it does.
IMPORTS = (
    "ast", "contextlib", "ctypes", "gc", "glob", "itertools", "json", "os", "random", "re", "resource",
    "signal", "socket", "subprocess", "sys", "tempfile", "threading", "time", "zlib",
)  # fmt: skip

#: How those who met go on together.
STROKE = "\n    time.sleep(0.002 - time.monotonic() % 0.002)  # They go on at a stroke of the clock."

#: Helpers by name, in the order in which they stand in a script.
HELPERS = {
    "note": """
def note(*said):  # In a file: what is seen does not travel through what may be broken.
    with open(LOG, "a") as log:
        log.write(json.dumps(said, default=show) + "\\n")
""",
    "called": """
def called(name):  # A callback that notes its calls.
    return lambda value: note("called", name, value)
""",
    "ignored": """
def ignored(value):  # A callback.
    pass
""",
    "show": """
def show(value):
    is_bytes = isinstance(value, (bytes, bytearray, memoryview))
    return "%d bytes, crc %08x" % (len(value), zlib.crc32(value)) if is_bytes else type(value).__name__
""",
    "exact": """
def exact(value):  # With all types in it, tuples and lists apart.
    text = repr(value)
    return text if len(text) < 80 else "%.60s... crc %08x" % (text, zlib.crc32(text.encode()))
""",
    "see": "",
    "published": """
def publish(label, value):  # In a file, where processes find it that have nothing else in common.
    Path(LOG + "-" + label).write_text(repr(value))
def published(label):
    return ast.literal_eval(Path(LOG + "-" + label).read_text())
""",
    "custom_manager": "",
    "attempt": """
def attempt(call, *args, **keywords):  # Whatever it raises.
    with contextlib.suppress(Exception):
        return call(*args, **keywords)
""",
    "noted": """
def noted():
    return [*map(json.loads, open(LOG))]
""",
    "wait_for": """
def wait_for(*wanted):  # Waits until all of this was noted, by whomever.
    while not all(json.dumps(one) in open(LOG).read() for one in wanted):
        time.sleep(0.0005)
""",
    "meet": """
def meet(point, who, everybody):  # Waits until everybody has come to this point.
    note("at", point, who)
    while not all(json.dumps(["at", point, one]) in open(LOG).read() for one in everybody.split()):
        time.sleep(0.0005)
    time.sleep(0.002 - time.monotonic() % 0.002)  # They go on at a stroke of the clock.
""",
    "told": """
def told(label):  # Waits until this was told, and returns what.
    while True:
        for one in map(json.loads, Path(LOG).read_text().split("\\n")[:-1]):
            if one[:2] == ["told", label]:
                return tuple(one[2]) if isinstance(one[2], list) else one[2]
        time.sleep(0.0005)
""",
    "plain_socket": """
def plain_socket(address):
    made = socket.socket(socket.AF_UNIX if isinstance(address, str) else socket.AF_INET)
    made.connect(address)
    return made
""",
    "plain_listener": """
def plain_listener():
    made = socket.socket()
    made.bind(("127.0.0.1", 0))
    made.listen(8)
    return made
""",
    "memory_limit": """
def memory_limit(room):  # Lets this process have no more than so many bytes of addresses more.
    now = int(Path("/proc/self/statm").read_text().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    resource.setrlimit(resource.RLIMIT_AS, (now + room, resource.getrlimit(resource.RLIMIT_AS)[1]))
""",
    "memory_peak": """
def memory_peak():  # The most memory that this process ever had, in bytes.
    return int(Path("/proc/self/status").read_text().partition("VmHWM:")[2].split()[0]) * 1024
""",
    "states": """
def states():  # The processes of this run with their states: Z is a zombie.
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        with contextlib.suppress(OSError), open("/proc/%s/stat" % pid) as stat:
            state, _, _, session = stat.read().rpartition(")")[2].split()[:4]
            ours = int(session) == os.getsid(0) and "tracker" not in open("/proc/%s/cmdline" % pid).read()
            found += [(int(pid), state)] if ours else []
    return found
""",
    "alive": """
def alive(pid):  # As the system says: the backend may be wrong.
    with contextlib.suppress(OSError):
        return open("/proc/%d/stat" % pid).read().rpartition(")")[2].split()[0] not in "ZX"
""",
    "wait_exit": """
def wait_exit(*pids):  # Waits until these processes have ended, without reaping them.
    for pid in pids:
        with contextlib.suppress(OSError):
            while open("/proc/%d/stat" % pid).read().rpartition(")")[2].split()[0] not in "ZX":
                time.sleep(0.001)
""",
    "payload": """
def payload(seed, size):  # No two words of it are alike.
    words = (k * 0x100000001 for k in range(seed % 1024 + 1, seed % 1024 + size // 8 + 2))
    return b"".join(word.to_bytes(8, "little") for word in (seed, *words))[:size]
""",
    "item": """
def item(who, n, size):
    return who, n, payload(zlib.crc32(b"%s/%d" % (who.encode(), n)) & 0x7FFFFFFF, size)
""",
    "puts": """
def puts(notes):  # Those that returned: who, step, None, began, ended, item.
    return [one for one in notes if len(one) > 5 and one[2] is None and isinstance(one[5], list)]
""",
    "gets": """
def gets(notes):  # Those that returned: who, step, item, began, ended.
    return [one[:5] for one in notes if len(one) > 4 and isinstance(one[2], list)]
""",
    "drain": """
def drain(who, step, queue):  # Gets what was put and not yet got, until something does not come.
    while sum((len(one) > 5 and one[2] is None) - (len(one) > 4 and isinstance(one[2], list))
              for one in map(json.loads, open(LOG))) > 0:  # More puts than gets have returned.
        if see(who, step, queue.get, timeout=5) is None:
            break
""",
    "names": """
def names(things, known):
    known_as = [[name for name, one in known.items() if one == thing] for thing in things]
    return sorted((found or [type(thing).__name__])[0] for found, thing in zip(known_as, things))
""",
    "fill": """
def fill(array, number, lock=None):
    with lock or array.get_lock():
        for place in range(len(array)):
            array[place] = number
""",
    "add": """
def add(value, lock):
    with lock:
        value.value += 1
""",
    "add_at": """
def add_at(array, place, lock):
    with lock:
        array[place] += 1
""",
    "scan": """
def scan(array, lock=None):
    with lock or array.get_lock():
        return sorted({array[place] for place in range(len(array))})
""",
    "emit": """
def emit(who, n, pieces, lock):  # Writes one line in pieces, and gives up the processor between them.
    line = b"%s %d %s\\n" % (who.encode(), n, b"." * pieces)
    with lock, open(LOG + ".lines", "ab", 0) as file:
        for at in range(pieces):
            file.write(line[at * len(line) // pieces : (at + 1) * len(line) // pieces])
            time.sleep(0)
""",
    "emit_at_once": """
def emit_at_once(who, n, pieces, lock, threads):  # As many lines, each by a thread of its own.
    writers = [threading.Thread(target=emit, args=(who, n + at, pieces, lock)) for at in range(threads)]
    for deed in [writer.start for writer in writers] + [writer.join for writer in writers]:
        deed()
""",
    "output": """
def output():
    with open(LOG + ".lines", errors="replace") as file:
        os.unlink(file.name)
        return file.read().splitlines()
""",
    "strike": """
def strike(after, deed, root):  # Does the deed after so many instructions of the backend's code.
    left = [after]
    def trace(frame, event, _):
        if not frame.f_globals.get("__name__", "").startswith(("multiprocessing", root)):
            return None
        frame.f_trace_opcodes = True
        left[0] -= event == "opcode"
        if not left[0]:
            deed()
        return trace
    threading.settrace(trace)
    sys._getframe().f_trace_opcodes = True  # Python 3.12 looks here alone.
    sys.settrace(trace)
""",
    "lacking": """
def lacking(what, left, call):  # Calls with only so many descriptors, or bytes in any file, left.
    def lacks(*args, **options):
        limit, before = left, resource.getrlimit(what)
        if what == resource.RLIMIT_NOFILE:
            free = [os.dup(2) for _ in range(left + 1)]
            limit = free[-1]
            for one in free:
                os.close(one)
        resource.setrlimit(what, (limit, before[1]))
        try:
            return call(*args, **options)
        finally:
            resource.setrlimit(what, before)
    return lacks
""",
    "crowded": """
def own_shm():  # Gives this process and its children a small /dev/shm of their own.
    libc = ctypes.CDLL(None)
    if libc.unshare(0x20000) and libc.unshare(0x10020000):  # a mount namespace, if need be in one of users
        sys.exit("This takes the right to make a namespace: run it as root, or in a container as root.")
    libc.mount(b"none", b"/", None, 0x44000, None)  # What is mounted here is seen nowhere else.
    libc.mount(b"tmpfs", b"/dev/shm", b"tmpfs", 0, b"size=16m,mode=1777")
    open("/dev/shm/page", "w").write("x")  # One that holds nothing cannot be full.

def crowded(left, call):  # Calls with only so many bytes left in /dev/shm, in whole pages.
    def lacks(*args, **options):
        room, mount = os.statvfs("/dev/shm"), ctypes.CDLL(None).mount
        holds = (room.f_blocks - room.f_bfree + left // room.f_frsize) * room.f_frsize
        mount(b"tmpfs", b"/dev/shm", b"tmpfs", 0x20, b"size=%d" % holds)  # That takes no time.
        try:
            return call(*args, **options)
        finally:
            mount(b"tmpfs", b"/dev/shm", b"tmpfs", 0x20, b"size=16m")
    return lacks
""",
    "hold_up": "",
    "Departure": """
class Departure(BaseException):
    pass
""",
    "Deliberate": """
class Deliberate(Exception):
    pass
""",
    "Action": """
class ActionFailed(Exception):
    pass

class Action:  # What a barrier is given to do; each call is noted.
    def __init__(self, do, seconds=0.0):
        self.do, self.seconds = do, seconds

    def __call__(self):
        began = time.monotonic_ns()
        time.sleep(self.seconds)
        note("action", began, time.monotonic_ns())
        if self.do == "fail":
            raise ActionFailed(self.do)
""",
    "asked": """
def asked(who, value, least):  # A predicate; each call is noted.
    began = time.monotonic_ns()
    number = value.value
    said = number if number >= least else ""
    note("asked", who, began, time.monotonic_ns(), said)
    return said
""",
    "TaskError": """
class TaskError(Exception):
    pass
""",
    "square": """
def square(x):
    return x * x
""",
    "initialise": """
def initialise(value):
    LEFT[:] = [value]
""",
    "work": "",
    "work_pair": """
def work_pair(task, b):
    work(task)
    n = task[0] if isinstance(task, tuple) else task
    return [n * n, b]
""",
}
HELPERS = {name: text.strip("\n") for name, text in HELPERS.items()}

#: The same as above, where another helper is there to be used, or less is to be done.
MEET_BY_WAITING = """
def meet(point, who, everybody):  # Waits until everybody has come to this point.
    note("at", point, who)
    wait_for(*(["at", point, one] for one in everybody.split()))
    time.sleep(0.002 - time.monotonic() % 0.002)  # They go on at a stroke of the clock.
""".strip("\n")
WAIT_EXIT_BY_STATES = """
def wait_exit(*pids):  # Waits until these processes have ended, without reaping them.
    while any(pid in pids and state != "Z" for pid, state in states()):
        time.sleep(0.001)
""".strip("\n")

#: Which helpers a helper, or something that is to be noted, needs in its turn.
NEEDS = {
    "Action": ("note",),
    "asked": ("note",),
    "called": ("note",),
    "meet": ("note",),
    "begins": ("note",),
    "states": ("note",),
    "item": ("payload",),
    "drain": ("times", "items"),
    "puts": ("times", "items"),
    "gets": ("times",),
    "work_pair": ("work",),
    "tasks": ("note",),
    "emit_at_once": ("emit",),
}


def see(uses: set[str], *, returns: bool) -> str:
    """Return the helper that makes a call and notes what came of it; more than that only where it is used."""
    told = ["who", "step", "said"]
    told += ["began", "time.monotonic_ns()"] if "times" in uses else []
    told += ["*args"] if "items" in uses else []
    if "exact" in uses:
        told = ["who", "step", "said", "*map(exact, args)"]
    begun = '    note("begin", who, step)\n' if "begins" in uses else ""
    began = "    began = time.monotonic_ns()\n" if "times" in uses else ""
    noted = (
        f"    note({', '.join(told)})"
        if "note" in uses
        else f'    with open(LOG, "a") as log:  # Not through the backend, which may be broken.\n'
        f'        log.write(json.dumps([{", ".join(told)}], default=show) + "\\n")'
    )
    turn = "    time.sleep(random.choice((0, 0, 0.0005, 0.005)))  # Others may come first.\n"
    turn = turn if "turns" in uses else ""
    exactly = "        said = exact(said)\n" if "exact" in uses else ""
    told_error = '"raised " + type(error).__name__'
    if "modules" in uses:
        told_error = '"raised %s.%s" % (type(error).__module__, type(error).__name__)'
    if "errors" in uses:
        told_error = f"[{told_error}, *error.args]"
    return (
        "def see(who, step, call, *args, **keywords):  # Makes a call, and notes what came of it.\n"
        f"{turn}{begun}{began}"
        "    try:\n"
        f"        said {'= result ' if returns else ''}= call(*args, **keywords)\n"
        f"{exactly}"
        "    except Exception as error:\n"
        f"        said{', result' if returns else ''} = {told_error}{', None' if returns else ''}\n"
        f"{noted}" + ("\n    return result" if returns else "")
    )
