"""An app that crashes is told so first, with its line, and a forgotten `await` is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from checker.engine import engine as engine_module
from checker.engine.engine import Engine
from checker.engine.limits import Limits
from checker.engine.verdict import CheckResult, Place
from tests.engine.conftest import MADE_UP, Grade, job, only, write_checks

GETS = """
async def test_answer(attempt):
    \"\"\"It answers.\"\"\"
    async with attempt.client("app") as client:
        response = await client.get("/items")
    status = response.status_code
    assert status == 200, f"It answered {status}. Look at `more_body`."
"""
CRASHES = """
total = 0

async def app(scope, receive, send):
    if scope["type"] == "http":
        total += 1
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})
"""
FRAMEWORK = """
from fastapi import FastAPI

app = FastAPI()

@app.get("/items")
async def items():
    return prices
"""


def test_a_crash_of_a_served_app_stands_first_with_its_line(grade: Grade) -> None:
    check = only(grade(GETS, CRASHES))
    first, second = check.got.splitlines()[:2]
    assert first.startswith("GET /items: your app raised UnboundLocalError: cannot access local")
    assert first.endswith(", in line 6")
    assert second == "500"
    assert check.where == Place(6, "total += 1", "app")
    assert check.next.startswith(
        "Fix that line first: the rest may follow from it. It answered 500"
    )


def test_a_crash_in_a_handler_of_a_framework_is_shown_too(grade: Grade) -> None:
    check = only(grade(GETS, FRAMEWORK))
    assert check.got.startswith(
        "GET /items: your app raised NameError: name 'prices' is not defined, in line 8"
    )
    assert check.where == Place(8, "return prices", "items")


def test_an_exception_of_the_check_that_an_app_passes_on_is_none_of_its_crashes(
    tmp_path: Path,
) -> None:
    check = _with_material(
        tmp_path,
        "import attempt\n\n\nasync def inner(scope, receive, send):\n"
        "    raise ValueError('on purpose')\n\n\n"
        "def mount():\n    attempt.app = attempt.wrap(inner)\n",
    )
    assert "on purpose" not in check.got
    assert check.next == "It answered 500. Look at `more_body`."


def test_what_the_app_of_a_middleware_raises_by_itself_is_one(tmp_path: Path) -> None:
    check = _with_material(
        tmp_path,
        "import attempt\n\n\nasync def inner(scope, receive, send):\n    await send(None)\n\n\n"
        "def mount():\n    attempt.app = attempt.wrap(inner)\n",
    )
    assert check.got.startswith("GET /items: your app raised TypeError")


WRAPS = """
def wrap(inner):
    async def app(scope, receive, send):
        async def look(message):
            await send(message | {})
        if scope["type"] == "http":
            await inner(scope, receive, look)
    return app
"""


def _with_material(folder: Path, text: str) -> CheckResult:
    mount = '    await attempt.bring_file("mount").call("mount")\n'
    checks = GETS.replace("    async with", f"{mount}    async with")
    material = write_checks(folder, checks).parent / "material"
    material.mkdir()
    (material / "mount.py").write_text(text)

    def use(engine: Engine) -> CheckResult:
        return only(engine.check(job(WRAPS), Limits()))

    return engine_module.engine([MADE_UP], use, folder)


TOTAL = """
async def test_total(attempt):
    \"\"\"It returns the total.\"\"\"
    total = await attempt.call("total", 2)
    assert total == 4, "Add them."
"""


@pytest.mark.parametrize(
    ("body", "words", "line"),
    [
        ("return price(n)", "total returned is the coroutine object of `price(...)`", 5),
        ("a = price(n)\n    return [a, await price(n)]", "total returned[0] is the coroutine", 5),
    ],
)
def test_a_forgotten_await_is_named_with_its_line(
    grade: Grade, body: str, words: str, line: int
) -> None:
    text = f"async def price(n):\n    return n\n\nasync def total(n):\n    {body}\n"
    check = only(grade(TOTAL, text))
    assert words in check.got
    assert "Write `await price(...)`" in check.got
    assert check.where is not None
    assert check.where.line == line


def test_an_exception_that_is_returned_is_named(grade: Grade) -> None:
    check = only(grade(TOTAL, "async def total(n):\n    return ValueError('no')\n"))
    assert "is the exception ValueError, as a value" in check.got
