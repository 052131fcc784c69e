"""The course in JupyterLab, in a browser: `make test-browser`, and not part of `make test`.

It needs the package `playwright` and a Chromium of the system, at $CHROMIUM or /usr/bin/chromium.
Pictures of what was seen are left in build/browser.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.browser.lab import ROOT, Lab, Page, browser, copy_of_the_course, driver

PICTURES = ROOT / "build" / "browser"

# `make test` collects everything below tests/; this folder has to be asked for.
collect_ignore_glob = [] if os.environ.get("UNBLOCKED_BROWSER") else ["test_*.py"]


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    course = copy_of_the_course(tmp_path_factory.mktemp("course with ünusual letters"))
    started = Lab(course)
    try:
        yield started
    finally:
        started.close()


@pytest.fixture(scope="session")
def pictures() -> Path:
    shutil.rmtree(PICTURES, ignore_errors=True)
    PICTURES.mkdir(parents=True)
    return PICTURES


@pytest.fixture(scope="session")
def playwright() -> Iterator[Any]:
    with driver() as started:
        yield started


@pytest.fixture(params=["light", "dark"])
def theme(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def page(
    request: pytest.FixtureRequest,
    lab: Lab,
    playwright: Any,
    theme: str,
    pictures: Path,
    tmp_path: Path,
) -> Iterator[Page]:
    with browser(playwright, tmp_path / "profile", theme) as context:
        made = Page(context.pages[0], lab, pictures, theme)
        try:
            yield made
        finally:
            # What a test that failed saw last; after one that passed it is of no interest.
            made.picture(f"99-last-{request.node.name.partition('[')[0]}")
