"""Strict readers, by the rules of the tools that import these files."""

from __future__ import annotations

import csv
import io
import json
import re
from typing import Any
from xml.etree import ElementTree

Row = dict[str, str]
VISIBILITIES = {"hidden", "after_due_date", "after_published", "visible"}
OUTPUT_FORMATS = {"text", "simple_format", "html", "md", "ansi"}
TOP = {
    "score", "max_score", "execution_time", "output", "output_format", "test_output_format",
    "test_name_format", "visibility", "stdout_visibility", "extra_data", "tests", "leaderboard",
}  # fmt: skip
TEST = {
    "score", "max_score", "status", "name", "name_format", "number", "output", "output_format",
    "tags", "visibility", "extra_data",
}  # fmt: skip
RESULT = {
    "schema", "classroom", "assignment", "assignment_type", "owner", "submission", "commit",
    "release", "review", "datetime", "score", "max-score", "tests",
}  # fmt: skip


def _rows(text: str, separator: str = ",") -> list[list[str]]:
    rows = list(csv.reader(io.StringIO(text, newline=""), strict=True, delimiter=separator))
    assert all(len(row) == len(rows[0]) for row in rows), "a row has other cells than the head"
    return rows


def canvas(text: str, title: str, known: dict[str, str]) -> tuple[dict[str, str], str]:
    """The grades by student's ID, and the points possible. `known` are IDs by login."""
    separator = ";" if text.partition("\n")[0].count(";") > 3 else ","
    head, *rows = _rows(text.removeprefix("\ufeff"), separator)
    assert head[:2] == ["Student", "ID"]
    student = head[: head.index("Section") + 1]
    assert set(student) <= {
        "Student", "ID", "SIS User ID", "SIS Login ID", "Integration ID", "Root Account", "Section",
    }  # fmt: skip
    ours = [n for n, name in enumerate(head) if re.sub(r" \(\d+\)$", "", name) == title]
    assert len(ours) == 1
    possible = [row[ours[0]] for row in rows if row[0].strip() == "Points Possible"]
    grades = {}
    for row in rows:
        who = dict(zip(head, row, strict=True))
        id = who["ID"] or known.get(who["SIS Login ID"], "")
        if row[0].strip() == "Points Possible" or not (id or row[0].strip()):
            continue
        value = row[ours[0]]
        assert value in ("", "EX") or float(value) >= 0
        grades[id or row[0]] = value
    return grades, possible[0]


def moodle(text: str, maximum: float) -> dict[str, tuple[str, str]]:
    """Grade and feedback by the participant's number."""
    head, *rows = _rows(text)
    for name in ("Identifier", "Grade", "Last modified (grade)"):
        assert name in head
    found = {}
    for row in rows:
        who = dict(zip(head, row, strict=True))
        number = re.fullmatch(r"Participant (\d+)", who["Identifier"])
        assert number
        if who["Grade"] not in ("", "-"):
            assert 0 <= float(who["Grade"]) <= maximum
        assert "<" not in who["Feedback comments"]
        found[number[1]] = who["Grade"], who["Feedback comments"]
    return found


def nbgrader(text: str) -> list[Row]:
    """The rows."""
    head, *rows = _rows(text)
    assert ",".join(head) == (
        "assignment,duedate,timestamp,student_id,last_name,first_name,email,raw_score,"
        "late_submission_penalty,score,max_score"
    )
    found = [dict(zip(head, row, strict=True)) for row in rows]
    for row in found:
        if row["score"] == "":
            assert row["raw_score"] == row["late_submission_penalty"] == ""
            continue  # Not graded.
        raw, penalty = float(row["raw_score"]), float(row["late_submission_penalty"])
        assert float(row["score"]) == raw - penalty <= float(row["max_score"])
    return found


def gradescope(text: str) -> dict[str, Any]:
    """The result, held against what Gradescope refuses.

    Without any score it refuses the whole file, and keeps the submission as one that failed.
    """
    found: dict[str, Any] = json.loads(text, parse_constant=_refuse)
    assert found.keys() <= TOP
    has_scores = found["tests"] and all("score" in test for test in found["tests"])
    if "score" not in found:
        assert not any("score" in test for test in found["tests"])
        assert found["output"].startswith("NOT GRADED")
    assert "score" in found or not has_scores
    assert found["visibility"] in VISIBILITIES
    assert found["stdout_visibility"] in VISIBILITIES
    assert isinstance(found["output"], str)
    for test in found["tests"]:
        assert test.keys() <= TEST
        assert test["visibility"] in VISIBILITIES
        assert test["status"] in ("passed", "failed")
        assert test["output_format"] in OUTPUT_FORMATS
        assert test["name_format"] in OUTPUT_FORMATS
        assert ("score" in test) == ("max_score" in test)
    scores = sum(test.get("score", 0) for test in found["tests"])
    assert abs(scores - found.get("score", 0)) < 0.005 * len(found["tests"]) + 1e-9
    return found


def junit(text: str) -> list[ElementTree.Element]:
    """The suites; their numbers agree with what is in them."""
    root = ElementTree.fromstring(text.encode())
    assert root.tag == "testsuites"
    for suite in root:
        assert set(suite.keys()) >= {
            "name", "errors", "failures", "skipped", "tests", "time", "timestamp", "hostname",
        }  # fmt: skip
        cases = suite.findall("testcase")
        assert int(suite.get("tests", "")) == len(cases)
        for count, tag in (("errors", "error"), ("failures", "failure"), ("skipped", "skipped")):
            assert int(suite.get(count, "")) == len(suite.findall(f"testcase/{tag}"))
        assert all(set(case.keys()) >= {"classname", "name", "time"} for case in cases)
        # xs:dateTime, as the schema of Ant and Jenkins has it; and a name of some host.
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", suite.get("timestamp", ""))
        assert suite.get("hostname") == "localhost"
        assert all(set(each.keys()) == {"name", "value"} for each in suite.iter("property"))
    return list(root)


def classroom50(text: str) -> dict[str, Any]:
    """The result, by the schema."""
    assert len(text) < 10 << 20
    found: dict[str, Any] = json.loads(text, parse_constant=_refuse)
    assert found.keys() == RESULT
    assert found["schema"] == "classroom50/result/v1"
    for name in RESULT - {"score", "max-score", "tests"}:
        assert isinstance(found[name], str)
        assert found[name]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", found["datetime"])
    for each in [found, *found["tests"]]:
        assert type(each["score"]) is int
        assert type(each["max-score"]) is int
        assert 0 <= each["score"] <= each["max-score"]
    for test in found["tests"]:
        assert test.keys() >= {"test-name", "passed", "score", "max-score"}
        assert type(test["passed"]) is bool
    assert found["score"] == sum(test["score"] for test in found["tests"])
    assert found["max-score"] == sum(test["max-score"] for test in found["tests"])
    return found


def _refuse(constant: str) -> None:
    raise AssertionError(f"{constant} is no JSON")
