"""Alike lines as loops, alike parts as comprehensions."""

import pytest

from mpconform_reports.reproduction_folds import closely, folded, gathered, listed


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


def test_attributes_that_are_only_read_stand_closely() -> None:
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

    assert closely(lines, width=100) == [
        "def run():", "    c.pid, c.name", "    c.start()", "    me.x", "    if me:", "        me.z",
    ]  # fmt: skip
    assert closely(["    c.pid"] * 4, width=16) == ["    c.pid, c.pid"] * 2


def test_things_that_are_made_alike_are_made_in_one_line() -> None:
    """Under their names, as far as they differ in numbers; what uses what was made before stands alone."""
    alike = [f"    r_{n} = pool.apply(work, [{1000 * n}])" for n in range(3, 6)]

    assert closely(["def run():", *alike, "    pool.close()"], width=100) == [
        "def run():",
        "    (r_3, r_4, r_5) = [pool.apply(work, [3000 + 1000 * n]) for n in range(3)]",
        "    pool.close()",
    ]
    for others in (
        alike[:2],
        ["    a = f(a, 1)", "    b = f(a, 2)", "    c = f(a, 3)"],
        ["    a = f(1)"] * 3,
    ):
        assert closely(others, width=100) == others


def test_calls_that_are_noted_step_by_step_are_a_loop() -> None:
    """Of one process, one step after the other, without arguments; three are written as they are."""
    noted = [f'    see("p0", {n}, r_{n}.get)' for n in range(7, 11)]

    assert closely(noted, width=100) == [
        "    for n, call in enumerate([r_7.get, r_8.get, r_9.get, r_10.get], 7):",
        '        see("p0", n, call)',
    ]
    for others in (noted[:3], [*noted[:2], *noted[3:]], [line.replace("get", "get, 1") for line in noted]):
        assert closely(others, width=100) == others
    assert closely([*noted[:2], "    x()", *noted[2:]], width=100) == [*noted[:2], "    x()", *noted[2:]]
