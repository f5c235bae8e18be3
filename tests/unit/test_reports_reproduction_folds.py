"""Alike lines as loops, alike parts as comprehensions."""

import pytest

from mpconform_reports.reproduction_folds import folded, gathered, in_rows, listed


def test_lines_that_count_up_are_a_loop() -> None:
    """Numbers that rise together are counted by one variable."""
    lines = [f'see("p0", {3 + n}, q.put, ("p0", {n}))' for n in range(4)]

    assert folded(lines) == ["for n in range(4):", '    see("p0", 3 + n, q.put, ("p0", n))']


def test_what_is_done_in_turn_is_one_loop() -> None:
    """A get and its task_done, five times."""
    lines = [
        line for n in range(5) for line in (f'see("w", {2 * n}, q.get)', f'see("w", {2 * n + 1}, q.done)')
    ]

    assert folded(lines) == [
        "for n in range(5):",
        '    see("w", 2 * n, q.get)',
        '    see("w", 1 + 2 * n, q.done)',
    ]


def test_sizes_are_listed() -> None:
    """Numbers without a rule are what the loop goes through."""
    lines = [f'a.send(item("p", {n}, {size}))' for n, size in enumerate((7, 0, 4096))]

    assert folded(lines) == ["for n, size in enumerate([7, 0, 4096]):", '    a.send(item("p", n, size))']


def test_two_lines_are_two_lines() -> None:
    """A loop of two would not be shorter."""
    assert folded(["q.get()", "q.get()", "x()"]) == ["q.get()", "q.get()", "x()"]
    assert folded(["q.get()"] * 3) == ["for _ in range(3):", "    q.get()"]


def test_a_loop_within_a_loop_counts_by_another_name() -> None:
    """The inner one is there already."""
    lines = [line for k in range(3) for line in ("for n in range(4):", f"    put({k}, n)")]

    assert folded(lines) == ["for k in range(3):", "    for n in range(4):", "        put(k, n)"]


@pytest.mark.parametrize(
    "lines", [["f('1')", "f('2')", "f('3')"], ["f(1)", "g(2)", "f(3)"], ["f(1, 1)", "f(4, 5)", "f(2, 4)"]]
)
def test_what_differs_in_more_than_numbers_stays(lines: list[str]) -> None:
    """Text in quotes, other calls, and two rows of numbers without a rule."""
    assert folded(lines) == lines


def test_a_list_that_counts_is_a_comprehension() -> None:
    """From wherever it counts; alike parts that do not count are left alone."""
    assert (
        listed([f'({n}, "square")' for n in range(3000, 3010)])
        == '[(n, "square") for n in range(3000, 3010)]'
    )
    assert listed(["0"] * 9) is None
    assert listed(["1", "2", "4", "8"]) is None
    assert listed(["1", "2"]) is None


def test_processes_are_started_in_a_loop_and_nothing_else_is() -> None:
    """A queue is joined as well, and is no process."""
    lines = ["p.start()", "c.start()", "d.start()", "q.join()", "p.join()", "c.join()"]

    assert gathered(lines, {"p", "c", "d"}) == [
        "for one in (p, c, d):",
        "    one.start()",
        "q.join()",
        "p.join()",
        "c.join()",
    ]


def test_attributes_that_are_only_read_stand_in_rows() -> None:
    """In their order, as far as a row is wide; what is called or set stands alone."""
    lines = [
        "def run():",
        "    c.pid",
        "    c.name",
        "    c.start()",
        "    me.x",
        "    if me:",
        "        me.z",
    ]

    assert in_rows(lines, width=100) == [
        "def run():", "    c.pid, c.name", "    c.start()", "    me.x", "    if me:", "        me.z",
    ]  # fmt: skip
    assert in_rows(["    c.pid"] * 4, width=16) == ["    c.pid, c.pid"] * 2
