"""Pools on the model, as far as main alone uses them: whose tasks go on, and whose wait for main."""

from collections.abc import Iterator
from typing import Any

from mpconform.values import Json, Step
from mpconform_conformance.model.builder import SKIP, waits
from mpconform_conformance.model.machine import NEVER, Instruction, NotModelledError

__all__ = ("STUCK", "Pools")

_LAZY = frozenset({"imap", "imap_unordered"})
_LATER = frozenset({"apply_async", "map_async", "starmap_async"})
_AT_ONCE = frozenset({"apply", "map", "starmap"})
_ANSWERS = frozenset({"ready", "successful"})
_NEXT = frozenset({"next", "__next__"})

#: Main, and so everybody, would wait for ever.
STUCK = Instruction(choices=lambda _: NEVER)


class _Pool:
    """A pool: its number of workers, the points its tasks wait for, and whether it takes any more."""

    def __init__(self, workers: int) -> None:
        self.workers = workers
        self.points: list[Json] = []
        self.closed = self.terminated = False
        #: What was submitted and not yet seen to be complete.
        self.outstanding: list[_Result] = []
        #: Whether what is outstanding has been given the time to be taken up.
        self.settled = True


class _Result:
    """What a submission will bring: for each task the point that it waits for, None if for none."""

    def __init__(self, pool: _Pool, points: list[Json], *, ordered: bool, chunked: bool) -> None:
        self.pool = pool
        self.first = len(pool.points)
        self.points = points
        self.ordered = ordered
        self.chunked = chunked
        self.taken = 0


class Pools:
    """The pools of main, step by step: its code has no choices, so what becomes of them is known."""

    def __init__(self) -> None:
        """Know of none yet, and of no point that main has come to."""
        self._things: dict[str, _Pool | _Result] = {}
        self._reached: set[Json] = set()

    def knows(self, name: str) -> bool:
        """Return whether *name* is a pool or a result."""
        return name in self._things

    def reach(self, point: Json) -> None:
        """Let the tasks go on that wait for *point*."""
        self._reached.add(point)

    def make(self, step: Step) -> list[Instruction]:
        """Return what *step* does, which makes a pool."""
        workers = step.arguments[0] if step.arguments else None
        if not isinstance(workers, int):
            raise NotModelledError
        if step.bind and workers > 0:
            self._things[step.bind] = _Pool(workers)
        return [SKIP]

    def calls(self, step: Step) -> list[Instruction]:
        """Return what *step* does with a pool or a result; raises NotModelledError."""
        thing = self._things[step.target]
        if isinstance(thing, _Result):
            return [self._of_result(thing, step)]
        return [self._of_pool(thing, step)]

    def _of_pool(self, pool: _Pool, step: Step) -> Instruction:
        method = step.method
        if method == "close":
            pool.closed = True
        elif method in {"terminate", "__exit__"}:
            self._check_quiet(pool)
            pool.closed = pool.terminated = True
        elif method == "join":
            return self._joined(pool)
        elif method == "__enter__":
            if step.bind:
                raise NotModelledError
        elif method in _LATER | _LAZY | _AT_ONCE:
            return self._submitted(pool, step)
        else:
            raise NotModelledError
        return SKIP

    def check_end(self) -> None:
        """Raise NotModelledError if a pool is at work when main is through: it is then terminated."""
        for thing in self._things.values():
            if isinstance(thing, _Pool) and not thing.terminated:
                self._check_quiet(thing)

    def _joined(self, pool: _Pool) -> Instruction:
        if not pool.closed or pool.terminated:
            return SKIP  # It raises, or there is nobody left.
        if self._held(pool):
            return STUCK
        pool.outstanding.clear()
        return SKIP

    def _submitted(self, pool: _Pool, step: Step) -> Instruction:
        if pool.closed:
            return SKIP
        points = list(_points(step))
        chunk = step.keywords.get("chunksize", step.arguments[2] if len(step.arguments) > 2 else None)
        chunked = chunk != 1 and (chunk is not None or step.method not in _LAZY)
        result = _Result(pool, points, ordered=step.method != "imap_unordered", chunked=chunked)
        pool.points += points
        pool.outstanding.append(result)
        pool.settled = False
        if step.method in _AT_ONCE:
            return self._collected(result)
        if step.bind:
            self._things[step.bind] = result
        return SKIP

    def _of_result(self, result: _Result, step: Step) -> Instruction:
        method = step.method
        if method in _ANSWERS:
            return SKIP
        if method in {"get", "wait"}:
            if not waits(step, block=None, timeout=0):
                result.pool.settled = True
                return SKIP
            return self._collected(result)
        if method not in _NEXT:
            raise NotModelledError
        come = self._come(result)
        if not waits(step, block=None, timeout=0):
            result.taken += come > result.taken  # Perhaps; if not, there is one more to come.
            return SKIP
        result.taken += 1
        return SKIP if come >= min(result.taken, len(result.points) + 1) else STUCK

    def _collected(self, result: _Result) -> Instruction:
        """Return the wait for all of *result*."""
        if self._come(result) <= len(result.points):
            return STUCK
        outstanding = result.pool.outstanding
        outstanding[:] = [one for one in outstanding if one is not result]
        return SKIP

    def _check_quiet(self, pool: _Pool) -> None:
        """Raise NotModelledError if *pool* is at work: to end it then is a race that CPython may lose."""
        at_work = any(any(self._coming(result)) for result in pool.outstanding)
        if pool.outstanding and (at_work or not pool.settled):
            raise NotModelledError

    def _is_held(self, point: Json) -> bool:
        return point is not None and point not in self._reached

    def _held(self, pool: _Pool, before: int | None = None) -> int:
        """Return how many tasks of *pool*, of those *before* a place, wait for what main has not come to."""
        return sum(map(self._is_held, pool.points[:before]))

    def _coming(self, result: _Result) -> list[bool]:
        """Return for each task of *result* whether it is taken up, and ends."""
        pool = result.pool
        return [
            # Tasks are taken up in order, and each that is held keeps one worker busy.
            not self._is_held(point) and self._held(pool, result.first + at) < pool.workers
            for at, point in enumerate(result.points)
        ]

    def _come(self, result: _Result) -> int:
        """Return how many results of *result* surely come; the end of all of them counts as one more."""
        outstanding = any(one is result for one in result.pool.outstanding)
        if not outstanding:
            return len(result.points) + 1
        coming = self._coming(result)
        if result.pool.terminated:
            return 0
        if all(coming):
            return len(coming) + 1
        if result.chunked:
            return 0
        return coming.index(False) if result.ordered else sum(coming)


def _points(step: Step) -> Iterator[Json]:
    """Yield for each task of a submission the point that it waits for, or None."""
    if not step.arguments:
        raise NotModelledError
    function, *rest = step.arguments
    if function in ({"$function": "run_task"}, {"$function": "run_pair"}):
        yield from _points_in(rest[0] if rest else [])
    elif function == {"$function": "square"}:
        yield from [None] * len(rest[0]) if rest and isinstance(rest[0], list) else []
    else:
        raise NotModelledError


def _points_in(value: Any) -> Iterator[Json]:
    if isinstance(value, list | tuple):
        for one in value:
            yield from _points_in(one)
    elif isinstance(value, dict):
        if "$task" in value:
            _, behaviour, *more = value["$task"]
            yield more[0] if behaviour == "wait_point" else None
        elif "$tasks" in value:
            _, count, behaviour, *more = value["$tasks"]
            yield from [more[0] if behaviour == "wait_point" else None] * count
        elif "$iterator" in value or "$tuple" in value:
            yield from _points_in(next(iter(value.values())))
