"""Write docs/breadth.md: how much of multiprocessing a run executes, and what it never does, and why.

Usage: python tests/breadth/write.py RUN_FOLDER docs/breadth.md

The run is one of ``mpconform run --backend-coverage``, which must have ended.  Why something is not reached,
stands in unreached.toml beside this file; what is neither reached nor there, is listed as a gap.
"""

import ast
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import msgspec

from mpconform.events import BackendRow, CoverageEvent, ModuleRow
from mpconform_reports import breadth
from mpconform_reports.record import Record, read

REASONS = Path(__file__).with_name("unreached.toml")


class Reason(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Why *lines* of *function* in *module* are not reached; all of it, if no lines are named.

    The module's own code, outside of functions, has no name.
    """

    module: str
    why: str
    function: str = ""
    lines: tuple[str, ...] = ()


class Place(msgspec.Struct, frozen=True, order=True):
    """A line that was not executed, or was never left for another one."""

    module: str
    number: int
    function: str
    text: str
    way: str = ""


def reasons(path: Path = REASONS) -> tuple[Reason, ...]:
    """What stands in the file of reasons."""
    return msgspec.toml.decode(path.read_bytes(), type=dict[str, tuple[Reason, ...]]).get("unreached", ())


def functions(source: str) -> list[tuple[int, int, str]]:
    """The first and last line and the name, such as ``Process.join``, of each function in *source*."""
    found: list[tuple[int, int, str]] = []

    def visit(node: ast.AST, names: tuple[str, ...]) -> None:
        for child in ast.iter_child_nodes(node):
            inner = names
            if isinstance(child, (ast.FunctionDef, ast.ClassDef)):
                inner = (*names, child.name)
                if isinstance(child, ast.FunctionDef):
                    first = min([child.lineno, *(one.lineno for one in child.decorator_list)])
                    assert child.end_lineno is not None
                    found.append((first, child.end_lineno, ".".join(inner)))
            visit(child, inner)

    visit(ast.parse(source), ())
    return found


def function_at(number: int, known: Iterable[tuple[int, int, str]]) -> str:
    """The innermost of *known* functions whose body has line *number*; empty if there is none."""
    return max((one for one in known if one[0] < number <= one[1]), default=(0, 0, ""))[2]


def places(row: ModuleRow, source: str) -> Iterator[Place]:
    """What of one module was not reached: lines, and branches between lines that both were."""
    known, text = functions(source), source.splitlines()

    def place(number: int, way: str = "") -> Place:
        return Place(row.name, number, function_at(number, known), text[number - 1].strip(), way)

    for number in row.missing:
        yield place(number)
    for begin, end in row.untaken:
        if begin not in row.missing and end not in row.missing:
            way = "never ends there" if end < 0 else f"never goes on with `{text[end - 1].strip()}`"
            yield place(begin, way)


def explains(reason: Reason, place: Place) -> bool:
    """Whether *reason* is about *place*."""
    return (reason.module, reason.function) == (place.module, place.function) and (
        not reason.lines or place.text in reason.lines
    )


def page(record: Record, why: Sequence[Reason]) -> str:
    """The whole of docs/breadth.md."""
    table = breadth.tables(record)[0]
    event = next(one for one in record.coverage if one.modules and set(one.backends) == set(table.backends))
    header = record.header
    row = header.backends[0]
    introduction = _template("introduction").format(
        percent=table.whole.percent,
        backends=", ".join(f"`{backend}`" for backend in table.backends),
        command=_command(header.command),
        implementation=row.implementation,
        python=row.python,
        version=_version(row),
        scenarios=sum(campaign.scenarios for campaign in record.campaigns),
        seconds=record.footer.seconds if record.footer else 0,
        heads="".join(f" {backend.partition(':')[2]} |" for backend in table.backends),
        rules="---:|" * len(table.backends),
        table="\n".join(
            f"| {_cell(one.name)} | {one.lines[0]} of {one.lines[1]} "
            f"| {one.branches[0]} of {one.branches[1]} | {one.percent} | {' | '.join(one.each)} |"
            for one in (table.whole, *table.rows)
        ),
    )
    return introduction + "\n" + _unreached(event, why)


def _unreached(event: CoverageEvent, why: Sequence[Reason]) -> str:
    found = [
        place
        for row in event.modules
        for place in sorted(places(row, Path(row.file).read_text(encoding="utf-8")))
    ]
    explained: dict[Reason, list[Place]] = {}
    gaps: dict[tuple[str, str], list[Place]] = {}
    for place in found:
        reason = next((one for one in why if explains(one, place)), None)
        if reason:
            explained.setdefault(reason, []).append(place)
        else:
            gaps.setdefault((place.module, place.function), []).append(place)
    rows = [
        *(_line(of, reason.why) for reason, of in explained.items()),
        *(_line(of, "*not reached by this run, and no reason why not*") for of in gaps.values()),
    ]
    number = sum(map(len, gaps.values()))
    return _template("unreached").format(
        reasons=len(found) - number,
        gaps=f"{number} more were not reached by this run" if number else "there are no others",
        rows="\n".join(sorted(rows)),
    )


def _line(found: Sequence[Place], why: str) -> str:
    first = found[0]
    whats = list(dict.fromkeys(_what(place) for place in found))
    what = "<br>".join([*whats[:3], *([f"and {len(whats) - 3} more"] if len(whats) > 3 else [])])
    where = f"`{first.function}`" if first.function else "the module itself"
    return f"| {first.module} | {where} | {what} | {why} |"


def _what(place: Place) -> str:
    return f"`{_cell(place.text)}`" + (f" {_cell(place.way)}" if place.way else "")


def _template(name: str) -> str:
    """What the part *name* of the page says, with places for figures."""
    return Path(__file__).with_name(f"{name}.md").read_text(encoding="utf-8")


def _cell(text: str) -> str:
    return text.replace("|", r"\|")


def _version(row: BackendRow) -> str:
    return f"{row.module} {row.version}"


def _command(command: str) -> str:
    """*command* without the place where its report went."""
    words = command.split()
    pairs = zip(["", *words], words, strict=False)
    kept = [word for before, word in pairs if "--out" not in (before, word) and word != "--overwrite"]
    return " ".join(kept)


def main(arguments: Iterable[str]) -> str | None:
    """Write the page; return what is wrong, or None."""
    folder, target = map(Path, arguments)
    record = read(folder)
    if not record.coverage:
        return f"{folder} is no run with --backend-coverage"
    target.write_text(page(record, reasons()), encoding="utf-8")
    return None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
