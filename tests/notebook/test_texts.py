"""What a stub says of its task."""

from __future__ import annotations

from checker.notebook.texts import task_of, task_text


def test_a_task_is_the_docstring_of_a_stub() -> None:
    stub = '"""Title\n\nThe task.\n"""\n\nimport asyncio\n'
    assert task_of(stub) == ("Title", "The task.")
    assert stub.replace(task_text(stub), "").strip() == "import asyncio"
