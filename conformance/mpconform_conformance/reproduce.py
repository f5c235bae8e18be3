"""The script of a violation with the rate at which it fails here: it is tried before it is written.

If it does not fail, it is tried with many rounds in each run, and with very many.
"""

from collections.abc import Callable

from mpconform.backend import Backend
from mpconform.clock import Deadline
from mpconform.store import StoredViolation
from mpconform.values import History
from mpconform.warden import workdir
from mpconform_conformance.alone import run_alone
from mpconform_reports.reproduction import script

__all__ = ("Try", "best_script", "trier")

#: Run a script, and return how often it failed, and in how many runs; no runs: that is not known.
Try = Callable[[str], tuple[int, int]]

_RUNS = 20
#: What fails each time, and takes longer than this, is run only so often.
_SLOW_S, _SURELY = 0.2, 5
#: The first run says how many there is time for.
_SHARE = 0.3
_LEAST_S = 2.0
#: So many rounds in each run of what does not fail otherwise.
_ROUNDS = (32, 512)


def trier(backend: Backend, *, share_s: float) -> Try:
    """Return what runs scripts on *backend*, each for a part of *share_s* seconds."""

    def trying(text: str) -> tuple[int, int]:
        deadline = Deadline(max(_LEAST_S, share_s * _SHARE))
        with workdir() as folder:
            failed = runs = 0
            often = 1
            while often > 0:
                left_s = deadline.left_s
                ran = run_alone(text, backend, runs=often, limit_s=left_s, workdir=folder)
                failed, runs = failed + ran.failed, runs + ran.runs
                if not ran.runs or deadline.over:
                    break
                spent_s = (left_s - deadline.left_s) / often
                wanted = _SURELY if failed == runs and spent_s > _SLOW_S else _RUNS
                often = min(wanted - runs, int(0.8 * deadline.left_s / spent_s))
        return failed, runs

    return trying


def best_script(stored: StoredViolation, history: History, statement: str, trying: Try | None) -> str:
    """Return the script that shows *stored* again, with what is known of how often it fails."""
    plain = script(stored, history, statement)
    if trying is None:
        return plain
    ran = trying(plain)
    if ran[0] or not ran[1]:
        return script(stored, history, statement, ran=ran)
    for rounds in _ROUNDS:
        text = script(stored, history, statement, rounds=rounds)
        if text == plain:  # It had as many rounds, or can have no more than one.
            continue
        often = trying(text)
        if often[0]:
            return script(stored, history, statement, ran=often, rounds=rounds)
    return script(stored, history, statement, ran=ran)
