"""Lets pytest explain the comparison that `both` makes."""

import pytest

pytest.register_assert_rewrite("tests.lab.asgi.both")
