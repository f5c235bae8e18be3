"""CTRF: the Common Test Report Format, JSON that many CI tools read."""

import datetime as dt
import json
import uuid
from typing import Any

from mpconform_reports.judgements import Judgement, judgements
from mpconform_reports.record import Record
from mpconform_reports.terminal import plain, story

__all__ = ("render",)

_SPECIFICATION = "0.0.0"
_STATUSES = {"passed": "passed", "failed": "failed", "skipped": "skipped", "error": "other"}
#: Names are made in this space: the same requirement on the same backend has the same id in every run.
_SPACE = uuid.UUID("0e8b7a54-0d4c-5f6e-9a3b-6d70636f6e66")


def render(record: Record) -> str:
    """Return the whole document."""
    found = judgements(record)
    started = dt.datetime.fromisoformat(record.header.started)
    start = round(started.timestamp() * 1000)
    seconds = record.footer.seconds if record.footer else sum(c.seconds for c in record.campaigns)
    statuses = [_STATUSES[judgement.verdict] for judgement in found]
    summary = {
        "tests": len(found),
        **{status: statuses.count(status) for status in ("passed", "failed", "skipped", "pending", "other")},
        "suites": len(record.header.backends),
        "start": start,
        "stop": start + round(seconds * 1000),
    }
    document = {
        "reportFormat": "CTRF",
        "specVersion": _SPECIFICATION,
        "timestamp": started.isoformat(),
        "generatedBy": f"mpconform {record.header.mpconform}",
        "results": {
            "tool": {"name": "mpconform", "version": record.header.mpconform},
            "summary": summary,
            "tests": [_test(judgement) for judgement in found],
            "environment": {
                "osPlatform": record.header.machine.system.partition(" ")[0].lower(),
                "extra": {
                    "seed": record.header.seed,
                    "profile": record.header.profile,
                    "edition": record.header.gate.edition if record.header.gate else None,
                },
            },
        },
    }
    return json.dumps(document, indent=1) + "\n"


def _test(judgement: Judgement) -> dict[str, Any]:
    requirement = judgement.requirement
    found: dict[str, Any] = {
        "id": str(uuid.uuid5(_SPACE, f"{judgement.name} on {judgement.backend}")),
        "name": f"{judgement.name} [{judgement.backend}]",
        "status": _STATUSES[judgement.verdict],
        # A campaign judges all requirements of a family at once: none has a time of its own.
        "duration": 0,
        "suite": [judgement.backend, requirement.family if requirement else "mpconform"],
        "rawStatus": judgement.standing or judgement.verdict,
    }
    if judgement.why:
        found["message"] = judgement.why
    if judgement.verdict == "failed" and judgement.violations:
        found["trace"] = "\n\n".join(plain(story(violation)) for violation in judgement.violations)
    if requirement:
        found["tags"] = [requirement.level, requirement.kind]
    return found
