# Everything there is to do here. Each target that needs something set up sets it up first (tools/setup), which takes no time
# where all is in place. A line "name: ## text" is what `make help` shows.

.DEFAULT_GOAL := help
.PHONY: help setup setup-run setup-prove demo up test test-contracts test-foundry test-python test-deep format bench lock clean \
  check check-format check-lint check-types check-solidity check-trees mutate prove slither gas-check flatten
MAKEFLAGS += --no-print-directory

BIN := .venv/bin
BENCHES := $(notdir $(patsubst %/__main__.py,%,$(wildcard bench/*/__main__.py)))
SOLIDITY := contracts $(wildcard tests/foundry tests/halmos tests/deep)
# The programs of the set-up first: ape looks for anvil on the path, tools/solc for node.
export PATH := $(CURDIR)/.setup/bin:$(CURDIR)/$(BIN):$(PATH)

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' Makefile
	@$(foreach bench,$(BENCHES),printf '  make %-12s %s\n' bench-$(bench) 'the benchmark bench/$(bench)';)

demo: setup-run ## the whole system on a local chain: real probes, oracles, law, contracts and payouts (about a minute)
	@$(BIN)/surety demo $(ARGS)

up: setup-run ## the same system, running until Ctrl-C
	@$(BIN)/surety up $(ARGS)

setup: ## install what development and tests need; the other targets do this themselves
	@tools/setup dev

setup-run:
	@tools/setup run

setup-prove:
	@tools/setup prove

# All suites run, also after one has failed; pytest's is the last to speak.
test: setup ## all tests but the slow ones
	@$(MAKE) --keep-going test-foundry test-contracts gas-check test-python

test-foundry: setup
	$(if $(wildcard tests/foundry),.setup/bin/forge test,@echo "no tests/foundry")

test-contracts: setup
	$(if $(wildcard tests/contracts/test_*.py),APE_DATA_FOLDER=.build/ape $(BIN)/ape test tests/contracts,@echo "no tests in tests/contracts")

test-python: setup
	$(BIN)/python -m pytest $(ARGS)

test-deep: setup ## all tests, the slow ones too, with far more random cases, and the long searches (two hours or so)
	@FOUNDRY_FUZZ_RUNS=20000 HYPOTHESIS_PROFILE=deep \
	  $(MAKE) --keep-going test-foundry test-contracts test-python deep-rows deep-invariants ARGS="-m '' --timeout 3600 $(ARGS)"

deep-%: setup
	$(BIN)/python -m tools.deep $* --record

mutate: setup ## break the contracts in one place after another: does a test notice? (an hour or so; --sample N in ARGS: some)
	@$(BIN)/python -m tools.mutate $(ARGS)

prove: setup-prove ## prove what tests/halmos claims, over all inputs (five minutes or so)
	@$(BIN)/python -m tools.prove $(ARGS)

slither: setup-prove ## look for known weaknesses; each finding has its reason in docs/slither.md
	@$(BIN)/python -m tools.check_slither $(ARGS)

gas-check: setup ## measure what the contracts cost and compare with bench/gas/snapshot.json (UPDATE=1: write it)
	@$(BIN)/python -m bench.gas --no-page
	@$(BIN)/python tools/gas_check.py $(if $(UPDATE),--update)

flatten: setup ## what a block explorer wants for verification
	@$(BIN)/python tools/standard_json.py $(ARGS)

check: setup ## formatters, linter and strict type checker, changing nothing; a warning is an error
	@$(MAKE) --keep-going check-format check-lint check-types check-solidity check-trees

check-format: setup
	$(BIN)/ruff format --check --quiet .

check-lint: setup
	$(BIN)/ruff check --quiet .

check-types: setup
	$(BIN)/mypy

check-solidity: setup
	.setup/bin/forge fmt --check $(SOLIDITY)

check-trees: setup
	$(BIN)/python tools/check_trees.py

format: setup ## let the formatters and the linter change what they can
	$(BIN)/ruff check --fix --quiet . || true
	$(BIN)/ruff format --quiet .
	.setup/bin/forge fmt $(SOLIDITY)

bench: setup ## all benchmarks; tables go to docs/benchmarks.md
	@$(MAKE) --keep-going $(addprefix bench-,$(BENCHES))

bench-%: setup
	@$(BIN)/python -m bench.$*

lock: setup ## resolve the dependencies anew within their bounds and write the lock files (UPGRADE=1: to newest versions)
	@sh tools/lock $(if $(UPGRADE),--upgrade)

clean: ## remove everything that was installed or built here
	rm -rf .venv .setup .build node_modules build dist out cache bench/out .mypy_cache .ruff_cache .pytest_cache .hypothesis *.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
