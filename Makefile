# Répit: each target sets up what it needs. Start with `make demo` or `make test`.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
# Compiled once, not by each of the processes that the targets start; images for containers often forbid it.
unexport PYTHONDONTWRITEBYTECODE

PYTHON ?= python3
VENV ?= .venv
BENCH_VENV ?= .venv-bench
PREFIX ?= /opt/repit
BIN := $(VENV)/bin
INSTALL := $(BIN)/uv pip install --quiet --python $(BIN)/python

.PHONY: help demo test check lint types contracts catalogues pages bundle bench drill lock wheels image install sbom audit setup setup-demo setup-s3 format clean

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

$(VENV)/.dev: $(BIN)/uv requirements/dev.txt engine/pyproject.toml service/pyproject.toml tx/pyproject.toml matrix/pyproject.toml
	@echo "Installing what the checks and tests need into $(VENV) …"
	@$(INSTALL) --require-hashes -r requirements/dev.txt
	@$(INSTALL) --no-deps --no-build-isolation -e engine -e service -e tx -e matrix
	@touch $@ $(VENV)/.demo

browser/node_modules/.done: $(VENV)/.dev browser/package-lock.json
	@cd browser && PATH="$(abspath $(BIN)):$$PATH" npm ci --no-audit --no-fund --loglevel=error
	@touch $@

$(VENV)/.s3: $(VENV)/.demo requirements/s3.txt
	@$(INSTALL) --require-hashes -r requirements/s3.txt
	@touch $@

setup-demo: $(VENV)/.demo
setup-s3: $(VENV)/.s3 ## Set up what a gate needs to watch object storage
setup: $(VENV)/.dev browser/node_modules/.done ## Set up everything a developer needs

# --- the two commands -------------------------------------------------------------------------------
demo: setup-demo ## The main job end to end on this machine: picture, hash, bank, gate, refusal, withdrawal
	@$(BIN)/repit demo $(if $(PICTURE),--picture "$(PICTURE)")

test: setup ## Set up and pass every test
	@bash tools/test-parts
	@PATH="$(abspath $(BIN)):$$PATH" bash tools/test $(BIN)/python $(ARGS)

# --- what holds the house -----------------------------------------------------------------------------
check: lint types contracts catalogues pages ## Lint, types, import contracts, catalogues, French and English pages

lint: setup
	@$(BIN)/ruff format --no-cache --check .
	@$(BIN)/ruff check --no-cache .
	@$(BIN)/djlint --quiet --check --lint service/src/repit

types: setup
	@$(BIN)/mypy
	@cd browser && PATH="$(abspath $(BIN)):$$PATH" npx --no-install tsc --noEmit

contracts: setup
	@$(BIN)/lint-imports

catalogues: setup
	@$(BIN)/python tools/catalogues.py --check
	@$(BIN)/python tools/typography.py --check

pages: setup
	@$(BIN)/python tools/pages_agree.py

format: setup ## Rewrite the sources in the house's format
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .
	@$(BIN)/djlint --quiet --reformat service/src/repit

bundle: setup ## Build what the person's device runs, and its digests
	@cd browser && PATH="$(abspath $(BIN)):$$PATH" node build.mjs
	@cd service/src/repit/hotline/web/case_pages/static/case_pages/device && sha256sum * >$(CURDIR)/docs/device-page.sha256

# --- figures ------------------------------------------------------------------------------------------
$(BENCH_VENV)/.done: $(BIN)/uv requirements/bench.txt requirements/demo.txt
	@$(PYTHON) -m venv $(BENCH_VENV)
	@$(BIN)/uv pip install --quiet --python $(BENCH_VENV)/bin/python --require-hashes -r requirements/demo.txt -r requirements/bench.txt
	@$(BIN)/uv pip install --quiet --python $(BENCH_VENV)/bin/python --no-deps --no-build-isolation -e engine -e service
	@touch $@

# Where vpdq cannot be built, the benchmark of video runs without it, and says what is missing.
$(BENCH_VENV)/.vpdq: $(BENCH_VENV)/.done requirements/vpdq.txt
	@PATH="$(abspath $(BENCH_VENV))/bin:$$PATH" $(BIN)/uv pip install --quiet --python $(BENCH_VENV)/bin/python --no-build-isolation \
		--require-hashes -r requirements/vpdq.txt 2>$(BENCH_VENV)/vpdq.log \
		&& touch $@ || echo "vpdq cannot be built here: $(BENCH_VENV)/vpdq.log says why. The benchmark runs without it."

bench: $(BENCH_VENV)/.done $(if $(filter video all,$(or $(NAME),all)),$(BENCH_VENV)/.vpdq) ## Measure against the peers: make bench NAME=hash|search|snapshot|robustness|overlays|upload|load|browser|freshness|lock|game|video
	@$(BENCH_VENV)/bin/python -m bench $(or $(NAME),all) $(if $(PICTURES),--pictures "$(PICTURES)") $(if $(VIDEOS),--videos "$(VIDEOS)") $(ARGS)

drill: setup ## A long run: make drill NAME=soak|feed|attack|erasure|joining|viewers|faults|operator|videos (ARGS="--minutes 10", "--files 2000")
	@$(BIN)/python -m drills $(NAME) $(ARGS)

# --- locks ----------------------------------------------------------------------------------------------
lock: $(BIN)/uv ## Resolve anew and export the hashed requirement files
	@PATH="$(abspath $(BIN)):$$PATH" bash tools/lock

wheels: $(BIN)/uv ## Build what others install into artefacts/wheels: wheels, the WordPress plug-in, locks, digests
	@$(BIN)/python tools/wheels.py artefacts/wheels

image: ## Build the container image localhost/repit, with podman or docker
	@$$(command -v podman || command -v docker) build -f deploy/oci/Containerfile -t localhost/repit \
		--build-arg SOURCE_DATE_EPOCH=$$(git log -1 --format=%ct) .

install: $(BIN)/uv ## Install this version for services into PREFIX (/opt/repit): environment, wheels, compiled kernels
	@$(BIN)/python tools/wheels.py artefacts/wheels
	@$(PYTHON) -m venv --without-pip $(PREFIX)
	@$(BIN)/uv pip install --quiet --python $(PREFIX)/bin/python --require-hashes -r requirements/demo.txt -r requirements/s3.txt
	@$(BIN)/uv pip install --quiet --python $(PREFIX)/bin/python --no-deps --no-index --find-links artefacts/wheels --reinstall --compile-bytecode repit repit-engine
	@$(PREFIX)/bin/repit-hash --warm
	@$(PREFIX)/bin/repit --version

sbom: setup ## Write the list of parts (CycloneDX) to artefacts/repit.cdx.json
	@$(BIN)/python tools/sbom.py artefacts/repit.cdx.json

audit: setup ## Ask the package indexes for known weaknesses of what is locked; says so where they do not know
	@PATH="$(abspath $(BIN)):$$PATH" $(BIN)/python tools/audit.py

clean: ## Remove what the targets above made
	rm -rf $(VENV) $(BENCH_VENV) browser/node_modules var artefacts
