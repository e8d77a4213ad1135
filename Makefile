# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
#
# Every target sets up its own .venv first: python3, git and make are enough.

PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.installed
WORKERS ?= auto

.PHONY: demo test lint bench soak format clean

demo: $(STAMP)
	$(BIN)/chargerctl simulate --script demo --realtime

test: $(STAMP)
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal -q

lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m lint firmware

bench: $(STAMP)
	$(BIN)/python -m bench

# Ten thousand episodes of chaos; not in CI. SEED is the first.
SEED ?= 0
EPISODES ?= 10000
soak: $(STAMP)
	$(BIN)/chargerctl simulate --chaos --seed $(SEED) --episodes $(EPISODES)

format: $(STAMP)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

$(STAMP): pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit("chargerctl needs Python 3.10 or newer, and $(PYTHON) is %d.%d: make PYTHON=python3.12" % sys.version_info[:2] if sys.version_info < (3, 10) else 0)'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[dev]'
	@touch $@

clean:
	rm -rf .venv .pytest_cache .mypy_cache .ruff_cache
