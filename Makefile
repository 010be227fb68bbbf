# Répit: each target sets up what it needs. Start with `make demo` or `make test`.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

PYTHON ?= python3
VENV ?= .venv
BENCH_VENV ?= .venv-bench
BIN := $(VENV)/bin
INSTALL := $(BIN)/uv pip install --quiet --python $(BIN)/python

.PHONY: help demo test drill check lint types contracts catalogues bench lock setup setup-demo format clean

help: ## What can be made here
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 14

# --- environments -----------------------------------------------------------------------------------
$(BIN)/uv: requirements/bootstrap.txt
	@bash tools/venv $(PYTHON) $(VENV)

$(VENV)/.demo: $(BIN)/uv requirements/demo.txt engine/pyproject.toml service/pyproject.toml
	@echo "Installing what the demo needs into $(VENV) …"
	@$(INSTALL) --require-hashes -r requirements/demo.txt
	@$(INSTALL) --no-deps --no-build-isolation -e engine -e service
	@touch $@

$(VENV)/.dev: $(BIN)/uv requirements/dev.txt engine/pyproject.toml service/pyproject.toml tx/pyproject.toml
	@echo "Installing what the checks and tests need into $(VENV) …"
	@$(INSTALL) --require-hashes -r requirements/dev.txt
	@$(INSTALL) --no-deps --no-build-isolation -e engine -e service -e tx
	@touch $@ $(VENV)/.demo

browser/node_modules/.done: $(VENV)/.dev browser/package-lock.json
	@cd browser && PATH="$(abspath $(BIN)):$$PATH" npm ci --no-audit --no-fund --loglevel=error
	@touch $@

setup-demo: $(VENV)/.demo
setup: $(VENV)/.dev browser/node_modules/.done ## Set up everything a developer needs

# --- the two commands -------------------------------------------------------------------------------
demo: setup-demo ## The main job end to end on this machine: picture, hash, bank, gate, refusal, withdrawal
	@$(BIN)/repit demo $(if $(PICTURE),--picture "$(PICTURE)")

test: setup ## Set up and pass every test
	@bash tools/test-parts
	@PATH="$(abspath $(BIN)):$$PATH" $(BIN)/python -m pytest $(ARGS)

drill: setup ## A drill at full length: make drill NAME=feed (five minutes on each database; SECONDS=… for another)
	@case "$(or $(NAME),feed)" in feed) ;; *) echo "There is one drill: feed." >&2; exit 1;; esac
	@DRILL_SECONDS=$(or $(SECONDS),300) PATH="$(abspath $(BIN)):$$PATH" $(BIN)/python -m pytest -s \
		service/tests/exchange/test_feed_under_fire.py $(ARGS)

# --- what holds the house -----------------------------------------------------------------------------
check: lint types contracts catalogues ## Lint, types, import contracts, catalogues

lint: setup
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/djlint --quiet --check --lint service/src/repit

types: setup
	@$(BIN)/mypy
	@cd browser && PATH="$(abspath $(BIN)):$$PATH" npx --no-install tsc --noEmit

contracts: setup
	@$(BIN)/lint-imports

catalogues: setup
	@$(BIN)/python tools/catalogues.py --check

format: setup ## Rewrite the sources in the house's format
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .
	@$(BIN)/djlint --quiet --reformat service/src/repit

# --- figures ------------------------------------------------------------------------------------------
$(BENCH_VENV)/.done: $(BIN)/uv requirements/bench.txt
	@$(PYTHON) -m venv $(BENCH_VENV)
	@$(BIN)/uv pip install --quiet --python $(BENCH_VENV)/bin/python --require-hashes -r requirements/bench.txt
	@$(BIN)/uv pip install --quiet --python $(BENCH_VENV)/bin/python --no-deps --no-build-isolation -e engine
	@touch $@

# `freshness` runs the service's own processes, so it runs in the service's environment.
OF_THE_SERVICE := $(filter freshness,$(NAME))
bench: $(if $(OF_THE_SERVICE),setup,$(BENCH_VENV)/.done) ## Measure against the peers: make bench NAME=hash|search|snapshot|robustness|upload|freshness
	@$(if $(OF_THE_SERVICE),$(BIN),$(BENCH_VENV)/bin)/python -m bench $(or $(NAME),all) $(if $(PICTURES),--pictures "$(PICTURES)") $(ARGS)

# --- locks ----------------------------------------------------------------------------------------------
lock: $(BIN)/uv ## Resolve anew and export the hashed requirement files
	@PATH="$(abspath $(BIN)):$$PATH" bash tools/lock

clean: ## Remove what the targets above made
	rm -rf $(VENV) $(BENCH_VENV) browser/node_modules var artefacts
