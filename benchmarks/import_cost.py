"""What `import checker.lab` costs a fresh process.

The CPU time of whole processes is measured, in turn: one that imports nothing, one that imports
asyncio and anyio (which every program of the course does), one that imports the lab.

Why: each notebook, each `unblocked` command and each test worker pays it before anything else.
Bar: 1.3 times `import asyncio, anyio`; and the lab brings in none of FastAPI, Starlette, httpx,
pytest and IPython, which only those pay for who use them.
"""

from __future__ import annotations

import json
from statistics import median

from benchmarks.children import cpu_s, python
from benchmarks.harness import Figure, Report, alternate, medians, ratio

ROUNDS = 25
BAR = 1.3
HEAVY = ("fastapi", "starlette", "httpx", "pytest", "IPython", "pydantic", "blockbuster", "rich")

NOTHING, BASELINE, LAB = "pass", "import asyncio, anyio", "import checker.lab"


def measure() -> Report:
    """Times, what the lab adds, and what it imports."""
    found = alternate(
        {code: lambda code=code: cpu_s("-c", code) for code in (NOTHING, BASELINE, LAB)},  # type: ignore[misc]
        ROUNDS,
    )
    pairs = zip(found[LAB], found[BASELINE], strict=True)
    added = Figure("the lab adds", median(lab - base for lab, base in pairs) * 1000, "ms")
    brought = _modules(LAB) - _modules("import asyncio")
    heavy = [name for name in HEAVY if name in brought]
    own = sorted(name for name in brought if name.startswith("checker"))
    others = sorted(brought - set(own))
    notes = [
        f"of {', '.join(HEAVY)} it imports: {', '.join(heavy) or 'none'}",
        f"beyond asyncio it imports: {', '.join(others)}",
        f"and of its own: {', '.join(own)}",
    ]
    return Report(
        "import_cost", [ratio(found, LAB, BASELINE, BAR), added, *medians(found, "ms", 1000)], notes
    )


def _modules(code: str) -> set[str]:
    return set(
        json.loads(python("-c", f"{code}; import sys, json; print(json.dumps([*sys.modules]))"))
    )
