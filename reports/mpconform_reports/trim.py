"""Trim: the text of a program without the definitions that nothing in it uses."""

import ast
import re
import sys
from collections.abc import Iterable, Sequence

__all__ = ("trimmed", "without_comments")

_WORD = re.compile(r"\w+")
_LONG_STRING = re.compile(r"\"\"\"|'''")
_COMMENTS = re.compile(r"^ *#.*\n", re.MULTILINE)


def trimmed(source: str, *, elsewhere: Iterable[str] = (), keep: str = "", dense: bool = False) -> str:
    """Return *source* without functions, classes, constants and imports whose names it does not use.

    Plain imports in a row become one; a *dense* text has no empty lines.  What the texts
    *elsewhere* name is used; so is the top-level module *keep*, whose import the program may be about.  A
    name counts as used wherever it stands as a word, in a string too, but for what is only called so: keys,
    and questions.  A text that is no Python is returned as it is.
    """
    try:
        nodes = ast.parse(source).body
    except SyntaxError:
        return source
    others = "\n".join(elsewhere)
    idle = _only_set(source, nodes, others)
    if idle:
        lines = [line for at, line in enumerate(source.splitlines(), 1) if at not in idle]
        return trimmed("\n".join(lines) + "\n", elsewhere=[others], keep=keep, dense=dense)
    parts = _parts(source.splitlines(), nodes)
    names = [_names(node, keep) for node in nodes]
    used = [_used(node) for node in nodes]
    named_elsewhere = {*_WORD.findall(others)}
    kept = list(range(len(nodes)))
    again = True
    while again:
        again = False
        for at in [at for at in kept if names[at]]:
            rest = named_elsewhere.union(*(used[other] for other in kept if other != at))
            if rest.isdisjoint(names[at]):
                kept.remove(at)
                again = True
    return _joined(_imported_once([(nodes[at], parts[at]) for at in kept], keep), dense=dense)


def without_comments(source: str) -> str:
    """Return *source* without the lines that are comments; one with strings of several lines as it is."""
    return source if _LONG_STRING.search(source) else _COMMENTS.sub("", source)


def _used(node: ast.stmt) -> set[str]:
    """Return the names that *node* uses, and the words of its strings."""
    found: set[str] = set()
    calls_so = {id(one) for part in ast.walk(node) for one in _only_called_so(part)}
    for part in ast.walk(node):
        match part:
            case ast.Name(id=name) | ast.Attribute(attr=name):
                found.add(name)
            case ast.Global(names=names) | ast.Nonlocal(names=names):
                found.update(names)
            case ast.Constant(value=str(text)) if id(part) not in calls_so:
                found.update(_WORD.findall(text))
    return found


def _only_called_so(part: ast.AST) -> list[ast.expr]:
    """Return the strings in *part* that are keys, or what a question is called."""
    match part:
        case ast.Subscript(slice=key):
            return [key]
        case ast.Call(func=ast.Name(id="ask" | "tell"), args=[question, *_]):
            return [question]
    return []


def _parts(lines: Sequence[str], nodes: Sequence[ast.stmt]) -> list[str]:
    """Return the text of each node, with the comments that stand before it."""
    found = []
    begin = 0
    for node in nodes:
        end = node.end_lineno or node.lineno
        found.append("\n".join(lines[begin:end]).strip("\n"))
        begin = end
    return found


def _names(node: ast.stmt, keep: str) -> list[str]:
    """Return the names that *node* defines, if it does nothing else."""
    match node:
        case ast.FunctionDef(name=name, decorator_list=[]) | ast.ClassDef(name=name, decorator_list=[]):
            return [name]
        case ast.Assign(targets=[ast.Name(id=name)], value=value) if _is_plain(value):
            return [name]
        case ast.Import(names=aliases):
            roots = {alias.name.partition(".")[0] for alias in aliases}
            if keep not in roots and roots <= sys.stdlib_module_names:
                return [alias.asname or alias.name.partition(".")[0] for alias in aliases]
    return []


def _is_plain(value: ast.expr) -> bool:
    """Return whether *value* is made without asking anybody: of constants, names and functions."""
    match value:
        case ast.Constant() | ast.Name() | ast.Lambda():
            return True
        case ast.Dict(keys=keys, values=values):
            return all(key is not None and _is_plain(key) for key in keys) and all(map(_is_plain, values))
        case ast.Tuple(elts=parts) | ast.List(elts=parts) | ast.Set(elts=parts):
            return all(map(_is_plain, parts))
        case ast.Call(func=ast.Attribute(value=ast.Constant(), attr="split"), args=[], keywords=[]):
            return True
    return False


def _only_set(source: str, nodes: Sequence[ast.stmt], others: str) -> set[int]:
    """Return the lines that set a constant behind a guard which nothing ever reads."""
    found: set[int] = set()
    for guard in nodes:
        for node in guard.body if isinstance(guard, ast.If) and len(guard.body) > 1 else ():
            match node:
                case ast.Assign(targets=[ast.Name(id=name)], value=ast.Constant()):
                    sets = len(re.findall(rf"^ *{name} = ", source, re.MULTILINE))
                    if len(re.findall(rf"\b{name}\b", source + others)) == sets:
                        found.update(range(node.lineno, (node.end_lineno or node.lineno) + 1))
    return found


def _imported_once(kept: Sequence[tuple[ast.stmt, str]], keep: str) -> list[tuple[ast.stmt, str]]:
    """Return *kept* with plain imports in a row as one, each module once."""
    found: list[tuple[ast.stmt, str]] = []
    known: set[str] = set()
    row: list[str] = []
    for node, part in kept:
        if not (isinstance(node, ast.Import) and part == ast.unparse(node) and _names(node, keep)):
            row = []
            found.append((node, part))
            continue
        fresh = [name for name in part.removeprefix("import ").split(", ") if name not in known]
        known.update(fresh)
        row += fresh
        if len(row) > len(fresh) > 0:
            found[-1] = (node, f"import {', '.join(row)}")
        elif fresh:
            found.append((node, f"import {', '.join(row)}"))
    return found


def _joined(kept: Sequence[tuple[ast.stmt, str]], *, dense: bool) -> str:
    """Return the text of all nodes, with an empty line around definitions and blocks unless it is *dense*."""
    text = ""
    before: ast.stmt | None = None
    for node, part in kept:
        blocks = (ast.FunctionDef, ast.ClassDef, ast.If, ast.For, ast.While, ast.With, ast.Try)
        apart = not dense and (isinstance(node, blocks) or isinstance(before, blocks))
        text += ("\n\n" if apart else "\n") * bool(text) + part
        before = node
    # What may be in a string of several lines, stays as it is.
    return (re.sub(r"\n{2,}", "\n", text) if dense and not _LONG_STRING.search(text) else text) + "\n"
