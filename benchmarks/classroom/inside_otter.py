"""Runs in otter-grader's environment, in a folder with tests/ and notebooks; writes found.json.

The arguments are the students. It imports nothing of ours, which is not installed there.
"""

import json
import sys
import time
from importlib import import_module

_AUTOGRADER = "autograder.zip"

# By name, since it is no dependency of ours.
grade_submission = import_module("otter.api").grade_submission
generate = import_module("otter.generate").main


def main() -> None:
    """Make the autograder, grade, and write what came of it."""
    generate(tests_dir="tests", output_path=_AUTOGRADER, files=["asserts.py"], no_environment=True)
    fails: dict[str, list[str]] = {}
    took_s: dict[str, float] = {}
    for student in sys.argv[1:]:
        began = time.perf_counter()
        results = grade_submission(f"{student}.ipynb", _AUTOGRADER, quiet=True)
        took_s[student] = time.perf_counter() - began
        fails[student] = [name for name, each in results.results.items() if each.score != 1]
        if len(results.results) != 8:
            raise RuntimeError(f"{student}: {results.to_report_str()}")
    with open("found.json", "w") as file:
        json.dump({"fails": fails, "took_s": took_s}, file)


if __name__ == "__main__":
    main()
