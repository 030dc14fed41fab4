# Two commands: `make lab` and `make test`. Both do all the set-up.

VENV   ?= .venv
PYTHON ?= python3
BIN    := $(VENV)/bin
# What the learner has set for the lessons must not change the tests.
PLAIN  := env -u AELESSON_DATASET -u AELESSON_DATA_DIR -u AELESSON_SEED -u MPLBACKEND \
          AELESSON_DEVICE=cpu OMP_NUM_THREADS=1 AELESSON_STRICT=1
# JupyterLab refuses to start as root unless told to.
ROOT   := $(if $(filter 0,$(shell id -u 2>/dev/null)),--allow-root)

.DEFAULT_GOAL := help
.PHONY: help lab test test-fast lint types notebooks build check expected scores bench reproduce clean

help:  ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' Makefile

lab: $(VENV)/.lab  ## Open the course in JupyterLab
	@$(BIN)/aelesson workbook
	@PATH="$(abspath $(BIN)):$$PATH" jupyter lab $(ROOT) --ServerApp.ip=127.0.0.1 \
		--ServerApp.root_dir="$(CURDIR)" notebooks/00_start_here.ipynb

test: $(VENV)/.test lint types check  ## Run everything: library, exercises, notebooks
	$(PLAIN) $(BIN)/pytest -n 2 --dist worksteal tests
	@$(MAKE) --no-print-directory notebooks

test-fast: $(VENV)/.test  ## Run the quick tests, in about a minute
	$(PLAIN) $(BIN)/pytest -n 2 --dist worksteal -m "not slow" tests

notebooks: $(VENV)/.test  ## Execute every lesson and solution and compare
	$(PLAIN) $(BIN)/pytest -n 2 --dist loadfile --nbval-lax --nbval-current-env \
		notebooks solutions

lint: $(VENV)/.test  ## Check style
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/.test  ## Check types
	$(BIN)/mypy

build: $(VENV)/.test  ## Make the notebooks whose text has changed
	$(BIN)/python -m tools.build build $(if $(FORCE),--force)

check: $(VENV)/.test  ## Say which notebooks are out of step with their text
	$(BIN)/python -m tools.build check $(if $(CI),--strict)

expected: $(VENV)/.test  ## Measure every lesson again, with five seeds
	$(BIN)/python -m tools.expected $(LESSONS)

scores: $(VENV)/.test  ## Measure the references of the open tasks
	$(BIN)/python -m tools.scores $(TASKS)

bench: $(VENV)/.test  ## Measure speed, memory and growth: docs/bench.md
	$(BIN)/python -m benchmarks.speed

reproduce: $(VENV)/.test  ## Measure the results on all of MNIST; ROW=name for one row
	$(BIN)/python -m benchmarks.reproduce $(ROW)

clean:  ## Remove the environment (not your workbook)
	rm -rf $(VENV) build *.egg-info

$(VENV)/.lab $(VENV)/.test: $(VENV)/.%: pyproject.toml constraints.txt | $(BIN)/python
	@echo "Installing what the course needs ($*): about 2 minutes, once."
	@$(BIN)/python -m pip install --quiet -c constraints.txt -e ".[$*]"
	@touch $@ $(VENV)/.lab

# What is half made would be taken for whole by the next call: it is removed.
$(BIN)/python:
	@$(PYTHON) -c 'import sys; v = sys.version_info[:2]; sys.exit(0 if (3, 11) <= v <= (3, 13) else f"Python {v[0]}.{v[1]} found, 3.11 to 3.13 needed: make PYTHON=python3.12 ...")'
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); exit 1; }
