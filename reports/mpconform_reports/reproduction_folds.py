"""Alike lines of a reproduction script as loops."""

import itertools
import re
from collections.abc import Callable, Collection, Iterable, Sequence

__all__ = ("closely", "folded", "gathered", "listed")

_NUMBER = re.compile(r"(?<![\w.-])\d+(?![\w.])")
#: What comes before a number of bytes.
_SIZE = re.compile(r"(bytes\(|item\([^()]*)$")
#: So many lines in a row may be what is done again and again.
_LONGEST = 4
#: So often at least.
_LEAST = 3
#: A line that only reads an attribute.
_READ = re.compile(r"( +)([A-Za-z_]\w*(?:\.\w+)+)")
_ON_ONE = re.compile(r"(\w+)\.(start|join)\(\)")
#: A line that makes something under a name, and one that makes a call without arguments and notes what came.
_MADE = re.compile(r"( +)(\w+) = (.+\))")
_SEEN = re.compile(r'( +)see\(("[^"]*"|who), (\d+), ([A-Za-z_]\w*(?:\.\w+)+)\)')


def folded(lines: Sequence[str]) -> list[str]:
    """Return *lines* with what is done again and again, but for numbers in it, as loops."""
    units = _units(lines)
    out: list[str] = []
    at = 0
    while at < len(units):
        loop, taken = _loop_at(units, at)
        out += loop or units[at].split("\n")
        at += taken or 1
    return out


def closely(lines: Iterable[str], *, width: int) -> list[str]:
    """Return *lines* in fewer: attributes that are read, things that are made alike, calls that are noted.

    A row of attributes has at most *width* characters.
    """
    return _row_by_row(_row_by_row(_reads(lines, width=width), _MADE, _made), _SEEN, _seen)


def _row_by_row(
    lines: Iterable[str], pattern: re.Pattern[str], told: Callable[[Sequence[re.Match[str]]], list[str]]
) -> list[str]:
    """Return *lines* with those in a row of one indent, that *pattern* matches, as *told* has them."""
    out: list[str] = []
    row: list[re.Match[str]] = []
    for line in [*lines, ""]:
        match = pattern.fullmatch(line)
        if row and (match is None or match[1] != row[0][1]):
            out += told(row)
            row = []
        if match is None:
            out.append(line)
        else:
            row.append(match)
    return out[:-1]


def _made(row: Sequence[re.Match[str]]) -> list[str]:
    """Return the lines of *row*, which make things, with those that are made alike in one."""
    out: list[str] = []
    at = 0
    while at < len(row):
        runs = _run_length([one[3] for one in row], at, 1)
        named, made = ([one[place] for one in row[at : at + runs]] for place in (2, 3))
        told = _told(made, 1, runs) if runs >= _LEAST and "\n" not in made[0] else None
        uses = set(re.findall(r"\w+", made[0]))
        if told is None or len(set(named)) < runs or uses & set(named):
            out.append(row[at][0])
            at += 1
        else:
            head, (body,) = told
            out.append(f"{row[at][1]}({', '.join(named)}) = [{body} {head}]")
            at += runs
    return out


def _seen(row: Sequence[re.Match[str]]) -> list[str]:
    """Return the lines of *row*, which note calls, with those whose steps follow each other as a loop."""
    out: list[str] = []
    for _, group in itertools.groupby(enumerate(row), lambda one: (one[1][2], int(one[1][3]) - one[0])):
        mine = [one for _, one in group]
        indent, who, first = mine[0].group(1, 2, 3)
        calls = ", ".join(one[4] for one in mine)
        loop = [f"{indent}for n, call in enumerate([{calls}], {first}):", f"{indent}    see({who}, n, call)"]
        out += loop if len(mine) > _LEAST else [one[0] for one in mine]
    return out


def _reads(lines: Iterable[str], *, width: int) -> list[str]:
    """Return *lines* with attributes that are only read, one after the other, in rows of at most *width*."""
    out: list[str] = []
    indent = None
    for line in lines:
        read = _READ.fullmatch(line)
        row = f"{out[-1]}, {read[2]}" if read and read[1] == indent else ""
        if row and len(row) <= width:
            out[-1] = row
        else:
            out.append(line)
        indent = read[1] if read else None
    return out


def listed(parts: Sequence[str]) -> str | None:
    """Return a list with the source *parts* as a comprehension, if they are that much alike."""
    if len(parts) < _LEAST + 1 or any("\n" in part or " for n in " in part for part in parts):
        return None
    runs = _run_length(parts, 0, 1)
    if runs != len(parts):
        return None
    told = _told(parts, 1, runs, simple=True)
    return f"[{told[1][0]} {told[0]}]" if told else None


def _units(lines: Sequence[str]) -> list[str]:
    """Return statements: a line, with those that are indented under it."""
    units: list[str] = []
    for line in lines:
        if line[:1] == " " and units:
            units[-1] += f"\n{line}"
        else:
            units.append(line)
    return units


def _loop_at(units: Sequence[str], at: int) -> tuple[list[str], int]:
    """Return the loop that the units from *at* on are, and how many they are; nothing if they are none."""
    best: tuple[list[str], int] = ([], 0)
    for period in range(1, _LONGEST + 1):
        runs = _run_length(units, at, period)
        while runs >= _LEAST and runs * period > best[1]:
            told = _told(units[at : at + runs * period], period, runs)
            if told is not None:
                head, body = told
                inner = [f"    {line}" for unit in body for line in unit.split("\n")]
                best = ([f"{head}:", *inner], runs * period)
                break
            runs -= 1
    return best


def _run_length(units: Sequence[str], at: int, period: int) -> int:
    """Return how often the *period* units at *at* stand there in a row, but for numbers."""
    first = [_masked(unit) for unit in units[at : at + period]]
    runs = 0
    while [_masked(one) for one in units[at + runs * period : at + (runs + 1) * period]] == first:
        runs += 1
        if len(first) < period:
            return 0
    return runs


def _masked(unit: str) -> str:
    return _NUMBER.sub("#", unit)


def _told(
    units: Sequence[str], period: int, runs: int, *, simple: bool = False
) -> tuple[str, list[str]] | None:
    """Return the head of a loop over all *units*, and the units in it; None if no plain loop does it."""
    text = "\0".join(units[:period])
    starts = [match.start() for match in _NUMBER.finditer(text)]
    columns = list(
        zip(
            *(
                [int(found) for found in _NUMBER.findall("\0".join(units[n * period : (n + 1) * period]))]
                for n in range(runs)
            ),
            strict=True,
        )
    )
    name = "k" if "for n in " in text else "n"
    written: list[str] = []
    odd: list[tuple[int, ...]] = []
    label = ""
    for start, column in zip(starts, columns, strict=True):
        constant = len(set(column)) == 1
        if not constant and any(text[:start].count(mark) % 2 for mark in "'\""):
            return None
        step = column[1] - column[0]
        if constant:
            written.append(str(column[0]))
        elif all(b - a == step for a, b in itertools.pairwise(column)):
            written.append(_affine(name, step, column[0], base=simple))
        elif simple or (odd and odd != [column]):
            return None
        else:
            odd = [column]
            before = text[:start]
            label = "size" if _SIZE.search(before) else "number"
            written.append(label)
    places = iter(written)
    body = _NUMBER.sub(lambda _: next(places), text).split("\0")
    counts = any(re.search(rf"\b{name}\b", one) for one in written)
    if simple:
        return _ranged(units, columns, text)
    if odd:
        values = ", ".join(map(str, odd[0]))
        head = f"{name}, {label} in enumerate([{values}])" if counts else f"{label} in [{values}]"
        return f"for {head}", body
    return f"for {name if counts else '_'} in range({runs})", body


def _ranged(
    units: Sequence[str], columns: Sequence[tuple[int, ...]], text: str
) -> tuple[str, list[str]] | None:
    """Return a comprehension that counts from where the first of *units* does."""
    rising = [column for column in columns if len(set(column)) > 1]
    if not rising or any(column != rising[0] for column in rising) or rising[0][1] - rising[0][0] != 1:
        return None
    places = iter(len(set(column)) > 1 for column in columns)
    body = _NUMBER.sub(lambda found: "n" if next(places) else found[0], text)
    first = rising[0][0]
    bounds = f"{first}, {first + len(units)}" if first else f"{len(units)}"
    return f"for n in range({bounds})", [body]


def _affine(name: str, step: int, start: int, *, base: bool) -> str:
    """Return the number that begins with *start* and rises by *step*."""
    if base:
        return name
    factor = name if step == 1 else f"{step} * {name}"
    return f"{start} + {factor}" if start else factor


def gathered(lines: Sequence[str], processes: Collection[str]) -> list[str]:
    """Return *lines* with three or more in a row, that start or join one of *processes* each, as a loop."""
    out: list[str] = []
    row: list[re.Match[str]] = []
    for line in [*lines, ""]:
        match = _ON_ONE.fullmatch(line)
        if match is not None and match[1] not in processes:
            match = None
        if row and (match is None or match[2] != row[0][2]):
            many = [f"for one in ({', '.join(one[1] for one in row)}):", f"    one.{row[0][2]}()"]
            out += many if len(row) > 2 else [one[0] for one in row]
            row = []
        if match is None:
            out += [line] if line else []
        else:
            row.append(match)
    return out
