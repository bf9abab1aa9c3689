# Countersign: the commands of the house. They need Python 3.11 or newer and make; everything else comes with them.
PYTHON ?= python3
# More than there are processors need be: a test that opens a house waits most of its time.
TESTERS ?= 3
# How many uploads come while every part of the house is killed at random, and how much each operation is asked (CONTRIBUTING.md).
FAULTS_UPLOADS ?= 1000
FAULTS_REQUESTS ?= 40
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes
# Named after what is to be installed, so that other pins mean another stamp, however the files came here.
RUNTIME := $(VENV)/.runtime-$(shell cksum < requirements.txt | cut -d' ' -f1)
TOOLS := $(VENV)/.tests-$(shell cat requirements.txt tests/requirements.txt | cksum | cut -d' ' -f1)
PINS := uv pip compile --quiet --universal --generate-hashes --no-header --no-emit-index-url --python-version 3.11
# Checks look at the code, not at this installation: their files lie apart.
APART := DATA_DIR=$(VENV)/check
PRODUCTION := env $$(grep -v '^\#' tests/production.env)
# A house is many processes: what one has compiled is kept for the others, also where the environment says otherwise.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: run web test demo check bench faults openapi baseline pins clean

run: $(RUNTIME)
	@exec $(BIN)/python manage.py start

# The reader that checks files in visitors' own browsers. Needs npm; without it the server reads them, and the page says so.
web: registry/static/countersign/web/reader.js

registry/static/countersign/web/reader.js: $(wildcard registry/web/*.js registry/web/*.mjs registry/web/package*.json)
	cd registry/web && npm ci --ignore-scripts --no-audit --no-fund --silent && npm run --silent build
	@touch $@

test: $(TOOLS)
	$(BIN)/python -m pytest -q -n $(TESTERS) --dist loadfile --no-loadscope-reorder

demo: $(RUNTIME)
	@exec $(BIN)/python manage.py demo

check: $(TOOLS)
	$(BIN)/ruff check .
	$(BIN)/mypy $$($(BIN)/python -m tests.test_architecture)
	$(BIN)/mypy --config-file client/pyproject.toml client/src client/examples
	$(BIN)/python -m pytest -q tests/test_architecture.py
	$(APART) $(BIN)/python manage.py makemigrations --check --dry-run
	$(PRODUCTION) $(BIN)/python manage.py check --deploy --fail-level WARNING
	$(APART) $(BIN)/python manage.py spectacular --validate --fail-on-warn --file $(VENV)/openapi.yaml
	diff -u docs/openapi.yaml $(VENV)/openapi.yaml

bench: $(TOOLS)
	$(BIN)/python -m bench

# The campaigns; one round of each is part of `make test`.
faults: $(TOOLS)
	FAULTS_UPLOADS=$(FAULTS_UPLOADS) FAULTS_REQUESTS=$(FAULTS_REQUESTS) $(BIN)/python -m pytest -q -m faults

openapi: $(RUNTIME)
	$(APART) $(BIN)/python manage.py spectacular --validate --fail-on-warn --file docs/openapi.yaml

# What the interface promises from now on: after a release, or after a break that is wanted and told in CHANGELOG.md.
baseline: $(TOOLS) openapi
	$(BIN)/python -m tests.interface

pins: $(TOOLS)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	$(BIN)/$(PINS) requirements.in -o requirements.txt
	$(BIN)/$(PINS) tests/requirements.in -o tests/requirements.txt
	$(BIN)/$(PINS) docker/requirements.in -o docker/requirements.txt

clean:
	rm -rf $(VENV) data

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || \
		{ echo "Python 3.11 or newer is needed. Name one, as in: make $(MAKECMDGOALS) PYTHON=python3.12"; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(RUNTIME): | $(BIN)/python
	$(PIP) -r requirements.txt
	@rm -f $(VENV)/.runtime-* && touch $@

$(TOOLS): $(RUNTIME)
	$(PIP) -r tests/requirements.txt
	@rm -f $(VENV)/.tests-* && touch $@
