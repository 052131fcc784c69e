"""What the package hands out."""

from __future__ import annotations

import subprocess
import sys

from checker import timeline


def test_the_package_hands_out_four_functions() -> None:
    assert timeline.__all__ == ["describe", "mimebundle", "svg", "table"]
    assert all(callable(getattr(timeline, name)) for name in timeline.__all__)


def test_importing_it_brings_nothing_but_the_standard_library_and_the_trace() -> None:
    program = (
        "import sys; import checker.timeline; "
        "print(*(n for n in sys.modules if n.startswith(('checker.', 'asyncio', 'ssl', 'anyio'))))"
    )
    found = subprocess.run(
        [sys.executable, "-c", program],
        env={"PYTHONPATH": ":".join(filter(None, sys.path))},
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    assert {name.split(".")[1] for name in found if name.startswith("checker.")} == {
        "timeline",
        "trace",
    }
    assert not [name for name in found if not name.startswith("checker.")]
