"""`python -m tests.lab.programs.digest`: a line for each program, with a digest of its trace."""

from __future__ import annotations

import hashlib

from tests.lab.programs import every_program
from tests.lab.programs.compare import run_in_lab

if __name__ == "__main__":
    for made in every_program().values():
        _, run = run_in_lab(made)
        print(made.id, hashlib.sha256(run.trace.dump().encode()).hexdigest())
