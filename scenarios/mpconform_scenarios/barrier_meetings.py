"""Barriers that are passed, again and again, and barriers that break."""

from hypothesis import strategies as st

from mpconform.values import Json, ObjectSpec, Scenario, Step
from mpconform_scenarios.build import call, join_all, start_all, verb
from mpconform_scenarios.condition_parts import await_steps, meet, named, scenario

__all__ = ("aborting", "breaking", "failing", "generations", "resetting")

_LOOKS = (".parties", ".n_waiting", ".broken")
#: A timeout of a barrier that no run waits for: who relies on it, although it need not, hangs.
_NEVER_S = 60.0


def _barrier(parties: int, action: Json = None, timeout_s: float | None = None) -> dict[str, ObjectSpec]:
    """Return the barrier ``b``; what it has not is not said."""
    keywords: dict[str, Json] = {"action": {"$action": action}} if action else {}
    if timeout_s is not None:
        keywords["timeout"] = timeout_s
    return {"b": ObjectSpec(factory="Barrier", arguments=(parties,), keywords=keywords)}


@st.composite
def generations(draw: st.DrawFn) -> Scenario:
    """Draw parties that pass a barrier several times, as fast as they can or with pauses; main only looks.

    Or more actors than parties, each of which passes once.  Or all come in time at first, and then one comes
    later than that, when the others wait without a timeout.
    """
    parties = draw(st.integers(2, 4))
    crowd = draw(st.booleans())
    actors = named("p", 2 * parties if crowd and parties < 4 else parties)
    often = 1 if len(actors) > parties else draw(st.integers(1, 5))
    action = draw(st.sampled_from((["note"], None, ["hold", 0.003])))
    limit_s = draw(st.sampled_from((None, None, 2.0)))
    patience_s = draw(st.sampled_from((None, None, None, 0.1))) if often > 1 and limit_s is None else None
    pauses = st.sampled_from((0.0, 0.0, 0.002))
    looks = [call("b", name) for name in draw(st.lists(st.sampled_from(_LOOKS), max_size=3))]
    steps: dict[str, list[Step]] = {
        "main": [*looks, *start_all(actors), *looks, *join_all(actors), *(call("b", name) for name in _LOOKS)]
    }
    for name in actors:
        steps[name] = []
        for at in range(often):
            pause = draw(pauses)
            timed = patience_s is not None and at < often - 1
            if patience_s is not None and not timed and name == actors[-1]:
                pause = 1.5 * patience_s
            wait = call("b", "wait", timeout_s=patience_s) if timed else call("b", "wait")
            # No wait of those before, which had a timeout, is under way any more.
            apart = [meet(0, *actors)] if patience_s is not None and not timed else []
            steps[name] += [*apart, *([verb("hold", pause)] if pause else []), wait]
    return scenario("generations", _barrier(parties, action, limit_s), steps)


@st.composite
def breaking(draw: st.DrawFn) -> Scenario:
    """Draw a barrier to which not all parties come, until the time of one is over, which may be none at all.

    Then all are told, those who come later too, until main resets it when nobody is there: then they pass.
    Shrinks to one wait at a barrier for two.
    """
    return _broken(draw, "breaking", draw(st.sampled_from(("given", "default", "both"))))


@st.composite
def aborting(draw: st.DrawFn) -> Scenario:
    """Draw a barrier to which not all parties come, until main aborts it; then as above."""
    return _broken(draw, "aborting", "abort")


