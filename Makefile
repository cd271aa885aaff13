# What is done with Deskwire from a checkout. `make help` lists it.

PYTHON ?= python3
BIN := .venv/bin
PORT ?= 8000
DATA ?= .data

.DEFAULT_GOAL := help
.PHONY: help setup run test check lint types front bench judge format lock widget

help: ## List what can be made
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: .venv/installed ## Install everything into .venv, unless it is up to date

run: setup widget ## Run Deskwire with a database and a demo of its own (PORT=8000 DATA=.data)
	@PORT='$(PORT)' DATA='$(DATA)' exec $(BIN)/deskwire up

test: setup widget lint types front ## Run everything that must pass: format, lint, types, all tests
	@$(BIN)/pytest

check: setup lint types ## Run what needs no services: format, lint, types, quick tests
	@$(BIN)/pytest -m "not service"

lint: setup
	@$(BIN)/ruff format --check -q .
	@$(BIN)/ruff check -q .

types: setup
	@$(BIN)/pyright

front: setup
	@if [ -f widget/tsconfig.json ]; then npm --prefix widget run --silent check; fi

bench: setup ## Race us against a plain server of the same schema (BENCH=reads runs one)
	@$(BIN)/python -m tests.benchmarks

judge: setup ## Let other people's GraphQL tools judge the product (JUDGES=folder of the tools)
	@PYTHONPATH=tests $(BIN)/python -m tests.judges

format: setup ## Bring the code into its form
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

widget: widget/node_modules/.installed ## Install what runs in a browser (needs Node)

lock: setup ## Write the exact versions and hashes of all packages anew
	@$(BIN)/pip-compile -q --extra dev --allow-unsafe --generate-hashes --no-emit-index-url \
		--no-emit-find-links --no-header --strip-extras -o requirements.lock pyproject.toml

.venv/installed: requirements.lock pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(BIN)/pip install -q --disable-pip-version-check --require-hashes -r requirements.lock
	@PYTHONWARNINGS=ignore $(BIN)/pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

widget/node_modules/.installed: widget/package-lock.json
	@if ! command -v npm >/dev/null; then \
		echo "Node is not installed: GraphiQL is left out, everything else works."; \
	elif npm --prefix widget ci --no-audit --no-fund --silent; then touch $@; \
	else echo "GraphiQL could not be installed; everything else works."; fi
