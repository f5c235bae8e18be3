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
from mpconform.linear.places import places_of


def written(folder: Path, *lines: Any) -> Path:
    path = folder / "history.jsonl"
    path.write_text("".join(f"{json.dumps(line) if not isinstance(line, str) else line}\n" for line in lines))
    return path


def op(
    process: str, op: str, begin: int, end: int | None, arg: Any = None, ret: Any = None
) -> dict[str, Any]:
    return {"process": process, "op": op, "arg": arg, "ret": ret, "t_invoke": begin, "t_return": end}


#: Two members of a set.
BOTH = op("a", "update", 0, 1, [1, 2])


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
        ("set", [BOTH, op("b", "pop", 2, 3, ret=2), op("b", "pop", 4, 5, ret=1)], True),
        ("set", [BOTH, op("b", "pop", 2, 3, ret=2), op("b", "pop", 4, 5, ret=2)], False),
        ("set", [BOTH, op("b", "pop", 2, 3, ret={"raised": "KeyError"})], False),
        ("set", [op("a", "pop", 0, 1, ret={"raised": "KeyError"})], True),
        ("set", [BOTH, op("b", "pop", 2, None), op("a", "read", 4, 5, ret=[1])], True),
        ("set", [BOTH, op("b", "pop", 2, None), op("a", "read", 4, 5, ret=[])], False),
        ("set", [BOTH, *(op(who, "pop", 2, None) for who in "bc"), op("a", "read", 4, 5, ret=[])], True),
        ("set", [op("b", "pop", 2, None), op("a", "len", 4, 5, ret=0)], True),
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


@pytest.mark.parametrize("form", [("edn", "h.edn"), ("porcupine", "h.json")], ids=lambda form: form[0])
@pytest.mark.parametrize("model", MODELS)
def test_other_forms_are_read_again(tmp_path: Path, model: str, form: tuple[str, str]) -> None:
    """What was written for Jepsen or Porcupine is the same history again, with the same verdict."""
    name, file = form
    for seed in range(60):
        columns = history(model, seed)
        path = tmp_path / file
        path.write_text(export(columns, name))

        again = read(path, model)

        assert export(again, name) == path.read_text(), seed
        assert judge(again).legal == judge(columns).legal, seed


def test_what_jepsen_records_is_read(tmp_path: Path) -> None:
    """Keywords, the nemesis, tags, comments; what failed did not happen, or says what it met with."""
    path = tmp_path / "history.edn"
    path.write_text(
        """; a queue
        {:process :nemesis, :type :info, :f :kill, :value #{"n1" "n2"}}
        #jepsen.history.Op{:process 0, :type :invoke, :f :enqueue, :value 1, :time 10}
        {:process 1, :type :invoke, :f :dequeue, :value nil, :time 11, :node "n1"}
        {:process 0, :type :ok, :f :enqueue, :value 1, :time 12}
        {:process 1, :type :ok, :f :dequeue, :value 1, :time 13}
        {:process 1, :type :invoke, :f :dequeue, :value nil, :time 14}
        {:process 1, :type :fail, :f :dequeue, :value nil, :error :exhausted, :time 15}
        {:process 0, :type :invoke, :f :enqueue, :value 2, :time 16}
        {:process 0, :type :fail, :f :enqueue, :value 2, :error [:conn 1.5M], :time 17}
        {:process 0, :type :invoke, :f :enqueue, :value {:id 3N, "x" (true :b)}, :time 18}
        {:process 0, :type :info, :f :enqueue, :value 3, :time 19}
        {:process 5, :type :invoke, :f :enqueue, :value \"un\\"ended\", :time 20}
        """
    )

    found = [json.loads(line) for line in export(read(path, "queue"), "jsonl").splitlines()]

    assert [(one["op"], one["arg"], one["ret"], one["t_invoke"], one["t_return"]) for one in found] == [
        ("put", 1, None, 10, 12),
        ("get", None, 1, 11, 13),
        ("get", None, {"raised": "Empty"}, 14, 15),
        ("put", {"id": 3, "x": [True, "b"]}, None, 18, None),
        ("put", 'un"ended', None, 20, None),
    ]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{:process 0", "not a history of Jepsen: a '}' is missing at character 11"),
        ("]", "not a history of Jepsen: ']' at character 0 closes nothing"),
        ("{:process 0 :type}", "not a history of Jepsen: a map with a key without a value"),
        ("#_ {}", "not a history of Jepsen: #_ at character 0 is not understood"),
        ("7", "event 0: no map with :process, :type and :f"),
        ("{:process 0 :type :ok :f :put}", "event 0: process 0 has invoked nothing"),
        ("{:process 0.5 :type :ok :f :put}", "event 0: :process is 0.5, and neither a number nor a name"),
        ("{:process 0 :type :invoke :f :put :time nil}", "event 0: :time is None, and no integer"),
        (
            "{:process 0 :type :invoke :f :put :value 1} {:process 0 :type :done :f :put}",
            "event 1: :type is :done; there are :invoke, :ok, :fail and :info",
        ),
        (
            "{:process 0 :type :invoke :f :put :value 1} {:process 0 :type :invoke :f :put :value 2}",
            "event 1: process 0 has not come back from what it invoked before",
        ),
        ("[" * 5000, "not a history of Jepsen: "),
    ],
)
def test_what_jepsen_cannot_have_recorded_is_told(tmp_path: Path, text: str, told: str) -> None:
    """With its place."""
    (tmp_path / "h.edn").write_text(text)

    with pytest.raises(BadRecord) as caught:
        read(tmp_path / "h.edn", "queue")

    assert told in str(caught.value)


