"""The agent's main loop: takes scenarios from a socket, runs each as actor ``main``."""

import contextlib
import gc
import json
import os
import sys
import traceback
from zlib import crc32

from _mpconform_agent import coding, launched, payload, preempt, stacks, tape, tasks
from _mpconform_agent.actor import ESCAPED, finish, open_tape, run_actor, stay_home, take
from _mpconform_agent.board import ROUNDS, Board
from _mpconform_agent.namespace import Namespace, of_threads, offer
from _mpconform_agent.rounds import await_unjoined
from _mpconform_agent.scope import Context, Scope
from _mpconform_agent.verbs import TOLD

__all__ = ("complete", "main")

#: Actors that are threads of one process, take turns so often.
_SWITCH_S = 1e-5
#: The size of the largest payloads that scenarios send.
_LARGEST = 4 << 20


class Channel:
    """Lines of JSON to and from the orchestrator."""

    def __init__(self, descriptor):
        os.set_inheritable(descriptor, False)
        self._descriptor = descriptor
        self._buffer = b""

    def send(self, message):
        """Send one message."""
        data = json.dumps(message).encode() + b"\n"
        while data:
            data = data[os.write(self._descriptor, data) :]

    def receive(self):
        """Return the next message, or None when there will be no more."""
        parts = [self._buffer]
        while b"\n" not in parts[-1]:
            more = os.read(self._descriptor, 1 << 16)
            if not more:
                return None
            parts.append(more)
        line, _, self._buffer = b"".join(parts).partition(b"\n")
        return json.loads(line)


def main(arguments):
    """Serve one backend: ``MODULE METHOD FOLDER DESCRIPTOR [TELL]``.

    It tells when the backend is imported if TELL is ``import`` or ``both``, and what the backend
    offers unless it is ``import``.
    """
    module, method, folder, descriptor, *rest = arguments
    tell = rest[0] if rest else "offer"
    channel = Channel(int(descriptor))
    stacks.install(folder)
    try:
        threads = of_threads(Namespace(module, method))
        if tell != "offer":
            channel.send({"imported": module})
        if tell != "import":
            channel.send({"offer": offer(module, method)})
    except BaseException as error:
        channel.send({"failed": _sentence(error), "trace": traceback.format_exc()})
        return 1
    home = tape.forked()
    payload.prepare(_LARGEST)
    gc.collect()
    if hasattr(gc, "freeze"):
        gc.freeze()  # What is here now stays: later collections look at a scenario's own.
    if threads:
        sys.setswitchinterval(_SWITCH_S)
    known = _threads() if threads else frozenset()
    while True:
        request = channel.receive()
        if request is None:
            return 0
        try:
            _run(request, channel, (module, method), folder)
            gc.collect()
        except (SystemExit, KeyboardInterrupt, tasks.Deliberate, tasks.Departure):
            raise  # The main process ends as its scenario says.
        except BaseException:
            channel.send({"fault": traceback.format_exc()})
            return 70
        if tape.forked() != home:
            os._exit(ESCAPED)
        left = len(_threads() - known) if threads else 0
        channel.send({"done": request["serial"], "left": left})


def _threads():
    """Return the threads of this process, one of which is this one."""
    return frozenset(thread.ident for thread in sys.modules["threading"].enumerate())


def _sentence(error):
    return "%s: %s" % (type(error).__name__, " ".join(str(error).split())[:500] or "no message")


def complete(step):
    """Return *step* with every field, those that its JSON leaves out too."""
    return {
        "target": step.get("target", ""),
        "method": step["method"],
        "arguments": step.get("arguments", []),
        "keywords": step.get("keywords", {}),
        "timeout_s": step.get("timeout_s"),
        "bind": step.get("bind", ""),
    }


def _run(request, channel, backend, folder):
    """Run one scenario, as its main actor."""
    scenario, serial = request["scenario"], request["serial"]
    actors = {name: actor or {} for name, actor in scenario["actors"].items()}
    names = ["main", *(name for name in actors if name != "main")]
    steps = {name: [complete(step) for step in actors.get(name, {}).get("steps", [])] for name in names}
    rounds = scenario.get("rounds", 1)
    if rounds > 1:
        _check_rounds(rounds, steps)
    unique = "mpc%08x-%d-" % (crc32(os.fsencode(folder)), serial)
    context = Context(
        folder, serial, names, unique, backend, rounds, scenario.get("preemption"), scenario.get("faults", ())
    )
    if any(fault.get("step") is not None for fault in context.faults):
        from _mpconform_agent import faults

        if any(fault["signal"] in {*faults.SHORTAGES, faults.FULL} for fault in context.faults):
            context.limits = faults.limits()
    Board(context.path("board"), names).clear()
    _renew(context.path("output"))
    _renew(context.path(TOLD))
    log = open_tape(context, "main")
    scopes = [Scope(context.with_steps(steps), "main", {}, number) for number in range(rounds)]

    def census(label):
        channel.send({"census": label})
        channel.receive()

    def rest():
        channel.send({"rest": serial})
        answer = channel.receive()
        return answer["rest"], answer["in_vain"]

    scopes[0].bind("\0census", census)
    for scope in scopes:
        scope.bind("\0rest", rest)
    with _preempted(context):
        objects = scenario.get("objects", {})
        if all(_make_objects(objects, scope, log, scopes[0]) for scope in scopes) and _make_actors(
            context, actors, steps, scopes, log
        ):
            for scope in scopes:
                log.first = scope.round * tape.ROUND
                take(scope, log, steps["main"])
                finish(scope, log)
                await_unjoined(scope, request["unjoined"])
    launched.end()


