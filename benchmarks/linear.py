"""What judging a history of one object costs: ms and MB by judge and length, best of five, loading apart.

    python benchmarks/linear.py [--quick | --stream OPERATIONS]

Histories are made up by a few clients that really overlap, from a seed; each length is judged in a process
of its own, so that memory is its own.  Beside the time that passed stands that of the processor, because a
busy machine lets nobody have it for long.  With ``--stream`` as many operations of a queue are judged by the
command line as they come through a pipe.
"""

import argparse
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec

from mpconform.linear import models
from mpconform.linear.columns import NOTHING, Columns, columns_of, load, save
from mpconform.linear.foreign import Line
from mpconform.linear.judge import CODES, Settings, judge
from mpconform.linear.search import Calls, search
from mpconform.linear.spending import Budget

MODELS = ("queue", "register", "counter", "lock")


def operations(model: str, count: int, clients: int, seed: int = 1) -> Iterator[list[int]]:
    """Make a legal history: each operation takes effect at an instant of its own, within its interval."""
    draw = random.Random(seed)
    free = [0] * clients
    held: list[int] = []
    state, fresh, owner, now, done = 0, 0, -1, 0, 0
    while done < count:
        now += draw.randint(20, 60)
        client = draw.randrange(clients)
        if model == "lock" and owner >= 0 and draw.random() < 0.5:
            client = owner
        begin = max(free[client] + 1, now - draw.randint(5, 25 * clients))
        if begin > now:
            continue
        end = now + draw.randint(5, 25 * clients)
        code, argument, answer = 0, NOTHING, NOTHING
        if model == "queue":
            code = 0 if not held or (len(held) < 8 and draw.random() < 0.5) else 1
            if code == 0:
                held.append(fresh)
                argument, fresh = fresh, fresh + 1
            else:
                answer = held.pop(0)
        elif model == "register":
            code = draw.randrange(2)
            if code == 0:
                argument = state = fresh = fresh + 1
            else:
                answer = state
        elif model == "counter":
            code = draw.randrange(2)
            state += code == 0
            answer = state if code else NOTHING
        else:
            code = 1 if client == owner else 0 if owner < 0 else 2
            owner = {0: client, 1: -1, 2: owner}[code]
        yield [client, code, 0, int(argument), int(answer), begin, end]
        free[client] = end
        done += 1


def made(model: str, count: int, clients: int) -> Columns:
    """Return such a history in columns."""
    return columns_of(model, CODES[model], list(operations(model, count, clients)))


def best(call, times: int = 5) -> tuple[float, float]:
    """Return the least time, and the least of the processor's, of *times* calls, in ms."""
    least = [float("inf"), float("inf")]
    for _ in range(times):
        began = time.perf_counter(), time.process_time()
        call()
        least[0] = min(least[0], time.perf_counter() - began[0])
        least[1] = min(least[1], time.process_time() - began[1])
    return least[0] * 1000, least[1] * 1000


def child(path: str, how: str) -> None:
    """Judge one history; print the ms of loading and of judging, and the MB that both took at most."""
    before = peak_mb()
    loading = best(lambda: load(Path(path)))
    columns = load(Path(path))
    if how == "search":

        def judging() -> bool | None:
            calls = Calls(columns.invoked, columns.returned, models.operations(columns))
            return search(calls, 0, models.register, budget=Budget(steps=10**7)).exists
    else:
        settings = Settings(value=0 if columns.model == "register" else None)

        def judging() -> bool | None:
            return judge(columns, settings).legal

    assert judging()
    wall, cpu = best(judging)
    print(f"{loading[0]:.1f} {wall:.1f} {cpu:.1f} {peak_mb() - before:.0f}")


def peak_mb() -> float:
    """Return the most memory that this process ever had, in MB."""
    status = Path("/proc/self/status").read_text(
        "ascii"
    )  # What getrusage says, is at first that of the parent.
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def write_stream(count: int) -> None:
    """Print *count* operations of a queue as lines, by invocation."""
    process = ("p0", "p1", "p2", "p3")
    waiting: list[tuple[int, bytes]] = []
    out = sys.stdout.buffer
    for number, (client, code, _, argument, answer, begin, end) in enumerate(operations("queue", count, 4)):
        line = Line(
            process=process[client],
            op="get" if code else "put",
            arg=None if code else argument,
            ret=answer if code else None,
            t_invoke=begin,
            t_return=end,
        )
        waiting.append((begin, msgspec.json.encode(line)))
        if number % 1000 == 999:
            # They are made by the instant at which they take effect, which may be 100 later than they begin.
            waiting.sort()
            ready = [text for at, text in waiting if at < begin - 200]
            out.write(b"".join(text + b"\n" for text in ready))
            del waiting[: len(ready)]
    out.write(b"".join(text + b"\n" for _, text in sorted(waiting)))


def stream(count: int) -> None:
    """Print what judging a stream takes."""
    maker = [sys.executable, __file__, "--write-stream", str(count)]
    command = [
        sys.executable,
        "-m",
        "mpconform_conformance",
        "judge",
        "--history",
        "-",
        "--model",
        "queue",
        "--stream",
    ]
    began = time.perf_counter()
    with (
        subprocess.Popen(maker, stdout=subprocess.PIPE) as making,
        subprocess.Popen(command, stdin=making.stdout, stdout=subprocess.PIPE, text=True) as judging,
    ):
        making.stdout.close()
        said = judging.stdout.read().strip()
        _, judging.returncode, used = os.wait4(judging.pid, 0)
    seconds, cpu = time.perf_counter() - began, used.ru_utime + used.ru_stime
    print(f"{said}: {seconds:.0f} s, of the processor {cpu:.0f} s, {used.ru_maxrss / 1024:.0f} MB at most")


def main() -> None:
    """Print one line for each judge and length."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="leave a million operations out")
    parser.add_argument(
        "--stream", type=int, metavar="OPERATIONS", help="judge so many as they come, and no more"
    )
    parser.add_argument("--write-stream", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--child", nargs=2, metavar=("FILE", "HOW"), help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.child:
        child(*given.child)
        return
    if given.write_stream:
        write_stream(given.write_stream)
        return
    if given.stream:
        stream(given.stream)
        return
    lengths = (10_000, 100_000) if given.quick else (10_000, 100_000, 1_000_000)
    asked = [(model, count, 4, "judge") for model in MODELS for count in lengths]
    asked += [(model, 2_000, 32, "judge") for model in MODELS]
    asked += [("register", count, 4, "search") for count in (1_000, 10_000, 100_000)]
    print("history                        load ms  judge ms  of the processor   MB")
    with tempfile.TemporaryDirectory() as folder:
        for model, count, clients, how in asked:
            path = Path(folder) / "history.columns"
            save(made(model, count, clients), path)
            said = subprocess.run(
                [sys.executable, __file__, "--child", str(path), how],
                check=True,
                capture_output=True,
                text=True,
            ).stdout.split()
            name = f"{model} {count:,} x {clients}" + (" search" if how == "search" else "")
            print(f"{name:<30} {said[0]:>7} {said[1]:>9} {said[2]:>17} {said[3]:>4}", flush=True)


if __name__ == "__main__":
    main()
