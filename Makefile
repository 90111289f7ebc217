# make reports   environment, data, notebooks, HTML
# make test      every test
# make lab       JupyterLab in notebooks/
# make lock      resolve the dependencies anew (needs uv)

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/ready
export PYTHONHASHSEED := 0
export MPLBACKEND := agg
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: reports test lab lock check-format clean

reports: $(READY)
	@$(BIN)/icslib build
	@$(BIN)/icslib run

test: $(READY) check-format
	@$(BIN)/python -m pytest -n 2

lab: $(READY)
	@cd notebooks && MPLBACKEND= ../$(BIN)/jupyter lab

check-format: $(READY)
	@$(BIN)/ruff check icslib tests benchmarks tools
	@$(BIN)/ruff format --check --quiet icslib tests benchmarks tools
	@$(BIN)/mypy icslib

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c "import sys; sys.exit(sys.version_info < (3, 11))" 2>/dev/null || { \
	  echo "icslib needs Python 3.11 or newer as '$(PYTHON)'; found: $$($(PYTHON) --version 2>&1)."; \
	  echo "Install one, or name it: make PYTHON=/path/to/python3.12 $(MAKECMDGOALS)"; exit 2; }
	@echo "Making the environment in $(VENV) (once; a few minutes) ..."
	@$(PYTHON) -m venv $(VENV) || { echo "The venv module failed. On Debian or Ubuntu: apt install python3-venv"; exit 2; }
	@$(BIN)/python -m pip install --quiet --require-hashes -r requirements.lock || { \
	  echo "The packages in requirements.lock could not be installed. This first step needs a package index within reach;"; \
	  echo "afterwards everything works offline. The lines above say which package failed."; exit 2; }
	@$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $(READY)

lock:
	uv pip compile pyproject.toml --group dev --extra cluster --universal --python-version 3.11 \
	  --generate-hashes --no-emit-index-url --no-header --no-annotate --quiet --output-file requirements.lock

clean:
	rm -rf $(VENV) reports/runs .pytest_cache .ruff_cache .mypy_cache
