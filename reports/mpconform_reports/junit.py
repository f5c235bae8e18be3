"""JUnit XML: what Jenkins, GitLab and most others show of a test run.

One suite for each backend, one case for each requirement.  What is known or not offered is skipped, with
its reason; what could not be judged although it should, and a defect of ours, is an error; a violation is a
failure with its story.
"""

import re
from xml.etree import ElementTree as ET

from mpconform_reports.judgements import Judgement, judgements
from mpconform_reports.record import Record
from mpconform_reports.terminal import plain, story

__all__ = ("render",)

#: What XML 1.0 cannot hold, not even as a reference.
_UNSPEAKABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_ELEMENTS = {"failed": "failure", "error": "error", "skipped": "skipped"}


def render(record: Record) -> str:
    """Return the whole document."""
    found = judgements(record)
    root = ET.Element("testsuites", {"name": "mpconform", **_counts(found)})
    for backend in dict.fromkeys(judgement.backend for judgement in found):
        own = [judgement for judgement in found if judgement.backend == backend]
        skipped = sum(judgement.verdict == "skipped" for judgement in own)
        seconds = sum(campaign.seconds for campaign in record.campaigns if campaign.backend == backend)
        attributes = {
            "name": _speakable(backend),
            "timestamp": record.header.started.partition("+")[0],
            "time": f"{seconds:.3f}",
            "skipped": str(skipped),
            **_counts(own),
        }
        suite = ET.SubElement(root, "testsuite", attributes)
        for judgement in own:
            _case(suite, judgement)
    ET.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def _counts(found: "tuple[Judgement, ...] | list[Judgement]") -> dict[str, str]:
    verdicts = [judgement.verdict for judgement in found]
    return {
        "tests": str(len(found)),
        "failures": str(verdicts.count("failed")),
        "errors": str(verdicts.count("error")),
    }


def _case(suite: ET.Element, judgement: Judgement) -> None:
    family = judgement.requirement.family if judgement.requirement else "mpconform"
    case = ET.SubElement(
        suite,
        "testcase",
        name=_speakable(judgement.name),
        classname=_speakable(f"{judgement.backend.replace(':', '.')}.{family}"),
    )
    if judgement.verdict == "passed":
        return
    element = ET.SubElement(
        case,
        _ELEMENTS[judgement.verdict],
        message=_speakable(judgement.why),
        type=judgement.standing or "mpconform",
    )
    if judgement.verdict == "failed" and judgement.violations:
        element.text = _speakable("\n\n".join(plain(story(v)) for v in judgement.violations))


def _speakable(text: str) -> str:
    return _UNSPEAKABLE.sub("\ufffd", text)