def _broken(draw: st.DrawFn, theme: str, how: str) -> Scenario:
    parties = draw(st.integers(2, 4))
    actors = named("p", parties)
    come = draw(st.integers(1, parties - 1))
    again = draw(st.integers(0, 1)) if how != "abort" else 1
    # Zero is a timeout, and not the same as none.
    short_s = draw(st.sampled_from((0.02, 0.0, 0.05, 0.0)))
    default_s = {"default": short_s, "both": 0.2 if short_s else _NEVER_S}.get(how)
    if how == "both" and draw(st.booleans()):
        default_s, short_s = short_s, 0.2
    everybody = ("main", *actors)
    waits = {name: call("b", "wait") for name in actors}
    if how in {"given", "both"}:
        for name in actors[: draw(st.integers(1, come)) if how == "given" else come]:
            waits[name] = call("b", "wait", timeout_s=short_s)
    steps: dict[str, list[Step]] = {
        "main": [
            *start_all(actors),
            *await_steps(dict.fromkeys(actors[:come], 0)),
            *([call("b", "abort")] if how == "abort" else []),
            meet(0, *everybody),
            call("b", ".broken"),
            meet(1, *everybody),
            call("b", ".n_waiting"),
            call("b", "reset"),
            call("b", ".broken"),
            meet(2, *everybody),
            *join_all(actors),
            call("b", ".broken"),
        ]
    }
    for at, name in enumerate(actors):
        steps[name] = [
            *([waits[name]] if at < come else []),
            meet(0, *everybody),
            *[call("b", "wait", *([0.5] if draw(st.booleans()) else []))] * again,
            meet(1, *everybody),
            meet(2, *everybody),
            call("b", "wait", 1.0) if default_s is not None else call("b", "wait"),
        ]
    return scenario(theme, _barrier(parties, None, default_s), steps)


@st.composite
def resetting(draw: st.DrawFn) -> Scenario:
    """Draw a barrier that is reset while some may wait, whose time is over soon if they had not come yet.

    A look at n_waiting tells who had come.  After the reset, main waits too, for a moment, and is alone.  Or
    all pass it, and who comes back resets it, while others may still be on their way out: they have passed.
    Shrinks to one that waits, of two.
    """
    if draw(st.booleans()):
        return _reset_behind(draw)
    parties = draw(st.integers(2, 4))
    actors = named("p", draw(st.integers(1, parties - 1)))
    pause_s = draw(st.sampled_from((0.02, 0.005)))
    # Alone after the reset, if those before were told: with them it would pass.
    late = len(actors) == parties - 1
    everybody = ("main", *actors)
    steps: dict[str, list[Step]] = {
        "main": [
            *start_all(actors),
            *await_steps(dict.fromkeys(actors, 0)),
            verb("hold", pause_s),
            call("b", ".n_waiting"),
            call("b", "reset"),
            call("b", ".n_waiting"),
            *([call("b", "wait", timeout_s=0.02)] if late else []),
            meet(0, *everybody),
            call("b", ".n_waiting"),
            call("b", "reset"),
            call("b", ".broken"),
            meet(1, *everybody),
            *join_all(actors),
        ]
    }
    for name in actors:
        steps[name] = [
            call("b", "wait", timeout_s=0.4),
            meet(0, *everybody),
            meet(1, *everybody),
        ]
    return scenario("resetting", _barrier(parties), steps)


def _reset_behind(draw: st.DrawFn) -> Scenario:
    """Draw parties of which some reset the barrier as soon as they have passed; then all meet, and again."""
    parties = draw(st.integers(2, 4))
    actors = named("p", parties)
    # Whoever comes back first, is one of them or not.
    resets = actors[: parties if draw(st.booleans()) else draw(st.integers(1, parties))]
    steps: dict[str, list[Step]] = {"main": [*start_all(actors), *join_all(actors), call("b", ".broken")]}
    for name in actors:
        steps[name] = []
    # An order of more calls than this is not looked for.
    for at in range(draw(st.integers(1, 24 // (parties + len(resets))))):
        for name in actors:
            passing = [call("b", "wait"), *([call("b", "reset")] if name in resets else [])]
            steps[name] += [*passing, meet(at, *actors)]
    return scenario("resetting", _barrier(parties), steps)


@st.composite
def failing(draw: st.DrawFn) -> Scenario:
    """Draw a barrier whose action raises; those who come later are told that it is broken."""
    parties = draw(st.integers(1, 4))
    actors = named("p", parties)
    everybody = ("main", *actors)
    steps: dict[str, list[Step]] = {
        "main": [*start_all(actors), meet(0, *everybody), call("b", ".broken"), *join_all(actors)]
    }
    for name in actors:
        steps[name] = [call("b", "wait"), meet(0, *everybody), *[call("b", "wait")] * draw(st.integers(0, 1))]
    return scenario("failing", _barrier(parties, ["fail"]), steps)
