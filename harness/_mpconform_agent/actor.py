"""An actor: takes its steps one by one, and records each on its tape."""

import os
from _thread import get_ident
from time import monotonic_ns

from _mpconform_agent import coding, tape
from _mpconform_agent.scope import Scope, Unbound

__all__ = ("ESCAPED", "finish", "open_tape", "run_actor", "stay_home", "take")

#: The exit code of a process that came out of a call as if it were its own parent.
ESCAPED = 88
#: The exit code of a process in which our own code failed.
_FAILED = 70


def run_actor(context, name, objects, steps, values=None):
    """Be actor *name*: the target of its Process object.

    *values* holds, by step, arguments of ``echo`` that travelled through the backend.
    """
    try:
        _act(context, name, objects, steps, values)
    except (SystemExit, KeyboardInterrupt):
        raise  # As its scenario says, or as a signal did.
    except BaseException as error:
        from _mpconform_agent.tasks import Deliberate, Departure

        if isinstance(error, (Deliberate, Departure)):
            raise
        _tell_fault(context, name)
        os._exit(_FAILED)


def _act(context, name, objects, steps, values):
    if context.limits:
        from _mpconform_agent import faults

        faults.take_back(context.limits)  # It may have been started in the middle of a shortage.
    from _mpconform_agent import stacks

    stacks.install(context.folder)
    log = open_tape(context, name)
    if context.preemption or context.faults:
        from _mpconform_agent import preempt

        preempt.begin(context, name)
    if context.rounds > 1:
        from _mpconform_agent import rounds

        for scope in rounds.scopes(context, name, objects, log):
            take(scope, log, steps)
            finish(scope, log)
        return
    scope = Scope(context, name, objects)
    if values:
        scope.bind("\0values", values)
    take(scope, log, steps)
    finish(scope, log)


def open_tape(context, name):
    """Return the tape of actor *name*; faults strike through it if any are to strike at a step."""
    path = context.tape_path(name)
    if context.faults:
        from _mpconform_agent import faults

        found = faults.strikes(context, name)
        if found:
            return faults.StruckTape(path, context, name, found)
    return tape.Tape(path, context.serial)


def _tell_fault(context, name):
    """Leave word of a defect of ours, which must not be taken for the backend's."""
    import traceback

    text = "in actor %s:\n%s" % (name, traceback.format_exc())
    try:
        descriptor = os.open(
            context.path("fault"), os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600
        )
        os.write(descriptor, text.encode("utf-8", "replace"))
        os.close(descriptor)
    except OSError:
        pass  # The disk is full: the tape's header says so.


def finish(scope, log):
    """Record that this actor has finished its steps, and let the others see it."""
    from _mpconform_agent.board import DONE

    log.finish()
    scope.board().arrive(DONE, scope.name)


def stay_home(scope, log):
    """End this process if it is another one than *log* belongs to.

    A backend's call that forks must not return in the child: it would go on as if it were the parent.
    The header of the tape then shows its process id.
    """
    if tape.forked() != log.forks:
        try:
            tape.announce(scope.context.tape_path(scope.name), scope.serial)
        finally:
            os._exit(ESCAPED)


def take(scope, log, steps):
    """Take *steps*, one after the other."""
    # What needs nothing from the run is made before it, so that actors that met go on at once.
    prepared = [_prepare(step, scope) for step in steps]
    before = _before(scope)
    tape.current[get_ident()] = log
    for index, (step, call) in enumerate(zip(steps, prepared)):
        log.step = index
        if before is not None and before(log, index, step):
            continue
        if step["target"]:
            _take_call(scope, log, index, step, call)
        else:
            _take_verb(scope, log, index, step)


def _before(scope):
    """Return what is asked before each step, whether it has been taken thereby; None as a rule."""
    context = scope.context
    found = []
    if context.preemption:
        from _mpconform_agent import preempt

        if context.preemption.get("together") and scope.name != "main":
            preempt.together(scope)
        if context.preemption.get("priorities"):
            found.append(lambda log, index, step: preempt.order(scope, index))
    if context.rounds > 1 and scope.name == "main":
        from _mpconform_agent import rounds

        found.append(lambda log, index, step: rounds.instead(scope, log, index, step))
    # Not a generator: every one is asked, and the last one answers.
    return (lambda *about: [one(*about) for one in found][-1]) if found else None


def _prepare(step, scope):
    """Return the positional and keyword arguments of a step that needs nothing from the run."""
    if not step["target"]:
        return None
    if all(map(coding.is_static, step["arguments"])) and all(
        map(coding.is_static, step["keywords"].values())
    ):
        return _arguments(step, scope)
    return None


def _arguments(step, scope):
    keywords = {key: coding.decode(value, scope) for key, value in step["keywords"].items()}
    if step["timeout_s"] is not None:
        keywords["timeout"] = step["timeout_s"]
    return [coding.decode(value, scope) for value in step["arguments"]], keywords


def _take_call(scope, log, index, step, call):
    target, method = step["target"], step["method"]
    if target != "@" and not scope.has(target):
        return  # What should have bound it raised instead: there is nothing to call.
    if call is None:
        try:
            call = _arguments(step, scope)
        except Unbound:
            return  # The same of an argument.
        except coding.Refused as refused:
            _raised(scope, log, log.invoked(index), refused.error, monotonic_ns())
            return
    arguments, keywords = call
    place = log.invoked(index)
    try:
        if target == "@":
            result = scope.find(method)(*arguments, **keywords)
        elif method[0] != ".":
            result = getattr(scope.named(target), method)(*arguments, **keywords)
        elif method[-1] == "=":
            setattr(scope.named(target), method[1:-1], *arguments)
            result = None
        else:
            result = getattr(scope.named(target), method[1:])
    except BaseException as error:
        at = monotonic_ns()
        stay_home(scope, log)
        _raised(scope, log, place, error, at)
        return
    at = monotonic_ns()
    stay_home(scope, log)
    if step["bind"]:
        scope.bind(step["bind"], result)
    coding.record(log, place, result, scope, 0, at)


def _raised(scope, log, place, error, at, inner=0):
    log.told(place, tape.RAISED, coding.encode_exception(error, scope), inner, at)


def _take_verb(scope, log, index, step):
    from _mpconform_agent import verbs

    method, arguments = step["method"], step["arguments"]
    if not all(map(scope.has, coding.names_in(arguments))):
        return
    if method == "echo":
        place = log.invoked(index)
        coding.record(log, place, _echoed(scope, index, arguments), scope)
    elif method in verbs.ENDING:
        log.invoked(index)
        finish(scope, log)
        verbs.VERBS[method](scope, log, *arguments)
    elif method in verbs.OWN_RECORDS:
        verbs.OWN_RECORDS[method](scope, log, index, *arguments)
    else:
        place = log.invoked(index)
        try:
            result = verbs.VERBS[method](scope, log, *arguments)
        except verbs.Blamed as blamed:  # On the backend's object that the verb used.
            _raised(scope, log, place, blamed.error, monotonic_ns())
        else:
            if step["bind"] and result is not None:
                scope.bind(step["bind"], result)
            coding.record(log, place, result, scope)


def _echoed(scope, index, arguments):
    if scope.has("\0values"):
        return scope.named("\0values")[index]
    return [coding.decode(one, scope) for one in arguments]
