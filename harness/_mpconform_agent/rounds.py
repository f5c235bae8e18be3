"""Rounds: a burst takes the steps of a scenario many times in the same processes.

What starting a process costs is paid once.  Each round has objects of its own, made before the
first; main lets an actor begin a round where the scenario would start it, and where the scenario would
join it, waits until it has finished the round.  The first round really starts, the last one really joins.
"""

from _mpconform_agent import tape
from _mpconform_agent.board import DONE, RELEASED, await_true
from _mpconform_agent.scope import Scope

__all__ = ("instead", "scopes")

#: Rounds are short, so those who wait for the next one look often.
_LOOK_S = 0.0005


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
        from _mpconform_agent.verbs import has_ended

        place = log.invoked(index)
        await_true(lambda: scope.board().arrived(DONE, [target]) or has_ended(scope, target), _LOOK_S)
    else:
        return False
    log.returned(place, tape.NONE)
    return True
