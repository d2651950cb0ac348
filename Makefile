# Linli (邻里). `make run` needs Python 3.11 or newer and nothing else; `make help` lists the rest.
SHELL := /bin/sh
.DEFAULT_GOAL := help
.PHONY: help run test lint format bench messages demo-reset tools compile

# Each of several processes would compile every file anew.
unexport PYTHONDONTWRITEBYTECODE

VENV := .venv
PY := $(VENV)/bin/python
CODE := backend iot conversations bots broadcasts locales
BENCH ?=
TESTS ?=

help: ## what can be made here
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: $(VENV)/runtime compile ## start Linli here: web, workers, bots, database, broker; Ctrl-C stops it all
	@exec $(PY) -m backend.start

test: export LINLI_MAY_INSTALL = 1
test: tools compile ## install what the tests need, then check everything (TESTS=path runs part of it)
	@# Meanwhile the other core compiles everything, which each of the four processes would do anew.
	@$(PY) -m pytest --collect-only -qq $(TESTS) >/dev/null 2>&1 & $(MAKE) --no-print-directory lint && wait
	@$(PY) -m locales.messages check
	@$(PY) -m pytest -v --no-header -n 4 --dist loadgroup --reruns 1 $(TESTS)

lint: $(VENV)/develop ## style, types, import order of the layers
	@$(VENV)/bin/ruff check --quiet .
	@$(VENV)/bin/ruff format --check --quiet .
	@$(VENV)/bin/mypy --no-error-summary $(CODE)
	@$(VENV)/bin/lint-imports >$(VENV)/lint-imports.log || { cat $(VENV)/lint-imports.log; exit 1; }

format: $(VENV)/develop ## put the code in shape
	@$(VENV)/bin/ruff check --fix --quiet . || true
	@$(VENV)/bin/ruff format --quiet .

bench: tools compile ## the benchmarks, one JSON line each (BENCH=P1 runs one)
	@$(PY) -m bench.run $(BENCH)

messages: $(VENV)/develop ## collect the texts to translate; names what is not translated yet
	@$(PY) -m locales.messages update

demo-reset: $(VENV)/runtime ## forget the local data; the next `make run` starts with a fresh demo community
	@$(PY) -m backend.start --forget

compile: $(VENV)/runtime
	@$(PY) -m locales.messages compile

tools: $(VENV)/develop
	@sh tests/harness/install.sh

$(VENV)/python:
	@sh tests/harness/venv.sh $(VENV)
	@touch $@

$(VENV)/runtime: requirements.txt | $(VENV)/python
	@echo "Installing what Linli runs on (once, about a minute)…"
	@$(PY) -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

$(VENV)/develop: requirements-dev.txt requirements.txt | $(VENV)/runtime
	@echo "Installing what the tests and the tools need (once, about a minute)…"
	@$(PY) -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@
