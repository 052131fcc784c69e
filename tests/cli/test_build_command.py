"""`unblocked build`, as it meets whoever types it. What it runs is tests/chapters' matter."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from checker.chapters import ChapterError, Source, find_sources
from checker.chapters.build import Built
from checker.chapters.normal import normalise, text
from checker.chapters.source import unrun
from checker.cli import build as command
from checker.cli._app import build as app


def unblocked(*arguments: str) -> tuple[int, str, str]:
    """Exit code, output and errors of the command, run in this process."""
    done = CliRunner().invoke(app(), arguments)
    return done.exit_code, done.stdout, done.stderr


@pytest.fixture
def course(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout with two chapters."""
    sources = tmp_path / "chapters" / "source"
    sources.mkdir(parents=True)
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "unblocked-course"\n')
    (sources / "01_one.md").write_text("# One\n\n```python\n1\n```\n")
    (sources / "02_two.md").write_text("# Two\n\n```python\n2\n```\n")
    monkeypatch.chdir(sources)
    return tmp_path


@pytest.fixture
def ran(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """Cells that are counted and not run, and one that raises; what was asked for, each time."""
    asked = []

    def run(sources: list[Source], course: Path) -> list[Built]:
        asked.append([source.name for source in sources])
        return [one(source) for source in sources]

    def one(source: Source) -> Built:
        if "raise" in source.path.read_text():
            return Built(source, fault=f"source/{source.path.name}:4: cell 2 raised")
        notebook = unrun(source)
        normalise(notebook)
        return Built(source, text=text(notebook))

    monkeypatch.setattr(command, "_run", run)
    return asked


def test_it_writes_every_notebook_and_leaves_one_that_is_the_same(
    course: Path, ran: list[list[str]]
) -> None:
    code, out, _ = unblocked("build")
    assert (code, out.splitlines()) == (
        0,
        ["chapters/01_one.ipynb is built.", "chapters/02_two.ipynb is built."],
    )
    before = (course / "chapters" / "01_one.ipynb").stat().st_mtime_ns
    (course / "chapters" / "source" / "02_two.md").write_text("# Two\n")
    _, out, _ = unblocked("build")
    assert out.splitlines() == [
        "chapters/01_one.ipynb is the same as before.",
        "chapters/02_two.ipynb is built.",
    ]
    assert (course / "chapters" / "01_one.ipynb").stat().st_mtime_ns == before
    assert sorted(path.name for path in (course / "chapters").iterdir()) == [
        "01_one.ipynb",
        "02_two.ipynb",
        "source",
    ]


def test_chapters_are_chosen_by_name(course: Path, ran: list[list[str]]) -> None:
    assert unblocked("build", "two")[0] == 0
    assert ran == [["02_two"]]
    assert not (course / "chapters" / "01_one.ipynb").exists()


def test_a_chapter_that_cannot_be_built_keeps_its_notebook_and_no_other_from_being_built(
    course: Path, ran: list[list[str]]
) -> None:
    (course / "chapters" / "01_one.ipynb").write_text("as it was")
    (course / "chapters" / "source" / "01_one.md").write_text("# One\n\n```python\nraise\n```\n")
    code, out, err = unblocked("build")
    assert code == 1
    assert out == "chapters/02_two.ipynb is built.\n"
    assert err == "source/01_one.md:4: cell 2 raised\n"
    assert (course / "chapters" / "01_one.ipynb").read_text() == "as it was"


@pytest.mark.parametrize("how", [["--check"], ["--check", "--quick"]])
def test_check_names_what_is_out_of_date_and_writes_nothing(
    course: Path, ran: list[list[str]], how: list[str]
) -> None:
    unblocked("build")
    assert unblocked("build", *how)[0] == 0
    (course / "chapters" / "source" / "02_two.md").write_text("# Other\n\n```python\n2\n```\n")
    before = (course / "chapters" / "02_two.ipynb").read_bytes()
    code, out, err = unblocked("build", *how)
    assert code == 1
    assert out.splitlines() == [
        "chapters/02_two.ipynb is out of date: cell 1 has another text than in the source"
    ]
    assert err == "Next: make chapters\n"
    assert (course / "chapters" / "02_two.ipynb").read_bytes() == before


def test_the_quick_check_runs_nothing(course: Path, ran: list[list[str]]) -> None:
    unblocked("build", "--check", "--quick")
    assert ran == []


def test_a_check_of_a_chapter_that_cannot_be_built_fails(
    course: Path, ran: list[list[str]]
) -> None:
    unblocked("build")
    (course / "chapters" / "source" / "01_one.md").write_text("# One\n\n```python\nraise\n```\n")
    code, _, err = unblocked("build", "--check")
    assert code == 1
    assert err == "source/01_one.md:4: cell 2 raised\n"


def test_quick_goes_with_check_alone(course: Path) -> None:
    code, _, err = unblocked("build", "--quick")
    assert code == 2
    assert "--check" in err


def test_a_chapter_that_there_is_not_is_an_error(course: Path) -> None:
    code, _, err = unblocked("build", "three")
    assert code == 1
    assert err.startswith("There is no source of a chapter 'three'.")


def test_without_sources_it_says_where_they_are(course: Path) -> None:
    for source in find_sources(course / "chapters"):
        source.path.unlink()
    code, _, err = unblocked("build")
    assert code == 1
    assert "in a checkout" in err


def test_without_what_builds_it_says_what_to_do(
    course: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(command, "find_spec", lambda name: None)
    code, _, err = unblocked("build")
    assert code == 1
    assert "Next: `make chapters`" in err


def test_a_source_that_is_refused_is_told_without_a_traceback(course: Path) -> None:
    (course / "chapters" / "source" / "01_one.md").write_text("# One\n\n```bash\nls\n```\n")
    with pytest.raises(ChapterError):
        unrun(Source(course / "chapters" / "source" / "01_one.md"))
    code, _, err = unblocked("build", "--check", "--quick")
    assert code == 1
    assert err.startswith("source/01_one.md:3: ")