def test_what_porcupine_cannot_have_written_is_told(tmp_path: Path) -> None:
    """With the number of the operation."""
    path = tmp_path / "h.json"
    path.write_text("{}")
    with pytest.raises(BadRecord, match=r"h\.json: not a history of Porcupine: Expected `array`"):
        read(path, "queue")
    path.write_text('[{"ClientId": 1, "Input": {"op": "peek"}, "Call": 1, "Return": 2}]')
    with pytest.raises(BadRecord, match=r"h\.json, operation 0: no 'peek' of a queue"):
        read(path, "queue")


@pytest.mark.parametrize(
    ("model", "line", "told"),
    [
        ("list", op("a", "insert", 0, 1, 7), "a insert of a list that lacks a list of two: arg 7, ret null"),
        ("list", op("a", "len", 0, 1, ret="x"), "a len of a list that lacks an integer"),
        ("set", op("a", "read", 0, 1, ret=3), "a read of a set that lacks a list"),
        ("dict", op("a", "pop", 0, 1, "k", {"raised": "OSError"}), "having raised OSError"),
        ("deque", op("a", "insert", 0, 1, [0, 1]), "no 'insert' of a deque that returned null; there are"),
        ("counter", op("a", "read", 0, 1, ret=2**70), "no 'read' of a counter that returned 1180591620"),
        ("queue", op("a", "put", 2**70, None, 1), "a stamp does not fit into 64 bits"),
    ],
)
def test_an_operation_that_its_object_has_not_is_told(
    tmp_path: Path, model: str, line: Any, told: str
) -> None:
    """What it lacks, or what there is."""
    with pytest.raises(BadRecord) as caught:
        read(written(tmp_path, line), model)

    assert f"line 1: {told}" in str(caught.value) or told in str(caught.value)


@pytest.mark.parametrize("spread", [1, 10**9], ids=["dense", "sparse"])
def test_numbers_are_found_among_others(spread: int) -> None:
    """By a table or by sorting: the same places; what is there twice is told."""
    among = np.array([7, 3, 5, 4], dtype=np.int64) * spread
    asked = np.array([5, 6, 7, -1, 99], dtype=np.int64) * spread

    found = places_of(asked, among)

    assert (found.found.tolist(), found.again) == ([2, -1, 0, -1, -1], ())
    assert places_of(asked, np.append(among, 3 * spread)).again == (1, 4)
    assert places_of(asked, among[:0]).found.tolist() == [-1] * 5
    assert places_of(asked[:0], among).found.tolist() == []
