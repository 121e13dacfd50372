# Everything a checkout needs, in a .venv of its own: no root, no installed PostgreSQL.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
VENV := .venv
STAMP := $(VENV)/installed
BIN := $(VENV)/bin

.PHONY: demo test
.DEFAULT_GOAL := demo

demo: $(STAMP)
	@$(BIN)/frontdesk demo

# Four at once also on two cores: tests wait for answers more than they compute.
test: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/pytest -n 4

# uv brings a Python where the machine has none that fits.
$(STAMP): pyproject.toml
	@if command -v uv >/dev/null; then \
	  test -x $(BIN)/python || uv venv --quiet --python '>=3.11' $(VENV); \
	  uv pip install --quiet --python $(BIN)/python --editable '.[dev]'; \
	else \
	  if ! test -x $(BIN)/python; then \
	    for python in python3.13 python3.12 python3.11 python3 none; do \
	      "$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && break; \
	    done; \
	    if test "$$python" = none; then \
	      echo 'frontdesk needs Python 3.11 or later, and there is none here. Install it, or uv.' >&2; exit 1; \
	    fi; \
	    "$$python" -m venv $(VENV) || { rm -rf $(VENV); exit 1; }; \
	  fi; \
	  $(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'; \
	fi
	@touch $@
