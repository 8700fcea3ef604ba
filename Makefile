# Leadgate: `make help` lists what can be done. Needs Python 3.11, 3.12 or 3.13 and nothing else.

SHELL := /bin/bash
.DEFAULT_GOAL := help
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
PYTHON ?= $(shell for v in 3.13 3.12 3.11; do command -v python$$v >/dev/null 2>&1 && python$$v -c 'import ensurepip' 2>/dev/null && { echo python$$v; exit; }; done; \
	python3 -c 'import sys, ensurepip; raise SystemExit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null && echo python3)

# Compiled modules are kept: without them every test worker and every process that a test starts compiles them anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help setup demo test check bench bench-smoke docs lock clean

help: ## print this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

$(STAMP): requirements.lock pyproject.toml
	@if [ -z "$(PYTHON)" ]; then \
		echo "Leadgate needs Python 3.11, 3.12 or 3.13 with ensurepip. On Debian: apt-get install python3 python3-venv" >&2; exit 1; fi
	$(PYTHON) -m venv --clear $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

setup: $(STAMP) ## create .venv from the hash-pinned lock

demo: $(STAMP) ## watch nine leads travel through the gateway, offline, on loopback
	$(BIN)/leadgate demo

test: $(STAMP) ## run every test; those that kill processes come last, alone
	$(BIN)/pytest -n 2 -m "not chaos"
	$(BIN)/pytest -m chaos

check: $(STAMP) ## what must hold before a change lands: style, imports, types, and the fast tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports
	$(BIN)/mypy
	$(BIN)/vulture
	$(BIN)/deptry .
	$(BIN)/codespell
	$(BIN)/pytest -n 2 -m "not integration and not chaos" --hypothesis-profile=quick

bench: $(STAMP) ## measure against the baselines (under 30 minutes)
	$(BIN)/python -m tests.bench

bench-smoke: $(STAMP) ## the same in short, failing under 0.7 of the level reached (under 5 minutes)
	$(BIN)/python -m tests.bench --smoke

docs: $(STAMP) ## rewrite the generated pages under docs
	$(BIN)/python -m tests.house.pages

lock: ## renew requirements.lock (needs uv)
	uv pip compile --universal --python-version 3.11 --generate-hashes --group dev --group build --no-header pyproject.toml -o requirements.lock

clean: ## remove what the other targets made
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
