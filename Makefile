# Everything a developer or a first visitor types. `make` alone explains itself.

# The only version the tests run on. PYTHON=/path/to/python3.11 names another place.
PYTHON ?= $(shell command -v python3.11 || command -v python3 || echo python3)
PY := .venv/bin/python
PIP := $(PY) -m pip --disable-pip-version-check --quiet
TESTS := tests/unit tests/contract tests/integration tests/e2e
# Tests that start no process of their own and so are not in one another's way: two files at a time.
SIDE_BY_SIDE := tests/unit tests/contract $(addprefix tests/integration/, \
        escalation_api escalation_decisions intake_tip_offs notify_channels notify_letters \
        reporting_agreement reporting_api reporting_forms reporting_risk_map)
MAKEFLAGS += --no-print-directory
export LC_ALL := C.UTF-8

.DEFAULT_GOAL := help
.PHONY: help setup up down status logs clean demo migrate topics test test-unit test-integration test-tools \
        test-faults test-containers fuzz coverage bench bench-reporting bundle sbom licences scan lint format contracts docs check lock test-upgrade site

help: ## Print this list
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  make %-18s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))

# ---- one machine

up: .venv/.run ## Start broker, database and services, load the demonstration once (KAFKA_PORT= PG_PORT= HTTP_PORT=)
	@$(PY) -m bihuan up

down: ## Stop everything; the data stays
	@if [ -x $(PY) ]; then $(PY) -m bihuan down; else echo "nothing runs"; fi

status: .venv/.run ## Say what runs and whether it is ready
	@$(PY) -m bihuan status || true

