"""The story and the witness of every kind of violation that a judge of columns finds, as reviewed."""

import re
from pathlib import Path
from typing import Any

import pytest

import mpconform.linear
from mpconform.linear.foreign import Builder, Line
from mpconform.linear.judge import Settings, judge, specialised
from mpconform.linear.spending import Budget
from mpconform.linear.stream import begun
from stories import reviewed

TOLD = reviewed("linear")


def op(process: str, name: str, begin: int, end: int | None, arg: Any = None, ret: Any = None) -> Line:
    return Line(process=process, op=name, arg=arg, ret=ret, t_invoke=begin, t_return=end)


def put(process: str, value: Any, begin: int, end: int | None, *, full: bool = False) -> Line:
    return op(process, "put", begin, end, value, {"raised": "Full"} if full else None)


def get(process: str, value: Any, begin: int, end: int | None) -> Line:
    return op(process, "get", begin, end, None, value)


EMPTY = {"raised": "Empty"}
TWO = (put("p0", 1, 0, 10), put("p1", 2, 12, 27))
HELD = op("a", "acquire", 0, 10, ret=True)

#: Model, what is known of the object, the operations; the kind, and which of them prove it.
STORIES: dict[str, tuple[str, Settings, tuple[Line, ...], str, tuple[int, ...]]] = {
    "a value that overtook another": (
        "queue",
        Settings(),
        (*TWO, get("c1", 2, 30, 31), get("c0", 1, 60, 61)),
        "overtaken",
        (0, 1, 3, 2),
    ),
    "a value that was passed over": (
        "queue",
        Settings(),
        (*TWO, get("c1", 2, 30, 31)),
        "passed-over",
        (0, 1, 2),
    ),
    "more values passed over than gets can have taken": (
        "queue",
        Settings(),
        (*TWO, put("p0", 3, 30, 31), get("c1", 3, 40, 41), get("c2", None, 35, None)),
        "passed-over",
        (1, 2, 3),
    ),
    "a value that was got twice": (
        "queue",
        Settings(),
        (TWO[0], get("c0", 1, 20, 30), get("c1", 1, 40, 50)),
        "got-twice",
        (0, 1, 2),
    ),
    "a value that nobody put": (
        "queue",
        Settings(),
        (TWO[0], get("c0", 7, 20, 30)),
        "invented",
        (1,),
    ),
    "a value that was got before it was put": (
        "queue",
        Settings(),
        (put("p0", "x", 20, 30), get("c0", "x", 0, 10)),
        "got-too-early",
        (0, 1),
    ),
    "Empty although one value after the other was there": (
        "queue",
        Settings(),
        (*TWO, get("c0", 1, 30, 31), get("c0", 2, 60, 61), op("c1", "get", 25, 40, None, EMPTY)),
        "empty-though-filled",
        (4, 0, 1),
    ),
    "Empty although a value was there that nobody ever got": (
        "queue",
        Settings(),
        (TWO[0], op("c1", "get", 25, 40, None, EMPTY)),
        "empty-though-filled",
        (1, 0),
    ),
    "a queue that holds too many": (
        "queue",
        Settings(capacity=1),
        (TWO[0], put("p1", 2, 0, 12), get("c0", 1, 20, 30), get("c0", 2, 40, 50)),
        "overfull",
        (0, 1),
    ),
    "Full although there was room": (
        "queue",
        Settings(capacity=2),
        (TWO[0], put("p1", 9, 12, 15, full=True)),
        "full-though-not",
        (1,),
    ),
    "a value that nobody wrote": (
        "register",
        Settings(),
        (op("w", "write", 0, 10, "a"), op("r", "read", 20, 30, None, "b")),
        "invented",
        (1,),
    ),
    "a value that was read before it was written": (
        "register",
        Settings(),
        (op("r", "read", 0, 5, None, "a"), op("w", "write", 10, 20, "a")),
        "read-too-early",
        (1, 0),
    ),
    "a register that changed back": (
        "register",
        Settings(),
        (
            op("w", "write", 0, 10, "a"),
            op("w", "write", 11, 20, "b"),
            op("r", "read", 21, 30, None, "b"),
            op("r", "read", 31, 40, None, "a"),
        ),
        "changed-back",
        (0, 3, 1, 2),
    ),
    "a register that forgot what was written": (
        "register",
        Settings(value="old"),
        (op("w", "write", 0, 10, "a"), op("r", "read", 40, 50, None, "old")),
        "changed-back",
        (1, 0),
    ),
    "a count that cannot be": (
        "counter",
        Settings(value=5),
        (op("a", "add", 0, 10), op("b", "read", 20, 30, None, 7)),
        "invented",
        (1,),
    ),
    "a count before its time": (
        "counter",
        Settings(),
        (op("a", "add", 20, 30), op("b", "read", 0, 10, None, 1)),
        "read-too-early",
        (1,),
    ),
    "an update that was lost": (
        "counter",
        Settings(),
        (op("a", "add", 0, 10), op("b", "add", 0, 12), op("c", "read", 20, 30, None, 1)),
        "lost-update",
        (1, 2),
    ),
    "a counter that went back": (
        "counter",
        Settings(),
        (op("a", "add", 0, None), op("b", "read", 0, 10, None, 1), op("c", "read", 20, 30, None, 0)),
        "went-back",
        (1, 2),
    ),
    "a lock that two held": (
        "lock",
        Settings(),
        (HELD, op("b", "acquire", 5, 15, ret=True), op("a", "release", 20, 30)),
        "held-by-two",
        (0, 2, 1),
    ),
    "a lock that was acquired although it was never released": (
        "lock",
        Settings(),
        (HELD, op("b", "acquire", 15, 25, ret=True)),
        "held-by-two",
        (0, 1),
    ),
    "a lock that was refused although it was free": (
        "lock",
        Settings(),
        (HELD, op("a", "release", 20, 30), op("b", "acquire", 31, 40, ret=False)),
        "refused-though-free",
        (2,),
    ),
    "a semaphore that admitted too many": (
        "semaphore",
        Settings(value=2),
        (HELD, op("b", "acquire", 0, 11), op("c", "acquire", 0, 12)),
        "over-admitted",
        (0, 1, 2),
    ),
    "a semaphore that was refused although there was room": (
        "semaphore",
        Settings(value=2),
        (HELD, op("b", "acquire", 20, 30, ret=False)),
        "refused-though-free",
        (1,),
    ),
    "an answer that no order explains": (
        "list",
        Settings(),
        (
            op("a", "append", 0, 10, 1),
            op("b", "append", 0, 12, 2),
            op("c", "read", 20, 30, None, [1, 2]),
            op("c", "pop", 31, 40, 0, 2),
        ),
        "no-order",
        (0, 1, 2, 3),
    ),
    "an answer of one key that no order explains": (
        "dict",
        Settings(),
        (
            op("a", "set", 0, 10, ["k", 1]),
            op("a", "set", 11, 12, ["j", 1]),
            op("b", "get", 20, 30, "k", None),
        ),
        "no-order",
        (0, 2),
    ),
    "an answer that cannot be the first": (
        "namespace",
        Settings(),
        (op("a", "delete", 0, 10, "x"),),
        "no-order",
        (0,),
    ),
    "a value that was put twice": (
        "queue",
        Settings(),
        (TWO[0], put("p1", 1, 12, 27)),
        "ambiguous",
        (0, 1),
    ),
    "a value that was written twice": (
        "register",
        Settings(),
        (op("w", "write", 0, 10, "a"), op("v", "write", 5, 15, "a")),
        "ambiguous",
        (0, 1),
    ),
    "a value that was there at first and was written": (
        "register",
        Settings(value="a"),
        (op("w", "write", 0, 10, "a"),),
        "ambiguous",
        (0,),
    ),
    "a lock that another released": (
        "lock",
        Settings(),
        (HELD, op("b", "release", 20, 30)),
        "released-by-another",
        (1,),
    ),
}


