# Everything sets itself up: `make review` and `make test` work on a fresh machine with Python and make.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: review review-today test test-long lab notebooks golden docs wheel lint bench calibration clean lock help

help:
	@echo "make review     write the annual review of the embedded sample to reports/"
	@echo "make review-today  write the review of a synthetic town of today to build/today/reports/"
	@echo "make test       run the tests, the notebooks among them"
	@echo "make test-long  run the long tests: whole reviews, browsers, kernels, typed commands, simulations"
	@echo "make lab        open JupyterLab on the notebooks"
	@echo "make notebooks  run the notebooks in place, to store new outputs"
	@echo "make golden     write the hashes of golden outputs anew, after a change that is meant"
	@echo "make docs       make the documentation's pages, build/site/documentation/index.html"
	@echo "make wheel      build the wheel, documentation included, to dist/"
	@echo "make bench      measure speed and memory, write docs/performance.md"
	@echo "make calibration  how far the statistics hold, write docs/calibration.md (ten minutes)"
	@echo "make lint       check style and types"
	@echo "make lock       write requirements.lock for pyproject.toml; UPGRADE=--upgrade takes newer versions"

$(READY): requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit("cspanalysis needs Python 3.11 or newer, this is " + sys.version.split()[0] + ": make PYTHON=python3.12 ...") if sys.version_info < (3, 11) else None'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --require-hashes --requirement requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	@$(BIN)/python -m cspanalysis.workspace.guard --install
	touch $(READY)

review: $(READY)
	$(BIN)/csp review

review-today: $(READY)
	$(BIN)/csp sample build/today --today
	$(BIN)/csp review --workspace build/today --pdf

test: $(READY)
	$(BIN)/python -m pytest -n auto --dist loadfile --no-loadscope-reorder -m "not long"

test-long: $(READY)
	$(BIN)/python -m pytest -n auto --dist loadfile --no-loadscope-reorder -m long

lab: $(READY)
	$(BIN)/csp lab

notebooks: $(READY)
	$(BIN)/python -m cspanalysis.report.refresh

golden: $(READY)
	$(BIN)/python -m tests.golden --write

docs: $(READY)
	$(BIN)/python -m tools.site

wheel: $(READY)
	$(BIN)/python -m hatchling build -t wheel

bench: $(READY)
	$(BIN)/python -m benchmarks $(BENCH)

calibration: $(READY)
	$(BIN)/python -m benchmarks.calibration

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/python -m mypy

lock: $(READY)
	$(BIN)/uv pip compile --quiet $(UPGRADE) --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-emit-find-links --no-header --all-extras pyproject.toml \
		--output-file requirements.lock

clean:
	rm -rf $(VENV) build dist .pytest_cache .ruff_cache .mypy_cache
