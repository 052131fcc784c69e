"""Lets plain pytest run a check: `pytest checker/checks/… --attempt PATH`."""

pytest_plugins = ["checker.engine.plugin"]
