"""Words for the stories of the judges: who did what, and from when to when, by the stamps of the history."""

from collections.abc import Iterable

from mpconform.linear.columns import OPEN, Columns
from mpconform.linear.objects import OBJECTS
from mpconform.wording import counted

__all__ = ("Teller", "counted", "listed")


def listed(words: Iterable[str]) -> str:
    """Return *words* as a list within a sentence: ``a, b and c``."""
    *first, last = words
    return f"{', '.join(first)} and {last}" if first else last


class Teller:
    """Tells the operations of a history; a row is one operation."""

    def __init__(self, columns: Columns) -> None:
        """Tell of *columns*."""
        self._columns = columns

    def who(self, row: int) -> str:
        """Return the process of *row*; one that has no name is called by its number."""
        number = int(self._columns.process[row])
        names = self._columns.processes
        return names[number] if names else f"process {number}"

    def span(self, row: int) -> str:
        """Return from when to when, as ``(12 to 27)``."""
        end = int(self._columns.returned[row])
        return f"({self.began(row)} to {end})" if end != OPEN else f"(since {self.began(row)})"

    def began(self, row: int) -> int:
        """Return the stamp at which *row* was invoked."""
        return int(self._columns.invoked[row])

    def ended(self, row: int) -> int:
        """Return the stamp at which *row* returned."""
        return int(self._columns.returned[row])

    def argument(self, row: int) -> str:
        """Return the argument of *row* as it would be written."""
        return repr(self._columns.value(int(self._columns.argument[row])))

    def call(self, row: int) -> str:
        """Return the operation of *row*, as its model names it, with what came of it."""
        columns = self._columns
        name = columns.codes[columns.code[row]]
        argument = columns.value(int(columns.argument[row]))
        shown = "" if argument is None else repr(argument)
        answer = columns.value(int(columns.answer[row]))
        silent = answer is None and not (
            columns.model in OBJECTS and OBJECTS[columns.model].forms[name].answers
        )
        match answer:
            case {"raised": error}:
                came = f", which raised {error}"
            case _:
                came = "" if silent else f", which answered {answer!r}"
        if columns.returned[row] == OPEN:
            came = ", which never returned"
        return f"{self.who(row)}'s {name}({shown}) {self.span(row)}{came}"

    def number(self, row: int) -> int:
        """Return the answer of *row*, of a model whose answers are the numbers that they are."""
        return int(self._columns.answer[row])

    def answer(self, row: int) -> str:
        """Return the answer of *row* as it would be written."""
        return repr(self._columns.value(int(self._columns.answer[row])))
