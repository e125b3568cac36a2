# The front door. `make help` lists what there is to do.
SHELL := /bin/bash
.DEFAULT_GOAL := help
JOBS ?= $(shell nproc)

# Cheap to ask and right on a new machine: a preset that was configured is not configured again.
configure = [ -f build/$(1)/build.ninja ] || cmake --preset $(1) >build-$(1).log 2>&1 || \
  { cat build-$(1).log; exit 1; }; rm -f build-$(1).log

.PHONY: help
help: ## This list
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: deps
deps: ## Install the packages that building, testing and checking need
	@tools/install-dependencies check

.PHONY: build
build: ## Build build/release/maque and the tools
	@tools/install-dependencies build
	@$(call configure,release)
	@cmake --build build/release -j $(JOBS)

.PHONY: run
run: build ## Build what is needed and start the server
	@build/release/maque $(ARGS)

# What the tests need beside the compiler.
test_tools = tools/install-dependencies test && tools/install-promtool && tools/install-otlp-definitions

.PHONY: test
test: ## Build and run every test, under AddressSanitizer and UndefinedBehaviorSanitizer
	@$(test_tools)
	@$(call configure,asan)
	@cmake --build build/asan -j $(JOBS)
	@ctest --test-dir build/asan --output-on-failure -j $(JOBS)

.PHONY: test-debug
test-debug: ## Build and run every test for development: a changed file is compiled alone
	@$(test_tools)
	@$(call configure,debug)
	@cmake --build build/debug -j $(JOBS)
	@ctest --test-dir build/debug --output-on-failure -j $(JOBS)

.PHONY: tsan
tsan: ## Run the tests of what several threads share under ThreadSanitizer: before a release
	@$(test_tools)
	@tools/build-instrumented-caf
	@$(call configure,tsan)
	@cmake --build build/tsan -j $(JOBS) --target maque_threaded_tests
	@ctest --test-dir build/tsan --output-on-failure -j $(JOBS) -L threaded

.PHONY: format
format: ## Format the code in place
	@tools/install-dependencies check
	@tools/format

.PHONY: lint
lint: ## Check the format, the style rules and clang-tidy
	@tools/install-dependencies check
	@tools/format --check
	@tools/check-style
	@tools/check-security
	@tools/tidy -j $(JOBS)

.PHONY: check
check: lint build test bench-check ## Everything that CI runs

.PHONY: bench
bench: build ## Race against Gin, Rust and Express: a report in report/ (about two hours; goes on where it was stopped)
	@tools/install-dependencies bench
	@tools/bench/race $(ARGS)

.PHONY: bench-quick
bench-quick: build ## A minute's look at the race: a report in report/quick/
	@tools/install-dependencies bench
	@tools/bench/race --quick $(ARGS)

.PHONY: bench-check
bench-check: ## Count the instructions of the hot paths, fail if one has grown by over 5 % (ARGS=--renew)
	@tools/install-dependencies bench-check
	@$(call configure,release)
	@cmake --build build/release -j $(JOBS) --target maque_micro_bench
	@tools/bench/check -j $(JOBS) $(ARGS)

.PHONY: bench-ping
bench-ping: build ## Measure /ping and /api/user/info against Gin (about five minutes)
	@tools/install-dependencies bench
	@tools/bench/ping $(ARGS)

.PHONY: bench-operator
bench-operator: build ## Measure what it costs to be seen, against a build without meters (about ten minutes)
	@tools/install-dependencies bench
	@tools/bench/operator $(ARGS)

.PHONY: bench-postgres
bench-postgres: build ## Measure PostgreSQL against Gin + pgx (about ten minutes; ARGS=read|login|sizes)
	@tools/install-dependencies bench
	@tools/bench/postgres $(ARGS)

.PHONY: bench-accounts
bench-accounts: build ## Measure logins with passwords: times, floods, races (about six minutes)
	@tools/install-dependencies bench
	@tools/bench/accounts $(ARGS)

.PHONY: bench-publishes
bench-publishes: build ## Measure 10,000 publications of the configuration under load (about three minutes; ARGS=sqlite|postgres)
	@tools/install-dependencies bench
	@tools/bench/publishes $(ARGS)

.PHONY: bench-wechat
bench-wechat: build ## Measure logins by way of WeChat against Gin (about six minutes; ARGS=login|memory|burst|hang)
	@tools/install-dependencies bench
	@tools/bench/wechat $(ARGS)

.PHONY: bench-contract
bench-contract: build ## Check that Gin, Rust and Express answer the API as Maque does (about a minute)
	@tools/install-dependencies bench
	@tools/bench/contract $(ARGS)

.PHONY: clean
clean: ## Remove what was built
	@rm -rf build
