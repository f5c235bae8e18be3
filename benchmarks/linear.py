"""What judging a history of one object costs: ms and MB by judge and length, best of five, loading apart.

    python benchmarks/linear.py [--quick]

Histories are made up by a few clients that really overlap, from a seed; each length is judged in a process
of its own, so that memory is its own.
"""

import argparse
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from mpconform.linear import counter, fifo, lock, models, register
from mpconform.linear.columns import NOTHING, Columns, columns_of, load, save
from mpconform.linear.judge import CODES
from mpconform.linear.search import search

JUDGES = {"queue": fifo.judge, "register": register.judge, "counter": counter.judge, "lock": lock.judge}


def made(model: str, count: int, clients: int, seed: int = 1) -> Columns:
    """Make a legal history: each operation takes effect at an instant of its own, within its interval."""
    draw = random.Random(seed)
    rows: list[list[int]] = []
    free = [0] * clients
    held: list[int] = []
    state, fresh, owner, now = 0, 0, -1, 0
    while len(rows) < count:
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
        rows.append([client, code, 0, int(argument), int(answer), begin, end])
        free[client] = end
    return columns_of(model, CODES[model], rows)


def best(call, times: int = 5) -> float:
    """Return the least time of *times* calls, in ms."""
    least = float("inf")
    for _ in range(times):
        began = time.perf_counter()
        call()
        least = min(least, time.perf_counter() - began)
    return least * 1000


def child(path: str, how: str) -> None:
    """Judge one history; print the ms of loading and of judging, and the MB that both took at most."""
    before = peak_mb()
    loading = best(lambda: load(Path(path)))
    columns = load(Path(path))
    if how == "search":
        initial, step = (0, models.register(columns)) if columns.model == "register" else ((), None)
        assert step is not None
        judging = best(lambda: search(columns, range(len(columns)), initial, step, budget=10**7), 3)
        found = search(columns, range(len(columns)), initial, step, budget=10**7)
    else:
        settings = {"initial": 0} if columns.model == "register" else {}
        judging = best(lambda: JUDGES[columns.model](columns, **settings))
        found = JUDGES[columns.model](columns, **settings)
    assert found.legal, found
    print(f"{loading:.1f} {judging:.1f} {peak_mb() - before:.0f}")


def peak_mb() -> float:
    """Return the most memory that this process ever had, in MB."""
    status = Path("/proc/self/status").read_text("ascii")
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def main() -> None:
    """Print one line for each judge and length."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="leave a million operations out")
    parser.add_argument("--child", nargs=2, metavar=("FILE", "HOW"), help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.child:
        child(*given.child)
        return
    lengths = (10_000, 100_000) if given.quick else (10_000, 100_000, 1_000_000)
    asked = [(model, count, 4, "judge") for model in JUDGES for count in lengths]
    asked += [(model, 2_000, 32, "judge") for model in JUDGES]
    asked += [("register", count, 4, "search") for count in (1_000, 10_000, 100_000)]
    print("history                        load ms  judge ms   MB")
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
            print(f"{name:<30} {said[0]:>7} {said[1]:>9} {said[2]:>4}", flush=True)


if __name__ == "__main__":
    main()
