"""Assertions in the promises are explained as those of tests are."""

from __future__ import annotations

import pytest

_MODULES = ("interpreter", "loops", "workers", "web", "testers", "notebooks")
pytest.register_assert_rewrite(*(f"tests.promises.{name}" for name in _MODULES))
