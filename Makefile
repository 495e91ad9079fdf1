# Developing goes through .venv, running through .runtime; a target makes what it needs when that is missing or out of date.
PYTHON ?= $(shell for python in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$python && break; done)
BIN := .venv/bin
READY := .venv/.ready
RUNTIME := .runtime/.ready
# Prometheus's checker of rules, for the tests of deploy/monitoring.
PROMTOOL := .tools/promtool
PYTEST := $(BIN)/pytest -q --durations=10
TOGETHER := $(PYTEST) -n logical --dist worksteal -m "not alone and not busy"
BUSY := $(PYTEST) -n 2 --dist loadscope -m busy
ALONE := $(PYTEST) -m alone
# Without bytecode each process would compile our modules, and pytest rewrite each test, anew.
unexport PYTHONDONTWRITEBYTECODE
# What pytest says when there was no test to run.
NOTHING := 5

.DEFAULT_GOAL := help
.PHONY: help setup install run test quick sweep compose-test chaos bench bench-quick lint format words lock release clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(READY) $(PROMTOOL) ## make the environment .venv: all that development needs, exactly as locked

install: $(RUNTIME) ## make the environment .runtime: what an operator needs, and nothing else

run: $(RUNTIME) ## start the intake, and hold a talk in this terminal (and on Telegram, given a token)
	@.runtime/bin/reportline run

test: lint $(PROMTOOL) ## check everything and run every test
	@echo "== tests, on all cores"
	@$(TOGETHER); together=$$?; echo "== tests, those that keep all cores busy"; $(BUSY); busy=$$?; \
		echo "== tests, those that must run alone"; $(ALONE); alone=$$?; \
		echo "== benchmarks, shortly"; $(BIN)/python -m benchmarks --quick && exit $$((together + busy + alone))

quick: lint $(PROMTOOL) ## check everything, and run the tests that the change on this branch touches
	@echo "== tests that the change touches"
	@touched=$$($(BIN)/python tests/touched.py) || exit 1; test -z "$$touched" && exit; \
		$(TOGETHER) $$touched || test $$? = $(NOTHING) || exit 1; \
		$(BUSY) $$touched || test $$? = $(NOTHING) || exit 1; \
		$(ALONE) $$touched || test $$? = $(NOTHING)

sweep: $(READY) ## kill at every point of every sweep, where the tests take a tenth
	@$(PYTEST) --sweep

compose-test: $(READY) ## check docker-compose.yml, and run its services natively until a report is through
	@$(BIN)/pytest -q -rs tests/compose

chaos: $(READY) ## hold 10,000 talks while everything dies and comes back (25 minutes at most); print the table
	@$(BIN)/python -m tests.chaos

bench: $(READY) ## measure ours beside its peers (five minutes); write docs/performance.md; NAME=turns for one pair alone
	@$(BIN)/python -m benchmarks $(NAME)

bench-quick: $(READY) ## run each comparison shortly; fail where ours is below half of what docs/performance.md records
	@$(BIN)/python -m benchmarks --quick

lint: $(READY) ## check style, types, imports, languages and portals
	@echo "== ruff" && $(BIN)/ruff check . && $(BIN)/ruff format --check .
	@echo "== mypy" && $(BIN)/mypy
	@echo "== import-linter" && $(BIN)/lint-imports
	@echo "== languages" && $(BIN)/reportline locales check
	@echo "== portals" && $(BIN)/reportline portal check

format: $(READY) ## write the code as the style asks
	@$(BIN)/ruff check --fix . && $(BIN)/ruff format .

words: $(READY) ## carry changed English words into the catalogues
	@$(BIN)/reportline locales update

lock: $(READY) ## resolve the requirements anew, with hashes and without naming an index
	@$(call need_uv)
	@for set in "development --extra dev --group build pyproject.toml" \
			"runtime --constraint requirements/development.txt pyproject.toml" \
			"build --constraint requirements/development.txt --group build"; do set -- $$set; name=$$1; shift; \
		.uv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate \
		--no-header --no-emit-index-url --no-emit-find-links "$$@" -o requirements/$$name.txt; done

