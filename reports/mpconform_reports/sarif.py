"""SARIF 2.1.0: what code scanning shows; one result for each violation, one rule for each requirement."""

import hashlib
import json
from typing import Any

from mpconform.values import Requirement
from mpconform_reports import gate
from mpconform_reports.judgements import Judgement, judgements
from mpconform_reports.record import Record
from mpconform_reports.shown import ShownViolation

__all__ = ("render",)

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
#: What a gate makes of a violation, as a level of SARIF.
_LEVELS = {"known": "note", "advisory": "note", "later": "note"}


def render(record: Record) -> str:
    """Return the whole document."""
    found = [judgement for judgement in judgements(record) if judgement.violations]
    used = {judgement.name for judgement in found}
    rules = [requirement for requirement in record.header.requirements if requirement.id in used]
    places = {requirement.id: place for place, requirement in enumerate(rules)}
    run = {
        "tool": {
            "driver": {
                "name": "mpconform",
                "semanticVersion": record.header.mpconform,
                "rules": [_rule(requirement) for requirement in rules],
            }
        },
        "automationDetails": {"id": "mpconform/"},
        "columnKind": "unicodeCodePoints",
        "invocations": [_invocation(record)],
        "results": [
            _result(record, judgement, violation, places[judgement.name])
            for judgement in found
            for violation in judgement.violations
        ],
    }
    return json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=1) + "\n"


def _rule(requirement: Requirement) -> dict[str, Any]:
    return {
        "id": requirement.id,
        "shortDescription": {"text": requirement.statement},
        "fullDescription": {"text": requirement.why or requirement.statement},
        "help": {"text": f"{requirement.statement} Source: {requirement.source}. {requirement.why}".strip()},
        "defaultConfiguration": {"level": "error" if requirement.level == "MUST" else "warning"},
        "properties": {"tags": [requirement.family, requirement.level, requirement.kind]},
    }


def _invocation(record: Record) -> dict[str, Any]:
    found: dict[str, Any] = {
        "commandLine": record.header.command,
        "startTimeUtc": record.header.started.replace("+00:00", "Z"),
        "executionSuccessful": record.ended == "completed",
    }
    if record.footer:
        found["exitCode"] = record.footer.exit_code
    return found


def _result(record: Record, judgement: Judgement, violation: ShownViolation, place: int) -> dict[str, Any]:
    event = violation.event
    standing = next((s for s in record.standings if s.violation == event.id), None)
    word = standing.standing if standing else ""
    level = "error" if judgement.requirement and judgement.requirement.level == "MUST" else "warning"
    identity = f"{event.requirement} {event.backend} {event.kind}"
    found: dict[str, Any] = {
        "ruleId": event.requirement,
        "ruleIndex": place,
        "level": _LEVELS.get(word, level),
        "message": {"text": f"{event.backend}: {event.summary} Replay it: {event.replay}"},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": f"{event.folder}/scenario.json"},
                    "region": {"startLine": 1},
                },
                "logicalLocations": [{"fullyQualifiedName": event.backend, "kind": "module"}],
            }
        ],
        "partialFingerprints": {"mpconform/v1": hashlib.sha256(identity.encode()).hexdigest()},
        "occurrenceCount": max(1, event.seen),
    }
    if standing:
        found["baselineState"] = "new" if word in gate.FAILING else "unchanged"
        if word == "known":
            found["suppressions"] = [{"kind": "external", "justification": standing.reason}]
    return found
