"""The folder that the course's JupyterLab lives in: `.unblocked/jupyter` in the course folder.

Invariant: Jupyter reads its settings from there alone, and writes there alone. A learner's own
Jupyter, however it is set up, neither changes the course nor is changed by it.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path

from checker.cli.jupyter.settings import OVERRIDES, PAGE_CONFIG, Json, server_config
from checker.notebook import kernelspec


def jupyter_folder(course: Path) -> Path:
    """Where everything of Jupyter's is kept."""
    return course / ".unblocked" / "jupyter"


def write_settings(course: Path) -> None:
    """Write what JupyterLab reads at its start. The learner's own settings stay as they are."""
    folder = jupyter_folder(course)
    config, data = folder / "config", folder / "data"
    _write(config / "labconfig" / "default_setting_overrides.json", OVERRIDES)
    _write(config / "labconfig" / "page_config.json", PAGE_CONFIG)
    _write(config / "jupyter_server_config.json", server_config(course))
    kernel = data / "kernels" / kernelspec.NAME / "kernel.json"
    _write(kernel, kernelspec.spec(sys.executable))


def environment(course: Path, inherited: Mapping[str, str]) -> dict[str, str]:
    """The environment that JupyterLab runs in: the inherited one, with Jupyter's part replaced."""
    folder = jupyter_folder(course)
    ours = {
        "IPYTHONDIR": "ipython",
        "JUPYTERLAB_SETTINGS_DIR": "user-settings",
        "JUPYTERLAB_WORKSPACES_DIR": "workspaces",
        "JUPYTER_CONFIG_DIR": "config",
        "JUPYTER_DATA_DIR": "data",
        "JUPYTER_PATH": "data",
        "JUPYTER_RUNTIME_DIR": "runtime",
    }
    kept = {name: value for name, value in inherited.items() if not _belongs_to_jupyter(name)}
    places = {name: str(folder / part) for name, part in ours.items()}
    # In a terminal of Lab's, `unblocked` is the command of this Python.
    commands = str(Path(sys.executable).parent)
    path = os.pathsep.join(filter(None, [commands, kept.get("PATH", "")]))
    return kept | places | {"JUPYTER_PLATFORM_DIRS": "0", "PATH": path}


def _belongs_to_jupyter(name: str) -> bool:
    # A start-up file of the learner's would run in every kernel.
    prefixes = ("JUPYTER_", "JUPYTERLAB_", "IPYTHON")
    return name.startswith(prefixes) or name == "PYTHONSTARTUP"


def _write(path: Path, content: Json) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