logs: ## Follow what the programs write (.local/logs)
	@tail -n 20 -F "$${BIHUAN_LOCAL_DIR:-.local}"/logs/*.log

clean: down ## Stop everything and remove its data (.local)
	rm -rf -- "$${BIHUAN_LOCAL_DIR:-.local}"

demo: .venv/.run ## Load the demonstration once more (what is there already is not doubled)
	@$(PY) -m bihuan demo load

migrate: .venv/.run ## Bring the database's schemas to their newest revision
	@$(PY) -m bihuan migrate

topics: .venv/.run ## Create the topics that are missing
	@$(PY) -m bihuan topics

# ---- tests and checks

test: .venv/.dev ## Unit, contract, integration and end-to-end tests; needs Python only (TESTS= some of them)
ifeq ($(origin TESTS),command line)
	$(PY) -m pytest $(TESTS) -m "not tools and not faults"
else
	@status=0; \
	$(PY) -m pytest $(SIDE_BY_SIDE) -n 2 --dist loadfile -m "not tools and not faults" || status=1; \
	$(PY) -m pytest tests/integration tests/e2e $(addprefix --ignore=,$(SIDE_BY_SIDE)) -m "not tools and not faults" || status=1; \
	exit $$status
endif

test-unit: .venv/.dev ## Unit tests alone: no socket, no sleep
	$(PY) -m pytest tests/unit

properties: .venv/.dev ## Every property once, with the number of cases that each had, and the sum
	@$(PY) -m pytest tests/unit -q -m hypothesis --hypothesis-show-statistics | $(PY) -m tests.properties

test-integration: .venv/.dev ## Tests against a real broker and database
	$(PY) -m pytest tests/integration

test-tools: .venv/.dev ## Tests that need Node, a browser or LibreOffice; says what is missing and how to get it
	@command -v node >/dev/null && command -v npm >/dev/null || \
	    { echo "Node 18 or newer with npm is missing: apt-get install nodejs npm"; exit 1; }
	@command -v chromium >/dev/null || command -v chromium-browser >/dev/null || \
	    { echo "Chromium is missing: apt-get install --no-install-recommends chromium fonts-noto-cjk"; exit 1; }
	@command -v promtool >/dev/null && command -v amtool >/dev/null || \
	    { echo "promtool and amtool are missing: apt-get install --no-install-recommends prometheus prometheus-alertmanager"; exit 1; }
	@command -v soffice >/dev/null && command -v pdftotext >/dev/null || \
	    { echo "LibreOffice is missing: apt-get install --no-install-recommends libreoffice-writer poppler-utils"; exit 1; }
	$(PY) -m pytest tests -m tools

fuzz: .venv/.dev ## Send what schemathesis makes of OpenAPI through every route as each role (FUZZ_CASES=20000)
	FUZZ_CASES=$(or $(FUZZ_CASES),20000) $(PY) -m pytest -s tests/integration/access/test_fuzz.py

test-faults: .venv/.dev ## Kill, freeze and stop services under load, for minutes
	$(PY) -m pytest tests/faults

test-upgrade: .venv/.dev ## From the release before to this one, process by process, under load (PREVIOUS=tag or commit)
	PREVIOUS=$(PREVIOUS) $(PY) -m pytest -s tests/faults/test_upgrade.py

test-containers: .venv/.dev ## Every image, everything up, every main process killed under load; root (COMPOSE=program|2 RATE=20 ONLY=images|bundle)
	@$(PY) -m tests.containers --compose "$(or $(COMPOSE),docker-compose)" --rate $(or $(RATE),20) $(addprefix --only ,$(ONLY))

coverage: .venv/.dev ## The same tests with branch coverage
	$(PY) -m pytest $(TESTS) -m "not tools and not faults" --cov --cov-report=term

bench: .venv/.dev ## Measure throughput, latency and memory
	$(PY) -m bench

bench-reporting: .venv/.dev ## Measure reporting on a generated history (HAZARDS= FACTS=)
	$(PY) -m bench.reporting --hazards $(or $(HAZARDS),20000) --facts $(or $(FACTS),6)

lint: .venv/.dev ## Format, style, types and the law of imports
	$(PY) -m ruff format --check .
	$(PY) -m ruff check .
	$(PY) -m mypy
	$(PY) -c 'from importlinter.cli import lint_imports_command as lint; lint()'

format: .venv/.dev ## Format the code and mend what can be mended
	$(PY) -m ruff format .
	$(PY) -m ruff check --fix .

contracts: .venv/.run ## Write schemas, AsyncAPI, references, the glossary and the table of clauses from models and tests
	@$(PY) -m contracts.generate
	@$(PY) -m bihuan.published

docs: contracts .venv/.dev ## Write what is made from the code: events, glossary, modules, metrics, dashboards
	@$(PY) -m deploy.docs
	@$(PY) -m deploy.grafana

sbom: .venv/.dev ## Write the bill of materials (CycloneDX) of what is locked: dist/sbom.json
	@$(PY) -m deploy.supply_chain sbom

licences: .venv/.dev ## Hold the licences of what is installed against deploy/licences.yaml
	@$(PY) -m deploy.supply_chain licences

scan: .venv/.dev ## Look for weak spots (bandit) and for secrets that are new (detect-secrets)
	@$(PY) -m deploy.supply_chain scan
site: .venv/.dev ## Build the documentation site into build/site; a broken link fails
	$(PY) -m sphinx -W --keep-going -q -b html -d build/site-trees docs build/site && echo "open build/site/index.html"

check: lint test ## What has to pass before a change is proposed

bundle: .venv/.dev ## Pack sources, wheels, jars, hashes and a bill of materials for machines without a network (IMAGES="bihuan:0.1.0 ..")
	@$(PY) -m deploy.bundle dist/bihuan-$$($(PY) -c 'from importlib.metadata import version; print(version("bihuan"))').tar.gz $(addprefix --image ,$(IMAGES))

lock: .venv/.dev ## Pin what requirements.in and dev.in ask for, with the hashes of every platform
	$(PY) -m uv pip compile --quiet requirements.in --generate-hashes --no-emit-index-url --no-header --universal \
	    --python-version 3.11 -o requirements.txt
	$(PY) -m uv pip compile --quiet dev.in --generate-hashes --no-emit-index-url --no-header --universal \
	    --python-version 3.11 -o dev.txt

# ---- installation

setup: .venv/.run .venv/.dev ## Install what the product and its tests need into .venv

.venv/.run: requirements.txt pyproject.toml
	@"$(PYTHON)" deploy/local/check_host.py
	@$(PY) -c 'import pip' 2>/dev/null || { rm -rf .venv; echo "making .venv"; "$(PYTHON)" -m venv .venv; }
	@echo "installing what the product needs into .venv (about 30 s the first time)"
	@$(PIP) install --require-hashes --no-deps -r requirements.txt
	@$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@

.venv/.dev: .venv/.run dev.txt
	@echo "installing what the tests need"
	@$(PIP) install --require-hashes --no-deps -r dev.txt
	@touch $@