release: $(READY) ## build what a tagged version consists of into dist/: both distributions, hashes, an SBOM
	@version=$$($(BIN)/python -m hatchling version); \
		test -z "$$(git status --porcelain)" || { echo "!! commit or remove what git status names"; exit 1; }; \
		grep -q "^## $$version " CHANGELOG.md || { echo "!! CHANGELOG.md has no part on $$version"; exit 1; }; \
		git tag --points-at HEAD | grep -qx "v$$version" || { echo "!! this commit has no tag v$$version"; exit 1; }
	@rm -rf dist
	@export SOURCE_DATE_EPOCH=$$(git log -1 --format=%ct); python=$(CURDIR)/$(BIN)/python; \
		$$python -m hatchling build --target sdist --target wheel && \
		(cd packaging/queue && $$python -m hatchling build --target wheel --directory ../../dist) && \
		cp requirements/runtime.txt dist/requirements.txt && \
		$$python -W ignore -m cyclonedx_py requirements requirements/runtime.txt --pyproject pyproject.toml \
			--output-reproducible --output-file dist/sbom.cdx.json
	@cd dist && sha256sum * > SHA256SUMS && cat SHA256SUMS

clean: ## remove the environments and the caches; data/ stays
	@$(call need_idle,venv); $(call need_idle,runtime)
	@rm -rf .venv .runtime .uv .tools .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

# The system's own, or Debian's; of its package nothing but this program is kept, and nothing is installed.
$(PROMTOOL):
	@mkdir -p .tools
	@if command -v promtool >/dev/null; then ln -sf "$$(command -v promtool)" $@; \
	elif command -v apt-get >/dev/null; then \
		echo "== promtool, from Debian's package prometheus" && cd .tools && \
		{ apt-get download prometheus >/dev/null 2>&1 || \
			{ apt-get update >/dev/null && apt-get download prometheus >/dev/null; }; } && \
		dpkg-deb --extract prometheus_*.deb unpacked && mv unpacked/usr/bin/promtool . ; \
		rm -rf unpacked prometheus_*.deb; fi
	@test -x $@ || { echo "!! There is no promtool: install Prometheus, or the alarms stay unchecked." && test -z "$$CI"; }

$(READY): requirements/development.txt
$(RUNTIME): requirements/build.txt requirements/runtime.txt

# The stamp comes last, so a run that stopped half-way begins again, from what pip has cached.
$(READY) $(RUNTIME):
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed: install it, or make PYTHON=/path/to/python3"; exit 1; }
	@$(call need_idle,$(@D:.%=%))
	@echo "== environment: $(@D), from $^"
	@rm -rf $(@D)
	@if $(PYTHON) -c 'import ensurepip, venv' 2>/dev/null && $(PYTHON) -m venv $(@D); then \
		$(@D)/bin/python -m pip install --disable-pip-version-check --require-hashes $(^:%=-r %) && \
		$(@D)/bin/python -m pip install --disable-pip-version-check --no-deps --no-build-isolation --no-index -e . ; \
	else \
		echo "== this Python has no venv module: taking uv, into .uv" && \
		{ $(call need_uv); } && rm -rf $(@D) && \
		.uv/bin/uv venv --python "$$($(PYTHON) -c 'import sys; print(sys.executable)')" $(@D) && \
		.uv/bin/uv pip install --python $(@D)/bin/python --require-hashes $(^:%=-r %) && \
		.uv/bin/uv pip install --python $(@D)/bin/python --no-deps --no-build-isolation --no-index -e . ; \
	fi
	@touch $@

# The brackets keep the pattern from finding itself.
define need_idle
if { ps -A -o args= || cat /proc/[0-9]*/cmdline; } 2>/dev/null | grep -q '$(CURDIR)/[.]$(1)/bin/'; then \
	echo "!! something still runs from $(CURDIR)/.$(1): stop it, then run make again"; exit 1; fi
endef

define need_uv
test -x .uv/bin/uv || $(PYTHON) -m pip install --disable-pip-version-check --target .uv uv
endef
