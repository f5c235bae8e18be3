"""The verbs about addresses, plain sockets and memory, and ``$socket``: run under every start method."""

import pytest

from mpconform.values import History, Operation, Step
from mpconform_scenarios.build import call, make, ref, verb
from running import METHODS, run, scenario

DOOR = {"$attribute": ["l", "address"]}


def steps(*own: Step) -> tuple[Step, ...]:
    return own


def of(history: History, actor: str, method: str) -> list[Operation]:
    return [op for op in history.by(actor) if op.method == method]


BOTH = (call("p0", "start"), call("p1", "start"), call("p0", "join"), call("p1", "join"))


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("where", [{"$socket": "door"}, {"$tuple": ["127.0.0.1", 0]}], ids=["path", "port"])
def test_an_address_is_told_and_a_plain_socket_connects(method: str, where: object) -> None:
    """Both by way of files of the run; nothing is left of the socket."""
    server = steps(
        make("l", "connection.Listener", where),
        verb("tell", "door", DOOR),
        call("l", "accept", bind="c"),
        call("c", "recv_bytes"),
        call("l", "close"),
    )
    other = steps(
        verb("await_told", "door", "p0", bind="door"),
        verb("wire", ref("door"), bind="w"),
        call("w", "sendall", {"$hex": "00000002abcd"}),
        call("w", "close"),
    )
    history = run(method, scenario(BOTH, p0=server, p1=other))

    assert history.ended == "normally"
    assert of(history, "p0", "recv_bytes")[0].result["$digest"][0] == 2
    assert all(op.ok for op in history.operations)
    assert not [name for name in history.census["after"].files if name.endswith("-door")]


def test_in_a_burst_each_round_has_addresses_of_its_own() -> None:
    """What was told in an earlier round is not taken for this one's."""
    server = steps(
        make("l", "connection.Listener", {"$socket": "door"}),
        verb("tell", "door", DOOR),
        call("l", "accept", bind="c"),
        call("l", "close"),
    )
    other = steps(verb("await_told", "door", "p0", bind="door"), make("d", "connection.Client", ref("door")))
    what = scenario(BOTH, p0=server, p1=other)
    history = run("fork", type(what)(**{f: getattr(what, f) for f in what.__struct_fields__} | {"rounds": 4}))

    assert history.ended == "normally"
    assert all(op.ok for op in history.operations)


@pytest.mark.parametrize(
    "last", [verb("exit", 0), verb("hold", 0), verb("signal", 9)], ids=["exit", "end", "killed"]
)
def test_who_waits_for_an_address_that_is_never_told_goes_on(last: Step) -> None:
    """When the one who should tell it has ended; what needs the address is skipped."""
    other = steps(verb("await_told", "door", "p0", bind="door"), verb("wire", ref("door"), bind="w"))
    history = run("fork", scenario(BOTH, p0=steps(last), p1=other))

    assert history.ended == "normally"
    assert [op.result for op in of(history, "p1", "await_told")] == [None]
    assert of(history, "p1", "wire") == []


def test_an_address_that_the_backend_cannot_tell_is_its_own_matter() -> None:
    """What raises is recorded, and a thing that is no address leads nowhere."""
    server = steps(
        make("l", "connection.Listener", {"$socket": "door"}),
        verb("tell", "none", {"$attribute": ["l", "nothing"]}),
        verb("tell", "odd", ref("l")),
        call("l", "close"),
    )
    other = steps(verb("await_told", "odd", "p0", bind="odd"), verb("wire", ref("odd"), bind="w"))
    history = run("fork", scenario(BOTH, p0=server, p1=other))

    assert of(history, "p0", "tell")[0].raised("AttributeError")
    assert of(history, "p0", "tell")[1].ok
    assert of(history, "p1", "wire")[0].raised("OSError")


def test_a_plain_listener_is_found_by_the_backend() -> None:
    """Its address is what its socket says."""
    server = steps(
        verb("wire_listen", bind="s"),
        call("s", "getsockname", bind="place"),
        verb("tell", "door", ref("place")),
        call("s", "accept", bind="pair"),
        call("pair", "__getitem__", 0, bind="w"),
        call("w", "sendall", {"$hex": "00000001aa"}),
    )
    other = steps(
        verb("await_told", "door", "p0", bind="door"),
        make("d", "connection.Client", ref("door")),
        call("d", "recv_bytes"),
    )
    history = run("fork", scenario(BOTH, p0=server, p1=other))

    assert of(history, "p1", "recv_bytes")[0].result["$digest"][0] == 1


def test_memory_is_limited_and_looked_at() -> None:
    """A process that takes more than it may is told so; what it took before shows."""
    limited = steps(
        verb("memory_peak"),
        call("x", "__len__"),
        verb("memory_limit", 64 << 20),
        verb("echo", {"$bytes": [1, 8]}),
        verb("memory_peak"),
    )
    history = run("fork", scenario((call("p0", "start"), call("p0", "join")), p0=limited))
    before, after = (op.result for op in of(history, "p0", "memory_peak"))

    assert 1 << 20 < before <= after
