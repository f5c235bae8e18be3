"""Run the agent alone, under an interpreter that has nothing of ours installed.

    python -I agent_alone.py HARNESS_FOLDER

Plays the orchestrator with the standard library only: sends one scenario for each start method that the
interpreter offers, and looks at what the agent answers and at what it recorded.
"""

import json
import os
import socket
import subprocess
import sys
import tempfile

ITEMS = 20


def scenario():
    """One producer, one consumer, a counter, a pool of one worker."""
    put = [{"target": "q", "method": "put", "arguments": [{"$item": ["p0", n, n]}]} for n in range(ITEMS)]
    return {
        "family": "queue",
        "theme": "alone",
        "objects": {
            "q": {"factory": "Queue", "arguments": [2]},
            "v": {"factory": "Value", "arguments": ["i", 0]},
        },
        "actors": {
            "main": {
                "steps": [
                    *({"target": name, "method": "start"} for name in ("p0", "c0")),
                    *({"target": name, "method": "join"} for name in ("p0", "c0")),
                    {"method": "drain", "arguments": [{"$object": "q"}]},
                    {"target": "v", "method": ".value"},
                ]
            },
            "p0": {"steps": [*put, {"method": "increment", "arguments": [{"$object": "v"}, 3]}]},
            "c0": {"steps": [{"target": "q", "method": "get"}] * ITEMS},
        },
    }


def conversation(harness, method):
    """Run the scenario under *method* in an agent; return what it said of the backend."""
    sys.path.insert(0, harness)
    from _mpconform_agent import board, tape

    with tempfile.TemporaryDirectory(prefix="mpc") as folder:
        for name, size in (("board", board.SIZE), ("executions", 0), ("stacks", 0)):
            with open(os.path.join(folder, name), "wb") as file:
                file.write(bytes(size))
        for name in ("0", "1", "2", "callbacks"):
            with open(os.path.join(folder, "tape-" + name), "wb") as file:
                file.write(bytes(1 << 16))
        ours, theirs = socket.socketpair()
        os.set_inheritable(theirs.fileno(), True)
        command = [
            sys.executable,
            "-m",
            "_mpconform_agent",
            "multiprocessing",
            method,
            folder,
            str(theirs.fileno()),
        ]
        agent = subprocess.Popen(
            command, pass_fds=[theirs.fileno()], env={**os.environ, "PYTHONPATH": harness}, cwd=folder
        )
        theirs.close()
        lines = ours.makefile("rw")
        offer = json.loads(lines.readline())["offer"]
        lines.write(json.dumps({"scenario": scenario(), "serial": 1, "unjoined": []}) + "\n")
        lines.flush()
        answer = json.loads(lines.readline())
        assert answer == {"done": 1, "left": 0}, answer
        lines.close()
        ours.close()
        assert agent.wait(30) == 0
        for index, expected in (("1", ITEMS + 3), ("2", ITEMS)):
            with open(os.path.join(folder, "tape-" + index), "rb") as file:
                found = list(tape.records(file.read(), 1))
            assert len(found) == expected, (index, len(found))
            assert all(fields[4] for _, fields in found), "an operation never returned"
    return offer


if __name__ == "__main__":
    offered = conversation(sys.argv[1], "")
    for start_method in offered["methods"]:
        conversation(sys.argv[1], start_method)
    print(offered["implementation"], offered["python"], "runs the agent:", ", ".join(offered["methods"]))
    print("%d passed, 0 failed" % len(offered["methods"]))
