"""Rounds: a burst takes the steps of a scenario many times in the same processes.

What starting a process costs is paid once.  Each round has objects of its own, made before the
first; main lets an actor begin a round where the scenario would start it, and where the scenario would
join it, waits until it has finished the round.  The first round really starts, the last one really joins.
"""

import contextlib

from _mpconform_agent import tape
from _mpconform_agent.board import DONE, RELEASED, await_true
from _mpconform_agent.scope import Scope

__all__ = ("await_unjoined", "instead", "scopes")

#: Rounds are short, so those who wait for the next one look often.
_LOOK_S = 0.0005
#: Who has ended is reaped at once; a fork server may be somewhat later.
_REAPED_S = 1.0


def scopes(context, name, objects, log):
    """Yield for each round the scope in which actor *name* takes its steps, when it may begin."""
    for number in range(context.rounds):
        scope = Scope(context, name, objects[number], number)
        log.first = number * tape.ROUND
        if number:
            await_true(lambda: scope.board().arrived(RELEASED, [name]), _LOOK_S)  # noqa: B023
        yield scope


def instead(scope, log, index, step):
    """Do what stands for a start or a join between rounds; return whether *step* was one."""
    target, method = step["target"], step["method"]
    if target not in scope.context.names:
        return False
    if method == "start" and scope.round:
        place = log.invoked(index)
        scope.board().arrive(RELEASED, target)
    elif method == "join" and scope.round < scope.context.rounds - 1:
        place = log.invoked(index)
        _await_rounds(scope, [target])
    else:
        return False
    log.returned(place, tape.NONE)
    return True


def _await_rounds(scope, names):
    """Wait until each of *names* has finished the round, or its process has ended."""
    from _mpconform_agent.verbs import has_ended

    def through(name):
        return scope.board().arrived(DONE, [name]) or has_ended(scope, name)

    await_true(lambda: all(map(through, names)), _LOOK_S)


def await_unjoined(scope, names):
    """Wait until *names*, whom nobody joins, have finished the round of main's *scope*; the last, ended.

    It is no step, so nothing of it is recorded; and that they have ended is not asked of the backend.
    """
    if scope.round < scope.context.rounds - 1:
        _await_rounds(scope, names)
        return
    from _mpconform_agent.verbs import has_ended

    await_true(lambda: all(has_ended(scope, name) for name in names), _LOOK_S)
    for name in names:
        with contextlib.suppress(Exception):  # Whatever it does: it is only to be reaped.
            scope.named(name).join(_REAPED_S)
