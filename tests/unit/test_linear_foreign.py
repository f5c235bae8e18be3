"""Histories of others: read line by line, refused with the line, written again for a second opinion."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from linear_search import history
from mpconform.errors import BadRecord, UsageError
from mpconform.linear.columns import columns_of, load, save
from mpconform.linear.forms import EXPORTS, export, read
from mpconform.linear.judge import CODES, MODELS, judge


def written(folder: Path, *lines: Any) -> Path:
    path = folder / "history.jsonl"
    path.write_text("".join(f"{json.dumps(line) if not isinstance(line, str) else line}\n" for line in lines))
    return path


def op(
    process: str, op: str, begin: int, end: int | None, arg: Any = None, ret: Any = None
) -> dict[str, Any]:
    return {"process": process, "op": op, "arg": arg, "ret": ret, "t_invoke": begin, "t_return": end}


def test_a_queue_of_anybody_is_judged(tmp_path: Path) -> None:
    """Values may be anything that JSON can say; Empty and Full are answers; None never returned."""
    path = written(
        tmp_path,
        op("p", "put", 0, 1, {"job": 1}),
        "",
        op("p", "put", 2, 3, [1, 2]),
        op("c", "get", 4, 5, ret=[1, 2]),
        op("c", "get", 6, 7, ret={"job": 1}),
        op("c", "get", 8, 9, ret={"raised": "Empty"}),
        op("c", "get", 10, None),
        op("p", "put", 11, 12, 7, {"raised": "Full"}),
    )

    found = judge(read(path, "queue"))

    assert (found.legal, found.kind) == (False, "overtaken")
    assert "{'job': 1}" in found.story


@pytest.mark.parametrize(
    ("model", "lines", "legal"),
    [
        ("register", [op("a", "write", 0, 1, "x"), op("b", "read", 2, 3, ret="x")], True),
        ("register", [op("a", "write", 0, 1, "x"), op("b", "read", 2, 3, ret="y")], False),
        ("counter", [op("a", "add", 0, 1), op("b", "read", 2, 3, ret=1)], True),
        ("counter", [op("a", "add", 0, 1, 1), op("b", "read", 2, 3, ret=0)], False),
        ("lock", [op("a", "acquire", 0, 1, ret=True), op("b", "acquire", 2, 3, ret=False)], True),
        ("lock", [op("a", "acquire", 0, 1, ret=True), op("b", "acquire", 2, 3, ret=True)], False),
        ("semaphore", [op("a", "acquire", 0, 1), op("b", "release", 2, 3), op("a", "acquire", 4, 5)], True),
        ("semaphore", [op("a", "acquire", 0, 1), op("a", "acquire", 4, 5)], False),
        ("dict", [op("a", "set", 0, 1, ["k", 1]), op("b", "get", 2, 3, "k", 1)], True),
        ("dict", [op("b", "get", 4, 5, "j")], True),
        ("dict", [op("a", "set", 0, 1, ["k", 1]), op("b", "get", 2, 3, "k", None)], False),
        ("dict", [op("a", "pop", 0, 1, "k", {"raised": "KeyError"})], True),
        ("dict", [op("b", "contains", 2, 3, "k", ret=True)], False),
        ("dict", [op("a", "setdefault", 0, 1, ["k", 1], 1), op("b", "pop", 2, 3, "k", 1)], True),
        ("dict", [op("a", "delete", 0, 1, "k")], False),
    ],
)  # fmt: skip
def test_each_model_reads_its_operations(
    tmp_path: Path, model: str, lines: list[Any], *, legal: bool
) -> None:
    """And judges them."""
    assert judge(read(written(tmp_path, *lines), model)).legal is legal


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("{", "line 2: "),
        ({"process": "p"}, "line 2: Object missing required field `op`"),
        ({**op("p", "put", 0, 1), "moon": 1}, "line 2: Object contains unknown field `moon`"),
        (op("p", "put", 5, 4, 1), "line 2: t_return 4 is before t_invoke 5"),
        (op("p", "peek", 0, 1), "line 2: no 'peek' of a queue that returned null; there are put"),
        (op("p", "put", 0, 1, 1, {"raised": "OSError"}), "line 2: no 'put' of a queue that raised OSError"),
        (op("p", "get", 0, None, 1, {"raised": "Empty"}), "line 2: no 'get' of a queue that raised Empty"),
    ],
)
def test_a_line_that_is_none_is_told_with_its_place(tmp_path: Path, line: Any, told: str) -> None:
    """File, line, what was wrong, what there is."""
    path = written(tmp_path, op("p", "put", 0, 1, 1), line)

    with pytest.raises(BadRecord) as caught:
        read(path, "queue")

    assert f"{path}, {told}" in str(caught.value)


def test_a_file_or_model_that_there_is_not_is_told(tmp_path: Path) -> None:
    """One sentence."""
    with pytest.raises(UsageError, match="--model stack: there are queue, register"):
        read(written(tmp_path), "stack")
    with pytest.raises(BadRecord, match=r"cannot read .*: no such file or directory"):
        read(tmp_path / "none", "queue")


@pytest.mark.parametrize("model", MODELS)
def test_what_is_written_is_read_again(tmp_path: Path, model: str) -> None:
    """As lines and as columns: the same history, with the same verdict."""
    for seed in range(50):
        columns = history(model, seed)
        path = tmp_path / "history.jsonl"
        path.write_text(export(columns, "jsonl"))
        again = read(path, model)
        assert judge(again).legal == judge(columns).legal, seed
        assert export(again, "jsonl") == export(columns, "jsonl")
        save(columns, tmp_path / "history.columns")
        assert export(load(tmp_path / "history.columns"), "jsonl") == export(columns, "jsonl")


def test_jepsen_reads_pairs_of_events(tmp_path: Path) -> None:
    """An invocation and a completion each, by time; what never returned is :info, what was refused :fail."""
    path = written(
        tmp_path,
        op("p", "put", 0, 5, 7),
        op("c", "get", 1, 2, ret={"raised": "Empty"}),
        op("d", "get", 3, None),
    )

    assert export(read(path, "queue"), "edn").splitlines() == [
        '{:index 0, :process "p", :type :invoke, :f :put, :value 7, :time 0}',
        '{:index 1, :process "c", :type :invoke, :f :get, :value nil, :time 1}',
        '{:index 2, :process "c", :type :fail, :f :get, :value nil, :error :Empty, :time 2}',
        '{:index 3, :process "d", :type :invoke, :f :get, :value nil, :time 3}',
        '{:index 4, :process "p", :type :ok, :f :put, :value 7, :time 5}',
        '{:index 5, :process "d", :type :info, :f :get, :value nil, :time 3}',
    ]


def test_porcupine_reads_operations_with_clients(tmp_path: Path) -> None:
    """Every operation has a return there: one that never came is the last."""
    path = written(tmp_path, op("p", "put", 0, 5, 7), op("c", "get", 1, None))

    assert json.loads(export(read(path, "queue"), "porcupine")) == [
        {"ClientId": 0, "Input": {"op": "put", "arg": 7}, "Call": 0, "Output": None, "Return": 5},
        {
            "ClientId": 1,
            "Input": {"op": "get", "arg": None},
            "Call": 1,
            "Output": None,
            "Return": 6,
            "Open": True,
        },
    ]


def test_a_form_that_there_is_not_is_told() -> None:
    """With those that there are."""
    with pytest.raises(UsageError, match="--to xml: there are jsonl, edn, porcupine"):
        export(columns_of("queue", CODES["queue"], []), "xml")
    assert set(EXPORTS) == {"jsonl", "edn", "porcupine"}


@pytest.mark.parametrize("cut", [0, 10, 200, -8])
def test_columns_that_were_cut_short_are_told(tmp_path: Path, cut: int) -> None:
    """Whatever is missing of the file."""
    path = tmp_path / "history.columns"
    save(history("queue", 1), path)
    path.write_bytes(path.read_bytes()[:cut])

    with pytest.raises(BadRecord, match=r"history\.columns: not a history in columns"):
        load(path)


def test_columns_of_another_shape_are_told(tmp_path: Path) -> None:
    """A table of other numbers is no history."""
    path = tmp_path / "history.columns"
    with path.open("wb") as file:
        names = b'{"model":"queue","codes":[],"processes":[],"table":[]}'
        np.save(file, np.frombuffer(names, dtype=np.uint8))
        np.save(file, np.zeros((3, 4)))

    with pytest.raises(BadRecord, match="not 7 columns of int64"):
        load(path)
