"""What `unblocked lab` writes, and the environment that it gives to JupyterLab."""

from __future__ import annotations

import json
import logging
import os
import re
import sys
from fnmatch import fnmatch
from pathlib import Path

import jsonschema
import pytest

from checker.cli.jupyter.app import NO_NEWS, is_news
from checker.cli.jupyter.folder import environment, write_settings
from checker.cli.jupyter.server import arguments
from checker.cli.jupyter.settings import HIDDEN, OVERRIDES, PAGE_CONFIG, first_page, server_config
from checker.notebook import kernelspec

SHARE = Path(sys.prefix) / "share" / "jupyter" / "lab"


def schema_of(plugin: str) -> dict[str, object]:
    """JupyterLab's own description of what a plugin can be told."""
    package, name = plugin.split(":")
    path = SHARE / "schemas" / package / f"{name}.json"
    schema: dict[str, object] = json.loads(path.read_text(encoding="utf-8"))
    return schema


@pytest.mark.parametrize("plugin", sorted(OVERRIDES))
def test_jupyterlab_knows_every_setting_that_is_overridden(plugin: str) -> None:
    schema = schema_of(plugin)
    properties = schema["properties"]
    assert isinstance(properties, dict)
    assert set(OVERRIDES[plugin]) <= set(properties)
    jsonschema.validate(OVERRIDES[plugin], schema)


def test_jupyterlab_has_every_extension_that_is_switched_off() -> None:
    known = {path.name for path in (SHARE / "schemas" / "@jupyterlab").iterdir()}
    for name, off in PAGE_CONFIG["disabledExtensions"].items():
        assert off is True
        assert re.fullmatch(r"@jupyterlab/([a-z-]+)(:\w+)?", name)
        assert name.split("/")[1].split(":")[0] in known


def test_one_line_of_the_servers_log_is_left_out_and_no_line_like_it() -> None:
    for line, news in (
        (NO_NEWS, False),
        (NO_NEWS.replace("90000", "30001"), True),
        (NO_NEWS + ".", True),
        ("WebSocket ping timeout after 90001 ms.", True),
    ):
        record = logging.LogRecord("ServerApp", logging.WARNING, "x.py", 1, line, None, None)
        assert is_news(record) == news


def test_everything_is_written_below_the_folder_of_the_course(tmp_path: Path) -> None:
    write_settings(tmp_path)
    assert {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*.json")} == {
        ".unblocked/jupyter/config/jupyter_server_config.json",
        ".unblocked/jupyter/config/labconfig/default_setting_overrides.json",
        ".unblocked/jupyter/config/labconfig/page_config.json",
        ".unblocked/jupyter/data/kernels/python3/kernel.json",
    }
    assert [path.name for path in tmp_path.iterdir()] == [".unblocked"]


def test_a_second_start_leaves_what_the_learner_set_in_jupyterlab(tmp_path: Path) -> None:
    write_settings(tmp_path)
    theirs = tmp_path / ".unblocked/jupyter/user-settings/@jupyterlab/x/plugin.jupyterlab-settings"
    theirs.parent.mkdir(parents=True)
    theirs.write_text('{"theme": "dark"}')
    write_settings(tmp_path)
    assert theirs.read_text() == '{"theme": "dark"}'


def test_the_environment_leads_every_part_of_jupyter_to_the_course_folder(tmp_path: Path) -> None:
    inherited = {
        "HOME": "/somewhere",
        "JUPYTER_CONFIG_PATH": "/theirs",
        "JUPYTER_TOKEN": "theirs",
        "JUPYTERLAB_SETTINGS_DIR": "/theirs",
        "IPYTHONDIR": "/theirs",
        "PYTHONSTARTUP": "/theirs.py",
    }
    ours = environment(tmp_path, inherited)
    assert ours.pop("HOME") == "/somewhere"
    assert ours.pop("JUPYTER_PLATFORM_DIRS") == "0"
    ours.pop("PATH")  # See below.
    below = {
        name: Path(value).relative_to(tmp_path / ".unblocked/jupyter")
        for name, value in ours.items()
    }
    assert {name: str(path) for name, path in below.items()} == {
        "IPYTHONDIR": "ipython",
        "JUPYTERLAB_SETTINGS_DIR": "user-settings",
        "JUPYTERLAB_WORKSPACES_DIR": "workspaces",
        "JUPYTER_CONFIG_DIR": "config",
        "JUPYTER_DATA_DIR": "data",
        "JUPYTER_PATH": "data",
        "JUPYTER_RUNTIME_DIR": "runtime",
    }


def test_a_jupyterhub_keeps_its_own_variables(tmp_path: Path) -> None:
    assert environment(tmp_path, {"JUPYTERHUB_USER": "ada"})["JUPYTERHUB_USER"] == "ada"


def test_the_first_page_is_the_first_chapter_once_there_is_one(tmp_path: Path) -> None:
    assert first_page(tmp_path) == ""
    (tmp_path / "chapters").mkdir()
    assert first_page(tmp_path) == "/tree/chapters"
    (tmp_path / "chapters" / "00_start.ipynb").touch()
    assert first_page(tmp_path) == "/tree/chapters/00_start.ipynb"
    default_url = server_config(tmp_path)["ServerApp"]["default_url"]
    assert default_url == "/lab/workspaces/unblocked/tree/chapters/00_start.ipynb"


@pytest.mark.parametrize(
    "name", ["chapters", "exercises", "work", "00_start.ipynb", "never_block.py"]
)
def test_what_a_learner_works_with_is_shown(name: str) -> None:
    assert not any(fnmatch(name, pattern) for pattern in HIDDEN)


@pytest.mark.parametrize("name", [".unblocked", ".venv", "solutions", "checker", "Makefile"])
def test_what_is_behind_the_course_is_hidden(name: str) -> None:
    assert any(fnmatch(name, pattern) for pattern in HIDDEN)


def test_the_kernel_is_started_by_the_absolute_path_of_this_python(tmp_path: Path) -> None:
    write_settings(tmp_path)
    path = tmp_path / ".unblocked/jupyter/data/kernels" / kernelspec.NAME / "kernel.json"
    spec = json.loads(path.read_text(encoding="utf-8"))
    assert spec["argv"][0] == sys.executable
    assert Path(spec["argv"][0]).is_absolute()
    assert spec["display_name"] == kernelspec.DISPLAY_NAME


@pytest.mark.parametrize(
    ("port", "browser", "told"),
    [
        (None, True, []),
        (None, False, ["--no-browser"]),
        (8123, False, ["--port=8123", "--ServerApp.port_retries=0", "--no-browser"]),
    ],
)
def test_a_port_that_is_asked_for_is_taken_or_refused(
    port: int | None, browser: bool, told: list[str]
) -> None:
    assert arguments(port, browser) == told


def test_the_command_of_this_python_comes_first_in_its_terminals(tmp_path: Path) -> None:
    first, _, rest = environment(tmp_path, {"PATH": "/usr/bin"})["PATH"].partition(os.pathsep)
    assert (Path(first), rest) == (Path(sys.executable).parent, "/usr/bin")
