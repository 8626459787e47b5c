# What people do here. Needs Python >= 3.11 and make, and nothing else; the rest is set up in .venv.
#   make demo    a narrated film, made by everything this repository has; prints its path
#   make test    the whole test suite
#   make up      keep everything running: API on 127.0.0.1:8001, workers, server
#   make lint    style, types, imports       make fmt    format
#   make bench   recovery times after kill -9
#   make clean   remove .venv and caches; films/ and .scenaries/ are yours and stay
# ARGS go to the program: make demo ARGS="--language ru --open", make test ARGS="-k embedded"

.DEFAULT_GOAL := help
.PHONY: help demo test up lint fmt bench clean

# The first of these that is new enough; another one: make PYTHON=/path/to/python …
PYTHON ?= $(shell for python in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	"$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo "$$python" && break; done)
VENV := .venv/bin/python
INSTALL := $(VENV) -m pip install -qq --disable-pip-version-check --constraint constraints.txt --editable

help:
	@sed -n 's/^#   //p' Makefile

demo: .venv/.for-use
	@$(VENV) -m processing_service.cli.main demo $(ARGS)

up: .venv/.for-use
	@$(VENV) -m processing_service.cli.main up $(ARGS)

test: .venv/.for-development
	@$(VENV) -m pytest --numprocesses 2 --dist loadfile $(ARGS)

lint: .venv/.for-development
	$(VENV) -m ruff check .
	$(VENV) -m ruff format --check .
	$(VENV) -m mypy
	.venv/bin/lint-imports

fmt: .venv/.for-development
	$(VENV) -m ruff check --fix .
	$(VENV) -m ruff format .

bench: .venv/.for-development
	@$(VENV) -m benchmarks.recovery $(ARGS)

clean:
	rm -rf .venv dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -not -path './.scenaries/*' -prune -exec rm -rf {} +

.venv/pyvenv.cfg:
	@test -n "$(PYTHON)" || { echo "no Python 3.11 or newer was found; install one, or say make PYTHON=/path/to/python" >&2; exit 1; }
	@echo "setting up .venv with $$("$(PYTHON)" --version), once" >&2
	@"$(PYTHON)" -m venv .venv

# Stamps: installed when the lists of dependencies last changed. What development needs includes what use needs.
.venv/.for-use: pyproject.toml constraints.txt | .venv/pyvenv.cfg
	@echo "installing what films need" >&2
	@$(INSTALL) '.[all]'
	@touch $@

.venv/.for-development: pyproject.toml constraints.txt | .venv/pyvenv.cfg
	@echo "installing what development needs" >&2
	@$(INSTALL) '.[dev]'
	@touch .venv/.for-use $@
