"""Windows: which lines of a source can be executed on Windows only."""

import ast

__all__ = ("lines",)

#: Names that are true, or false, wherever the system is not Windows.
_FALSE = frozenset({"_winapi", "WINEXE", "WINSERVICE"})
_TRUE = frozenset({"_USE_POSIX"})
#: What some expressions are compared with, and whether they are equal to it.
_EQUALS = {
    ("sys.platform", "win32"): False,
    ("os.name", "nt"): False,
    ("os.name", "posix"): True,
    ("family", "AF_PIPE"): False,
    ("self._family", "AF_PIPE"): False,
}


def lines(source):
    """Return the lines of *source* that only Windows executes, and those that choose between systems."""
    found, choices = set(), set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.If):
            holds = _holds(node.test)
            if holds is not None:
                choices.add(node.lineno)
            for statement in {True: node.orelse, False: node.body, None: ()}[holds]:
                found |= _span(statement)
        elif isinstance(node, ast.ImportFrom) and node.module == "_winapi":
            found |= _span(node)
    return found, choices


def _span(node):
    return set(range(node.lineno, node.end_lineno + 1))


def _holds(test, *, alone=True):
    """Return whether *test* holds where the system is not Windows; None if that is not known."""
    if isinstance(test, ast.BoolOp):
        parts = {_holds(part, alone=False) for part in test.values}
        decides = isinstance(test.op, ast.Or)
        return decides if decides in parts else None if None in parts else not decides
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        holds = _holds(test.operand, alone=alone)
        return None if holds is None else not holds
    if isinstance(test, ast.Compare) and len(test.ops) == 1 and isinstance(test.comparators[0], ast.Constant):
        value = test.comparators[0].value
        # Together with the system: a family that is refused elsewhere.
        equal = None if value == "AF_PIPE" and not alone else _EQUALS.get((_dotted(test.left), value))
        return None if equal is None else equal == isinstance(test.ops[0], ast.Eq)
    name = _dotted(test)
    return True if name in _TRUE else False if name in _FALSE else None


def _dotted(node):
    if isinstance(node, ast.Attribute):
        return "%s.%s" % (_dotted(node.value), node.attr)
    return node.id if isinstance(node, ast.Name) else ""
