# make run: the app in a browser.  make test: the whole suite.  make help: the rest.
PORT ?= 8501
PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3 python; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && command -v $$p && break; done)
BIN := .venv/bin
# Two BLAS threads beside another busy process are many times slower than one.
export OMP_NUM_THREADS := 1
export OPENBLAS_NUM_THREADS := 1

.PHONY: run test lint format bench load screens locale browser clean help

run: .venv/run  ## install what the app needs and open it (PORT=8501)
	$(BIN)/python -m streamlit run app.py --server.port $(PORT)

test: .venv/dev browser  ## install everything, provide a browser, run the whole suite
ifdef ARGS
	$(BIN)/python -m pytest $(ARGS)
else
	$(BIN)/python -m pytest --ignore tests/browser -n auto --dist loadfile --no-loadscope-reorder
	$(BIN)/python -m pytest tests/browser -n 2 --dist loadfile --no-loadscope-reorder
endif

lint: .venv/dev  ## ruff and pyright
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/pyright

format: .venv/dev  ## let ruff rewrite what it can
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: .venv/dev browser  ## measured ratios against peers (torch optional: pip install torch==2.13.0)
	$(BIN)/python -m benchmarks $(ARGS)

load: .venv/dev  ## a class on one server core: sixty sessions, heavy work, six hundred guests, two languages
	$(BIN)/python -m tests.load --check $(ARGS)

screens: .venv/dev browser  ## a picture of every page x language x theme x width, into screens/
	$(BIN)/python -m tests.browser.screens $(ARGS)

locale: .venv/dev  ## bring the translation catalogue up to date and compile it
	$(BIN)/python -m tests.catalog

browser: .venv/dev
	$(BIN)/python -m tests.browser.provide

.venv/bin/python:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed: https://www.python.org/downloads/"; exit 1; }
	$(PYTHON) -m venv .venv || { echo "Python's venv module is missing (on Debian: apt install python3-venv)."; exit 1; }

.venv/run: requirements.txt | .venv/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

.venv/dev: requirements.txt requirements-dev.txt | .venv/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch .venv/run $@

clean:  ## remove the environment and everything generated
	rm -rf .venv screens build dist

help:
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12
