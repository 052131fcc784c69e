"""JUnit XML, as pytest writes it: for build servers and for whatever else reads that.

A student's exercise is a suite, a check is a case. A work that could not be graded is an error.
Logs of builds are read by students too, so a hidden check has no name in here, and neither has the
machine.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from xml.etree import ElementTree

from checker.classroom.graded import Batch, Graded, Student, number, stamp
from checker.classroom.public import NOT_GRADED, cut, public
from checker.engine.verdict import CheckResult
from checker.show.texts import plain

_NO_XML = re.compile("[\ufffe\uffff\ufdd0-\ufdef]")
_LONGEST = 2_000


def text(batch: Batch) -> str:
    """The file."""
    root = ElementTree.Element("testsuites", name=_xml(batch.title))
    for student in batch.students:
        for work in student.works:
            root.append(_suite(batch, student, work))
    ElementTree.indent(root, " ")
    made = ElementTree.tostring(root, "unicode")
    return f'<?xml version="1.0" encoding="utf-8"?>\n{made}\n'


def _suite(batch: Batch, student: Student, work: Graded) -> ElementTree.Element:
    verdict = public(work)
    checks = verdict.checks if verdict is not None else []
    outcomes = [check.outcome for check in checks]
    missing, failed = int(verdict is None), int(work.not_graded)
    suite = ElementTree.Element(
        "testsuite",
        name=_xml(f"{student.key}: {work.exercise}"),
        tests=str(len(checks) + missing + failed),
        errors=str(outcomes.count("checker_error") + failed),
        failures=str(outcomes.count("failed")),
        skipped=str(outcomes.count("skipped") + outcomes.count("not_attempted") + missing),
        time=f"{verdict.real_s if verdict is not None else 0:.3f}",
        timestamp=_moment(batch.made),
        hostname="localhost",
    )
    properties = ElementTree.SubElement(suite, "properties")
    for name, value in {
        "student": student.key,
        "points": number(work.points) if not failed else "not graded",
        "points_of": str(work.points_of),
        "sandbox": stamp(batch),
        **{f"version {name}": version for name, version in batch.versions.items()},
    }.items():
        ElementTree.SubElement(properties, "property", name=_xml(name), value=_xml(value))
    for check in checks:
        suite.append(_case(work, check))
    if verdict is None:
        case = ElementTree.SubElement(suite, "testcase", classname=_xml(work.exercise))
        case.attrib |= {"name": "handed in", "time": "0.000"}
        ElementTree.SubElement(case, "skipped", message="nothing was handed in")
    if failed:
        case = ElementTree.SubElement(suite, "testcase", classname=_xml(work.exercise))
        case.attrib |= {"name": "graded", "time": "0.000"}
        told = ElementTree.SubElement(case, "error", message=f"not graded: {NOT_GRADED}")
        told.text = NOT_GRADED
    return suite


def _case(work: Graded, check: CheckResult) -> ElementTree.Element:
    case = ElementTree.Element(
        "testcase", classname=_xml(work.exercise), name=_xml(check.id), time="0.000"
    )
    if check.outcome in ("skipped", "not_attempted"):
        message = check.got or check.outcome.replace("_", " ")
        ElementTree.SubElement(case, "skipped", message=_xml(message))
    elif check.outcome != "passed":
        kind = "failure" if check.outcome == "failed" else "error"
        told = ElementTree.SubElement(case, kind, message=_xml(check.got or check.title))
        parts = (check.title, "\n".join(check.did[:4]), check.got, check.next)
        told.text = _xml("\n".join(filter(None, parts)))
    return case


def _moment(made: str) -> str:
    """In UTC, to the second and without a zone: as xs:dateTime, and as older readers demand it."""
    moment = datetime.fromisoformat(made)
    utc = moment.astimezone(UTC) if moment.tzinfo else moment
    return utc.strftime("%Y-%m-%dT%H:%M:%S")


def _xml(said: str) -> str:
    """What XML can hold: the writer escapes what it takes for markup, and refuses nothing."""
    return _NO_XML.sub("", plain(cut(said, _LONGEST)))