@pytest.mark.parametrize("name", STORIES)
def test_a_violation_is_told(name: str) -> None:
    """Who did what, from when to when, and why that cannot be; with the operations that prove it."""
    model, settings, lines, kind, witness = STORIES[name]
    builder = Builder(model)
    for line in lines:
        builder.add(line, "h")
    columns = builder.columns()

    found = specialised(columns, settings) or judge(columns, settings)

    assert (found.kind, found.witness) == (kind, witness)
    assert found.story == TOLD[f"{name} ({kind})"]
    assert found.legal is (None if kind in ("ambiguous", "released-by-another") else False)


def test_a_spent_budget_is_told() -> None:
    """What was explored, and what ran out."""
    builder = Builder("list")
    for line in (*(op(f"p{n}", "append", 0, 100, n) for n in range(9)), op("r", "len", 0, 100, None, 10)):
        builder.add(line, "h")

    found = judge(builder.columns(), Settings(budget=Budget(steps=1_000)))

    assert found.story == TOLD["a budget that is spent"]


def test_a_stream_without_quiescent_points_is_told() -> None:
    """What to do about it."""
    judging = begun("queue", window=2)
    judging._largest = 3
    for n in range(3):
        judging.add(put("p", n, 10 * n, 10 * n + 15), "h")

    assert judging.end().story == TOLD["a stream that cannot be cut"]


def test_an_answer_of_a_stream_that_no_order_explains_is_told() -> None:
    """By what came before it and beside it."""
    judging = begun("dict")
    judging.add(op("a", "set", 0, 10, ["k", 1]), "h")
    judging.add(op("b", "get", 20, 30, "k", 2), "h")

    assert judging.end().story == TOLD["an answer of a stream that no order explains"]


def test_every_kind_has_a_story() -> None:
    """A kind that is new, is reviewed here."""
    folder = Path(mpconform.linear.__path__[0])
    sources = "".join(path.read_text("utf-8") for path in folder.glob("*.py"))

    kinds = set(re.findall(r'kind="([a-z-]+)"', sources)) - {"stable"}  # how numpy sorts

    assert kinds == {kind for _, _, _, kind, _ in STORIES.values()} | {"never-quiescent"}
    assert len(TOLD) == len(STORIES) + 3
