"""What we rely on inside of pytest, which collects and runs the checks."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from tests.promises.promise import relied_on


def collected(text: str, use: Callable[[pytest.Session], None], *, plugin: Any = None) -> None:
    """Let a pytest within this one collect a file, and use what it found in place of running it."""
    errors: list[BaseException] = []

    class Host:
        def pytest_runtestloop(self, session: pytest.Session) -> bool:
            try:
                use(session)
            except BaseException as error:
                errors.append(error)
            return True

    with TemporaryDirectory() as folder:
        # A module of the same name as one before would be taken for it.
        file = Path(folder).resolve() / f"test_in_{Path(folder).name}.py"
        file.write_text(textwrap.dedent(text))
        arguments = ["-p", "no:cacheprovider", "-p", "no:terminal", "-p", "no:faulthandler"]
        arguments += ["--import-mode=importlib", "--noconftest", "-c", "/dev/null", "-s"]
        plugins = [Host(), *([plugin] if plugin else [])]
        pytest.main([*arguments, f"--rootdir={folder}", str(file)], plugins=plugins)
    if errors:
        raise errors[0]


@relied_on(
    "pytest",
    "Function._request, Function._initrequest, Function._fixtureinfo, Function.funcargs",
    "engine/inside.py, engine/plugin.py",
)
def a_test_can_be_run_again_and_phase_by_phase() -> None:
    """`pytest_runtest_setup`, `_call` and `_teardown` may be called by somebody else than pytest's
    own protocol. Between two runs of an item `_request` is falsy and `funcargs` is None, and
    `_initrequest()` readies it again; `_fixtureinfo.argnames` are the names of its arguments."""
    ran: list[Any] = []

    def use(session: pytest.Session) -> None:
        (item,) = session.items
        inside: Any = item
        assert inside._fixtureinfo.argnames == ("number",)
        for _ in range(3):
            if not inside._request:
                inside._initrequest()
            hook = item.config.hook
            hook.pytest_runtest_setup(item=item)
            hook.pytest_runtest_call(item=item)
            ran.append(inside.funcargs["number"])
            hook.pytest_runtest_teardown(item=item, nextitem=None)
            inside._request, inside.funcargs = False, None

    collected(
        """
        import itertools, pytest
        next_number = itertools.count().__next__

        @pytest.fixture
        def number():
            return next_number()

        def test_it(number):
            assert number >= 0
        """,
        use,
    )
    assert ran == [0, 1, 2]


@relied_on("pytest", "Session._setupstate, SetupState.teardown_exact", "engine/jailed.py")
def what_a_test_has_set_up_can_be_torn_down_at_once() -> None:
    """`session._setupstate.teardown_exact(None)` tears down all that is set up, whatever phase a
    test was in."""
    torn: list[str] = []

    def use(session: pytest.Session) -> None:
        (item,) = session.items
        inside: Any = item
        item.config.hook.pytest_runtest_setup(item=item)
        inside.module.torn = torn
        inner: Any = session
        inner._setupstate.teardown_exact(None)

    collected(
        """
        import pytest

        @pytest.fixture
        def thing():
            yield
            torn.append("torn down")

        def test_it(thing):
            pass
        """,
        use,
    )
    assert torn == ["torn down"]


@relied_on("pytest", "_pytest.assertion, pytest_assertrepr_compare", "engine/compared.py")
def the_text_of_an_assertion_is_ours_with_lines_of_pytests() -> None:
    """What `pytest_assertrepr_compare` returns is the message of an assertion after the word
    `assert`: the first line, and each further one after a new line and two blanks. It is asked
    within `pytest_runtest_protocol`, also where that is a hook of ours."""
    texts: list[str] = []

    class Words:
        @pytest.hookimpl(tryfirst=True)
        def pytest_assertrepr_compare(self, op: str, left: object, right: object) -> list[str]:
            return [f"{left!r}", f"was expected: {right!r}"]

        @pytest.hookimpl(tryfirst=True)
        def pytest_runtest_protocol(self, item: pytest.Item, nextitem: object) -> bool:
            hook = item.config.hook
            hook.pytest_runtest_setup(item=item)
            with pytest.raises(AssertionError) as caught:
                hook.pytest_runtest_call(item=item)
            texts.append(str(caught.value))
            hook.pytest_runtest_teardown(item=item, nextitem=None)
            return True

    def use(session: pytest.Session) -> None:
        (item,) = session.items
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=None)

    collected(
        """
        def made():
            return 1

        def test_it():
            assert made() == 2
        """,
        use,
        plugin=Words(),
    )
    assert texts == ["assert 1\n  was expected: 2"]


@relied_on("pytest", "_pytest.config.default_plugins", "engine/session.py")
def the_parts_of_pytest_that_checks_do_without_can_be_left_out() -> None:
    """pytest collects and runs tests without its parts for a terminal, for logging, for skipping
    and for warnings; `-p no:NAME` leaves each out by the name by which it is registered."""
    import _pytest.config

    from checker.engine.session import _WITHOUT

    assert set(_WITHOUT) <= set(_pytest.config.default_plugins)


@relied_on("pytest", "_pytest", "engine/ahead.py, engine/seal.py")
def the_code_of_pytest_is_in_a_package_of_that_name() -> None:
    """pytest's own code is in the package `_pytest`. The seal looks there for what an attempt has
    replaced."""
    for thing in (pytest.Item, pytest.Session, pytest.raises):
        assert thing.__module__.startswith("_pytest.")