def _check_rounds(rounds, steps):
    longest = max(map(len, steps.values()))
    if rounds > ROUNDS or longest >= tape.ROUND:
        raise ValueError(
            "a burst of %d rounds of %d steps; at most %d of %d" % (rounds, longest, ROUNDS, tape.ROUND - 1)
        )


@contextlib.contextmanager
def _preempted(context):
    """Hold main as the plan of *context* says, and let other processes find the plan, for the block."""
    if context.preemption is None and not context.faults:
        yield
        return
    path = context.path(preempt.PLAN)
    with open(path, "w", encoding="utf-8") as file:
        json.dump([context.serial, context.preemption], file)
    preempt.begin(context, "main")
    try:
        yield
    finally:
        preempt.end()
        if context.limits:
            from _mpconform_agent import faults, room

            faults.take_back(context.limits)
            room.give_back()
        _renew(path)


def _renew(path):
    if os.path.exists(path):
        os.unlink(path)


def _make_objects(objects, scope, log, first):
    """Make the scenario's objects of one round; return whether all could be made.

    Those that are made once, are those of scope *first*.
    """
    log.first = scope.round * tape.ROUND
    for name, spec in objects.items():
        if spec.get("once") and scope is not first:
            for key in spec.get("unpack") or [name]:
                scope.bind(key, first.named(key))
            continue
        arguments = [coding.decode(one, scope) for one in spec.get("arguments", [])]
        keywords = {key: coding.decode(one, scope) for key, one in spec.get("keywords", {}).items()}
        names = spec.get("unpack")
        place = log.invoked(-1)
        try:
            made = _factory(spec["factory"], scope)(*arguments, **keywords)
            parts = dict(zip(names, made)) if names else {name: made}
        except BaseException as error:
            stay_home(scope, log)
            log.told(place, tape.RAISED, [name, coding.encode_exception(error, scope)])
            return False
        at = log.stamp()
        stay_home(scope, log)
        for key, value in parts.items():
            scope.bind(key, value)
        log.told(place, tape.JSON, [name, {"$object": name}], 0, at)
    return True


def _factory(dotted, scope):
    """Return what *dotted* names: a method of an object that was made before, or something of the backend."""
    maker, _, method = dotted.partition(".")
    return getattr(scope.named(maker), method) if method and scope.has(maker) else scope.find(dotted)


def _make_actors(context, actors, steps, scopes, log):
    """Make a Process object for every actor but main; return whether all could be made."""
    scope = scopes[0]
    log.first = 0
    objects = [{name: one.named(name) for name in one.names()} for one in scopes]
    for name in context.names[1:]:
        spec = actors[name]
        options = {key: spec[key] for key in ("name", "daemon") if spec.get(key) is not None}
        wanted = _objects_of(steps[name])
        rounds = [{key: made[key] for key in wanted if key in made} for made in objects]
        given = rounds if context.rounds > 1 else rounds[0]
        values = {
            index: [coding.decode(one, scope) for one in step["arguments"]]
            for index, step in enumerate(steps[name])
            if step["method"] == "echo" and not step["target"]
        }
        if values:
            options["kwargs"] = {"values": values}
        drains = any(step["method"] == "drain" and not step["target"] for step in steps[name])
        known = scope.context if drains else context  # To drain, one must know who put what.
        try:
            made = _process(scope.find("Process"), (known, name, given, steps[name]), options)
        except BaseException as error:
            stay_home(scope, log)
            place = log.invoked(-1)
            log.told(place, tape.RAISED, [name, coding.encode_exception(error, scope)])
            return False
        stay_home(scope, log)
        for one in scopes:
            one.bind(name, made)
    return True


def _process(kind, arguments, options):
    """Return an actor's Process object."""
    try:
        return kind(target=run_actor, args=arguments, **options)
    except TypeError:
        # A thread that stands for a process may take a daemon's mark only as an attribute.
        if "daemon" not in options or not issubclass(kind, sys.modules["threading"].Thread):
            raise
        made = kind(
            target=run_actor, args=arguments, **{key: options[key] for key in options if key != "daemon"}
        )
        made.daemon = options["daemon"]
        return made


def _objects_of(steps):
    """Return the names that *steps* use, sorted."""
    found = set()
    for step in steps:
        found.add(step["target"])
        found |= coding.names_in(step["arguments"])
        found |= coding.names_in(list(step["keywords"].values()))
    return sorted(found)
