# Each target sets up what it needs. See "Working on it" in README.md.
PYTHON ?= python3
BIN := .venv/bin
# Processes that run the tests (see tests/conftest.py); 0 runs them in one, in their order.
WORKERS ?= auto
PYTEST := $(BIN)/python -m pytest --numprocesses $(WORKERS) --dist worksteal
# jsii prints a banner about Node 20's age, and CDK's built-in validation costs seconds; `make synth` keeps the latter.
export JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION := 20

.PHONY: demo test check serve synth bench lock clean

demo: .venv/local ; @$(BIN)/python docs/demo/demo.py
test: .venv/dev ; $(PYTEST)
check: .venv/dev ; $(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy && $(PYTEST)
serve: .venv/local ; @$(BIN)/batchplane local
synth: .venv/dev ; $(BIN)/python app.py
bench: .venv/dev ; $(BIN)/python -m tests.bench
lock: .venv/dev ; for each in dev layer client local; do $(BIN)/uv pip compile --quiet --universal --generate-hashes --python-version 3.11 --no-emit-index-url --custom-compile-command 'make lock' $$([ $$each = dev ] || echo --constraint requirements/dev.txt) requirements/$$each.in --output-file requirements/$$each.txt; done
clean: ; rm -rf .venv cdk.out dist .mypy_cache .pytest_cache .ruff_cache .hypothesis

.venv/bin/python: ; $(PYTHON) -m venv .venv
.venv/%: requirements/%.txt pyproject.toml | .venv/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement $<
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@
