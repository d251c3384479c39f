# Everything there is to do here. Each target that needs something set up sets it up first (tools/setup), which takes no time
# where all is in place. A line "name: ## text" is what `make help` shows.

.DEFAULT_GOAL := help
.PHONY: help setup setup-run demo up test test-contracts test-foundry test-python test-deep format bench lock clean \
  check check-format check-lint check-types check-solidity check-trees gas-check mutate prove slither flatten
MAKEFLAGS += --no-print-directory

BIN := .venv/bin
BENCHES := $(notdir $(patsubst %/__main__.py,%,$(wildcard bench/*/__main__.py)))
SOLIDITY := contracts $(wildcard tests/foundry)
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

# All suites run, also after one has failed; pytest's is the last to speak.
test: setup ## all tests but the slow ones
	@$(MAKE) --keep-going test-foundry test-contracts gas-check test-python

test-foundry: setup
	$(if $(wildcard tests/foundry),.setup/bin/forge test,@echo "no tests/foundry")

test-contracts: setup
	$(if $(wildcard tests/contracts/test_*.py),APE_DATA_FOLDER=.build/ape $(BIN)/ape test tests/contracts,@echo "no tests in tests/contracts")

test-python: setup
	$(BIN)/python -m pytest $(ARGS)

test-deep: setup ## all tests, the slow ones too, with far more random cases (an hour or so)
	@FOUNDRY_FUZZ_RUNS=20000 FOUNDRY_INVARIANT_RUNS=1000 FOUNDRY_INVARIANT_DEPTH=200 HYPOTHESIS_PROFILE=deep \
	  $(MAKE) --keep-going test-foundry test-contracts test-python ARGS="-m '' --timeout 3600 $(ARGS)"

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

gas-check: setup ## what the contracts cost, held against the committed snapshot (UPDATE=1 takes the figures over)
	@$(BIN)/python -m bench.gas --no-page
	@$(BIN)/python tools/gas_check.py $(if $(UPDATE),--update)

mutate: setup ## break the contracts in one place after another and see the tests notice (hours; ARGS="--sample 50" for some)
	@$(BIN)/python -m tools.mutate $(ARGS)

prove: setup ## what halmos proves of the contracts (some minutes; installs it in .setup/prove)
	@tools/setup prove
	@$(BIN)/python -m tools.prove $(ARGS)

slither: setup ## what slither finds, held against the reasons in docs/slither.md
	@tools/setup prove
	@$(BIN)/python -m tools.check_slither $(ARGS)

flatten: setup ## what a block explorer wants to verify the sources: standard-JSON inputs in .build/standard-json
	@$(BIN)/python tools/standard_json.py $(ARGS)

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
