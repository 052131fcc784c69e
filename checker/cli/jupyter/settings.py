"""What JupyterLab is told, as data.

Overrides replace Lab's defaults; what a learner sets in Lab's own settings still wins.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

Json = dict[str, Any]

OVERRIDES: Json = {
    "@jupyterlab/apputils-extension:notification": {
        "checkForUpdates": False,
        "doNotDisturbMode": True,
        "fetchNews": "false",
    },
    "@jupyterlab/apputils-extension:themes": {"adaptive-theme": True},
    # Ten seconds, not two minutes: a check reads files, and a chapter is saved before it closes.
    "@jupyterlab/docmanager-extension:plugin": {"autosaveInterval": 10},
    "@jupyterlab/extensionmanager-extension:plugin": {"enabled": False},
    "@jupyterlab/filebrowser-extension:browser": {
        "showLastModifiedColumn": False,
        "singleClickNavigation": True,
        "sortNotebooksFirst": True,
    },
    "@jupyterlab/notebook-extension:tracker": {
        "autoStartDefaultKernel": True,
        # Verdicts name lines, so lines have numbers.
        "codeCellConfig": {"lineNumbers": True, "lineWrap": True},
        "scrollPastEnd": True,
        # Every cell is in the page: a browser's search finds text far below, links land exactly.
        "windowingMode": "none",
    },
}

PAGE_CONFIG: Json = {
    "disabledExtensions": {
        "@jupyterlab/apputils-extension:announcements": True,
        "@jupyterlab/debugger-extension": True,
        "@jupyterlab/extensionmanager-extension": True,
    }
}

# A learner needs chapters/, exercises/ and work/. The rest is there, but not in the way.
HIDDEN = [
    *("__pycache__", "*.pyc", ".*", "*~", "*.egg-info", "build", "dist"),
    *("benchmarks", "checker", "checks", "docs", "requirements", "solutions", "source", "tests"),
    *("CHANGELOG.md", "CONTRIBUTING.md", "LICENSE", "Makefile", "pyproject.toml", "tools"),
    "uv.lock",
]


def server_config(course: Path) -> Json:
    """The server's own settings. Nothing in here asks a machine outside for anything."""
    return {
        "ServerApp": {
            # In a container everyone is root; the server listens on this machine alone.
            "allow_root": True,
            "default_url": f"/lab/workspaces/unblocked{first_page(course)}",
            # Where jupytext is installed, it would serve every .py file as a notebook.
            "jpserver_extensions": {"jupyterlab": True, "jupyterlab_jupytext": False},
            # Warnings, and the address. Not the forty lines about extensions.
            "log_level": "WARN",
            "open_browser": True,
            "root_dir": str(course),
        },
        "ContentsManager": {"hide_globs": HIDDEN},
        # Else every kernel warns that what it sends over loopback could be read.
        "KernelManager": {"transport_encryption": "auto"},
        "KernelSpecManager": {"allowed_kernelspecs": ["python3"]},
        # Looking for language servers runs every tool of the machine that might be one.
        "LanguageServerManager": {"autodetect": False},
        "LabApp": {"extension_manager": "readonly", "log_level": "WARN", "news_url": None},
    }


def first_page(course: Path) -> str:
    """The first chapter; where there is none yet the folder of chapters, else the course folder."""
    chapters = course / "chapters"
    if (chapters / "00_start.ipynb").is_file():
        return "/tree/chapters/00_start.ipynb"
    return "/tree/chapters" if chapters.is_dir() else ""
