"""The same processes doing the same operations, and nothing else: no tape, no census, no judge.

    python bare.py METHOD < SCENARIOS.ndjson

Prints the seconds that all scenarios took, one after the other.  Arguments are decoded before the
clock starts; a rendezvous is the one that the agent uses, since the scenario demands one.
"""

# What is imported here, every spawned child imports too: no more than what it takes to act.
import os
import sys

from _mpconform_agent import board, coding, verbs
from _mpconform_agent.scope import Context, Scope

PLAIN = {
    "rendezvous",
    "drain",
    "increment",
    "increment_index",
    "echo",
    "pid",
    "hold",
    "await_done",
    "fill",
    "scan",
}


class NoTape:
    """A tape that records nothing, for verbs that insist on one."""

    def invoked(self, step, inner=0):
        return 0

    def returned(self, *fields):
        return None


def prepare(step, scope):
    if not step["target"]:
        return step["method"], step["arguments"]
    keywords = {key: coding.decode(one, scope) for key, one in step["keywords"].items()}
    if step["timeout_s"] is not None:
        keywords["timeout"] = step["timeout_s"]
    return step["target"], step["method"], [coding.decode(one, scope) for one in step["arguments"]], keywords


def act(context, name, objects, prepared):
    """Take the prepared steps."""
    scope = None
    for step in prepared:
        if len(step) == 4:
            call(objects, *step)
            continue
        method, arguments = step
        scope = scope or Scope(context, name, objects)
        if method == "drain":
            queue = objects[arguments[0]["$object"]]
            for _ in range(arguments[1]):
                queue.get()
        elif method in verbs.OWN_RECORDS:
            verbs.OWN_RECORDS[method](scope, NoTape(), 0, *arguments)
        elif method != "echo":
            verbs.VERBS[method](scope, NoTape(), *arguments)
    if name != "main":
        board.Board(context.path("board"), context.names).arrive(board.DONE, name)


def call(objects, target, method, arguments, keywords):
    """Call the backend; what it raises is a result, here as in a recorded run."""
    try:
        thing = objects[target]
        if method[0] != ".":
            getattr(thing, method)(*arguments, **keywords)
        elif method[-1] == "=":
            setattr(thing, method[1:-1], *arguments)
        else:
            getattr(thing, method[1:])
    except Exception:
        return


def left_over(scenario, queue):
    """Return how many items a drain will find: those put and not got by plain steps."""
    balance = 0
    for actor in scenario["actors"].values():
        for step in (actor or {}).get("steps", []):
            if step.get("target") == queue:
                balance += {"put": 1, "put_nowait": 1, "get": -1, "get_nowait": -1}.get(step["method"], 0)
    return max(balance, 0)


def run(scenario, context_of, folder):
    import gc
    import time

    from _mpconform_agent.serve import complete

    actors = scenario["actors"]
    names = ["main", *(name for name in actors if name != "main")]
    context = Context(folder, 1, names, "mpcbench%d-" % os.getpid(), ("multiprocessing", ""))
    board.Board(context.path("board"), names).clear()
    decoding = Scope(context, "main", {})
    prepared = {}
    for name in names:
        steps = [complete(step) for step in (actors.get(name) or {}).get("steps", [])]
        prepared[name] = [prepare(step, decoding) for step in steps]
        for at, step in enumerate(prepared[name]):
            if len(step) == 2 and step[0] == "drain":
                prepared[name][at] = ("drain", [step[1][0], left_over(scenario, step[1][0]["$object"])])
    began = time.perf_counter()
    objects = {}
    for name, spec in scenario.get("objects", {}).items():
        made = getattr(context_of, spec["factory"])(*spec.get("arguments", []), **spec.get("keywords", {}))
        names_of = spec.get("unpack")
        objects.update(zip(names_of, made) if names_of else {name: made}.items())
    processes = {}
    for name in names[1:]:
        used = {step[0] for step in prepared[name] if len(step) == 4}
        used |= {
            one["$object"]
            for step in prepared[name]
            if len(step) == 2
            for one in step[1]
            if isinstance(one, dict)
        }
        given = {key: objects[key] for key in used if key in objects}
        processes[name] = context_of.Process(target=act, args=(context, name, given, prepared[name]))
    act(context, "main", {**objects, **processes}, prepared["main"])
    del objects, processes
    gc.collect()
    return time.perf_counter() - began


def main():
    """Run what stands on the standard input, and print the seconds that it took."""
    import gc
    import json
    import multiprocessing
    import tempfile

    chosen = multiprocessing.get_context(sys.argv[1])
    scenarios = [json.loads(line) for line in sys.stdin]
    gc.collect()
    gc.freeze()
    with tempfile.TemporaryDirectory() as folder:
        with open(os.path.join(folder, "board"), "wb") as file:
            file.write(bytes(board.SIZE))
        print(sum(run(scenario, chosen, folder) for scenario in scenarios))


if __name__ == "__main__":
    main()
