"""The loop of a reproduction script: runs the scenario in fresh processes until it fails, or counts.

Every run is a child in a session of its own, so that nothing is left of it.  The child sets an alarm,
which ends it if it hangs.
"""

__all__ = ("loop",)


def loop(
    *,
    most: int,
    rounds: int,
    ended: bool,
    hangs: bool,
    unique: bool,
    apart: bool,
    goes_on: bool = False,
    brief: bool = False,
) -> str:
    """Return the function ``main`` of a script, and what calls it.

    It looks at most *most* times at so many *rounds* of the scenario.  *ended* says that the verdict asks
    how the run ended; *hangs*, that a run that hangs is to show its stacks; *unique*, that names in the
    notes are told from those of other runs; *apart*, that it has a /dev/shm of its own; *goes_on*, that what
    comes after a round's verdict may raise.  What is *brief* has as few lines as can be.
    """
    many = rounds > 1
    more, told = ("", 'folder + "/last"') if many else (', open(folder + "/log", "w+") as log', "log.name")
    deeds = "[signal.SIGTERM] * 20 + [signal.SIGKILL]"
    lines = [
        f"def main(runs=0):  # So many runs; if none are given, until one fails, but at most {most}.",
        *_runs(most, brief=brief),
        f"        with tempfile.TemporaryDirectory() as folder{more}:",
        f"            os.environ.update(TMPDIR=folder, REPRO_LOG={told})  # The backend's files, too.",
        '            command = [sys.executable, __file__, "--once"]',
        "            child = subprocess.Popen(command, start_new_session=True, stderr=subprocess.DEVNULL)",
        "            try:",
        f"                {'ended = ' * ended}child.wait()  # Its alarm ends it, if it hangs.",
        "            finally:",
        "                with contextlib.suppress(ProcessLookupError):",
        *([f"                    {_ALARM}"] if hangs else []),
        f"                    for deed in {'alarm + ' * hangs}{deeds}:  # A tracker tidies up.",
        "                        os.killpg(child.pid, deed)",
        "                        time.sleep(0.1)",
        *_judged(many=many, ended=ended, unique=unique),
        f"    {_TOLD}",
        "    return len(seen) > 0",
        "",
        'if __name__ == "__main__":',
        *(["    own_shm()"] if apart else []),
        *_called(rounds, goes_on=goes_on),
    ]
    return "\n".join(lines) + "\n"


_GOING_ON = [
    "        with contextlib.suppress(Exception):  # What comes after it may raise, if it is not seen.",
    "            run_once()",
]
#: The processes of a run that hung show where they are.
_ALARM = "alarm = [signal.SIGALRM] * (child.returncode == -signal.SIGALRM)  # Others show theirs."
_TOLD = r'print(f"{__doc__}\nseen: {seen[0]}\nFAILED {len(seen)} of" if seen else "not seen in", run, "runs")'


def _runs(most: int, *, brief: bool) -> list[str]:
    """Return the head of the loop over runs."""
    if brief:
        taken = f"lambda _: runs or not seen, range(1, 1 + (runs or {most}))"
        return ["    seen = []", f"    for run in itertools.takewhile({taken}):"]
    return [
        "    seen, run = [], 0",
        f"    while run < (runs or {most}) and (runs or not seen):",
        "        run += 1",
    ]


def _judged(*, many: bool, ended: bool, unique: bool) -> list[str]:
    """Return how the notes of a run are looked at."""
    if many:
        paths = 'sorted(glob.glob(folder + "/[0-9l]*[0-9t]"))'  # One a round, and the last.
        read = [f"            logs = [[*map(json.loads, open(path))] for path in {paths}]"]
        if unique:
            read = [
                f"            paths = {paths}",
                f"            logs = [[*map(json.loads, {_masked('open(path)')})] for path in paths]",
            ]
        return [
            *read,
            *(['            logs[-1].append(["ended", ended])'] if ended else []),
            "            seen += [*filter(None, map(wrong, logs))][:1]",
        ]
    notes = f"*map(json.loads, {_masked('log') if unique else 'log'})"
    more = ', ["ended", ended]' if ended else ""
    return [f"            seen += filter(None, [wrong([{notes}{more}])])"]


def _masked(file: str) -> str:
    """Return the lines of *file* without the name that only this run has."""
    return f'{file}.read().replace(os.path.basename(folder), "THIS-RUN-").splitlines()'


def _called(rounds: int, *, goes_on: bool) -> list[str]:
    """Return the call of ``main``, or of the scenario in the child."""
    if rounds == 1:
        return ['    sys.exit(run_once() if sys.argv[1:] == ["--once"] else main(*map(int, sys.argv[1:])))']
    # Every process writes to the same file: a fork server knows no other than the first.
    return [
        '    if sys.argv[1:] != ["--once"]:',
        "        sys.exit(main(*map(int, sys.argv[1:])))",
        f"    for n in range({rounds}):  # So often: it is rare.",
        '        open(LOG, "w").close()',
        *(_GOING_ON if goes_on else ["        run_once()"]),
        '        os.rename(LOG, LOG.replace("/last", "/%03d" % n))',
    ]
