# `make serve`, `make lab`, `make test`: each does all the set-up.

VENV   ?= .venv
PYTHON ?= python3
HUB    ?= my_hub
PORT   ?= 8000
BIN    := $(VENV)/bin
# Programs are called as modules: their scripts would name a folder that was moved away.
RUN    := $(BIN)/python -m
# What the learner has set for the lessons must not change the tests.
PLAIN  := env -u AELESSON_DATASET -u AELESSON_DATA_DIR -u AELESSON_SEED -u MPLBACKEND \
          -u AELESSON_LONGER -u AELESSON_WIDER AELESSON_DEVICE=cpu OMP_NUM_THREADS=1 AELESSON_STRICT=1
# JupyterLab refuses to start as root unless told to.
ROOT   := $(if $(filter 0,$(shell id -u 2>/dev/null)),--allow-root)

# JupyterLab asks nobody for news, and nobody whether to.
LAB    := $(VENV)/share/jupyter/lab/settings
QUIET  := {"@jupyterlab/apputils-extension:notification": {"fetchNews": "false"}}

.DEFAULT_GOAL := help
.PHONY: FORCE help lab test test-fast lint types notebooks site serve slides build check \
	teaching explore hub expected stress scores bench reproduce clean

help:  ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' Makefile

lab: $(VENV)/.lab  ## Open the course in JupyterLab
	@$(RUN) aelesson workbook || true  # what is missing was said, the rest can be done
	@PATH="$(abspath $(BIN)):$$PATH" $(RUN) jupyterlab $(ROOT) --ServerApp.ip=127.0.0.1 \
		--ServerApp.root_dir="$(CURDIR)" notebooks/00_start_here.ipynb

test: $(VENV)/.test lint types check  ## Run everything: library, exercises, notebooks
	$(PLAIN) $(RUN) pytest -n 2 --dist worksteal tests
	@$(MAKE) --no-print-directory notebooks

test-fast: $(VENV)/.test  ## Run the quick tests, in about a minute
	$(PLAIN) $(RUN) pytest -n 2 --dist worksteal -m "not slow" tests

notebooks: $(VENV)/.test  ## Execute every lesson and solution and compare
	$(PLAIN) $(RUN) pytest -n 2 --dist loadfile --nbval-lax --nbval-current-env \
		notebooks solutions

lint: $(VENV)/.test  ## Check style
	$(RUN) ruff check .
	$(RUN) ruff format --check .

types: $(VENV)/.test  ## Check types
	$(RUN) mypy

site: $(VENV)/.test  ## Make the course's web site, build/site/html
	$(PLAIN) $(RUN) tools.site build

serve: site  ## Show the web site on this machine
	@$(RUN) tools.site serve

hub: $(VENV)/.test  ## Try a class out: JupyterHub, on this machine alone (needs npm)
	@$(RUN) tools.hub $(HUB) --port $(PORT)

slides: $(VENV)/.test  ## Make slides of every lesson, build/slides; LESSONS=08_vae for some
	$(PLAIN) $(RUN) tools.slides $(LESSONS)

build: $(VENV)/.test  ## Make the notebooks whose text has changed
	$(RUN) tools.build build $(if $(FORCE),--force)

check: $(VENV)/.test  ## Say which notebooks are out of step with their text
	$(RUN) tools.build check $(if $(CI),--strict)

teaching: $(VENV)/.test  ## Make the teacher's guides, docs/teaching
	$(RUN) tools.teaching build

explore: $(VENV)/.test  ## Make the explorables, or ONLY=name (needs node and chromium)
	$(PLAIN) $(RUN) tools.explore $(ONLY)

expected: $(VENV)/.test  ## Measure every lesson again, with five seeds
	$(RUN) tools.expected $(LESSONS)

stress: $(VENV)/.test  ## Try every claim with longer trainings and other widths
	$(RUN) tools.stress $(LESSONS)

scores: $(VENV)/.test  ## Measure the references of the open tasks
	$(RUN) tools.scores $(TASKS)

bench: $(VENV)/.test  ## Measure speed, memory, growth, and frames of the explorables
	$(RUN) benchmarks.speed
	$(RUN) benchmarks.frames

reproduce: $(VENV)/.test  ## Measure the results at full size; ROW=name for one row
	$(RUN) benchmarks.reproduce $(ROW)

# Only a folder that was made here is removed: VENV may name one of yours.
clean:  ## Remove the environment (not your workbook)
	@if [ -e "$(VENV)" ] && ! [ -e "$(VENV)/.course" ] && [ "$(VENV)" != .venv ]; then \
		echo "$(VENV) was there before the course: remove it yourself." >&2; exit 1; fi
	rm -rf "$(VENV)" build *.egg-info

$(VENV)/.lab $(VENV)/.test: $(VENV)/.%: pyproject.toml constraints.txt $(VENV)/pyvenv.cfg
	@echo "Installing what the course needs ($*): about 2 minutes, once."
	@$(RUN) pip install --quiet -c constraints.txt -e ".[$*]"
	@mkdir -p $(LAB) && echo '$(QUIET)' > $(LAB)/overrides.json
	@touch $@ $(VENV)/.lab

# Asked at every call. Made anew where Python was upgraded or went away, as packages of
# the old one are not found by the new; touched, so that packages are installed again,
# where the course is not found in this folder.
$(VENV)/pyvenv.cfg: FORCE
	@"$(BIN)/python" -Ic 'import pip' 2>/dev/null || $(MAKE_VENV)
	@"$(BIN)/python" -Ic '$(IS_HERE)' || touch $@

FORCE:

IS_HERE := import importlib.util as u, os, sys; s = u.find_spec("aelesson"); \
	sys.exit(not s or not os.path.samefile(os.path.dirname(os.path.dirname(s.origin)), "."))
IS_RIGHT := import sys; v = sys.version_info[:2]; sys.exit(0 if (3, 11) <= v <= (3, 13) \
	else f"Python {v[0]}.{v[1]} found, 3.11 to 3.13 needed: make PYTHON=python3.12 ...")

# Only a new folder, an empty one, or one that was made here (.course) is ever filled: what
# is half made stays marked and is made anew by the next call.
define MAKE_VENV
{ \
	$(PYTHON) -c '$(IS_RIGHT)' || exit 1; \
	if [ -e "$(VENV)" ] && ! [ -e "$(VENV)/.course" ] && [ -n "$$(ls -A "$(VENV)")" ]; then \
		echo "$(VENV) was not made here, and has no Python with pip that runs: remove it" \
			"yourself, or name a new folder, make VENV=..." >&2; exit 1; fi; \
	$(PYTHON) -m venv --clear "$(VENV)"; made=$$?; touch "$(VENV)/.course"; exit $$made; \
}
endef
