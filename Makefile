PYTHON ?= python3
BIN := .venv/bin

help:  ## this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

demo:  ## Huma, a simulated Tripletex, Redis, mail, worker and web, until Ctrl-C
	@$(PYTHON) .ci/setup demo
	@exec $(BIN)/python -m huma_tripletex.demo

test: lint  ## everything the tests need, then all tests
	@$(BIN)/python -m pytest -n 2 --dist loadgroup $(PYTEST)

lint:  ## style, types and the architecture
	@$(PYTHON) .ci/setup test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

soak:  ## the long tests: thousands of seeds
	@$(PYTHON) .ci/setup test
	@SOAK=1 $(BIN)/python -m pytest -n 2 --dist loadgroup -m "soak or not soak" $(PYTEST)

bench:  ## measures, as ratios in one run; results in bench/results/
	@$(PYTHON) .ci/setup test
	@$(BIN)/python -m bench

screenshots:  ## every page and state, into docs/screenshots/
	@$(PYTHON) .ci/setup test
	@$(BIN)/python docs/screenshots.py

.PHONY: help demo test lint soak bench screenshots
