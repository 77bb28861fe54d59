.PHONY: demo test browser lint gate check clean
VENV ?= .venv
BIN := $(VENV)/bin

demo: $(VENV)/.installed ## Install into .venv and run the main job on the embedded platform
	$(BIN)/tostrack demo

test: $(VENV)/.dev ## Run the whole test suite
	$(BIN)/python -m pytest -n 2

lint: $(VENV)/.dev ## Style, types, layers
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

browser: $(VENV)/.dev ## Run the tests that need Chromium, which must be installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[browser]'
	$(BIN)/python -m pytest -n 2 tests/test_fetch_browser.py tests/test_fetch_proxy.py

gate: $(VENV)/.dev ## Hold the measured floors on the shared benchmarks, when they are beside the repository
	$(BIN)/python -m pytest tests/gate.py

check: lint test ## What a commit must pass

$(VENV)/bin/python:
	python3 -m venv $(VENV)

$(VENV)/.installed: $(VENV)/bin/python pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	@touch $@

$(VENV)/.dev: $(VENV)/bin/python pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@

clean: ## Remove what make made
	rm -rf $(VENV) tostrack-demo
