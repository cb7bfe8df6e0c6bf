# Everything a person or CI runs. `make demo` and `make test` set up what they need.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

.PHONY: help demo test test-all bypass lint accept docs bench lock clean

help:            ## this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## */\t/' | expand -t 12

$(STAMP): requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "pgwright needs Python 3.11 or newer: make PYTHON=python3.12 …")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps -e .
	@touch $@

demo: $(STAMP)   ## the whole story on examples/clinic: task, plan, proof, report; one change applied under load
	$(BIN)/python examples/demo.py

test: $(STAMP)   ## lint, types, layers and the whole suite
	$(MAKE) --no-print-directory lint
	$(BIN)/python -m pytest -n 2 tests

test-all: $(STAMP) ## the suite with everything optional installed: other majors, other Alembic versions, pgBackRest, Barman, libraries that declare objects
	for major in 14 15 16 17; do $(BIN)/pgwright pg install $$major; done
	$(BIN)/python -m pip install --quiet --disable-pip-version-check alembic_utils==0.8.8 sqlalchemy-declarative-extensions==0.17.0
	(command -v pgbackrest && command -v barman) || apt-get install -y --no-install-recommends pgbackrest barman || echo "their tests are skipped"
	$(BIN)/python -m pytest -n 2 --slow tests

bypass: $(STAMP) ## the bypass matrix of the guard on PostgreSQL 14 to 18
	for major in 14 15 16 17; do $(BIN)/pgwright pg install $$major; done
	$(BIN)/python -m pytest -n 2 --slow tests/bypass/test_matrix.py

lint: $(STAMP)   ## ruff, mypy, import-linter
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

accept: $(STAMP) ## take what the code prints now as the golden text; read the diff before committing it
	PGWRIGHT_ACCEPT=1 $(BIN)/python -m pytest -q tests

docs: $(STAMP)   ## regenerate docs/reference
	$(BIN)/python -m pgwright.doors.reference docs/reference/cli.md
	$(BIN)/python -m pgwright.doors.hazard_pages docs/reference/hazards
	$(BIN)/python -m pgwright.doors.schemas docs/reference/schemas

bench: $(STAMP)  ## make bench NAME=prove
	$(BIN)/python bench/$(NAME).py $(ARGS)

lock:            ## pin again after a change of pyproject.toml
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header --python-version 3.11 --extra dev pyproject.toml -o requirements.lock

clean:           ## remove what make made
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis
