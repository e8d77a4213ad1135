# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
#
# Every target sets up its own .venv first: python3, git and make are enough. PYTHON and VENV choose others, such as
# make check PYTHON=python3.13 VENV=.venv-3.13

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
# Two more than cores: tests that wait for a real broker, a browser or another process leave theirs idle.
WORKERS ?= $(shell $(PYTHON) -c 'import os; print((os.cpu_count() or 1) + 2)')
# Where Python keeps no bytecode, as in many images for CI, each process that a test starts would compile all that it imports.
unexport PYTHONDONTWRITEBYTECODE
PYTEST := $(BIN)/python -m pytest -n $(WORKERS) --dist worksteal -q

.PHONY: install demo check quick newest test lint bench soak chaos format clean

install: $(STAMP)

demo: $(STAMP)
	$(BIN)/chargerctl simulate --script demo --realtime

# While you work: all but the tests that are marked slow or soak (pyproject.toml).
check: lint quick

quick: $(STAMP)
	$(PYTEST) -m "not slow and not soak"

# On the newest Python, what may depend on its version: of every test that is not slow the first case, with every module
# imported and every warning an error; all tests with certificates, for which Python 3.13 made its rules stricter, with real
# brokers; sessions as they are typed, and names replaced in sources, which a new grammar could spoil. More cases and examples
# of the same code find the same on any Python.
newest: $(STAMP)
	$(PYTEST) -m "not slow and not soak" --first-cases --hypothesis-profile few
	$(PYTEST) tests/whole/test_certificates.py tests/firmware/net/test_mosquitto.py tests/simulator/network/test_real_time.py \
		tests/simulator/script/test_simulate.py tests/host/deploy/test_renaming.py

# Before you push, some ten minutes on two cores; CI runs lint and this. Of tests with thousands of cases, seeds or cuts
# it has a share that is always the same. It lists the slowest twenty tests.
test: $(STAMP)
	$(PYTEST) --durations 20

lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m lint firmware

bench: $(STAMP)
	$(BIN)/python -m bench

# The rest of what `make test` has a share of, every property test with 2,000 examples or more, then ten thousand episodes of
# chaos. Takes hours; CI runs it once a week, with fewer episodes.
PATIENT := --timeout 3600 -o faulthandler_timeout=3630
soak: $(STAMP)
	$(PYTEST) -m soak $(PATIENT)
	$(PYTEST) -m hypothesis --hypothesis-profile soak $(PATIENT)
	$(MAKE) chaos

# The ten thousand episodes alone, from seed SEED: within the hour on two cores. Ctrl-C ends it with the counts so far.
SEED ?= 0
EPISODES ?= 10000
chaos: $(STAMP)
	$(BIN)/chargerctl simulate --chaos --seed $(SEED) --episodes $(EPISODES)

format: $(STAMP)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

$(STAMP): pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit("chargerctl needs Python 3.11 or newer, and $(PYTHON) is %d.%d: make PYTHON=python3.13" % sys.version_info[:2] if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[dev]'
	@touch $@

clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache
