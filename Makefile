# Everything that a learner or a maintainer runs. `make` alone lists it.
#
# Paths in here are relative, so the folder may have spaces and other letters in its name.
# Settings: PYTHON=python3.12 picks the Python, VENV=folder the environment, ARGS="..." is passed on.

VENV ?= .venv
PYTHON ?=
ARGS ?=
PY := "$(VENV)/bin/python"

# $(call ready,LEVEL): the environment holds what LEVEL needs. Once it does, this takes no time.
find_python = PYTHON="$(PYTHON)" VENV="$(VENV)" sh tools/find_python.sh
ready = python=$$($(find_python)) && "$$python" -I tools/set_up.py "$(VENV)" $(1)

.PHONY: help lab test test-long test-all test-browser lint format chapters bench lock upgrade clean

help: ## List these commands
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1~\2/p' Makefile | awk -F '~' '{ printf "%-18s %s\n", $$1, $$2 }'

lab: ## Open the course in JupyterLab (sets everything up the first time)
	@$(call ready,course)
	@$(PY) -m checker.cli lab $(ARGS)

# A run of the tests starts a thousand processes. They keep their bytecode, whatever the shell says:
# without it each of them would compile everything that it imports.
test test-long: export PYTHONDONTWRITEBYTECODE :=
workers := -n auto --dist worksteal

test: $(if $(strip $(ARGS)),,lint) ## Style, types and all tests; with ARGS="tests/lab -k clock" only those tests
	@$(call ready,dev)
	@$(PY) -m pytest $(or $(strip $(ARGS)),$(workers))

test-long: ## What takes too long for `make test`: the same claims, at length
	@$(call ready,dev)
	@$(PY) -m pytest -m long $(workers) -o watchdog_s=7200 $(ARGS)

test-all: ## The same on Python 3.11 to 3.15, as far as they are there
	@MAKE="$(MAKE)" sh tools/test_all.sh

test-browser: ## The course in JupyterLab, in a real browser; leaves pictures in build/browser
	@$(call ready,dev)
	@UNBLOCKED_BROWSER=1 $(PY) -m pytest tests/browser $(ARGS)

lint: ## Style and types
	@$(call ready,dev)
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check .
	@$(PY) -m mypy

format: ## Put the code into its form, and mend what ruff can mend
	@$(call ready,dev)
	@$(PY) -m ruff check --fix .
	@$(PY) -m ruff format .

chapters: ## Build the chapters from chapters/source (ARGS="blocking" for one, ARGS=--check to compare)
	@$(call ready,dev)
	@$(PY) -m checker.cli build $(ARGS)

bench: ## The measurements
	@$(call ready,dev)
	@$(PY) -m benchmarks $(ARGS)

lock: ## Bring the lock files in step with pyproject.toml
	@$(call ready,dev)
	@$(PY) tools/lock.py

upgrade: ## Move every version to the newest, then run all tests: docs/upgrading.md
	@$(call ready,dev)
	@$(PY) tools/lock.py --upgrade
	@$(MAKE) --no-print-directory test

clean: ## Remove what can be made again; work/ and .unblocked/ stay
	rm -rf .venv build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
