"""Reproduction scripts that still have too many lines: with several short statements on one.

Nothing but the layout changes: it is the same program, statement for statement, and any formatter of Python
makes the long form of it.  It is the last resort of scripts whose scenario could hardly be shrunk.
"""

import ast
import io
import tokenize
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

__all__ = ("packed",)

_Head = ast.FunctionDef | ast.ClassDef | ast.For | ast.While | ast.If | ast.With | ast.Try | ast.ExceptHandler
#: The functions that the scenario itself is written in begin so; the others are much the same in all scripts.
_OF_SCENARIO = ("run_", "wrong")
#: Rows have at least so many characters, and more only where these do not do.
_LEAST_WIDTH = 70


@dataclass(frozen=True)
class _Line:
    """A line of a script: *code* without the *comment* at its end; none of both if it was moved up."""

    code: str
    comment: str = ""

    def __str__(self) -> str:
        return f"{self.code}  {self.comment}" if self.code and self.comment else self.code + self.comment


def packed(text: str, *, most: int, width: int) -> str:
    """Return the script *text* with at most *most* lines, or as few as can be where that is not enough.

    No line that is made has more than *width* characters, and fewer where these will do.  The functions of
    the scenario are packed before the others.  Comments stay at the end of the line that has their statement,
    as long as that leaves room.  A text that is no Python is returned as it is.
    """
    try:
        whole = ast.parse(text).body
    except SyntaxError:
        return text
    scenario = [node for node in whole if getattr(node, "name", "").startswith(_OF_SCENARIO)]
    commented, bare = (_lines(text, comments=comments) for comments in (True, False))
    for nodes, lines in ((scenario, commented), (whole, commented), (whole, bare)):
        blocks = list(_blocks(nodes))
        heads = [node for top in nodes for node in ast.walk(top) if isinstance(node, _Head)]
        for room in range(_LEAST_WIDTH, width + 1, 10):
            found = _packed(lines, blocks, heads, room)
            if len(found) <= most + 1:
                return "\n".join(found)
    return "\n".join(found)


def _packed(
    lines: Sequence[_Line], blocks: Sequence[Sequence[ast.stmt]], heads: Sequence[_Head], width: int
) -> list[str]:
    """Return *lines* with the statements of *blocks*, and those behind *heads*, in rows of that *width*."""
    left: list[_Line | None] = [*lines]
    for block in blocks:
        _in_rows(block, left, width)
    for node in heads:
        _behind_head(node, left, width)
    return [str(line) for line in left[1:] if line is not None]


def _lines(text: str, *, comments: bool) -> list[_Line]:
    """Return the lines of *text*, which count from one; without *comments*, only heads have theirs."""
    lines = [_Line(line) for line in ["", *text.split("\n")]]
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT:
            (row, column), whole = token.start, token.line
            code = whole[:column].rstrip()
            lines[row] = _Line(code, token.string if comments or code.endswith(":") else "")
    return lines


def _blocks(nodes: Sequence[ast.stmt]) -> Iterator[Sequence[ast.stmt]]:
    """Yield all blocks of statements in *nodes*, and these themselves."""
    yield nodes
    for top in nodes:
        for node in ast.walk(top):
            for name in ("body", "orelse", "finalbody"):
                block = getattr(node, name, None)
                if isinstance(block, list):
                    yield block


def _in_rows(block: Sequence[ast.stmt], lines: list[_Line | None], width: int) -> None:
    """Put simple statements of *block* that follow each other, of one line each, in rows."""
    head = 0
    for before, node in zip([None, *block], block, strict=False):
        follows = before is not None and before.end_lineno == node.lineno - 1
        if not _is_plain(node):
            head = 0
        elif not (head and follows and _moved_up(lines, head, node.lineno, "; ", width)):
            head = node.lineno
        row = lines[head]
        if row is not None and row.comment:
            head = 0  # That is of what stands last in the row.


def _is_plain(node: ast.stmt) -> bool:
    """Return whether *node* is a simple statement on one line."""
    return not hasattr(node, "body") and node.lineno == node.end_lineno


def _behind_head(node: _Head, lines: list[_Line | None], width: int) -> None:
    """Put the body of *node* behind its head, if it is one row."""
    first, last = node.body[0].lineno, node.body[-1].end_lineno or 0
    head = lines[first - 1]
    ends = head is not None and head.code.endswith(":")
    if ends and all(map(_is_plain, node.body)) and not any(lines[first + 1 : last + 1]):
        _moved_up(lines, first - 1, first, " ", width)


def _moved_up(lines: list[_Line | None], to: int, at: int, between: str, width: int) -> bool:
    """Put line *at* at the end of line *to*, if both fit in *width*; return whether it was done."""
    upper, lower = lines[to], lines[at]
    if upper is None or lower is None or (upper.comment and lower.comment):
        return False
    both = _Line(upper.code + between + lower.code.lstrip(), upper.comment or lower.comment)
    if len(str(both)) > width:
        return False
    lines[to], lines[at] = both, None
    return True
